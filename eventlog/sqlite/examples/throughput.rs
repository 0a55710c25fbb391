//! How fast the adapter writes and reads on this machine, beside bare rusqlite writing the same rows in groups of
//! the same size with the same durability. `cargo run --release --example throughput [commands] [in flight]`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement: it prints, and ends when it fails"
)]

use std::path::Path;
use std::time::Instant;

use watchbook_eventlog::{EventLog, NewEvent, Position, StreamId, Version};
use watchbook_eventlog_conformance::kit::fresh_events;
use watchbook_eventlog_sqlite::SqliteLog;

const PAYLOAD: usize = 300;

fn event() -> Vec<NewEvent> {
    let mut events = fresh_events(1);
    events.iter_mut().for_each(|event| {
        event.payload = vec![7; PAYLOAD];
        event.actor = Some(event.correlation_id);
    });
    events
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>().unwrap());
    let commands = arguments.next().unwrap_or(200_000);
    let in_flight = arguments.next().unwrap_or(256);
    let dir = tempfile::TempDir::new_in(".").unwrap();
    for round in 1..=3 {
        let bare = bare(&dir.path().join(format!("bare{round}.db")), commands, in_flight).await;
        let path = dir.path().join(format!("log{round}.db"));
        let adapter = adapter(&path, commands, in_flight).await;
        println!("write: bare {bare:.0}/s, adapter {adapter:.0}/s, ratio {:.2}", adapter / bare);
        println!("read: {:.0} events/s", read(&path).await);
    }
}

/// Each of the callers has its own streams, takes turns on them, and waits for each answer.
async fn adapter(path: &Path, commands: usize, in_flight: usize) -> f64 {
    let log = SqliteLog::open(path).await.unwrap();
    let began = Instant::now();
    let callers: Vec<_> = (0..in_flight)
        .map(|caller| {
            let log = log.clone();
            tokio::spawn(async move {
                let streams: Vec<_> =
                    (0..8).map(|n| StreamId::new("bench", format!("{caller}.{n}"))).collect();
                for i in 0..commands / in_flight {
                    let version = Version((i / 8) as u64);
                    log.append(&streams[i % 8], version.expected(), event()).await.unwrap();
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let rate = commands as f64 / began.elapsed().as_secs_f64();
    log.close().await;
    rate
}

/// Row by row with prepared statements, without looking anything up but the stream.
async fn bare(path: &Path, commands: usize, group: usize) -> f64 {
    SqliteLog::open(path).await.unwrap().close().await;
    let db = rusqlite::Connection::open(path).unwrap();
    db.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -65536;
         PRAGMA wal_autocheckpoint = 8000;",
    )
    .unwrap();
    let began = Instant::now();
    let (mut position, mut written) = (0_i64, 0);
    while written < commands / group * group {
        db.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut find = db.prepare_cached("SELECT id, version FROM streams WHERE name = ?").unwrap();
        let mut create = db.prepare_cached("INSERT INTO streams (name, version) VALUES (?, 0)").unwrap();
        let mut grow = db.prepare_cached("UPDATE streams SET version = ? WHERE id = ?").unwrap();
        let mut insert = db.prepare_cached("INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?,?)").unwrap();
        for caller in 0..group {
            let name = format!("bench-{caller}.{}", written / group % 8);
            let found = find.query_row([&name], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
            let (stream, version) = found.unwrap_or_else(|_| (create.insert([&name]).unwrap(), 0));
            let event = event().remove(0);
            position += 1;
            insert
                .execute(rusqlite::params![
                    position,
                    stream,
                    version + 1,
                    event.event_id.0.as_bytes().as_slice(),
                    event.event_type,
                    event.schema_version,
                    event.recorded_at.micros(),
                    event.subject.0.as_bytes().as_slice(),
                    event.actor.as_ref().map(|id| id.as_bytes().as_slice()),
                    event.correlation_id.as_bytes().as_slice(),
                    None::<&[u8]>,
                    event.payload,
                ])
                .unwrap();
            grow.execute([version + 1, stream]).unwrap();
        }
        written += group;
        db.execute_batch("COMMIT").unwrap();
    }
    written as f64 / began.elapsed().as_secs_f64()
}

async fn read(path: &Path) -> f64 {
    let log = SqliteLog::open(path).await.unwrap();
    let (mut after, mut events) = (Position::START, 0);
    let began = Instant::now();
    loop {
        let page = log.read_all(after, 1000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.position;
        events += page.len();
    }
    f64::from(u32::try_from(events).unwrap()) / began.elapsed().as_secs_f64()
}
