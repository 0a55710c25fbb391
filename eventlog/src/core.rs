//! What all repositories of a process share.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};

use crate::follower::Follower;
use crate::{EventLog, Sealer, Snapshots, StreamId};

/// Commands on one stream take turns within a process; streams that share a lock by chance do so too.
const LOCKS: usize = 4096;

/// The log, the keys, the snapshots, and what is known of other processes' appends.
#[non_exhaustive]
pub struct Core {
    /// The log itself, for readers of the whole of it.
    pub log: Arc<dyn EventLog>,
    /// Seals and opens payloads and secrets.
    pub sealer: Arc<Sealer>,
    /// Folded states on disk.
    pub snapshots: Arc<dyn Snapshots>,
    pub(crate) follower: Follower,
    locks: Box<[Mutex<()>]>,
    hasher: RandomState,
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Core(…)")
    }
}

impl Core {
    /// Correct by itself; fast once [`follow`](crate::follow) runs beside it.
    pub fn new(log: Arc<dyn EventLog>, sealer: Arc<Sealer>, snapshots: Arc<dyn Snapshots>) -> Arc<Self> {
        Arc::new(Self {
            log,
            sealer,
            snapshots,
            follower: Follower::new(),
            locks: (0..LOCKS).map(|_| Mutex::new(())).collect(),
            hasher: RandomState::new(),
        })
    }

    /// Whether cached states can be trusted: everything that was in the log a second ago has been seen here.
    /// If not (no follower runs, the log does not answer, or the process was suspended), each load reads the log.
    pub fn is_fresh(&self) -> bool {
        self.follower.is_fresh()
    }

    /// Waits for the stream's turn. Spares commands of one process most conflicts; correctness never rests on it.
    pub(crate) async fn turn(&self, stream: &StreamId) -> MutexGuard<'_, ()> {
        let index = self.hasher.hash_one(stream) % LOCKS as u64;
        self.locks[index as usize].lock().await
    }
}
