//! The file of the views: its schema, its cursors, its connections.

use crate::accounts::StoredAccount;
use crate::activity::StoredActivity;
use crate::devices::StoredDevice;
use crate::notifications::StoredNotification;
use crate::page::{Page, Stopped};
use crate::sessions::StoredSession;
use crate::table::Table;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, SqlitePool};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as AsyncMutex, MutexGuard, watch};
use watchbook_eventlog::Position;

/// Of the mapping from events to rows. Raise it with every change of a table or of what goes into it: the
/// views are then rebuilt beside the old ones at the next start.
const VERSION: i64 = 1;

/// One row: the generation that readers see, the version it was built by, and how far it has come.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS live (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER NOT NULL,
    version INTEGER NOT NULL, cursor INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS reactors (name TEXT PRIMARY KEY, cursor INTEGER NOT NULL) STRICT;
";

/// Why the views cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ViewsError {
    /// The URL is another store's.
    #[error("the views' URL is not sqlite:<file>")]
    Url,
    /// The file cannot be read or written.
    #[error("the views are unavailable")]
    Database(#[from] sqlx::Error),
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] watchbook_eventlog::LogError),
    /// An event cannot be opened.
    #[error("an event cannot be opened")]
    Seal(#[from] watchbook_eventlog::SealError),
    /// An event cannot be applied.
    #[error("the event at position {position} ({event_type}) cannot be applied: {error}", position = .0.position, event_type = .0.event_type, error = .0.error)]
    Stopped(Stopped),
    /// Another rebuild of the same file was done first; its rows are the ones that readers see.
    #[error("another rebuild of the views was done first")]
    Overtaken,
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
    /// Age of the oldest event that is not applied yet, in seconds; 0 when there is none.
    pub lag_seconds: f64,
    /// The event that cannot be applied, if one stops the projection.
    pub stopped: Option<Stopped>,
}

/// The read side. Cheap to clone.
#[derive(Clone)]
pub struct Views(Arc<Inner>);

struct Inner {
    readers: SqlitePool,
    writer: AsyncMutex<SqliteConnection>,
    status: Mutex<Status>,
    cursor: watch::Sender<Position>,
}

/// The generation that readers see.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    pub(crate) generation: i64,
    pub(crate) version: i64,
    pub(crate) cursor: Position,
}

impl Views {
    /// Opens the views at `sqlite:<file>`, making what is missing.
    ///
    /// # Errors
    /// When the URL is another store's or the file cannot be used.
    pub async fn open(url: &str) -> Result<Self, ViewsError> {
        let file = url.strip_prefix("sqlite:").filter(|file| !file.is_empty()).ok_or(ViewsError::Url)?;
        let options = SqliteConnectOptions::new()
            .filename(file.trim_start_matches("//"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // All of it can be rebuilt from the log: losing the last moments to a power cut is repaired by
            // reading them again, since rows and cursor are lost together.
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(5))
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "memory");
        let mut writer = SqliteConnection::connect_with(&options).await?;
        sqlx::raw_sql(SCHEMA).execute(&mut writer).await?;
        let readers =
            SqlitePoolOptions::new().max_connections(4).connect_with(options.read_only(true)).await?;
        let (cursor, _) = watch::channel(Position::START);
        let views = Self(Arc::new(Inner {
            readers,
            writer: AsyncMutex::new(writer),
            status: Mutex::default(),
            cursor,
        }));
        views.prepare().await?;
        Ok(views)
    }

    /// Makes the first generation. What a rebuild that died has left is dropped by the next one: here it could
    /// as well be another process's that is under way.
    async fn prepare(&self) -> Result<(), ViewsError> {
        let mut writer = self.writer().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        if read_live(&mut transaction).await?.is_none() {
            create_generation(&mut transaction, 1).await?;
            publish_generation(&mut transaction, 1, Position::START).await?;
        }
        let live = read_live(&mut transaction).await?;
        transaction.commit().await?;
        drop(writer);
        if let Some(live) = live {
            self.set_cursor(live.cursor);
        }
        Ok(())
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.0.readers
    }

