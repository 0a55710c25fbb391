//! A small aggregate to execute commands on: a counter with a limit.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use watchbook_domain::{Aggregate, CommandId, Event, SubjectId, Timestamp};
use watchbook_eventlog::testing::MemoryStore;
use watchbook_eventlog::{Core, Keyring, Metadata, Repository, StreamId};

pub(crate) const SUBJECT: SubjectId = SubjectId(Uuid::from_u128(7));
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub(crate) enum Counted {
    #[serde(rename = "counter.added")]
    Added { by: u64 },
    #[serde(rename = "personal_data.erased")]
    Erased,
}

impl Event for Counted {
    const TYPES: &'static [(&'static str, u16)] = &[("counter.added", 1), ("personal_data.erased", 1)];
    fn event_type(&self) -> &'static str {
        match self {
            Self::Added { .. } => "counter.added",
            Self::Erased => "personal_data.erased",
        }
    }
    fn schema_version(&self) -> u16 {
        1
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counter {
    pub(crate) sum: u64,
    pub(crate) events: u64,
    /// Depends on the order of events, unlike the sum.
    pub(crate) digest: u64,
}

impl Aggregate for Counter {
    type Event = Counted;
    const CATEGORY: &'static str = "counter";
    const SNAPSHOT_FORMAT: u16 = 3;
    fn evolve(&mut self, event: &Counted, at: Timestamp) {
        if let Counted::Added { by } = event {
            self.sum += by;
            self.digest = self.digest.wrapping_mul(31).wrapping_add(*by).wrapping_add(at.micros() as u64);
        }
        self.events += 1;
    }
}

#[derive(Debug, PartialEq)]
pub(crate) struct Full;

impl Counter {
    /// Counts up to a limit.
    pub(crate) fn add_up_to(&self, limit: u64) -> Result<Vec<Counted>, Full> {
        if self.sum < limit { Ok(vec![Counted::Added { by: 1 }]) } else { Err(Full) }
    }

    pub(crate) fn add(&self, by: u64) -> Result<Vec<Counted>, Full> {
        Ok(vec![Counted::Added { by }])
    }
}

/// A node with its own caches on a shared store.
pub(crate) struct Node {
    pub(crate) core: Arc<Core>,
    pub(crate) counters: Repository<Counter>,
    pub(crate) stream: StreamId,
}

pub(crate) fn node(store: &MemoryStore, keyring: &Arc<Keyring>) -> Node {
    let core = store.core(keyring.clone());
    let counters = Repository::new(core.clone(), 1000);
    let stream = counters.stream("a");
    Node { core, counters, stream }
}

pub(crate) fn keyring() -> Arc<Keyring> {
    Arc::new(Keyring::new([1; 32], [2; 32]))
}

pub(crate) fn command(id: u128) -> Metadata {
    Metadata {
        command_id: CommandId(Uuid::from_u128(id)),
        recorded_at: NOW,
        actor: None,
        correlation_id: Uuid::from_u128(id),
        causation_id: None,
    }
}

#[expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
impl Node {
    pub(crate) async fn add(&self, id: u128, by: u64) {
        self.counters.execute(&self.stream, SUBJECT, &command(id), |state| state.add(by)).await.unwrap();
    }

    pub(crate) async fn sum(&self) -> u64 {
        self.counters.load(&self.stream).await.unwrap().state.sum
    }
}
