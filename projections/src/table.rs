//! Rows in and out of SQLite by the page: one statement a table, all rows packed into one JSON value. Row by
//! row, the driver would cost ten times as much.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// A table of a view, as its columns.
pub(crate) trait Table: Serialize + DeserializeOwned {
    /// Without the generation.
    const NAME: &'static str;
    /// Name and declaration; the first column is the primary key.
    const COLUMNS: &'static [(&'static str, &'static str)];
    /// Columns to index.
    const INDEXES: &'static [&'static str];

    /// The name of one generation's table.
    fn name(generation: i64) -> String {
        format!("{}_g{generation}", Self::NAME)
    }

    /// Creates one generation's table.
    fn create(generation: i64) -> String {
        let name = Self::name(generation);
        let columns: Vec<_> = Self::COLUMNS.iter().map(|(column, sql)| format!("{column} {sql}")).collect();
        let mut sql = format!("CREATE TABLE {name} ({}) STRICT;", columns.join(", "));
        for columns in Self::INDEXES {
            let index = columns.replace([' ', ','], "_");
            sql += &format!("CREATE INDEX {name}_{index} ON {name} ({columns});");
        }
        sql
    }

    /// Lets readers see this generation, under the name without one.
    fn publish(generation: i64) -> String {
        format!(
            "DROP VIEW IF EXISTS {0}; CREATE VIEW {0} AS SELECT * FROM {1};",
            Self::NAME,
            Self::name(generation)
        )
    }

    /// A row as one JSON object.
    fn as_json() -> String {
        let fields: Vec<_> =
            Self::COLUMNS.iter().map(|(column, _)| format!("'{column}', {column}")).collect();
        format!("json_object({})", fields.join(", "))
    }

    /// The rows that have these keys.
    async fn load(
        connection: &mut SqliteConnection,
        generation: i64,
        keys: &[&str],
    ) -> Result<Vec<Self>, sqlx::Error> {
        if keys.is_empty() {
            return Ok(vec![]);
        }
        let (key, _) = Self::COLUMNS[0];
        let sql = format!(
            "SELECT json_group_array({}) FROM {} WHERE {key} IN (SELECT value FROM json_each($1))",
            Self::as_json(),
            Self::name(generation)
        );
        let row = sqlx::query(AssertSqlSafe(sql)).bind(encode(&keys)?).fetch_one(connection).await?;
        decode(&row.try_get::<String, _>(0)?)
    }

    /// Inserts or replaces rows.
    async fn store(
        connection: &mut SqliteConnection,
        generation: i64,
        rows: &[&Self],
    ) -> Result<(), sqlx::Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let columns: Vec<_> = Self::COLUMNS.iter().map(|(column, _)| *column).collect();
        let values: Vec<_> = columns.iter().map(|column| format!("value ->> '{column}'")).collect();
        let sql = format!(
            "INSERT OR REPLACE INTO {} ({}) SELECT {} FROM json_each($1)",
            Self::name(generation),
            columns.join(", "),
            values.join(", ")
        );
        sqlx::query(AssertSqlSafe(sql)).bind(encode(&rows)?).execute(connection).await?;
        Ok(())
    }

    /// Rows that a condition selects, for readers. `$1` and `$2` are the arguments.
    async fn select(
        pool: &sqlx::SqlitePool,
        rest: &str,
        first: &str,
        second: i64,
    ) -> Result<Vec<Self>, sqlx::Error> {
        let sql = format!("SELECT {} FROM {} {rest}", Self::as_json(), Self::NAME);
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(first).bind(second).fetch_all(pool).await?;
        rows.iter().map(|row| decode(row.try_get::<&str, _>(0)?)).collect()
    }
}

fn encode(value: &impl Serialize) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

fn decode<T: DeserializeOwned>(text: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// Declares a row and its table. The first column is the primary key.
macro_rules! table {
    ($(#[$doc:meta])* $row:ident, $name:literal, indexes $indexes:expr, {
        $($(#[$fdoc:meta])* $field:ident: $type:ty = $sql:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
        pub(crate) struct $row {$($(#[$fdoc])* pub(crate) $field: $type,)*}

        impl $crate::table::Table for $row {
            const NAME: &'static str = $name;
            const COLUMNS: &'static [(&'static str, &'static str)] = &[$((stringify!($field), $sql)),*];
            const INDEXES: &'static [&'static str] = &$indexes;
        }
    };
}
pub(crate) use table;
