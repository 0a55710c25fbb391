//! What the public is told of how the site's parts are: pure, from facts that were measured outside.

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A part of the site as its users know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Component {
    /// Signing in and everything in a session.
    SignIn,
    /// Mails.
    Mail,
    /// Text messages.
    TextMessages,
    /// The queue of recovery cases.
    Recovery,
}

impl Component {
    /// Every component.
    pub const ALL: [Self; 4] = [Self::SignIn, Self::Mail, Self::TextMessages, Self::Recovery];
}

/// How a component is, the best first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// As it should be.
    #[default]
    Operational,
    /// It works, late or in part.
    Degraded,
    /// It does not work.
    Down,
}

/// When a component counts as degraded or down. All are whole seconds, but for `parked`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StatusPolicy {
    /// For how long an answer is kept and given again: from 1 to 60. Default 5.
    pub kept_seconds: u32,
    /// How far the views may be behind. Default 10, as for readiness.
    pub views_behind_seconds: u32,
    /// Age of the oldest message that waits, from which its channel is degraded. Default 120.
    pub waiting_degraded_seconds: u32,
    /// The same, from which it is down. Default 900.
    pub waiting_down_seconds: u32,
    /// Messages given up within the last hour, none sent since, from which the channel is degraded. Default 3.
    pub parked: u32,
    /// Age of the oldest recovery case that waits for support, from which recovery is degraded. Default 172,800 (two
    /// days).
    pub case_degraded_seconds: u32,
    /// The same, from which it is down. Default 604,800 (a week).
    pub case_down_seconds: u32,
}

impl Default for StatusPolicy {
    fn default() -> Self {
        Self {
            kept_seconds: 5,
            views_behind_seconds: 10,
            waiting_degraded_seconds: 120,
            waiting_down_seconds: 900,
            parked: 3,
            case_degraded_seconds: 172_800,
            case_down_seconds: 604_800,
        }
    }
}

/// Messages of one channel that have not gone out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// When the oldest was asked for that was never tried, or that failed and of whose channel nothing was sent since:
    /// one mailbox that takes nothing must not make the whole channel look bad.
    pub since: Option<Timestamp>,
    /// How many were given up within the last hour, none sent since.
    pub parked: u32,
}

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Health {
    /// Whether the log answers.
    pub log: bool,
    /// Whether the vault does.
    pub vault: bool,
    /// How far the views are, and what they say; `None` when they do not answer.
    pub views: Option<ViewsHealth>,
}

/// See [`Health`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewsHealth {
    /// Whether an event stops them.
    pub stopped: bool,
    /// Age of what they lack, in seconds.
    pub lag_seconds: f64,
    /// Mails.
    pub mail: Waiting,
    /// Text messages.
    pub text_messages: Waiting,
    /// Since when the oldest recovery case waits for support.
    pub case_since: Option<Timestamp>,
}

impl Health {
    /// What follows for each component at `now`.
    pub fn assess(&self, policy: &StatusPolicy, now: Timestamp) -> BTreeMap<Component, Condition> {
        use Condition::{Degraded, Down, Operational};
        let age = |since: Option<Timestamp>| since.map_or(0, |since| now.since(since).num_seconds());
        let beyond = |since: Option<Timestamp>, degraded: u32, down: u32| match age(since) {
            age if age >= i64::from(down) => Down,
            age if age >= i64::from(degraded) => Degraded,
            _ => Operational,
        };
        let stores = if self.log && self.vault { Operational } else { Down };
        let Some(views) = &self.views else {
            // Sign-in reads no view; whoever looks at lists of sessions and devices does.
            return BTreeMap::from([
                (Component::SignIn, stores.max(Degraded)),
                (Component::Mail, Down),
                (Component::TextMessages, Down),
                (Component::Recovery, Down),
            ]);
        };
        let late = if views.lag_seconds > f64::from(policy.views_behind_seconds) { Degraded } else { stores };
        // The outbox and support's queue see nothing new until the views go on.
        let queues = if views.stopped { Down } else { late };
        let channel = |waiting: Waiting| {
            let parked = if waiting.parked >= policy.parked.max(1) { Degraded } else { Operational };
            let waits = beyond(waiting.since, policy.waiting_degraded_seconds, policy.waiting_down_seconds);
            parked.max(waits).max(queues).max(stores)
        };
        let case = beyond(views.case_since, policy.case_degraded_seconds, policy.case_down_seconds);
        BTreeMap::from([
            (Component::SignIn, stores.max(late).max(if views.stopped { Degraded } else { Operational })),
            (Component::Mail, channel(views.mail)),
            (Component::TextMessages, channel(views.text_messages)),
            (Component::Recovery, case.max(queues).max(stores)),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Condition::{Degraded, Down, Operational};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn of(health: &Health, now: i64) -> [Condition; 4] {
        let all = health.assess(&StatusPolicy::default(), at(now));
        Component::ALL.map(|component| all[&component])
    }

    fn well(views: ViewsHealth) -> Health {
        Health { log: true, vault: true, views: Some(views) }
    }

    #[test]
    fn what_depends_on_a_part_that_is_away_is_down() {
        assert_eq!(of(&well(ViewsHealth::default()), 0), [Operational; 4]);
        let views = Some(ViewsHealth::default());
        assert_eq!(of(&Health { log: false, vault: true, views: views.clone() }, 0), [Down; 4]);
        assert_eq!(of(&Health { log: true, vault: false, views }, 0), [Down; 4]);
        assert_eq!(of(&Health { log: true, vault: true, views: None }, 0), [Degraded, Down, Down, Down]);
        let stopped = ViewsHealth { stopped: true, ..ViewsHealth::default() };
        assert_eq!(of(&well(stopped), 0), [Degraded, Down, Down, Down]);
        let late = ViewsHealth { lag_seconds: 11.0, ..ViewsHealth::default() };
        assert_eq!(of(&well(late), 0), [Degraded; 4]);
    }

    #[test]
    fn what_waits_too_long_makes_its_own_queue_look_bad() {
        let since = |since| Waiting { since: Some(at(since)), parked: 0 };
        let waiting = ViewsHealth { mail: since(0), case_since: Some(at(0)), ..ViewsHealth::default() };
        assert_eq!(of(&well(waiting.clone()), 119), [Operational; 4]);
        assert_eq!(of(&well(waiting.clone()), 120), [Operational, Degraded, Operational, Operational]);
        assert_eq!(of(&well(waiting), 172_800), [Operational, Down, Operational, Degraded]);
        let parked = Waiting { since: None, parked: 3 };
        let parked = ViewsHealth { text_messages: parked, ..ViewsHealth::default() };
        assert_eq!(of(&well(parked), 0), [Operational, Operational, Degraded, Operational]);
    }
}
