//! Full disks, locks of others, damaged and foreign files: errors, no panics, and recovery.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::{
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;
use watchbook_domain::Timestamp;
use watchbook_eventlog::{EventLog, Expected, LogError, Position, Purpose, SecretName, Vault, Version};
use watchbook_eventlog_conformance::kit::{append, credential, fresh_events, stream, subject, whole};
use watchbook_eventlog_sqlite::{OpenError, Options, SqliteLog};

fn place() -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("log.db");
    (dir, path)
}

fn hasty() -> Options {
    Options {
        busy_timeout: Duration::from_millis(100),
        scrub_after: Duration::from_millis(50),
        ..Options::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_unavailable_until_there_is_room() {
    let (_dir, path) = place();
    let log = SqliteLog::open(&path).await.unwrap();
    let first = stream();
    append(&*log, &first, Version::NONE, 1).await;
    log.limit_pages(Some(1)).await;
    let large = || {
        let mut events = fresh_events(2);
        events.iter_mut().for_each(|event| event.payload = vec![7; 100_000]);
        events
    };
    let refused: Vec<_> = (0..20)
        .map(|_| {
            let (log, events) = (log.clone(), large());
            tokio::spawn(async move { log.append(&stream(), Expected::NoStream, events).await })
        })
        .collect();
    for answer in refused {
        let answer = answer.await.unwrap();
        assert!(matches!(answer, Err(LogError::Unavailable(_))), "{answer:?}");
    }
    let key = log.create_subject_key(subject(), vec![1; 100_000]).await;
    assert!(key.is_err());
    assert_eq!(log.head().await.unwrap(), Position(1));
    assert_eq!(whole(&*log, &first).await.len(), 1, "reading goes on");

    log.limit_pages(None).await;
    log.append(&first, Expected::Exact(Version(1)), large()).await.unwrap();
    assert_eq!(log.head().await.unwrap(), Position(3));
    assert_eq!(log.integrity_check().await.unwrap().problems, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_of_another_is_waited_for_then_unavailable() {
    let (_dir, path) = place();
    let log = SqliteLog::open_with(&path, hasty()).await.unwrap();
    let stream = stream();
    append(&*log, &stream, Version::NONE, 1).await;

    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let events = fresh_events(1);
    for _ in 0..2 {
        let answer = log.append(&stream, Expected::Exact(Version(1)), events.clone()).await;
        assert!(matches!(answer, Err(LogError::Unavailable(_))), "{answer:?}");
    }
    assert!(log.put_secret(secret(), vec![1], Timestamp::from_micros(1)).await.is_err());
    assert_eq!(whole(&*log, &stream).await.len(), 1, "reading goes on");
    other.execute_batch("COMMIT").unwrap();

    let appended = log.append(&stream, Expected::Exact(Version(1)), events).await.unwrap();
    assert_eq!((appended.version, appended.replayed), (Version(2), false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_file_is_an_error() {
    let (_dir, path) = place();
    let log = SqliteLog::open(&path).await.unwrap();
    let streams = [stream(), stream()];
    for version in 0..100 {
        for stream in &streams {
            append(&*log, stream, Version(version * 5), 5).await;
        }
    }
    log.close().await;
    drop(log);
    // All but the first page, which tells what the file is.
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let length = usize::try_from(file.metadata().unwrap().len()).unwrap();
    file.seek(SeekFrom::Start(4096)).unwrap();
    file.write_all(&vec![0xa5; length - 4096]).unwrap();
    drop(file);

    match SqliteLog::open(&path).await {
        Err(OpenError::Corrupt { .. }) => {}
        Err(other) => panic!("{other:?}"),
        Ok(log) => {
            let answer = log.append(&streams[0], Expected::Exact(Version(500)), fresh_events(1)).await;
            assert!(matches!(answer, Err(LogError::Corrupt(_))), "{answer:?}");
            let answer = log.read_all(Position::START, 10).await;
            assert!(matches!(answer, Err(LogError::Corrupt(_))), "{answer:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_page_is_found_by_reader_and_check() {
    let (_dir, path) = place();
    let log = SqliteLog::open(&path).await.unwrap();
    let stream = stream();
    for version in 0..200 {
        // Large, so that most pages hold events.
        let mut events = fresh_events(1);
        events[0].payload = vec![7; 2500];
        log.append(&stream, Version(version).expected(), events).await.unwrap();
    }
    log.close().await;
    let length = std::fs::metadata(&path).unwrap().len();
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    for page in [length / 4096 / 2, length / 4096 / 2 + 1, length / 4096 - 5] {
        file.seek(SeekFrom::Start(page * 4096)).unwrap();
        file.write_all(&[0xff; 4096]).unwrap();
    }
    drop(file);
    let log = SqliteLog::open(&path).await.unwrap();
    let found = match log.integrity_check().await {
        Ok(report) => !report.problems.is_empty(),
        Err(LogError::Corrupt(_)) => true,
        Err(other) => panic!("{other:?}"),
    };
    assert!(found);
    assert!(matches!(log.read_all(Position::START, 10_000).await, Err(LogError::Corrupt(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_others_and_of_the_future_are_refused() {
    let (dir, path) = place();
    SqliteLog::open(&path).await.unwrap().close().await;
    let tamper = |sql: &str| rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    tamper("PRAGMA user_version = 2");
    match SqliteLog::open(&path).await {
        Err(error @ OpenError::Newer { found: 2, .. }) => {
            assert!(error.to_string().contains("schema version 2"));
        }
        other => panic!("{other:?}"),
    }
    tamper("PRAGMA application_id = 77");
    assert!(matches!(SqliteLog::open(&path).await, Err(OpenError::NotOurs { .. })));

    let text = dir.path().join("text");
    std::fs::write(&text, "not a database at all, but a longer text that fills a header. ".repeat(100))
        .unwrap();
    assert!(matches!(SqliteLog::open(&text).await, Err(OpenError::NotOurs { .. })));
    assert!(std::fs::read_to_string(&text).unwrap().starts_with("not a database"), "it is left as it was");

    let nowhere = dir.path().join("no/such/folder/log.db");
    assert!(matches!(SqliteLog::open(&nowhere).await, Err(OpenError::Create { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_create_one_file() {
    let (_dir, path) = place();
    let openers: Vec<_> = (0..6)
        .map(|_| {
            let path = path.clone();
            tokio::spawn(async move { SqliteLog::open(&path).await.unwrap() })
        })
        .collect();
    let mut logs = Vec::new();
    for opener in openers {
        logs.push(opener.await.unwrap());
    }
    let stream = stream();
    for (log, version) in logs.iter().zip(0..) {
        append(&**log, &stream, Version(version), 1).await;
    }
    assert_eq!(whole(&*logs[0], &stream).await.len(), 6);
}

fn secret() -> SecretName {
    SecretName { subject: subject(), credential: credential(), purpose: Purpose::Password }
}

/// Whether the bytes are in any of the files. Another process reads them: closing a file here would
/// drop the locks that SQLite holds on it for this process.
fn on_disk(dir: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(dir).unwrap().any(|file| {
        let read = std::process::Command::new("cat").arg(file.unwrap().path()).output().unwrap();
        read.stdout.windows(bytes.len()).any(|window| window == bytes)
    })
}

async fn gone_from(dir: &Path, log: &Arc<SqliteLog>, bytes: &[u8]) {
    for _ in 0..100 {
        if !on_disk(dir, bytes) {
            return;
        }
        // Appends go on meanwhile.
        append(&**log, &stream(), Version::NONE, 1).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the bytes are still in the files");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroyed_bytes_leave_the_files() {
    let (dir, path) = place();
    let log = SqliteLog::open_with(&path, hasty()).await.unwrap();
    for n in 0..50 {
        log.create_subject_key(subject(), vec![n; 60]).await.unwrap();
    }
    let name = secret();
    let (key, sealed) = (b"WRAPPED-KEY-8c1f0e7b", b"SEALED-SECRET-03d9aa");
    log.create_subject_key(name.subject, key.to_vec()).await.unwrap();
    log.put_secret(name, sealed.to_vec(), Timestamp::from_micros(1)).await.unwrap();
    assert!(on_disk(dir.path(), key) && on_disk(dir.path(), sealed));
    log.destroy_subject(name.subject).await.unwrap();
    gone_from(dir.path(), &log, key).await;
    gone_from(dir.path(), &log, sealed).await;

    let name = secret();
    log.put_secret(name, b"OLD-SECRET-5e0c7d".to_vec(), Timestamp::from_micros(1)).await.unwrap();
    log.put_secret(name, b"NEW-SECRET-41a9bb".to_vec(), Timestamp::from_micros(2)).await.unwrap();
    gone_from(dir.path(), &log, b"OLD-SECRET-5e0c7d").await;
    assert!(on_disk(dir.path(), b"NEW-SECRET-41a9bb"));
    log.remove_secret(name).await.unwrap();
    gone_from(dir.path(), &log, b"NEW-SECRET-41a9bb").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_log_is_unavailable_and_has_committed() {
    let (_dir, path) = place();
    let log = SqliteLog::open(&path).await.unwrap();
    let stream = stream();
    let queued: Vec<_> = (0..40)
        .map(|_| {
            let log = log.clone();
            tokio::spawn(async move {
                append(&*log, &watchbook_eventlog_conformance::kit::stream(), Version::NONE, 1).await
            })
        })
        .collect();
    for append in queued {
        append.await.unwrap();
    }
    log.close().await;
    log.close().await;
    let answer = log.append(&stream, Expected::NoStream, fresh_events(1)).await;
    assert!(matches!(answer, Err(LogError::Unavailable(_))));
    assert!(matches!(log.read_all(Position::START, 1).await, Err(LogError::Unavailable(_))));
    assert!(log.subject_key(subject()).await.is_err());
    log.wait(Position(40), Duration::from_millis(10)).await;
    let log = SqliteLog::open(&path).await.unwrap();
    assert_eq!(log.stats().await.unwrap().events, 40);
}
