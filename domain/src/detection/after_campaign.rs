//! A success that a campaign may have had: from its source, or on an account it aimed at, from a new device. Those
//! that came before the campaign was recognised count as well.
//!
//! A known device at a known address is exempt; of neighbourhoods and user agents, which people share, a known
//! device anywhere.

use super::bounded::Bounded;
use super::campaign::Campaign;
use super::finding::{Confidence, Corroboration, Detector, Evidence, Finding, Key, Severity};
use super::history::{Familiarity, Novelty};
use super::observation::{Happening, Observation};
use super::policy::DetectionPolicy;
use super::spraying::agent_key;
use crate::policy::seconds;
use crate::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Mark {
    at: Timestamp,
    detector: Detector,
    positions: Vec<u64>,
    /// Successes before it was recognised are told once.
    told: bool,
}

/// Positions of a campaign that its successes point to.
const POSITIONS: usize = 4;

/// Campaigns that were seen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AfterCampaign {
    sources: Bounded<Key, Mark>,
    targets: Bounded<AccountId, Mark>,
}

impl AfterCampaign {
    pub(super) fn new(policy: &DetectionPolicy) -> Self {
        Self { sources: Bounded::new(policy.memory.sources), targets: Bounded::new(policy.memory.accounts) }
    }

    /// A campaign goes on: what it had before it was recognised, and what to watch from now on.
    pub(super) fn campaign(&mut self, campaign: &Campaign, out: &mut Vec<Finding>) {
        let Campaign { finding, hits } = campaign;
        let mark = self.mark(finding);
        if std::mem::replace(&mut mark.told, true) {
            return;
        }
        let key = finding.key.clone();
        let tell = |(at, position, account): &(Timestamp, u64, AccountId)| Finding {
            detector: Detector::SuccessAfterCampaign,
            key: Key::Account(*account),
            at: finding.at.max(*at),
            severity: Severity::High,
            confidence: if matches!(key, Key::Agent { .. }) { Confidence::Medium } else { Confidence::High },
            evidence: vec![Evidence::After {
                what: format!("success amid {}", finding.detector),
                seconds: finding.at.since(*at).num_seconds().max(0),
            }],
            positions: vec![*position],
            accounts: vec![*account],
            corroboration: Some(Corroboration::CampaignThenNewDevice),
        };
        out.extend(hits.iter().map(tell));
    }

    /// An account is aimed at.
    pub(super) fn aimed_at(&mut self, finding: &Finding) {
        self.mark(finding);
    }

    fn mark(&mut self, finding: &Finding) -> &mut Mark {
        let positions = finding.positions.iter().rev().take(POSITIONS).copied().collect();
        let new = Mark { at: finding.at, detector: finding.detector, positions, told: false };
        let mark = match &finding.key {
            Key::Account(account) => self.targets.use_or(account, || new.clone()),
            key => self.sources.use_or(key, || new.clone()),
        };
        mark.at = mark.at.max(new.at);
        mark.positions = new.positions;
        mark
    }

    /// The person is erased.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.targets.remove(&account);
    }

    pub(super) fn observe(
        &self,
        seen: &Observation,
        novelty: &Novelty,
        policy: &DetectionPolicy,
        out: &mut Vec<Finding>,
    ) {
        let Happening::SignedIn { .. } = seen.what else { return };
        let Some(account) = seen.target.account() else { return };
        let span = seconds(policy.success_after_campaign.after_seconds);
        let known = novelty.device == Familiarity::Known;
        let fresh = |mark: &&Mark| seen.at.since(mark.at) <= span;
        let own = || seen.source.client().and_then(|client| self.sources.get(&Key::Source(client)));
        let prefix = || seen.source.prefix().and_then(|prefix| self.sources.get(&Key::Source(prefix)));
        let agent = || {
            let (agent, asn) = agent_key(seen)?;
            self.sources.get(&Key::Agent { agent, asn })
        };
        let by_own = if known && novelty.address_seen { None } else { own().filter(fresh) };
        let by_shared = || if known { None } else { prefix().or_else(agent).filter(fresh) };
        let by_target = || if known { None } else { self.targets.get(&account).filter(fresh) };
        let Some((mark, from_there)) = by_own
            .or_else(by_shared)
            .map(|mark| (mark, true))
            .or_else(|| by_target().map(|mark| (mark, false)))
        else {
            return;
        };
        let since = seen.at.since(mark.at).max(chrono::TimeDelta::zero());
        let mut evidence = vec![Evidence::after(mark.detector.name(), since)];
        if !known {
            evidence.push(Evidence::never_seen("device"));
        }
        // Whoever proved a strong factor is hardly who guessed passwords; and whoever is aimed at may get in from home on
        // a new device: else failures would lock the owner out.
        let strong = seen.is_strong();
        let severity = if strong { Severity::Medium } else { Severity::High };
        let grade = (severity, Confidence::High);
        let corroborates = !known && !strong && (from_there || novelty.elsewhere);
        let finding = Finding::of_account(Detector::SuccessAfterCampaign, seen, grade, evidence);
        out.extend(finding.map(|finding| Finding {
            corroboration: corroborates.then_some(Corroboration::CampaignThenNewDevice),
            ..finding.resting_on(mark.positions.iter().copied())
        }));
    }
}
