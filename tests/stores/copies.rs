//! From each kind of store to each other.

use tempfile::TempDir;
use watchbook_domain::EventId;
use watchbook_eventlog::migration::CopyError;
use watchbook_eventlog::{NewEvent, Opened, Position, Version};
use watchbook_test_kurrentdb::StandIn;

use crate::world::{
    ACCOUNTS, ERASED_ACCOUNT, Store, assert_same, assert_same_log, copy, fill, password, subject,
};

/// What the destroyed key's owner left cannot be read, everything else can.
async fn assert_readable(store: &Store, events: u64) {
    let sealer = store.sealer();
    let all = store.events().await;
    assert_eq!(all.len() as u64, events);
    let opened = sealer.open_page(&all).await.unwrap();
    for (event, opened) in all.iter().zip(opened) {
        let erased = event.event.subject == subject(ERASED_ACCOUNT);
        assert_eq!(opened == Opened::Erased, erased, "{} of {}", event.version, event.stream);
    }
    for n in 0..ACCOUNTS {
        let secret = sealer.secret(password(n)).await.unwrap();
        let due = (n != ERASED_ACCOUNT).then(|| format!("password of {n}").into_bytes());
        assert_eq!(secret.map(|secret| secret.to_vec()), due);
    }
    let vault = store.vault.as_ref().unwrap();
    let again = vault.create_subject_key(subject(ERASED_ACCOUNT), vec![1; 60]).await.unwrap();
    assert_eq!(again, None, "a destroyed key stays destroyed");
}

/// As a site may grow: from a file to PostgreSQL, the log on to KurrentDB, and back into a file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_store_to_store_and_back() {
    let folder = TempDir::new().unwrap();
    let file = Store::sqlite(&folder, "log.db").await;
    let Some(postgres) = Store::shared_postgres().await else { return };
    let events = fill(&file, 250).await;
    let erase = file.vault.as_ref().unwrap().destroy_subject(subject(ERASED_ACCOUNT));

    let report = copy(&file, &postgres).await.unwrap();
    assert_eq!((report.events, report.copied, report.position), (events, events, Position(events)));
    assert_eq!(report.vault_entries, 2 * (ACCOUNTS as u64 - 1));
    assert_same_log(&file, &postgres).await;
    assert_readable(&postgres, events).await;
    erase.await.unwrap();
    assert_same(&file, &postgres).await;

    let server = StandIn::start().await;
    let kurrentdb = Store::kurrentdb(&server, postgres.vault.clone()).await;
    let report = copy(&postgres, &kurrentdb).await.unwrap();
    assert_eq!((report.events, report.copied, report.vault_entries), (events, events, 0));
    assert_same_log(&file, &kurrentdb).await;
    assert_readable(&kurrentdb, events).await;

    let back = Store::sqlite(&folder, "back.db").await;
    let report = copy(&kurrentdb, &back).await.unwrap();
    assert_eq!((report.events, report.vault_entries), (events, 2 * (ACCOUNTS as u64 - 1)));
    assert_eq!(report.position, kurrentdb.log.head().await.unwrap());
    assert_same(&file, &back).await;
    assert_readable(&back, events).await;
    // Where positions are dense on both sides they are the same again.
    assert!(file.events().await == back.events().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_postgresql_into_a_file() {
    let Some(postgres) = Store::shared_postgres().await else { return };
    let events = fill(&postgres, 300).await;
    postgres.vault.as_ref().unwrap().destroy_subject(subject(ERASED_ACCOUNT)).await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = Store::sqlite(&folder, "log.db").await;
    copy(&postgres, &file).await.unwrap();
    assert_same(&postgres, &file).await;
    assert_readable(&file, events).await;
}

/// The next decisions are made on the copy: at the version where the stream stands, and a command that the source
/// saw is recognised.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_copy_goes_on_where_the_source_ended() {
    let folder = TempDir::new().unwrap();
    let file = Store::sqlite(&folder, "log.db").await;
    fill(&file, 100).await;
    let server = StandIn::start().await;
    let mut targets = vec![Store::kurrentdb(&server, None).await, Store::sqlite(&folder, "copy.db").await];
    targets.extend(Store::shared_postgres().await);
    for target in targets {
        copy(&file, &target).await.unwrap();
        let last = target.events().await.pop().unwrap();
        let again = target.log.append(&last.stream, last.expected(), vec![last.event.clone()]).await.unwrap();
        assert!(again.replayed && again.version == last.version);
        let next = NewEvent { event_id: EventId(last.event.correlation_id), ..last.event.clone() };
        let appended = target.log.append(&last.stream, last.version.expected(), vec![next]).await.unwrap();
        assert_eq!(appended.version, last.version.plus(1));
        assert!(appended.position > last.position);
        let answer = copy(&file, &target).await;
        assert!(matches!(answer, Err(CopyError::Longer { .. })), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_with_other_events_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let file = Store::sqlite(&folder, "log.db").await;
    fill(&file, 100).await;
    let server = StandIn::start().await;
    let mut targets = vec![Store::kurrentdb(&server, None).await, Store::sqlite(&folder, "other.db").await];
    targets.extend(Store::shared_postgres().await);
    for target in targets {
        let mut others = file.events().await;
        others.truncate(30);
        others[29].event.payload.push(0);
        target.log.append_recorded(others).await.unwrap();
        let before = target.events().await;
        let answer = copy(&file, &target).await;
        assert!(matches!(answer, Err(CopyError::Differs { position: Position(30) })), "{answer:?}");
        assert!(target.events().await == before);
        if target.vault.is_some() {
            assert!(target.vault().await.0.is_empty());
        }
        assert_eq!(target.log.read_stream(&before[0].stream, Version::NONE, 1).await.unwrap().len(), 1);
    }
}
