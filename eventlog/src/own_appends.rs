//! Where this process's own appends lie in the log: the follower need not read them again, for whoever appends updates
//! the cache itself.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::{Position, StreamId};

/// Streams that share a counter by chance are taken for each other, which costs a read.
const COUNTERS: usize = 4096;

/// Runs remembered; when there are more, the follower has fallen behind and reads them.
const MOST: usize = 4096;

/// What comes after a place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Our own events up to there.
    Own(Position),
    /// What others may have appended: so many positions at most, then our own again.
    Others(usize),
}

pub(crate) struct OwnAppends {
    /// First and last position of each run, in a log whose positions have no gaps.
    runs: Mutex<BTreeMap<u64, u64>>,
    grown: Box<[AtomicU64]>,
    hasher: RandomState,
}

impl OwnAppends {
    pub(crate) fn new() -> Self {
        Self {
            runs: Mutex::default(),
            grown: (0..COUNTERS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }

    /// A number that changes whenever this process appends to the stream.
    pub(crate) fn growth(&self, stream: &StreamId) -> u64 {
        self.counter(stream).load(Ordering::SeqCst)
    }

    /// This process has appended to the stream.
    pub(crate) fn has_grown(&self, stream: &StreamId) {
        self.counter(stream).fetch_add(1, Ordering::SeqCst);
    }

    /// These many events, the last one at `last`, are our own and need not be read.
    pub(crate) fn pass_over(&self, last: Position, events: usize) {
        let (mut from, mut to) = ((last.0 + 1).saturating_sub(events as u64), last.0);
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = runs.range(..from).next_back().filter(|(_, end)| **end + 1 == from) {
            from = *before.0;
        }
        if let Some(end) = runs.remove(&(to + 1)) {
            to = end;
        }
        runs.insert(from, to);
        if runs.len() > MOST {
            runs.clear();
        }
    }

    /// What comes after `at`, in a page of at most `limit` positions. What lies before is forgotten.
    pub(crate) fn after(&self, at: Position, limit: usize) -> Next {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(first) = runs.first_entry().filter(|first| *first.get() <= at.0) {
            first.remove();
        }
        match runs.first_key_value() {
            Some((from, to)) if *from <= at.0 + 1 => Next::Own(Position(*to)),
            Some((from, _)) => {
                let gap = usize::try_from(*from - at.0 - 1).unwrap_or(limit);
                Next::Others(gap.min(limit))
            }
            None => Next::Others(limit),
        }
    }

    fn counter(&self, stream: &StreamId) -> &AtomicU64 {
        &self.grown[(self.hasher.hash_one(stream) % COUNTERS as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn runs_grow_together_and_are_passed_over() {
        let own = OwnAppends::new();
        assert_eq!(own.after(Position(0), 10), Next::Others(10));
        own.pass_over(Position(7), 2);
        own.pass_over(Position(5), 1);
        assert_eq!(own.after(Position(0), 10), Next::Others(4));
        assert_eq!(own.after(Position(0), 3), Next::Others(3));
        assert_eq!(own.after(Position(4), 10), Next::Own(Position(7)));
        own.pass_over(Position(8), 1);
        assert_eq!(own.after(Position(5), 10), Next::Own(Position(8)), "in the middle of a run");
        assert_eq!(own.after(Position(8), 10), Next::Others(10));
    }

    proptest! {
        /// Whoever follows sees every foreign event and none of our own, in whatever order appends become known.
        #[test]
        fn every_foreign_event_is_read_and_no_other(
            sizes in proptest::collection::vec((1_usize..5, any::<bool>()), 1..60),
            shuffle in any::<u64>(),
            limit in 1_usize..7,
        ) {
            let (mut runs, mut foreign, mut end) = (vec![], BTreeSet::new(), 0);
            for (size, ours) in sizes {
                end += size as u64;
                if ours { runs.push((Position(end), size)) } else { foreign.extend(end + 1 - size as u64..=end) }
            }
            runs.sort_by_key(|(position, _)| position.0.wrapping_mul(shuffle | 1));
            let own = OwnAppends::new();
            runs.iter().for_each(|(last, events)| own.pass_over(*last, *events));
            let (mut at, mut read) = (Position(0), BTreeSet::new());
            while at.0 < end {
                at = match own.after(at, limit) {
                    Next::Own(to) => to,
                    Next::Others(most) => {
                        let to = (at.0 + most as u64).min(end);
                        read.extend(at.0 + 1..=to);
                        Position(to)
                    }
                };
            }
            prop_assert_eq!(read, foreign);
        }
    }
}
