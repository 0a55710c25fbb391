//! Appending a group: one look-up for all its streams and event ids, the decisions in memory, and then as few
//! statements as there can be.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sqlx::SqliteConnection;
use tokio::sync::oneshot;
use uuid::Uuid;
use watchbook_eventlog::{Appended, Expected, LogError, NewEvent, Position, StreamId, Version};

/// An append in the writer's queue.
pub(crate) struct Append {
    pub(crate) stream: StreamId,
    pub(crate) expected: Expected,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) answer: oneshot::Sender<Result<Appended, LogError>>,
}

/// One row: the end of the log, the highest stream id, the streams with these names as `[[name, id, version]]`, and
/// the events with these ids as `[[hex id, stream, version, position]]`.
const LOOK_UP: &str = "SELECT
    (SELECT coalesce(max(position), 0) FROM events),
    (SELECT coalesce(max(id), 0) FROM streams),
    (SELECT json_group_array(json_array(name, id, version))
       FROM streams WHERE name IN (SELECT value FROM json_each(?1))),
    (SELECT json_group_array(json_array(hex(event_id), stream, version, position))
       FROM events WHERE event_id IN (SELECT unhex(value) FROM json_each(?2)))";

/// `[[id, name, version]]`
const NEW_STREAMS: &str = "INSERT OR FAIL INTO streams (id, name, version)
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1)";

/// `[[id, version]]`
const GROWN_STREAMS: &str = "UPDATE streams SET version = grown.value ->> 1
    FROM json_each(?1) AS grown WHERE streams.id = grown.value ->> 0";

macro_rules! four {
    ($rows:expr) => {
        concat!($rows, ",", $rows, ",", $rows, ",", $rows)
    };
}
macro_rules! insert {
    ($rows:expr) => {
        concat!(
            "INSERT OR FAIL INTO events (position, stream, version, event_id, event_type, schema_version, recorded_at, ",
            "subject, actor, correlation_id, causation_id, payload) VALUES ",
            $rows
        )
    };
}
macro_rules! row {
    () => {
        "(?,?,?,?,?,?,?,?,?,?,?,?)"
    };
}

/// Rows per statement, largest first. Few sizes, so that each statement is prepared once. `OR FAIL` spares SQLite the
/// journal it would keep to undo one statement: a failure here undoes the whole group.
const INSERTS: [(usize, &str); 4] = [
    (64, insert!(four!(four!(four!(row!()))))),
    (16, insert!(four!(four!(row!())))),
    (4, insert!(four!(row!()))),
    (1, insert!(row!())),
];

/// Where an event is.
#[derive(Clone, Copy)]
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
struct View {
    head: i64,
    last_stream: i64,
    streams: HashMap<String, Stream>,
    events: HashMap<Uuid, Place>,
}

/// Decides and inserts inside the caller's transaction. Gives the answers, due after the commit, and the position
/// of the last event.
pub(crate) async fn append_all(
    connection: &mut SqliteConnection,
    appends: &mut [Append],
) -> Result<(Vec<Result<Appended, LogError>>, u64), sqlx::Error> {
    let mut view = look_up(connection, appends).await?;
    let mut rows = Vec::new();
    let answers = appends.iter_mut().map(|append| decide(&mut view, append, &mut rows)).collect();
    if !rows.is_empty() {
        insert(connection, rows).await?;
        update_streams(connection, &view).await?;
    }
    Ok((answers, view.head.unsigned_abs()))
}

