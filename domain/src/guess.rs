//! Reserve before verify: how guesses at a secret are admitted and counted.
//!
//! A guess is counted when it starts, before the secret is checked, so that any number of parallel
//! guesses gets exactly the budget. Guesses in flight beyond the budget wait for the outcomes of the
//! ones before them instead of being refused, so that any number of parallel *right* answers all pass.

use crate::policy::{GuessPolicy, seconds};
use crate::{AttemptId, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// A guess without an outcome after this long counts as failed: its node died. Not configuration, since
/// folding the log must give the same state for ever.
const OUTCOME_WITHIN: TimeDelta = TimeDelta::seconds(60);

/// Whether a guess may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Proceed,
    /// Not before guesses in flight have an outcome: ask again shortly.
    Wait,
    /// Not before this much time has passed.
    Refuse {
        /// At least one second.
        retry_after: TimeDelta,
    },
}

/// Consecutive failed guesses at one secret by one class of guessers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuessCounter {
    failures: u32,
    last_failure: Timestamp,
    /// Started, no outcome yet. Bounded by the budget.
    in_flight: Vec<(AttemptId, Timestamp)>,
}

impl GuessCounter {
    /// Whether one more guess may start at `now`.
    pub fn admit(&self, policy: &GuessPolicy, now: Timestamp) -> Admission {
        let (stale, fresh): (Vec<_>, Vec<_>) =
            self.in_flight.iter().partition(|(_, at)| now.since(*at) >= OUTCOME_WITHIN);
        let failures = self.failures.saturating_add(stale.len() as u32);
        let last = stale.iter().map(|(_, at)| *at).fold(self.last_failure, Timestamp::max);
        let wait_or_proceed =
            |room: u32| if (fresh.len() as u32) < room { Admission::Proceed } else { Admission::Wait };

        if failures >= policy.disable_after {
            return Admission::Refuse { retry_after: seconds(policy.longest_delay_seconds) };
        }
        if failures < policy.free {
            return wait_or_proceed(policy.free - failures);
        }
        let opens = last + delay(policy, failures);
        if now < opens {
            // Rounded up, so that a client that waits as told is not refused again.
            let micros = opens.since(now).num_microseconds().unwrap_or(i64::MAX);
            return Admission::Refuse {
                retry_after: TimeDelta::seconds((micros.saturating_add(999_999)) / 1_000_000),
            };
        }
        wait_or_proceed(1)
    }

    /// A guess has started. Those whose node died are counted as failed on this occasion.
    pub fn start(&mut self, attempt: AttemptId, at: Timestamp) {
        let deadline = at - OUTCOME_WITHIN;
        for (stale, started) in std::mem::take(&mut self.in_flight) {
            if started <= deadline {
                self.fail(stale, started);
            } else {
                self.in_flight.push((stale, started));
            }
        }
        self.in_flight.push((attempt, at));
    }

    /// The guess was wrong.
    pub fn fail(&mut self, attempt: AttemptId, at: Timestamp) {
        self.in_flight.retain(|(id, _)| *id != attempt);
        self.failures = self.failures.saturating_add(1);
        self.last_failure = self.last_failure.max(at);
    }

    /// The guess was right, but what it belongs to is not over: it is no longer in flight.
    pub fn settle(&mut self, attempt: AttemptId) {
        self.in_flight.retain(|(id, _)| *id != attempt);
    }

    /// Whether the guess was reserved and has no outcome yet.
    pub fn awaits(&self, attempt: AttemptId) -> bool {
        self.in_flight.iter().any(|(id, _)| *id == attempt)
    }

    /// All was proved: the failures are forgotten, guesses in flight are not.
    pub fn clear(&mut self) {
        self.failures = 0;
    }

    /// Consecutive failures, without those in flight.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

/// 2^(n - free) seconds, at most the longest delay.
fn delay(policy: &GuessPolicy, failures: u32) -> TimeDelta {
    let exponent = failures.saturating_sub(policy.free).min(31);
    seconds(policy.longest_delay_seconds.min(1 << exponent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_micros(s * 1_000_000)
    }

    fn id(n: u128) -> AttemptId {
        AttemptId(Uuid::from_u128(n))
    }

    #[test]
    fn failures_delay_but_never_for_good_before_the_limit() {
        let policy = GuessPolicy::default();
        let mut counter = GuessCounter::default();
        for n in 0..5 {
            assert_eq!(counter.admit(&policy, at(n)), Admission::Proceed);
            counter.start(id(n as u128), at(n));
            counter.fail(id(n as u128), at(n));
        }
        let refused = |s| Admission::Refuse { retry_after: TimeDelta::seconds(s) };
        assert_eq!(counter.admit(&policy, at(4)), refused(1));
        assert_eq!(counter.admit(&policy, at(5)), Admission::Proceed);
        counter.start(id(9), at(5));
        assert_eq!(counter.admit(&policy, at(5)), Admission::Wait, "one at a time from here");
        counter.fail(id(9), at(5));
        assert_eq!(counter.admit(&policy, at(5)), refused(2));
        counter.clear();
        assert_eq!(counter.admit(&policy, at(5)), Admission::Proceed);
    }

    #[test]
    fn a_guess_without_an_outcome_counts_as_failed_after_a_minute() {
        let policy = GuessPolicy { free: 1, ..GuessPolicy::default() };
        let mut counter = GuessCounter::default();
        counter.start(id(1), at(0));
        assert_eq!(counter.admit(&policy, at(59)), Admission::Wait);
        assert_eq!(counter.admit(&policy, at(60)), Admission::Proceed, "delay of 1 s from its start is over");
        counter.start(id(2), at(60));
        assert_eq!(counter.failures(), 1);
    }

    proptest! {
        /// Whatever the interleaving of starts, failures and right answers: no more are in flight than
        /// the budget has left, and once the budget is spent nothing starts before the delay is over.
        #[test]
        fn no_interleaving_gets_more_than_the_budget(steps in prop::collection::vec((0u8..3, 0u128..40), 1..300)) {
            let policy = GuessPolicy::default();
            let mut counter = GuessCounter::default();
            let mut flying: Vec<AttemptId> = Vec::new();
            for (step, n) in steps {
                match step {
                    0 if counter.admit(&policy, at(0)) == Admission::Proceed => {
                        prop_assert!(counter.failures() + (flying.len() as u32) < policy.free);
                        let guess = id(1000 + n + flying.len() as u128 * 1000);
                        flying.push(guess);
                        counter.start(guess, at(0));
                    }
                    1 => if let Some(guess) = flying.pop() { counter.fail(guess, at(0)) },
                    2 => if let Some(guess) = flying.pop() { counter.settle(guess) },
                    _ => {}
                }
            }
        }
    }
}
