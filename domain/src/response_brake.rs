//! The brake on responses, for the whole site: before an account is locked, held or signed out because of alerts, it is
//! counted here. Stream `brake-responses`. So that no number of nodes together takes more than the share of an hour.

use crate::aggregate::{Aggregate, events};
use crate::detection::response::ResponsePolicy;
use crate::detection::window::Window;
use crate::{AlertId, SubjectId, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the share is of.
const SPAN: TimeDelta = TimeDelta::hours(1);

/// Accounts in an hour beyond which the brake holds whatever the share.
const MOST: usize = 1 << 16;

/// The key of its one stream.
pub const KEY: &str = "responses";

/// The subject whose key seals it.
pub fn subject() -> SubjectId {
    SubjectId(Uuid::new_v5(&Uuid::NAMESPACE_URL, b"watchbook:response-brake"))
}

events! {
    /// An event of the brake's stream.
    pub enum BrakeEvent {
        /// One more account, because of this alert.
        "brake.counted" v 1 => Counted {
            /// The alert.
            alert: AlertId,
        },
        /// The hour has had its share: from now on, more proof is asked for instead.
        "brake.engaged" v 1 => Engaged {
            /// The alert whose response was held back first.
            alert: AlertId,
            /// Accounts in the hour before.
            counted: u64,
        },
    }
}

/// Accounts of the last hour.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ResponseBrake {
    counted: Window<AlertId>,
    engaged_at: Option<Timestamp>,
}

impl Aggregate for ResponseBrake {
    type Event = BrakeEvent;
    const CATEGORY: &'static str = "brake";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &BrakeEvent, at: Timestamp) {
        match event {
            BrakeEvent::Counted { alert } => self.counted.add(at, *alert, SPAN, MOST),
            BrakeEvent::Engaged { .. } => self.engaged_at = Some(at),
        }
    }
}

impl ResponseBrake {
    fn within_the_hour(&self, now: Timestamp) -> usize {
        self.counted.iter().filter(|(at, _)| now.since(*at) < SPAN).count()
    }

    /// Whether an account was counted because of this alert within the hour.
    pub fn grants(&self, alert: AlertId, now: Timestamp) -> bool {
        self.counted.iter().any(|(at, counted)| *counted == alert && now.since(at) < SPAN)
    }

    /// Since when responses are held back, if any was within the last hour.
    pub fn engaged(&self, now: Timestamp) -> Option<Timestamp> {
        self.engaged_at.filter(|at| now.since(*at) < SPAN)
    }
}

/// Counts one more account, if the hour has any left.
#[derive(Clone, Copy, Debug)]
pub struct AskBrake {
    /// Because of this alert.
    pub alert: AlertId,
    /// Accounts of the site.
    pub accounts: u64,
    /// Now.
    pub now: Timestamp,
}

impl AskBrake {
    /// An alert that was counted is not counted again. Ask [`ResponseBrake::grants`] afterwards.
    pub fn decide(&self, brake: &ResponseBrake, policy: &ResponsePolicy) -> Vec<BrakeEvent> {
        let (alert, now) = (self.alert, self.now);
        if brake.grants(alert, now) {
            return vec![];
        }
        let most = (self.accounts as f64 * policy.brake_share).max(f64::from(policy.brake_least));
        let counted = brake.within_the_hour(now);
        if (counted as f64) < most && counted < MOST {
            return vec![BrakeEvent::Counted { alert }];
        }
        match brake.engaged(now) {
            Some(_) => vec![],
            None => vec![BrakeEvent::Engaged { alert, counted: counted as u64 }],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event as _;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn an_hour_has_its_share_and_it_says_so_once() {
        let policy = ResponsePolicy { brake_least: 2, ..ResponsePolicy::default() };
        let mut brake = ResponseBrake::default();
        for (n, t, accounts, recorded, granted) in [
            (1, 0, 10, "brake.counted", true),
            (1, 5, 10, "", true),
            (2, 10, 10, "brake.counted", true),
            (3, 20, 10, "brake.engaged", false),
            (4, 30, 10, "", false),
            // A large site has a larger share.
            (4, 30, 3_000, "brake.counted", true),
            (5, 40, 3_000, "", false),
            // What was held back within the hour is over with it.
            (5, 3_611, 10, "brake.counted", true),
            (6, 3_620, 10, "brake.engaged", false),
        ] {
            let alert = AlertId(Uuid::from_u128(n));
            let events = AskBrake { alert, accounts, now: at(t) }.decide(&brake, &policy);
            let types = events.first().map_or("", |event| event.event_type());
            events.iter().for_each(|event| brake.evolve(event, at(t)));
            assert_eq!((types, brake.grants(alert, at(t))), (recorded, granted), "alert {n} at {t}");
        }
        assert_eq!(brake.engaged(at(3_700)), Some(at(3_620)));
        assert_eq!(brake.engaged(at(3_620 + 3_600)), None);
    }
}
