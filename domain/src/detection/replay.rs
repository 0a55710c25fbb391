//! What a policy would have done: observations in the order of the log, alerts and responses counted. Nothing is
//! appended and nobody is told.

use super::{Action, Brake, Circumstances, Detection, DetectionPolicy, Detector, Key, LockCause, Signal};
use super::{Observation, OpenAlert, bounded::Bounded, finding::in_words, respond};
use crate::policy::seconds;
use crate::{AccountId, AlertId, Timestamp};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What one detector did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Alerts raised.
    pub alerts: u64,
    /// Of these, those of high severity at once.
    pub high: u64,
    /// Mails to owners.
    pub mails: u64,
    /// Locks that its alert completed.
    pub locks: u64,
    /// The first alerts.
    pub examples: Vec<Example>,
}

/// An alert that was raised, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub key: Key,
    /// Why.
    pub summary: String,
    /// Events that it rests on.
    pub positions: Vec<u64>,
}

#[derive(Clone, Debug, Default)]
struct Person {
    open: Vec<OpenAlert>,
    mailed: BTreeMap<Detector, Timestamp>,
    /// Already locked, held or signed out by an alert: no second time.
    stopped: Option<Timestamp>,
}

/// Most open alerts of an account that are looked at.
const MOST_OPEN: usize = 64;

/// A policy at work on the past.
#[derive(Debug)]
pub struct Replay {
    policy: DetectionPolicy,
    detection: Detection,
    people: Bounded<AccountId, Person>,
    brake: Brake,
    from: Option<Timestamp>,
    examples: usize,
    /// What each detector did.
    pub tallies: BTreeMap<Detector, Tally>,
    /// Locks by cause.
    pub locks: BTreeMap<LockCause, u64>,
    /// Responses that the brake made less of.
    pub braked: u64,
    /// Observations counted, those before the beginning left out.
    pub observations: u64,
    /// Whole sign-ins among them.
    pub successes: u64,
}

impl Replay {
    /// Learns from everything, counts from `from` on, keeps so many examples of each detector.
    pub fn new(policy: DetectionPolicy, from: Option<Timestamp>, examples: usize) -> Self {
        Self {
            detection: Detection::new(&policy),
            people: Bounded::new(policy.memory.accounts),
            policy,
            brake: Brake::default(),
            from,
            examples,
            tallies: BTreeMap::new(),
            locks: BTreeMap::new(),
            braked: 0,
            observations: 0,
            successes: 0,
        }
    }

    /// Takes one observation in; `accounts` is the number of accounts of the site then, for the brake.
    pub fn observe(&mut self, seen: &Observation, accounts: u64) {
        let signals = self.detection.observe(seen, &self.policy, Uuid::nil());
        let counts = self.from.is_none_or(|from| seen.at >= from);
        if counts {
            self.observations += 1;
            self.successes += u64::from(matches!(seen.what, super::Happening::SignedIn { .. }));
        }
        for signal in &signals {
            if counts && signal.count == 1 {
                self.raised(signal);
            }
            self.follow(signal, accounts, counts);
        }
    }

    fn raised(&mut self, signal: &Signal) {
        let finding = &signal.finding;
        let tally = self.tallies.entry(finding.detector).or_default();
        tally.alerts += 1;
        tally.high += u64::from(finding.severity == super::Severity::High);
        if tally.examples.len() < self.examples {
            tally.examples.push(Example {
                at: finding.at,
                key: finding.key.clone(),
                summary: in_words(&finding.evidence),
                positions: finding.positions.clone(),
            });
        }
    }

    fn follow(&mut self, signal: &Signal, accounts: u64, counts: bool) {
        let Key::Account(account) = signal.finding.key else { return };
        let (policy, finding) = (&self.policy.response, &signal.finding);
        let now = finding.at;
        let agree = seconds(policy.agree_within_seconds);
        let person = self.people.use_or(&account, Person::default);
        let kept = |alert: &OpenAlert| alert.id != signal.alert && now.since(alert.at) <= agree;
        let before = person.open.iter().find(|alert| alert.id == signal.alert).cloned();
        person.open.retain(kept);
        person.open.push(worse_of(before, signal.alert, signal));
        let surplus = person.open.len().saturating_sub(MOST_OPEN);
        person.open.drain(..surplus);
        let circumstances = Circumstances {
            now,
            braked: self.brake.is_on(now, accounts, policy),
            mailed: person.mailed.clone(),
            ..Circumstances::default()
        };
        let response = respond(&person.open, &circumstances, policy);
        for detector in &response.mails {
            person.mailed.insert(*detector, now);
            if counts {
                self.tallies.entry(*detector).or_default().mails += 1;
            }
        }
        let again = person.stopped.is_some_and(|stopped| now.since(stopped) <= agree);
        if again {
            return;
        }
        self.braked += u64::from(response.braked && counts);
        if response.action > Action::StepUp {
            self.brake.took(now);
        }
        if let Some(cause) = response.lock {
            person.stopped = Some(now);
            if counts {
                self.tallies.entry(finding.detector).or_default().locks += 1;
                *self.locks.entry(cause).or_default() += 1;
            }
        }
    }
}

/// The alert with the worst that was found of it.
fn worse_of(before: Option<OpenAlert>, id: AlertId, signal: &Signal) -> OpenAlert {
    let now = OpenAlert::of(id, &signal.finding);
    match before {
        Some(before) => OpenAlert {
            severity: now.severity.max(before.severity),
            corroboration: now.corroboration.or(before.corroboration),
            at: now.at.max(before.at),
            ..now
        },
        None => now,
    }
}
