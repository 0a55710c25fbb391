//! Views in a file of SQLite.
//!
//! Rows travel in statements of many rows each: row by row, the driver would cost several times as much, and packed
//! into JSON, the database would.

use super::{Database, Record, names, on_keys, upsert_from};
use crate::ViewsError;
use crate::cell::Value;
use crate::table::Row;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, SqlSafeStr, SqliteConnection, SqliteExecutor,
};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub(super) const WRITE: &str = "BEGIN IMMEDIATE";

/// Rows per statement, largest first. Few sizes, so that every statement is prepared once.
const CHUNKS: [usize; 4] = [256, 32, 4, 1];

pub(super) async fn open(url: &str) -> Result<Database, ViewsError> {
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
    Ok(Database::Sqlite { readers, writer })
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

pub(super) async fn fetch(
    executor: impl SqliteExecutor<'_>,
    sql: impl SqlSafeStr,
    values: &[Value<'_>],
) -> Result<Vec<Record>, sqlx::Error> {
    let mut bound = Bound::default();
    values.iter().for_each(|value| bound.add(*value));
    let rows = sqlx::query_with(sql, bound.arguments()?).fetch_all(executor).await?;
    Ok(rows.into_iter().map(Record::Sqlite).collect())
}

pub(super) async fn upsert<R: Row>(
    connection: &mut SqliteConnection,
    table: &str,
    mut rows: &[&R],
) -> Result<(), sqlx::Error> {
    for size in CHUNKS {
        if rows.len() < size {
            continue;
        }
        let values = format!("VALUES {}", tuples(size, R::COLUMNS.len()));
        let sql = Arc::<str>::from(upsert_from::<R>(table, &values));
        let mut bound = bind(rows, size);
        while let Some(now) = bound.take() {
            rows = &rows[size..];
            let write =
                sqlx::query_with(AssertSqlSafe(sql.clone()), now.arguments()?).execute(&mut *connection);
            // While the database works on these, the next are made ready.
            let (written, next) = tokio::join!(write, async { bind(rows, size) });
            written?;
            bound = next;
        }
    }
    Ok(())
}

pub(super) async fn load<R: Row>(
    connection: &mut SqliteConnection,
    table: &str,
    keys: &[R::Key],
) -> Result<Vec<R>, sqlx::Error> {
    let mut loaded = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(CHUNKS[0]) {
        let size = CHUNKS.into_iter().rev().find(|size| *size >= chunk.len()).unwrap_or(CHUNKS[0]);
        let Some(last) = chunk.last() else { continue };
        let mut bound = Bound::default();
        for key in chunk.iter().chain(std::iter::repeat_n(last, size - chunk.len())) {
            R::each_of_key(key, &mut |value| bound.add(value));
        }
        let sql = AssertSqlSafe(select::<R>(table, size));
        let rows = sqlx::query_with(sql, bound.arguments()?).fetch_all(&mut *connection).await?;
        for row in rows {
            loaded.push(R::read(&Record::Sqlite(row))?);
        }
    }
    Ok(loaded)
}

/// `CROSS JOIN` fixes the order of the loops: for each wanted key, one search
/// (<https://sqlite.org/optoverview.html#crossjoin>).
fn select<R: Row>(table: &str, keys: usize) -> String {
    format!(
        "WITH wanted ({}) AS (VALUES {}) SELECT {} FROM wanted CROSS JOIN {table} t ON {}",
        names(R::KEY, ""),
        tuples(keys, R::KEY.len()),
        names(R::COLUMNS, "t."),
        on_keys::<R>()
    )
}

/// `(?, ?), (?, ?)`. Without numbers: SQLite searches numbered ones one by one.
fn tuples(rows: usize, columns: usize) -> String {
    let tuple = format!("({})", vec!["?"; columns].join(","));
    vec![tuple; rows].join(",")
}

/// The arguments of one statement.
#[derive(Default)]
struct Bound(SqliteArguments, Option<sqlx::error::BoxDynError>);

impl Bound {
    fn add(&mut self, value: Value<'_>) {
        let added = match value {
            Value::Null => self.0.add(None::<i64>),
            Value::Integer(number) => self.0.add(number),
            Value::Text(text) => self.0.add(Arc::<str>::from(text)),
            Value::Bytes(bytes) => self.0.add(bytes),
        };
        if let Err(error) = added {
            self.1.get_or_insert(error);
        }
    }

    fn arguments(self) -> Result<SqliteArguments, sqlx::Error> {
        self.1.map_or(Ok(self.0), |error| Err(sqlx::Error::Encode(error)))
    }
}

/// The first `size` rows, if there are so many.
fn bind<R: Row>(rows: &[&R], size: usize) -> Option<Bound> {
    let mut bound = Bound::default();
    bound.0.reserve(size * R::COLUMNS.len(), 0);
    rows.get(..size)?.iter().for_each(|row| row.each(&mut |value| bound.add(value)));
    Some(bound)
}
