//! Copies a log, and the vault beside it, from one store to another: [`copy_log`].
//!
//! The target's log has to be the beginning of the source's, otherwise nothing is written. From there on it is
//! completed in rounds, until one finds nothing left to do: first the vault, because a key is always older than what
//! it sealed, then the events, then both logs are compared from the beginning. What is there already is passed over,
//! so a copy can be broken off at any moment and started again.

mod comparison;
mod events;
mod vault;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use watchbook_domain::SubjectId;

use crate::{EventLog, LogError, Position, RecordedEvent, Vault, VaultError};
use comparison::Comparison;

/// A source that still changes after so many rounds is in use.
const ROUNDS: usize = 16;

/// The same of both stores.
#[derive(Clone, Debug)]
pub struct Pair<T> {
    /// Of the source, which is only read.
    pub from: T,
    /// Of the target.
    pub to: T,
}

/// What a copy is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Looking for how far the target's log has come.
    Comparing,
    /// Copying subject keys and secrets.
    Vault,
    /// Copying events.
    Copying,
    /// Comparing the copy with its source.
    Verifying,
}

impl Phase {
    /// For people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comparing => "comparing",
            Self::Vault => "copying the vault",
            Self::Copying => "copying events",
            Self::Verifying => "verifying",
        }
    }
}

/// How far a phase has come. A phase can come more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which one.
    pub phase: Phase,
    /// The source's position; in the vault, the number of keys and secrets.
    pub done: u64,
    /// The position at which the source's log ends; nobody knows how much is in a vault.
    pub of: Option<u64>,
}

/// What a copy that succeeded did. Every event in the target was compared with the source's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Events in the target.
    pub events: u64,
    /// How many of them this copy appended; the others were there.
    pub copied: u64,
    /// Streams in the target.
    pub streams: u64,
    /// Subject keys and secrets in the target; 0 when no vault was copied.
    pub vault_entries: u64,
    /// Position of the source's last event, up to which it was copied.
    pub position: Position,
    /// How long it took.
    pub elapsed: Duration,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { events, copied, streams, vault_entries, position, elapsed } = self;
        let seconds = elapsed.as_secs_f64();
        write!(f, "copied {copied} events in {seconds:.1} s; verified {events} events of {streams} streams")?;
        write!(f, " up to position {position} of the source, {vault_entries} subject keys and secrets")
    }
}

