//! Which events an export takes. Only the clear part of an event is looked at, so nothing is opened in vain.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use watchbook_domain::Timestamp;
use watchbook_eventlog::NewEvent;

/// Events that fit every condition given; without any, all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// Events about one of these subjects: accounts, alerts, cases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Uuid>,
    /// Events of one of these types, such as `session.opened`, or `session.*` for all that begin so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Recorded then or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Recorded before then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}

impl Selection {
    /// Whether the event is to be taken.
    pub fn takes(&self, event: &NewEvent) -> bool {
        let of_type = |wanted: &String| match wanted.strip_suffix(".*") {
            Some(family) => event.event_type.strip_prefix(family).is_some_and(|rest| rest.starts_with('.')),
            None => *wanted == event.event_type,
        };
        self.from.is_none_or(|from| event.recorded_at >= from)
            && self.to.is_none_or(|to| event.recorded_at < to)
            && (self.subjects.is_empty() || self.subjects.contains(&event.subject.0))
            && (self.types.is_empty() || self.types.iter().any(of_type))
    }

    /// Whether it takes everything, so that an export of it can be shown to miss nothing.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}
