//! Somebody else holds the log's lock.

use std::time::{Duration, Instant};

use watchbook_eventlog::{EventLog, Expected, LogError, Version};
use watchbook_eventlog_conformance::kit::{append, fresh_events, stream, whole};

use crate::common::own;

async fn client(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_of_another_is_waited_for_then_unavailable() {
    let Some((_server, url, log)) = own().await else { return };
    let stream = stream();
    append(&*log, &stream, Version::NONE, 1).await;
    let other = client(&url).await;
    other.batch_execute("BEGIN; SELECT FROM watchbook.head FOR UPDATE").await.unwrap();
    let events = fresh_events(1);
    let began = Instant::now();
    for _ in 0..2 {
        let answer = log.append(&stream, Expected::Exact(Version(1)), events.clone()).await;
        assert!(matches!(answer, Err(LogError::Unavailable(_))), "{answer:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(whole(&*log, &stream).await.len(), 1, "reading goes on");
    other.batch_execute("COMMIT").await.unwrap();
    let appended = log.append(&stream, Expected::Exact(Version(1)), events).await.unwrap();
    assert_eq!((appended.version, appended.replayed), (Version(2), false));
}

/// A node that is suspended while it holds the lock is put out by the server before the others give up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_falls_silent_with_the_lock_does_not_stop_the_others() {
    let Some((_server, url, log)) = own().await else { return };
    let silent = client(&url).await;
    let as_a_node =
        "SET idle_in_transaction_session_timeout = '400ms'; BEGIN; SELECT FROM watchbook.head FOR UPDATE";
    silent.batch_execute(as_a_node).await.unwrap();
    append(&*log, &stream(), Version::NONE, 1).await;
}
