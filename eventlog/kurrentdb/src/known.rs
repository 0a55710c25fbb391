//! What is known of the event ids at the end of a stream, so that a command sent again is recognised.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use quick_cache::Weighter;
use quick_cache::unsync::Cache;
use uuid::Uuid;
use watchbook_eventlog::{StreamId, Version};

/// Half of each of the last event ids of a stream. A match is checked against the stream itself.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// Version of the first of `ids`.
    first: u64,
    ids: VecDeque<u64>,
}

fn half(id: Uuid) -> u64 {
    id.as_u64_pair().1
}

impl Known {
    /// Of a stream that has no events.
    pub(crate) fn nothing() -> Self {
        Self { first: 1, ids: VecDeque::new() }
    }

    /// From the ids of the last events, last first, and the version of the last.
    pub(crate) fn from_end(version: Version, ids: impl ExactSizeIterator<Item = Uuid>) -> Self {
        let first = version.0 + 1 - ids.len() as u64;
        let mut known = Self { first, ids: VecDeque::with_capacity(ids.len()) };
        ids.for_each(|id| known.ids.push_front(half(id)));
        known
    }

    /// Of the last event.
    pub(crate) fn version(&self) -> Version {
        Version(self.first + self.ids.len() as u64 - 1)
    }

    pub(crate) fn push(&mut self, id: Uuid, window: usize) {
        self.ids.push_back(half(id));
        while self.ids.len() > window.max(1) {
            self.ids.pop_front();
            self.first += 1;
        }
    }

    /// Versions at which this id may be, last first.
    pub(crate) fn candidates(&self, id: Uuid) -> Vec<Version> {
        let wanted = half(id);
        let found = self.ids.iter().zip(self.first..).filter(|(id, _)| **id == wanted);
        let mut versions: Vec<_> = found.map(|(_, version)| Version(version)).collect();
        versions.reverse();
        versions
    }
}

#[derive(Clone)]
struct ByIds;

impl Weighter<StreamId, Known> for ByIds {
    fn weight(&self, _: &StreamId, known: &Known) -> u64 {
        // The name and the bookkeeping come to about as much as sixteen ids.
        16 + known.ids.len() as u64
    }
}

/// Known streams, as many as fit.
pub(crate) struct Streams(Mutex<Cache<StreamId, Known, ByIds>>);

impl Streams {
    /// `ids` is the most that is kept, eight bytes each.
    pub(crate) fn new(ids: u64) -> Self {
        let streams = usize::try_from(ids / 32).unwrap_or(usize::MAX).max(16);
        Self(Mutex::new(Cache::with_weighter(streams, ids, ByIds)))
    }

    pub(crate) fn take(&self, stream: &StreamId) -> Option<Known> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.remove(stream).map(|(_, known)| known)
    }

    pub(crate) fn put(&self, stream: &StreamId, known: Known) {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.insert(stream.clone(), known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u64) -> Uuid {
        Uuid::from_u64_pair(n, n)
    }

    #[test]
    fn versions_follow_the_window() {
        let mut known = Known::nothing();
        assert_eq!(known.version(), Version::NONE);
        for n in 1..=10 {
            known.push(id(n), 4);
            assert_eq!(known.version(), Version(n));
        }
        assert_eq!(known.candidates(id(6)), []);
        assert_eq!(known.candidates(id(7)), [Version(7)]);
        let same = Known::from_end(Version(10), [10, 9, 8, 7].map(id).into_iter());
        assert_eq!((same.first, &same.ids), (known.first, &known.ids));
        assert_eq!(Known::from_end(Version::NONE, std::iter::empty()).version(), Version::NONE);
    }

    #[test]
    fn memory_is_bounded() {
        let streams = Streams::new(1000);
        let stream = |n: u64| StreamId::new("account", n);
        for n in 0..1000 {
            let mut known = Known::nothing();
            (0..20).for_each(|i| known.push(id(i), 100));
            streams.put(&stream(n), known);
        }
        let kept = (0..1000).filter(|n| streams.take(&stream(*n)).is_some()).count();
        assert!((1..=28).contains(&kept), "{kept}");
    }
}
