//! Opening the file: its settings, its tables, and the refusal of files that are not ours.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{mpsc, watch};

use crate::error::{Closed, is_corrupt, is_no_database};
use crate::writer::{self, Op};

/// In the file's header, so that it is recognised: `WBL1`.
const APPLICATION_ID: i64 = 0x5742_4c31;

/// Of the tables; raised when they change.
const SCHEMA_VERSION: i64 = 1;

const SCHEMA: &str = include_str!("schema.sql");

const BEGIN: &str = "BEGIN IMMEDIATE";
const HEADER: &str = "SELECT a.application_id, u.user_version, (SELECT count(*) FROM sqlite_schema)
    FROM pragma_application_id a, pragma_user_version u";
const SET_HEADER: &str = "PRAGMA application_id = 1463962673; PRAGMA user_version = 1";

const USE_WAL: &str = "PRAGMA journal_mode = WAL";

/// Operations that may wait for the writer; more wait outside.
const QUEUE: usize = 4096;

/// Settings of a [`SqliteLog`]. The defaults suit a server.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Connections for reading; each is a thread.
    pub readers: u32,
    /// Whether to create the file when there is none.
    pub create: bool,
    /// Pages of 4 KiB that the file may have; `None` for no limit. At the limit the log answers `Unavailable`,
    /// as on a full disk.
    pub max_pages: Option<u32>,
    /// How long to wait for another process's transaction before answering `Unavailable`.
    pub busy_timeout: Duration,
    /// How soon the bytes of a destroyed key or secret are made to leave the files.
    pub scrub_after: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 4,
            create: true,
            max_pages: None,
            busy_timeout: Duration::from_secs(5),
            scrub_after: Duration::from_secs(1),
        }
    }
}

/// Why the file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be created or given to its owner alone.
    #[error("{} cannot be created", .path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// SQLite cannot open it.
    #[error("{} cannot be opened", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// Damaged.
    #[error("{} is corrupt", .path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: sqlx::Error,
    },
    /// The file of something else.
    #[error("{} is not an event log", .path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// Written by a newer program.
    #[error("{} has schema version {found}, this program knows up to {SCHEMA_VERSION}", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
}

impl OpenError {
    fn from_sqlite(path: &Path, source: sqlx::Error) -> Self {
        let path = path.to_owned();
        if is_no_database(&source) {
            Self::NotOurs { path }
        } else if is_corrupt(&source) {
            Self::Corrupt { path, source }
        } else {
            Self::Open { path, source }
        }
    }
}

/// An event log, vault and snapshots in one SQLite file.
pub struct SqliteLog {
    pub(crate) path: PathBuf,
    pub(crate) readers: SqlitePool,
    pub(crate) queue: mpsc::Sender<Op>,
    /// Position of the last event committed here; other processes' are found by polling.
    pub(crate) head: watch::Sender<u64>,
}

