//! What follows from alerts: a score or a single alert asks for more proof or sends a mail. An account is locked only
//! when something corroborates it, and no more than a set share of all accounts in an hour.

use super::finding::{Corroboration, Detector, Finding, Severity};
use super::window::Window;
use crate::policy::seconds;
use crate::{AlertId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is done about an account, from nothing to everything. From `Mail` on, the owner is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing but the alert.
    Record,
    /// The owner is told.
    Mail,
    /// More proof is asked for.
    StepUp,
    /// The session ends.
    EndSession,
    /// What was asked for waits.
    Hold,
    /// Nobody signs in; every session, token, pending sign-in and trusted device ends.
    Lock,
}

/// What is done about a source, a factor or a request, beside the account.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The source is slowed down.
    ThrottleSource,
    /// The account's sign-ins need a proof of work.
    Captcha,
    /// No more prompts for now.
    PausePrompts,
    /// The challenge is void.
    DropChallenge,
    /// No code by SMS for now.
    NoSms,
    /// The change waits, and the old address is told.
    HoldChange,
}

/// What one detector's alerts lead to, by severity.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Actions {
    /// Of low severity.
    pub low: Action,
    /// Of medium severity.
    pub medium: Action,
    /// Of high severity.
    pub high: Action,
}

impl Default for Actions {
    fn default() -> Self {
        Self { low: Action::Record, medium: Action::Mail, high: Action::StepUp }
    }
}

/// What follows from alerts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResponsePolicy {
    /// Detectors that only record what they would have done. Default: the risk score, and the takeover sequence, which
    /// fits an owner with a new phone.
    pub shadow: BTreeSet<Detector>,
    /// Actions of a detector that differ from [`Actions::for_detector`]'s.
    pub actions: BTreeMap<Detector, Actions>,
    /// What locks an account by itself. Default: all there is.
    pub lock_on: BTreeSet<Corroboration>,
    /// Alerts of high severity from so many different fields lock an account together; 0: never. Default 2.
    pub lock_on_agreeing: u32,
    /// Seconds within which they must have been raised. Default 86,400.
    pub agree_within_seconds: u32,
    /// Share of all accounts that may be locked, held or signed out in an hour because of alerts. Default 0.001.
    pub brake_share: f64,
    /// So many an hour always may, on a small site. Default 20.
    pub brake_least: u32,
    /// Seconds between two mails to a person for the same cause. Default 3,600.
    pub mail_pause_seconds: u32,
    /// Findings of one detector about the same within so many seconds are one alert. Default 3,600.
    pub fold_seconds: u32,
    /// Seconds for which more proof is asked for. Default 86,400.
    pub step_up_seconds: u32,
    /// Seconds for which changes are held. Default 86,400.
    pub hold_seconds: u32,
    /// Alerts about what happened more seconds ago lead to nothing: mails about the past help nobody. Default 86,400.
    pub act_within_seconds: u32,
}

impl Default for ResponsePolicy {
    fn default() -> Self {
        use Corroboration::{AcceptedAfterStorm, CampaignThenNewDevice, Takeover};
        Self {
            shadow: [Detector::RiskScore, Detector::TakeoverSequence].into(),
            actions: BTreeMap::new(),
            lock_on: [CampaignThenNewDevice, AcceptedAfterStorm, Takeover].into(),
            lock_on_agreeing: 2,
            agree_within_seconds: 86_400,
            brake_share: 0.001,
            brake_least: 20,
            mail_pause_seconds: 3_600,
            fold_seconds: 3_600,
            step_up_seconds: 86_400,
            hold_seconds: 86_400,
            act_within_seconds: 86_400,
        }
    }
}

