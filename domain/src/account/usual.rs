//! From where an account's own successes came: the last of them, in a few bytes each. Failures teach nothing, so that a
//! stranger without the password cannot make a place look familiar.

use super::{AccountEvent, Session};
use crate::detection::{Coordinates, Country, Prefix};
use crate::{ClientContext, SessionId, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use uuid::Uuid;

/// Successes kept. Not configuration, since folding the log must give the same state for ever.
const KEPT: usize = 20;

/// What was learnt in this time before a "this was not me" is forgotten.
const DOUBTFUL: TimeDelta = TimeDelta::days(7);

/// Where a success came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sight {
    /// When.
    pub at: Timestamp,
    /// The country, if known.
    pub country: Option<Country>,
    /// The network, if known.
    pub asn: Option<u32>,
    /// The first bits of the address, which stand in for a network that is not known: /16, or /32 of IPv6. `None` of
    /// addresses that are nobody's in particular.
    pub prefix: Option<Prefix>,
    /// Where on the ground, if known.
    pub coordinates: Option<Coordinates>,
    /// Whether the place tells nothing of the person's: Tor, VPN, relay.
    pub shared: bool,
    /// Whether it is a data centre's.
    pub hosting: bool,
}

/// Private, local, documentation and benchmark addresses (RFC 6890) are the same in every network.
fn tells_network(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_documentation();
            let shared = first == 100 && (64..128).contains(&second);
            let benchmark = first == 198 && (18..20).contains(&second);
            !(special || shared || benchmark || first == 0 || first >= 224)
        }
        IpAddr::V6(v6) => {
            let [first, second, ..] = v6.segments();
            first & 0xe000 == 0x2000 && !(first == 0x2001 && second == 0xdb8)
        }
    }
}

impl Sight {
    /// What a request shows.
    pub fn of(context: &ClientContext, at: Timestamp) -> Self {
        let signals = &context.signals;
        Self {
            at,
            country: signals.country,
            asn: signals.asn,
            prefix: context.ip().filter(|ip| tells_network(*ip)).map(|ip| Prefix::of(ip, 16, 32)),
            coordinates: signals.coordinates,
            shared: signals.tor || signals.vpn || signals.relay,
            hosting: signals.hosting,
        }
    }

    /// Whether both came from one network; `None` when one of them does not tell.
    pub fn same_network(&self, other: &Self) -> Option<bool> {
        if let (Some(own), Some(others)) = (self.asn, other.asn) {
            return Some(own == others);
        }
        let (own, others) = (self.prefix?, other.prefix?);
        Some(own == others)
    }
}

/// Names network, browser and system of a request: a session whose name changes has moved.
fn trace(context: &ClientContext) -> Uuid {
    const NAMES: Uuid = Uuid::from_u128(0x8d5c_0a1e_62f3_4b7b_9c35_b1c7_5d0e_47aa);
    let sight = Sight::of(context, Timestamp::from_micros(0));
    let network = match (sight.asn, sight.prefix) {
        (Some(asn), _) => format!("AS{asn}"),
        (None, Some(prefix)) => prefix.to_string(),
        (None, None) => String::new(),
    };
    let agent = context.recorded_agent().unwrap_or_default();
    let name = format!("{network}\n{}\n{}", agent.family(), agent.os_family());
    Uuid::new_v5(&NAMES, name.as_bytes())
}

/// The last successes of an account, and where its live sessions are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usual {
    past: VecDeque<Sight>,
    /// Of the last success, until its session has a name.
    arrived: Option<Uuid>,
    sessions: BTreeMap<SessionId, Uuid>,
}

impl Usual {
    /// Successes, newest last.
    pub fn past(&self) -> impl DoubleEndedIterator<Item = &Sight> + ExactSizeIterator {
        self.past.iter()
    }

    /// Whether a session is used from another network, or by another browser or system, than it last was.
    pub(super) fn moved(&self, session: SessionId, context: &ClientContext) -> bool {
        self.sessions.get(&session).is_none_or(|before| *before != trace(context))
    }

    pub(super) fn evolve(
        &mut self,
        event: &AccountEvent,
        at: Timestamp,
        known: &BTreeMap<SessionId, Session>,
    ) {
        match event {
            AccountEvent::SignInSucceeded { context, .. } => {
                self.past.push_back(Sight::of(context, at));
                while self.past.len() > KEPT {
                    self.past.pop_front();
                }
                self.arrived = Some(trace(context));
            }
            AccountEvent::SessionOpened { session, .. } => {
                self.sessions.retain(|id, _| known.contains_key(id));
                self.sessions.extend(self.arrived.take().map(|trace| (*session, trace)));
            }
            AccountEvent::SessionRefreshed { session, context: Some(context), .. } => {
                self.sessions.insert(*session, trace(context));
            }
            AccountEvent::SessionEnded { session, .. } => {
                self.sessions.remove(session);
            }
            AccountEvent::SignInDisowned { .. } => self.past.retain(|sight| at.since(sight.at) > DOUBTFUL),
            AccountEvent::Locked { .. } => self.sessions.clear(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_tell_no_network() {
        let prefix = |address: &str| {
            let context = ClientContext { address: address.into(), ..ClientContext::default() };
            Sight::of(&context, Timestamp::from_micros(0)).prefix.map(|prefix| prefix.to_string())
        };
        for special in [
            "",
            "x",
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "100.64.0.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "0.0.0.0",
            "255.255.255.255",
            "::1",
            "fe80::1",
            "fd00::1",
            "2001:db8::1",
            "::ffff:10.0.0.1",
        ] {
            assert_eq!(prefix(special), None, "{special}");
        }
        assert_eq!(prefix("81.2.69.142").as_deref(), Some("81.2.0.0/16"));
        assert_eq!(prefix("::ffff:81.2.69.142").as_deref(), Some("81.2.0.0/16"));
        assert_eq!(prefix("2a02:8308::1").as_deref(), Some("2a02:8308::/32"));
    }
}
