//! What operators ask of the log, and what it refuses.

use std::path::Path;

use watchbook_domain::Timestamp;
use watchbook_eventlog::{
    EventLog, Expected, LogError, Position, Purpose, SecretName, StreamId, Vault, Version,
};
use watchbook_eventlog_conformance::kit::{append, credential, fresh_events, stream, subject};
use watchbook_test_postgres::Server;

use crate::common::{own, shared};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_check_names_the_first_bad_position() {
    for (damage, position) in [
        ("DELETE FROM events WHERE position IN (7, 9)", Some(7)),
        ("DELETE FROM events WHERE position = 12", Some(11)),
        ("UPDATE events SET version = version + 10 WHERE position = 5", Some(5)),
        ("UPDATE streams SET version = 2 WHERE id = 2", Some(6)),
        ("INSERT INTO streams (id, name, version) VALUES (99, 'empty-1', 0)", None),
        ("UPDATE head SET position = 13", Some(13)),
    ] {
        let Some((url, log)) = shared().await else { return };
        for _ in 0..4 {
            append(&*log, &stream(), Version::NONE, 3).await;
        }
        let report = log.integrity_check().await.unwrap();
        assert_eq!((report.events, report.streams), (12, 4));
        assert_eq!(report.problems, []);
        let stats = log.stats().await.unwrap();
        assert_eq!((stats.events, stats.streams), (12, 4));
        assert!(stats.bytes_on_disk > 8192);
        tamper(&url, damage);
        let report = log.integrity_check().await.unwrap();
        assert_eq!(report.problems[0].position, position.map(Position), "{damage}: {:?}", report.problems);
        log.close().await;
    }
}

/// Whatever else is in the group, and also where the stream happens to be at the version expected.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replays_in_a_group_are_recognised() {
    let Some((_, log)) = shared().await else { return };
    let mut sent = Vec::new();
    for _ in 0..20 {
        let (stream, events) = (stream(), fresh_events(2));
        log.append(&stream, Expected::NoStream, events.clone()).await.unwrap();
        sent.push((stream, events));
    }
    let mut answers = Vec::new();
    for (n, (stream, events)) in sent.iter().enumerate() {
        for (fresh, expected) in [(false, Version(2)), (true, Version(2)), (false, Version(n as u64 % 5))] {
            let (log, stream) = (log.clone(), stream.clone());
            let events = if fresh { fresh_events(1) } else { events.clone() };
            let answer = tokio::spawn(async move { log.append(&stream, expected.expected(), events).await });
            answers.push((fresh, answer));
        }
    }
    for (fresh, answer) in answers {
        let appended = answer.await.unwrap().unwrap();
        assert_eq!((appended.replayed, appended.version), (!fresh, Version(if fresh { 3 } else { 2 })));
    }
    assert_eq!(log.head().await.unwrap(), Position(60));
    assert_eq!(log.integrity_check().await.unwrap().problems, []);
}

/// From the tables' files, that is; the write-ahead log is another matter.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scrubbing_takes_destroyed_keys_from_the_files() {
    let Some((server, url, log)) = own().await else { return };
    let name = SecretName { subject: subject(), credential: credential(), purpose: Purpose::Totp };
    let kept = SecretName { subject: subject(), ..name };
    log.create_subject_key(name.subject, b"KEY-TO-BE-DESTROYED-7f31aa".to_vec()).await.unwrap();
    for (put_at, sealed) in [(1, "OLD-SECRET-5e0c7d"), (2, "NEW-SECRET-41a9bb")] {
        log.put_secret(name, sealed.into(), Timestamp::from_micros(put_at)).await.unwrap();
    }
    log.put_secret(kept, b"KEPT-SECRET-77d0e2".to_vec(), Timestamp::from_micros(1)).await.unwrap();
    let on_disk = |bytes: &str| {
        server.sql(&url, "CHECKPOINT");
        any_file_holds(&server.data().join("base"), bytes.as_bytes())
    };
    assert!(on_disk("KEY-TO-BE-DESTROYED-7f31aa") && on_disk("NEW-SECRET-41a9bb"));
    log.destroy_subject(name.subject).await.unwrap();
    log.scrub().await.unwrap();
    for gone in ["KEY-TO-BE-DESTROYED-7f31aa", "OLD-SECRET-5e0c7d", "NEW-SECRET-41a9bb"] {
        assert!(!on_disk(gone), "{gone}");
    }
    assert!(on_disk("KEPT-SECRET-77d0e2"));
    assert_eq!(log.secret(kept).await.unwrap(), Some(b"KEPT-SECRET-77d0e2".to_vec()));
}

