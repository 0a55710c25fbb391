//! Password spraying: few guesses at each of many accounts, from an address, from its neighbourhood, or by one user
//! agent in one network. Never by network alone: nearly all such alarms are false.

use super::bounded::Bounded;
use super::campaign::{Campaign, campaign, try_of};
use super::finding::{Detector, Key};
use super::history::Novelty;
use super::observation::{Observation, Prefix};
use super::policy::DetectionPolicy;
use super::tries::Tries;
use crate::policy::seconds;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Names user agents; the same text gives the same name anywhere.
const AGENTS: Uuid = Uuid::from_u128(0x7d1c_2a0b_58f3_4c8e_9b61_03d7_e4fa_2c95);

/// One user agent in one network, if both are known.
pub(super) fn agent_key(seen: &Observation) -> Option<(Uuid, u32)> {
    let asn = seen.source.asn?;
    let text = &seen.agent.text;
    (!text.is_empty()).then(|| (Uuid::new_v5(&AGENTS, text.as_bytes()), asn))
}

/// Tries of each address, neighbourhood, and user agent in a network.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spraying {
    clients: Bounded<Prefix, Tries>,
    prefixes: Bounded<Prefix, Tries>,
    agents: Bounded<(Uuid, u32), Tries>,
}

impl Spraying {
    pub(super) fn new(policy: &DetectionPolicy) -> Self {
        let capacity = policy.memory.sources;
        Self {
            clients: Bounded::new(capacity),
            prefixes: Bounded::new(capacity),
            agents: Bounded::new(capacity),
        }
    }

    /// The narrowest source that sprays.
    pub(super) fn observe(
        &mut self,
        seen: &Observation,
        novelty: &Novelty,
        policy: &DetectionPolicy,
    ) -> Option<Campaign> {
        let new = try_of(seen, novelty)?;
        let policy = &policy.password_spraying;
        let span = seconds(policy.window_seconds);
        let look = |tries: &mut Tries, key: Key, shared: bool| {
            tries.add(seen.at, new.clone(), policy.tries, span, policy.failures);
            let is_campaign = seen.what.is_failure()
                && tries.tried_little() >= policy.accounts
                && tries.failed() >= policy.failures
                && (!shared || tries.failing_share() >= policy.shared_failing_share);
            is_campaign.then(|| campaign(Detector::PasswordSpraying, key, seen.at, tries))
        };
        let mut found = None;
        if let Some(client) = seen.source.client() {
            found = look(self.clients.use_or(&client, Tries::default), Key::Source(client), false);
        }
        if let Some(prefix) = seen.source.prefix() {
            let wider = look(self.prefixes.use_or(&prefix, Tries::default), Key::Source(prefix), true);
            found = found.or(wider);
        }
        if let Some((agent, asn)) = agent_key(seen) {
            let key = Key::Agent { agent, asn };
            let wider = look(self.agents.use_or(&(agent, asn), Tries::default), key, true);
            found = found.or(wider);
        }
        found
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        let all = self.clients.in_order().chain(self.prefixes.in_order()).map(|(_, tries)| tries);
        all.chain(self.agents.in_order().map(|(_, tries)| tries)).map(Tries::size).sum()
    }
}
