//! Copies of logs and vaults: the same, resumable, and never onto something else.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;
use watchbook_domain::{CredentialId, EventId, SubjectId, Timestamp};
use watchbook_eventlog::migration::{CopyError, Pair, Phase, Progress, Report, copy_log};
use watchbook_eventlog::testing::MemoryStore;
use watchbook_eventlog::{
    Appended, ERASED, EventLog, Expected, LogError, NewEvent, Position, Purpose, RecordedEvent, SecretName,
    StoredSecret, StreamId, Vault, Version,
};

const END_OF_TIME: Timestamp = Timestamp::from_micros(i64::MAX);

fn id(n: u64) -> Uuid {
    Uuid::from_u64_pair(n.wrapping_mul(0x9e37_79b9_7f4a_7c15), n)
}

fn subject(n: u64) -> SubjectId {
    SubjectId(id(n))
}

fn secret(n: u64, purpose: Purpose) -> SecretName {
    SecretName { subject: subject(n), credential: CredentialId(id(n + 1_000_000)), purpose }
}

fn event(n: u64, of: u64) -> NewEvent {
    NewEvent {
        event_id: EventId(id(n + 2_000_000)),
        event_type: "counter.added".into(),
        schema_version: 1 + u16::try_from(n % 3).unwrap(),
        recorded_at: Timestamp::from_micros(1_700_000_000_000_000 + i64::try_from(n).unwrap()),
        subject: subject(of),
        actor: n.is_multiple_of(2).then(|| id(n)),
        correlation_id: id(n + 3_000_000),
        causation_id: n.is_multiple_of(3).then(|| EventId(id(n))),
        payload: n.to_be_bytes().repeat(usize::try_from(n % 7).unwrap()),
    }
}

/// A log of `events` events of seven streams, in commands of one to three, with the vault that belongs to it.
async fn history(events: u64) -> MemoryStore {
    let store = MemoryStore::new();
    for of in 0..7 {
        store.create_subject_key(subject(of), vec![u8::try_from(of).unwrap(); 60]).await.unwrap();
        let put_at = Timestamp::from_micros(i64::try_from(of).unwrap());
        store.put_secret(secret(of, Purpose::Password), vec![1; 90], put_at).await.unwrap();
    }
    grow(&store, events).await;
    store
}

async fn grow(store: &MemoryStore, events: u64) {
    let start = store.head().await.unwrap().0;
    let mut n = start;
    while n < start + events {
        let of = [0, 3, 1, 4, 1, 5, 2, 6, 5, 3][usize::try_from(n % 10).unwrap()];
        let stream = StreamId::new("account", of);
        let there = store.events().iter().filter(|there| there.stream == stream).count();
        let many = (1 + n % 3).min(start + events - n);
        let command = (n..n + many).map(|n| event(n, of)).collect();
        store.append(&stream, Version(there as u64).expected(), command).await.unwrap();
        n += many;
    }
}

async fn erase(store: &MemoryStore, of: u64) {
    let stream = StreamId::new("erasure", of);
    let erased = NewEvent { event_type: ERASED.into(), ..event(9_000_000 + of, of) };
    store.append(&stream, Expected::NoStream, vec![erased]).await.unwrap();
}

async fn copy(from: &MemoryStore, to: &MemoryStore) -> Result<Report, CopyError> {
    copy_through(Arc::new(from.clone()), Arc::new(to.clone()), from, to).await
}

async fn copy_through(
    from: Arc<dyn EventLog>,
    to: Arc<dyn EventLog>,
    from_vault: &MemoryStore,
    to_vault: &MemoryStore,
) -> Result<Report, CopyError> {
    let vaults: Pair<Arc<dyn Vault>> =
        Pair { from: Arc::new(from_vault.clone()), to: Arc::new(to_vault.clone()) };
    copy_log(Pair { from, to }, Some(vaults), |_| {}).await
}

type Contents = (Vec<(SubjectId, Vec<u8>)>, Vec<(StoredSecret, Vec<u8>)>);