fn any_file_holds(folder: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            any_file_holds(&path, bytes)
        } else {
            std::fs::read(path).unwrap_or_default().windows(bytes.len()).any(|window| window == bytes)
        }
    })
}

fn tamper(url: &str, damage: &str) {
    let around = format!(
        "SET search_path = watchbook; ALTER TABLE events DISABLE TRIGGER append_only; {damage};
         ALTER TABLE events ENABLE TRIGGER append_only"
    );
    Server::shared().unwrap().sql(url, &around);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_events_are_corrupt_and_not_the_end() {
    let Some((url, log)) = shared().await else { return };
    append(&*log, &stream(), Version::NONE, 6).await;
    tamper(&url, "DELETE FROM events WHERE position IN (3, 5, 6)");
    for (after, limit) in [(0, 6), (2, 1), (2, 9), (4, 1), (4, 2), (5, 1)] {
        let answer = log.read_all(Position(after), limit).await;
        assert!(matches!(answer, Err(LogError::Corrupt(_))), "{after} {limit}: {answer:?}");
        assert!(matches!(log.read_changes(Position(after), limit).await, Err(LogError::Corrupt(_))));
    }
    assert_eq!(log.read_all(Position::START, 2).await.unwrap().len(), 2);
}

/// As after a restore of an old backup, or a fail-over to a replica that had not received everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_went_back_in_time_is_corrupt() {
    let Some((url, log)) = shared().await else { return };
    append(&*log, &stream(), Version::NONE, 3).await;
    tamper(
        &url,
        "DELETE FROM events WHERE position > 1; UPDATE head SET position = 1; UPDATE streams SET version = 1",
    );
    let answer = log.append(&stream(), Expected::NoStream, fresh_events(1)).await;
    assert!(matches!(answer, Err(LogError::Corrupt(_))), "{answer:?}");
    assert!(matches!(log.read_all(Position(1), 1).await, Err(LogError::Corrupt(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tables_refuse_to_change_events() {
    let Some((_server, url, log)) = own().await else { return };
    append(&*log, &stream(), Version::NONE, 3).await;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    for change in [
        "UPDATE watchbook.events SET payload = ''",
        "DELETE FROM watchbook.events",
        "TRUNCATE watchbook.events",
    ] {
        let error = client.batch_execute(change).await.unwrap_err();
        assert!(error.as_db_error().unwrap().message().contains("never changed"), "{error}");
    }
    assert_eq!(log.read_all(Position::START, 9).await.unwrap().len(), 3);
}

/// What the server would refuse is refused before, so that it takes nobody else with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_bad_append_does_not_fail_its_group() {
    let Some((_, log)) = shared().await else { return };
    let appends: Vec<_> = (0..60)
        .map(|n| {
            let log = log.clone();
            tokio::spawn(async move {
                let mut events = fresh_events(2);
                let mut name = stream();
                match n % 6 {
                    0 => events[1].event_type = "zero\0byte".into(),
                    1 => name = StreamId::from_stored("zero-\0".into()),
                    2 => name = StreamId::new("long", "x".repeat(10_000)),
                    3 => events[1].event_id = events[0].event_id,
                    4 => events.clear(),
                    _ => return log.append(&name, Expected::NoStream, events).await.map(|_| true),
                }
                match log.append(&name, Expected::NoStream, events).await {
                    Err(LogError::Corrupt(_)) => Ok(false),
                    other => panic!("{other:?}"),
                }
            })
        })
        .collect();
    for (n, append) in appends.into_iter().enumerate() {
        assert_eq!(append.await.unwrap().unwrap(), n % 6 == 5);
    }
    assert_eq!(log.head().await.unwrap(), Position(20));
    assert!(
        log.read_stream(&StreamId::from_stored("zero-\0".into()), Version::NONE, 9).await.unwrap().is_empty()
    );
}
