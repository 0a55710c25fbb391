//! What an operator asks of the file: is it sound, how large is it, a copy of it.

use std::path::{Path, PathBuf};

use watchbook_eventlog::{IntegrityProblem, IntegrityReport, LogError, Position};

use crate::SqliteLog;
use crate::error::log_error;
use crate::open::create_private;

/// Size of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Events in the log.
    pub events: u64,
    /// Streams with at least one event.
    pub streams: u64,
    /// Bytes of the file and those beside it.
    pub bytes_on_disk: u64,
}

const QUICK_CHECK: &str = "PRAGMA quick_check(20)";

const COUNT: &str = "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM streams)";

const FIRST_HOLE: &str = "
    SELECT position, place
    FROM (SELECT position, row_number() OVER (ORDER BY position) AS place FROM events)
    WHERE position <> place
    LIMIT 1";

/// The first event that does not continue its stream, by position. Versions must rise with positions.
const FIRST_BAD_VERSION: &str = "
    SELECT position, version, place
    FROM (
        SELECT position, version, row_number() OVER (PARTITION BY stream ORDER BY position) AS place
        FROM events
    )
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
    WHERE s.version IS NOT e.last
    ORDER BY e.position
    LIMIT 1";

const BACKUP: &str = "VACUUM INTO ?";

impl SqliteLog {
    /// Checks the file's structure and the log's rules: positions without holes, stream versions
    /// without holes and in order of position, streams as long as they say. Reads all envelopes.
    ///
    /// # Errors
    /// `Unavailable`, and `Corrupt` when the file is too damaged to be checked.
    pub async fn integrity_check(&self) -> Result<IntegrityReport, LogError> {
        let mut tx = self.readers.begin().await.map_err(log_error)?;
        let mut problems = Vec::new();
        let lines: Vec<String> =
            sqlx::query_scalar(QUICK_CHECK).fetch_all(&mut *tx).await.map_err(log_error)?;
        problems.extend(
            lines
                .into_iter()
                .filter(|line| line != "ok")
                .map(|what| IntegrityProblem { position: None, what }),
        );
        let hole: Option<(i64, i64)> =
            sqlx::query_as(FIRST_HOLE).fetch_optional(&mut *tx).await.map_err(log_error)?;
        if let Some((found, wanted)) = hole {
            problems.push(IntegrityProblem {
                position: Some(Position((wanted.min(found)).unsigned_abs())),
                what: format!("position {found} where {wanted} is due"),
            });
        }
        let version: Option<(i64, i64, i64)> =
            sqlx::query_as(FIRST_BAD_VERSION).fetch_optional(&mut *tx).await.map_err(log_error)?;
        if let Some((position, found, wanted)) = version {
            problems.push(IntegrityProblem {
                position: Some(Position(position.unsigned_abs())),
                what: format!("stream version {found} where {wanted} is due"),
            });
        }
        let stream: Option<(String, i64, i64, Option<i64>)> =
            sqlx::query_as(FIRST_BAD_STREAM).fetch_optional(&mut *tx).await.map_err(log_error)?;
        if let Some((name, says, has, position)) = stream {
            problems.push(IntegrityProblem {
                position: position.map(|position| Position(position.unsigned_abs())),
                what: format!("stream {name} says version {says}, its events say {has}"),
            });
        }
        let (events, streams): (i64, i64) =
            sqlx::query_as(COUNT).fetch_one(&mut *tx).await.map_err(log_error)?;
        Ok(IntegrityReport { events: events.unsigned_abs(), streams: streams.unsigned_abs(), problems })
    }

    /// Writes a consistent copy, vault included, to `path`, which must not exist. Appends go on
    /// meanwhile. The copy is on disk when this returns. It holds wrapped keys: a subject that is erased
    /// later is not erased from it.
    ///
    /// # Errors
    /// `Unavailable` when the copy cannot be written; what was written of it is removed.
    pub async fn backup_to(&self, path: &Path) -> Result<(), LogError> {
        create_private(path, true).map_err(LogError::unavailable)?;
        let target = path.to_str().ok_or_else(|| LogError::unavailable("the path is not UTF-8"))?;
        let copied = sqlx::query(BACKUP).bind(target).execute(&self.readers).await.map_err(log_error);
        let synced = match copied {
            Ok(_) => sync(path.to_owned()).await,
            Err(error) => Err(error),
        };
        if synced.is_err() {
            // Best effort: the error that matters is the first one.
            let _ = tokio::fs::remove_file(path).await;
        }
        synced
    }

    /// Counts and size.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    pub async fn stats(&self) -> Result<Stats, LogError> {
        let (events, streams): (i64, i64) =
            sqlx::query_as(COUNT).fetch_one(&self.readers).await.map_err(log_error)?;
        let mut bytes_on_disk = 0;
        for suffix in ["", "-wal", "-shm"] {
            let mut name = self.path.clone().into_os_string();
            name.push(suffix);
            if let Ok(file) = tokio::fs::metadata(PathBuf::from(name)).await {
                bytes_on_disk += file.len();
            }
        }
        Ok(Stats { events: events.unsigned_abs(), streams: streams.unsigned_abs(), bytes_on_disk })
    }
}

/// `VACUUM INTO` leaves syncing to others.
async fn sync(path: PathBuf) -> Result<(), LogError> {
    let file = tokio::fs::File::open(&path).await.map_err(LogError::unavailable)?;
    file.sync_all().await.map_err(LogError::unavailable)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
        && let Ok(folder) = tokio::fs::File::open(folder).await
    {
        folder.sync_all().await.map_err(LogError::unavailable)?;
    }
    Ok(())
}
