//! Durable commands with 256 in flight, against bare SQLite writing the same rows 256 to a transaction.

use std::cell::RefCell;
use std::path::Path;

use rusqlite::{Connection, Statement, ToSql, params};
use watchbook_domain::source::{Source, SourceEvent};
use watchbook_domain::{ClientContext, SubjectId};
use watchbook_eventlog::{EventLog as _, NewEvent, Repository, StreamId, Version, fresh};

use crate::engine::{Engine, concurrently, folder, metadata, runtime};
use crate::measure::{Goal, Line, alternate, per_second};

pub(crate) const IN_FLIGHT: usize = 256;
pub(crate) const STREAMS: usize = 40 * IN_FLIGHT;
pub(crate) const COMMANDS: usize = 200 * IN_FLIGHT;
pub(crate) const ROUNDS: usize = 5;

pub(crate) fn measure() -> Vec<Line> {
    let folder = folder();
    let runtime = runtime();
    let engine = runtime.block_on(Engine::open(folder.path()));
    let sources = Repository::<Source>::new(engine.core.clone(), 2 * STREAMS);
    let at = move |_| sources.clone();
    let execute = |commands| runtime.block_on(execute(commands, IN_FLIGHT, at.clone()));
    execute(STREAMS);
    let written = runtime.block_on(engine.log.read_stream(&stream(0), Version::NONE, 1)).unwrap();
    let row = &written.first().unwrap().event;

    let single = RefCell::new(Bare::create(&folder.path().join("single.db"), row));
    let multiple = RefCell::new(Bare::create(&folder.path().join("multiple.db"), row));
    let [ours, single, multiple] = alternate(
        ROUNDS,
        [
            &mut || per_second(COMMANDS, || execute(COMMANDS)),
            &mut || single.borrow_mut().commands_per_second(1),
            &mut || multiple.borrow_mut().commands_per_second(64),
        ],
    );
    let name = format!("append_durable_256 (commands/s, {} bytes sealed)", row.payload.len());
    vec![Line::ratio(&name, [ours, single.max(multiple)], Goal::AtLeast(0.6))]
}

pub(crate) fn stream(n: usize) -> StreamId {
    StreamId::new("source", format!("5b0f1f0e6a7c4c1c9a6c-{n}"))
}

/// `commands` commands of one event each, on all streams in turn, the `n`-th at the node that `at` says.
pub(crate) async fn execute<F>(commands: usize, in_flight: usize, at: F)
where
    F: Fn(usize) -> Repository<Source> + Clone + Send + 'static,
{
    let command = move |n: usize| {
        let sources = at(n);
        async move {
            let stream = stream(n % STREAMS);
            let subject = SubjectId(uuid::Uuid::from_u128(1 + (n % STREAMS) as u128));
            let event = SourceEvent::Refused {
                count: n as u64,
                action: "sign-in".into(),
                context: ClientContext {
                    address: "203.0.113.57".into(),
                    user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
                        .into(),
                    device: "Firefox on Linux".into(),
                    place: Some("Lisbon, Portugal".into()),
                    ..ClientContext::default()
                },
            };
            let decided = |_: &Source| Ok::<_, std::convert::Infallible>(vec![event.clone()]);
            sources.execute(&stream, subject, &metadata(), decided).await.unwrap();
        }
    };
    concurrently(commands, in_flight, command).await;
}

/// SQLite with our tables and settings, and nothing else.
struct Bare {
    connection: Connection,
    row: NewEvent,
    position: usize,
}

const SCHEMA: &str = include_str!("../../../eventlog/sqlite/src/schema.sql");
const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 8000";
const STREAM: &str = "INSERT INTO streams (id, name, version) VALUES (?, ?, 0)";
const EVENT: &str =
    "INSERT INTO events (position, stream, version, event_id, event_type, schema_version, recorded_at,
    subject, actor, correlation_id, causation_id, payload) VALUES ";
const GROWN: &str = "UPDATE streams SET version = ? WHERE id = ?";

impl Bare {
    /// As many streams as ours, with one event each, shaped like `row`.
    fn create(path: &Path, row: &NewEvent) -> Self {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch(SETTINGS).unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        let mut bare = Self { connection, row: row.clone(), position: 0 };
        let transaction = bare.connection.transaction().unwrap();
        for n in 0..STREAMS {
            transaction.execute(STREAM, params![n as i64, stream(n).as_str()]).unwrap();
        }
        transaction.commit().unwrap();
        bare.write(STREAMS, 64);
        bare
    }

    fn commands_per_second(&mut self, rows_per_statement: usize) -> f64 {
        per_second(COMMANDS, || self.write(COMMANDS, rows_per_statement))
    }

    fn write(&mut self, commands: usize, rows_per_statement: usize) {
        let rows = vec!["(?,?,?,?,?,?,?,?,?,?,?,?)"; rows_per_statement].join(",");
        let mut insert = self.connection.prepare(&format!("{EVENT}{rows}")).unwrap();
        let mut grown = self.connection.prepare(GROWN).unwrap();
        for _ in 0..commands / IN_FLIGHT {
            self.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            for _ in 0..IN_FLIGHT / rows_per_statement {
                insert_rows(&mut insert, self.position, rows_per_statement, &self.row);
                for n in self.position..self.position + rows_per_statement {
                    grown.execute(params![version(n), (n % STREAMS) as i64]).unwrap();
                }
                self.position += rows_per_statement;
            }
            self.connection.execute_batch("COMMIT").unwrap();
        }
    }
}

/// Of the event that is appended as the `n`-th, to all streams in turn.
pub(crate) fn version(n: usize) -> i64 {
    1 + (n / STREAMS) as i64
}

fn insert_rows(insert: &mut Statement<'_>, from: usize, count: usize, row: &NewEvent) {
    for n in 0..count {
        let at = from + n;
        let values: [&dyn ToSql; 12] = [
            &(1 + at as i64),
            &((at % STREAMS) as i64),
            &version(at),
            &fresh::uuid().into_bytes(),
            &row.event_type,
            &row.schema_version,
            &row.recorded_at.micros(),
            &row.subject.0.into_bytes(),
            &row.actor.map(uuid::Uuid::into_bytes),
            &row.correlation_id.into_bytes(),
            &row.causation_id.map(|id| id.0.into_bytes()),
            &row.payload,
        ];
        for (index, value) in values.into_iter().enumerate() {
            insert.raw_bind_parameter(n * values.len() + index + 1, value).unwrap();
        }
    }
    insert.raw_execute().unwrap();
}
