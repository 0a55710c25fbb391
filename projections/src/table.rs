//! A view's table: its rows in and out by the page.
//!
//! Rows travel in statements of many rows each: row by row, the driver would cost several times as much, and packed
//! into JSON, the database would.

use crate::cell::{Cell, Value};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, AssertSqlSafe, SqliteConnection};
use std::sync::Arc;

/// Rows per statement, largest first. Few sizes, so that every statement is prepared once.
const CHUNKS: [usize; 4] = [256, 32, 4, 1];

/// A column of a table.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) sql_type: &'static str,
    pub(crate) nullable: bool,
}

/// A row of a view, and thereby its table.
pub(crate) trait Row: Sized + Send + Sync + 'static {
    type Key: Ord + Copy + Send + Sync;
    const NAME: &'static str;
    /// Raised with every change of the columns or of what goes into them: the views are rebuilt then.
    const VERSION: u32;
    /// The first of the columns.
    const KEY: &'static [Column];
    /// All of them.
    const COLUMNS: &'static [Column];
    /// What follows the table's name in `CREATE INDEX`; made when a rebuild has filled the table.
    const INDEXES: &'static [&'static str];

    fn key(&self) -> Self::Key;
    fn each_of_key(key: &Self::Key, cell: &mut dyn FnMut(Value<'_>));
    fn each(&self, cell: &mut dyn FnMut(Value<'_>));
    fn read(row: &SqliteRow) -> Result<Self, sqlx::Error>;
}

/// Declares a row: its key, its other columns, and what the table is called.
macro_rules! row {
    (
        $(#[$doc:meta])*
        $vis:vis struct $row:ident in $name:literal version $version:literal indexes $indexes:expr;
        key { $($(#[$kdoc:meta])* $key:ident: $ktype:ty = $kname:literal,)+ }
        rest { $($(#[$fdoc:meta])* $field:ident: $type:ty = $fname:literal,)* }
    ) => {
        $(#[$doc])*
        $vis struct $row {
            $($(#[$kdoc])* pub $key: $ktype,)+
            $($(#[$fdoc])* pub $field: $type,)*
        }

        impl $crate::table::Row for $row {
            type Key = ($($ktype,)+);
            const NAME: &'static str = $name;
            const VERSION: u32 = $version;
            const KEY: &'static [$crate::table::Column] = &[$($crate::table::row!(@column $kname, $ktype)),+];
            const COLUMNS: &'static [$crate::table::Column] = &[
                $($crate::table::row!(@column $kname, $ktype),)+
                $($crate::table::row!(@column $fname, $type),)*
            ];
            const INDEXES: &'static [&'static str] = &$indexes;

            fn key(&self) -> Self::Key {
                ($(self.$key,)+)
            }

            fn each_of_key(key: &Self::Key, cell: &mut dyn FnMut($crate::cell::Value<'_>)) {
                let ($($key,)+) = key;
                $(cell($crate::cell::Cell::value($key));)+
            }

            fn each(&self, cell: &mut dyn FnMut($crate::cell::Value<'_>)) {
                $(cell($crate::cell::Cell::value(&self.$key));)+
                $(cell($crate::cell::Cell::value(&self.$field));)*
            }

            fn read(row: &sqlx::sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
                let mut index = 0..;
                let mut next = || index.next().unwrap_or_default();
                Ok(Self {
                    $($key: $crate::cell::Cell::read(row, next())?,)+
                    $($field: $crate::cell::Cell::read(row, next())?,)*
                })
            }
        }
    };
    (@column $name:literal, $type:ty) => {
        $crate::table::Column {
            name: $name,
            sql_type: <$type as $crate::cell::Cell>::TYPE,
            nullable: <$type as $crate::cell::Cell>::NULLABLE,
        }
    };
}
pub(crate) use row;

/// The name of one generation's table.
pub(crate) fn table_name<R: Row>(generation: i64) -> String {
    format!("{}_v{}_g{generation}", R::NAME, R::VERSION)
}

/// `CREATE TABLE` of one generation.
pub(crate) fn create<R: Row>(generation: i64) -> String {
    let column = |column: &Column| {
        let null = if column.nullable { "" } else { " NOT NULL" };
        format!("{} {}{null}", column.name, column.sql_type)
    };
    let columns: Vec<_> = R::COLUMNS.iter().map(column).collect();
    // A number is SQLite's own row id; other keys hold the row themselves.
    let clustered = if R::KEY.iter().any(|key| key.sql_type != u64::TYPE) { ", WITHOUT ROWID" } else { "" };
    format!(
        "CREATE TABLE {} ({}, PRIMARY KEY ({})) STRICT{clustered};\n",
        table_name::<R>(generation),
        columns.join(", "),
        names(R::KEY, "")
    )
}

/// `CREATE INDEX` of all indexes of one generation.
pub(crate) fn create_indexes<R: Row>(generation: i64) -> String {
    let table = table_name::<R>(generation);
    let create = |(n, index): (usize, &&str)| format!("CREATE INDEX {table}_{n} ON {table} {index};\n");
    R::INDEXES.iter().enumerate().map(create).collect()
}

/// All columns, each after `prefix`.
pub(crate) fn columns<R: Row>(prefix: &str) -> String {
    names(R::COLUMNS, prefix)
}

fn names(columns: &[Column], prefix: &str) -> String {
    columns.iter().map(|column| format!("{prefix}{}", column.name)).collect::<Vec<_>>().join(", ")
}

/// `(?, ?), (?, ?)`. Without numbers: SQLite searches numbered ones one by one.
fn tuples(rows: usize, columns: usize) -> String {
    let tuple = format!("({})", vec!["?"; columns].join(","));
    vec![tuple; rows].join(",")
}

fn upsert<R: Row>(table: &str, rows: usize) -> String {
    let changed = R::COLUMNS[R::KEY.len()..].iter().map(|column| format!("{0} = excluded.{0}", column.name));
    format!(
        "INSERT INTO {table} ({}) VALUES {} ON CONFLICT ({}) DO UPDATE SET {}",
        columns::<R>(""),
        tuples(rows, R::COLUMNS.len()),
        names(R::KEY, ""),
        changed.collect::<Vec<_>>().join(", ")
    )
}

/// `CROSS JOIN` fixes the order of the loops: for each wanted key, one search
/// (<https://sqlite.org/optoverview.html#crossjoin>).
fn select<R: Row>(table: &str, keys: usize) -> String {
    let on = R::KEY.iter().map(|column| format!("t.{0} = wanted.{0}", column.name));
    format!(
        "WITH wanted ({}) AS (VALUES {}) SELECT {} FROM wanted CROSS JOIN {table} t ON {}",
        names(R::KEY, ""),
        tuples(keys, R::KEY.len()),
        columns::<R>("t."),
        on.collect::<Vec<_>>().join(" AND ")
    )
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

/// Inserts or replaces rows, best in order of their keys.
pub(crate) async fn write<R: Row>(
    connection: &mut SqliteConnection,
    generation: i64,
    mut rows: &[&R],
) -> Result<(), sqlx::Error> {
    let table = table_name::<R>(generation);
    for size in CHUNKS {
        if rows.len() < size {
            continue;
        }
        let sql = Arc::<str>::from(upsert::<R>(&table, size));
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

/// The first `size` rows, if there are so many.
fn bind<R: Row>(rows: &[&R], size: usize) -> Option<Bound> {
    let mut bound = Bound::default();
    bound.0.reserve(size * R::COLUMNS.len(), 0);
    rows.get(..size)?.iter().for_each(|row| row.each(&mut |value| bound.add(value)));
    Some(bound)
}

/// The rows that have these keys; one can come twice.
pub(crate) async fn load<R: Row>(
    connection: &mut SqliteConnection,
    generation: i64,
    keys: &[R::Key],
) -> Result<Vec<R>, sqlx::Error> {
    let table = table_name::<R>(generation);
    let mut loaded = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(CHUNKS[0]) {
        let size = CHUNKS.into_iter().rev().find(|size| *size >= chunk.len()).unwrap_or(CHUNKS[0]);
        let Some(last) = chunk.last() else { continue };
        let mut bound = Bound::default();
        for key in chunk.iter().chain(std::iter::repeat_n(last, size - chunk.len())) {
            R::each_of_key(key, &mut |value| bound.add(value));
        }
        let sql = AssertSqlSafe(select::<R>(&table, size));
        let rows = sqlx::query_with(sql, bound.arguments()?).fetch_all(&mut *connection).await?;
        for row in &rows {
            loaded.push(R::read(row)?);
        }
    }
    Ok(loaded)
}

/// Reads rows that readers see: `$1`, `$2` … in `rest` are `arguments`.
pub(crate) async fn query<R: Row>(
    pool: &sqlx::SqlitePool,
    rest: &'static str,
    arguments: SqliteArguments,
) -> Result<Vec<R>, sqlx::Error> {
    let sql = AssertSqlSafe(format!("SELECT {} FROM {} {rest}", columns::<R>(""), R::NAME));
    let rows = sqlx::query_with(sql, arguments).fetch_all(pool).await?;
    rows.iter().map(R::read).collect()
}

/// Arguments of a reader's statement.
macro_rules! arguments {
    ($($value:expr),*) => {{
        let mut arguments = sqlx::sqlite::SqliteArguments::default();
        $(sqlx::Arguments::add(&mut arguments, $value).map_err(sqlx::Error::Encode)?;)*
        arguments
    }};
}
pub(crate) use arguments;
