//! How fast the adapter writes and reads on this machine, beside bare tokio-postgres writing the same rows in groups of
//! the same size with the same durability. `cargo run --release --example throughput [commands] [in flight] [nodes]`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement: it prints, and ends when it fails"
)]

use std::time::Instant;

use tokio_postgres::NoTls;
use watchbook_eventlog::{EventLog, NewEvent, Position, StreamId, Version};
use watchbook_eventlog_conformance::kit::fresh_events;
use watchbook_eventlog_postgres::{Options, PostgresLog};
use watchbook_test_postgres::Server;

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
    let nodes = arguments.next().unwrap_or(1);
    let Some(server) = Server::shared() else { return };
    for _ in 0..3 {
        let bare = bare(&server.database(), commands, in_flight).await;
        let url = server.database();
        let adapter = adapter(&url, commands, in_flight, nodes).await;
        println!("write: bare {bare:.0}/s, adapter {adapter:.0}/s, ratio {:.2}", adapter / bare);
        println!("read: {:.0} events/s", read(&url).await);
    }
}

/// Each of the callers has its own streams, takes turns on them, and waits for each answer.
async fn adapter(url: &str, commands: usize, in_flight: usize, nodes: usize) -> f64 {
    let mut logs = Vec::new();
    for _ in 0..nodes {
        logs.push(PostgresLog::open(url, Options::default()).await.unwrap());
    }
    let began = Instant::now();
    let callers: Vec<_> = (0..in_flight)
        .map(|caller| {
            let log = logs[caller % nodes].clone();
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
    for log in logs {
        log.close().await;
    }
    rate
}

const STREAMS: &str = "INSERT INTO streams AS s (id, name, version) SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[])
    ON CONFLICT (id) DO UPDATE SET version = excluded.version";
const EVENTS: &str =
    "INSERT INTO events SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[],
    $5::text[], $6::integer[], $7::bigint[], $8::uuid[], $9::uuid[], $10::uuid[], $11::uuid[], $12::bytea[])";
const HEAD: &str = "UPDATE head SET position = $1, last_stream = $2";

/// Inserts and commits, without looking anything up, without a reader of its answers.
async fn bare(url: &str, commands: usize, group: usize) -> f64 {
    PostgresLog::open(url, Options::default()).await.unwrap().close().await;
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
        .batch_execute("SET search_path = watchbook; SET enable_seqscan = off; SET jit = off")
        .await
        .unwrap();
    let (streams, insert, head) = (
        client.prepare(STREAMS).await.unwrap(),
        client.prepare(EVENTS).await.unwrap(),
        client.prepare(HEAD).await.unwrap(),
    );
    let began = Instant::now();
    let groups = commands / group;
    for number in 0..groups {
        let events: Vec<NewEvent> = (0..group).map(|_| event().remove(0)).collect();
        let column = |value: &dyn Fn(usize) -> i64| (0..group).map(value).collect::<Vec<i64>>();
        let position = column(&|caller| (number * group + caller + 1) as i64);
        let stream = column(&|caller| (number % 8 * group + caller + 1) as i64);
        let version = column(&|_| (number / 8 + 1) as i64);
        let names: Vec<String> = (0..group).map(|caller| format!("bench-{caller}.{}", number % 8)).collect();
        client.batch_execute("BEGIN").await.unwrap();
        client.execute(&streams, &[&stream, &names, &version]).await.unwrap();
        let ids = |value: &dyn Fn(&NewEvent) -> uuid::Uuid| events.iter().map(value).collect::<Vec<_>>();
        client
            .execute(
                &insert,
                &[
                    &position,
                    &stream,
                    &version,
                    &ids(&|event| event.event_id.0),
                    &events.iter().map(|event| event.event_type.as_str()).collect::<Vec<_>>(),
                    &events.iter().map(|event| i32::from(event.schema_version)).collect::<Vec<_>>(),
                    &events.iter().map(|event| event.recorded_at.micros()).collect::<Vec<_>>(),
                    &ids(&|event| event.subject.0),
                    &events.iter().map(|event| event.actor).collect::<Vec<_>>(),
                    &ids(&|event| event.correlation_id),
                    &events.iter().map(|event| event.causation_id.map(|id| id.0)).collect::<Vec<_>>(),
                    &events.iter().map(|event| event.payload.as_slice()).collect::<Vec<_>>(),
                ],
            )
            .await
            .unwrap();
        let last = (number * group + group) as i64;
        client.execute(&head, &[&last, &((8 * group) as i64)]).await.unwrap();
        client.batch_execute("COMMIT").await.unwrap();
    }
    (groups * group) as f64 / began.elapsed().as_secs_f64()
}

async fn read(url: &str) -> f64 {
    let log = PostgresLog::open(url, Options::default()).await.unwrap();
    let (mut after, mut events) = (Position::START, 0);
    let began = Instant::now();
    loop {
        let page = log.read_all(after, 1000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.position;
        events += page.len();
    }
    events as f64 / began.elapsed().as_secs_f64()
}
