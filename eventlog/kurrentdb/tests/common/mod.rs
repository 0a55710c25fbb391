//! What the suite opens the log with.

use std::sync::Arc;

use watchbook_eventlog::testing::MemoryStore;
use watchbook_eventlog_conformance::Stores;
use watchbook_eventlog_kurrentdb::{KurrentLog, OpenError, Options};

/// With the suite's kind of streams.
pub async fn open(url: &str) -> Result<Arc<KurrentLog>, OpenError> {
    let mut options = Options::default();
    options.categories.push("conformance".to_owned());
    KurrentLog::open(url, options).await
}

/// The log with a vault and snapshots beside it, which lie elsewhere.
pub fn stores(log: Arc<KurrentLog>) -> Stores {
    let beside = Arc::new(MemoryStore::new());
    Stores { log, vault: beside.clone(), snapshots: beside }
}
