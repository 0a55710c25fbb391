//! One alert. Stream `alert-<uuid5>`: the id derives from detector, key and window, so that whoever finds it again,
//! after a crash or on another node, finds the same one.

use crate::aggregate::{Aggregate, events};
use crate::detection::{
    Confidence, Corroboration, Detector, Evidence, Finding, Key, OpenAlert, Severity, Signal,
};
use crate::source::subject_of_day;
use crate::{AccountId, AlertId, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

mod triage;

pub use triage::{AlertRejection, Standing, Triage, Verdict};

impl AlertId {
    /// The alert that `finding` belongs to; `window` is the start of its window, in Unix seconds. The namespace is the
    /// installation's secret: without it, who knows an address could tell its alerts in the log's clear part.
    pub fn of(namespace: Uuid, finding: &Finding, window: i64) -> Self {
        let name = format!("{}\n{}\n{window}", finding.detector, finding.key);
        Self(Uuid::new_v5(&namespace, name.as_bytes()))
    }
}

impl Key {
    /// Whose key seals an alert about this, found at `at`: the person's own, so that it is erased with them; of sources,
    /// the one that seals what sources did on that day.
    pub fn subject(&self, at: Timestamp) -> SubjectId {
        match self {
            Self::Account(account) => (*account).into(),
            Self::Source(_) | Self::Agent { .. } => subject_of_day(&at.day()),
        }
    }
}

events! {
    /// An event of an alert's stream.
    pub enum AlertEvent {
        /// A detector found something.
        "alert.raised" v 1 => Raised {
            /// Which detector.
            detector: Detector,
            /// What it is about.
            key: Key,
            /// How bad.
            severity: Severity,
            /// The technique of MITRE ATT&CK.
            technique: String,
            /// How likely.
            confidence: Confidence,
            /// Why, as values.
            evidence: Vec<Evidence>,
            /// Why, in words.
            summary: String,
            /// Positions of events that it rests on.
            positions: Vec<u64>,
            /// Accounts concerned.
            accounts: Vec<AccountId>,
            /// Whether it alone corroborates a takeover.
            corroboration: Option<Corroboration>,
            /// When what completed it happened.
            happened_at: Timestamp,
        },
        /// The detector found it again.
        "alert.repeated" v 1 => Repeated {
            /// Findings so far. Only the 2nd, 4th, 8th … is recorded, and those that are worse.
            count: u64,
            /// How bad.
            severity: Severity,
            /// How likely.
            confidence: Confidence,
            /// Why, as values.
            evidence: Vec<Evidence>,
            /// Why, in words.
            summary: String,
            /// Positions of events that it rests on.
            positions: Vec<u64>,
            /// Accounts concerned.
            accounts: Vec<AccountId>,
            /// Whether it alone corroborates a takeover.
            corroboration: Option<Corroboration>,
            /// When what completed it happened.
            happened_at: Timestamp,
        },
        /// An operator is to look into it, or nobody any more.
        "alert.assigned" v 1 => Assigned {
            /// Who said so.
            operator: AccountId,
            /// Who it is now.
            to: Option<AccountId>,
        },
        /// An operator has seen it.
        "alert.acknowledged" v 1 => Acknowledged {
            /// Who.
            operator: AccountId,
        },
        /// An operator wrote something about it.
        "alert.noted" v 1 => Noted {
            /// Who.
            operator: AccountId,
            /// What.
            text: String,
        },
        /// An operator says what it was.
        "alert.resolved" v 1 => Resolved {
            /// Who.
            operator: AccountId,
            /// What it was.
            verdict: Verdict,
            /// Why, in words.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            note: Option<String>,
        },
    }
}

/// Most accounts of one alert.
const MOST_ACCOUNTS: usize = 256;

/// An alert as it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// `None` until raised.
    pub raised: Option<Raised>,
    /// Findings so far, as far as recorded.
    pub count: u64,
    /// Accounts concerned, sorted; the first 256.
    pub accounts: Vec<AccountId>,
    /// How far operators are with it.
    pub standing: Standing,
    /// Who looks into it.
    pub assignee: Option<AccountId>,
    /// Notes so far.
    pub notes: u32,
}

/// What an alert says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Raised {
    /// Which detector.
    pub detector: Detector,
    /// What it is about.
    pub key: Key,
    /// How bad, at worst.
    pub severity: Severity,
    /// How likely, at most.
    pub confidence: Confidence,
    /// Why, in words, as last found.
    pub summary: String,
    /// Whether it alone corroborates a takeover.
    pub corroboration: Option<Corroboration>,
    /// When it was first found.
    pub first_at: Timestamp,
    /// When it was last found.
    pub last_at: Timestamp,
}

impl Alert {
    /// Records what is new. A signal that was recorded before, or that says nothing new, changes nothing.
    pub fn record(&self, signal: &Signal) -> Vec<AlertEvent> {
        let finding = signal.finding.clone();
        let summary = crate::detection::finding::in_words(&finding.evidence);
        let Finding { detector, key, at, severity, confidence, evidence, positions, accounts, corroboration } =
            finding;
        let technique = detector.technique().to_owned();
        match &self.raised {
            None => vec![AlertEvent::Raised {
                detector,
                key,
                severity,
                technique,
                confidence,
                evidence,
                summary,
                positions,
                accounts,
                corroboration,
                happened_at: at,
            }],
            Some(_) if signal.count <= self.count => vec![],
            Some(_) => vec![AlertEvent::Repeated {
                count: signal.count,
                severity,
                confidence,
                evidence,
                summary,
                positions,
                accounts,
                corroboration,
                happened_at: at,
            }],
        }
    }