async fn vault(store: &MemoryStore) -> Contents {
    let mut secrets = Vec::new();
    for stored in store.list_secrets(END_OF_TIME, None, usize::MAX).await.unwrap() {
        let purpose = Purpose::from_stored(&stored.purpose).unwrap();
        let name = SecretName { subject: stored.subject, credential: stored.credential, purpose };
        let sealed = store.secret(name).await.unwrap().unwrap();
        secrets.push((stored, sealed));
    }
    (store.list_subject_keys(None, usize::MAX).await.unwrap(), secrets)
}

async fn assert_same(from: &MemoryStore, to: &MemoryStore) {
    assert!(from.events() == to.events());
    assert_eq!(vault(from).await, vault(to).await);
}

/// What befalls a log when it has appended so many events.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// It appends no more.
    Refuse,
    /// It appends one more, and says it did not.
    Deny,
    /// It appends no more, and says it did.
    Lie,
}

/// Appends at most so many events.
struct Troubled {
    store: MemoryStore,
    left: AtomicUsize,
    trouble: Trouble,
}

#[async_trait]
impl EventLog for Troubled {
    async fn append(&self, s: &StreamId, e: Expected, n: Vec<NewEvent>) -> Result<Appended, LogError> {
        self.store.append(s, e, n).await
    }
    async fn append_recorded(&self, events: Vec<RecordedEvent>) -> Result<(), LogError> {
        let denied = || LogError::unavailable("the test's trouble");
        for event in events {
            let left = self.left.load(Ordering::SeqCst);
            if left > 0 {
                self.left.store(left - 1, Ordering::SeqCst);
                self.store.append_recorded(vec![event]).await?;
            } else {
                match self.trouble {
                    Trouble::Refuse => return Err(denied()),
                    Trouble::Deny => return self.store.append_recorded(vec![event]).await.and(Err(denied())),
                    Trouble::Lie => return Ok(()),
                }
            }
        }
        Ok(())
    }
    async fn read_stream(&self, s: &StreamId, a: Version, n: usize) -> Result<Vec<RecordedEvent>, LogError> {
        self.store.read_stream(s, a, n).await
    }
    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<RecordedEvent>, LogError> {
        self.store.read_all(after, limit).await
    }
    async fn head(&self) -> Result<Position, LogError> {
        self.store.head().await
    }
    async fn wait(&self, after: Position, at_most: Duration) {
        self.store.wait(after, at_most).await;
    }
}

#[tokio::test]
async fn a_copy_is_the_same_log_and_vault() {
    let (from, to) = (history(300).await, MemoryStore::new());
    let report = copy(&from, &to).await.unwrap();
    assert_same(&from, &to).await;
    assert_eq!((report.events, report.copied, report.streams, report.vault_entries), (300, 300, 7, 14));
    assert_eq!(report.position, Position(300));
    // Again: nothing to do.
    let again = copy(&from, &to).await.unwrap();
    assert_eq!((again.events, again.copied, again.streams, again.vault_entries), (300, 0, 7, 14));
    // And on from there.
    grow(&from, 50).await;
    let on = copy(&from, &to).await.unwrap();
    assert_eq!((on.events, on.copied), (350, 50));
    assert_same(&from, &to).await;
}

#[tokio::test]
async fn an_empty_log_is_copied_in_no_time() {
    let report = copy(&MemoryStore::new(), &MemoryStore::new()).await.unwrap();
    assert_eq!((report.events, report.position), (0, Position::START));
}

#[tokio::test]
async fn broken_off_anywhere_it_goes_on() {
    let from = history(90).await;
    for trouble in [Trouble::Refuse, Trouble::Deny] {
        for after in 0..90 {
            let to = MemoryStore::new();
            let left = AtomicUsize::new(after);
            let troubled = Arc::new(Troubled { store: to.clone(), left, trouble });
            let broken_off = copy_through(Arc::new(from.clone()), troubled, &from, &to).await;
            assert!(matches!(broken_off, Err(CopyError::Target(LogError::Unavailable(_)))));
            let there = to.events().len();
            assert!(there == after || there == after + 1);
            let report = copy(&from, &to).await.unwrap();
            assert_eq!(report.copied, 90 - there as u64, "{trouble:?} after {after}");
            assert_same(&from, &to).await;
        }
    }
}

