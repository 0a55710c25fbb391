//! Tails the log, so that cached states do not outlive what other processes append.
//!
//! A state enters a cache after it was read, so a change that is announced in between must not be lost: whoever
//! caches takes a [`Mark`] before reading and compares it after caching. The follower announces before it
//! invalidates. Either the cacher sees the new number, or the follower finds the cached state.
//!
//! Who caches a state right after appending to its stream knows more: it includes everything up to the append's
//! position, so only what is announced above that position can outdate it. And who appends says so to those who are
//! just reading that stream, so that the follower need not read what this process appended itself.
//!
//! What was appended before the follower began is never announced. So a state counts only under the *watch*
//! (the follower's uninterrupted run) during which it was read.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::own_appends::{Next, OwnAppends};
use crate::sealing::ERASED;
use crate::{Change, Core, LogError, Position, StreamId, Version};

/// Another process's append is seen after this at the latest, when the log answers.
const POLL: Duration = Duration::from_millis(100);

/// A look that takes longer than this is given up: a log that hangs must not hang the follower.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long after the last complete look at the log cached states may still be used.
const TRUST: Duration = Duration::from_secs(1);

const PAGE: usize = 4096;

/// What a stream's change means to a cached state.
pub(crate) enum Invalid {
    /// The stream is at this version.
    Below(Version),
    /// Personal data in it must go.
    Erased,
}

type Invalidate = Box<dyn Fn(&StreamId, Invalid) + Send + Sync>;

/// What the follower had said when somebody began to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    announcements: u64,
    /// Of this process's own appends to the stream.
    growth: u64,
    /// What is to be cached includes everything up to here, whatever was announced meanwhile.
    includes: Option<Position>,
    /// Of the follower's run; 0 before the first.
    pub(crate) watch: u64,
}

impl Mark {
    /// For the state that an append at `position` led to: an append at exactly its stream's version.
    pub(crate) fn including(self, position: Position) -> Self {
        Self { includes: Some(position), ..self }
    }
}

/// What the follower knows and whom it tells.
pub(crate) struct Follower {
    announcements: AtomicU64,
    own: OwnAppends,
    /// Position of the last change that was announced.
    announced: AtomicU64,
    watch: AtomicU64,
    /// When the last look began that reached the end of the log, in microseconds since `origin`; 0 for never.
    reached_end: AtomicU64,
    origin: Instant,
    watchers: RwLock<Vec<(&'static str, Invalidate)>>,
}

impl Follower {
    pub(crate) fn new() -> Self {
        Self {
            announcements: AtomicU64::new(0),
            own: OwnAppends::new(),
            announced: AtomicU64::new(0),
            watch: AtomicU64::new(0),
            reached_end: AtomicU64::new(0),
            origin: Instant::now(),
            watchers: RwLock::default(),
        }
    }

    /// Calls `invalidate` with each stream of `category` that has grown.
    pub(crate) fn watch(&self, category: &'static str, invalidate: Invalidate) {
        self.watchers.write().unwrap_or_else(PoisonError::into_inner).push((category, invalidate));
    }

    /// To be taken before reading what is to be cached of a stream.
    pub(crate) fn mark(&self, stream: &StreamId) -> Mark {
        // The watch first: a run that begins in between shows in the number of announcements.
        let watch = self.watch.load(Ordering::SeqCst);
        let growth = self.own.growth(stream);
        Mark { announcements: self.announcements.load(Ordering::SeqCst), growth, includes: None, watch }
    }

    /// Whether the stream may have grown since `mark` by what is to be cached does not include.
    pub(crate) fn has_spoken_since(&self, mark: Mark, stream: &StreamId) -> bool {
        match mark.includes {
            Some(Position(position)) => self.announced.load(Ordering::SeqCst) > position,
            None => {
                self.announcements.load(Ordering::SeqCst) != mark.announcements
                    || self.own.growth(stream) != mark.growth
            }
        }
    }

    /// This process appended `events` events to `stream`, the last one at `position`; to be said before the new state is
    /// cached. Where another cache holds such streams, or something must be forgotten, the follower reads them all the
    /// same.
    pub(crate) fn appended(&self, stream: &StreamId, position: Position, events: usize, erases: bool) {
        self.own.has_grown(stream);
        let watchers = self.watchers.read().unwrap_or_else(PoisonError::into_inner);
        let caches = watchers.iter().filter(|(watched, _)| *watched == stream.category()).count();
        if caches == 1 && !erases && self.watch.load(Ordering::SeqCst) != 0 {
            self.own.pass_over(position, events);
        }
    }

