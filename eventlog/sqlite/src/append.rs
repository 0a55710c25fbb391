//! Appending: each command of a group is decided and inserted inside the group's transaction, one after the other.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use tokio::sync::oneshot;
use watchbook_domain::EventId;
use watchbook_eventlog::{
    Appended, Expected, LogError, NewEvent, Position, RecordedEvent, StreamId, Version,
};

/// An append in the writer's queue.
pub(crate) struct Append {
    pub(crate) what: What,
    pub(crate) answer: oneshot::Sender<Result<Appended, LogError>>,
}

pub(crate) enum What {
    Command {
        stream: StreamId,
        expected: Expected,
        events: Vec<NewEvent>,
    },
    /// Events of another log, up to the first that does not fit.
    Recorded(Vec<RecordedEvent>),
}

impl What {
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Command { events, .. } => events.iter().map(|event| event.payload.len()).sum(),
            Self::Recorded(events) => events.iter().map(|recorded| recorded.event.payload.len()).sum(),
        }
    }
}

const STREAM: &str = "SELECT id, version FROM streams WHERE name = ?1";
const NEW_STREAM: &str = "INSERT INTO streams (name, version) VALUES (?1, ?2)";
const GROWN_STREAM: &str = "UPDATE streams SET version = ?2 WHERE id = ?1";
const PLACE: &str = "SELECT stream, version, position FROM events WHERE event_id = ?1";
const EVENT: &str = "INSERT INTO events (position, stream, version, event_id, event_type, schema_version,
    recorded_at, subject, actor, correlation_id, causation_id, payload)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

/// Where an event is.
struct Place {
    stream: i64,
    version: i64,
    position: i64,
}

impl Place {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { stream: row.get(0)?, version: row.get(1)?, position: row.get(2)? })
    }

    fn appended(&self, replayed: bool) -> Appended {
        Appended {
            version: Version(self.version.unsigned_abs()),
            position: Position(self.position.unsigned_abs()),
            replayed,
        }
    }
}

/// Appends inside the caller's transaction, after the event at `head`, which it moves on. The answer is due after
/// the commit. On the outer error the transaction has to be undone.
pub(crate) fn append(
    transaction: &Connection,
    head: &mut i64,
    what: &What,
) -> rusqlite::Result<Result<Appended, LogError>> {
    match what {
        What::Command { stream, expected, events } => command(transaction, head, stream, *expected, events),
        What::Recorded(events) => {
            let mut last = Err(nothing());
            for recorded in events {
                let event = std::slice::from_ref(&recorded.event);
                last = match command(transaction, head, &recorded.stream, recorded.expected(), event)? {
                    Ok(appended) if appended.version != recorded.version => Err(LogError::misplaced()),
                    answer => answer,
                };
                if last.is_err() {
                    break;
                }
            }
            Ok(last)
        }
    }
}

fn nothing() -> LogError {
    LogError::Corrupt("an append without events".into())
}

fn command(
    transaction: &Connection,
    head: &mut i64,
    stream: &StreamId,
    expected: Expected,
    events: &[NewEvent],
) -> rusqlite::Result<Result<Appended, LogError>> {
    let Some(first) = events.first() else { return Ok(Err(nothing())) };
    let name = stream.as_str();
    let stream: Option<(i64, i64)> = transaction
        .prepare_cached(STREAM)?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some(found) = place(transaction, first.event_id)? {
        return replay(transaction, stream.map(|(id, _)| id), found, events);
    }
    let before = stream.map_or(0, |(_, version)| version);
    let actual = Version(before.unsigned_abs());
    if expected.version() != actual {
        return Ok(Err(LogError::Conflict { actual }));
    }
    if are_taken(transaction, events)? {
        return Ok(Err(LogError::Corrupt("an event id is taken".into())));
    }
    let version = before + i64::try_from(events.len()).unwrap_or(i64::MAX);
    let stream = match stream {
        Some((id, _)) => {
            transaction.prepare_cached(GROWN_STREAM)?.execute([id, version])?;
            id
        }
        None => transaction.prepare_cached(NEW_STREAM)?.insert(params![name, version])?,
    };
    for (event, version) in events.iter().zip(before + 1..) {
        *head += 1;
        insert(transaction, &Place { stream, version, position: *head }, event)?;
    }
    Ok(Ok(Place { stream, version, position: *head }.appended(false)))
}

/// The command was sent before: the answer is where the last of its events went.
fn replay(
    transaction: &Connection,
    stream: Option<i64>,
    first: Place,
    events: &[NewEvent],
) -> rusqlite::Result<Result<Appended, LogError>> {
    if stream != Some(first.stream) {
        return Ok(Err(LogError::Corrupt("an event id is taken by another stream".into())));
    }
    let mut last = first;
    for event in &events[1..] {
        match place(transaction, event.event_id)? {
            Some(place) if place.stream == last.stream && place.version > last.version => last = place,
            _ => {}
        }
    }
    Ok(Ok(last.appended(true)))
}

fn place(transaction: &Connection, event: EventId) -> rusqlite::Result<Option<Place>> {
    transaction.prepare_cached(PLACE)?.query_row([event.0.as_bytes()], Place::read).optional()
}

/// Whether one of the ids, the first aside, is in the log, or any is there twice.
fn are_taken(transaction: &Connection, events: &[NewEvent]) -> rusqlite::Result<bool> {
    for (index, event) in events.iter().enumerate().skip(1) {
        let twice = events[..index].iter().any(|earlier| earlier.event_id == event.event_id);
        if twice || place(transaction, event.event_id)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn insert(transaction: &Connection, place: &Place, event: &NewEvent) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(EVENT)?
        .execute(params![
            place.position,
            place.stream,
            place.version,
            event.event_id.0.as_bytes(),
            event.event_type,
            event.schema_version,
            event.recorded_at.micros(),
            event.subject.0.as_bytes(),
            event.actor.as_ref().map(uuid::Uuid::as_bytes),
            event.correlation_id.as_bytes(),
            event.causation_id.as_ref().map(|id| id.0.as_bytes()),
            event.payload,
        ])
        .map(drop)
}
