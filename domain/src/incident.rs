//! An incident that operators tell the public of. Stream `incident-<uuid>`, sealed with a key of its own: what is
//! said in public is no person's.

use crate::aggregate::{Aggregate, events};
use crate::status::{Component, Condition};
use crate::{IncidentId, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most characters of a title.
pub const LONGEST_TITLE: usize = 120;
/// Most characters of a text.
pub const LONGEST_TEXT: usize = 2_000;
/// Most updates of one incident, the first and the last text not counted.
pub const MOST_UPDATES: u32 = 50;

impl From<IncidentId> for SubjectId {
    fn from(id: IncidentId) -> Self {
        Self(id.0)
    }
}

events! {
    /// An event of an incident's stream.
    pub enum IncidentEvent {
        /// The public is told that something is wrong.
        "incident.opened" v 1 => Opened {
            /// What it is, in a line.
            title: String,
            /// Which parts are concerned.
            components: BTreeSet<Component>,
            /// How bad it is for them.
            impact: Condition,
            /// What is known.
            text: String,
        },
        /// There is news.
        "incident.updated" v 1 => Updated {
            /// How bad it is now.
            impact: Condition,
            /// What is known.
            text: String,
        },
        /// It is over.
        "incident.resolved" v 1 => Resolved {
            /// What it was.
            text: String,
        },
    }
}

/// Why a command to an incident was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IncidentRejection {
    /// There is no such incident.
    #[error("there is no such incident")]
    Unknown,
    /// An incident of that id was opened before.
    #[error("the incident is open already")]
    Opened,
    /// It is over.
    #[error("the incident is resolved")]
    Resolved,
    /// It concerns nothing.
    #[error("an incident concerns at least one component")]
    NoComponent,
    /// A text is empty or too long.
    #[error("title: 1 to 120 characters; text: 1 to 2,000 characters")]
    TextInvalid,
    /// It has as many updates as it may.
    #[error("the incident has as many updates as it may")]
    TooManyUpdates,
}

/// An incident: what decisions about it need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Whether it was ever opened.
    pub opened: bool,
    /// Whether it is over.
    pub resolved: bool,
    /// Updates so far.
    pub updates: u32,
}

impl Incident {
    fn is_open(&self) -> Result<(), IncidentRejection> {
        match (self.opened, self.resolved) {
            (false, _) => Err(IncidentRejection::Unknown),
            (true, true) => Err(IncidentRejection::Resolved),
            (true, false) => Ok(()),
        }
    }
}

/// Opens an incident.
#[derive(Clone, Debug)]
pub struct OpenIncident {
    /// What it is: 1 to 120 characters.
    pub title: String,
    /// Which parts are concerned: at least one.
    pub components: BTreeSet<Component>,
    /// How bad it is for them; `Operational` when the public is only told.
    pub impact: Condition,
    /// What is known: 1 to 2,000 characters.
    pub text: String,
}

impl OpenIncident {
    /// # Errors
    /// `Opened`, `NoComponent`, `TextInvalid`.
    pub fn decide(&self, incident: &Incident) -> Result<Vec<IncidentEvent>, IncidentRejection> {
        if incident.opened {
            return Err(IncidentRejection::Opened);
        }
        if self.components.is_empty() {
            return Err(IncidentRejection::NoComponent);
        }
        let title = clean(&self.title, LONGEST_TITLE, false)?;
        let text = clean(&self.text, LONGEST_TEXT, true)?;
        Ok(vec![IncidentEvent::Opened {
            title,
            components: self.components.clone(),
            impact: self.impact,
            text,
        }])
    }
}

/// Tells news of an open incident.
#[derive(Clone, Debug)]
pub struct UpdateIncident {
    /// How bad it is now.
    pub impact: Condition,
    /// What is known: 1 to 2,000 characters.
    pub text: String,
}

