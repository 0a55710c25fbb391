//! Executing commands and loading states.
//!
//! A command is decided on the folded state of one stream and appended at exactly that state's version. When
//! somebody else was first, the state is read on and the command decided again: an earlier decision is never
//! sent twice.

use std::sync::Arc;
use std::time::Duration;

use watchbook_domain::{Aggregate, Event as _, SubjectId};

use crate::follower::{Invalid, Mark};
use crate::sealing::{ERASED, Opened, SealError};
use crate::state_cache::{Folded, StateCache};
use crate::upcast::{self, DecodeError};
use crate::{Core, LogError, Metadata, NewEvent, Position, RecordedEvent, StreamId, Version, fresh};

mod moment;
mod replay;
mod snapshot;

pub use moment::{Moment, MomentError, Past};

/// Decisions per command before it gives up. Conflicts within a process are rare, since its commands take turns.
const ATTEMPTS: u32 = 100;

/// Conflicts before the first pause; a pause is random and at most this times the number of conflicts since.
const CONFLICTS_WITHOUT_PAUSE: u32 = 10;
const PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// Events per read while folding.
const PAGE: usize = 512;

/// Why a state could not be loaded or a command not be executed.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// The log refuses or does not answer.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A payload cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A payload cannot be understood; the log line beside says where it is.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// Why a command was not executed.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<R> {
    /// The decision said no; nothing was appended.
    #[error("the command was rejected")]
    Rejected(R),
    /// Others kept appending first, each time. Nothing was appended; sending the command again is safe.
    #[error("too many others write to this stream")]
    Contended,
    /// It failed. When the log was unavailable, the outcome is unknown; sending the command again is safe.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// A state as of some version of its stream.
#[derive(Clone, Debug)]
pub struct Loaded<A> {
    /// Folded from all events up to `version`; the default when there are none.
    pub state: Arc<A>,
    /// `Version::NONE` for a stream that does not exist.
    pub version: Version,
}

/// What a command did.
#[derive(Debug)]
pub struct Executed<A: Aggregate> {
    /// After the command.
    pub state: Arc<A>,
    /// Of the stream, in that state.
    pub version: Version,
    /// Of the command's last event; `None` when it had none.
    pub position: Option<Position>,
    /// What the command appended, now or when it was first sent.
    pub events: Vec<A::Event>,
    /// The command had been executed before: nothing was appended now.
    pub replayed: bool,
}

/// Loads states of one kind of stream and executes commands on them. Cheap to clone.
pub struct Repository<A>(Arc<Inner<A>>);

struct Inner<A> {
    core: Arc<Core>,
    cache: StateCache<A>,
}

impl<A> Clone for Repository<A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A> std::fmt::Debug for Repository<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Repository(…)")
    }
}

impl<A: Aggregate> Repository<A> {
    /// Keeps up to `capacity` states in memory.
    pub fn new(core: Arc<Core>, capacity: usize) -> Self {
        let inner = Arc::new(Inner { core, cache: StateCache::new(capacity) });
        let watching = Arc::downgrade(&inner);
        let invalidate = move |stream: &StreamId, invalid| {
            let Some(inner) = watching.upgrade() else { return };
            match invalid {
                Invalid::Below(version) => inner.cache.outdated_by(stream, version),
                Invalid::Erased => inner.cache.remove(stream),
            }
        };
        inner.core.follower.watch(A::CATEGORY, Box::new(invalidate));
        Self(inner)
    }

    /// The stream of this kind that `id` identifies.
    pub fn stream(&self, id: impl std::fmt::Display) -> StreamId {
        StreamId::new(A::CATEGORY, id)
    }

    /// The state of `stream`, no older than a second; of what this process appended, no older at all. Events
    /// whose subject was erased are counted but not folded.
    ///
    /// # Errors
    /// See [`RepositoryError`]. When the log does not answer, a cached state is not used for longer than a second.
    pub async fn load(&self, stream: &StreamId) -> Result<Loaded<A>, RepositoryError> {
        self.load_at_least(stream, Version::NONE).await
    }

