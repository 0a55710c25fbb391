//! The log with its keys and caches, as a server has them, without the server.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_util::sync::{CancellationToken, DropGuard};
use watchbook_domain::CommandId;
use watchbook_eventlog::{
    Clock as _, Core, EventLog, Keyring, Metadata, Sealer, Snapshots, SystemClock, Vault, follow, fresh,
};
use watchbook_eventlog_sqlite::SqliteLog;

/// A folder on the disk that both sides of a figure use; gone with the value.
pub(crate) fn folder() -> TempDir {
    tempfile::Builder::new().prefix("watchbook-bench-").tempdir().unwrap()
}

/// As many workers as there are cores, like the server's.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// An open log, followed, until it is dropped.
pub(crate) struct Engine {
    pub(crate) core: Arc<Core>,
    pub(crate) log: Arc<SqliteLog>,
    _stop: DropGuard,
}

impl Engine {
    /// Opens the log in `folder`, or creates it.
    pub(crate) async fn open(folder: &Path) -> Self {
        let log = SqliteLog::open(&folder.join("log.db")).await.unwrap();
        let (core, stop) = followed(log.clone()).await;
        Self { core, log, _stop: stop }
    }
}

/// What a node has around its log, whichever that is, followed until the guard is dropped.
pub(crate) async fn followed(log: Arc<impl EventLog + Vault + Snapshots>) -> (Arc<Core>, DropGuard) {
    let keyring = Arc::new(Keyring::new([1; 32], [2; 32]));
    let core = Core::new(log.clone(), Arc::new(Sealer::new(log.clone(), keyring)), log);
    let stop = CancellationToken::new();
    tokio::spawn(follow(core.clone(), stop.clone()));
    while !core.is_fresh() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    (core, stop.drop_guard())
}

/// Of a command that nobody sent before.
pub(crate) fn metadata() -> Metadata {
    Metadata {
        command_id: CommandId(fresh::uuid()),
        recorded_at: SystemClock.now(),
        actor: None,
        correlation_id: fresh::uuid(),
        causation_id: None,
    }
}

/// Runs `work` for every number below `count`, `at_once` of them at the same time.
pub(crate) async fn concurrently<F>(
    count: usize,
    at_once: usize,
    work: impl Fn(usize) -> F + Clone + Send + 'static,
) where
    F: Future<Output = ()> + Send,
{
    let lanes = (0..at_once).map(|lane| {
        let work = work.clone();
        tokio::spawn(async move {
            for n in (lane..count).step_by(at_once) {
                work(n).await;
            }
        })
    });
    for lane in lanes.collect::<Vec<_>>() {
        lane.await.unwrap();
    }
}
