//! The file of the views: its connections, its cursors, and how far it has come.

use crate::generations::{self, Generation};
use crate::page::{Page, Stopped};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Sqlite, SqlitePool, Transaction};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use watchbook_eventlog::Position;

const BEGIN: &str = "BEGIN IMMEDIATE";
const REACTOR_CURSOR: &str = "SELECT cursor FROM reactors WHERE name = $1";
const SET_REACTOR_CURSOR: &str = "INSERT INTO reactors (name, cursor) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor";

/// Between looks at the file, for what another process applies.
const LOOK: Duration = Duration::from_millis(100);

/// Why the views cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ViewsError {
    /// The URL is another store's.
    #[error("the views' URL is not sqlite:<file>")]
    Url,
    /// The file cannot be made, readable by its owner alone.
    #[error("the views' file cannot be created")]
    Create(#[source] std::io::Error),
    /// The file cannot be read or written.
    #[error("the views are unavailable")]
    Database(#[from] sqlx::Error),
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] watchbook_eventlog::LogError),
    /// Events cannot be opened.
    #[error("events cannot be opened")]
    Seal(#[source] watchbook_eventlog::SealError),
    /// An event cannot be applied.
    #[error("the event at position {} ({}) cannot be applied: {}", .0.position, .0.event_type, .0.error)]
    Stopped(Stopped),
    /// Another rebuild of the same file was done first; its rows are the ones that readers see.
    #[error("another rebuild of the views was done first")]
    Overtaken,
    /// A newer program has built the views.
    #[error("the views were built by a newer program")]
    Newer,
}

/// The view has not come as far as was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the view is behind")]
pub struct Behind;

/// How far the views have come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// The last position applied.
    pub cursor: Position,
    /// The last position of the log, when it was last looked at.
    pub head: Position,
    /// Events between the two.
    pub lag_events: u64,
    /// Age of what is not applied yet, in seconds; 0 when there is nothing.
    pub lag_seconds: f64,
    /// The event that cannot be applied, if one stops the projection.
    pub stopped: Option<Stopped>,
}

/// The read side. Cheap to clone.
#[derive(Clone)]
pub struct Views(Arc<Inner>);

struct Inner {
    readers: SqlitePool,
    /// A single connection; who waits for it is served in turn.
    writer: SqlitePool,
    status: Mutex<Status>,
    cursor: watch::Sender<Position>,
}

impl std::fmt::Debug for Views {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Views(…)")
    }
}

impl Views {
    /// Opens the views at `sqlite:<file>`, making what is missing.
    ///
    /// # Errors
    /// When the URL is another store's or the file cannot be used.
    pub async fn open(url: &str) -> Result<Self, ViewsError> {
        let file = url.strip_prefix("sqlite:").map(|file| file.strip_prefix("//").unwrap_or(file));
        let file = Path::new(file.filter(|file| !file.is_empty()).ok_or(ViewsError::Url)?);
        create_private(file).map_err(ViewsError::Create)?;
        let connect = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            // Rows and cursor are lost together in a power cut, and read again from the log.
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(false)
            .disable_statement_logging();
        let write = connect
            .clone()
            .pragma("cache_size", "-65536")
            .pragma("wal_autocheckpoint", "8000")
            // Indexes are made by sorting: in memory, with help.
            .pragma("temp_store", "memory")
            .pragma("threads", "2")
            // An erased person's rows are overwritten.
            .pragma("secure_delete", "FAST")
            .thread_name(|_| "views-writer".into());
        let writer = pool(1).connect_with(write).await?;
        let read = connect.read_only(true).row_buffer_size(256).thread_name(|_| "views-reader".into());
        let readers = pool(4).connect_with(read).await?;
        let (cursor, _) = watch::channel(Position::START);
        let views = Self(Arc::new(Inner { readers, writer, status: Mutex::default(), cursor }));
        let mut transaction = views.begin().await?;
        sqlx::raw_sql(generations::SCHEMA).execute(&mut *transaction).await?;
        if generations::live(&mut *transaction).await?.is_none() {
            let first = generations::begin(&mut transaction).await?;
            generations::index(&mut transaction, first).await?;
            generations::publish(&mut transaction, first).await?;
        }
        transaction.commit().await?;
        views.cursor().await?;
        Ok(views)
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.0.readers
    }

