//! The log's trait: reads on the readers' connections, appends through the writer.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;
use watchbook_domain::{EventId, SubjectId, Timestamp};
use watchbook_eventlog::{
    Appended, Change, EventLog, Expected, IntegrityReport, LogError, NewEvent, Position, RecordedEvent,
    StreamId, Version,
};

use crate::SqliteLog;
use crate::append::{Append, What};
use crate::error::log_error;
use crate::vault::sql_limit;
use crate::writer::Op;

pub(crate) const HEAD: &str = "SELECT coalesce(max(position), 0) FROM events";

macro_rules! columns {
    () => {
        "SELECT e.position, s.name, e.version, e.event_id, e.event_type, e.schema_version, e.recorded_at,
            e.subject, e.actor, e.correlation_id, e.causation_id, e.payload "
    };
}

// `CROSS JOIN` fixes the order of the loops (https://sqlite.org/optoverview.html#crossjoin).
const READ_ALL: &str = concat!(
    columns!(),
    "FROM events e CROSS JOIN streams s ON s.id = e.stream WHERE e.position > ?1 ORDER BY e.position LIMIT ?2"
);
const READ_STREAM: &str = concat!(
    columns!(),
    "FROM streams s CROSS JOIN events e ON e.stream = s.id
     WHERE s.name = ?1 AND e.version > ?2 ORDER BY e.version LIMIT ?3"
);
const READ_CHANGES: &str = "SELECT e.position, s.name, e.version, e.event_type, e.subject
    FROM events e CROSS JOIN streams s ON s.id = e.stream WHERE e.position > ?1 ORDER BY e.position LIMIT ?2";

#[async_trait]
impl EventLog for SqliteLog {
    async fn append(
        &self,
        stream: &StreamId,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, LogError> {
        let what = What::Command { stream: stream.clone(), expected, events };
        self.ask(|answer| Op::Append(Append { what, answer })).await.map_err(LogError::unavailable)?
    }

    /// In one transaction.
    async fn append_recorded(&self, events: Vec<RecordedEvent>) -> Result<(), LogError> {
        if events.is_empty() {
            return Ok(());
        }
        let what = What::Recorded(events);
        let answer = self.ask(|answer| Op::Append(Append { what, answer })).await;
        answer.map_err(LogError::unavailable)?.map(drop)
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        after: Version,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        sqlx::query(READ_STREAM)
            .bind(stream.as_str())
            .bind(sql_integer(after.0))
            .bind(sql_limit(limit))
            .try_map(recorded)
            .fetch_all(&self.readers)
            .await
            .map_err(log_error)
            .and_then(|events| without_holes(events, after.0, |event| event.version.0))
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<RecordedEvent>, LogError> {
        sqlx::query(READ_ALL)
            .bind(sql_integer(after.0))
            .bind(sql_limit(limit))
            .try_map(recorded)
            .fetch_all(&self.readers)
            .await
            .map_err(log_error)
            .and_then(|events| without_holes(events, after.0, |event| event.position.0))
    }

    async fn read_changes(&self, after: Position, limit: usize) -> Result<Vec<Change>, LogError> {
        sqlx::query(READ_CHANGES)
            .bind(sql_integer(after.0))
            .bind(sql_limit(limit))
            .try_map(|row: SqliteRow| {
                Ok(Change {
                    position: Position(integer(&row, 0)?),
                    stream: StreamId::from_stored(row.try_get(1)?),
                    version: Version(integer(&row, 2)?),
                    event_type: row.try_get(3)?,
                    subject: SubjectId(uuid(&row, 4)?),
                })
            })
            .fetch_all(&self.readers)
            .await
            .map_err(log_error)
            .and_then(|changes| without_holes(changes, after.0, |change| change.position.0))
    }

    fn has_dense_positions(&self) -> bool {
        true
    }

    async fn integrity_check(&self) -> Result<IntegrityReport, LogError> {
        SqliteLog::integrity_check(self).await
    }

    async fn head(&self) -> Result<Position, LogError> {
        let head: i64 = sqlx::query_scalar(HEAD).fetch_one(&self.readers).await.map_err(log_error)?;
        Ok(Position(head.unsigned_abs()))
    }

    /// Wakes up at commits of this process; those of others are found after `at_most`.
    async fn wait(&self, after: Position, at_most: Duration) {
        let mut head = self.head.subscribe();
        let _ = tokio::time::timeout(at_most, head.wait_for(|head| *head > after.0)).await;
    }
}

/// A damaged page may show as rows that are missing: a page of the log must count up by one.
fn without_holes<T>(page: Vec<T>, after: u64, number: impl Fn(&T) -> u64) -> Result<Vec<T>, LogError> {
    match page.iter().zip(after.saturating_add(1)..).find(|(item, due)| number(item) != *due) {
        Some((_, due)) => Err(LogError::Corrupt(format!("number {due} is missing, later ones are there"))),
        None => Ok(page),
    }
}

fn recorded(row: SqliteRow) -> Result<RecordedEvent, sqlx::Error> {
    Ok(RecordedEvent {
        position: Position(integer(&row, 0)?),
        stream: StreamId::from_stored(row.try_get(1)?),
        version: Version(integer(&row, 2)?),
        event: NewEvent {
            event_id: EventId(uuid(&row, 3)?),
            event_type: row.try_get(4)?,
            schema_version: row.try_get(5)?,
            recorded_at: Timestamp::from_micros(row.try_get(6)?),
            subject: SubjectId(uuid(&row, 7)?),
            actor: optional_uuid(&row, 8)?,
            correlation_id: uuid(&row, 9)?,
            causation_id: optional_uuid(&row, 10)?.map(EventId),
            payload: row.try_get(11)?,
        },
    })
}

fn integer(row: &SqliteRow, column: usize) -> Result<u64, sqlx::Error> {
    row.try_get::<i64, _>(column).map(i64::unsigned_abs)
}

fn uuid(row: &SqliteRow, column: usize) -> Result<Uuid, sqlx::Error> {
    Uuid::from_slice(row.try_get(column)?).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn optional_uuid(row: &SqliteRow, column: usize) -> Result<Option<Uuid>, sqlx::Error> {
    let bytes: Option<&[u8]> = row.try_get(column)?;
    bytes.map(Uuid::from_slice).transpose().map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Positions and versions beyond SQLite's integers do not exist, so the largest stands for them.
fn sql_integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
