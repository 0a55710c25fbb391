//! `kill -9` at any instant loses no acknowledged event and shows no half of a batch.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::{
    collections::{HashMap, HashSet},
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};
use watchbook_eventlog::{EventLog, Position};
use watchbook_eventlog_conformance::kit::{all_after, fresh_events, stream};
use watchbook_eventlog_sqlite::SqliteLog;

const FILE: &str = "WATCHBOOK_CRASH_TEST_FILE";
const BATCH: usize = 3;

/// Not a test of its own: what the child runs until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(path) = std::env::var(FILE) else { return };
    let log = SqliteLog::open(Path::new(&path)).await.unwrap();
    let appenders: Vec<_> = (0..64)
        .map(|_| {
            let log = log.clone();
            tokio::spawn(async move {
                let stream = stream();
                let mut version = watchbook_eventlog::Version::NONE;
                // For ever, in practice.
                while version < watchbook_eventlog::Version(u64::MAX) {
                    let events = fresh_events(BATCH);
                    let ids: Vec<String> = events.iter().map(|event| event.event_id.to_string()).collect();
                    version = log.append(&stream, version.expected(), events).await.unwrap().version;
                    // In one write, so that a line is whole or missing its end.
                    std::io::stdout()
                        .lock()
                        .write_all(format!("ack {}\n", ids.join(" ")).as_bytes())
                        .unwrap();
                }
            })
        })
        .collect();
    for appender in appenders {
        appender.await.unwrap();
    }
}

/// Starts a child on the file, kills it after `life`, answers with the ids it acknowledged.
fn run_and_kill(path: &Path, life: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        output
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| {
                // The harness writes its own first line without an end.
                let ids = line.split_once("ack ")?.1;
                Some(ids.split(' ').map(str::to_owned).collect::<Vec<_>>())
            })
            .flatten()
            .filter(|id| id.len() == 36)
            .collect()
    });
    std::thread::sleep(life);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_appending() {
    let dir = tempfile::TempDir::new().unwrap();
    let path = dir.path().join("log.db");
    let mut before = 0;
    for life in [1000, 700, 1300] {
        let file = path.clone();
        let acknowledged =
            tokio::task::spawn_blocking(move || run_and_kill(&file, Duration::from_millis(life)))
                .await
                .unwrap();
        assert!(acknowledged.len() > 100, "the child did append: {}", acknowledged.len());

        let log = SqliteLog::open(&path).await.unwrap();
        let report = log.integrity_check().await.unwrap();
        assert_eq!(report.problems, []);
        let events = all_after(&*log, Position::START, 1000).await;
        assert!(events.iter().zip(1..).all(|(event, due)| event.position == Position(due)));
        assert!(events.len() > before);
        before = events.len();

        let stored: HashSet<String> = events.iter().map(|event| event.event.event_id.to_string()).collect();
        let lost: Vec<_> = acknowledged.iter().filter(|id| !stored.contains(*id)).collect();
        assert!(lost.is_empty(), "{} acknowledged events are lost", lost.len());
        let mut batches: HashMap<_, usize> = HashMap::new();
        for event in &events {
            *batches.entry(event.event.correlation_id).or_default() += 1;
        }
        assert!(batches.values().all(|n| *n == BATCH), "batches are whole");
        log.close().await;
    }
}
