//! What happened within some time, in the order in which it happened, whatever order it was told in.

use crate::Timestamp;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Items with their times, all within `span` of the newest, at most `most` of them.
///
/// Order does not matter within the span: an item told late takes its own place. One that is older than the
/// whole span begins anew, and what lies further ahead of it than the span is taken for a clock's mistake: a
/// machine whose clock once ran ahead must not blind a detector until that time has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Window<T> {
    items: VecDeque<(Timestamp, T)>,
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self { items: VecDeque::new() }
    }
}

impl<T> Window<T> {
    /// Adds an item; `gone` is told of each that leaves.
    pub fn push(&mut self, at: Timestamp, item: T, span: TimeDelta, most: usize, mut gone: impl FnMut(T)) {
        let after = self.items.iter().rev().take_while(|(time, _)| *time > at).count();
        self.items.insert(self.items.len() - after, (at, item));
        while self.items.back().is_some_and(|(time, _)| time.since(at) > span) {
            self.items.pop_back().into_iter().for_each(|(_, item)| gone(item));
        }
        let newest = self.items.back().map_or(at, |(time, _)| *time);
        while self.items.front().is_some_and(|(time, _)| newest.since(*time) > span)
            || self.items.len() > most.max(1)
        {
            self.items.pop_front().into_iter().for_each(|(_, item)| gone(item));
        }
    }

    /// Adds an item when nobody counts those that leave.
    pub fn add(&mut self, at: Timestamp, item: T, span: TimeDelta, most: usize) {
        self.push(at, item, span, most, |_| {});
    }

    /// Items in order of time.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Timestamp, &T)> {
        self.items.iter().map(|(at, item)| (*at, item))
    }

    /// Items within `span` before `at`, and not after it.
    pub fn before(&self, at: Timestamp, span: TimeDelta) -> impl DoubleEndedIterator<Item = (Timestamp, &T)> {
        self.iter().filter(move |(time, _)| *time <= at && at.since(*time) <= span)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// From the first to the last.
    pub fn length(&self) -> TimeDelta {
        match (self.items.front(), self.items.back()) {
            (Some((first, _)), Some((last, _))) => last.since(*first),
            _ => TimeDelta::zero(),
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.items.clear();
    }

    /// Keeps what `keep` says yes to.
    pub fn retain(&mut self, mut keep: impl FnMut(Timestamp, &T) -> bool) {
        self.items.retain(|(at, item)| keep(*at, item));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(times: &[i64]) -> Vec<i64> {
        let mut window = Window::default();
        for at in times {
            window.add(Timestamp::from_micros(*at), *at, TimeDelta::microseconds(10), 4);
        }
        window.iter().map(|(_, item)| *item).collect()
    }

    #[test]
    fn times_decide_not_the_order_of_telling() {
        for (told, kept, why) in [
            (&[1, 2, 3][..], &[1, 2, 3][..], "in order"),
            (&[3, 1, 2], &[1, 2, 3], "in any order"),
            (&[1, 11], &[1, 11], "the whole span counts"),
            (&[1, 12], &[12], "older than the span"),
            (&[12, 1], &[1], "a clock that ran ahead does not blind"),
            (&[1, 500, 2], &[2], "nor does it count"),
            (&[1, 2, 3, 4, 5], &[2, 3, 4, 5], "no more than the most"),
        ] {
            assert_eq!(after(told), kept, "{why}");
        }
    }
}
