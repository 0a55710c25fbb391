//! What follows from alerts about an account, decided on its own stream: a mail, more proof, the end of its sessions,
//! a pause for changes, a lock. The rule is [`respond`]'s; here stands what the account knows of earlier alerts.

use super::session::end_all;
use super::{Account, AccountEvent, EndReason, LockReason, Rejection, UnlockReason};
use crate::detection::response::ResponsePolicy;
use crate::detection::{Action, Circumstances, Detector, LockCause, OpenAlert, respond};
use crate::policy::seconds;
use crate::{AlertId, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most open alerts of an account that are looked at.
const MOST_OPEN: usize = 64;

/// A device that was first seen so shortly before more proof is asked for may be a thief's.
const DOUBTFUL: TimeDelta = TimeDelta::days(1);

/// What is suspected about an account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Suspicion {
    /// Alerts that nobody has resolved, the oldest first.
    pub open: Vec<OpenAlert>,
    /// Alerts that were answered, and up to which finding, the oldest first.
    answered: Vec<(AlertId, u64)>,
    /// The last mail to the owner for each cause.
    pub mailed: BTreeMap<Detector, Timestamp>,
    /// Since when more proof is asked for, and until when.
    pub step_up: Option<(Timestamp, Timestamp)>,
    /// Until when addresses, factors and password cannot be changed from within a session.
    pub held_until: Option<Timestamp>,
}

impl Suspicion {
    pub(super) fn evolve(&mut self, event: &AccountEvent, at: Timestamp) {
        match event {
            AccountEvent::DetectionResponded {
                alert,
                count,
                detector,
                severity,
                corroboration,
                happened_at,
                action,
                mailed,
                until,
                ..
            } => {
                self.answered.retain(|(answered, _)| answered != alert);
                self.answered.push((*alert, *count));
                let surplus = self.answered.len().saturating_sub(MOST_OPEN);
                self.answered.drain(..surplus);
                self.open.retain(|open| open.id != *alert);
                self.open.push(OpenAlert {
                    id: *alert,
                    detector: *detector,
                    severity: *severity,
                    at: *happened_at,
                    corroboration: *corroboration,
                });
                let surplus = self.open.len().saturating_sub(MOST_OPEN);
                self.open.drain(..surplus);
                self.mailed.extend(mailed.iter().map(|cause| (*cause, at)));
                match (action, until) {
                    (Action::StepUp | Action::EndSession, Some(until)) => self.step_up = Some((at, *until)),
                    (Action::Hold, Some(until)) => {
                        self.step_up = Some((at, *until));
                        self.held_until = self.held_until.max(Some(*until));
                    }
                    _ => {}
                }
            }
            AccountEvent::DetectionCleared { alert } => self.open.retain(|open| open.id != *alert),
            // The owner, or an operator, has dealt with it.
            AccountEvent::Unlocked { reason } => {
                self.open.clear();
                self.step_up = None;
                if *reason == UnlockReason::Operator {
                    self.held_until = None;
                }
            }
            AccountEvent::SignInDisowned { .. } | AccountEvent::Recovered { .. } => self.open.clear(),
            _ => {}
        }
    }
}

impl Account {
    /// Refuses changes as long as they are held.
    ///
    /// # Errors
    /// `ChangesHeld`.
    pub fn changes_allowed(&self, now: Timestamp) -> Result<(), Rejection> {
        match self.suspicion.held_until {
            Some(until) if now < until => Err(Rejection::ChangesHeld { until }),
            _ => Ok(()),
        }
    }

    /// Since when more proof is asked for, if it is.
    pub(super) fn stepped_up(&self, now: Timestamp) -> Option<Timestamp> {
        self.suspicion.step_up.filter(|(_, until)| now < *until).map(|(since, _)| since)
    }

    /// Whether a sign-in on this device needs the owner's word because more proof is asked for: one that is new, or was
    /// when the suspicion arose.
    pub(super) fn doubts(&self, device: Option<crate::DeviceId>, now: Timestamp) -> bool {
        let Some(since) = self.stepped_up(now) else { return false };
        let known = device.and_then(|device| self.devices.get(&device));
        // The device that the account was made on is its owner's, however young.
        let old = |first_seen: Timestamp| {
            first_seen + DOUBTFUL <= since
                || self.devices.values().all(|other| other.first_seen >= first_seen)
        };
        !known.is_some_and(|known| old(known.first_seen))
    }
}

/// Acts on an alert about the account.
#[derive(Clone, Debug)]
pub struct AnswerAlert {
    /// The alert, as the finding has it.
    pub alert: OpenAlert,
    /// Which finding of it, counted from 1.
    pub count: u64,
    /// Whether the brake lets one more account be locked, held or signed out; `None` when it was not asked.
    pub granted: Option<bool>,
    /// Now.
    pub now: Timestamp,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// There is no such account, or none any more.
    #[error("there is no such account")]
    NotRegistered,
    /// The brake has to be asked first.
    #[error("the brake has to be asked first")]
    AskBrake,
}

