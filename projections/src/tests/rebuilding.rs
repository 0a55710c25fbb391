//! A rebuild gives the same rows, disturbs nobody, and leaves nothing behind.

use super::history::History;
use super::world::{PATIENCE, World, eventually};
use crate::feed::Source;
use crate::rebuild::rebuild_with;
use crate::{Fence, ViewsError, digest, rebuild};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use watchbook_eventlog::testing::MemoryStore;
use watchbook_eventlog::{
    Appended, EventLog, Expected, LogError, NewEvent, Position, RecordedEvent, StreamId, Version,
};

/// Tables of one generation.
const VIEWS: usize = crate::generations::for_each_row!(R => <R as crate::table::Row>::NAME).len();

/// A log whose pages must be let through one by one.
struct Gated {
    store: MemoryStore,
    gate: Arc<Semaphore>,
}

#[async_trait]
impl EventLog for Gated {
    async fn append(&self, s: &StreamId, e: Expected, n: Vec<NewEvent>) -> Result<Appended, LogError> {
        self.store.append(s, e, n).await
    }
    async fn read_stream(&self, s: &StreamId, a: Version, n: usize) -> Result<Vec<RecordedEvent>, LogError> {
        self.store.read_stream(s, a, n).await
    }
    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<RecordedEvent>, LogError> {
        self.gate.acquire().await.unwrap().forget();
        self.store.read_all(after, limit).await
    }
    async fn head(&self) -> Result<Position, LogError> {
        self.store.head().await
    }
    async fn wait(&self, after: Position, at_most: Duration) {
        self.store.wait(after, at_most).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_do_not_tell_where_pages_ended() {
    let (world, mut history) = (World::new().await, History::new(21));
    let projector = world.project();
    for _ in 0..40 {
        history.go_on(&world, 50).await;
    }
    world.caught_up().await;
    world.views.set_reactor_cursor("notifier", Position(7), Fence::NONE).await.unwrap();
    let before = digest(&world.views).await.unwrap();
    let (log, sealer) = (world.core.log.clone(), world.core.sealer.clone());
    let report = rebuild(&world.views, log.clone(), sealer.clone(), |_, _| {}).await.unwrap();
    assert_eq!(report.position, world.head().await);
    assert!(report.events > 2_000, "{report}");
    assert_eq!(digest(&world.views).await.unwrap(), before);
    // However the log is cut into pages.
    for limit in [1, 7, 101, 1_000] {
        let source = Source { log: log.clone(), sealer: sealer.clone(), limit };
        rebuild_with(&world.views, source, |_, _| {}).await.unwrap();
        assert_eq!(digest(&world.views).await.unwrap(), before, "{limit}");
    }
    assert_eq!(world.views.reactor_cursor("notifier").await.unwrap(), Position(7));
    // The projector goes on with the new tables.
    history.go_on(&world, 50).await;
    world.caught_up().await;
    let live = world.views.live().await.unwrap();
    assert_eq!((live.generation, live.cursor()), (6, world.head().await));
    assert_eq!(world.tables().await, VIEWS, "the old tables are gone");
    projector.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn live_views_go_on_during_a_rebuild() {
    let (world, mut history) = (World::new().await, History::new(22));
    history.go_on(&world, 300).await;
    let projector = world.project();
    world.caught_up().await;
    let before = digest(&world.views).await.unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let log = Arc::new(Gated { store: world.store.clone(), gate: gate.clone() });
    let source = Source { log, sealer: world.core.sealer.clone(), limit: 100 };

    // One that dies halfway changes nothing.
    let dying = tokio::spawn({
        let (views, source) = (world.views.clone(), source.clone());
        async move { rebuild_with(&views, source, |_, _| {}).await }
    });
    gate.add_permits(2);
    eventually("the tables are begun", async || world.tables().await == 2 * VIEWS).await;
    dying.abort();
    assert!(dying.await.unwrap_err().is_cancelled());
    assert_eq!(digest(&world.views).await.unwrap(), before);

    // The live views go on meanwhile.
    let building = tokio::spawn({
        let views = world.views.clone();
        async move { rebuild_with(&views, source, |_, _| {}).await }
    });
    gate.add_permits(1);
    eventually("other tables are begun", async || world.tables().await == 3 * VIEWS).await;
    for _ in 0..5 {
        history.go_on(&world, 20).await;
        world.caught_up().await;
        let account = *history.people.last().unwrap();
        assert!(world.views.account(account).await.unwrap().is_some());
        gate.add_permits(1);
    }
    assert_eq!(world.views.live().await.unwrap().generation, 1);
    gate.add_permits(100_000);
    building.await.unwrap().unwrap();
    assert_eq!(world.views.live().await.unwrap().generation, 3);
    world.caught_up().await;
    projector.stop().await;

    // The next projector drops what the dead one left.
    let projector = world.project();
    eventually("the leftovers are gone", async || world.tables().await == VIEWS).await;
    projector.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_version_rebuilds_by_itself() {
    let (world, mut history) = (World::new().await, History::new(23));
    history.go_on(&world, 100).await;
    let projector = world.project();
    world.caught_up().await;
    let account = history.people[0];
    projector.stop().await;
    let before = digest(&world.views).await.unwrap();

    world
        .execute_sql(
            "ALTER TABLE accounts_v5_g1 RENAME TO accounts_v4_g1;
             UPDATE generations SET layout = replace(layout, 'accounts_v5', 'accounts_v4'), version = version - 1",
        )
        .await;
    assert!(world.views.account(account).await.unwrap().is_some(), "the old version serves");
    history.go_on(&world, 20).await;
    let projector = world.project();
    world.caught_up().await;
    projector.stop().await;
    assert_eq!(world.views.live().await.unwrap().generation, 2);
    assert_ne!(digest(&world.views).await.unwrap(), before);
    assert_eq!(world.tables().await, VIEWS);

    // An older program leaves a newer one's tables alone.
    world.execute_sql("UPDATE generations SET layout = layout || ' more_v1', version = version + 1").await;
    history.go_on(&world, 20).await;
    let projector = world.project();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(world.views.cursor().await.unwrap() < world.head().await);
    assert_eq!(world.views.live().await.unwrap().generation, 2);
    projector.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rebuilds_do_not_mix() {
    let (world, mut history) = (World::new().await, History::new(24));
    history.go_on(&world, 200).await;
    let projector = world.project();
    world.views.wait_for(world.head().await, PATIENCE).await.unwrap();
    let before = digest(&world.views).await.unwrap();
    let other = world.other_views().await;
    let (log, sealer) = (world.core.log.clone(), world.core.sealer.clone());
    let (one, two) = tokio::join!(
        rebuild(&world.views, log.clone(), sealer.clone(), |_, _| {}),
        rebuild(&other, log.clone(), sealer.clone(), |_, _| {}),
    );
    for built in [one, two] {
        assert!(matches!(built, Ok(_) | Err(ViewsError::Overtaken)), "{built:?}");
    }
    assert_eq!(digest(&world.views).await.unwrap(), before);
    assert_eq!(world.tables().await, VIEWS);
    projector.stop().await;
}
