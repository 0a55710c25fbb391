//! Session hijack: the same session goes on from another network and with another browser or system. One of the two
//! alone is a person on the move, or an upgrade.

use super::bounded::Bounded;
use super::finding::{Confidence, Detector, Evidence, Finding, Severity};
use super::observation::{Agent, Happening, Network, Observation};
use super::policy::DetectionPolicy;
use crate::{AccountId, SessionId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Client {
    account: Option<AccountId>,
    position: u64,
    network: Option<Network>,
    family: String,
    major: Option<u32>,
    os: String,
}

impl Client {
    fn of(seen: &Observation) -> Self {
        Self {
            account: seen.target.account(),
            position: seen.position,
            network: seen.source.network(),
            family: seen.agent.family().to_owned(),
            major: seen.agent.major(),
            os: seen.agent.os_family().to_owned(),
        }
    }

    /// What of the client is another, in words.
    fn other_than(&self, agent: &Agent, tolerate_upgrades: bool) -> Option<&'static str> {
        if !agent.is_known() {
            return None;
        }
        if self.family != agent.family() {
            Some("browser")
        } else if self.os != agent.os_family() {
            Some("system")
        } else if self.major > agent.major() || (self.major != agent.major() && !tolerate_upgrades) {
            Some("browser version")
        } else {
            None
        }
    }
}

/// What each session was last seen with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hijack {
    sessions: Bounded<SessionId, Client>,
}

impl Hijack {
    pub(super) fn new(policy: &DetectionPolicy) -> Self {
        Self { sessions: Bounded::new(policy.memory.sessions) }
    }

    /// The person is erased.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.sessions.retain(|_, client| client.account != Some(account));
    }

    /// What alerts teaches nothing: the thief's network and browser do not become the session's own.
    pub(super) fn observe(&mut self, seen: &Observation, policy: &DetectionPolicy, out: &mut Vec<Finding>) {
        let Some(session) = seen.session else { return };
        match seen.what {
            Happening::SignedIn { .. } => self.sessions.insert(session, Client::of(seen)),
            Happening::SessionUsed => {
                let Some(client) = self.sessions.get(&session) else {
                    return self.sessions.insert(session, Client::of(seen));
                };
                let other = client.other_than(&seen.agent, policy.session_hijack.tolerate_upgrades);
                let network = seen.source.network();
                let moved = client.network.is_some() && network.is_some() && network != client.network;
                match other {
                    Some(other) if moved => {
                        let evidence = vec![Evidence::changed("network"), Evidence::changed(other)];
                        let grade = (Severity::High, Confidence::High);
                        let finding = Finding::of_account(Detector::SessionHijack, seen, grade, evidence);
                        let before = client.position;
                        out.extend(finding.map(|finding| finding.resting_on([before])));
                    }
                    Some(_) => {}
                    None if seen.agent.is_known() => self.sessions.insert(session, Client::of(seen)),
                    None => {}
                }
            }
            _ => {}
        }
    }
}
