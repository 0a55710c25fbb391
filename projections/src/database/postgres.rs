//! Views in a schema of PostgreSQL, shared by any number of nodes.
//!
//! Rows travel in columns: one array each, and one statement for any number of rows.

use super::{Database, Record, names, on_keys, upsert_from};
use crate::ViewsError;
use crate::cell::{Type, Value};
use crate::table::{Column, Row};
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Arguments as _, AssertSqlSafe, ConnectOptions as _, PgExecutor, SqlSafeStr};
use std::borrow::Cow;
use std::time::Duration;

/// The schema (name space) that holds the tables.
pub(crate) const SCHEMA: &str = "watchbook_views";

/// As `BEGIN IMMEDIATE` does: who writes, writes alone. The number stands for these views and nothing else. Indexes of
/// a rebuild take their time.
pub(super) const WRITE: &str =
    "SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(6277101735386680763)";

pub(super) const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Rows in one statement.
const CHUNK: usize = 4_096;

const CONNECTIONS: u32 = 8;

pub(super) async fn open(connect: PgConnectOptions) -> Result<Database, ViewsError> {
    let settings = [
        ("search_path", SCHEMA),
        ("default_transaction_isolation", "read committed"),
        ("client_min_messages", "warning"),
        ("jit", "off"),
        ("statement_timeout", "10s"),
        ("lock_timeout", "30s"),
        // A node that falls silent must not keep the others from writing.
        ("idle_in_transaction_session_timeout", "5s"),
    ];
    let connect = connect.application_name("watchbook views").options(settings).disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(connect)
        .await?;
    Ok(Database::Postgres(pool))
}

pub(super) async fn fetch(
    executor: impl PgExecutor<'_>,
    sql: impl SqlSafeStr,
    values: &[Value<'_>],
) -> Result<Vec<Record>, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for value in values {
        let added = match value {
            Value::Null => arguments.add(None::<i64>),
            Value::Integer(number) => arguments.add(number),
            Value::Text(text) => arguments.add(storable(text)),
            Value::Bytes(bytes) => arguments.add(bytes),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    let rows = sqlx::query_with(sql, arguments).fetch_all(executor).await?;
    Ok(rows.into_iter().map(Record::Postgres).collect())
}

pub(super) async fn upsert<R: Row>(
    connection: &mut PgConnection,
    table: &str,
    rows: &[&R],
) -> Result<(), sqlx::Error> {
    let sql = upsert_from::<R>(table, &format!("SELECT * FROM unnest({})", parameters(R::COLUMNS)));
    for chunk in rows.chunks(CHUNK) {
        let mut columns = Columns::new(R::COLUMNS, chunk.len());
        chunk.iter().for_each(|row| row.each(&mut |value| columns.add(value)));
        let arguments = columns.arguments()?;
        sqlx::query_with(AssertSqlSafe(sql.clone()), arguments).execute(&mut *connection).await?;
    }
    Ok(())
}

pub(super) async fn load<R: Row>(
    connection: &mut PgConnection,
    table: &str,
    keys: &[R::Key],
) -> Result<Vec<R>, sqlx::Error> {
    let sql = format!(
        "SELECT {} FROM unnest({}) AS wanted ({}) JOIN {table} t ON {}",
        names(R::COLUMNS, "t."),
        parameters(R::KEY),
        names(R::KEY, ""),
        on_keys::<R>()
    );
    let mut loaded = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(CHUNK) {
        let mut columns = Columns::new(R::KEY, chunk.len());
        chunk.iter().for_each(|key| R::each_of_key(key, &mut |value| columns.add(value)));
        let arguments = columns.arguments()?;
        let rows =
            sqlx::query_with(AssertSqlSafe(sql.clone()), arguments).fetch_all(&mut *connection).await?;
        for row in rows {
            loaded.push(R::read(&Record::Postgres(row))?);
        }
    }
    Ok(loaded)
}

/// `$1::bigint[], $2::text[], …`.
fn parameters(columns: &[Column]) -> String {
    let parameter = |(n, column): (usize, &Column)| {
        format!("${}::{}[]", n + 1, super::Dialect::Postgres.name_of(column.of))
    };
    columns.iter().enumerate().map(parameter).collect::<Vec<_>>().join(", ")
}

/// PostgreSQL's text holds no zero byte, and what a stranger sent must not stop the views.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

enum Values<'a> {
    Integers(Vec<Option<i64>>),
    Texts(Vec<Option<Cow<'a, str>>>),
    Bytes(Vec<Option<&'a [u8]>>),
}

/// The columns of rows that come value by value.
struct Columns<'a> {
    columns: Vec<Values<'a>>,
    next: usize,
}

impl<'a> Columns<'a> {
    fn new(columns: &[Column], rows: usize) -> Self {
        let values = |column: &Column| match column.of {
            Type::Integer => Values::Integers(Vec::with_capacity(rows)),
            Type::Text => Values::Texts(Vec::with_capacity(rows)),
            Type::Bytes => Values::Bytes(Vec::with_capacity(rows)),
        };
        Self { columns: columns.iter().map(values).collect(), next: 0 }
    }

    fn add(&mut self, value: Value<'a>) {
        match (&mut self.columns[self.next], value) {
            (Values::Integers(column), Value::Integer(number)) => column.push(Some(number)),
            (Values::Texts(column), Value::Text(text)) => column.push(Some(storable(text))),
            (Values::Bytes(column), Value::Bytes(bytes)) => column.push(Some(bytes)),
            // A cell of another type than its column does not exist.
            (Values::Integers(column), _) => column.push(None),
            (Values::Texts(column), _) => column.push(None),
            (Values::Bytes(column), _) => column.push(None),
        }
        self.next = (self.next + 1) % self.columns.len();
    }

    fn arguments(self) -> Result<PgArguments, sqlx::Error> {
        let mut arguments = PgArguments::default();
        for column in self.columns {
            let added = match column {
                Values::Integers(values) => arguments.add(values),
                Values::Texts(values) => arguments.add(values),
                Values::Bytes(values) => arguments.add(values),
            };
            added.map_err(sqlx::Error::Encode)?;
        }
        Ok(arguments)
    }
}