    /// Makes everybody who is reading now look again.
    pub(crate) fn announce(&self) {
        self.announcements.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether a state read under `watch` is up to date, unless it was invalidated.
    pub(crate) fn covers(&self, watch: u64) -> bool {
        watch != 0 && watch == self.watch.load(Ordering::SeqCst) && self.is_fresh()
    }

    pub(crate) fn is_fresh(&self) -> bool {
        let reached = self.reached_end.load(Ordering::SeqCst);
        reached != 0 && self.origin.elapsed() < Duration::from_micros(reached) + TRUST
    }

    fn has_reached_end(&self, as_of: Instant) {
        let micros = as_of.duration_since(self.origin).as_micros();
        self.reached_end.store(u64::try_from(micros).unwrap_or(u64::MAX).max(1), Ordering::SeqCst);
    }

    fn tell(&self, changes: &[Change]) {
        let Some(last) = changes.last() else { return };
        self.announced.fetch_max(last.position.0, Ordering::SeqCst);
        self.announce();
        let watchers = self.watchers.read().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            let category = change.stream.category();
            for (_, invalidate) in watchers.iter().filter(|(watched, _)| *watched == category) {
                let erased = change.event_type == ERASED;
                let invalid = if erased { Invalid::Erased } else { Invalid::Below(change.version) };
                invalidate(&change.stream, invalid);
            }
        }
    }
}

/// Follows the log until `stop`: keeps every repository of `core` coherent with what other processes append, within
/// a second, and makes loading a cached state free of I/O. Survives an unreachable log; states are read from the
/// log, or loading fails, as long as it cannot be followed.
pub async fn follow(core: Arc<Core>, stop: CancellationToken) {
    let mut cursor: Option<Position> = None;
    let mut failing = false;
    while !stop.is_cancelled() {
        let looked = tokio::select! {
            looked = tokio::time::timeout(PATIENCE, look(&core, &mut cursor)) => looked,
            () = stop.cancelled() => return,
        };
        match looked.unwrap_or_else(|elapsed| Err(LogError::unavailable(elapsed))) {
            Ok(()) => failing = false,
            Err(error) => {
                // Once per outage: the log's own clients say the rest.
                if !std::mem::replace(&mut failing, true) {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the log cannot be followed");
                }
            }
        }
        // Not `EventLog::wait`: this process's own appends would wake the follower without need.
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Reads to the end of the log and tells what was new. The first look only finds out where the end is.
async fn look(core: &Core, cursor: &mut Option<Position>) -> Result<(), LogError> {
    let follower = &core.follower;
    let began = Instant::now();
    let mut at = match *cursor {
        Some(at) => at,
        None => {
            let head = core.log.head().await?;
            // Whoever reads from now on sees everything up to `head`; the rest will be announced.
            follower.watch.fetch_add(1, Ordering::SeqCst);
            follower.announce();
            head
        }
    };
    let dense = core.log.has_dense_positions();
    loop {
        *cursor = Some(at);
        let most = match follower.own.after(at, PAGE) {
            Next::Own(to) if dense => {
                at = to;
                continue;
            }
            Next::Others(most) if dense => most,
            _ => PAGE,
        };
        let changes = core.log.read_changes(at, most).await?;
        for erased in changes.iter().filter(|change| change.event_type == ERASED) {
            core.sealer.forget(erased.subject);
        }
        follower.tell(&changes);
        at = changes.last().map_or(at, |change| change.position);
        *cursor = Some(at);
        if changes.len() < most {
            follower.has_reached_end(began);
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchbook_domain::SubjectId;

    #[test]
    fn what_an_append_led_to_is_outdated_only_by_what_comes_after_it() {
        let follower = Follower::new();
        let change = |position| Change {
            position: Position(position),
            stream: StreamId::new("account", 1),
            version: Version(position),
            event_type: "something".into(),
            subject: SubjectId(uuid::Uuid::nil()),
        };
        let stream = StreamId::new("account", 1);
        let read = follower.mark(&stream);
        let appended = follower.mark(&stream).including(Position(7));
        follower.tell(&[change(6), change(7)]);
        assert!(follower.has_spoken_since(read, &stream));
        assert!(!follower.has_spoken_since(appended, &stream));
        follower.tell(&[change(8)]);
        assert!(follower.has_spoken_since(appended, &stream));
    }

    #[test]
    fn who_is_reading_a_stream_hears_of_this_process_s_own_append() {
        let follower = Follower::new();
        let (stream, other) = (StreamId::new("account", 1), StreamId::new("account", 2));
        let (read, elsewhere) = (follower.mark(&stream), follower.mark(&other));
        follower.appended(&stream, Position(1), 1, false);
        assert!(follower.has_spoken_since(read, &stream));
        let apart = follower.own.growth(&other) == elsewhere.growth;
        assert_eq!(follower.has_spoken_since(elsewhere, &other), !apart);
    }
}
