//! The loop that reactors share: by lease, from the stored cursor on, and again after each failure.

use crate::notifier::Failure;
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use watchbook_projections::{Fence, Views};

/// Between tries while something is down.
const PAUSE: Duration = Duration::from_secs(1);

/// Follows the log under the lease `name`, until `stop`.
pub(crate) async fn run<F: Future<Output = Result<Infallible, Failure>>>(
    views: &Views,
    name: &str,
    stop: &CancellationToken,
    follow: impl Fn(Fence) -> F,
) {
    let follow = &follow;
    let work = |stop: CancellationToken, fence| async move {
        stop.run_until_cancelled(keep_following(name, || follow(fence))).await;
    };
    views.under_lease(name, stop, work).await;
}

/// Follows for ever.
pub(crate) async fn keep_following<F: Future<Output = Result<Infallible, Failure>>>(
    name: &str,
    follow: impl Fn() -> F,
) {
    loop {
        let Err(error) = follow().await;
        tracing::warn!(error = %error, reactor = name, "a reactor tries again");
        tokio::time::sleep(PAUSE).await;
    }
}