impl UpdateIncident {
    /// # Errors
    /// `Unknown`, `Resolved`, `TextInvalid`, `TooManyUpdates`.
    pub fn decide(&self, incident: &Incident) -> Result<Vec<IncidentEvent>, IncidentRejection> {
        incident.is_open()?;
        if incident.updates >= MOST_UPDATES {
            return Err(IncidentRejection::TooManyUpdates);
        }
        let text = clean(&self.text, LONGEST_TEXT, true)?;
        Ok(vec![IncidentEvent::Updated { impact: self.impact, text }])
    }
}

/// Ends an open incident.
#[derive(Clone, Debug)]
pub struct ResolveIncident {
    /// What it was: 1 to 2,000 characters.
    pub text: String,
}

impl ResolveIncident {
    /// # Errors
    /// `Unknown`, `Resolved`, `TextInvalid`.
    pub fn decide(&self, incident: &Incident) -> Result<Vec<IncidentEvent>, IncidentRejection> {
        incident.is_open()?;
        Ok(vec![IncidentEvent::Resolved { text: clean(&self.text, LONGEST_TEXT, true)? }])
    }
}

/// Without control characters, and without those that turn the direction of text around (Unicode UAX #9).
fn clean(text: &str, longest: usize, lines: bool) -> Result<String, IncidentRejection> {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept = |c: &char| (lines && *c == '\n') || !(c.is_control() || turns(*c));
    let cleaned: String = text.chars().filter(kept).collect();
    let cleaned = cleaned.trim();
    if cleaned.is_empty() || cleaned.chars().count() > longest {
        return Err(IncidentRejection::TextInvalid);
    }
    Ok(cleaned.to_owned())
}

impl Aggregate for Incident {
    type Event = IncidentEvent;
    const CATEGORY: &'static str = "incident";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &IncidentEvent, _at: Timestamp) {
        match event {
            IncidentEvent::Opened { .. } => self.opened = true,
            IncidentEvent::Updated { .. } => self.updates += 1,
            IncidentEvent::Resolved { .. } => self.resolved = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(title: &str, text: &str) -> OpenIncident {
        let components = BTreeSet::from([Component::Mail]);
        OpenIncident { title: title.into(), components, impact: Condition::Degraded, text: text.into() }
    }

    #[test]
    fn texts_are_cleaned_and_bounded() {
        let events = open(" Mail\n\u{202e}late\u{7} ", "one\r\ntwo\0").decide(&Incident::default()).unwrap();
        let [IncidentEvent::Opened { title, text, .. }] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!((title.as_str(), text.as_str()), ("Maillate", "one\ntwo"));
        for (title, text) in [("", "x"), ("\u{7}", "x"), ("x", " "), (&"x".repeat(121), "x")] {
            let refused = open(title, text).decide(&Incident::default());
            assert_eq!(refused, Err(IncidentRejection::TextInvalid));
        }
        assert!(open("x", &"é".repeat(2_000)).decide(&Incident::default()).is_ok());
        assert!(open("x", &"é".repeat(2_001)).decide(&Incident::default()).is_err());
    }

    #[test]
    fn it_is_opened_once_and_resolved_once() {
        let resolve = ResolveIncident { text: "Over.".into() };
        let update = UpdateIncident { impact: Condition::Down, text: "Worse.".into() };
        let mut incident = Incident::default();
        assert_eq!(resolve.decide(&incident), Err(IncidentRejection::Unknown));
        for event in open("x", "y").decide(&incident).unwrap() {
            incident.evolve(&event, Timestamp::from_micros(0));
        }
        assert_eq!(open("x", "y").decide(&incident), Err(IncidentRejection::Opened));
        let full = Incident { updates: MOST_UPDATES, ..incident.clone() };
        assert_eq!(update.decide(&full), Err(IncidentRejection::TooManyUpdates));
        for event in resolve.decide(&incident).unwrap() {
            incident.evolve(&event, Timestamp::from_micros(0));
        }
        assert_eq!(update.decide(&incident), Err(IncidentRejection::Resolved));
        assert_eq!(resolve.decide(&incident), Err(IncidentRejection::Resolved));
    }
}