/// Why a copy ended early. What was copied can stay: started again, it is gone on from there.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Of the source's log.
    #[error("the source's log failed")]
    Source(#[source] LogError),
    /// Of the target's log.
    #[error("the target's log failed")]
    Target(#[source] LogError),
    /// Of the source's vault.
    #[error("the source's vault failed")]
    SourceVault(#[source] VaultError),
    /// Of the target's vault.
    #[error("the target's vault failed")]
    TargetVault(#[source] VaultError),
    /// The target's log is another one.
    #[error("the target's log is no copy of the source's: it differs at position {position} of the source")]
    Differs {
        /// In the source, of the first event that the target does not have in its place.
        position: Position,
    },
    /// The target's log went on, or source and target were mistaken for each other.
    #[error("the target's log has more events than the source's, which ends at position {position}")]
    Longer {
        /// Of the source's last event.
        position: Position,
    },
    /// The target does not show events whose append it confirmed.
    #[error("the target lost what it was given: position {position} of the source is the last that is there")]
    Lost {
        /// In the source, of the target's last event.
        position: Position,
    },
    /// The target's vault serves another log.
    #[error("the target's vault has a key of subject {0}, whom the source does not know")]
    UnknownSubject(SubjectId),
    /// The source's log has no event that says so.
    #[error("the target's vault has destroyed the key of subject {0}, which the source still has")]
    KeyDestroyed(SubjectId),
    /// Written by a newer program.
    #[error("there is a secret of unknown purpose: {0}")]
    UnknownPurpose(String),
    /// Everything up to some moment is copied, but what comes after would be missing.
    #[error("the source is still being written to: stop its nodes and copy again")]
    Changing,
}

type Tell<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Copies the source's log to the target's: same order, same streams, versions and envelopes. Positions are the
/// target's own. `progress` is told after each page.
///
/// `vaults` are copied too, and subjects that the log says were erased are destroyed in the target's; `None` when
/// both logs share one. Keys and secrets are copied as they are, so the target needs the same key file.
///
/// Nodes may read the source meanwhile. What they still write is copied too as long as it comes to an end. Nobody may
/// use the target. Snapshots are a cache and stay behind.
///
/// # Errors
/// See [`CopyError`]. Nothing is written when the target's log is not the beginning of the source's, or its vault has
/// keys that the source does not account for. The other errors can be followed by another attempt.
pub async fn copy_log(
    logs: Pair<Arc<dyn EventLog>>,
    vaults: Option<Pair<Arc<dyn Vault>>>,
    progress: impl Fn(Progress) + Send + Sync,
) -> Result<Report, CopyError> {
    let started = Instant::now();
    let tell: Tell<'_> = &progress;
    let mut comparison = Comparison::new(&logs);
    let mut erased = HashSet::new();
    comparison.go_on(Phase::Comparing, &mut erased, tell).await?;
    if let Some(vaults) = &vaults {
        vault::refuse_unknown_subjects(&logs.from, vaults, comparison.position, &erased).await?;
        // Who copied them may not have come to it.
        vault::destroy(&vaults.to, &erased).await?;
    }
    let mut copied = 0;
    for _ in 0..ROUNDS {
        let vault = match &vaults {
            Some(vaults) => vault::copy(vaults, &erased, tell).await?,
            None => vault::Copied::default(),
        };
        let after = comparison.position;
        let (position, new) = events::copy(&logs, vaults.as_ref(), after, &mut erased, tell).await?;
        if new > 0 && copied == 0 {
            comparison = Comparison::new(&logs);
        }
        copied += new;
        comparison.go_on(Phase::Verifying, &mut erased, tell).await?;
        if comparison.position < position {
            return Err(CopyError::Lost { position: comparison.position });
        }
        if new == 0 && vault.changes == 0 {
            let Comparison { events, streams, .. } = comparison;
            let (vault_entries, elapsed) = (vault.entries, started.elapsed());
            return Ok(Report { events, copied, streams, vault_entries, position, elapsed });
        }
    }
    Err(CopyError::Changing)
}

/// Memory that a page of events should take, about.
const PAGE_BYTES: usize = 4 << 20;
const PAGE_EVENTS: usize = 4096;
const FIRST_PAGE: usize = 64;
/// Of an event beside its payload.
const ENVELOPE_BYTES: usize = 256;

/// Reads a log in pages of about equal size, whatever the size of its events.
pub struct Pages {
    log: Arc<dyn EventLog>,
    after: Position,
    limit: usize,
}

impl std::fmt::Debug for Pages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages").field("after", &self.after).finish_non_exhaustive()
    }
}

impl Pages {
    /// Begins with the first event after `after`.
    pub fn new(log: &Arc<dyn EventLog>, after: Position) -> Self {
        Self { log: log.clone(), after, limit: FIRST_PAGE }
    }

    /// Of the last event that was read.
    pub fn after(&self) -> Position {
        self.after
    }

    /// Makes the next page smaller, for what a damaged log can still give; `false` when it is of one event already.
    pub fn shrink(&mut self) -> bool {
        let smaller = (self.limit / 2).max(1);
        std::mem::replace(&mut self.limit, smaller) > smaller
    }

    /// Empty at the end.
    ///
    /// # Errors
    /// Those of [`EventLog::read_all`]; asking again continues at the same place.
    pub async fn next(&mut self) -> Result<Vec<RecordedEvent>, LogError> {
        let page = self.log.read_all(self.after, self.limit).await?;
        if let Some(last) = page.last() {
            self.after = last.position;
            let bytes: usize =
                page.iter().map(|recorded| recorded.event.payload.len() + ENVELOPE_BYTES).sum();
            let fitting = PAGE_BYTES.saturating_mul(page.len()) / bytes;
            // Larger events may follow, so it grows by steps.
            self.limit = fitting.clamp(1, (self.limit * 2).min(PAGE_EVENTS));
        }
        Ok(page)
    }
}
