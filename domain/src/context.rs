//! Where a request came from, as facts looked up once and recorded with the event.

use crate::detection::{Agent, Coordinates, Country, Source};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Client facts. Personal data: only ever inside sealed payloads.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ClientContext {
    /// The client's address, from the connection or a trusted proxy.
    pub address: String,
    /// What the client calls itself, at most 256 characters, control characters removed.
    pub user_agent: String,
    /// In words, such as `Firefox on Windows`.
    pub device: String,
    /// Such as `Lisbon, Portugal`, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What address and user agent told when the event was recorded.
    #[serde(default, skip_serializing_if = "Signals::is_unknown")]
    pub signals: Box<Signals>,
}

impl std::fmt::Debug for ClientContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientContext(…)")
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_false(it: &bool) -> bool {
    !it
}

/// What was looked up about a client. Databases change, so that only what is recorded can be relied on later. What is
/// not known is absent: a normal value.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Signals {
    /// The address's country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// Its city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Its place on the ground.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Coordinates>,
    /// Its network (autonomous system).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn: Option<u32>,
    /// What that network is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Of a data centre.
    #[serde(skip_serializing_if = "is_false")]
    pub hosting: bool,
    /// An exit of the Tor network.
    #[serde(skip_serializing_if = "is_false")]
    pub tor: bool,
    /// Of a VPN.
    #[serde(skip_serializing_if = "is_false")]
    pub vpn: bool,
    /// Of a relay service that many people browse through.
    #[serde(skip_serializing_if = "is_false")]
    pub relay: bool,
    /// Browser family and major version, such as `Firefox 140`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub browser: String,
    /// System and version, such as `Android 14`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub os: String,
    /// `mobile`, `desktop`, `tablet` or `bot`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub device_type: String,
}

impl std::fmt::Debug for Signals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signals(…)")
    }
}

impl Signals {
    /// Whether nothing was found.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

impl ClientContext {
    /// What was recorded of the address; `None` when no database knew it.
    pub fn recorded_source(&self) -> Option<Source> {
        let Signals { country, city, coordinates, asn, hosting, tor, vpn, relay, .. } = &*self.signals;
        let known = country.is_some() || coordinates.is_some() || asn.is_some();
        (known || *hosting || *tor || *vpn || *relay).then(|| Source {
            address: self.ip(),
            country: *country,
            city: city.clone(),
            coordinates: *coordinates,
            asn: *asn,
            hosting: *hosting,
            tor: *tor,
            vpn: *vpn,
            relay: *relay,
            carrier_nat: false,
        })
    }

    /// What was recorded of the user agent; `None` when nothing was recognised.
    pub fn recorded_agent(&self) -> Option<Agent> {
        let Signals { browser, os, device_type, .. } = &*self.signals;
        (!browser.is_empty() || !os.is_empty()).then(|| Agent {
            text: self.user_agent.clone(),
            browser: browser.clone(),
            os: os.clone(),
            device_type: device_type.clone(),
        })
    }

    /// The address, if it is one.
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.parse::<IpAddr>().ok().map(|address| address.to_canonical())
    }
}