async fn look_up(connection: &mut SqliteConnection, appends: &[Append]) -> Result<View, sqlx::Error> {
    let decode = |error: serde_json::Error| sqlx::Error::Decode(error.into());
    let names: Vec<_> = appends.iter().map(|append| append.stream.as_str()).collect();
    let ids: Vec<_> =
        appends.iter().flat_map(|append| &append.events).map(|event| event.event_id.0.simple()).collect();
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    let encode = |error: serde_json::Error| sqlx::Error::Encode(error.into());
    let (head, last_stream, streams, events): (i64, i64, String, String) = sqlx::query_as(LOOK_UP)
        .bind(serde_json::to_string(&names).map_err(encode)?)
        .bind(serde_json::to_string(&ids).map_err(encode)?)
        .fetch_one(connection)
        .await?;
    let streams: Vec<(String, i64, i64)> = serde_json::from_str(&streams).map_err(decode)?;
    let events: Vec<(Uuid, i64, i64, i64)> = serde_json::from_str(&events).map_err(decode)?;
    let stream = |(name, id, version)| (name, Stream { id, version, new: false, grown: false });
    let place = |(id, stream, version, position)| (id, Place { stream, version, position });
    Ok(View {
        head,
        last_stream,
        streams: streams.into_iter().map(stream).collect(),
        events: events.into_iter().map(place).collect(),
    })
}

type Row = (Place, NewEvent);

/// One append, on the log as the appends before it in the group leave it.
fn decide(view: &mut View, append: &mut Append, rows: &mut Vec<Row>) -> Result<Appended, LogError> {
    let events = std::mem::take(&mut append.events);
    let Some(first) = events.first() else {
        return Err(LogError::Corrupt("an append without events".into()));
    };
    let stream = view.streams.get(append.stream.as_str()).copied();
    if let Some(place) = view.events.get(&first.event_id.0) {
        return replay(view, stream, *place, &events);
    }
    let actual = stream.map_or(0, |stream| stream.version);
    if append.expected.version().0 != actual.unsigned_abs() {
        return Err(LogError::Conflict { actual: Version(actual.unsigned_abs()) });
    }
    let mut ids: Vec<_> = events.iter().map(|event| event.event_id.0).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) || ids.iter().any(|id| view.events.contains_key(id)) {
        return Err(LogError::Corrupt("an event id is taken".into()));
    }
    let stream = match view.streams.entry(append.stream.as_str().to_owned()) {
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

async fn insert(connection: &mut SqliteConnection, rows: Vec<Row>) -> Result<(), sqlx::Error> {
    let mut left = rows.len();
    let mut rows = rows.into_iter();
    for (size, sql) in INSERTS {
        while left >= size {
            left -= size;
            let mut query = sqlx::query(sql);
            for (place, event) in rows.by_ref().take(size) {
                query = query
                    .bind(place.position)
                    .bind(place.stream)
                    .bind(place.version)
                    .bind(event.event_id.0.into_bytes().to_vec())
                    .bind(event.event_type)
                    .bind(i64::from(event.schema_version))
                    .bind(event.recorded_at.micros())
                    .bind(event.subject.0.into_bytes().to_vec())
                    .bind(event.actor.map(|id| id.into_bytes().to_vec()))
                    .bind(event.correlation_id.into_bytes().to_vec())
                    .bind(event.causation_id.map(|id| id.0.into_bytes().to_vec()))
                    .bind(event.payload);
            }
            query.execute(&mut *connection).await?;
        }
    }
    Ok(())
}

async fn update_streams(connection: &mut SqliteConnection, view: &View) -> Result<(), sqlx::Error> {
    let encode = |error: serde_json::Error| sqlx::Error::Encode(error.into());
    let touched = || view.streams.iter().filter(|(_, stream)| stream.grown);
    let new: Vec<_> = touched()
        .filter(|(_, stream)| stream.new)
        .map(|(name, stream)| (stream.id, name, stream.version))
        .collect();
    let grown: Vec<_> =
        touched().filter(|(_, stream)| !stream.new).map(|(_, stream)| (stream.id, stream.version)).collect();
    if !new.is_empty() {
        let new = serde_json::to_string(&new).map_err(encode)?;
        sqlx::query(NEW_STREAMS).bind(new).execute(&mut *connection).await?;
    }
    if !grown.is_empty() {
        let grown = serde_json::to_string(&grown).map_err(encode)?;
        sqlx::query(GROWN_STREAMS).bind(grown).execute(&mut *connection).await?;
    }
    Ok(())
}