impl Actions {
    /// Unless the policy says otherwise.
    pub fn for_detector(detector: Detector) -> Self {
        let actions = Self::default();
        match detector {
            Detector::CredentialStuffing | Detector::PasswordSpraying => {
                Self { medium: Action::Record, ..actions }
            }
            Detector::FactorFatigue | Detector::SessionHijack => Self { high: Action::EndSession, ..actions },
            Detector::RecoveryAbuse | Detector::TakeoverSequence => Self { high: Action::Hold, ..actions },
            Detector::DormantAccount => Self { medium: Action::StepUp, ..actions },
            _ => actions,
        }
    }

    const fn of(self, severity: Severity) -> Action {
        match severity {
            Severity::Low => self.low,
            Severity::Medium => self.medium,
            Severity::High => self.high,
        }
    }
}

impl Measure {
    /// What an alert of `detector` leads to beside the account.
    pub fn for_alert(detector: Detector, severity: Severity) -> &'static [Self] {
        match (detector, severity) {
            (
                Detector::BruteForce | Detector::CredentialStuffing | Detector::PasswordSpraying,
                Severity::Medium | Severity::High,
            ) => &[Self::ThrottleSource],
            (Detector::DistributedBruteForce, _) => &[Self::Captcha],
            (Detector::FactorFatigue, _) => &[Self::PausePrompts],
            (Detector::CodeGuessing, _) => &[Self::DropChallenge],
            (Detector::SimSwap, _) => &[Self::NoSms],
            (Detector::RecoveryAbuse | Detector::TakeoverSequence, Severity::High) => &[Self::HoldChange],
            _ => &[],
        }
    }
}

/// An alert about an account that nobody has resolved, as the response needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenAlert {
    /// The alert.
    pub id: AlertId,
    /// Which detector.
    pub detector: Detector,
    /// How bad.
    pub severity: Severity,
    /// When it was last seen.
    pub at: Timestamp,
    /// Whether it alone corroborates a takeover.
    pub corroboration: Option<Corroboration>,
}

impl OpenAlert {
    /// The alert that a finding raises.
    pub const fn of(id: AlertId, finding: &Finding) -> Self {
        Self {
            id,
            detector: finding.detector,
            severity: finding.severity,
            at: finding.at,
            corroboration: finding.corroboration,
        }
    }
}

/// What is known beside the alerts.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// Now.
    pub now: Timestamp,
    /// The owner says "this was not me".
    pub disowned: bool,
    /// An operator orders a lock.
    pub ordered: bool,
    /// The brake is on: see [`Brake`].
    pub braked: bool,
    /// The last mail to the owner for each cause.
    pub mailed: BTreeMap<Detector, Timestamp>,
}

/// Why an account is locked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockCause {
    /// The owner's word.
    Disowned,
    /// An operator's order.
    Ordered,
    /// One alert that corroborates by itself.
    Corroborated(Corroboration),
    /// Independent alerts of high severity.
    Agreement,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// About the account.
    pub action: Action,
    /// Why it is locked, if it is.
    pub lock: Option<LockCause>,
    /// Beside the account.
    pub measures: BTreeSet<Measure>,
    /// Causes that the owner is to be told of now.
    pub mails: BTreeSet<Detector>,
    /// The alerts that led to the action.
    pub because: Vec<AlertId>,
    /// The brake made less of it.
    pub braked: bool,
    /// What would be done if no detector were in shadow mode.
    pub without_shadow: Action,
}

/// The response to all open alerts of one account. The same alerts in any order give the same response.
pub fn respond(alerts: &[OpenAlert], circumstances: &Circumstances, policy: &ResponsePolicy) -> Response {
    let live: Vec<&OpenAlert> = alerts.iter().filter(|a| !policy.shadow.contains(&a.detector)).collect();
    let all: Vec<&OpenAlert> = alerts.iter().collect();
    let (mut action, lock, because) = decide(&live, circumstances, policy);
    let (without_shadow, _, _) = decide(&all, circumstances, policy);
    let by_word = matches!(lock, Some(LockCause::Disowned | LockCause::Ordered));
    let braked = circumstances.braked && action > Action::StepUp && !by_word;
    if braked {
        action = Action::StepUp;
    }
    let pause = seconds(policy.mail_pause_seconds);
    let is_due = |detector: &Detector| {
        circumstances.mailed.get(detector).is_none_or(|last| circumstances.now.since(*last) >= pause)
    };
    let tells = |alert: &&&OpenAlert| policy.action(alert) >= Action::Mail;
    Response {
        action,
        lock: lock.filter(|_| !braked),
        measures: live
            .iter()
            .flat_map(|alert| Measure::for_alert(alert.detector, alert.severity))
            .copied()
            .collect(),
        mails: live.iter().filter(tells).map(|alert| alert.detector).filter(is_due).collect(),
        because,
        braked,
        without_shadow,
    }
}

