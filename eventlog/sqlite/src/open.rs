//! Opening the file: its settings, its tables, and the refusal of files that are not ours.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use tokio::sync::{mpsc, watch};

use crate::error::{Closed, is_corrupt, is_no_database};
use crate::writer::{self, Op};

/// In the file's header, so that it is recognised: `WBL1`.
const APPLICATION_ID: i64 = 0x5742_4c31;

/// Of the tables; raised when they change.
const SCHEMA_VERSION: i64 = 1;

const SCHEMA: &str = include_str!("schema.sql");

const HEADER: &str = "SELECT a.application_id, u.user_version, (SELECT count(*) FROM sqlite_schema)
    FROM pragma_application_id a, pragma_user_version u";
const SET_HEADER: &str = "PRAGMA application_id = 1463962673; PRAGMA user_version = 1";

const USE_WAL: &str = "PRAGMA journal_mode = WAL";

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
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Damaged.
    #[error("{} is corrupt", .path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
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
    fn open(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Open { path: path.to_owned(), source: source.into() }
    }

    fn from_sqlite(path: &Path, source: rusqlite::Error) -> Self {
        if is_no_database(&source) {
            Self::NotOurs { path: path.to_owned() }
        } else if is_corrupt(&source) {
            Self::Corrupt { path: path.to_owned(), source }
        } else {
            Self::open(path, source)
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
        let failed = |error| OpenError::open(path, error);
        let file = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || open_file(&file, &options));
        let (connection, head) = opened.await.map_err(|panicked| OpenError::open(path, panicked))??;
        let read = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(options.busy_timeout)
            .disable_statement_logging()
            .read_only(true)
            .row_buffer_size(1024)
            .thread_name(|_| "sqlite-reader".into());
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
        let (head, _) = watch::channel(head.unsigned_abs());
        let queue = writer::spawn(path.into(), options, connection, head.clone())
            .map_err(|error| OpenError::open(path, error))?;
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

/// The writer's connection, and the position of the last event.
fn open_file(path: &Path, options: &Options) -> Result<(Connection, i64), OpenError> {
    let failed = |source| OpenError::from_sqlite(path, source);
    if options.create {
        create_private(path, false).map_err(|source| OpenError::Create { path: path.into(), source })?;
    }
    let mut connection = writer::connect(path, options).map_err(failed)?;
    prepare(&mut connection, path, options.busy_timeout)?;
    let head = connection.query_row(crate::read::HEAD, [], |row| row.get(0)).map_err(failed)?;
    // A crash may have left destroyed keys in the write-ahead log.
    writer::scrub(&connection, options.busy_timeout).map_err(failed)?;
    Ok((connection, head))
}

/// Creates the tables in an empty file; refuses files that are not ours and leaves them as they are. Several
/// processes may do so at once.
fn prepare(connection: &mut Connection, path: &Path, busy_timeout: Duration) -> Result<(), OpenError> {
    let failed = |source| OpenError::from_sqlite(path, source);
    let empty = is_empty(connection, path)?;
    use_wal(connection, busy_timeout).map_err(failed)?;
    if empty {
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        // Another process may have been faster.
        if is_empty(&transaction, path)? {
            transaction.execute_batch(SCHEMA).map_err(failed)?;
            transaction.execute_batch(SET_HEADER).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
    }
    Ok(())
}

fn is_empty(connection: &Connection, path: &Path) -> Result<bool, OpenError> {
    let header = connection.query_row(HEADER, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    match header.map_err(|error| OpenError::from_sqlite(path, error))? {
        (0, 0, 0) => Ok(true),
        (APPLICATION_ID, SCHEMA_VERSION, _) => Ok(false),
        (APPLICATION_ID, found, _) if found > SCHEMA_VERSION => {
            Err(OpenError::Newer { path: path.into(), found })
        }
        _ => Err(OpenError::NotOurs { path: path.into() }),
    }
}

/// SQLite does not wait for the lock that this takes.
fn use_wal(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    const STEP: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        match connection.query_row(USE_WAL, [], |_| Ok(())) {
            Err(_) if waited < patience => {
                std::thread::sleep(STEP);
                waited += STEP;
            }
            done => return done,
        }
    }
}
