//! What an account's own successes have shown so far, and how far a new one departs from it.
//!
//! Failures teach nothing: whoever knows no password cannot make a place or device look familiar.

use super::bounded::Bounded;
use super::observation::{Agent, Coordinates, Country, Device, Happening, Network, Observation, Prefix};
use super::policy::{DetectionPolicy, UnfamiliarPolicy};
use crate::policy::seconds;
use crate::{AccountId, DeviceId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Whether something was seen before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Familiarity {
    /// Among the account's successes.
    Known,
    /// The user agent was, the network was not, and no device is on record.
    Alike,
    /// Not.
    New,
    /// There is nothing to compare with.
    NoHistory,
}

/// A success before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Past {
    /// Where it is in the log.
    pub position: u64,
    /// When.
    pub at: Timestamp,
    /// From where on the ground.
    pub coordinates: Option<Coordinates>,
    /// Whether that place says nothing of the person's.
    pub shared: bool,
    device: Option<DeviceId>,
    client: Option<Prefix>,
    country: Option<Country>,
    network: Option<Network>,
    family: String,
    major: Option<u32>,
    os: String,
    device_type: String,
}

impl Past {
    fn of(observation: &Observation) -> Self {
        let Observation { source, agent, .. } = observation;
        Self {
            position: observation.position,
            at: observation.at,
            coordinates: source.coordinates,
            shared: source.is_shared(),
            device: match observation.device {
                Device::Known(device) => Some(device),
                Device::New(device) => device,
                Device::Unrecorded => None,
            },
            client: source.client(),
            country: source.country,
            network: source.network(),
            family: agent.family().to_owned(),
            major: agent.major(),
            os: agent.os_family().to_owned(),
            device_type: agent.device_type.clone(),
        }
    }

    /// The same browser on the same kind of device, perhaps upgraded since.
    fn is_agent(&self, agent: &Agent) -> bool {
        self.family == agent.family()
            && self.os == agent.os_family()
            && self.device_type == agent.device_type
            && self.major <= agent.major()
    }
}

/// How a success departs from those before it. What is not known is not new.
#[derive(Clone, Debug)]
pub struct Novelty {
    /// The device.
    pub device: Familiarity,
    /// Whether the browser and system, or a later version of them, were seen.
    pub agent_seen: bool,
    /// Whether the address was seen.
    pub address_seen: bool,
    /// Whether the country is known and was not seen.
    pub new_country: bool,
    /// Whether the network is known and was not seen.
    pub new_network: bool,
    /// Whether it is none of those seen, as far as can be told: where no database knows it, by the address's first bits.
    pub elsewhere: bool,
    /// Successes before, all that were ever seen.
    pub successes: u64,
    /// The one before.
    pub last: Option<Past>,
}

impl Novelty {
    /// When there is nothing to compare with.
    pub const fn without_history() -> Self {
        Self {
            device: Familiarity::NoHistory,
            agent_seen: false,
            address_seen: false,
            new_country: false,
            new_network: false,
            elsewhere: false,
            successes: 0,
            last: None,
        }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct History {
    successes: u64,
    past: VecDeque<Past>,
}

impl History {
    fn compare(&self, observation: &Observation, policy: &UnfamiliarPolicy) -> Novelty {
        if self.past.is_empty() {
            return Novelty::without_history();
        }
        let Observation { source, agent, .. } = observation;
        let among = |most: u32| self.past.iter().rev().take(most as usize);
        let (client, network) = (source.client(), source.network());
        let agent_seen = agent.is_known() && among(policy.device_sign_ins).any(|past| past.is_agent(agent));
        let network_seen =
            network.is_some() && among(policy.network_sign_ins).any(|past| past.network == network);
        let seen_device = |device| among(policy.device_sign_ins).any(|past| past.device == Some(device));
        let device = match observation.device {
            Device::Known(_) => Familiarity::Known,
            Device::New(Some(device)) if seen_device(device) => Familiarity::Known,
            Device::New(_) => Familiarity::New,
            Device::Unrecorded if !agent.is_known() => Familiarity::Alike,
            Device::Unrecorded => match (agent_seen, network_seen) {
                (true, true) => Familiarity::Known,
                (true, false) => Familiarity::Alike,
                (false, _) => Familiarity::New,
            },
        };
        Novelty {
            device,
            agent_seen,
            address_seen: client.is_some() && among(policy.device_sign_ins).any(|past| past.client == client),
            new_country: source.country.is_some()
                && !among(policy.country_sign_ins).any(|past| past.country == source.country),
            // A prefix that stands in for a network changes too often to be news.
            new_network: source.asn.is_some() && !network_seen,
            elsewhere: network.is_some() && !network_seen,
            successes: self.successes,
            last: self.past.back().cloned(),
        }
    }
}

/// The histories of all accounts that are kept in mind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Histories {
    accounts: Bounded<AccountId, History>,
}

impl Histories {
    /// Empty.
    pub fn new(policy: &DetectionPolicy) -> Self {
        Self { accounts: Bounded::new(policy.memory.accounts) }
    }

    /// How `observation` departs from what was learnt before it.
    pub fn compare(&self, observation: &Observation, policy: &DetectionPolicy) -> Novelty {
        let history = observation.target.account().and_then(|account| self.accounts.get(&account));
        history.map_or_else(Novelty::without_history, |history| {
            history.compare(observation, &policy.unfamiliar_context)
        })
    }

    /// Learns from a success; unlearns what was disowned. Everything else passes without a trace.
    pub fn learn(&mut self, observation: &Observation, policy: &DetectionPolicy) {
        let Some(account) = observation.target.account() else { return };
        let policy = &policy.unfamiliar_context;
        match observation.what {
            Happening::SignedIn { .. } => {
                let history = self.accounts.use_or(&account, History::default);
                history.successes += 1;
                let later = history.past.iter().rev().take_while(|past| past.at > observation.at).count();
                history.past.insert(history.past.len() - later, Past::of(observation));
                let most =
                    policy.device_sign_ins.max(policy.country_sign_ins).max(policy.network_sign_ins).max(1);
                while history.past.len() > most as usize {
                    history.past.pop_front();
                }
            }
            Happening::Disowned => {
                if let Some(history) = self.accounts.get_mut(&account) {
                    let doubtful = seconds(policy.disowned_seconds);
                    history.past.retain(|past| observation.at.since(past.at) > doubtful);
                    history.successes = history.past.len() as u64;
                }
            }
            _ => {}
        }
    }

    /// The person is erased.
    pub fn forget(&mut self, account: AccountId) {
        self.accounts.remove(&account);
    }

    /// Accounts in mind, and successes kept of them.
    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, usize) {
        (self.accounts.len(), self.accounts.in_order().map(|(_, history)| history.past.len()).sum())
    }
}