    pub(crate) async fn writer(&self) -> MutexGuard<'_, SqliteConnection> {
        self.0.writer.lock().await
    }

    pub(crate) async fn live(&self) -> Result<Live, ViewsError> {
        let row =
            sqlx::query("SELECT generation, version, cursor FROM live").fetch_one(self.readers()).await?;
        Ok(live_row(&row)?)
    }

    /// Whether the live tables were built by today's mapping.
    pub(crate) async fn current(&self) -> Result<bool, ViewsError> {
        Ok(self.live().await?.version == VERSION)
    }

    /// Applies a page and moves the cursor, in one transaction; `false` when somebody else has moved it from
    /// `after` meanwhile.
    pub(crate) async fn apply_live(&self, after: Position, page: &Page) -> Result<bool, ViewsError> {
        let mut writer = self.writer().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let Some(live) = read_live(&mut transaction).await?.filter(|live| live.cursor == after) else {
            return Ok(false);
        };
        page.apply(&mut transaction, live.generation).await?;
        let cursor = i64::try_from(page.end.0).unwrap_or(i64::MAX);
        sqlx::query("UPDATE live SET cursor = $1").bind(cursor).execute(&mut *transaction).await?;
        transaction.commit().await?;
        self.set_cursor(page.end);
        Ok(true)
    }

    pub(crate) fn set_cursor(&self, cursor: Position) {
        self.0.cursor.send_replace(cursor);
    }

    /// How far the views have come.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn cursor(&self) -> Result<Position, ViewsError> {
        Ok(self.live().await?.cursor)
    }

    /// Waits until the views have come to `position`.
    ///
    /// # Errors
    /// `Behind` when they have not after `at_most`.
    pub async fn wait_for(&self, position: Position, at_most: Duration) -> Result<(), Behind> {
        let mut seen = self.0.cursor.subscribe();
        let arrived = seen.wait_for(|cursor| *cursor >= position);
        if tokio::time::timeout(at_most, arrived).await.is_ok_and(|arrived| arrived.is_ok()) {
            return Ok(());
        }
        // Another process may be the one that projects.
        match self.cursor().await {
            Ok(cursor) if cursor >= position => Ok(()),
            _ => Err(Behind),
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
        let row = sqlx::query("SELECT cursor FROM reactors WHERE name = $1").bind(name);
        let row = row.fetch_optional(self.readers()).await?;
        let cursor = row.map(|row| row.try_get::<i64, _>(0)).transpose()?.unwrap_or(0);
        Ok(Position(cursor.unsigned_abs()))
    }

    /// Notes how far a reactor has come.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn set_reactor_cursor(&self, name: &str, cursor: Position) -> Result<(), ViewsError> {
        let sql = "INSERT INTO reactors (name, cursor) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET cursor = $2";
        let cursor = i64::try_from(cursor.0).unwrap_or(i64::MAX);
        sqlx::query(sql).bind(name).bind(cursor).execute(&mut *self.writer().await).await?;
        Ok(())
    }
}

pub(crate) async fn read_live(connection: &mut SqliteConnection) -> Result<Option<Live>, sqlx::Error> {
    let row = sqlx::query("SELECT generation, version, cursor FROM live").fetch_optional(connection).await?;
    row.as_ref().map(live_row).transpose()
}

fn live_row(row: &sqlx::sqlite::SqliteRow) -> Result<Live, sqlx::Error> {
    let cursor: i64 = row.try_get(2)?;
    Ok(Live {
        generation: row.try_get(0)?,
        version: row.try_get(1)?,
        cursor: Position(cursor.unsigned_abs()),
    })
}

pub(crate) async fn create_generation(
    connection: &mut SqliteConnection,
    generation: i64,
) -> Result<(), sqlx::Error> {
    let sql = [
        StoredAccount::create(generation),
        StoredSession::create(generation),
        StoredDevice::create(generation),
        StoredActivity::create(generation),
        StoredNotification::create(generation),
    ]
    .concat();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// Shows a generation to readers, and drops every other.
pub(crate) async fn publish_generation(
    connection: &mut SqliteConnection,
    generation: i64,
    cursor: Position,
) -> Result<(), sqlx::Error> {
    let sql = [
        StoredAccount::publish(generation),
        StoredSession::publish(generation),
        StoredDevice::publish(generation),
        StoredActivity::publish(generation),
        StoredNotification::publish(generation),
    ]
    .concat();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await?;
    let sql = "INSERT OR REPLACE INTO live (one, generation, version, cursor) VALUES (1, $1, $2, $3)";
    let cursor = i64::try_from(cursor.0).unwrap_or(i64::MAX);
    sqlx::query(sql).bind(generation).bind(VERSION).bind(cursor).execute(&mut *connection).await?;
    drop_generations(connection, |other| other != generation).await
}

/// A number that no generation has had before, so that nobody fills another's tables.
pub(crate) async fn new_generation(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let last: i64 = sqlx::query("PRAGMA user_version").fetch_one(&mut *connection).await?.try_get(0)?;
    let live = read_live(connection).await?.map_or(0, |live| live.generation);
    let generation = last.max(live) + 1;
    sqlx::raw_sql(AssertSqlSafe(format!("PRAGMA user_version = {generation}"))).execute(connection).await?;
    Ok(generation)
}

/// Whether a generation's tables are there.
pub(crate) async fn has_generation(
    connection: &mut SqliteConnection,
    generation: i64,
) -> Result<bool, sqlx::Error> {
    let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1";
    let table = sqlx::query(sql).bind(StoredAccount::name(generation)).fetch_optional(connection).await?;
    Ok(table.is_some())
}

/// Drops the tables of the generations that `dropped` picks.
pub(crate) async fn drop_generations(
    connection: &mut SqliteConnection,
    dropped: impl Fn(i64) -> bool,
) -> Result<(), sqlx::Error> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '*_g[0-9]*'";
    for row in sqlx::query(sql).fetch_all(&mut *connection).await? {
        let name: String = row.try_get(0)?;
        let generation = name.rsplit_once("_g").and_then(|(_, number)| number.parse().ok());
        if generation.is_some_and(&dropped) {
            sqlx::query(AssertSqlSafe(format!("DROP TABLE {name}"))).execute(&mut *connection).await?;
        }
    }
    Ok(())
}
