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

/// Successes before, one or several in a row that are alike: most people come from where they always come from, and
/// twenty of them must not take the room of twenty.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Past {
    /// Where the last one is in the log.
    pub position: u64,
    /// When that was.
    pub at: Timestamp,
    first_at: Timestamp,
    count: u32,
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
            first_at: observation.at,
            count: 1,
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

    /// Whether they differ in their time alone.
    fn is_like(&self, other: &Self) -> bool {
        self.device == other.device
            && self.client == other.client
            && self.coordinates == other.coordinates
            && self.shared == other.shared
            && self.country == other.country
            && self.network == other.network
            && self.family == other.family
            && self.major == other.major
            && self.os == other.os
            && self.device_type == other.device_type
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
    fn learn(&mut self, new: Past, most: u32) {
        let later = self.past.iter().rev().take_while(|past| past.at > new.at).count();
        match self.past.back_mut().filter(|last| later == 0 && last.is_like(&new)) {
            Some(last) => {
                (last.position, last.at) = (new.position, new.at);
                last.count = last.count.saturating_add(1).min(most);
            }
            None => self.past.insert(self.past.len() - later, new),
        }
        let mut surplus = self.kept().saturating_sub(u64::from(most));
        while surplus > 0
            && let Some(oldest) = self.past.front_mut()
        {
            let gone = surplus.min(u64::from(oldest.count));
            surplus -= gone;
            oldest.count -= u32::try_from(gone).unwrap_or(oldest.count);
            if oldest.count == 0 {
                self.past.pop_front();
            }
        }
    }

    /// Successes kept.
    fn kept(&self) -> u64 {
        self.past.iter().map(|past| u64::from(past.count)).sum()
    }

    /// What was learnt later than `since` is not the owner's any more.
    fn unlearn(&mut self, since: Timestamp) {
        self.past.retain_mut(|past| {
            if past.at >= since && past.first_at < since {
                (past.at, past.count) = (past.first_at, 1);
            }
            past.at < since
        });
        self.successes = self.kept();
    }

    fn compare(&self, observation: &Observation, policy: &UnfamiliarPolicy) -> Novelty {
        if self.past.is_empty() {
            return Novelty::without_history();
        }
        let Observation { source, agent, .. } = observation;
        let among = |most: u32| {
            self.past.iter().rev().scan(0, move |newer: &mut u32, past| {
                let within = *newer < most;
                *newer = newer.saturating_add(past.count);
                within.then_some(past)
            })
        };
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
                let most =
                    policy.device_sign_ins.max(policy.country_sign_ins).max(policy.network_sign_ins).max(1);
                history.learn(Past::of(observation), most);
            }
            Happening::Disowned => {
                if let Some(history) = self.accounts.get_mut(&account) {
                    history.unlearn(observation.at - seconds(policy.disowned_seconds));
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
