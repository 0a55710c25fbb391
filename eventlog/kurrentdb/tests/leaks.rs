//! Clients that were discarded end, with all that they started. A process of its own: it counts threads.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::time::Duration;

use watchbook_eventlog::{EventLog, LogError};
use watchbook_eventlog_conformance::kit::{append_retrying, stream};
use watchbook_eventlog_kurrentdb::{KurrentLog, Options};
use watchbook_test_kurrentdb::{Fault, StandIn};

fn threads_of_clients() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok());
    names.filter(|name| name.trim() == "kurrentdb").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn discarded_clients_end() {
    let server = StandIn::start().await;
    let mut options = Options { patience: Duration::from_millis(200), ..Options::default() };
    options.categories.push("conformance".to_owned());
    let log = KurrentLog::open(&server.url(), options).await.unwrap();
    for _ in 0..15 {
        server.befall([Fault::CutAfterWrite]);
        append_retrying(&*log, &stream(), 1).await;
    }
    server.refuse();
    for _ in 0..5 {
        assert!(matches!(log.head().await, Err(LogError::Unavailable(_))));
    }
    server.accept().await;
    append_retrying(&*log, &stream(), 1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let left = threads_of_clients();
    assert!((1..=2).contains(&left), "{left} clients are alive");
    log.close().await;
    drop(log);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(threads_of_clients(), 0);
}
