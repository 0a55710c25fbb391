//! Appending what cannot be appended [at once](crate::at_once): replays, conflicts, copies of other logs, and what may
//! have been written already. The head's lock, a look at all streams and events of the group, the decisions in memory,
//! and one statement that writes them. Nobody else writes meanwhile.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sqlx::postgres::PgConnection;
use sqlx::{Executor as _, Row as _};
use tokio::sync::oneshot;
use uuid::Uuid;
use watchbook_eventlog::{
    Appended, Expected, LogError, NewEvent, Position, RecordedEvent, StreamId, Version,
};

use crate::read;

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
    fn parts(&self) -> (Option<&StreamId>, &[NewEvent], &[RecordedEvent]) {
        match self {
            Self::Command { stream, events, .. } => (Some(stream), events, &[]),
            Self::Recorded(recorded) => (None, &[], recorded),
        }
    }

    fn streams(&self) -> impl Iterator<Item = &str> {
        let (stream, _, recorded) = self.parts();
        stream.into_iter().chain(recorded.iter().map(|recorded| &recorded.stream)).map(StreamId::as_str)
    }

    fn events(&self) -> impl Iterator<Item = &NewEvent> {
        let (_, events, recorded) = self.parts();
        events.iter().chain(recorded.iter().map(|recorded| &recorded.event))
    }

    pub(crate) fn size(&self) -> usize {
        self.events().map(|event| event.payload.len()).sum()
    }
}

/// In one message. What comes after it sees all that was committed before the lock was given: under `READ COMMITTED`
/// each statement has a snapshot of its own.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SELECT position FROM head FOR UPDATE";

/// In one snapshot: where the log ends, how long the streams are, and where the events are.
const LOOK: &str = "
    SELECT 0, position, last_stream, 0, NULL::text, NULL::uuid FROM head
    UNION ALL SELECT 1, id, version, 0, name, NULL FROM streams WHERE name = ANY($1)
    UNION ALL SELECT 2, stream, version, position, NULL, event_id FROM events WHERE event_id = ANY($2)";

/// What is at places in streams, to be compared with what was to be put there.
const FOUND: &str =
    "SELECT s.name, e.version, e.position, e.event_id, e.event_type, e.schema_version, e.recorded_at,
        e.subject, e.actor, e.correlation_id, e.causation_id, e.payload
    FROM events e JOIN streams s ON s.id = e.stream WHERE e.event_id = ANY($1)";

const WRITE: &str = "
    WITH appended AS (
        INSERT INTO events (position, stream, version, event_id, event_type, schema_version, recorded_at, subject,
            actor, correlation_id, causation_id, payload)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::integer[],
            $7::bigint[], $8::uuid[], $9::uuid[], $10::uuid[], $11::uuid[], $12::bytea[])
    ), created AS (
        INSERT INTO streams (id, name, version) SELECT * FROM unnest($13::bigint[], $14::text[], $15::bigint[])
    ), grown AS (
        UPDATE streams SET version = grown.version FROM unnest($16::bigint[], $17::bigint[]) AS grown (id, version)
        WHERE streams.id = grown.id
    )
    UPDATE head SET position = $18, last_stream = $19";

/// Longer names do not fit into an index.
const LONGEST_NAME: usize = 1024;

/// Where an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    stream: i64,
    version: i64,
    position: i64,
}

#[derive(Clone, Copy)]
struct Stream {
    id: i64,
    version: i64,
    new: bool,
    grown: bool,
}

/// What the log looks like to a group, growing as its appends are decided.
pub(crate) struct View {
    head: i64,
    last_stream: i64,
    streams: HashMap<String, Stream>,
    /// Those of the group that the log has, and those decided.
    events: HashMap<Uuid, Place>,
}

/// What a group comes to: the answers, due after the commit, and what is to be written.
pub(crate) struct Decided<'a> {
    pub(crate) answers: Vec<Result<Appended, LogError>>,
    view: View,
    rows: Vec<Row<'a>>,
}

type Row<'a> = (Place, &'a NewEvent);

/// Begins a transaction and takes the lock that orders all appends.
pub(crate) async fn begin(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute(sqlx::raw_sql(BEGIN)).await.map(drop)
}

