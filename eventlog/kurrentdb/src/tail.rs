//! Follows the end of the log by a subscription: wakes who waits, and remembers how far there is nothing of ours.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use eventstore::{StreamPosition, SubscribeToAllOptions, SubscriptionEvent};
use futures_util::FutureExt as _;
use tokio::time::Instant;

use crate::error::Failed;
use crate::open::Shared;

/// Between subscriptions.
const PAUSE: Duration = Duration::from_millis(100);

/// Longer than any pause between attempts to connect.
const LONG: Duration = Duration::from_secs(3600);

/// Runs until it is dropped, or the log is closed.
pub(crate) async fn follow(shared: Arc<Shared>) {
    loop {
        // From the last event, so that the first checkpoint says something about what follows. Looked up each time:
        // the log may have been set back to an earlier state, and nothing from before must outlive that.
        if let Ok(last) = shared.last_position().await {
            // A panic of the client must not be the end of waking.
            let subscribed = std::panic::AssertUnwindSafe(subscribe(&shared, last.0)).catch_unwind();
            let _ = subscribed.await;
            shared.quiet(|quiet| *quiet = None);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Until it fails.
async fn subscribe(shared: &Shared, from: u64) {
    shared.quiet(|quiet| *quiet = Some((from, from)));
    shared.head.send_replace(from);
    let Ok(held) = shared.connection.held(Instant::now() + LONG).await else { return };
    let position = match from {
        0 => StreamPosition::Start,
        at => StreamPosition::Position(eventstore::Position { commit: at, prepare: at }),
    };
    let options = SubscribeToAllOptions::default()
        .filter(shared.filter.clone())
        .requires_leader(true)
        .position(position);
    let mut subscription = held.client.subscribe_to_all(&options).await;
    loop {
        match subscription.next_subscription_event().await {
            Ok(SubscriptionEvent::EventAppeared(event)) => {
                let position = event.get_original_event().position.commit;
                shared.quiet(|quiet| *quiet = Some((position, position)));
                shared.seen(position);
            }
            Ok(SubscriptionEvent::Checkpoint(position)) => shared.quiet(|quiet| {
                if let Some((_, to)) = quiet {
                    *to = position.commit.max(*to);
                }
            }),
            Ok(_) => {}
            Err(error) => {
                tracing::debug!(%error, "the subscription ended");
                if matches!(Failed::of(error), Failed::Unclear(_)) {
                    shared.connection.broke(&held);
                }
                return;
            }
        }
    }
}

impl Shared {
    fn quiet(&self, change: impl FnOnce(&mut Option<(u64, u64)>)) {
        change(&mut self.quiet.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
