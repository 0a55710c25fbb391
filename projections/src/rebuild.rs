//! A rebuild: the views from the whole log, beside the live ones, swapped in when they have caught up.

use crate::feed::{Feed, Source};
use crate::generations;
use crate::views::{Views, ViewsError};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use watchbook_eventlog::{EventLog, Position, Sealer};

/// Events applied in one transaction.
const PAGE: usize = 10_000;
/// Between transactions, so that another process can write too.
const BREATH: Duration = Duration::from_millis(1);
/// A rebuild that has not moved for so long is dead.
const DEAD_AFTER: Duration = Duration::from_secs(3);

/// What a rebuild did.
#[derive(Clone, Copy, Debug)]
pub struct RebuildReport {
    /// Up to where.
    pub position: Position,
    /// Events read.
    pub events: u64,
    /// How long it took.
    pub elapsed: Duration,
}

impl std::fmt::Display for RebuildReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        let rate = self.events as f64 / seconds.max(f64::EPSILON);
        write!(f, "rebuilt up to position {} in {seconds:.1} s ({rate:.0} events/s)", self.position)
    }
}

/// Builds every view anew. Readers keep the old rows until the new ones have caught up and are swapped in; what a
/// process that dies meanwhile leaves behind is dropped when the next one starts to project. `progress` is told
/// (position, head). Sends nothing: cursors of reactors stay as they are.
///
/// # Errors
/// When log or views are unavailable, or an event cannot be applied: the old rows stay then.
pub async fn rebuild(
    views: &Views,
    log: Arc<dyn EventLog>,
    sealer: Arc<Sealer>,
    progress: impl Fn(u64, u64) + Send,
) -> Result<RebuildReport, ViewsError> {
    rebuild_with(views, Source { log, sealer, limit: PAGE }, progress).await
}

pub(crate) async fn rebuild_with(
    views: &Views,
    source: Source,
    progress: impl Fn(u64, u64) + Send,
) -> Result<RebuildReport, ViewsError> {
    let mut transaction = views.begin().await?;
    let generation = generations::begin(&mut transaction).await?;
    transaction.commit().await?;
    let built = build(views, source, generation, progress).await;
    if built.is_err() {
        // What cannot be dropped now is dropped by the next projector.
        let _ = drop_all(views, |other| other == generation).await;
    }
    built
}

async fn build(
    views: &Views,
    source: Source,
    generation: i64,
    progress: impl Fn(u64, u64) + Send,
) -> Result<RebuildReport, ViewsError> {
    let started = Instant::now();
    let mut head = source.log.head().await?;
    let (mut cursor, mut events) = (Position::START, 0);
    let mut feed = Feed::new(source, cursor);
    loop {
        let page = feed.next().await?;
        if page.end > cursor {
            if !views.apply(generation, false, cursor, &page).await? {
                return Err(ViewsError::Overtaken);
            }
            (cursor, events) = (page.end, events + page.events);
            head = head.max(cursor);
            progress(cursor.0, head.0);
        }
        if let Some((stopped, _)) = page.stopped {
            return Err(ViewsError::Stopped(stopped));
        }
        if !page.full && swap(views, generation, cursor).await? {
            return Ok(RebuildReport { position: cursor, events, elapsed: started.elapsed() });
        }
        tokio::time::sleep(BREATH).await;
    }
}

/// Makes a generation live, unless the live one has come further.
async fn swap(views: &Views, generation: i64, cursor: Position) -> Result<bool, ViewsError> {
    let mut transaction = views.begin().await?;
    // Also holds if it was dropped meanwhile.
    if !generations::advance(&mut transaction, generation, false, cursor, cursor).await? {
        return Err(ViewsError::Overtaken);
    }
    if generations::live(&mut transaction).await?.is_some_and(|live| live.cursor() > cursor) {
        return Ok(false);
    }
    generations::index(&mut transaction, generation).await?;
    generations::publish(&mut transaction, generation).await?;
    transaction.commit().await?;
    views.cursor().await?;
    Ok(true)
}

/// Drops what rebuilds that died have left; those that go on are left alone.
pub(crate) async fn drop_abandoned(views: &Views) -> Result<(), ViewsError> {
    let building = async || {
        let all = views.generations().await?;
        let building = all.into_iter().filter(|generation| !generation.live);
        Ok::<Vec<_>, sqlx::Error>(building.map(|one| (one.generation, one.cursor())).collect())
    };
    let before = building().await?;
    if before.is_empty() {
        return Ok(());
    }
    tokio::time::sleep(DEAD_AFTER).await;
    let dead: Vec<_> = building().await?.into_iter().filter(|one| before.contains(one)).collect();
    drop_all(views, |generation| dead.iter().any(|(dead, _)| *dead == generation)).await
}

async fn drop_all(views: &Views, which: impl Fn(i64) -> bool) -> Result<(), ViewsError> {
    let mut transaction = views.begin().await?;
    for one in generations::all(&mut transaction).await? {
        if !one.live && which(one.generation) {
            generations::drop_one(&mut transaction, &one).await?;
        }
    }
    Ok(transaction.commit().await?)
}
