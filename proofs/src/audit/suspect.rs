//! Names what was done at the first leaf that differs.

use super::{Audit, AuditError, Fault, Tampering};
use crate::entry::leaf_of;
use crate::head::TreeHead;
use std::collections::VecDeque;
use watchbook_eventlog::migration::Pages;
use watchbook_eventlog::{LogError, Position, RecordedEvent};

/// Events looked at on either side for where one came from or went.
const AROUND: u64 = 100_000;
/// Leaves compared at once.
const PAGE: u64 = 4_096;

impl Audit<'_> {
    /// The event after `before` is not the one that was hashed as number `index`. If it is another of the log and the
    /// right one is further on, they changed places; if only one of that holds, something was taken out or put in.
    pub(super) async fn name(
        &self,
        index: u64,
        before: Position,
        head: Option<TreeHead>,
    ) -> Result<Fault, AuditError> {
        let mut ahead = Ahead { pages: Pages::new(self.log, before), read: VecDeque::new() };
        let Some(found) = ahead.next().await? else {
            let what = Tampering::Truncated { missing: head.map_or(1, |head| head.size - index) };
            return Ok(Fault::Tampered { index, position: None, what, head });
        };
        let belongs = self.belongs(&found, index)?;
        let displaced = self.is_ahead(&mut ahead, index).await?;
        let what = match (belongs, displaced) {
            (Some(belongs), true) => Tampering::Reordered { belongs },
            (Some(belongs), false) => Tampering::Deleted { count: belongs - index, store: None },
            (None, true) => Tampering::Inserted,
            (None, false) => Tampering::Edited { seal: self.seal_fits(&found).await? },
        };
        // What is gone has no position.
        let position = Some(found.position).filter(|_| !matches!(what, Tampering::Deleted { .. }));
        Ok(Fault::Tampered { index, position, what, head })
    }

    /// The later index under which the event was hashed.
    fn belongs(&self, event: &RecordedEvent, index: u64) -> Result<Option<u64>, AuditError> {
        let Some(tiles) = &self.tiles else { return Ok(None) };
        let mut from = index + 1;
        while from < tiles.size().min(index + AROUND) {
            let kept = tiles.leaves(from, PAGE)?;
            if let Some(at) = kept.iter().zip(from..).find(|(kept, at)| leaf_of(*at, event) == **kept) {
                return Ok(Some(at.1));
            }
            from += PAGE;
        }
        Ok(None)
    }

    /// Whether one of the events that follow is the one that was hashed as number `index`.
    async fn is_ahead(&self, ahead: &mut Ahead, index: u64) -> Result<bool, AuditError> {
        let Some(tiles) = &self.tiles else { return Ok(false) };
        let kept = tiles.leaf(index)?;
        for _ in 0..AROUND {
            let Some(event) = ahead.next().await? else { return Ok(false) };
            if leaf_of(index, &event) == kept {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many events the store misses after `position`, before it goes on. At least one.
    pub(super) async fn missing_after(&self, position: Position) -> u64 {
        for missing in 1..AROUND {
            match self.log.read_all(Position(position.0 + missing), 1).await {
                Err(LogError::Corrupt(_)) => {}
                // Where numbers cannot be tried like this, there is at least one.
                Err(_) => return 1,
                Ok(_) => return missing,
            }
        }
        AROUND
    }
}

/// Events one by one; a gap ends them.
struct Ahead {
    pages: Pages,
    read: VecDeque<RecordedEvent>,
}

impl Ahead {
    async fn next(&mut self) -> Result<Option<RecordedEvent>, AuditError> {
        while self.read.is_empty() {
            match self.pages.next().await {
                Ok(page) if page.is_empty() => return Ok(None),
                Ok(page) => self.read = page.into(),
                Err(LogError::Corrupt(_)) if self.pages.shrink() => {}
                Err(LogError::Corrupt(_)) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.read.pop_front())
    }
}
