//! The projector waits for what is down.

use super::history::History;
use super::world::World;
use crate::{digest, rebuild};
use std::time::Duration;
use watchbook_eventlog::testing::MemoryStore;

async fn assert_same_as_rebuilt(world: &World) {
    let before = digest(&world.views).await.unwrap();
    rebuild(&world.views, world.core.log.clone(), world.core.sealer.clone(), |_, _| {}).await.unwrap();
    assert_eq!(digest(&world.views).await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unavailable_log_or_vault_is_waited_for() {
    let (world, mut history) = (World::new().await, History::new(14));
    let projector = world.project();
    history.go_on(&world, 20).await;
    world.caught_up().await;
    for set_down in [MemoryStore::set_log_down, MemoryStore::set_vault_down] {
        // A key that is in memory would be used without the vault.
        history.people.clear();
        set_down(&world.store, true);
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(world.views.status().stopped, None, "no event is to blame");
        set_down(&world.store, false);
        history.go_on(&world, 20).await;
        world.caught_up().await;
        assert_eq!(world.views.status().stopped, None);
    }
    projector.stop().await;
    assert_same_as_rebuilt(&world).await;
}
