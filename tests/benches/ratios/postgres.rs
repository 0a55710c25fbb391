//! Durable commands on PostgreSQL, against what could be had instead on the same server.
//!
//! - Bare `tokio-postgres`: one connection inserts the same rows in groups, and looks nothing up.
//! - `cqrs-es` with `postgres-es`: a program beside this one handles the same commands; see `cqrs-es/src/main.rs`.
//! - One node: what two lose by taking turns at the log's lock.
//!
//! All sides take turns on one server, each in a database of its own. It syncs each commit; whoever writes is on the
//! same cores. Nodes are in this process, each with its own connections, keys, caches and follower.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement};
use tokio_util::sync::DropGuard;
use watchbook_domain::source::Source;
use watchbook_eventlog::{EventLog as _, NewEvent, Position, Repository, Version, fresh};
use watchbook_eventlog_postgres::{Options, PostgresLog};
use watchbook_test_postgres::Server;

use crate::append::{COMMANDS, IN_FLIGHT, ROUNDS, STREAMS, execute, stream, version};
use crate::engine::{followed, runtime};
use crate::measure::{Goal, Line, alternate, per_second};

const ONE_BY_ONE: usize = 1_000;

pub(crate) fn measure() -> Vec<Line> {
    let Some(server) = Server::shared() else { return Vec::new() };
    let runtime = runtime();
    let one = runtime.block_on(Nodes::open(&server.database(), 1));
    let two = runtime.block_on(Nodes::open(&server.database(), 2));
    let row = runtime.block_on(two.first_row());
    let bare = |group| RefCell::new(runtime.block_on(Bare::create(&server.database(), &row, group)));
    let [whole, half, single] = [IN_FLIGHT, IN_FLIGHT / 2, 1].map(bare);
    let cqrs_es =
        CqrsEs::CONNECTIONS.map(|connections| RefCell::new(CqrsEs::start(&server.database(), connections)));

    let ours = |nodes: &Nodes, commands, in_flight, route| {
        per_second(commands, || runtime.block_on(nodes.execute(commands, in_flight, route)))
    };
    let bare =
        |bare: &RefCell<Bare>, rows| per_second(rows, || runtime.block_on(bare.borrow_mut().write(rows)));
    let [two_nodes, one_node, roaming, whole, half, few, many] = alternate(
        ROUNDS,
        [
            &mut || ours(&two, COMMANDS, IN_FLIGHT, |n| n),
            &mut || ours(&one, COMMANDS, IN_FLIGHT, |n| n),
            // Each command at the other node than the one before it on its stream.
            &mut || ours(&two, COMMANDS, IN_FLIGHT, |n| n + n / STREAMS),
            &mut || bare(&whole, COMMANDS),
            &mut || bare(&half, COMMANDS),
            &mut || cqrs_es[0].borrow_mut().commands_per_second(),
            &mut || cqrs_es[1].borrow_mut().commands_per_second(),
        ],
    );
    let [one_by_one, bare_one_by_one, read] = alternate(
        ROUNDS,
        [&mut || ours(&one, ONE_BY_ONE, 1, |n| n), &mut || bare(&single, ONE_BY_ONE), &mut || {
            per_second(COMMANDS, || runtime.block_on(one.read(COMMANDS)))
        }],
    );
    eprintln!("  bare {whole:.0} in groups of {IN_FLIGHT}, {half:.0} of half; cqrs-es {few:.0}, {many:.0}");
    let name = |what: &str| format!("append_postgres_{what}");
    vec![
        Line::ratio(&name("256 (commands/s, two nodes)"), [two_nodes, whole.max(half)], Goal::AtLeast(0.6)),
        Line::ratio(
            &name("256_cqrs_es (commands/s, two nodes)"),
            [two_nodes, few.max(many)],
            Goal::AtLeast(10.0),
        ),
        Line::ratio(&name("256_two_nodes (commands/s, of one)"), [two_nodes, one_node], Goal::AtLeast(0.85)),
        Line::ratio(&name("256_roaming (commands/s, of one)"), [roaming, one_node], Goal::Shown),
        Line::ratio(&name("1 (commands/s, one node)"), [one_by_one, bare_one_by_one], Goal::Shown),
        Line::value("read_postgres (events/s)", read, Goal::Shown),
    ]
}

/// Nodes on one database, their caches warm.
struct Nodes {
    logs: Vec<Arc<PostgresLog>>,
    sources: Vec<Repository<Source>>,
    _stop: Vec<DropGuard>,
}

impl Nodes {
    async fn open(url: &str, count: usize) -> Self {
        let mut nodes = Self { logs: Vec::new(), sources: Vec::new(), _stop: Vec::new() };
        for _ in 0..count {
            let log = PostgresLog::open(url, Options::default()).await.unwrap();
            let (core, stop) = followed(log.clone()).await;
            nodes.logs.push(log);
            nodes.sources.push(Repository::new(core, 2 * STREAMS));
            nodes._stop.push(stop);
        }
        nodes.execute(STREAMS, IN_FLIGHT, |n| n).await;
        nodes
    }

    async fn execute(&self, commands: usize, in_flight: usize, route: fn(usize) -> usize) {
        let sources = self.sources.clone();
        execute(commands, in_flight, move |n| sources[route(n) % sources.len()].clone()).await;
    }

