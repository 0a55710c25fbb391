//! The audit: the whole log is read again and held against every head that was ever signed. The first event that is
//! not what it was is named, by the hashes that were kept beside the heads.
//!
//! Only the heads are trusted, because they are signed. The kept hashes point at the event once they were found to add
//! up to the head that the log contradicts.

mod fault;
mod signed;
mod suspect;
mod unsigned;

pub use fault::{Fault, Tampering};

use crate::entry::leaf_of;
use crate::frontier::Frontier;
use crate::head::{HeadKey, TreeHead};
use crate::heads::Heads;
use crate::proof::root_at;
use crate::tiles::Tiles;
use signed::Signed;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use watchbook_eventlog::migration::Pages;
use watchbook_eventlog::{EventLog, LogError, Position, RecordedEvent, SealError, Sealer};

/// Faults named of one kind; more of them say nothing new.
const MOST: usize = 20;

/// What a log is held against.
pub struct Evidence {
    /// Checks the heads.
    pub key: HeadKey,
    /// Where heads were written to: all that are left count.
    pub heads: Vec<Heads>,
    /// The folder of the tree's hashes, to name the event; without it, a fault is somewhere between two heads.
    pub tiles: Option<PathBuf>,
    /// To see whether events that no head covers yet were sealed by who has the keys.
    pub sealer: Option<Arc<Sealer>>,
}

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Events read.
    pub events: u64,
    /// How many of them are what a signed head says they are.
    pub covered: u64,
    /// Heads that the log agrees with.
    pub heads: u64,
    /// Events after the last head whose seal is of this log's keys.
    pub sealed: u64,
    /// Events after the last head whose seal says nothing: their subject has no key, or has none any more.
    pub unchecked: u64,
    /// Empty when nothing is wrong.
    pub faults: Vec<Fault>,
}

/// Why an audit could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] LogError),
    /// The heads or the tree's hashes cannot be read.
    #[error("heads or hashes cannot be read")]
    Files(#[from] io::Error),
    /// The vault does not answer.
    #[error("seals cannot be checked")]
    Seal(#[from] SealError),
}

/// How reading the log ended.
enum End {
    /// Everything was read.
    Complete,
    /// The head is of another log.
    Contradicts(TreeHead),
    /// The store misses an event and has later ones.
    Gap(String),
}

/// Reads `log` from its first event and holds it against `evidence`; memory does not grow with the log. `progress` is
/// told the position reached and the last one. Stops at the first fault of the log.
///
/// # Errors
/// See [`AuditError`]; what is wrong with the log is in the report.
pub async fn audit(
    log: &Arc<dyn EventLog>,
    evidence: &Evidence,
    progress: impl Fn(Position, Position) + Send + Sync,
) -> Result<Report, AuditError> {
    let signed = Signed::collect(&evidence.key, &evidence.heads)?;
    let tiles = evidence.tiles.as_ref().map(|folder| Tiles::open(folder)).transpose()?;
    let tiles = tiles.filter(|tiles| tiles.size() > 0);
    let mut report = Report { faults: signed.faults, ..Report::default() };
    let mut audit = Audit {
        log,
        heads: &signed.heads,
        tiles,
        sealer: evidence.sealer.as_deref(),
        reached: Reached::default(),
    };
    let end = audit.read(&mut report, progress).await?;
    report.faults.extend(audit.judge(end).await?);
    let Reached { tree, good, heads, .. } = &audit.reached;
    (report.events, report.covered, report.heads) = (tree.size(), good.map_or(0, |head| head.size), *heads);
    Ok(report)
}

/// Of an audit under way.
pub(crate) struct Audit<'a> {
    log: &'a Arc<dyn EventLog>,
    heads: &'a [TreeHead],
    tiles: Option<Tiles>,
    sealer: Option<&'a Sealer>,
    reached: Reached,
}

#[derive(Default)]
struct Reached {
    tree: Frontier,
    /// Of the last event read.
    position: Position,
    /// The last head that the log agrees with.
    good: Option<TreeHead>,
    /// How many it agrees with.
    heads: u64,
    /// The first leaf that differs from the kept one, and the position before it.
    suspect: Option<(u64, Position)>,
}

