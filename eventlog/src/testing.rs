//! A log, vault and snapshot store in memory, for tests: several nodes can share one, and it can be broken at will.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use watchbook_domain::{CredentialId, SubjectId, Timestamp};

use crate::{
    Appended, Core, EventLog, Expected, Keyring, LogError, NewEvent, Position, RecordedEvent, Sealer,
    SecretName, Snapshots, StoredSecret, StreamId, Vault, VaultError, Version,
};

/// Everything a node stores, in memory. Clones share it.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Shared>);

#[derive(Default)]
struct Shared {
    tables: Mutex<Tables>,
    appended: Notify,
    log_down: AtomicBool,
    vault_down: AtomicBool,
    reads: AtomicU64,
    events_read: AtomicU64,
    append_delay_micros: AtomicU64,
}

type StoredSnapshot = (Version, u16, Vec<u8>);

#[derive(Default)]
struct Tables {
    /// The event at position p is at index p - 1.
    events: Vec<RecordedEvent>,
    /// Indices into `events`.
    streams: HashMap<StreamId, Vec<usize>>,
    keys: BTreeMap<SubjectId, Vec<u8>>,
    destroyed: HashSet<SubjectId>,
    secrets: BTreeMap<(SubjectId, CredentialId, &'static str), (Vec<u8>, Timestamp)>,
    snapshots: HashMap<StreamId, StoredSnapshot>,
}

#[derive(Debug, thiserror::Error)]
#[error("switched off by the test")]
struct SwitchedOff;

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryStore(…)")
    }
}

impl MemoryStore {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// A node of its own on this store, with its own caches.
    pub fn core(&self, keyring: Arc<Keyring>) -> Arc<Core> {
        let sealer = Arc::new(Sealer::new(Arc::new(self.clone()), keyring));
        Core::new(Arc::new(self.clone()), sealer, Arc::new(self.clone()))
    }

    /// While down, the log answers `Unavailable` and appends nothing.
    pub fn set_log_down(&self, down: bool) {
        self.0.log_down.store(down, Ordering::SeqCst);
    }

    /// While down, the vault and the snapshots answer `Unavailable`.
    pub fn set_vault_down(&self, down: bool) {
        self.0.vault_down.store(down, Ordering::SeqCst);
    }

    /// An append is in the log at once, but is acknowledged only after this time (whole microseconds).
    pub fn set_append_delay(&self, delay: Duration) {
        let micros = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
        self.0.append_delay_micros.store(micros, Ordering::SeqCst);
    }

    /// How often a stream was read.
    pub fn stream_reads(&self) -> u64 {
        self.0.reads.load(Ordering::SeqCst)
    }

    /// How many events were read by readers of the whole log.
    pub fn events_read(&self) -> u64 {
        self.0.events_read.load(Ordering::SeqCst)
    }

    /// Changes what is stored behind everybody's back. `at` counts events from 0.
    pub fn tamper(&self, at: usize, change: impl FnOnce(&mut RecordedEvent)) {
        if let Some(event) = self.tables().events.get_mut(at) {
            change(event);
        }
    }

    /// Every event, as stored.
    pub fn events(&self) -> Vec<RecordedEvent> {
        self.tables().events.clone()
    }

    /// The sealed secret of that name, to be changed behind everybody's back.
    pub fn tamper_secret(&self, name: SecretName, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some((sealed, _)) = self.tables().secrets.get_mut(&secret_key(name)) {
            change(sealed);
        }
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log_tables(&self) -> Result<MutexGuard<'_, Tables>, LogError> {
        if self.0.log_down.load(Ordering::SeqCst) {
            return Err(LogError::unavailable(SwitchedOff));
        }
        Ok(self.tables())
    }

    fn vault_tables(&self) -> Result<MutexGuard<'_, Tables>, VaultError> {
        if self.0.vault_down.load(Ordering::SeqCst) {
            return Err(VaultError::unavailable(SwitchedOff));
        }
        Ok(self.tables())
    }
}

fn secret_key(name: SecretName) -> (SubjectId, CredentialId, &'static str) {
    (name.subject, name.credential, name.purpose.as_str())
}

impl Tables {
    fn append(
        &mut self,
        stream: &StreamId,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, LogError> {
        let there = self.streams.get(stream).map_or(&[][..], Vec::as_slice);
        let ids: Vec<_> = events.iter().map(|event| event.event_id).collect();
        let of_stream = there.iter().map(|at| &self.events[*at]);
        let found: Vec<_> = of_stream.filter(|found| ids.contains(&found.event.event_id)).collect();
        if let Some(last) = found.last()
            && found.iter().any(|found| ids.first() == Some(&found.event.event_id))
        {
            return Ok(Appended { version: last.version, position: last.position, replayed: true });
        }
        let actual = Version(there.len() as u64);
        if actual != expected.version() {
            return Err(LogError::Conflict { actual });
        }
        if self.events.iter().any(|there| ids.contains(&there.event.event_id)) {
            return Err(LogError::Corrupt("an event id is taken by another stream".into()));
        }
        let (mut version, mut position) = (actual, Position(self.events.len() as u64));
        for event in events {
            (version, position) = (version.plus(1), Position(position.0 + 1));
            self.streams.entry(stream.clone()).or_default().push(self.events.len());
            self.events.push(RecordedEvent { position, stream: stream.clone(), version, event });
        }
        Ok(Appended { version, position, replayed: false })
    }
}

#[async_trait]
impl EventLog for MemoryStore {
    fn has_dense_positions(&self) -> bool {
        true
    }

