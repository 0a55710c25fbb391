//! The connection is cut in mid-commit: the outcome is found out, not guessed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use watchbook_eventlog::{EventLog, Expected, LogError, Position, RecordedEvent, Version};
use watchbook_eventlog_conformance::kit::{all_after, append, fresh_events, stream};
use watchbook_eventlog_postgres::{Options, PostgresLog};
use watchbook_test_postgres::Server;

use crate::common::{Writers, check, hasty};
use crate::proxy::{Fault, Proxy};

/// A log behind a proxy, and the same log without.
async fn behind_a_proxy(options: Options) -> Option<(Server, Proxy, Arc<PostgresLog>, Arc<PostgresLog>)> {
    let server = Server::start()?;
    let url = server.database();
    let (front, rest) = url.split_once('@').unwrap();
    let (address, database) = rest.split_once('/').unwrap();
    let proxy = Proxy::before(address.parse().unwrap()).await;
    let through = format!("{front}@{}/{database}", proxy.address);
    let direct = PostgresLog::open(&url, hasty()).await.unwrap();
    Some((server, proxy, PostgresLog::open(&through, options).await.unwrap(), direct))
}

/// Forty callers append once each, without trying again, while the fault strikes: each is told the truth.
async fn all_are_acknowledged_once(fault: Fault) {
    let Some((_server, proxy, log, direct)) = behind_a_proxy(hasty()).await else { return };
    let first = stream();
    append(&*log, &first, Version::NONE, 1).await;
    proxy.arm(fault);
    let began = Instant::now();
    let callers: Vec<_> = (0..40)
        .map(|_| {
            let log = log.clone();
            tokio::spawn(async move { log.append(&stream(), Expected::NoStream, fresh_events(2)).await })
        })
        .collect();
    // Decided in the same groups or in later ones; a wrong version all the same.
    let stale = log.append(&first, Expected::NoStream, fresh_events(1)).await;
    assert!(matches!(stale, Err(LogError::Conflict { actual: Version(1) })), "{stale:?}");
    let mut positions = Vec::new();
    for caller in callers {
        let appended = caller.await.unwrap().unwrap();
        assert!(!appended.replayed, "nobody sent it before");
        positions.push(appended.position);
    }
    assert_eq!(proxy.struck(), 1);
    positions.sort();
    assert_eq!(positions, (0..40).map(|n| Position(3 + 2 * n)).collect::<Vec<_>>());
    assert_eq!(all_after(&*direct, Position::START, 100).await.len(), 81);
    assert_eq!(direct.integrity_check().await.unwrap().problems, []);
    let silence = if fault == Fault::Silence { hasty().statement_timeout } else { Duration::ZERO };
    assert!((silence..Duration::from_secs(15)).contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_stands() {
    all_are_acknowledged_once(Fault::SwallowAnswer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_is_lost_is_made_again() {
    all_are_acknowledged_once(Fault::SwallowCommit).await;
}

/// It finds its streams at other versions than it expected.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_arrives_late_comes_to_nothing() {
    all_are_acknowledged_once(Fault::DelayCommit).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_never_comes_is_found_out() {
    all_are_acknowledged_once(Fault::Silence).await;
}

/// A copy is not appended in one exchange: the fault strikes at its `COMMIT`. Looking for its events without the lock
/// would find nothing, and refuse them as late.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_made_once_whatever_becomes_of_its_commit() {
    let Some((_server, proxy, log, direct)) = behind_a_proxy(hasty()).await else { return };
    let mut copied = Vec::new();
    for fault in [Fault::None, Fault::SwallowAnswer, Fault::SwallowCommit, Fault::DelayCommit, Fault::Silence]
    {
        let stream = stream();
        let recorded: Vec<_> = (1..)
            .zip(fresh_events(3))
            .map(|(version, event)| RecordedEvent {
                position: Position::START,
                stream: stream.clone(),
                version: Version(version),
                event,
            })
            .collect();
        proxy.arm(fault);
        log.append_recorded(recorded.clone()).await.unwrap();
        copied.extend(recorded.into_iter().map(|recorded| recorded.event));
    }
    assert_eq!(proxy.struck(), 4);
    let there = all_after(&*direct, Position::START, 100).await;
    assert_eq!(there.into_iter().map(|recorded| recorded.event).collect::<Vec<_>>(), copied);
    assert_eq!(direct.integrity_check().await.unwrap().problems, []);
}

/// Patience has an end: then the caller is told that the outcome is unknown, and sending the command again is safe.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outcome_that_cannot_be_found_out_is_unavailable() {
    let options = Options { outcome_timeout: Duration::ZERO, ..hasty() };
    let Some((_server, proxy, log, direct)) = behind_a_proxy(options).await else { return };
    for fault in [Fault::SwallowAnswer, Fault::SwallowCommit] {
        let (stream, events) = (stream(), fresh_events(2));
        append(&*log, &stream, Version::NONE, 1).await;
        proxy.arm(fault);
        let answer = log.append(&stream, Expected::Exact(Version(1)), events.clone()).await;
        assert!(matches!(answer, Err(LogError::Unavailable(_))), "{answer:?}");
        let again = log.append(&stream, Expected::Exact(Version(1)), events).await.unwrap();
        assert_eq!((again.version, again.replayed), (Version(3), fault == Fault::SwallowAnswer));
    }
    assert_eq!(all_after(&*direct, Position::START, 100).await.len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_of_all_kinds_under_load_lose_nothing() {
    let Some((_server, proxy, log, direct)) = behind_a_proxy(hasty()).await else { return };
    let writers = Writers::start(&[log.clone(), direct.clone()]);
    for round in 0..20 {
        proxy.arm([Fault::SwallowAnswer, Fault::SwallowCommit, Fault::DelayCommit][round % 3]);
        while proxy.struck() <= round {
            writers.more(1).await;
        }
    }
    let told = writers.stop().await;
    check(&direct, &told).await;
    assert_eq!(told.replayed, 0, "the log itself found out every outcome");
}
