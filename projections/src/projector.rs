//! The projector: reads the log, and keeps the views up to it.

use crate::feed::{Feed, Source};
use crate::leases::Fence;
use crate::page::Stopped;
use crate::rebuild::{drop_abandoned, rebuild};
use crate::views::{Status, Views, ViewsError};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use watchbook_domain::Timestamp;
use watchbook_eventlog::{Clock, EventLog, LogError, Sealer};

/// Events applied in one transaction.
const PAGE: usize = 4_000;
/// Longest time between looks at the log.
const POLL: Duration = Duration::from_millis(250);
/// Between transactions at least: what is appended one by one is applied by the handful.
const PACE: Duration = Duration::from_millis(20);
/// Between tries while something is down or an event cannot be applied.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs until `stop`. While log or views are down it tries again; an event that cannot be applied stops it
/// there, is named in [`Status`], and is tried again, never skipped. Views of another version are rebuilt
/// beside the old ones first. Of several processes one projects, by lease; should another think that it does, each page
/// is still applied once, for the cursor moves only from where its page began.
pub async fn project(
    views: Views,
    log: Arc<dyn EventLog>,
    sealer: Arc<Sealer>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let projector = Projector { views, source: Source { log, sealer, limit: PAGE }, clock };
    let work = async |stop: CancellationToken, _: Fence| {
        projector.views.set_projecting(true);
        stop.run_until_cancelled(projector.run()).await;
        projector.views.set_projecting(false);
    };
    projector.views.under_lease("projector", &stop, work).await;
}

struct Projector {
    views: Views,
    source: Source,
    clock: Arc<dyn Clock>,
}

impl Projector {
    async fn run(&self) {
        if let Err(error) = drop_abandoned(&self.views).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "leftovers of a rebuild stay");
        }
        let mut failing = None;
        loop {
            let Err(error) = self.follow().await;
            if let ViewsError::Log(LogError::Corrupt(what)) = &error {
                // Where exactly is not known: somewhere after the cursor.
                let position = self.views.status().cursor;
                let stopped = Stopped { position, event_type: String::new(), error: what.clone() };
                self.behind(None, Some(stopped)).await;
            }
            // Once per outage or stop, not at each try.
            let message = error.to_string();
            if failing.as_ref() != Some(&message) {
                match &error {
                    ViewsError::Stopped(stopped) => tracing::error!(
                        position = stopped.position.0,
                        event_type = stopped.event_type,
                        error = stopped.error,
                        "the views are stopped by an event"
                    ),
                    error => {
                        tracing::warn!(error = error as &dyn std::error::Error, "the projector tries again")
                    }
                }
                failing = Some(message);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn follow(&self) -> Result<Infallible, ViewsError> {
        let mut live = self.views.live().await?;
        if live.is_newer() {
            return Err(ViewsError::Newer);
        }
        if !live.is_current() {
            tracing::info!("the views are of another version and are rebuilt beside the old ones");
            let Source { log, sealer, .. } = self.source.clone();
            match rebuild(&self.views, log, sealer, |_, _| {}).await {
                // What the other one has built is looked at next.
                Ok(_) | Err(ViewsError::Overtaken) => {}
                Err(ViewsError::Stopped(stopped)) => {
                    self.behind(None, Some(stopped.clone())).await;
                    return Err(ViewsError::Stopped(stopped));
                }
                Err(error) => return Err(error),
            }
            live = self.views.live().await?;
            if !live.is_current() {
                return Err(ViewsError::Overtaken);
            }
        }
        let mut cursor = live.cursor();
        let mut feed = Feed::new(self.source.clone(), cursor);
        loop {
            let page = feed.next().await?;
            let began = Instant::now();
            if page.end > cursor {
                let applied = self.views.apply(live.generation, true, cursor, &page).await;
                if applied.is_err() {
                    self.behind(page.first_at, None).await;
                }
                if !applied? {
                    // Another process was faster, or a rebuild has swapped the tables.
                    live = self.views.live().await?;
                    if !live.is_current() {
                        return Err(ViewsError::Newer);
                    }
                    cursor = live.cursor();
                    feed = Feed::new(self.source.clone(), cursor);
                    continue;
                }
                cursor = page.end;
                metrics::counter!("watchbook_projection_events_total").increment(page.events);
            }
            if let Some((stopped, at)) = page.stopped {
                self.behind(Some(at), Some(stopped.clone())).await;
                return Err(ViewsError::Stopped(stopped));
            }
            if page.full {
                self.behind(Some(page.last_at), None).await;
            } else {
                self.views.set_status(Status { cursor, head: cursor, ..Status::default() });
                self.source.log.wait(cursor, POLL).await;
                tokio::time::sleep_until(began + PACE).await;
            }
        }
    }

    /// Publishes how far behind the views are; `since` is when the oldest event that they lack was recorded.
    async fn behind(&self, since: Option<Timestamp>, stopped: Option<Stopped>) {
        let Status { head, lag_seconds, .. } = self.views.status();
        let cursor = self.views.seen_cursor();
        let head = self.source.log.head().await.unwrap_or(head).max(cursor);
        let age = |since: Timestamp| self.clock.now().since(since).as_seconds_f64().max(0.0);
        let lag_events = head.0 - cursor.0;
        let lag_seconds = if lag_events == 0 { 0.0 } else { since.map_or(lag_seconds, age) };
        self.views.set_status(Status { cursor, head, lag_events, lag_seconds, stopped });
    }
}