    async fn append(
        &self,
        stream: &StreamId,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, LogError> {
        tokio::task::yield_now().await;
        let appended = self.log_tables()?.append(stream, expected, events)?;
        self.0.appended.notify_waiters();
        let delay = self.0.append_delay_micros.load(Ordering::SeqCst);
        if delay > 0 {
            tokio::time::sleep(Duration::from_micros(delay)).await;
        }
        Ok(appended)
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        after: Version,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        self.0.reads.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let tables = self.log_tables()?;
        let there = tables.streams.get(stream).map_or(&[][..], Vec::as_slice);
        let skip = usize::try_from(after.0).unwrap_or(usize::MAX);
        Ok(there.iter().skip(skip).take(limit).map(|at| tables.events[*at].clone()).collect())
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<RecordedEvent>, LogError> {
        let skip = usize::try_from(after.0).unwrap_or(usize::MAX);
        let page: Vec<_> = self.log_tables()?.events.iter().skip(skip).take(limit).cloned().collect();
        self.0.events_read.fetch_add(page.len() as u64, Ordering::SeqCst);
        Ok(page)
    }

    async fn head(&self) -> Result<Position, LogError> {
        Ok(Position(self.log_tables()?.events.len() as u64))
    }

    async fn wait(&self, after: Position, at_most: Duration) {
        let appended = self.0.appended.notified();
        if (self.tables().events.len() as u64) <= after.0 {
            let _ = tokio::time::timeout(at_most, appended).await;
        }
    }
}

#[async_trait]
impl Vault for MemoryStore {
    async fn create_subject_key(
        &self,
        subject: SubjectId,
        wrapped: Vec<u8>,
    ) -> Result<Option<Vec<u8>>, VaultError> {
        let mut tables = self.vault_tables()?;
        if tables.destroyed.contains(&subject) {
            return Ok(None);
        }
        Ok(Some(tables.keys.entry(subject).or_insert(wrapped).clone()))
    }

    async fn subject_key(&self, subject: SubjectId) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self.vault_tables()?.keys.get(&subject).cloned())
    }

    async fn subject_keys(&self, subjects: &[SubjectId]) -> Result<Vec<(SubjectId, Vec<u8>)>, VaultError> {
        let tables = self.vault_tables()?;
        Ok(subjects.iter().filter_map(|id| tables.keys.get(id).map(|key| (*id, key.clone()))).collect())
    }

    async fn rewrap_subject_key(&self, subject: SubjectId, wrapped: Vec<u8>) -> Result<(), VaultError> {
        if let Some(key) = self.vault_tables()?.keys.get_mut(&subject) {
            *key = wrapped;
        }
        Ok(())
    }

    async fn list_subject_keys(
        &self,
        after: Option<SubjectId>,
        limit: usize,
    ) -> Result<Vec<(SubjectId, Vec<u8>)>, VaultError> {
        let tables = self.vault_tables()?;
        let above = tables.keys.iter().filter(|(subject, _)| after.is_none_or(|after| **subject > after));
        Ok(above.take(limit).map(|(subject, key)| (*subject, key.clone())).collect())
    }

    async fn destroy_subject(&self, subject: SubjectId) -> Result<(), VaultError> {
        let mut tables = self.vault_tables()?;
        tables.keys.remove(&subject);
        tables.destroyed.insert(subject);
        tables.secrets.retain(|(of, _, _), _| *of != subject);
        Ok(())
    }

    async fn put_secret(
        &self,
        name: SecretName,
        sealed: Vec<u8>,
        put_at: Timestamp,
    ) -> Result<(), VaultError> {
        self.vault_tables()?.secrets.insert(secret_key(name), (sealed, put_at));
        Ok(())
    }

    async fn secret(&self, name: SecretName) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self.vault_tables()?.secrets.get(&secret_key(name)).map(|(sealed, _)| sealed.clone()))
    }

    async fn remove_secret(&self, name: SecretName) -> Result<(), VaultError> {
        self.vault_tables()?.secrets.remove(&secret_key(name));
        Ok(())
    }

    async fn list_secrets(
        &self,
        before: Timestamp,
        after: Option<&StoredSecret>,
        limit: usize,
    ) -> Result<Vec<StoredSecret>, VaultError> {
        let tables = self.vault_tables()?;
        let above = tables.secrets.iter().filter(|(place, (_, put_at))| {
            *put_at < before && after.is_none_or(|after| **place > after.place())
        });
        let stored = |((subject, credential, purpose), (_, put_at)): (&(_, _, &str), &(_, _))| StoredSecret {
            subject: *subject,
            credential: *credential,
            purpose: (*purpose).to_owned(),
            put_at: *put_at,
        };
        Ok(above.take(limit).map(stored).collect())
    }
}

#[async_trait]
impl Snapshots for MemoryStore {
    async fn snapshot(&self, stream: &StreamId) -> Result<Option<StoredSnapshot>, VaultError> {
        Ok(self.vault_tables()?.snapshots.get(stream).cloned())
    }

    async fn put_snapshot(
        &self,
        stream: &StreamId,
        version: Version,
        format: u16,
        sealed: Vec<u8>,
    ) -> Result<(), VaultError> {
        let mut tables = self.vault_tables()?;
        if tables.snapshots.get(stream).is_none_or(|(there, _, _)| *there <= version) {
            tables.snapshots.insert(stream.clone(), (version, format, sealed));
        }
        Ok(())
    }
}
