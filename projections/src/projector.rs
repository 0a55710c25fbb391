//! The projector: reads the log, and keeps the views up to it.

use crate::page::Page;
use crate::rebuild::rebuild;
use crate::views::{Status, Views, ViewsError};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use watchbook_eventlog::{Clock, EventLog, Sealer};

/// Events applied in one transaction.
const PAGE: usize = 2_000;
/// Longest time between looks at the log.
const POLL: Duration = Duration::from_millis(250);
/// Between tries while something is down or an event cannot be applied.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs until `stop`. While log or views are down it tries again; an event that cannot be applied stops it
/// there, is named in [`Status`], and is tried again, never skipped. Views of another version are rebuilt
/// beside the old ones first.
pub async fn project(
    views: Views,
    log: Arc<dyn EventLog>,
    sealer: Arc<Sealer>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let work = async {
        loop {
            let Err(error) = follow(&views, &log, &sealer, &*clock).await;
            match &error {
                ViewsError::Stopped(stopped) => {
                    tracing::error!(
                        position = stopped.position.0,
                        event_type = stopped.event_type,
                        error = stopped.error,
                        "the views are stopped by an event"
                    );
                    // Also when it was a rebuild that stopped.
                    views.set_status(Status { stopped: Some(stopped.clone()), ..views.status() });
                }
                error => tracing::warn!(error = %error, "the projector tries again"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    stop.run_until_cancelled(work).await;
}

async fn follow(
    views: &Views,
    log: &Arc<dyn EventLog>,
    sealer: &Arc<Sealer>,
    clock: &dyn Clock,
) -> Result<std::convert::Infallible, ViewsError> {
    if !views.current().await? {
        tracing::info!("the views are of another version and are rebuilt beside the old ones");
        rebuild(views, log.clone(), sealer.clone(), |_, _| {}).await?;
    }
    let mut cursor = views.cursor().await?;
    loop {
        let read = log.read_all(cursor, PAGE).await?;
        if read.is_empty() {
            views.set_status(Status { cursor, head: cursor, ..Status::default() });
            log.wait(cursor, POLL).await;
            continue;
        }
        let events = read.len() as u64;
        let page = Page::open(sealer, cursor, read).await?;
        if page.end > cursor && !views.apply_live(cursor, &page).await? {
            // Another process has come further.
            cursor = views.cursor().await?;
            views.set_cursor(cursor);
            continue;
        }
        cursor = page.end;
        let head = log.head().await?;
        let lag_events = head.0.saturating_sub(cursor.0);
        let age = clock.now().since(page.end_at).as_seconds_f64().max(0.0);
        let lag_seconds = if lag_events == 0 { 0.0 } else { age };
        views.set_status(Status { cursor, head, lag_events, lag_seconds, stopped: page.stopped.clone() });
        if let Some(stopped) = page.stopped {
            return Err(ViewsError::Stopped(stopped));
        }
        metrics::counter!("watchbook_projection_events_total").increment(events);
    }
}