impl ResponsePolicy {
    fn action(&self, alert: &OpenAlert) -> Action {
        let actions = self.actions.get(&alert.detector).copied();
        actions.unwrap_or_else(|| Actions::for_detector(alert.detector)).of(alert.severity)
    }
}

fn decide(
    alerts: &[&OpenAlert],
    circumstances: &Circumstances,
    policy: &ResponsePolicy,
) -> (Action, Option<LockCause>, Vec<AlertId>) {
    let ids = |alerts: &mut dyn Iterator<Item = &&OpenAlert>| {
        let ids: BTreeSet<AlertId> = alerts.map(|alert| alert.id).collect();
        ids.into_iter().collect::<Vec<_>>()
    };
    let locked = |cause, because| (Action::Lock, Some(cause), because);
    if circumstances.disowned {
        return locked(LockCause::Disowned, Vec::new());
    }
    if circumstances.ordered {
        return locked(LockCause::Ordered, Vec::new());
    }
    let corroborates = |alert: &OpenAlert| alert.corroboration.filter(|it| policy.lock_on.contains(it));
    if let Some(cause) = alerts.iter().filter_map(|alert| corroborates(alert)).min() {
        let mut of_cause = alerts.iter().filter(|alert| alert.corroboration == Some(cause));
        return locked(LockCause::Corroborated(cause), ids(&mut of_cause));
    }
    let high = |alert: &&&OpenAlert| alert.severity == Severity::High;
    for last in alerts.iter().filter(high) {
        let near = |alert: &&&OpenAlert| {
            high(alert)
                && alert.at <= last.at
                && last.at.since(alert.at) <= seconds(policy.agree_within_seconds)
        };
        let fields: BTreeSet<_> = alerts.iter().filter(near).map(|alert| alert.detector.field()).collect();
        if policy.lock_on_agreeing > 0 && fields.len() >= policy.lock_on_agreeing as usize {
            return locked(LockCause::Agreement, ids(&mut alerts.iter().filter(near)));
        }
    }
    // No single alert locks, whatever the table says.
    let action = |alert: &OpenAlert| policy.action(alert).min(Action::Hold);
    let most = alerts.iter().map(|alert| action(alert)).max().unwrap_or(Action::Record);
    (most, None, ids(&mut alerts.iter().filter(|alert| action(alert) == most)))
}

/// Holds back when too many accounts at once would be locked, held or signed out: a detector gone wrong, or somebody
/// who wants just that (T1531). The owner's word and an operator's order pass.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Brake {
    taken: Window<()>,
}

impl Brake {
    /// Whether the hour up to `now` has had its share, of a site with so many accounts.
    pub fn is_on(&self, now: Timestamp, accounts: u64, policy: &ResponsePolicy) -> bool {
        let hour = chrono::TimeDelta::hours(1);
        let most = (accounts as f64 * policy.brake_share).max(f64::from(policy.brake_least));
        let taken = self.taken.iter().filter(|(at, ())| now.since(*at) < hour).count();
        taken as f64 >= most
    }

    /// One more account.
    pub fn took(&mut self, at: Timestamp) {
        self.taken.add(at, (), chrono::TimeDelta::hours(1), MOST_BRAKED);
    }
}

/// Accounts an hour beyond which the brake counts no further.
const MOST_BRAKED: usize = 1 << 16;
