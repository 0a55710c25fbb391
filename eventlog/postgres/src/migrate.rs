//! The tables: created and brought up to date by whoever comes first, refused when they are a newer program's.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use crate::open::OpenError;
use crate::options::Options;

/// Step `n` brings the tables from version `n` to `n + 1`. What was released is never changed: steps are added.
const STEPS: [&str; 2] = [include_str!("schema.sql"), include_str!("append_group.sql")];

/// Of the tables that this program works with.
pub(crate) const SCHEMA_VERSION: i64 = STEPS.len() as i64;

/// What the server must be for the log's promises to hold.
const SERVER: &str =
    "SELECT current_setting('server_version_num')::bigint, current_setting('server_encoding'),
    current_setting('fsync'), current_setting('full_page_writes')";

const OLDEST_SERVER: i64 = 130_000;

/// One at a time over all nodes, for each schema; released with the transaction.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('watchbook event log ' || $1, 0))";

/// Nodes that start together wait for the one that creates the tables, on a slow disk too.
const PATIENTLY: &str = "SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = '120s'";

/// Whether the schema is there, whether it has a table that tells the version, and whether it has any table.
const FOUND: &str = "SELECT to_regnamespace($1) IS NOT NULL, to_regclass($1 || '.event_log') IS NOT NULL,
    EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace($1))";
const VERSION: &str = "SELECT schema_version FROM event_log";
const CREATE_VERSION: &str = "CREATE TABLE event_log (
        one            boolean PRIMARY KEY DEFAULT true CHECK (one),
        schema_version bigint  NOT NULL
    );
    INSERT INTO event_log (schema_version) VALUES (0)";
const SET_VERSION: &str = "UPDATE event_log SET schema_version = $1";

/// Refuses servers that would break the log's promises.
pub(crate) async fn check_server(connection: &mut PgConnection) -> Result<(), OpenError> {
    let (version, encoding, fsync, pages): (i64, String, String, String) =
        sqlx::query_as(SERVER).persistent(false).fetch_one(connection).await.map_err(OpenError::Server)?;
    for (fits, what) in [
        (version >= OLDEST_SERVER, "it is older than PostgreSQL 13"),
        (encoding == "UTF8", "the database's encoding is not UTF8"),
        (fsync == "on", "fsync is off: a crash would lose what was acknowledged"),
        (pages == "on", "full_page_writes is off: a crash could damage the log"),
    ] {
        if !fits {
            return Err(OpenError::Unfit(what));
        }
    }
    Ok(())
}

/// Creates or updates the tables if `options` let it; leaves all as it was when it refuses.
pub(crate) async fn migrate(connection: &mut PgConnection, options: &Options) -> Result<(), OpenError> {
    let failed = OpenError::Server;
    let schema = options.schema.as_str();
    let mut transaction = connection.begin().await.map_err(failed)?;
    sqlx::raw_sql(PATIENTLY).execute(&mut *transaction).await.map_err(failed)?;
    sqlx::query(LOCK).bind(schema).persistent(false).execute(&mut *transaction).await.map_err(failed)?;
    let (exists, ours, used): (bool, bool, bool) = sqlx::query_as(FOUND)
        .bind(schema)
        .persistent(false)
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
    let found: i64 = if ours {
        sqlx::query_scalar(VERSION).persistent(false).fetch_one(&mut *transaction).await.map_err(failed)?
    } else if used {
        return Err(OpenError::NotOurs);
    } else {
        0
    };
    if found > SCHEMA_VERSION {
        return Err(OpenError::Newer { found });
    }
    if found == SCHEMA_VERSION {
        return Ok(());
    }
    if !options.create {
        return Err(if ours { OpenError::Older { found } } else { OpenError::Missing });
    }
    if !exists {
        let create = AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
        sqlx::raw_sql(create).execute(&mut *transaction).await.map_err(failed)?;
    }
    if !ours {
        sqlx::raw_sql(CREATE_VERSION).execute(&mut *transaction).await.map_err(failed)?;
    }
    for step in STEPS.into_iter().skip(usize::try_from(found).unwrap_or(0)) {
        sqlx::raw_sql(step).execute(&mut *transaction).await.map_err(failed)?;
    }
    let set = sqlx::query(SET_VERSION).bind(SCHEMA_VERSION).persistent(false);
    set.execute(&mut *transaction).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    tracing::info!(
        schema,
        from = found,
        to = SCHEMA_VERSION,
        "the event log's tables were brought up to date"
    );
    Ok(())
}
