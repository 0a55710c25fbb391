//! Stores of each kind, and a history to fill them with.

use std::sync::Arc;

use tempfile::TempDir;
use uuid::Uuid;
use watchbook_domain::{CredentialId, EventId, SubjectId, Timestamp};
use watchbook_eventlog::migration::{CopyError, Pair, Report, copy_log};
use watchbook_eventlog::{
    ERASED, EventLog, Keyring, NewEvent, Position, Purpose, RecordedEvent, Sealer, SecretName, StoredSecret,
    StreamId, Vault, Version,
};
use watchbook_eventlog_kurrentdb::KurrentLog;
use watchbook_eventlog_postgres::PostgresLog;
use watchbook_eventlog_sqlite::SqliteLog;
use watchbook_test_kurrentdb::StandIn;
use watchbook_test_postgres::Server;

/// A log, and the vault beside it if it is not another's.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) vault: Option<Arc<dyn Vault>>,
}

impl Store {
    fn both<S: EventLog + Vault>(store: Arc<S>) -> Self {
        Self { log: store.clone(), vault: Some(store) }
    }

    pub(crate) async fn sqlite(folder: &TempDir, name: &str) -> Self {
        Self::both(SqliteLog::open(&folder.path().join(name)).await.unwrap())
    }

    pub(crate) async fn postgres(url: &str) -> Self {
        Self::both(PostgresLog::open(url, Default::default()).await.unwrap())
    }

    /// A database of its own, where there is a server.
    pub(crate) async fn shared_postgres() -> Option<Self> {
        Some(Self::postgres(&Server::shared()?.database()).await)
    }

    /// With the vault of another store.
    pub(crate) async fn kurrentdb(server: &StandIn, vault: Option<Arc<dyn Vault>>) -> Self {
        let log = KurrentLog::open(&server.url(), Default::default()).await.unwrap();
        Self { log, vault }
    }

    pub(crate) fn sealer(&self) -> Sealer {
        Sealer::new(self.vault.clone().unwrap(), Arc::new(Keyring::new([1; 32], [2; 32])))
    }

    pub(crate) async fn events(&self) -> Vec<RecordedEvent> {
        let mut all: Vec<RecordedEvent> = Vec::new();
        loop {
            let after = all.last().map_or(Position::START, |event| event.position);
            let page = self.log.read_all(after, 1000).await.unwrap();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }

    pub(crate) async fn vault(&self) -> (Vec<(SubjectId, Vec<u8>)>, Vec<(StoredSecret, Vec<u8>)>) {
        let vault = self.vault.as_ref().unwrap();
        let all = Timestamp::from_micros(i64::MAX);
        let mut secrets = Vec::new();
        for stored in vault.list_secrets(all, None, 1_000_000).await.unwrap() {
            let purpose = Purpose::from_stored(&stored.purpose).unwrap();
            let name = SecretName { subject: stored.subject, credential: stored.credential, purpose };
            let sealed = vault.secret(name).await.unwrap().unwrap();
            secrets.push((stored, sealed));
        }
        (vault.list_subject_keys(None, 1_000_000).await.unwrap(), secrets)
    }
}

/// Vaults that are one are not copied.
pub(crate) async fn copy(from: &Store, to: &Store) -> Result<Report, CopyError> {
    let vaults = match (&from.vault, &to.vault) {
        (Some(from), Some(to)) if !Arc::ptr_eq(from, to) => Some(Pair { from: from.clone(), to: to.clone() }),
        _ => None,
    };
    copy_log(Pair { from: from.log.clone(), to: to.log.clone() }, vaults, |_| {}).await
}

/// Events without positions, which are the store's own.
pub(crate) async fn assert_same_log(from: &Store, to: &Store) {
    let (from, to) = (from.events().await, to.events().await);
    assert!(to.is_sorted_by(|a, b| a.position < b.position));
    let places = |events: Vec<RecordedEvent>| {
        events
            .into_iter()
            .map(|event| RecordedEvent { position: Position::START, ..event })
            .collect::<Vec<_>>()
    };
    assert!(places(from) == places(to));
}

pub(crate) async fn assert_same(from: &Store, to: &Store) {
    assert_same_log(from, to).await;
    assert!(from.vault().await == to.vault().await);
}

fn id(n: usize, kind: u128) -> Uuid {
    Uuid::from_u128((kind << 100) | (n as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c))
}

pub(crate) fn subject(n: usize) -> SubjectId {
    SubjectId(id(n, 1))
}

pub(crate) fn password(n: usize) -> SecretName {
    SecretName { subject: subject(n), credential: CredentialId(id(n, 2)), purpose: Purpose::Password }
}

pub(crate) const ACCOUNTS: usize = 40;
pub(crate) const ERASED_ACCOUNT: usize = 5;

/// Sealed events of streams that take turns, in commands of one to four: passwords, an erased account, a payload
/// of half a mebibyte. Answers how many events there are.
pub(crate) async fn fill(store: &Store, commands: usize) -> u64 {
    let sealer = store.sealer();
    let at = |n: usize| Timestamp::from_micros(1_700_000_000_000_001 + i64::try_from(n).unwrap());
    for n in 0..ACCOUNTS {
        sealer.put_secret(password(n), format!("password of {n}").as_bytes(), at(n)).await.unwrap();
    }
    let mut versions = vec![Version::NONE; ACCOUNTS * 2];
    let mut events = 0;
    for command in 0..commands {
        let which = (command * command + command / 7) % versions.len();
        let kind = if which < ACCOUNTS { "account" } else { "claim" };
        let stream = StreamId::new(kind, which);
        let subject = subject(which % ACCOUNTS);
        let erases = command == commands / 2;
        let mut batch = Vec::new();
        for _ in 0..=command % 4 {
            events += 1;
            let event_type = if command % 3 == 0 { "session.opened" } else { "sign_in.started" };
            let size = if command == 20 { 500_000 } else { command % 50 };
            let payload = vec![u8::try_from(command % 251).unwrap(); size];
            let version = versions[which].plus(batch.len() as u64 + 1);
            let payload =
                sealer.seal_event(&stream, version, event_type, 1, subject, &payload).await.unwrap();
            batch.push(NewEvent {
                event_id: EventId(id(events, 3)),
                event_type: event_type.into(),
                schema_version: 1,
                recorded_at: at(command),
                subject,
                actor: (command % 2 == 0).then(|| id(which, 4)),
                correlation_id: id(command, 5),
                causation_id: (command % 5 == 0).then(|| EventId(id(command, 6))),
                payload,
            });
        }
        let many = batch.len() as u64;
        store.log.append(&stream, versions[which].expected(), batch).await.unwrap();
        versions[which] = versions[which].plus(many);
        if erases {
            events += 1;
            erase(store, ERASED_ACCOUNT, events).await;
        }
    }
    events as u64
}

async fn erase(store: &Store, account: usize, n: usize) {
    let stream = StreamId::new("export", account);
    let event = NewEvent {
        event_id: EventId(id(n, 3)),
        event_type: ERASED.into(),
        schema_version: 1,
        recorded_at: Timestamp::from_micros(-1),
        subject: subject(account),
        actor: None,
        correlation_id: id(n, 7),
        causation_id: None,
        payload: Vec::new(),
    };
    store.log.append(&stream, Version::NONE.expected(), vec![event]).await.unwrap();
}
