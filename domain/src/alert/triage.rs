//! What operators do with alerts.

use super::{Alert, AlertEvent};
use crate::{AccountId, SubjectId};
use serde::{Deserialize, Serialize};

/// Most notes of an alert.
const MOST_NOTES: u32 = 100;

/// Most characters of a note.
const LONGEST_NOTE: usize = 1_000;

/// What an alert turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Somebody attacked.
    TruePositive,
    /// Nothing of the kind happened.
    FalsePositive,
    /// It happened, and was meant well: a test, an owner with a new phone.
    Benign,
}

/// How far operators are with an alert.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nobody has looked at it.
    #[default]
    Open,
    /// Somebody has.
    Acknowledged,
    /// It is known what it was.
    Resolved(Verdict),
}

/// One step of an operator.
#[derive(Clone, Debug)]
pub enum Triage {
    /// This operator is to look into it; nobody, if none.
    Assign(Option<AccountId>),
    /// It was seen.
    Acknowledge,
    /// Words about it.
    Note(String),
    /// What it was, and why.
    Resolve(Verdict, Option<String>),
}

/// Why a step is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AlertRejection {
    /// There is no such alert.
    #[error("there is no such alert")]
    Unknown,
    /// It is known already what it was.
    #[error("the alert is resolved")]
    Resolved,
    /// A note is empty or longer than 1,000 characters.
    #[error("a note has 1 to 1,000 characters")]
    TextInvalid,
    /// It has 100 notes.
    #[error("the alert has as many notes as it may")]
    TooManyNotes,
}

impl Triage {
    /// A step that changes nothing is none. Notes can be added to a resolved alert, and its verdict replaced by another.
    ///
    /// # Errors
    /// See [`AlertRejection`].
    pub fn decide(&self, operator: AccountId, alert: &Alert) -> Result<Vec<AlertEvent>, AlertRejection> {
        if alert.raised.is_none() {
            return Err(AlertRejection::Unknown);
        }
        let resolved = matches!(alert.standing, Standing::Resolved(_));
        let check = |text: &str| {
            let fits = (1..=LONGEST_NOTE).contains(&text.trim().chars().count());
            fits.then_some(()).ok_or(AlertRejection::TextInvalid)
        };
        Ok(match self {
            Self::Assign(_) | Self::Acknowledge if resolved => return Err(AlertRejection::Resolved),
            Self::Assign(to) if *to == alert.assignee => vec![],
            Self::Assign(to) => vec![AlertEvent::Assigned { operator, to: *to }],
            Self::Acknowledge if alert.standing == Standing::Acknowledged => vec![],
            Self::Acknowledge => vec![AlertEvent::Acknowledged { operator }],
            Self::Note(text) => {
                check(text)?;
                if alert.notes >= MOST_NOTES {
                    return Err(AlertRejection::TooManyNotes);
                }
                vec![AlertEvent::Noted { operator, text: text.trim().to_owned() }]
            }
            Self::Resolve(verdict, note) => {
                note.as_deref().map_or(Ok(()), check)?;
                if alert.standing == Standing::Resolved(*verdict) {
                    return Ok(vec![]);
                }
                vec![AlertEvent::Resolved { operator, verdict: *verdict, note: note.clone() }]
            }
        })
    }
}

impl Alert {
    /// Whose key seals its stream; `None` until raised.
    pub fn subject(&self) -> Option<SubjectId> {
        self.raised.as_ref().map(|raised| raised.key.subject(raised.first_at))
    }

    pub(super) fn triaged(&mut self, event: &AlertEvent) {
        match event {
            AlertEvent::Assigned { to, .. } => self.assignee = *to,
            AlertEvent::Acknowledged { .. } => self.standing = Standing::Acknowledged,
            AlertEvent::Noted { .. } => self.notes += 1,
            AlertEvent::Resolved { verdict, .. } => self.standing = Standing::Resolved(*verdict),
            AlertEvent::Raised { .. } | AlertEvent::Repeated { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finding, signal};
    use super::*;
    use crate::aggregate::Aggregate;
    use crate::detection::Severity;
    use crate::{Event as _, Timestamp};
    use uuid::Uuid;

    const ME: AccountId = AccountId(Uuid::from_u128(9));

    fn apply(alert: &mut Alert, events: &[AlertEvent]) {
        events.iter().for_each(|event| alert.evolve(event, Timestamp::default()));
    }

    #[test]
    fn an_alert_is_assigned_seen_and_resolved() {
        let mut alert = Alert::default();
        assert_eq!(Triage::Acknowledge.decide(ME, &alert), Err(AlertRejection::Unknown));
        let raised = alert.record(&signal(1, Severity::Medium));
        apply(&mut alert, &raised);
        assert_eq!(alert.subject(), Some(finding(Severity::Medium).accounts[0].into()));
        let steps = [
            (Triage::Assign(Some(ME)), Ok("alert.assigned")),
            (Triage::Assign(Some(ME)), Ok("")),
            (Triage::Acknowledge, Ok("alert.acknowledged")),
            (Triage::Acknowledge, Ok("")),
            (Triage::Note(" ".into()), Err(AlertRejection::TextInvalid)),
            (Triage::Note("x".repeat(1_001)), Err(AlertRejection::TextInvalid)),
            (Triage::Note("asked the owner".into()), Ok("alert.noted")),
            (Triage::Resolve(Verdict::Benign, None), Ok("alert.resolved")),
            (Triage::Resolve(Verdict::Benign, None), Ok("")),
            (Triage::Acknowledge, Err(AlertRejection::Resolved)),
            (Triage::Assign(None), Err(AlertRejection::Resolved)),
            (Triage::Note("still".into()), Ok("alert.noted")),
            (Triage::Resolve(Verdict::FalsePositive, Some("a test".into())), Ok("alert.resolved")),
        ];
        for (step, expected) in steps {
            let decided = step.decide(ME, &alert);
            let types = decided.as_ref().map(|events| events.first().map_or("", |event| event.event_type()));
            assert_eq!(types, expected.as_ref().map(|name| *name), "{step:?}");
            apply(&mut alert, &decided.unwrap_or_default());
        }
        assert_eq!(alert.standing, Standing::Resolved(Verdict::FalsePositive));
        assert!(alert.open(signal(1, Severity::Low).alert).is_none());

        // The same once more changes nothing; what is worse is open again.
        let again = alert.record(&signal(2, Severity::Medium));
        apply(&mut alert, &again);
        assert_eq!(alert.standing, Standing::Resolved(Verdict::FalsePositive));
        let worse = alert.record(&signal(4, Severity::High));
        apply(&mut alert, &worse);
        assert_eq!((alert.standing, alert.notes), (Standing::Open, 2));
    }
}
