//! A log in memory, views in a file or, where the environment says so, on PostgreSQL, and a clock that stands still.

use crate::{Views, project};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use std::path::PathBuf;
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
use watchbook_test_postgres::Server;

pub(super) const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct World {
    pub(super) store: MemoryStore,
    pub(super) core: Arc<Core>,
    pub(super) accounts: Repository<Account>,
    pub(super) notifications: Repository<Notification>,
    pub(super) clock: ManualClock,
    pub(super) views: Views,
    place: Place,
}

/// Where the views lie.
enum Place {
    File(PathBuf, #[expect(dead_code, reason = "kept until the end")] TempDir),
    Database(&'static Server, String),
}

/// Set by the test that runs the others once more.
const VARIABLE: &str = "WATCHBOOK_TEST_VIEWS";

impl Place {
    fn new() -> Self {
        if std::env::var(VARIABLE).is_ok_and(|value| value == "postgres") {
            let server = Server::shared().unwrap();
            return Self::Database(server, server.database());
        }
        let folder = tempfile::tempdir().unwrap();
        Self::File(folder.path().join("views.db"), folder)
    }

    async fn open(&self) -> Views {
        match self {
            Self::File(file, _) => Views::open(&format!("sqlite:{}", file.display())).await.unwrap(),
            Self::Database(_, url) => Views::open_postgres(url.parse().unwrap()).await.unwrap(),
        }
    }
}

#[test]
fn everything_once_more_on_postgresql() {
    if std::env::var(VARIABLE).is_err() && Server::shared().is_some() {
        watchbook_test_postgres::run_again(&["tests::"], VARIABLE, "postgres");
    }
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
        let place = Place::new();
        let views = place.open().await;
        Self {
            accounts: Repository::new(core.clone(), 10_000),
            notifications: Repository::new(core.clone(), 10_000),
            clock: ManualClock::at(START),
            views,
            place,
            store,
            core,
        }
    }

    /// The same views, as another process opens them.
    pub(super) async fn other_views(&self) -> Views {
        self.place.open().await
    }

    /// What no reader may do.
    pub(super) async fn execute_sql(&self, sql: &'static str) {
        match &self.place {
            Place::File(file, _) => {
                let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(5));
                sqlx::raw_sql(sql).execute(&mut options.connect().await.unwrap()).await.unwrap();
            }
            Place::Database(server, url) => {
                server.sql(url, &format!("SET search_path = {}; {sql}", crate::database::SCHEMA));
            }
        }
    }

    /// How many tables there are, of all generations.
    pub(super) async fn tables(&self) -> usize {
        let sql = match &self.place {
            Place::File(..) => {
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name LIKE '%\\_g%' ESCAPE '\\'"
            }
            Place::Database(..) => "SELECT count(*) FROM pg_tables WHERE tablename LIKE '%\\_v%\\_g%'",
        };
        self.views.database().fetch(sql, &[]).await.unwrap()[0].integer(0).unwrap() as usize
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
