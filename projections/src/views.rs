//! The views' cursors, and how far they have come.

use crate::cell::{Cell as _, Value};
use crate::database::{Database, Dialect, SCHEMA, Transaction};
use crate::generations::{self, Generation};
use crate::leases::Fence;
use crate::page::{Page, Stopped};
use sqlx::postgres::PgConnectOptions;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use watchbook_eventlog::Position;

pub(crate) const REACTOR_CURSOR: &str = "SELECT cursor FROM reactors WHERE name = $1";
/// Nothing is written behind a fence that has moved on.
pub(crate) const SET_REACTOR_CURSOR: &str = "INSERT INTO reactors (name, cursor)
    SELECT $1, $2 WHERE $3 = 0 OR EXISTS (SELECT 1 FROM leases WHERE name = $1 AND epoch = $3)
    ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor
    RETURNING cursor";
const SCHEMA_EXISTS: &str = "SELECT count(*) FROM pg_namespace WHERE nspname = $1";

/// Between looks at the database, for what another process applies.
const LOOK: Duration = Duration::from_millis(50);

/// Why the views cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ViewsError {
    /// The URL is another store's.
    #[error("the views' URL is not sqlite:<file>")]
    Url,
    /// The file cannot be made, readable by its owner alone.
    #[error("the views' file cannot be created")]
    Create(#[source] std::io::Error),
    /// The database cannot be read or written.
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
    /// Another process has taken over the lease meanwhile.
    #[error("another process has taken over")]
    Fenced,
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
    database: Database,
    status: Mutex<Status>,
    cursor: watch::Sender<Position>,
    projecting: AtomicBool,
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
        Self::on(Database::sqlite(url).await?).await
    }

    /// Opens the views in a schema of their own in a PostgreSQL database, making what is missing.
    ///
    /// # Errors
    /// When the server cannot be reached or does not let this user do what is needed.
    pub async fn open_postgres(connect: PgConnectOptions) -> Result<Self, ViewsError> {
        Self::on(Database::postgres(connect).await?).await
    }

    async fn on(database: Database) -> Result<Self, ViewsError> {
        let dialect = database.dialect();
        let (cursor, _) = watch::channel(Position::START);
        let views = Self(Arc::new(Inner {
            database,
            status: Mutex::default(),
            cursor,
            projecting: AtomicBool::new(false),
        }));
        let mut transaction = views.begin().await?;
        if dialect == Dialect::Postgres {
            let schema = transaction.fetch(SCHEMA_EXISTS, &[Value::Text(SCHEMA)]).await?;
            if schema.first().is_some_and(|count| count.integer(0).is_ok_and(|count| count == 0)) {
                transaction.run(format!("CREATE SCHEMA {SCHEMA}")).await?;
            }
            transaction.run(crate::budgets::TABLE.into()).await?;
        }
        transaction.run(generations::schema(dialect)).await?;
        if generations::live(&mut transaction).await?.is_none() {
            let first = generations::begin(&mut transaction).await?;
            generations::index(&mut transaction, first).await?;
            generations::publish(&mut transaction, first).await?;
        }
        transaction.commit().await?;
        views.cursor().await?;
        Ok(views)
    }

    pub(crate) fn database(&self) -> &Database {
        &self.0.database
    }

    /// A transaction that writes; rolled back when dropped.
    pub(crate) async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        self.0.database.begin().await
    }

    /// All generations, as readers see them.
    pub(crate) async fn generations(&self) -> Result<Vec<Generation>, sqlx::Error> {
        generations::seen(&self.0.database).await
    }

    /// The generation that readers see.
    pub(crate) async fn live(&self) -> Result<Generation, ViewsError> {
        let live = self.generations().await?.into_iter().find(|generation| generation.live);
        let live = live.ok_or(sqlx::Error::RowNotFound)?;
        // Backwards only after the database was put back from a copy.
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
    /// When the database cannot be read.
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

    /// Whether this process keeps the views up to date itself.
    pub(crate) fn is_projecting(&self) -> bool {
        self.0.projecting.load(Ordering::Relaxed)
    }

    pub(crate) fn set_projecting(&self, projecting: bool) {
        self.0.projecting.store(projecting, Ordering::Relaxed);
    }

    pub(crate) fn set_status(&self, status: Status) {
        metrics::gauge!("watchbook_projection_lag_events").set(status.lag_events as f64);
        metrics::gauge!("watchbook_projection_lag_seconds").set(status.lag_seconds);
        *self.0.status.lock().unwrap_or_else(PoisonError::into_inner) = status;
    }

    /// How far a reactor has come. Kept beside the views, untouched by a rebuild: a rebuild sends nothing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn reactor_cursor(&self, name: &str) -> Result<Position, ViewsError> {
        let cursors = self.0.database.fetch(REACTOR_CURSOR, &[Value::Text(name)]).await?;
        Ok(cursors.first().map(|cursor| Position::read(cursor, 0)).transpose()?.unwrap_or(Position::START))
    }

    /// Notes how far a reactor has come.
    ///
    /// # Errors
    /// When the database cannot be written; `Fenced` when another process has taken over.
    pub async fn set_reactor_cursor(
        &self,
        name: &str,
        cursor: Position,
        fence: Fence,
    ) -> Result<(), ViewsError> {
        let values = [Value::Text(name), cursor.value(), Value::Integer(fence.epoch())];
        let set = self.0.database.write(SET_REACTOR_CURSOR, &values).await?;
        if set.is_empty() { Err(ViewsError::Fenced) } else { Ok(()) }
    }
}