struct Chosen {
    action: Action,
    lock: Option<LockCause>,
    mails: BTreeSet<Detector>,
}

impl AnswerAlert {
    /// One answer to each alert, and another when it has become worse. An account that is locked already needs none but
    /// the record.
    ///
    /// # Errors
    /// See [`Unanswered`].
    pub fn decide(
        &self,
        account: &Account,
        policy: &ResponsePolicy,
    ) -> Result<Vec<AccountEvent>, Unanswered> {
        account.registered().map_err(|_| Unanswered::NotRegistered)?;
        let mut answered = account.suspicion.answered.iter();
        if answered.any(|(alert, count)| *alert == self.alert.id && *count >= self.count) {
            return Ok(vec![]);
        }
        let same = account.suspicion.open.iter().find(|open| open.id == self.alert.id);
        let worse = |before: &OpenAlert| {
            self.alert.severity > before.severity
                || (before.corroboration.is_none() && self.alert.corroboration.is_some())
        };
        if same.is_some_and(|before| !worse(before)) {
            return Ok(vec![]);
        }
        let mut chosen = self.choose(account, policy, false);
        let without_shadow =
            self.choose(account, &ResponsePolicy { shadow: BTreeSet::new(), ..policy.clone() }, false);
        let locked = account.locked.is_some();
        let mut braked = false;
        if !locked && chosen.action > Action::StepUp {
            braked = !self.granted.ok_or(Unanswered::AskBrake)?;
            if braked {
                chosen = self.choose(account, policy, true);
            }
        }
        if locked {
            chosen = Chosen { action: Action::Record, lock: None, mails: BTreeSet::new() };
        }
        let until = match chosen.action {
            Action::StepUp | Action::EndSession => Some(self.now + seconds(policy.step_up_seconds)),
            Action::Hold => Some(self.now + seconds(policy.hold_seconds)),
            Action::Record | Action::Mail | Action::Lock => None,
        };
        let OpenAlert { id, detector, severity, at, corroboration } = self.alert.clone();
        let responded = AccountEvent::DetectionResponded {
            alert: id,
            count: self.count,
            detector,
            severity,
            corroboration,
            happened_at: at,
            action: chosen.action,
            lock: chosen.lock,
            without_shadow: without_shadow.action,
            braked,
            mailed: chosen.mails,
            until,
        };
        let mut events = vec![responded];
        if chosen.action == Action::EndSession {
            events.extend(end_all(account, None, EndReason::Suspected, self.now));
        }
        if chosen.action == Action::Lock {
            events.extend(end_all(account, None, EndReason::AccountLocked, self.now));
            events
                .extend(account.devices.keys().map(|device| AccountEvent::DeviceRemoved { device: *device }));
            events.push(AccountEvent::Locked { reason: LockReason::Detected, note: None });
        }
        Ok(events)
    }

    /// Earlier alerts count towards a lock that this one completes, and towards nothing else: each had its own answer.
    fn choose(&self, account: &Account, policy: &ResponsePolicy, braked: bool) -> Chosen {
        let agree = seconds(policy.agree_within_seconds);
        let mailed = account.suspicion.mailed.clone();
        let circumstances = Circumstances { now: self.now, braked, mailed, ..Circumstances::default() };
        let earlier = account.suspicion.open.iter();
        let mut all: Vec<OpenAlert> = earlier
            .filter(|open| open.id != self.alert.id && self.now.since(open.at) <= agree)
            .cloned()
            .collect();
        all.push(self.alert.clone());
        let own = respond(std::slice::from_ref(&self.alert), &circumstances, policy);
        let whole = respond(&all, &circumstances, policy);
        let completes = whole.lock.is_some() && whole.because.contains(&self.alert.id);
        let (action, lock) = if completes { (whole.action, whole.lock) } else { (own.action, own.lock) };
        // Whoever is locked out has to be told, whatever the table says of mails.
        let mails = if lock.is_some() { BTreeSet::from([self.alert.detector]) } else { own.mails };
        Chosen { action, lock, mails }
    }
}

/// An alert was resolved: it counts no more.
#[derive(Clone, Copy, Debug)]
pub struct ClearAlert {
    /// The alert.
    pub alert: AlertId,
}

impl ClearAlert {
    /// Nothing to do when the account does not know it.
    ///
    /// # Errors
    /// `NotRegistered`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        let known = account.suspicion.open.iter().any(|open| open.id == self.alert);
        Ok(known.then_some(AccountEvent::DetectionCleared { alert: self.alert }).into_iter().collect())
    }
}

#[cfg(test)]
#[path = "response_tests.rs"]
mod tests;