/// What the log has of the group's streams and events.
pub(crate) async fn look(connection: &mut PgConnection, group: &[&What]) -> Result<View, sqlx::Error> {
    let mut names: Vec<&str> =
        group.iter().flat_map(|what| what.streams()).filter(|name| is_storable(name)).collect();
    names.dedup();
    let mut view = View { head: 0, last_stream: 0, streams: HashMap::new(), events: HashMap::new() };
    for row in sqlx::query(LOOK).bind(names).bind(ids(group)).fetch_all(connection).await? {
        let (first, second) = (row.try_get(1)?, row.try_get(2)?);
        match row.try_get::<i32, _>(0)? {
            0 => (view.head, view.last_stream) = (first, second),
            1 => {
                let stream = Stream { id: first, version: second, new: false, grown: false };
                view.streams.insert(row.try_get(4)?, stream);
            }
            _ => {
                let place = Place { stream: first, version: second, position: row.try_get(3)? };
                view.events.insert(row.try_get(5)?, place);
            }
        }
    }
    Ok(view)
}

fn ids(group: &[&What]) -> Vec<Uuid> {
    group.iter().flat_map(|what| what.events()).map(|event| event.event_id.0).collect()
}

/// Which of the commands are in the log just as they were sent, at the versions they were for: with payloads that are
/// sealed, no other attempt to write them can have put them there. To be asked under the lock.
pub(crate) async fn found(
    connection: &mut PgConnection,
    group: &[&What],
) -> Result<Vec<Option<Appended>>, sqlx::Error> {
    let mut there = HashMap::new();
    for row in sqlx::query(FOUND).bind(ids(group)).fetch_all(connection).await? {
        let event = read::event(&row, 3)?;
        let place: (String, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        there.insert(event.event_id, (place, event));
    }
    let found = |what: &&What| {
        let What::Command { stream, expected, events } = what else { return None };
        let mut last = None;
        for (event, due) in events.iter().zip(expected.version().0 + 1..) {
            let ((name, version, position), recorded) = there.get(&event.event_id)?;
            if name != stream.as_str() || version.unsigned_abs() != due || recorded != event {
                return None;
            }
            last = Some(appended(*version, *position, false));
        }
        last
    };
    Ok(group.iter().map(found).collect())
}

/// Decides the group on what the log has.
pub(crate) fn decide<'a>(mut view: View, group: &[&'a What]) -> Decided<'a> {
    let mut rows = Vec::new();
    let answers = group.iter().map(|what| decide_one(&mut view, what, &mut rows)).collect();
    Decided { answers, view, rows }
}

impl Decided<'_> {
    /// Nothing to write: the answers stand.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Position of the last event, after this.
    pub(crate) fn head(&self) -> i64 {
        self.view.head
    }

    /// Writes it, inside the transaction that [`begin`] began before the look.
    pub(crate) async fn write(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        insert(connection, &self.view, &self.rows).await
    }
}

/// One append, on the log as the appends before it in the group leave it.
fn decide_one<'a>(view: &mut View, what: &'a What, rows: &mut Vec<Row<'a>>) -> Result<Appended, LogError> {
    match what {
        What::Command { stream, expected, events } => command(view, stream, *expected, events, rows),
        What::Recorded(events) => {
            let mut last = Err(nothing());
            for recorded in events {
                let event = std::slice::from_ref(&recorded.event);
                let appended = command(view, &recorded.stream, recorded.expected(), event, rows)?;
                if appended.version != recorded.version {
                    return Err(LogError::misplaced());
                }
                last = Ok(appended);
            }
            last
        }
    }
}

fn nothing() -> LogError {
    LogError::Corrupt("an append without events".into())
}

