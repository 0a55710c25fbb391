//! What an operator asks of the log: is it sound, how large is it, is what was destroyed gone.

use sqlx::{Acquire as _, Connection as _, Executor as _};
use watchbook_eventlog::{IntegrityProblem, IntegrityReport, LogError, Position, VaultError};

use crate::PostgresLog;
use crate::error::{log_error, vault_error};

/// Size of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Events in the log.
    pub events: u64,
    /// Streams with at least one event.
    pub streams: u64,
    /// Bytes of the schema's tables and indexes, vault and snapshots included.
    pub bytes_on_disk: u64,
}

/// Positions and stream ids are dense, so the last of each is their number.
const STATS: &str = "SELECT position, last_stream,
        (SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class
         WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r')
    FROM head";

/// One snapshot for all questions, and time and plans for questions about everything.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = '60s';
    SET LOCAL enable_seqscan = on;
    SET LOCAL enable_bitmapscan = on;
    SET LOCAL enable_hashjoin = on;
    SET LOCAL enable_mergejoin = on";
const END: &str = "COMMIT";

const COUNT: &str = "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM streams)";

const FIRST_HOLE: &str = "
    SELECT position, place
    FROM (SELECT position, row_number() OVER (ORDER BY position) AS place FROM events) AS numbered
    WHERE position <> place
    ORDER BY place
    LIMIT 1";

/// Where the head disagrees with the events and streams.
const HEAD: &str = "
    SELECT position, last_stream, (SELECT coalesce(max(position), 0) FROM events),
        (SELECT coalesce(max(id), 0) FROM streams)
    FROM head";

/// The first event that does not continue its stream, by position. Versions must rise with positions.
const FIRST_BAD_VERSION: &str = "
    SELECT position, version, place
    FROM (
        SELECT position, version, row_number() OVER (PARTITION BY stream ORDER BY position) AS place
        FROM events
    ) AS numbered
    WHERE version <> place
    ORDER BY position
    LIMIT 1";

/// Streams whose row disagrees with their events, events without a stream included.
const FIRST_BAD_STREAM: &str = "
    SELECT coalesce(s.name, '?'), coalesce(s.version, 0), coalesce(e.last, 0), e.position
    FROM (
        SELECT stream, max(version) AS last, max(position) AS position FROM events GROUP BY stream
    ) AS e
    FULL JOIN streams AS s ON s.id = e.stream
    WHERE s.version IS DISTINCT FROM e.last
    ORDER BY e.position
    LIMIT 1";

/// Writes the vault's tables anew, without what was overwritten and deleted. `VACUUM` alone would leave its bytes in
/// the pages until others need the room.
const SCRUB: [&str; 3] = ["SET statement_timeout = 0", "VACUUM (FULL) subject_keys", "VACUUM (FULL) secrets"];

impl PostgresLog {
    /// Removes destroyed keys and secrets from the vault's files, for good at the server's next checkpoint. Holds up
    /// users of the vault while it runs: for seconds with a million secrets, so call it in quiet hours.
    ///
    /// The server's write-ahead log, its archive and backups keep what was in them. Rotating the master key makes the
    /// destroyed keys there useless.
    ///
    /// # Errors
    /// `Unavailable`, also when others use the vault for longer than `lock_timeout`.
    pub async fn scrub(&self) -> Result<(), VaultError> {
        // Not handed back: its settings are its own.
        let mut connection = self.readers.acquire().await.map_err(vault_error)?.detach();
        for statement in SCRUB {
            connection.execute(sqlx::raw_sql(statement)).await.map_err(vault_error)?;
        }
        connection.close().await.map_err(vault_error)
    }

    /// Checks the log's rules: positions without holes up to the head, stream versions without holes and in order of
    /// position, streams as long as they say. Reads all envelopes, for as long as that takes. Damage below the rows
    /// is for the server's own `pg_amcheck` and checksums to find.
    ///
    /// # Errors
    /// `Unavailable`, and `Corrupt` when the tables are too damaged to be checked.
    pub async fn integrity_check(&self) -> Result<IntegrityReport, LogError> {
        let mut connection = self.readers.acquire().await.map_err(log_error)?;
        let checked = async {
            let connection = connection.acquire().await?;
            connection.execute(sqlx::raw_sql(BEGIN)).await?;
            let report = check(connection).await?;
            connection.execute(sqlx::raw_sql(END)).await?;
            Ok(report)
        };
        let checked = checked.await;
        if checked.is_err() {
            // Its transaction may still be open.
            drop(connection.detach());
        }
        checked.map_err(log_error)
    }

    /// Counts and size.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    pub async fn stats(&self) -> Result<Stats, LogError> {
        let (events, streams, bytes): (i64, i64, i64) = crate::session::on_pool!(self, connection =>
            sqlx::query_as(STATS).fetch_one(&mut *connection))
        .map_err(log_error)?;
        Ok(Stats {
            events: events.unsigned_abs(),
            streams: streams.unsigned_abs(),
            bytes_on_disk: bytes.unsigned_abs(),
        })
    }
}

async fn check(connection: &mut sqlx::PgConnection) -> Result<IntegrityReport, sqlx::Error> {
    let mut problems = Vec::new();
    let at = |position: i64| Some(Position(position.unsigned_abs()));
    let hole: Option<(i64, i64)> = sqlx::query_as(FIRST_HOLE).fetch_optional(&mut *connection).await?;
    if let Some((found, wanted)) = hole {
        let what = format!("position {found} where {wanted} is due");
        problems.push(IntegrityProblem { position: at(wanted.min(found)), what });
    }
    let version: Option<(i64, i64, i64)> =
        sqlx::query_as(FIRST_BAD_VERSION).fetch_optional(&mut *connection).await?;
    if let Some((position, found, wanted)) = version {
        let what = format!("stream version {found} where {wanted} is due");
        problems.push(IntegrityProblem { position: at(position), what });
    }
    let stream: Option<(String, i64, i64, Option<i64>)> =
        sqlx::query_as(FIRST_BAD_STREAM).fetch_optional(&mut *connection).await?;
    if let Some((name, says, has, position)) = stream {
        let what = format!("stream {name} says version {says}, its events say {has}");
        problems.push(IntegrityProblem { position: position.and_then(at), what });
    }
    let (head, last_stream, last_position, highest_id): (i64, i64, i64, i64) =
        sqlx::query_as(HEAD).fetch_one(&mut *connection).await?;
    if head != last_position {
        let what = format!("the head says position {head}, the events end at {last_position}");
        problems.push(IntegrityProblem { position: at(last_position.min(head) + 1), what });
    }
    if last_stream != highest_id {
        let what = format!("the head says stream {last_stream}, the streams end at {highest_id}");
        problems.push(IntegrityProblem { position: None, what });
    }
    let (events, streams): (i64, i64) = sqlx::query_as(COUNT).fetch_one(&mut *connection).await?;
    Ok(IntegrityReport { events: events.unsigned_abs(), streams: streams.unsigned_abs(), problems })
}
