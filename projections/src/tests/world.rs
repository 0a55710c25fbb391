//! A log in memory, views in a file, and a clock that stands still.

use crate::{Views, project};
use sqlx::{ConnectOptions as _, SqliteConnection};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use watchbook_domain::notification::Notification;
use watchbook_domain::{Account, CommandId, Timestamp};
use watchbook_eventlog::testing::MemoryStore;
use watchbook_eventlog::{
    Clock as _, Core, EventLog as _, Keyring, ManualClock, Metadata, Position, Repository, fresh,
};

pub(super) const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct World {
    pub(super) store: MemoryStore,
    pub(super) core: Arc<Core>,
    pub(super) accounts: Repository<Account>,
    pub(super) notifications: Repository<Notification>,
    pub(super) clock: ManualClock,
    pub(super) views: Views,
    folder: TempDir,
}

/// A projector at work, stopped when dropped.
pub(super) struct Projector {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Projector {
    pub(super) async fn stop(mut self) {
        self.stop.cancel();
        (&mut self.task).await.unwrap();
    }
}

impl Drop for Projector {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl World {
    pub(super) async fn new() -> Self {
        let store = MemoryStore::new();
        let core = store.core(Arc::new(Keyring::new([1; 32], [2; 32])));
        let folder = tempfile::tempdir().unwrap();
        let views =
            Views::open(&format!("sqlite:{}", folder.path().join("views.db").display())).await.unwrap();
        Self {
            accounts: Repository::new(core.clone(), 10_000),
            notifications: Repository::new(core.clone(), 10_000),
            clock: ManualClock::at(START),
            views,
            folder,
            store,
            core,
        }
    }

    /// The same views, as another process opens them.
    pub(super) async fn other_views(&self) -> Views {
        Views::open(&format!("sqlite:{}", self.folder.path().join("views.db").display())).await.unwrap()
    }

    /// A connection of its own to the views' file.
    pub(super) async fn sql(&self) -> SqliteConnection {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.folder.path().join("views.db"));
        options.busy_timeout(Duration::from_secs(5)).connect().await.unwrap()
    }

    pub(super) async fn execute_sql(&self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&mut self.sql().await).await.unwrap();
    }

    pub(super) fn project(&self) -> Projector {
        self.project_into(&self.views)
    }

    pub(super) fn project_into(&self, views: &Views) -> Projector {
        let stop = CancellationToken::new();
        let (log, sealer) = (self.core.log.clone(), self.core.sealer.clone());
        let clock = Arc::new(self.clock.clone());
        Projector { task: tokio::spawn(project(views.clone(), log, sealer, clock, stop.clone())), stop }
    }

    pub(super) fn metadata(&self) -> Metadata {
        Metadata {
            command_id: CommandId(fresh::uuid()),
            recorded_at: self.clock.now(),
            actor: None,
            correlation_id: fresh::uuid(),
            causation_id: None,
        }
    }

    pub(super) async fn head(&self) -> Position {
        self.store.head().await.unwrap()
    }

    /// Waits until the views have seen everything.
    pub(super) async fn caught_up(&self) {
        self.views.wait_for(self.head().await, PATIENCE).await.unwrap();
    }
}

/// Asks again and again until it is so.
pub(super) async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
