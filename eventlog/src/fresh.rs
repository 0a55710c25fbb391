//! The only place that reads the clock and draws randomness. Everything else takes both as arguments.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::TimeDelta;
use uuid::Uuid;
use watchbook_domain::Timestamp;

/// Tells the time, once per request or step of a worker.
pub trait Clock: Send + Sync + 'static {
    /// Now, truncated to microseconds.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where time enters")]
    fn now(&self) -> Timestamp {
        let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
        };
        Timestamp::from_micros(micros)
    }
}

/// A clock for tests that stands still until told otherwise. Clones show the same time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// Stands at `at`.
    pub fn at(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.micros())))
    }

    /// Jumps to `at`.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.micros(), Ordering::SeqCst);
    }

    /// Moves by `delta`, backwards when negative; answers with the new time.
    pub fn advance(&self, delta: TimeDelta) -> Timestamp {
        let at = self.now() + delta;
        self.set(at);
        at
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A random UUID, version 4 (RFC 9562, 5.4).
pub fn uuid() -> Uuid {
    uuid::Builder::from_random_bytes(bytes()).into_uuid()
}

/// Random bytes from the operating system, fit for keys and nonces.
///
/// # Panics
/// When the operating system has no randomness to give: nothing safe can be done without it.
#[expect(clippy::disallowed_methods, reason = "the one place where randomness enters")]
#[expect(clippy::panic, reason = "going on with predictable keys would be worse than stopping")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system gives no randomness: {error}");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_ids_are_version_4_and_differ() {
        let (a, b) = (uuid(), uuid());
        assert_eq!(a.get_version_num(), 4);
        assert_ne!(a, b);
    }

    #[test]
    fn a_manual_clock_is_shared_by_its_clones() {
        let clock = ManualClock::at(Timestamp::from_micros(5));
        let other = clock.clone();
        other.advance(TimeDelta::microseconds(2));
        assert_eq!(clock.now(), Timestamp::from_micros(7));
    }

    #[test]
    fn the_system_clock_is_past_2020() {
        assert!(SystemClock.now().unix_seconds() > 1_577_836_800);
    }
}
