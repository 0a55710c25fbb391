//! Folded states in memory, the latest per stream.

use std::sync::Arc;

use quick_cache::sync::{Cache, EntryAction, EntryResult};
use watchbook_domain::{Aggregate, EventId};

use crate::{StreamId, Version};

/// A state and what it was folded from.
#[derive(Clone)]
pub(crate) struct Folded<A> {
    pub(crate) state: Arc<A>,
    pub(crate) version: Version,
    /// The event at `version`.
    pub(crate) last_event: Option<EventId>,
    /// Of the latest snapshot, as far as is known here.
    pub(crate) snapshot: Version,
    /// The follower's run under which it was read, see [`crate::follower`]; 0 when the stream may have grown
    /// meanwhile: read on from `version` before use.
    pub(crate) watch: u64,
}

impl<A: Default> Default for Folded<A> {
    fn default() -> Self {
        let (version, snapshot) = (Version::NONE, Version::NONE);
        Self { state: Arc::new(A::default()), version, last_event: None, snapshot, watch: 0 }
    }
}

pub(crate) struct StateCache<A>(Cache<StreamId, Folded<A>>);

impl<A: Aggregate> StateCache<A> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Cache::new(capacity))
    }

    pub(crate) fn get(&self, stream: &StreamId) -> Option<Folded<A>> {
        self.0.get(stream)
    }

    /// Keeps `folded` unless a later version is there.
    pub(crate) fn put(&self, stream: &StreamId, folded: Folded<A>) {
        let mut folded = Some(folded);
        let entry = self.0.entry(stream, None, |_, there: &mut Folded<A>| {
            if let Some(folded) = folded.take_if(|folded| folded.version >= there.version) {
                *there = folded;
            }
            EntryAction::Retain(())
        });
        if let (EntryResult::Vacant(guard), Some(folded)) = (entry, folded) {
            // Refused when somebody inserted or removed meanwhile: then it is not kept, which is never wrong.
            let _ = guard.insert(folded);
        }
    }

    /// The next load reads on from what is cached, if that is older than `version`.
    pub(crate) fn outdated_by(&self, stream: &StreamId, version: Version) {
        self.distrust_if(stream, |there| there.version < version);
    }

    /// The next load reads on from what is cached.
    pub(crate) fn distrust(&self, stream: &StreamId) {
        self.distrust_if(stream, |_| true);
    }

    pub(crate) fn remove(&self, stream: &StreamId) {
        self.0.remove(stream);
    }

    fn distrust_if(&self, stream: &StreamId, condition: impl Fn(&Folded<A>) -> bool) {
        // Looked at first, because an entry takes the write lock and leaves a placeholder when there is none.
        if self.0.peek(stream).is_some_and(|there| there.watch != 0 && condition(&there)) {
            let _ = self.0.entry(stream, None, |_, there: &mut Folded<A>| {
                if condition(there) {
                    there.watch = 0;
                }
                EntryAction::Retain(())
            });
        }
    }
}