fn command<'a>(
    view: &mut View,
    stream: &StreamId,
    expected: Expected,
    events: &'a [NewEvent],
    rows: &mut Vec<Row<'a>>,
) -> Result<Appended, LogError> {
    let Some(first) = events.first() else { return Err(nothing()) };
    let name = stream.as_str();
    // One of these would make the server refuse the whole group.
    if !is_storable(name) || !events.iter().all(|event| is_storable(&event.event_type)) {
        return Err(LogError::Corrupt("a name is too long or holds a zero byte".into()));
    }
    let stream = view.streams.get(name).copied();
    if let Some(place) = view.events.get(&first.event_id.0) {
        return replay(view, stream, *place, events);
    }
    let actual = stream.map_or(0, |stream| stream.version);
    if expected.version().0 != actual.unsigned_abs() {
        return Err(LogError::Conflict { actual: Version(actual.unsigned_abs()) });
    }
    let mut ids: Vec<_> = events.iter().map(|event| event.event_id.0).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) || ids.iter().any(|id| view.events.contains_key(id)) {
        return Err(LogError::Corrupt("an event id is taken".into()));
    }
    let stream = match view.streams.entry(name.to_owned()) {
        Entry::Occupied(occupied) => occupied.into_mut(),
        Entry::Vacant(vacant) => {
            view.last_stream += 1;
            vacant.insert(Stream { id: view.last_stream, version: 0, new: true, grown: false })
        }
    };
    stream.grown = true;
    for event in events {
        stream.version += 1;
        view.head += 1;
        let place = Place { stream: stream.id, version: stream.version, position: view.head };
        view.events.insert(event.event_id.0, place);
        rows.push((place, event));
    }
    Ok(appended(stream.version, view.head, false))
}

/// The command was sent before: the answer is where the last of its events went.
fn replay(
    view: &View,
    stream: Option<Stream>,
    first: Place,
    events: &[NewEvent],
) -> Result<Appended, LogError> {
    if stream.is_none_or(|stream| stream.id != first.stream) {
        return Err(LogError::Corrupt("an event id is taken by another stream".into()));
    }
    let places = events.iter().filter_map(|event| view.events.get(&event.event_id.0));
    let last = places.filter(|place| place.stream == first.stream).max_by_key(|place| place.version);
    let last = last.unwrap_or(&first);
    Ok(appended(last.version, last.position, true))
}

pub(crate) fn appended(version: i64, position: i64, replayed: bool) -> Appended {
    Appended {
        version: Version(version.unsigned_abs()),
        position: Position(position.unsigned_abs()),
        replayed,
    }
}

pub(crate) fn is_storable(name: &str) -> bool {
    name.len() <= LONGEST_NAME && !name.contains('\0')
}

async fn insert(connection: &mut PgConnection, view: &View, rows: &[Row<'_>]) -> Result<(), sqlx::Error> {
    /// A column of all rows.
    fn column<'a, T>(rows: &[Row<'a>], value: impl Fn(&Place, &'a NewEvent) -> T) -> Vec<T> {
        rows.iter().map(|(place, event)| value(place, event)).collect()
    }
    let touched = |new| view.streams.iter().filter(move |(_, stream)| stream.grown && stream.new == new);
    let created: (Vec<i64>, (Vec<&str>, Vec<i64>)) =
        touched(true).map(|(name, stream)| (stream.id, (name.as_str(), stream.version))).unzip();
    let grown: (Vec<i64>, Vec<i64>) = touched(false).map(|(_, stream)| (stream.id, stream.version)).unzip();
    sqlx::query(WRITE)
        .bind(column(rows, |place, _| place.position))
        .bind(column(rows, |place, _| place.stream))
        .bind(column(rows, |place, _| place.version))
        .bind(column(rows, |_, event| event.event_id.0))
        .bind(column(rows, |_, event| event.event_type.as_str()))
        .bind(column(rows, |_, event| i32::from(event.schema_version)))
        .bind(column(rows, |_, event| event.recorded_at.micros()))
        .bind(column(rows, |_, event| event.subject.0))
        .bind(column(rows, |_, event| event.actor))
        .bind(column(rows, |_, event| event.correlation_id))
        .bind(column(rows, |_, event| event.causation_id.map(|id| id.0)))
        .bind(column(rows, |_, event| event.payload.as_slice()))
        .bind(created.0)
        .bind(created.1.0)
        .bind(created.1.1)
        .bind(grown.0)
        .bind(grown.1)
        .bind(view.head)
        .bind(view.last_stream)
        .execute(connection)
        .await?;
    Ok(())
}

impl View {
    /// Position of the last event.
    pub(crate) fn head(&self) -> u64 {
        self.head.unsigned_abs()
    }
}
