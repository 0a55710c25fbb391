//! Both logs in lockstep: everything but the positions must be the same.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use watchbook_domain::SubjectId;

use super::{CopyError, Pages, Pair, Phase, Progress, Tell};
use crate::sealing::ERASED;
use crate::{EventLog, LogError, Position, RecordedEvent, Version};

/// How far the target was found to be the source's beginning.
pub(super) struct Comparison {
    from: Side,
    to: Side,
    /// In the source, of the last event that both have.
    pub(super) position: Position,
    /// That both have.
    pub(super) events: u64,
    /// Of these events.
    pub(super) streams: u64,
}

struct Side {
    pages: Pages,
    read: VecDeque<RecordedEvent>,
}

impl Side {
    fn new(log: &Arc<dyn EventLog>) -> Self {
        Self { pages: Pages::new(log, Position::START), read: VecDeque::new() }
    }

    /// At the end of the log there is still nothing.
    async fn fill(&mut self) -> Result<(), LogError> {
        if self.read.is_empty() {
            self.read = self.pages.next().await?.into();
        }
        Ok(())
    }
}

impl Comparison {
    /// Begins with the first event.
    pub(super) fn new(logs: &Pair<Arc<dyn EventLog>>) -> Self {
        let (from, to) = (Side::new(&logs.from), Side::new(&logs.to));
        Self { from, to, position: Position::START, events: 0, streams: 0 }
    }

    /// Compares up to the target's end, and adds to `erased` the subjects whose erasure both have.
    pub(super) async fn go_on(
        &mut self,
        phase: Phase,
        erased: &mut HashSet<SubjectId>,
        tell: Tell<'_>,
    ) -> Result<(), CopyError> {
        let end = self.from.pages.log.head().await.map_err(CopyError::Source)?;
        loop {
            let from = async { self.from.fill().await.map_err(CopyError::Source) };
            let to = async { self.to.fill().await.map_err(CopyError::Target) };
            tokio::try_join!(from, to)?;
            let both = self.from.read.len().min(self.to.read.len());
            if both == 0 {
                let longer = !self.to.read.is_empty();
                return if longer { Err(CopyError::Longer { position: self.position }) } else { Ok(()) };
            }
            for (here, there) in self.from.read.drain(..both).zip(self.to.read.drain(..both)) {
                if !is_copy(&here, &there) {
                    return Err(CopyError::Differs { position: here.position });
                }
                if here.event.event_type == ERASED {
                    erased.insert(here.event.subject);
                }
                self.position = here.position;
                self.events += 1;
                self.streams += u64::from(here.version == Version(1));
            }
            tell(Progress { phase, done: self.position.0, of: Some(end.0.max(self.position.0)) });
        }
    }
}

fn is_copy(here: &RecordedEvent, there: &RecordedEvent) -> bool {
    // Written out, so that a new field is not forgotten.
    let RecordedEvent { position: _, stream, version, event } = here;
    *stream == there.stream && *version == there.version && *event == there.event
}