impl std::fmt::Debug for SqliteLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteLog").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SqliteLog {
    /// [`open_with`](Self::open_with) the default options.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(path: &Path) -> Result<Arc<Self>, OpenError> {
        Self::open_with(path, Options::default()).await
    }

    /// Opens the file at `path`, creates it if there is none, readable by its owner alone, and starts the writer on
    /// the current tokio runtime.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open_with(path: &Path, options: Options) -> Result<Arc<Self>, OpenError> {
        let failed = |source| OpenError::from_sqlite(path, source);
        if options.create {
            create_private(path, false).map_err(|source| OpenError::Create { path: path.into(), source })?;
        }
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(options.busy_timeout)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(false)
            .disable_statement_logging();
        let write = connect
            .clone()
            // What is deleted is overwritten: destroyed keys must not linger in free pages.
            .pragma("secure_delete", "ON")
            .pragma("cache_size", "-65536")
            // In pages of 4 KiB: fewer, longer checkpoints.
            .pragma("wal_autocheckpoint", "8000")
            .thread_name(|_| "sqlite-writer".into());
        let mut connection = write.connect().await.map_err(failed)?;
        prepare(&mut connection, path, options.busy_timeout).await?;
        let head: i64 =
            sqlx::query_scalar(crate::read::HEAD).fetch_one(&mut connection).await.map_err(failed)?;
        // A crash may have left destroyed keys in the write-ahead log.
        writer::scrub(&mut connection, options.busy_timeout).await.map_err(failed)?;

        let read = connect.read_only(true).row_buffer_size(1024).thread_name(|_| "sqlite-reader".into());
        let readers = SqlitePoolOptions::new()
            .max_connections(options.readers.max(1))
            .min_connections(1)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(options.busy_timeout.max(Duration::from_secs(1)))
            .connect_with(read)
            .await
            .map_err(failed)?;
        let (queue, operations) = mpsc::channel(QUEUE);
        let (head, _) = watch::channel(head.unsigned_abs());
        writer::spawn(write, options, operations, head.clone());
        // Only now: the last one to close would delete the write-ahead log under the readers.
        connection.close().await.map_err(failed)?;
        Ok(Arc::new(Self { path: path.into(), readers, queue, head }))
    }

    /// Waits until everything in the queue is written, and closes the file. Later calls answer `Unavailable`.
    pub async fn close(&self) {
        self.readers.close().await;
        let _ = self.ask(Op::Close).await;
    }

    /// Changes how many pages of 4 KiB the file may have; see [`Options::max_pages`]. A file that is larger
    /// already does not shrink.
    pub async fn limit_pages(&self, max_pages: Option<u32>) {
        let _ = self.ask(|done| Op::LimitPages(max_pages, done)).await;
    }

    /// Puts an operation into the writer's queue and waits for its answer.
    pub(crate) async fn ask<T>(
        &self,
        op: impl FnOnce(tokio::sync::oneshot::Sender<T>) -> Op,
    ) -> Result<T, Closed> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.queue.send(op(answer)).await.map_err(|_| Closed)?;
        answered.await.map_err(|_| Closed)
    }
}

/// Creates a file readable by its owner alone; SQLite gives its side files the mode of the main one. One that is
/// there already is an error only if it `must_be_new`.
pub(crate) fn create_private(path: &Path, must_be_new: bool) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && !must_be_new => Ok(()),
        created => created.map(drop),
    }
}

/// Creates the tables in an empty file; refuses files that are not ours and leaves them as they are. Several
/// processes may do so at once.
async fn prepare(
    connection: &mut SqliteConnection,
    path: &Path,
    busy_timeout: Duration,
) -> Result<(), OpenError> {
    let failed = |source| OpenError::from_sqlite(path, source);
    let empty = is_empty(connection, path).await?;
    use_wal(connection, busy_timeout).await.map_err(failed)?;
    if empty {
        let mut transaction = connection.begin_with(BEGIN).await.map_err(failed)?;
        // Another process may have been faster.
        if is_empty(&mut transaction, path).await? {
            sqlx::raw_sql(SCHEMA).execute(&mut *transaction).await.map_err(failed)?;
            sqlx::raw_sql(SET_HEADER).execute(&mut *transaction).await.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)?;
    }
    Ok(())
}

async fn is_empty(connection: &mut SqliteConnection, path: &Path) -> Result<bool, OpenError> {
    match sqlx::query_as::<_, (i64, i64, i64)>(HEADER).fetch_one(connection).await {
        Ok((0, 0, 0)) => Ok(true),
        Ok((APPLICATION_ID, SCHEMA_VERSION, _)) => Ok(false),
        Ok((APPLICATION_ID, found, _)) if found > SCHEMA_VERSION => {
            Err(OpenError::Newer { path: path.into(), found })
        }
        Ok(_) => Err(OpenError::NotOurs { path: path.into() }),
        Err(error) => Err(OpenError::from_sqlite(path, error)),
    }
}

/// SQLite does not wait for the lock that this takes.
async fn use_wal(connection: &mut SqliteConnection, patience: Duration) -> Result<(), sqlx::Error> {
    const STEP: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        match sqlx::query(USE_WAL).execute(&mut *connection).await {
            Err(_) if waited < patience => {
                tokio::time::sleep(STEP).await;
                waited += STEP;
            }
            done => return done.map(drop),
        }
    }
}