    /// A transaction that writes; rolled back when dropped.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.0.writer.begin_with(BEGIN).await
    }

    /// The generation that readers see.
    pub(crate) async fn live(&self) -> Result<Generation, ViewsError> {
        let live = generations::live(self.readers()).await?.ok_or(sqlx::Error::RowNotFound)?;
        // Backwards only after the file was put back from a copy.
        self.0.cursor.send_if_modified(|known| std::mem::replace(known, live.cursor()) != live.cursor());
        Ok(live)
    }

    /// Applies a page and moves the cursor, in one transaction; `false` when the generation is not there any
    /// more, is live or not other than thought, or somebody else has moved the cursor from `after` meanwhile.
    pub(crate) async fn apply(
        &self,
        generation: i64,
        live: bool,
        after: Position,
        page: &Page,
    ) -> Result<bool, ViewsError> {
        let mut transaction = self.begin().await?;
        if !generations::advance(&mut transaction, generation, live, after, page.end).await? {
            return Ok(false);
        }
        page.apply(&mut transaction, generation).await?;
        transaction.commit().await?;
        if live {
            self.0.cursor.send_replace(page.end);
        }
        Ok(true)
    }

    /// How far the views have come.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn cursor(&self) -> Result<Position, ViewsError> {
        Ok(self.live().await?.cursor())
    }

    /// The cursor as this process last saw it.
    pub(crate) fn seen_cursor(&self) -> Position {
        *self.0.cursor.borrow()
    }

    /// Waits until the views have come to `position`.
    ///
    /// # Errors
    /// `Behind` when they have not after `at_most`.
    pub async fn wait_for(&self, position: Position, at_most: Duration) -> Result<(), Behind> {
        let deadline = Instant::now() + at_most;
        let mut seen = self.0.cursor.subscribe();
        loop {
            let look = deadline.min(Instant::now() + LOOK);
            if timeout_at(look, seen.wait_for(|cursor| *cursor >= position)).await.is_ok() {
                return Ok(());
            }
            // Another process may be the one that projects.
            if self.cursor().await.is_ok_and(|cursor| cursor >= position) {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(Behind);
            }
        }
    }

    /// How far the views have come, as this process last saw it.
    pub fn status(&self) -> Status {
        self.0.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_status(&self, status: Status) {
        metrics::gauge!("watchbook_projection_lag_events").set(status.lag_events as f64);
        metrics::gauge!("watchbook_projection_lag_seconds").set(status.lag_seconds);
        *self.0.status.lock().unwrap_or_else(PoisonError::into_inner) = status;
    }

    /// How far a reactor has come. Kept beside the views, untouched by a rebuild: a rebuild sends nothing.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn reactor_cursor(&self, name: &str) -> Result<Position, ViewsError> {
        let cursor: Option<i64> =
            sqlx::query_scalar(REACTOR_CURSOR).bind(name.to_owned()).fetch_optional(self.readers()).await?;
        Ok(cursor.map_or(Position::START, |cursor| Position(cursor.unsigned_abs())))
    }

    /// Notes how far a reactor has come.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn set_reactor_cursor(&self, name: &str, cursor: Position) -> Result<(), ViewsError> {
        let set =
            sqlx::query(SET_REACTOR_CURSOR).bind(name.to_owned()).bind(crate::cell::sql_position(cursor));
        set.execute(&self.0.writer).await?;
        Ok(())
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
}

/// SQLite gives its side files the mode of the main one.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        created => created.map(drop),
    }
}