#[tokio::test]
async fn a_target_that_forgets_is_noticed() {
    let (from, to) = (history(90).await, MemoryStore::new());
    let left = AtomicUsize::new(40);
    let troubled = Arc::new(Troubled { store: to.clone(), left, trouble: Trouble::Lie });
    let answer = copy_through(Arc::new(from.clone()), troubled, &from, &to).await;
    assert!(matches!(answer, Err(CopyError::Lost { position: Position(40) })), "{answer:?}");
}

#[tokio::test]
async fn a_log_that_differs_anywhere_is_left_alone() {
    let from = history(60).await;
    let changes: [fn(&mut RecordedEvent); 11] = [
        |it| it.stream = StreamId::new("account", "x"),
        |it| it.version = it.version.plus(1),
        |it| it.event.event_id = EventId(id(1)),
        |it| it.event.event_type.push('x'),
        |it| it.event.schema_version += 1,
        |it| it.event.recorded_at = Timestamp::from_micros(it.event.recorded_at.micros() + 1),
        |it| it.event.subject = subject(99),
        |it| it.event.actor = Some(id(5)),
        |it| it.event.correlation_id = id(5),
        |it| it.event.causation_id = Some(EventId(id(5))),
        |it| it.event.payload.push(0),
    ];
    for change in changes {
        for at in [0, 39] {
            let to = MemoryStore::new();
            to.append_recorded(from.events()[..40].to_vec()).await.unwrap();
            to.tamper(at, change);
            let before = to.events();
            let due = Position(at as u64 + 1);
            let answer = copy(&from, &to).await;
            assert!(
                matches!(answer, Err(CopyError::Differs { position }) if position == due),
                "{answer:?}, not {due}"
            );
            assert!(to.events() == before);
            assert_eq!(vault(&to).await, Contents::default(), "nothing is written");
        }
    }
}

#[tokio::test]
async fn mistaking_source_and_target_does_no_harm() {
    for events in [0, 40] {
        let (from, to) = (MemoryStore::new(), history(60).await);
        from.append_recorded(to.events()[..events].to_vec()).await.unwrap();
        let (log, content) = (to.events(), vault(&to).await);
        let answer = copy(&from, &to).await;
        let due = Position(events as u64);
        assert!(matches!(answer, Err(CopyError::Longer { position }) if position == due), "{answer:?}");
        assert!(to.events() == log);
        assert_eq!(vault(&to).await, content);
    }
}

#[tokio::test]
async fn another_logs_vault_is_refused() {
    let (from, to) = (history(60).await, MemoryStore::new());
    to.create_subject_key(subject(77), vec![7; 60]).await.unwrap();
    let content = vault(&to).await;
    let answer = copy(&from, &to).await;
    assert!(matches!(answer, Err(CopyError::UnknownSubject(of)) if of == subject(77)), "{answer:?}");
    assert!(to.events().is_empty());
    assert_eq!(vault(&to).await, content);

    let to = MemoryStore::new();
    to.destroy_subject(subject(3)).await.unwrap();
    let answer = copy(&from, &to).await;
    assert!(matches!(answer, Err(CopyError::KeyDestroyed(of)) if of == subject(3)), "{answer:?}");
}

#[tokio::test]
async fn the_targets_vault_follows_the_sources() {
    let (from, to) = (history(30).await, MemoryStore::new());
    copy(&from, &to).await.unwrap();
    let at = Timestamp::from_micros(1_000);
    from.rewrap_subject_key(subject(1), vec![99; 61]).await.unwrap();
    from.put_secret(secret(2, Purpose::Password), vec![2; 90], at).await.unwrap();
    from.remove_secret(secret(3, Purpose::Password)).await.unwrap();
    from.put_secret(secret(4, Purpose::Totp), vec![3; 90], at).await.unwrap();
    from.create_subject_key(subject(8), vec![8; 60]).await.unwrap();
    to.tamper_secret(secret(5, Purpose::Password), |sealed| sealed.push(0));
    copy(&from, &to).await.unwrap();
    assert_same(&from, &to).await;
}

