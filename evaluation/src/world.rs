//! Where the people live, through which networks they come, and with what.

use crate::rng::Rng;
use std::net::Ipv4Addr;
use watchbook_domain::detection::{Agent, Coordinates, Country, Source};

/// Country, latitude and longitude of its middle, hours ahead of UTC, share of the people.
type Place = (&'static str, f64, f64, i64, f64);

const COUNTRIES: [Place; 20] = [
    ("NO", 60.5, 9.0, 1, 40.0),
    ("US", 39.0, -96.0, -6, 12.0),
    ("RU", 56.0, 40.0, 3, 6.0),
    ("DE", 51.0, 10.0, 1, 6.0),
    ("GB", 52.5, -1.5, 0, 5.0),
    ("SE", 59.5, 15.5, 1, 4.0),
    ("BR", -15.0, -48.0, -3, 4.0),
    ("PL", 52.0, 19.5, 1, 3.0),
    ("FR", 47.0, 2.5, 1, 3.0),
    ("IN", 22.0, 79.0, 5, 3.0),
    ("DK", 56.0, 10.0, 1, 2.0),
    ("ES", 40.0, -4.0, 1, 2.0),
    ("IT", 43.0, 12.0, 1, 2.0),
    ("NL", 52.3, 5.3, 1, 2.0),
    ("FI", 61.5, 24.5, 2, 1.0),
    ("UA", 49.5, 31.5, 2, 1.0),
    ("JP", 36.0, 138.0, 9, 1.0),
    ("AU", -33.5, 149.0, 10, 1.0),
    ("ZA", -28.5, 26.0, 2, 1.0),
    ("PT", 39.5, -8.0, 0, 1.0),
];

/// Networks of each country; the last two belong to data centres.
const NETWORKS: usize = 24;
const HOSTING: usize = 2;
const CITIES: usize = 8;
/// Blocks of 65,536 addresses of each network.
const BLOCKS: usize = 4;

/// Browser, system, kind of device, share, and how many models of device its user agent tells apart.
const AGENTS: [(&str, &str, &str, f64, u64); 12] = [
    ("Chrome Mobile", "Android", "mobile", 30.0, 900),
    ("Mobile Safari", "iOS", "mobile", 22.0, 8),
    ("Samsung Internet", "Android", "mobile", 7.0, 120),
    ("Firefox Mobile", "Android", "mobile", 4.0, 300),
    ("Chrome", "Windows", "desktop", 13.0, 4),
    ("Edge", "Windows", "desktop", 4.0, 4),
    ("Firefox", "Windows", "desktop", 3.0, 4),
    ("Safari", "macOS", "desktop", 3.0, 6),
    ("Chrome", "Linux", "desktop", 1.5, 2),
    ("Firefox", "Linux", "desktop", 0.5, 2),
    ("Client", "Linux", "bot", 6.5, 40),
    ("App", "Android", "", 5.5, 60),
];

/// From where and with what, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Of the countries.
    pub country: u8,
    /// Of the country's cities.
    pub city: u8,
    /// Of the country's networks.
    pub network: u8,
    /// Of the network's addresses.
    pub address: u32,
    /// Of the kinds of agent.
    pub agent: u8,
    /// Of its models.
    pub model: u16,
}

pub(crate) fn country(rng: &mut Rng) -> u8 {
    rng.weighted(&COUNTRIES.map(|place| place.4)) as u8
}

pub(crate) fn city(rng: &mut Rng) -> u8 {
    rng.skewed(CITIES) as u8
}

/// A network of people.
pub(crate) fn network(rng: &mut Rng) -> u8 {
    rng.skewed(NETWORKS - HOSTING) as u8
}

/// A network of a data centre.
pub(crate) fn hosting(rng: &mut Rng) -> u8 {
    (NETWORKS - HOSTING + rng.index(HOSTING)) as u8
}

pub(crate) fn address(rng: &mut Rng) -> u32 {
    rng.below(BLOCKS as u64 * 65_536) as u32
}

pub(crate) fn agent(rng: &mut Rng) -> (u8, u16) {
    let agent = rng.weighted(&AGENTS.map(|agent| agent.3));
    let models = AGENTS.get(agent).map_or(1, |agent| agent.4);
    (agent as u8, rng.skewed(models as usize) as u16)
}

/// Hours ahead of UTC.
pub(crate) fn offset_hours(country: u8) -> i64 {
    COUNTRIES.get(usize::from(country)).map_or(0, |place| place.3)
}

/// Numbers that were given to somebody: no reserved first octet among them.
fn first_octet(n: usize) -> u8 {
    let given = (1..=223_u8).filter(|octet| ![10, 100, 127, 169, 172, 192, 198, 203].contains(octet));
    given.clone().nth(n % given.count()).unwrap_or(1)
}

impl Context {
    /// The network's number.
    pub fn asn(&self) -> u32 {
        4_200_000 + u32::from(self.country) * 100 + u32::from(self.network)
    }

    fn ip(&self) -> Ipv4Addr {
        let network = usize::from(self.country) * NETWORKS + usize::from(self.network);
        let block = network * BLOCKS + (self.address >> 16) as usize % BLOCKS;
        let [.., third, fourth] = self.address.to_be_bytes();
        Ipv4Addr::new(first_octet(block / 256), (block % 256) as u8, third, fourth)
    }

    /// As detectors see it.
    pub fn source(&self) -> Source {
        let (code, latitude, longitude, ..) = COUNTRIES[usize::from(self.country) % COUNTRIES.len()];
        let hosting = usize::from(self.network) >= NETWORKS - HOSTING;
        let turn = f64::from(self.city) / CITIES as f64 * std::f64::consts::TAU;
        Source {
            address: Some(self.ip().into()),
            country: Country::parse(code),
            city: Some(format!("{code} {}", self.city)),
            // Cities lie on a circle of about 200 km.
            coordinates: Some(Coordinates {
                latitude: latitude + 1.8 * turn.sin(),
                longitude: longitude + 1.8 * turn.cos(),
                radius_km: 50.0,
            }),
            asn: Some(self.asn()),
            hosting,
            ..Source::default()
        }
    }

    /// As it called itself then: a browser has a new version every four weeks, and none before its release.
    pub fn agent_at(&self, day: i64) -> Agent {
        let (browser, os, device_type, ..) = AGENTS[usize::from(self.agent) % AGENTS.len()];
        // Not everybody upgrades on the first day.
        let lag = i64::from(self.model % 20);
        let (major, system) = (100 + (day - lag).div_euclid(28), 10 + (day - lag).div_euclid(365));
        Agent {
            text: format!("Mozilla/5.0 ({os} {system}; model {}) {browser}/{major}.0", self.model),
            browser: format!("{browser} {major}"),
            os: format!("{os} {system}"),
            device_type: device_type.to_owned(),
        }
    }
}
