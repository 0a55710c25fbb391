//! The risk score as a detector: alerts on scores that are rare among accounts with as long a history. It may ask for
//! more proof or send a mail; alone it never locks.

use super::finding::{Confidence, Detector, Evidence, Finding, Severity};
use super::observation::{Happening, Observation};
use super::policy::DetectionPolicy;
use super::quantile::Quantiles;
use super::score::{RiskModel, Score, Values};
use crate::AccountId;
use serde::{Deserialize, Serialize};

/// Histories up to so many sign-ins are alike; longer ones share the last class.
const HISTORIES: [u64; 5] = [1, 3, 9, 29, u64::MAX];

/// Counters, and the distribution of scores for each length of history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RiskScore {
    model: RiskModel,
    quantiles: Vec<Quantiles>,
}

fn with_values<T>(seen: &Observation, then: impl FnOnce(&Values<'_>) -> T) -> T {
    let address = seen.source.address.map(|address| address.to_string()).unwrap_or_default();
    let asn = seen.source.asn.map(|asn| asn.to_string()).unwrap_or_default();
    let country = seen.source.country.as_ref().map_or("", |country| country.as_str());
    let agent = &seen.agent;
    then(&Values {
        address: [&address, &asn, country],
        user_agent: [&agent.text, &agent.browser, &agent.os, &agent.device_type],
    })
}

fn class(history: u64) -> usize {
    HISTORIES.iter().position(|most| history <= *most).unwrap_or(HISTORIES.len() - 1)
}

impl RiskScore {
    pub(super) fn new(policy: &DetectionPolicy) -> Self {
        Self {
            model: RiskModel::new(&policy.risk_score),
            quantiles: vec![Quantiles::default(); HISTORIES.len()],
        }
    }

    /// The score of a success; `None` for everything else.
    pub fn score(&self, seen: &Observation) -> Option<Score> {
        let (Happening::SignedIn { .. }, Some(account)) = (seen.what, seen.target.account()) else {
            return None;
        };
        Some(with_values(seen, |values| self.model.score(account.0, values)))
    }

    /// The person is erased.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.model.forget(account.0);
    }

    /// Alerts on a success, and learns where its score stands; see [`learn`](Self::learn) for the rest.
    pub(super) fn observe(&mut self, seen: &Observation, policy: &DetectionPolicy, out: &mut Vec<Finding>) {
        let Some(Score::Risk { score, history }) = self.score(seen) else { return };
        let Some(quantiles) = self.quantiles.get_mut(class(history)) else { return };
        let policy = &policy.risk_score;
        let above = quantiles.share_below(score);
        let learnt = quantiles.total() >= u64::from(policy.learn_scores);
        quantiles.learn(score);
        let grade = match above {
            _ if !learnt => return,
            above if above >= policy.high_quantile => (Severity::High, Confidence::Low),
            above if above >= policy.medium_quantile => (Severity::Medium, Confidence::Low),
            _ => return,
        };
        let evidence = vec![Evidence::Score { score, above }];
        out.extend(Finding::of_account(Detector::RiskScore, seen, grade, evidence));
    }

    /// Learns from a success that nothing speaks against; forgets the user of one that was disowned.
    pub(super) fn learn(&mut self, seen: &Observation, policy: &DetectionPolicy) {
        let Some(account) = seen.target.account() else { return };
        match seen.what {
            Happening::SignedIn { .. } => {
                with_values(seen, |values| self.model.learn(account.0, values, &policy.risk_score));
            }
            Happening::Disowned => self.model.forget(account.0),
            _ => {}
        }
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.model.size()
    }
}
