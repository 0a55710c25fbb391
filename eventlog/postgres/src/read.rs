//! The log's trait: reads on the readers' connections, appends through the writer.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use watchbook_domain::{EventId, SubjectId, Timestamp};
use watchbook_eventlog::{
    Appended, Change, EventLog, Expected, IntegrityReport, LogError, NewEvent, Position, RecordedEvent,
    StreamId, Version,
};

use crate::PostgresLog;
use crate::append::{Append, What};
use crate::error::log_error;
use crate::session::on_pool;
use crate::vault::sql_limit;
use crate::writer::Op;

pub(crate) const HEAD: &str = "SELECT position FROM head";

const READ_ALL: &str = "SELECT e.position, s.name, e.version, e.event_id, e.event_type, e.schema_version,
        e.recorded_at, e.subject, e.actor, e.correlation_id, e.causation_id, e.payload
    FROM events e JOIN streams s ON s.id = e.stream
    WHERE e.position > $1 AND e.position <= $2 ORDER BY e.position";
const READ_STREAM: &str =
    "SELECT e.position, e.version, e.event_id, e.event_type, e.schema_version, e.recorded_at,
        e.subject, e.actor, e.correlation_id, e.causation_id, e.payload
    FROM events e WHERE e.stream = (SELECT id FROM streams WHERE name = $1) AND e.version > $2
    ORDER BY e.version LIMIT $3";
const READ_CHANGES: &str = "SELECT e.position, s.name, e.version, e.event_type, e.subject
    FROM events e JOIN streams s ON s.id = e.stream
    WHERE e.position > $1 AND e.position <= $2 ORDER BY e.position";

#[async_trait]
impl EventLog for PostgresLog {
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
        // There can be no such stream, and the server would refuse the name.
        if stream.as_str().contains('\0') {
            return Ok(Vec::new());
        }
        let rows: Vec<PgRow> = on_pool!(self, connection => sqlx::query(READ_STREAM)
            .bind(stream.as_str())
            .bind(sql_integer(after.0))
            .bind(sql_limit(limit))
            .fetch_all(&mut *connection))
        .map_err(log_error)?;
        let recorded = |row: &PgRow| {
            let (position, version) = (Position(integer(row, 0)?), Version(integer(row, 1)?));
            Ok(RecordedEvent { position, stream: stream.clone(), version, event: event(row, 2)? })
        };
        let events: Vec<_> = rows.iter().map(recorded).collect::<Result<_, _>>().map_err(log_error)?;
        without_holes(events, after.0, |event: &RecordedEvent| event.version.0)
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<RecordedEvent>, LogError> {
        let known = *self.head.borrow();
        let rows = self.page(READ_ALL, after, limit).await?;
        let recorded = |row: &PgRow| {
            let (position, version) = (Position(integer(row, 0)?), Version(integer(row, 2)?));
            let stream = StreamId::from_stored(row.try_get(1)?);
            Ok(RecordedEvent { position, stream, version, event: event(row, 3)? })
        };
        let events: Vec<_> = rows.iter().map(recorded).collect::<Result<_, _>>().map_err(log_error)?;
        is_as_long_as_known(events.len(), after, limit, known)?;
        without_holes(events, after.0, |event: &RecordedEvent| event.position.0)
    }

    async fn read_changes(&self, after: Position, limit: usize) -> Result<Vec<Change>, LogError> {
        let known = *self.head.borrow();
        let rows = self.page(READ_CHANGES, after, limit).await?;
        let change = |row: &PgRow| {
            Ok(Change {
                position: Position(integer(row, 0)?),
                stream: StreamId::from_stored(row.try_get(1)?),
                version: Version(integer(row, 2)?),
                event_type: row.try_get(3)?,
                subject: SubjectId(row.try_get(4)?),
            })
        };
        let changes: Vec<_> = rows.iter().map(change).collect::<Result<_, _>>().map_err(log_error)?;
        is_as_long_as_known(changes.len(), after, limit, known)?;
        without_holes(changes, after.0, |change: &Change| change.position.0)
    }

    fn has_dense_positions(&self) -> bool {
        true
    }

    async fn integrity_check(&self) -> Result<IntegrityReport, LogError> {
        PostgresLog::integrity_check(self).await
    }

    async fn head(&self) -> Result<Position, LogError> {
        let head: i64 = on_pool!(self, connection => sqlx::query_scalar(HEAD).fetch_one(&mut *connection))
            .map_err(log_error)?;
        Ok(Position(head.unsigned_abs()))
    }

    /// Wakes up at commits of this node at once, at those of others when they are announced.
    async fn wait(&self, after: Position, at_most: Duration) {
        let mut head = self.head.subscribe();
        let _ = tokio::time::timeout(at_most, head.wait_for(|head| *head > after.0)).await;
    }
}

impl PostgresLog {
    /// Positions are dense, so a page is a range of them: no plan but a walk along the index can come of it.
    async fn page(&self, sql: &'static str, after: Position, limit: usize) -> Result<Vec<PgRow>, LogError> {
        let after = sql_integer(after.0);
        let last = after.saturating_add(sql_limit(limit));
        on_pool!(self, connection => sqlx::query(sql).bind(after).bind(last).fetch_all(&mut *connection))
            .map_err(log_error)
    }
}

/// A damaged index may show as rows that are missing: a page of the log must count up by one.
fn without_holes<T>(page: Vec<T>, after: u64, number: impl Fn(&T) -> u64) -> Result<Vec<T>, LogError> {
    match page.iter().zip(after.saturating_add(1)..).find(|(item, due)| number(item) != *due) {
        Some((_, due)) => Err(LogError::Corrupt(format!("number {due} is missing, later ones are there"))),
        None => Ok(page),
    }
}

/// What was known to be committed before a page was asked for must be in it, or the server went back in time.
fn is_as_long_as_known(length: usize, after: Position, limit: usize, known: u64) -> Result<(), LogError> {
    let due = known.saturating_sub(after.0).min(limit as u64);
    if (length as u64) < due {
        return Err(LogError::Corrupt(format!("{length} events are there after {after}, {due} were")));
    }
    Ok(())
}

/// The columns that are the event's own, from `first` on.
pub(crate) fn event(row: &PgRow, first: usize) -> Result<NewEvent, sqlx::Error> {
    let schema_version: i32 = row.try_get(first + 2)?;
    Ok(NewEvent {
        event_id: EventId(row.try_get(first)?),
        event_type: row.try_get(first + 1)?,
        schema_version: u16::try_from(schema_version).map_err(|error| sqlx::Error::Decode(error.into()))?,
        recorded_at: Timestamp::from_micros(row.try_get(first + 3)?),
        subject: SubjectId(row.try_get(first + 4)?),
        actor: row.try_get(first + 5)?,
        correlation_id: row.try_get(first + 6)?,
        causation_id: row.try_get::<Option<_>, _>(first + 7)?.map(EventId),
        payload: row.try_get(first + 8)?,
    })
}

fn integer(row: &PgRow, column: usize) -> Result<u64, sqlx::Error> {
    row.try_get::<i64, _>(column).map(i64::unsigned_abs)
}

/// Positions and versions beyond the server's integers do not exist, so the largest stands for them.
fn sql_integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
