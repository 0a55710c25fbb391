//! The server dies, is away, comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use watchbook_domain::Timestamp;
use watchbook_eventlog::{
    EventLog, Expected, LogError, Position, Purpose, SecretName, Snapshots, Vault, Version,
};
use watchbook_eventlog_conformance::kit::{append, credential, fresh_events, stream, subject, whole};
use watchbook_eventlog_postgres::{OpenError, Options, PostgresLog};
use watchbook_test_postgres::Server;

use crate::common::{Writers, check, follow, hasty};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_and_restarted_while_writers_append() {
    let Some(server) = Server::start() else { return };
    let server = Arc::new(server);
    let url = server.database();
    // Too short to ride out an outage, so that callers have to send again.
    let options = Options { outcome_timeout: Duration::from_millis(100), ..hasty() };
    let log = PostgresLog::open(&url, options).await.unwrap();
    let until = Arc::new(AtomicUsize::new(usize::MAX));
    let reader = follow(log.clone(), until.clone());
    let writers = Writers::start(std::slice::from_ref(&log));
    for away in [0, 300, 1500] {
        writers.more(300).await;
        let server = server.clone();
        let restart = move || {
            server.kill();
            std::thread::sleep(Duration::from_millis(away));
            server.restart();
        };
        tokio::task::spawn_blocking(restart).await.unwrap();
    }
    writers.more(300).await;
    let told = writers.stop().await;
    let events = check(&log, &told).await;
    until.store(events.len(), Ordering::SeqCst);
    let seen = tokio::time::timeout(Duration::from_secs(30), reader).await.unwrap().unwrap();
    assert_eq!(seen, events);
    assert!(told.unavailable > 0, "the outages were felt");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unavailable_while_the_server_is_away_and_well_when_it_is_back() {
    let Some(server) = Server::start() else { return };
    let url = server.database();
    let log = PostgresLog::open(&url, hasty()).await.unwrap();
    let stream = stream();
    append(&*log, &stream, Version::NONE, 1).await;
    let name = SecretName { subject: subject(), credential: credential(), purpose: Purpose::Totp };
    log.put_secret(name, vec![1; 40], Timestamp::from_micros(1)).await.unwrap();
    for _ in 0..2 {
        server.kill();
        let began = Instant::now();
        let answer = log.append(&stream, Expected::Exact(Version(1)), fresh_events(1)).await;
        assert!(matches!(answer, Err(LogError::Unavailable(_))), "{answer:?}");
        assert!(matches!(log.head().await, Err(LogError::Unavailable(_))));
        assert!(matches!(log.read_all(Position::START, 1).await, Err(LogError::Unavailable(_))));
        assert!(log.secret(name).await.is_err() && log.snapshot(&stream).await.is_err());
        assert!(log.destroy_subject(subject()).await.is_err());
        log.wait(Position(1), Duration::from_millis(10)).await;
        assert!(began.elapsed() < Duration::from_secs(15), "none waits for ever: {:?}", began.elapsed());
        assert!(matches!(PostgresLog::open(&url, hasty()).await, Err(OpenError::Server(_))));
        server.restart();
        assert_eq!(whole(&*log, &stream).await.len(), 1, "the first read after it is good");
        assert_eq!(log.secret(name).await.unwrap(), Some(vec![1; 40]));
    }
    append(&*log, &stream, Version(1), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_ended_over_and_over_lose_nothing() {
    let Some(server) = Server::start() else { return };
    let url = server.database();
    let nodes =
        [PostgresLog::open(&url, hasty()).await.unwrap(), PostgresLog::open(&url, hasty()).await.unwrap()];
    let writers = Writers::start(&nodes);
    let admin = url.clone();
    let ending = move || {
        for _ in 0..40 {
            server.sql(
                &admin,
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'watchbook%'",
            );
            std::thread::sleep(Duration::from_millis(30));
        }
        server
    };
    let _server = tokio::task::spawn_blocking(ending).await.unwrap();
    writers.more(100).await;
    let told = writers.stop().await;
    check(&nodes[0], &told).await;
    assert!(told.acknowledged.len() > 200);
}