/// Pages end between the secrets of one credential, too.
#[tokio::test]
async fn every_secret_of_a_credential_is_copied() {
    let (from, to) = (history(10).await, MemoryStore::new());
    for n in 0..700 {
        from.create_subject_key(subject(n), vec![1; 60]).await.unwrap();
        for purpose in [Purpose::Password, Purpose::Totp, Purpose::RecoveryCodes] {
            from.put_secret(secret(n, purpose), vec![4; 80], Timestamp::from_micros(1)).await.unwrap();
        }
    }
    let report = copy(&from, &to).await.unwrap();
    assert_eq!(report.vault_entries, 700 + 2_100);
    assert_same(&from, &to).await;
}

#[tokio::test]
async fn whom_the_log_calls_erased_is_destroyed_in_the_target() {
    // One copied before, one whose key the source had no time to destroy, one never copied.
    let (from, to) = (history(40).await, MemoryStore::new());
    copy(&from, &to).await.unwrap();
    grow(&from, 10).await;
    erase(&from, 1).await;
    from.destroy_subject(subject(1)).await.unwrap();
    erase(&from, 2).await;
    from.create_subject_key(subject(20), vec![2; 60]).await.unwrap();
    erase(&from, 20).await;
    from.destroy_subject(subject(20)).await.unwrap();
    for _ in 0..2 {
        copy(&from, &to).await.unwrap();
        assert!(from.events() == to.events());
        for erased in [1, 2, 20] {
            assert_eq!(to.subject_key(subject(erased)).await.unwrap(), None);
            assert_eq!(to.create_subject_key(subject(erased), vec![1]).await.unwrap(), None, "for good");
            assert_eq!(to.secret(secret(erased, Purpose::Password)).await.unwrap(), None);
        }
        assert!(to.subject_key(subject(3)).await.unwrap().is_some());
    }
    // The source makes up for it.
    from.destroy_subject(subject(2)).await.unwrap();
    copy(&from, &to).await.unwrap();
    assert_same(&from, &to).await;
}

/// A copy that ended between the event and the destruction is completed.
#[tokio::test]
async fn an_erasure_is_completed_when_the_copy_goes_on() {
    let (from, to) = (history(40).await, MemoryStore::new());
    copy(&from, &to).await.unwrap();
    erase(&from, 1).await;
    from.destroy_subject(subject(1)).await.unwrap();
    to.append_recorded(from.events()).await.unwrap();
    assert!(to.subject_key(subject(1)).await.unwrap().is_some());
    copy(&from, &to).await.unwrap();
    assert_same(&from, &to).await;
    assert_eq!(to.create_subject_key(subject(1), vec![1]).await.unwrap(), None);
}

/// Somebody registers, at most so often, whenever the log was read to its end.
struct Growing {
    store: MemoryStore,
    left: AtomicUsize,
}

#[async_trait]
impl EventLog for Growing {
    async fn append(&self, s: &StreamId, e: Expected, n: Vec<NewEvent>) -> Result<Appended, LogError> {
        self.store.append(s, e, n).await
    }
    async fn read_stream(&self, s: &StreamId, a: Version, n: usize) -> Result<Vec<RecordedEvent>, LogError> {
        self.store.read_stream(s, a, n).await
    }
    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<RecordedEvent>, LogError> {
        let page = self.store.read_all(after, limit).await?;
        let left = self.left.load(Ordering::SeqCst);
        if page.is_empty() && left > 0 {
            self.left.store(left - 1, Ordering::SeqCst);
            let of = 500 + left as u64;
            self.store.create_subject_key(subject(of), vec![5; 60]).await.unwrap();
            self.store.put_secret(secret(of, Purpose::Password), vec![6; 90], END_OF_NIGHT).await.unwrap();
            let stream = StreamId::new("account", of);
            self.store.append(&stream, Expected::NoStream, vec![event(8_000_000 + of, of)]).await?;
        }
        Ok(page)
    }
    async fn head(&self) -> Result<Position, LogError> {
        self.store.head().await
    }
    async fn wait(&self, after: Position, at_most: Duration) {
        self.store.wait(after, at_most).await;
    }
}

