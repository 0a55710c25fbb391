//! Credential stuffing: one address tries many identifiers, each once or twice, and nearly all fail.
//!
//! An address with a fair share of successes is one that many people share, and exempt.

use super::bounded::Bounded;
use super::campaign::{Campaign, campaign, try_of};
use super::finding::{Detector, Key};
use super::history::Novelty;
use super::observation::{Observation, Prefix};
use super::policy::DetectionPolicy;
use super::tries::Tries;
use crate::policy::seconds;
use serde::{Deserialize, Serialize};

/// Tries of each address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stuffing {
    clients: Bounded<Prefix, Tries>,
}

impl Stuffing {
    pub(super) fn new(policy: &DetectionPolicy) -> Self {
        Self { clients: Bounded::new(policy.memory.sources) }
    }

    pub(super) fn observe(
        &mut self,
        seen: &Observation,
        novelty: &Novelty,
        policy: &DetectionPolicy,
    ) -> Option<Campaign> {
        let (client, new) = (seen.source.client()?, try_of(seen, novelty)?);
        let policy = &policy.credential_stuffing;
        let tries = self.clients.use_or(&client, Tries::default);
        tries.add(seen.at, new, policy.tries, seconds(policy.window_seconds), policy.accounts);
        let is_campaign = seen.what.is_failure()
            && tries.tried_little() >= policy.accounts
            && tries.failing_share() >= policy.failing_share
            && tries.success_share() < policy.exempt_success_share;
        is_campaign.then(|| campaign(Detector::CredentialStuffing, Key::Source(client), seen.at, tries))
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.clients.in_order().map(|(_, tries)| tries.size()).sum()
    }
}
