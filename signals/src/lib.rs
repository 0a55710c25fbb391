//! What a client's address and user agent tell: country, city, network, browser, system, kind of device. Looked up once,
//! when an event is recorded, in files of the data folder; nothing is asked over the network.
//!
//! A file that is missing or broken never stops anybody: what is not known is a normal value, and the problem is
//! reported.

mod agent;
mod country;
mod database;
mod folder;
mod networks;
mod ranges;
#[cfg(test)]
mod tests;

pub use folder::{Installed, UpdateError, update};

use agent::Agents;
use folder::Loaded;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use watchbook_domain::detection::{Agent, Lookup, NoLookup, Source};
use watchbook_domain::{ClientContext, Signals};

/// Most characters of a reported user agent that are kept.
const LONGEST_USER_AGENT: usize = 256;

/// Looks clients up. Cheap to share; files that are replaced are read anew by [`Self::refresh`].
pub struct ClientLookup {
    folder: PathBuf,
    agents: Agents,
    loaded: RwLock<Arc<Loaded>>,
}

impl ClientLookup {
    /// Reads the files of `folder`; a folder that is not there is an empty one.
    pub fn open(folder: &Path) -> Self {
        let loaded = RwLock::new(Arc::new(Loaded::read(folder)));
        Self { folder: folder.to_owned(), agents: Agents::default(), loaded }
    }

    /// Reads the files again if any of them was added, replaced or removed. Blocks; lookups go on meanwhile.
    pub fn refresh(&self) {
        if self.loaded().is_current(&self.folder) {
            return;
        }
        let fresh = Arc::new(Loaded::read(&self.folder));
        tracing::info!(files = fresh.files.len(), "location data was read anew");
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    /// What is in use.
    pub fn installed(&self) -> Vec<Installed> {
        self.loaded().files.clone()
    }

    /// Files that cannot be used: their names, and why. Empty when all is well, also when there are none.
    pub fn problems(&self) -> Vec<String> {
        self.loaded().problems.clone()
    }

    fn loaded(&self) -> Arc<Loaded> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Everything that is known of a client, to be recorded with an event.
    pub fn context(&self, address: IpAddr, user_agent: String) -> ClientContext {
        self.known(Some(address), user_agent)
    }

    /// As [`Self::context`], of a client that somebody else saw: perhaps without address, and with a user agent of any
    /// length.
    pub fn reported(&self, address: Option<IpAddr>, user_agent: &str) -> ClientContext {
        let kept = user_agent.chars().filter(|c| !c.is_control()).take(LONGEST_USER_AGENT);
        self.known(address.map(|address| address.to_canonical()), kept.collect())
    }

    /// As [`Self::reported`], with what was known then: it was true at its time, today's databases may say otherwise.
    pub fn recorded(&self, address: Option<IpAddr>, user_agent: &str, then: Signals) -> ClientContext {
        let mut context = self.reported(address, user_agent);
        let Signals { country, city, coordinates, asn, network, browser, os, device_type, .. } = then;
        let signals = &mut context.signals;
        if country.is_some() || asn.is_some() || coordinates.is_some() {
            **signals = Signals {
                country,
                city,
                coordinates,
                asn,
                network,
                browser: std::mem::take(&mut signals.browser),
                os: std::mem::take(&mut signals.os),
                device_type: std::mem::take(&mut signals.device_type),
                ..Signals::default()
            };
        }
        if !browser.is_empty() || !os.is_empty() {
            (signals.browser, signals.os, signals.device_type) = (browser, os, device_type);
        }
        context.place = place(&context.signals);
        context
    }

    fn known(&self, address: Option<IpAddr>, user_agent: String) -> ClientContext {
        let mut signals = Signals::default();
        if let Some(address) = address {
            self.loaded().look_up(address.to_canonical(), &mut signals);
        }
        let seen = self.agents.read(&user_agent);
        let major = seen.agent.major().map(|major| format!(" {major}")).unwrap_or_default();
        signals.browser = format!("{}{major}", seen.agent.family());
        signals.os = seen.agent.os;
        signals.device_type = seen.agent.device_type;
        ClientContext {
            address: address.map(|address| address.to_string()).unwrap_or_default(),
            user_agent,
            device: seen.words,
            place: place(&signals),
            signals: Box::new(signals),
        }
    }
}

/// `Lisbon, Portugal`.
fn place(signals: &Signals) -> Option<String> {
    let code = signals.country?;
    let country = country::name(code.as_str()).unwrap_or(code.as_str());
    Some(match &signals.city {
        Some(city) if city != country => format!("{city}, {country}"),
        _ => country.to_owned(),
    })
}

/// For records that do not say what was known at their time.
impl Lookup for ClientLookup {
    fn source(&self, address: &str) -> Source {
        let bare = NoLookup.source(address);
        let Some(ip) = bare.address else { return bare };
        let mut context = ClientContext { address: ip.to_string(), ..ClientContext::default() };
        self.loaded().look_up(ip, &mut context.signals);
        context.recorded_source().unwrap_or(bare)
    }

    fn agent(&self, user_agent: &str) -> Agent {
        self.agents.read(user_agent).agent
    }
}
