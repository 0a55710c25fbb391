//! Several nodes on one log.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use watchbook_eventlog::{EventLog, Position, Version};
use watchbook_eventlog_conformance::kit::{append, stream};
use watchbook_eventlog_postgres::PostgresLog;
use watchbook_test_postgres::Server;

use crate::common::{Writers, check, follow, hasty};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_what_two_nodes_write_in_one_order_without_holes() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let mut nodes = Vec::new();
    for _ in 0..3 {
        nodes.push(PostgresLog::open(&url, hasty()).await.unwrap());
    }
    let until = Arc::new(AtomicUsize::new(usize::MAX));
    let readers: Vec<_> = nodes.iter().map(|node| follow(node.clone(), until.clone())).collect();
    let writers = Writers::start(&nodes[..2]);
    writers.more(3000).await;
    let told = writers.stop().await;
    let events = check(&nodes[2], &told).await;
    assert_eq!((told.unavailable, told.replayed), (0, 0));
    assert_eq!(events.len(), told.acknowledged.len() * 3);
    until.store(events.len(), Ordering::SeqCst);
    for reader in readers {
        let seen = tokio::time::timeout(Duration::from_secs(30), reader).await.unwrap().unwrap();
        assert!(seen == events, "every reader sees the same");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_is_woken_by_another_node_also_after_its_ear_was_cut() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let (writer, reader) =
        (PostgresLog::open(&url, hasty()).await.unwrap(), PostgresLog::open(&url, hasty()).await.unwrap());
    let mut head = Position::START;
    for round in 0..6 {
        if round % 2 == 1 {
            let ears = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE application_name = 'watchbook listener' AND datname = current_database()";
            assert_ne!(server.sql(&url, ears), "0");
        }
        // Time for it to listen, or to listen again.
        tokio::time::sleep(Duration::from_millis(400)).await;
        let (log, after) = (reader.clone(), head);
        let waiting = tokio::spawn(async move {
            log.wait(after, Duration::from_secs(20)).await;
            Instant::now()
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let appended = append(&*writer, &stream(), Version::NONE, 2).await;
        let committed = Instant::now();
        let woken = waiting.await.unwrap();
        assert!(woken.saturating_duration_since(committed) < Duration::from_secs(2));
        head = appended.position;
        assert_eq!(reader.head().await.unwrap(), head);
    }
}
