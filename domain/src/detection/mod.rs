//! Detecting suspicious sign-ins: observations in, alerts out. Pure and deterministic, over the events' own time, with
//! state of bounded size that can be saved and taken up again.
//!
//! Each detector has a file of its own. [`Detection`] shows each observation to all of them, learns from it what
//! nothing speaks against, and folds what they say into alerts. [`response`] says what follows from alerts.

mod after_campaign;
pub mod bounded;
mod brute_force;
mod campaign;
mod code_guessing;
mod distributed;
mod dormant;
mod fatigue;
pub mod finding;
mod hijack;
pub mod history;
pub mod normalise;
pub mod observation;
pub mod policy;
mod quantile;
mod recovery;
pub mod replay;
pub mod response;
mod risk_score;
pub mod score;
mod sim_swap;
mod spraying;
mod stuffing;
#[cfg(test)]
mod tests;
mod travel;
mod tries;
mod unfamiliar;
pub mod window;

pub use finding::{Confidence, Corroboration, Detector, Evidence, Finding, Key, Severity};
pub use normalise::{At, Lookup, NoLookup, Normaliser};
pub use observation::{
    Agent, Coordinates, Country, Device, Factor, Happening, Network, Observation, Prefix, Source, Target,
};
pub use policy::DetectionPolicy;
pub use response::{Action, Brake, Circumstances, LockCause, Measure, OpenAlert, Response, respond};

use crate::{AccountId, AlertId};
use bounded::Bounded;
use history::{Histories, Novelty};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is new about an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The alert.
    pub alert: AlertId,
    /// Findings of it so far, this one included. 1: it is new.
    pub count: u64,
    /// The finding.
    pub finding: Finding,
}

/// Findings of an alert so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Folded {
    count: u64,
    severity: Severity,
    corroboration: Option<Corroboration>,
}

/// All detectors and what they remember.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Detection {
    histories: Histories,
    brute_force: brute_force::BruteForce,
    distributed: distributed::Distributed,
    stuffing: stuffing::Stuffing,
    spraying: spraying::Spraying,
    after_campaign: after_campaign::AfterCampaign,
    fatigue: fatigue::Fatigue,
    code_guessing: code_guessing::CodeGuessing,
    recovery: recovery::RecoveryAbuse,
    sim_swap: sim_swap::SimSwap,
    hijack: hijack::Hijack,
    risk_score: risk_score::RiskScore,
    folded: Bounded<AlertId, Folded>,
}

impl Detection {
    /// Remembers nothing yet.
    pub fn new(policy: &DetectionPolicy) -> Self {
        Self {
            histories: Histories::new(policy),
            brute_force: brute_force::BruteForce::new(policy),
            distributed: distributed::Distributed::new(policy),
            stuffing: stuffing::Stuffing::new(policy),
            spraying: spraying::Spraying::new(policy),
            after_campaign: after_campaign::AfterCampaign::new(policy),
            fatigue: fatigue::Fatigue::new(policy),
            code_guessing: code_guessing::CodeGuessing::new(policy),
            recovery: recovery::RecoveryAbuse::new(policy),
            sim_swap: sim_swap::SimSwap::new(policy),
            hijack: hijack::Hijack::new(policy),
            risk_score: risk_score::RiskScore::new(policy),
            folded: Bounded::new(policy.memory.alerts),
        }
    }

    /// Takes one observation in and answers what is new about alerts. `namespace` names the alerts of one
    /// installation: keep it secret, so that an alert's id tells nobody whose address it is about.
    pub fn observe(&mut self, seen: &Observation, policy: &DetectionPolicy, namespace: Uuid) -> Vec<Signal> {
        let findings = self.findings(seen, policy);
        findings.into_iter().filter_map(|finding| self.fold(finding, policy, namespace)).collect()
    }

    /// What the detectors say, each for itself.
    fn findings(&mut self, seen: &Observation, policy: &DetectionPolicy) -> Vec<Finding> {
        let mut out = Vec::new();
        let novelty = match seen.what {
            Happening::SignedIn { .. } => self.histories.compare(seen, policy),
            _ => Novelty::without_history(),
        };
        self.guesses(seen, &novelty, policy, &mut out);
        travel::observe(seen, &novelty, policy, &mut out);
        unfamiliar::observe(seen, &novelty, &mut out);
        dormant::observe(seen, &novelty, policy, &mut out);
        self.fatigue.observe(seen, policy, &mut out);
        self.code_guessing.observe(seen, policy, &mut out);
        self.recovery.observe(seen, &novelty, policy, &mut out);
        self.sim_swap.observe(seen, &novelty, policy, &mut out);
        self.hijack.observe(seen, policy, &mut out);
        // The score comes first in shadow mode, and what it alone says does not keep it from learning.
        let suspicious = out.iter().any(|finding| finding.severity == Severity::High);
        self.risk_score.observe(seen, policy, &mut out);
        if !suspicious {
            self.histories.learn(seen, policy);
            self.risk_score.learn(seen, policy);
        }
        out
    }

    fn guesses(
        &mut self,
        seen: &Observation,
        novelty: &Novelty,
        policy: &DetectionPolicy,
        out: &mut Vec<Finding>,
    ) {
        self.brute_force.observe(seen, policy, out);
        self.distributed.observe(seen, policy, out);
        for aimed_at in out.iter() {
            self.after_campaign.aimed_at(aimed_at);
        }
        let stuffing = self.stuffing.observe(seen, novelty, policy);
        let spraying = self.spraying.observe(seen, novelty, policy);
        for campaign in stuffing.into_iter().chain(spraying) {
            self.after_campaign.campaign(&campaign, out);
            out.push(campaign.finding);
        }
        self.after_campaign.observe(seen, novelty, policy, out);
    }

    /// One alert for each detector, key and window. Repetitions are told at the 2nd, 4th, 8th …, so that an alert
    /// does not grow with an attacker's effort, and when they are worse than what was told.
    fn fold(&mut self, finding: Finding, policy: &DetectionPolicy, namespace: Uuid) -> Option<Signal> {
        let seconds = i64::from(policy.response.fold_seconds.max(1));
        let window = finding.at.unix_seconds().div_euclid(seconds) * seconds;
        let alert = AlertId::of(namespace, &finding, window);
        let folded = self.folded.use_or(&alert, || Folded {
            count: 0,
            severity: finding.severity,
            corroboration: finding.corroboration,
        });
        folded.count += 1;
        let worse = finding.severity > folded.severity
            || (folded.corroboration.is_none() && finding.corroboration.is_some());
        folded.severity = folded.severity.max(finding.severity);
        folded.corroboration = folded.corroboration.or(finding.corroboration);
        let count = folded.count;
        (worse || count.is_power_of_two()).then_some(Signal { alert, count, finding })
    }

    /// The person is erased: nothing of their sign-ins stays in mind. What was tried from a source does, with the
    /// account's bare id.
    pub fn forget(&mut self, account: AccountId) {
        self.histories.forget(account);
        self.brute_force.forget(account);
        self.distributed.forget(account);
        self.after_campaign.forget(account);
        self.fatigue.forget(account);
        self.code_guessing.forget(account);
        self.recovery.forget(account);
        self.sim_swap.forget(account);
        self.hijack.forget(account);
        self.risk_score.forget(account);
    }

    /// The risk score of a success, against what was learnt so far.
    pub fn score(&self, seen: &Observation) -> Option<score::Score> {
        self.risk_score.score(seen)
    }
}