    /// As [`load`](Self::load), but the state has `version` or a later one, which must be in the log: for
    /// reactors, which can read an event before the command that appended it has updated the cache.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub async fn load_at_least(
        &self,
        stream: &StreamId,
        version: Version,
    ) -> Result<Loaded<A>, RepositoryError> {
        let Folded { state, version, .. } = self.current(stream, version).await?;
        Ok(Loaded { state, version })
    }

    /// As [`load`](Self::load), but a state that `suffices` says no to is read anew: another node may have appended
    /// what is missing a moment ago.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub async fn load_until(
        &self,
        stream: &StreamId,
        suffices: impl Fn(&A) -> bool + Send,
    ) -> Result<Loaded<A>, RepositoryError> {
        let loaded = self.load(stream).await?;
        if suffices(&loaded.state) {
            return Ok(loaded);
        }
        let Folded { state, version, .. } = self.latest(stream).await?;
        Ok(Loaded { state, version })
    }

    /// Drops the state from memory. Needed only after destroying the subject's key.
    pub fn forget(&self, stream: &StreamId) {
        self.0.cache.remove(stream);
    }

    /// Loads, decides, appends; decides again when somebody else appended first. `decide` may run several times.
    /// No events means nothing to do, which is a success. What comes to nothing is decided once more on what the log
    /// has now: another node may have appended what it takes a moment ago.
    ///
    /// A command that was executed before is recognised by the log when it decides for events again; its answer
    /// is what was recorded then. If it decides otherwise on the new state, that is the answer.
    ///
    /// The future can be dropped at any time: the append then happens or does not, as a whole.
    ///
    /// # Errors
    /// See [`ExecuteError`].
    pub async fn execute<R, F>(
        &self,
        stream: &StreamId,
        subject: SubjectId,
        metadata: &Metadata,
        decide: F,
    ) -> Result<Executed<A>, ExecuteError<R>>
    where
        F: Fn(&A) -> Result<Vec<A::Event>, R> + Send + Sync,
        R: Send,
    {
        let core = &self.0.core;
        let _turn = core.turn(stream).await;
        for attempt in 0..ATTEMPTS {
            let mut loaded = self.current(stream, Version::NONE).await?;
            let mut events = decide(&loaded.state);
            if events.as_ref().map_or(true, Vec::is_empty) {
                let latest = self.latest(stream).await?;
                if latest.version != loaded.version {
                    events = decide(&latest.state);
                    loaded = latest;
                }
            }
            let events = events.map_err(ExecuteError::Rejected)?;
            if events.is_empty() {
                let Folded { state, version, .. } = loaded;
                return Ok(Executed { state, version, position: None, events, replayed: false });
            }
            let sealed = self.seal(stream, loaded.version, subject, metadata, &events).await?;
            let mark = core.follower.mark(stream);
            let unknown_outcome = UnknownOutcome { repository: &self.0, stream };
            match core.log.append(stream, loaded.version.expected(), sealed).await {
                Ok(appended) if appended.replayed => {
                    drop(unknown_outcome);
                    return Ok(self.replayed(stream, metadata.command_id, appended, events.len()).await?);
                }
                Ok(appended) => {
                    let mut folded = loaded;
                    let state = Arc::make_mut(&mut folded.state);
                    events.iter().for_each(|event| state.evolve(event, metadata.recorded_at));
                    folded.version = appended.version;
                    folded.last_event = Some(metadata.command_id.event_id(events.len() - 1));
                    unknown_outcome.became_known();
                    let erases = events.iter().any(|event| event.event_type() == ERASED);
                    core.follower.appended(stream, appended.position, events.len(), erases);
                    let mark = mark.including(appended.position);
                    let Folded { state, version, .. } = self.remember(stream, folded, mark, Some(subject));
                    let position = Some(appended.position);
                    return Ok(Executed { state, version, position, events, replayed: false });
                }
                Err(LogError::Conflict { actual }) => {
                    drop(unknown_outcome);
                    if actual < loaded.version {
                        // The log was restored to an earlier state under us: what was folded is void.
                        self.forget(stream);
                    }
                }
                Err(error) => return Err(RepositoryError::from(error).into()),
            }
            pause(attempt).await;
        }
        Err(ExecuteError::Contended)
    }

    /// Up to `limit` events of `stream` after `after`, opened and decoded; without content where the subject was
    /// erased.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub async fn history(
        &self,
        stream: &StreamId,
        after: Version,
        limit: usize,
    ) -> Result<Vec<(RecordedEvent, Option<A::Event>)>, RepositoryError> {
        let page = self.0.core.log.read_stream(stream, after, limit).await?;
        let events = self.open(&page).await?;
        Ok(page.into_iter().zip(events).collect())
    }

    /// What is cached if it can be trusted and has `at_least` that version, else what is in the log.
    async fn current(&self, stream: &StreamId, at_least: Version) -> Result<Folded<A>, RepositoryError> {
        match self.0.cache.get(stream) {
            Some(folded) if folded.version >= at_least && self.0.core.follower.covers(folded.watch) => {
                Ok(folded)
            }
            _ => self.latest(stream).await,
        }
    }

    /// What is in the log.
    async fn latest(&self, stream: &StreamId) -> Result<Folded<A>, RepositoryError> {
        let core = &self.0.core;
        let mark = core.follower.mark(stream);
        let mut folded = match self.0.cache.get(stream) {
            Some(folded) => folded,
            None => self.start_from_snapshot(stream).await,
        };
        let mut subject = None;
        loop {
            let page = core.log.read_stream(stream, folded.version, PAGE).await?;
            self.fold(stream, &mut folded, &page).await?;
            subject = page.last().map_or(subject, |recorded| Some(recorded.event.subject));
            if page.len() < PAGE {
                break;
            }
        }
        Ok(self.remember(stream, folded, mark, subject))
    }

    async fn fold(
        &self,
        stream: &StreamId,
        folded: &mut Folded<A>,
        page: &[RecordedEvent],
    ) -> Result<(), RepositoryError> {
        if page.is_empty() {
            return Ok(());
        }
        let events = self.open(page).await?;
        let state = Arc::make_mut(&mut folded.state);
        for (recorded, event) in page.iter().zip(events) {
            if recorded.version != folded.version.plus(1) {
                let (found, last) = (recorded.version, folded.version);
                let gap = format!("{stream} goes on at version {found} after {last}");
                return Err(LogError::Corrupt(gap).into());
            }
            if let Some(event) = event {
                state.evolve(&event, recorded.event.recorded_at);
            }
            folded.version = recorded.version;
            folded.last_event = Some(recorded.event.event_id);
        }
        Ok(())
    }

    /// `None` for events whose subject was erased.
    async fn open(&self, page: &[RecordedEvent]) -> Result<Vec<Option<A::Event>>, RepositoryError> {
        let opened = self.0.core.sealer.open_page(page).await?;
        let decode = |(recorded, opened): (&RecordedEvent, Opened)| match opened {
            Opened::Erased => Ok(None),
            Opened::Payload(payload) => {
                let event = &recorded.event;
                let decoded = upcast::decode(&event.event_type, event.schema_version, &payload);
                decoded.map(Some).map_err(|error| {
                    let (stream, version) = (&recorded.stream, recorded.version);
                    tracing::error!(%stream, %version, "a recorded event cannot be decoded");
                    error.into()
                })
            }
        };
        page.iter().zip(opened).map(decode).collect()
    }

    async fn seal(
        &self,
        stream: &StreamId,
        version: Version,
        subject: SubjectId,
        metadata: &Metadata,
        events: &[A::Event],
    ) -> Result<Vec<NewEvent>, RepositoryError> {
        let sealer = &self.0.core.sealer;
        let mut sealed = Vec::with_capacity(events.len());
        for (index, event) in events.iter().enumerate() {
            let (event_type, schema_version) = (event.event_type(), event.schema_version());
            let payload = serde_json::to_vec(event).map_err(|_| DecodeError::Unencodable { event_type })?;
            let at = version.plus(index as u64 + 1);
            let payload =
                sealer.seal_event(stream, at, event_type, schema_version, subject, &payload).await?;
            sealed.push(NewEvent {
                event_id: metadata.command_id.event_id(index),
                event_type: event_type.to_owned(),
                schema_version,
                recorded_at: metadata.recorded_at,
                subject,
                actor: metadata.actor,
                correlation_id: metadata.correlation_id,
                causation_id: metadata.causation_id,
                payload,
            });
        }
        Ok(sealed)
    }

    /// Caches a state that was read, or appended, after `mark` was taken; see [`crate::follower`].
    fn remember(
        &self,
        stream: &StreamId,
        mut folded: Folded<A>,
        mark: Mark,
        subject: Option<SubjectId>,
    ) -> Folded<A> {
        folded.watch = mark.watch;
        self.snapshot_if_due(stream, &mut folded, subject);
        self.0.cache.put(stream, folded.clone());
        // An older one that was put at the same moment must not stay for new.
        self.0.cache.outdated_by(stream, folded.version);
        if self.0.core.follower.has_spoken_since(mark, stream) {
            self.0.cache.distrust(stream);
        }
        folded
    }
}

/// From before an append until its outcome is known, and in particular when the caller gives up meanwhile: the
/// cached state, and what others are just reading, may be outdated by the append.
struct UnknownOutcome<'a, A: Aggregate> {
    repository: &'a Inner<A>,
    stream: &'a StreamId,
}

impl<A: Aggregate> UnknownOutcome<'_, A> {
    fn became_known(self) {
        std::mem::forget(self);
    }
}

impl<A: Aggregate> Drop for UnknownOutcome<'_, A> {
    fn drop(&mut self) {
        self.repository.core.follower.announce();
        self.repository.cache.distrust(self.stream);
    }
}

/// After the `attempt`-th conflict, counted from 0.
async fn pause(attempt: u32) {
    if let Some(step) = attempt.checked_sub(CONFLICTS_WITHOUT_PAUSE) {
        let longest = LONGEST_PAUSE.min(PAUSE * (step + 1));
        let share = f64::from(u32::from_be_bytes(fresh::bytes())) / f64::from(u32::MAX);
        tokio::time::sleep(longest.mul_f64(share)).await;
    }
}
