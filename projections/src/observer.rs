//! How far the views have come, for processes that do not project.

use crate::views::{Status, Views};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use watchbook_eventlog::{EventLog, Position};

/// Between looks.
const LOOK: Duration = Duration::from_millis(500);

/// Keeps [`Views::status`] up to date until `stop`, by looking at the cursor and the log. The projector knows better:
/// while it works in this process, it says so itself.
pub async fn observe(views: Views, log: Arc<dyn EventLog>, stop: CancellationToken) {
    let mut behind: Option<(Position, Instant)> = None;
    while !stop.is_cancelled() {
        if !views.is_projecting()
            && let (Ok(cursor), Ok(head)) = (views.cursor().await, log.head().await)
        {
            let head = head.max(cursor);
            // Since when the views lack what was the last event then.
            if behind.is_none_or(|(lacking, _)| cursor >= lacking) {
                behind = (cursor < head).then(|| (head, Instant::now()));
            }
            let lag_seconds = behind.map_or(0.0, |(_, since)| since.elapsed().as_secs_f64());
            views.set_status(Status {
                cursor,
                head,
                lag_events: head.0 - cursor.0,
                lag_seconds,
                stopped: None,
            });
        }
        stop.run_until_cancelled(tokio::time::sleep(LOOK)).await;
    }
}