    /// As the response needs it; `None` until raised, and once resolved.
    pub fn open(&self, id: AlertId) -> Option<OpenAlert> {
        if matches!(self.standing, Standing::Resolved(_)) {
            return None;
        }
        let Raised { detector, severity, last_at, corroboration, .. } = self.raised.as_ref()?;
        Some(OpenAlert {
            id,
            detector: *detector,
            severity: *severity,
            at: *last_at,
            corroboration: *corroboration,
        })
    }

    fn concerns(&mut self, accounts: &[AccountId]) {
        for account in accounts {
            if let Err(at) = self.accounts.binary_search(account)
                && self.accounts.len() < MOST_ACCOUNTS
            {
                self.accounts.insert(at, *account);
            }
        }
    }
}

impl Aggregate for Alert {
    type Event = AlertEvent;
    const CATEGORY: &'static str = "alert";
    const SNAPSHOT_FORMAT: u16 = 2;

    fn evolve(&mut self, event: &AlertEvent, _: Timestamp) {
        match event.clone() {
            AlertEvent::Raised {
                detector,
                key,
                severity,
                confidence,
                summary,
                accounts,
                corroboration,
                happened_at: last_at,
                ..
            } => {
                self.concerns(&accounts);
                self.count = self.count.max(1);
                self.raised = Some(Raised {
                    detector,
                    key,
                    severity,
                    confidence,
                    summary,
                    corroboration,
                    first_at: last_at,
                    last_at,
                });
            }
            AlertEvent::Repeated {
                count,
                severity,
                confidence,
                summary,
                accounts,
                corroboration,
                happened_at,
                ..
            } => {
                self.concerns(&accounts);
                self.count = self.count.max(count);
                if let Some(raised) = &mut self.raised {
                    // Worse than what was resolved: it is to be looked at once more.
                    let worse = severity > raised.severity
                        || (raised.corroboration.is_none() && corroboration.is_some());
                    if worse && matches!(self.standing, Standing::Resolved(_)) {
                        self.standing = Standing::Open;
                    }
                    raised.severity = raised.severity.max(severity);
                    raised.confidence = raised.confidence.max(confidence);
                    raised.corroboration = raised.corroboration.or(corroboration);
                    raised.last_at = raised.last_at.max(happened_at);
                    raised.summary = summary;
                }
            }
            event => self.triaged(&event),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn finding(severity: Severity) -> Finding {
        Finding {
            detector: Detector::ImpossibleTravel,
            key: Key::Account(AccountId(Uuid::from_u128(1))),
            at: Timestamp::from_micros(7_000_000),
            severity,
            confidence: Confidence::Medium,
            evidence: vec![Evidence::Travel { km: 1_240.0, seconds: 1_320, km_per_hour: 3_381.8 }],
            positions: vec![3, 9],
            accounts: vec![AccountId(Uuid::from_u128(1))],
            corroboration: None,
        }
    }

    pub(super) fn signal(count: u64, severity: Severity) -> Signal {
        let finding = finding(severity);
        Signal { alert: AlertId::of(Uuid::nil(), &finding, 0), count, finding }
    }

    #[test]
    fn an_alert_is_raised_once_and_repetitions_fold_into_it() {
        let mut alert = Alert::default();
        for (count, severity, recorded) in [
            (1, Severity::Medium, Some("alert.raised")),
            (1, Severity::Medium, None),
            (2, Severity::Medium, Some("alert.repeated")),
            (2, Severity::Medium, None),
            (3, Severity::High, Some("alert.repeated")),
            (1, Severity::Medium, None),
        ] {
            let events = alert.record(&signal(count, severity));
            let types: Vec<_> = events.iter().map(crate::Event::event_type).collect();
            assert_eq!(types, Vec::from_iter(recorded), "count {count}");
            events.iter().for_each(|event| alert.evolve(event, Timestamp::default()));
        }
        assert_eq!((alert.count, alert.accounts.len()), (3, 1));
        let open = alert.open(signal(1, Severity::Low).alert).unwrap();
        assert_eq!(open.severity, Severity::High);
        assert_eq!(alert.raised.unwrap().summary, "1,240 km in 22 min, 3,381 km/h");
    }

    #[test]
    fn its_id_is_that_of_detector_key_and_window() {
        let first = finding(Severity::Medium);
        let id = AlertId::of(Uuid::nil(), &first, 0);
        assert_eq!(AlertId::of(Uuid::nil(), &Finding { severity: Severity::High, ..first.clone() }, 0), id);
        assert_ne!(AlertId::of(Uuid::nil(), &first, 3_600), id);
        assert_ne!(AlertId::of(Uuid::max(), &first, 0), id, "another installation");
        let other = Finding { detector: Detector::RiskScore, ..first };
        assert_ne!(AlertId::of(Uuid::nil(), &other, 0), id);
    }
}
