//! The database of the views: SQLite or PostgreSQL, behind the few operations that views need.
//!
//! Statements are written once, with `$1`, `$2` …, wherever both dialects know them; what differs lies in the two files
//! beside this one.

mod postgres;
mod sqlite;

use crate::cell::{Type, Value};
use crate::table::{Column, Row};
use sqlx::postgres::{PgConnectOptions, PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Postgres, Row as _, SqlSafeStr, Sqlite, ValueRef as _};
use uuid::Uuid;

use crate::ViewsError;
pub(crate) use postgres::SCHEMA;

/// Which SQL is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// The connections.
pub(crate) enum Database {
    /// A single connection writes; who waits for it is served in turn.
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
    },
    Postgres(PgPool),
}

/// Rolled back when dropped.
pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// A row of an answer.
pub(crate) enum Record {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Database {
    /// Of `sqlite:<file>`, made where it is missing.
    pub(crate) async fn sqlite(url: &str) -> Result<Self, ViewsError> {
        sqlite::open(url).await
    }

    /// The schema [`SCHEMA`] of the database that `connect` leads to.
    pub(crate) async fn postgres(connect: PgConnectOptions) -> Result<Self, ViewsError> {
        postgres::open(connect).await
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A transaction that writes; there is one at a time, over all processes.
    pub(crate) async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Transaction::Sqlite(writer.begin_with(sqlite::WRITE).await?),
            Self::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                sqlx::raw_sql(postgres::WRITE).execute(&mut *transaction).await?;
                Transaction::Postgres(transaction)
            }
        })
    }

    /// A transaction that reads one state of everything.
    pub(crate) async fn snapshot(&self) -> Result<Transaction, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Transaction::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => Transaction::Postgres(pool.begin_with(postgres::READ).await?),
        })
    }

    /// What readers see.
    pub(crate) async fn fetch(
        &self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Vec<Record>, sqlx::Error> {
        match self {
            Self::Sqlite { readers, .. } => sqlite::fetch(readers, sql, values).await,
            Self::Postgres(pool) => postgres::fetch(pool, sql, values).await,
        }
    }

    /// One statement that writes; answers with the rows that it returns.
    pub(crate) async fn write(
        &self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Vec<Record>, sqlx::Error> {
        match self {
            Self::Sqlite { writer, .. } => sqlite::fetch(writer, sql, values).await,
            Self::Postgres(pool) => postgres::fetch(pool, sql, values).await,
        }
    }
}

impl Transaction {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) async fn fetch(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[Value<'_>],
    ) -> Result<Vec<Record>, sqlx::Error> {
        match self {
            Self::Sqlite(transaction) => sqlite::fetch(&mut **transaction, sql, values).await,
            Self::Postgres(transaction) => postgres::fetch(&mut **transaction, sql, values).await,
        }
    }

    /// Several statements, without values.
    pub(crate) async fn run(&mut self, statements: String) -> Result<(), sqlx::Error> {
        let statements = sqlx::raw_sql(AssertSqlSafe(statements));
        match self {
            Self::Sqlite(transaction) => statements.execute(&mut **transaction).await.map(drop),
            Self::Postgres(transaction) => statements.execute(&mut **transaction).await.map(drop),
        }
    }

    /// Inserts or replaces rows, best in order of their keys; no key comes twice.
    pub(crate) async fn upsert<R: Row>(&mut self, table: &str, rows: &[&R]) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(transaction) => sqlite::upsert(transaction, table, rows).await,
            Self::Postgres(transaction) => postgres::upsert(transaction, table, rows).await,
        }
    }

    /// The rows that have these keys; one can come twice.
    pub(crate) async fn load<R: Row>(&mut self, table: &str, keys: &[R::Key]) -> Result<Vec<R>, sqlx::Error> {
        match self {
            Self::Sqlite(transaction) => sqlite::load(transaction, table, keys).await,
            Self::Postgres(transaction) => postgres::load(transaction, table, keys).await,
        }
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await,
            Self::Postgres(transaction) => transaction.commit().await,
        }
    }
}

impl Record {
    pub(crate) fn is_null(&self, index: usize) -> Result<bool, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get_raw(index)?.is_null(),
            Self::Postgres(row) => row.try_get_raw(index)?.is_null(),
        })
    }

    pub(crate) fn integer(&self, index: usize) -> Result<i64, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get_unchecked(index),
            Self::Postgres(row) => row.try_get(index),
        }
    }

    pub(crate) fn text(&self, index: usize) -> Result<String, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get_unchecked(index),
            Self::Postgres(row) => row.try_get(index),
        }
    }

    pub(crate) fn bytes(&self, index: usize) -> Result<Vec<u8>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get_unchecked(index),
            Self::Postgres(row) => row.try_get(index),
        }
    }

    pub(crate) fn uuid(&self, index: usize) -> Result<Uuid, sqlx::Error> {
        let bytes: &[u8] = match self {
            Self::Sqlite(row) => row.try_get_unchecked(index)?,
            Self::Postgres(row) => row.try_get(index)?,
        };
        Uuid::from_slice(bytes).map_err(|error| sqlx::Error::Decode(error.into()))
    }
}

impl Dialect {
    /// The type of a column.
    pub(crate) fn name_of(self, of: Type) -> &'static str {
        match (self, of) {
            (Self::Sqlite, Type::Integer) => "INTEGER",
            (Self::Postgres, Type::Integer) => "BIGINT",
            (_, Type::Text) => "TEXT",
            (Self::Sqlite, Type::Bytes) => "BLOB",
            (Self::Postgres, Type::Bytes) => "BYTEA",
        }
    }

    /// What follows the columns in `CREATE TABLE`.
    pub(crate) fn table_options(self, key: &[Column]) -> &'static str {
        match self {
            Self::Postgres => "",
            // A number is SQLite's own row id; other keys hold the row themselves.
            Self::Sqlite if key.iter().all(|column| column.of == Type::Integer) => " STRICT",
            Self::Sqlite => " STRICT, WITHOUT ROWID",
        }
    }

    /// Microseconds since 1970, by the database's own clock: that of no node.
    pub(crate) fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
            Self::Postgres => "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
        }
    }
}

/// `name, name, …`, each after `prefix`.
pub(crate) fn names(columns: &[Column], prefix: &str) -> String {
    columns.iter().map(|column| format!("{prefix}{}", column.name)).collect::<Vec<_>>().join(", ")
}

/// What both dialects say alike: rows from `source` inserted, or put in place of those with the same keys.
fn upsert_from<R: Row>(table: &str, source: &str) -> String {
    let changed = R::COLUMNS[R::KEY.len()..].iter().map(|column| format!("{0} = excluded.{0}", column.name));
    format!(
        "INSERT INTO {table} ({}) {source} ON CONFLICT ({}) DO UPDATE SET {}",
        names(R::COLUMNS, ""),
        names(R::KEY, ""),
        changed.collect::<Vec<_>>().join(", ")
    )
}

/// `t.key = wanted.key AND …`.
fn on_keys<R: Row>() -> String {
    let on = R::KEY.iter().map(|column| format!("t.{0} = wanted.{0}", column.name));
    on.collect::<Vec<_>>().join(" AND ")
}