const END_OF_NIGHT: Timestamp = Timestamp::from_micros(7);

#[tokio::test]
async fn a_source_that_still_grows_is_caught_up_with() {
    let (from, to) = (history(200).await, MemoryStore::new());
    let growing = Arc::new(Growing { store: from.clone(), left: AtomicUsize::new(8) });
    let report = copy_through(growing, Arc::new(to.clone()), &from, &to).await.unwrap();
    assert_eq!((report.position, report.events, report.streams), (Position(208), 208, 15));
    assert_same(&from, &to).await;
}

#[tokio::test]
async fn a_source_in_use_is_not_called_copied() {
    let (from, to) = (history(200).await, MemoryStore::new());
    let growing = Arc::new(Growing { store: from.clone(), left: AtomicUsize::new(1_000) });
    let answer = copy_through(growing, Arc::new(to.clone()), &from, &to).await;
    assert!(matches!(answer, Err(CopyError::Changing)), "{answer:?}");
    copy(&from, &to).await.unwrap();
    assert_same(&from, &to).await;
}

#[tokio::test]
async fn where_the_vault_stays_only_the_log_is_copied() {
    let (from, to) = (history(50).await, MemoryStore::new());
    erase(&from, 1).await;
    let logs: Pair<Arc<dyn EventLog>> = Pair { from: Arc::new(from.clone()), to: Arc::new(to.clone()) };
    let report = copy_log(logs, None, |_| {}).await.unwrap();
    assert_eq!((report.events, report.vault_entries), (51, 0));
    assert!(from.events() == to.events());
    assert_eq!(vault(&to).await, Contents::default());
}

#[tokio::test]
async fn each_part_that_fails_is_named() {
    let (from, to) = (history(50).await, MemoryStore::new());
    from.set_log_down(true);
    assert!(matches!(copy(&from, &to).await, Err(CopyError::Source(_))));
    from.set_log_down(false);
    to.set_log_down(true);
    assert!(matches!(copy(&from, &to).await, Err(CopyError::Target(_))));
    to.set_log_down(false);
    from.set_vault_down(true);
    assert!(matches!(copy(&from, &to).await, Err(CopyError::SourceVault(_))));
    from.set_vault_down(false);
    to.set_vault_down(true);
    assert!(matches!(copy(&from, &to).await, Err(CopyError::TargetVault(_))));
    to.set_vault_down(false);
    copy(&from, &to).await.unwrap();
    assert_same(&from, &to).await;
}

#[tokio::test]
async fn progress_goes_up_to_the_end_of_each_phase() {
    let (from, to) = (history(900).await, MemoryStore::new());
    to.append_recorded(from.events()[..300].to_vec()).await.unwrap();
    let told = Mutex::new(Vec::<Progress>::new());
    let logs: Pair<Arc<dyn EventLog>> = Pair { from: Arc::new(from.clone()), to: Arc::new(to.clone()) };
    let vaults: Pair<Arc<dyn Vault>> = Pair { from: Arc::new(from), to: Arc::new(to) };
    let report = copy_log(logs, Some(vaults), |progress| told.lock().unwrap().push(progress)).await.unwrap();
    assert_eq!((report.events, report.copied), (900, 600));
    let told = told.into_inner().unwrap();
    let of = |phase| told.iter().filter(move |told| told.phase == phase);
    for (phase, first, last) in
        [(Phase::Comparing, 1, 300), (Phase::Copying, 301, 900), (Phase::Verifying, 1, 900)]
    {
        assert!(of(phase).is_sorted_by_key(|told| told.done), "{phase:?}");
        assert!(of(phase).all(|told| told.of == Some(900) && told.done >= first));
        assert_eq!(of(phase).next_back().map(|told| told.done), Some(last));
    }
    assert!(of(Phase::Vault).any(|told| told.done == 14 && told.of.is_none()));
}
