//! How many text messages may go out: to one number, to one country, for one account, for one source. Stream
//! `sms_budget-<hmac>-<day>`, keyed by what is counted. Each message is reserved here before it is ordered, so that
//! no number of parallel requests sends more; whoever earns from the calls of a dear destination (toll fraud) is
//! stopped by the smallest of them.

use crate::Timestamp;
use crate::aggregate::{Aggregate, events};
use crate::policy::SendPolicy;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

events! {
    /// An event of a budget's stream.
    pub enum SmsBudgetEvent {
        /// One message was counted, before it was ordered.
        "sms_budget.reserved" v 1 => Reserved,
    }
}

/// One day of one budget. Hours and days are those of the clock in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsBudget {
    in_day: u32,
    /// Which hour since 1970, and how many in it.
    hour: (i64, u32),
}

impl Aggregate for SmsBudget {
    type Event = SmsBudgetEvent;
    const CATEGORY: &'static str = "sms_budget";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &SmsBudgetEvent, at: Timestamp) {
        match event {
            SmsBudgetEvent::Reserved => {
                self.in_day = self.in_day.saturating_add(1);
                let hour = hour_of(at);
                self.hour = (hour, self.in_hour(hour).saturating_add(1));
            }
        }
    }
}

impl SmsBudget {
    fn in_hour(&self, hour: i64) -> u32 {
        if self.hour.0 == hour { self.hour.1 } else { 0 }
    }
}

/// Counts one message against a budget.
#[derive(Clone, Copy, Debug)]
pub struct ReserveSms {
    /// Now.
    pub now: Timestamp,
}

/// None is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no message is left in this budget")]
pub struct Spent {
    /// When there are some again, in whole seconds, at least one.
    pub retry_after: TimeDelta,
}

impl ReserveSms {
    /// # Errors
    /// `Spent`.
    pub fn decide(self, budget: &SmsBudget, policy: &SendPolicy) -> Result<Vec<SmsBudgetEvent>, Spent> {
        let hour = hour_of(self.now);
        let next = if budget.in_day >= policy.per_day {
            (self.now.day_number() + 1) * 24
        } else if budget.in_hour(hour) >= policy.per_hour {
            hour + 1
        } else {
            return Ok(vec![SmsBudgetEvent::Reserved]);
        };
        let seconds = next.saturating_mul(3_600) - self.now.unix_seconds();
        Err(Spent { retry_after: TimeDelta::seconds(seconds.max(1)) })
    }
}

fn hour_of(at: Timestamp) -> i64 {
    at.unix_seconds().div_euclid(3_600)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: SendPolicy = SendPolicy { per_hour: 2, per_day: 3 };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    /// Reserves at each of the seconds; answers with the refusals' waits.
    fn reserve(seconds: &[i64]) -> Vec<Option<i64>> {
        let mut budget = SmsBudget::default();
        let mut waits = vec![];
        for s in seconds {
            match (ReserveSms { now: at(*s) }).decide(&budget, &POLICY) {
                Ok(events) => {
                    events.iter().for_each(|event| budget.evolve(event, at(*s)));
                    waits.push(None);
                }
                Err(Spent { retry_after }) => waits.push(Some(retry_after.num_seconds())),
            }
        }
        waits
    }

    #[test]
    fn an_hour_has_its_number_and_a_day_its_own() {
        assert_eq!(reserve(&[0, 10, 20, 3_599]), [None, None, Some(3_580), Some(1)]);
        assert_eq!(reserve(&[0, 10, 3_600, 3_601]), [None, None, None, Some(86_400 - 3_601)]);
    }
}
