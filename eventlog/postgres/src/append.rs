//! Appending a group: the head's lock, one look-up for all its streams, the decisions in memory, and one statement that
//! writes them.
//!
//! Commands sent again are rare, so event ids are looked up only when something points to one: an append at another
//! version than the stream's, or the index of event ids refusing what was written. Nobody else writes meanwhile.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sqlx::postgres::PgConnection;
use sqlx::{Executor as _, Row as _};
use tokio::sync::oneshot;
use uuid::Uuid;
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
    SELECT position, last_stream FROM head FOR UPDATE";

const STREAMS: &str = "SELECT name, id, version FROM streams WHERE name = ANY($1)";
const EVENTS: &str = "SELECT event_id, stream, version, position FROM events WHERE event_id = ANY($1)";

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
    ), moved AS (
        UPDATE head SET position = $18, last_stream = $19
    )
    SELECT pg_notify($20, $18::text)";

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
#[derive(Clone)]
pub(crate) struct View {
    head: i64,
    last_stream: i64,
    streams: HashMap<String, Stream>,
    /// Those of the group that the log has, as far as they were looked up, and those decided.
    events: HashMap<Uuid, Place>,
    looked_up: bool,
}

/// What a group comes to: the answers, due after the commit, and the events' places.
pub(crate) struct Decided {
    pub(crate) answers: Vec<Result<Appended, LogError>>,
    pub(crate) head: i64,
    written: Vec<(Uuid, Place)>,
}

impl Decided {
    /// Nothing to commit.
    pub(crate) fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// Whether this was committed, to judge by what is in the log now, under its lock. A position is given once, so
    /// events in the very places that they were given here were put there by this.
    pub(crate) fn is_in(&self, view: &View) -> bool {
        self.written.iter().all(|(id, place)| view.events.get(id) == Some(place))
    }
}

/// Begins a transaction, takes the lock that orders all appends, and looks up the group's streams.
pub(crate) async fn begin(connection: &mut PgConnection, appends: &[Append]) -> Result<View, sqlx::Error> {
    let locked = connection.fetch_one(sqlx::raw_sql(BEGIN)).await?;
    let mut names: Vec<&str> =
        appends.iter().flat_map(|append| append.what.streams()).filter(|name| is_storable(name)).collect();
    names.dedup();
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(STREAMS).bind(names).fetch_all(connection).await?;
    let stream = |(name, id, version)| (name, Stream { id, version, new: false, grown: false });
    Ok(View {
        head: locked.try_get(0)?,
        last_stream: locked.try_get(1)?,
        streams: rows.into_iter().map(stream).collect(),
        events: HashMap::new(),
        looked_up: false,
    })
}

/// Looks up which of the group's event ids the log has.
pub(crate) async fn look_up_events(
    connection: &mut PgConnection,
    view: &mut View,
    appends: &[Append],
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> =
        appends.iter().flat_map(|append| append.what.events()).map(|event| event.event_id.0).collect();
    let rows: Vec<(Uuid, i64, i64, i64)> = sqlx::query_as(EVENTS).bind(ids).fetch_all(connection).await?;
    let place = |(id, stream, version, position)| (id, Place { stream, version, position });
    view.events = rows.into_iter().map(place).collect();
    view.looked_up = true;
    Ok(())
}

type Row<'a> = (Place, &'a NewEvent);

/// Decides the group and writes it inside the transaction that [`begin`] began.
///
/// # Errors
/// A unique violation when event ids were not looked up and one of them is in the log.
pub(crate) async fn write(
    connection: &mut PgConnection,
    mut view: View,
    appends: &[Append],
    channel: &str,
) -> Result<Decided, sqlx::Error> {
    let mut before = (!view.looked_up).then(|| view.clone());
    loop {
        let mut rows = Vec::new();
        let answers: Vec<_> =
            appends.iter().map(|append| decide(&mut view, &append.what, &mut rows)).collect();
        // What is at another version may have been sent before.
        if answers.iter().any(|answer| matches!(answer, Err(LogError::Conflict { .. })))
            && let Some(before) = before.take()
        {
            view = before;
            look_up_events(connection, &mut view, appends).await?;
            continue;
        }
        if !rows.is_empty() {
            insert(connection, &view, &rows, channel).await?;
        }
        let written = rows.iter().map(|(place, event)| (event.event_id.0, *place)).collect();
        return Ok(Decided { answers, head: view.head, written });
    }
}

/// One append, on the log as the appends before it in the group leave it.
fn decide<'a>(view: &mut View, what: &'a What, rows: &mut Vec<Row<'a>>) -> Result<Appended, LogError> {
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

fn appended(version: i64, position: i64, replayed: bool) -> Appended {
    Appended {
        version: Version(version.unsigned_abs()),
        position: Position(position.unsigned_abs()),
        replayed,
    }
}

fn is_storable(name: &str) -> bool {
    name.len() <= LONGEST_NAME && !name.contains('\0')
}

async fn insert(
    connection: &mut PgConnection,
    view: &View,
    rows: &[Row<'_>],
    channel: &str,
) -> Result<(), sqlx::Error> {
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
        .bind(channel)
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
