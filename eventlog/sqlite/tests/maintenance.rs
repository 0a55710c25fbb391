//! What operators ask of the file.

use watchbook_eventlog::{Position, Vault, Version};
use watchbook_eventlog_conformance::kit::{all_after, append, stream, subject};
use watchbook_eventlog_sqlite::SqliteLog;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_the_log_and_the_vault() {
    let dir = tempfile::TempDir::new().unwrap();
    let log = SqliteLog::open(&dir.path().join("log.db")).await.unwrap();
    for _ in 0..10 {
        append(&*log, &stream(), Version::NONE, 3).await;
    }
    let subject = subject();
    log.create_subject_key(subject, vec![1; 40]).await.unwrap();
    let copy = dir.path().join("it's a copy.db");
    log.backup_to(&copy).await.unwrap();
    assert!(log.backup_to(&copy).await.is_err(), "a copy is not overwritten");
    append(&*log, &stream(), Version::NONE, 1).await;

    let stats = log.stats().await.unwrap();
    assert_eq!((stats.events, stats.streams), (31, 11));
    assert!(stats.bytes_on_disk > 4096);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for file in std::fs::read_dir(dir.path()).unwrap() {
            let mode = file.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "for the owner only");
        }
    }

    let restored = SqliteLog::open(&copy).await.unwrap();
    let mut due = all_after(&*log, Position::START, 100).await;
    due.truncate(30);
    assert_eq!(all_after(&*restored, Position::START, 100).await, due);
    assert_eq!(restored.subject_key(subject).await.unwrap(), Some(vec![1; 40]));
    assert_eq!(append(&*restored, &stream(), Version::NONE, 1).await.position, Position(31));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_check_names_the_first_bad_position() {
    for (damage, position) in [
        ("DELETE FROM events WHERE position IN (7, 9)", Some(7)),
        ("DELETE FROM events WHERE position = 12", Some(11)),
        ("UPDATE events SET version = version + 10 WHERE position = 5", Some(5)),
        ("UPDATE streams SET version = 2 WHERE id = 2", Some(6)),
        ("INSERT INTO streams (id, name, version) VALUES (99, 'empty-1', 0)", None),
    ] {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("log.db");
        let log = SqliteLog::open(&path).await.unwrap();
        for _ in 0..4 {
            append(&*log, &stream(), Version::NONE, 3).await;
        }
        let report = log.integrity_check().await.unwrap();
        assert_eq!((report.events, report.streams), (12, 4));
        assert_eq!(report.problems, []);
        rusqlite::Connection::open(&path).unwrap().execute_batch(damage).unwrap();
        let report = log.integrity_check().await.unwrap();
        assert_eq!(report.problems[0].position, position.map(Position), "{damage}: {:?}", report.problems);
    }
}