    async fn first_row(&self) -> NewEvent {
        let written = self.logs[0].read_stream(&stream(0), Version::NONE, 1).await.unwrap();
        written.into_iter().next().unwrap().event
    }

    /// The first `events` events.
    async fn read(&self, events: usize) {
        let mut read = 0;
        while read < events {
            let after = Position(read as u64);
            read += self.logs[0].read_all(after, 1_000.min(events - read)).await.unwrap().len();
        }
    }
}

/// One connection to a server with our tables, and nothing else.
struct Bare {
    client: Client,
    insert: Statement,
    grown: Statement,
    moved: Statement,
    row: NewEvent,
    group: usize,
    position: usize,
}

/// The plans that our sessions are held to.
const SETTINGS: &str = "SET search_path = watchbook; SET jit = off; SET enable_seqscan = off;
    SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";
const STREAM: &str =
    "INSERT INTO streams (id, name, version) SELECT *, 0 FROM unnest($1::bigint[], $2::text[])";
const EVENTS: &str =
    "INSERT INTO events (position, stream, version, event_id, event_type, schema_version, recorded_at,
        subject, actor, correlation_id, causation_id, payload)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::integer[],
        $7::bigint[], $8::uuid[], $9::uuid[], $10::uuid[], $11::uuid[], $12::bytea[])";
const GROWN: &str = "UPDATE streams SET version = grown.version
    FROM unnest($1::bigint[], $2::bigint[]) AS grown (id, version) WHERE streams.id = grown.id";
const MOVED: &str = "UPDATE head SET position = $1";

impl Bare {
    /// As many streams as ours, with one event each, shaped like `row`.
    async fn create(url: &str, row: &NewEvent, group: usize) -> Self {
        PostgresLog::open(url, Options::default()).await.unwrap().close().await;
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(SETTINGS).await.unwrap();
        let ids: Vec<i64> = (0..STREAMS as i64).collect();
        let names: Vec<String> = (0..STREAMS).map(|n| stream(n).to_string()).collect();
        client.execute(STREAM, &[&ids, &names]).await.unwrap();
        let insert = client.prepare(EVENTS).await.unwrap();
        let grown = client.prepare(GROWN).await.unwrap();
        let moved = client.prepare(MOVED).await.unwrap();
        let mut bare = Self { client, insert, grown, moved, row: row.clone(), group: IN_FLIGHT, position: 0 };
        bare.write(STREAMS).await;
        bare.group = group;
        bare
    }

    async fn write(&mut self, rows: usize) {
        for _ in 0..rows / self.group {
            self.write_group().await;
        }
    }

    async fn write_group(&mut self) {
        fn column<T>(group: usize, value: impl Fn(usize) -> T) -> Vec<T> {
            (0..group).map(value).collect()
        }
        let (from, group, row) = (self.position, self.group, &self.row);
        let streams = column(group, |n| ((from + n) % STREAMS) as i64);
        let versions = column(group, |n| version(from + n));
        let last = (from + group) as i64;
        self.client.batch_execute("BEGIN").await.unwrap();
        let columns: [&(dyn ToSql + Sync); 12] = [
            &column(group, |n| (1 + from + n) as i64),
            &streams,
            &versions,
            &column(group, |_| fresh::uuid()),
            &column(group, |_| row.event_type.as_str()),
            &column(group, |_| i32::from(row.schema_version)),
            &column(group, |_| row.recorded_at.micros()),
            &column(group, |_| row.subject.0),
            &column(group, |_| row.actor),
            &column(group, |_| row.correlation_id),
            &column(group, |_| row.causation_id.map(|id| id.0)),
            &column(group, |_| row.payload.as_slice()),
        ];
        self.client.execute(&self.insert, &columns).await.unwrap();
        self.client.execute(&self.grown, &[&streams, &versions]).await.unwrap();
        self.client.execute(&self.moved, &[&last]).await.unwrap();
        self.client.batch_execute("COMMIT").await.unwrap();
        self.position += group;
    }
}

/// The program that handles commands with cqrs-es, waiting for us to say how many.
struct CqrsEs {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl CqrsEs {
    /// What postgres-es gives a pool, and more, for all that are in flight share them.
    const CONNECTIONS: [u32; 2] = [10, 40];

    /// Fewer than ours in a round: it reads a stream's whole history for each command, which must not be longer.
    const COMMANDS: usize = COMMANDS / 5;

    fn start(url: &str, connections: u32) -> Self {
        let package = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/cqrs-es/Cargo.toml");
        let own = std::env::current_exe().unwrap();
        // Built where this was: from `target/release/deps/ratios-…`.
        let target = own.ancestors().nth(3).unwrap();
        let mut process = Command::new(std::env::var("CARGO").unwrap_or("cargo".into()))
            .args(["run", "--release", "--locked", "--quiet", "--manifest-path", package, "--target-dir"])
            .arg(target)
            .args(["--", url])
            .args([connections.to_string(), STREAMS.to_string(), IN_FLIGHT.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let mut started = Self { process, input, output: BufReader::new(output) };
        started.commands_per_second();
        started
    }

    fn commands_per_second(&mut self) -> f64 {
        writeln!(self.input, "{}", Self::COMMANDS).unwrap();
        let mut seconds = String::new();
        self.output.read_line(&mut seconds).unwrap();
        Self::COMMANDS as f64 / seconds.trim_end().parse::<f64>().unwrap()
    }
}

impl Drop for CqrsEs {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