impl Audit<'_> {
    async fn read(
        &mut self,
        report: &mut Report,
        progress: impl Fn(Position, Position) + Send + Sync,
    ) -> Result<End, AuditError> {
        let last = self.log.head().await?;
        let signed = self.heads.last().map_or(0, |head| head.size);
        let mut pages = Pages::new(self.log, Position::START);
        loop {
            let page = match pages.next().await {
                Ok(page) => page,
                Err(LogError::Corrupt(what)) => {
                    if pages.shrink() {
                        continue;
                    }
                    return Ok(End::Gap(what));
                }
                Err(error) => return Err(error.into()),
            };
            if page.is_empty() {
                return Ok(End::Complete);
            }
            let first = self.reached.tree.size();
            if let Some(head) = self.hash(&page)? {
                return Ok(End::Contradicts(head));
            }
            let unsigned =
                usize::try_from(signed.saturating_sub(first)).unwrap_or(usize::MAX).min(page.len());
            self.check_seals(first + unsigned as u64, &page[unsigned..], report).await?;
            progress(self.reached.position, last.max(self.reached.position));
        }
    }

    /// Takes a page into the tree. Answers with the first head that it contradicts.
    fn hash(&mut self, page: &[RecordedEvent]) -> Result<Option<TreeHead>, AuditError> {
        let Self { heads, tiles, reached, .. } = self;
        let first = reached.tree.size();
        let kept = tiles.as_ref().map(|tiles| tiles.leaves(first, page.len() as u64)).transpose()?;
        let kept = kept.unwrap_or_default();
        for (recorded, index) in page.iter().zip(first..) {
            let leaf = leaf_of(index, recorded);
            let differs = kept.get((index - first) as usize).is_some_and(|kept| *kept != leaf);
            if differs && reached.suspect.is_none() {
                reached.suspect = Some((index, reached.position));
            }
            reached.tree.push(leaf, |_, _| {});
            reached.position = recorded.position;
            // Several can be of one size: other nodes sign too, and so may whoever stole the key.
            let from = heads.partition_point(|head| head.size < reached.tree.size());
            for head in heads[from..].iter().take_while(|head| head.size == reached.tree.size()) {
                if head.root != reached.tree.root() {
                    return Ok(Some(*head));
                }
                reached.good = Some(*head);
                reached.heads += 1;
            }
        }
        Ok(None)
    }

    /// What the end of reading says about the log.
    async fn judge(&mut self, end: End) -> Result<Option<Fault>, AuditError> {
        let size = self.reached.tree.size();
        let good = self.reached.good.map_or(0, |head| head.size);
        let contradicted = match &end {
            End::Contradicts(head) => Some(*head),
            End::Complete | End::Gap(_) => self.heads.iter().find(|head| head.size > size).copied(),
        };
        let tiles_vouched = match (&self.tiles, contradicted) {
            (Some(tiles), Some(head)) => head.size <= tiles.size() && root_at(tiles, head.size)? == head.root,
            (tiles, None) => tiles.is_some(),
            (None, _) => false,
        };
        if let Some((index, before)) = self.reached.suspect {
            if contradicted.is_none() && index < good {
                return Ok(Some(Fault::HashesChanged { index }));
            }
            if tiles_vouched && index >= good {
                return Ok(Some(self.name(index, before, contradicted).await?));
            }
        }
        let position = self.reached.position;
        let tampered = |index, what| Fault::Tampered { index, position: None, what, head: contradicted };
        Ok(match (end, contradicted) {
            (End::Gap(what), _) => {
                let count = self.missing_after(position).await;
                Some(tampered(size, Tampering::Deleted { count, store: Some(what) }))
            }
            (_, Some(head)) if !tiles_vouched => Some(Fault::Somewhere { from: good, events: size, head }),
            (_, Some(head)) => Some(tampered(size, Tampering::Truncated { missing: head.size - size })),
            (_, None) => {
                let kept = self.tiles.as_ref().map_or(0, Tiles::size);
                let missing = kept.saturating_sub(size);
                (missing > 0).then(|| tampered(size, Tampering::Truncated { missing }))
            }
        })
    }
}
