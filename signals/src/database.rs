//! One database of places or networks: a MaxMind DB file, whoever made it.

use maxminddb::{MaxMindDbError, Reader};
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use std::net::IpAddr;
use watchbook_domain::Signals;
use watchbook_domain::detection::{Coordinates, Country};

/// How exact a place is that its database says nothing of, in kilometres: that of a city, or of the middle of a country.
const CITY_KM: f64 = 50.0;
const COUNTRY_KM: f64 = 1_000.0;

/// The whole file in memory: one that is cut short while it is in use must not stop the process, as a mapped one would.
pub(crate) struct Database(Reader<Vec<u8>>);

/// What records of known makers hold. MaxMind nests names, ip-location-db does not.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Record {
    country_code: Option<String>,
    country: Option<Coded>,
    city: Option<Name>,
    latitude: Option<Number>,
    longitude: Option<Number>,
    location: Option<Location>,
    autonomous_system_number: Option<u32>,
    autonomous_system_organization: Option<String>,
    traits: Option<Traits>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Coded {
    iso_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Name {
    Plain(String),
    Nested { names: English },
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct English {
    en: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Location {
    latitude: Option<Number>,
    longitude: Option<Number>,
    accuracy_radius: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Traits {
    is_hosting_provider: bool,
    is_tor_exit_node: bool,
    is_anonymous_vpn: bool,
    is_public_proxy: bool,
}

/// A single or double, as makers have it.
#[derive(Clone, Copy)]
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Number;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number")
            }
            fn visit_f32<E>(self, value: f32) -> Result<Number, E> {
                Ok(Number(value.into()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Number, E> {
                Ok(Number(value))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Database {
    /// # Errors
    /// When the bytes are no such database.
    pub(crate) fn open(bytes: Vec<u8>) -> Result<Self, MaxMindDbError> {
        let database = Self(Reader::from_source(bytes)?);
        // Metadata may be whole where the tree is not; any address finds that out.
        for address in ["1.1.1.1", "81.2.69.142", "203.0.113.9", "2a02:8308::1"] {
            if let Ok(address) = address.parse() {
                database.record(address)?;
            }
        }
        Ok(database)
    }

    /// Such as `DBIP-City, built 2026-06-05`.
    pub(crate) fn describe(&self) -> String {
        let metadata = self.0.metadata();
        let at = watchbook_domain::Timestamp::from_micros(
            i64::try_from(metadata.build_epoch).unwrap_or(0).saturating_mul(1_000_000),
        );
        format!("{}, built {}", metadata.database_type, at.day())
    }

    fn record(&self, address: IpAddr) -> Result<Option<Record>, MaxMindDbError> {
        if address.is_ipv6() && self.0.metadata().ip_version == 4 {
            return Ok(None);
        }
        self.0.lookup(address)?.decode()
    }

    /// Fills in what is not known yet. A record that cannot be read is none.
    pub(crate) fn look_up(&self, address: IpAddr, signals: &mut Signals) {
        let Ok(Some(record)) = self.record(address) else { return };
        let code = record.country_code.or_else(|| record.country?.iso_code);
        signals.country = signals.country.or_else(|| Country::parse(&code?));
        let city = record.city.and_then(|name| match name {
            Name::Plain(name) => Some(name),
            Name::Nested { names } => names.en,
        });
        let city = city.filter(|name| !name.is_empty() && name.len() <= 128);
        let location = record.location.unwrap_or_default();
        let latitude = record.latitude.or(location.latitude);
        let longitude = record.longitude.or(location.longitude);
        if let (None, Some(Number(latitude)), Some(Number(longitude))) =
            (signals.coordinates, latitude, longitude)
            && latitude.abs() <= 90.0
            && longitude.abs() <= 180.0
        {
            let usual = if city.is_some() { CITY_KM } else { COUNTRY_KM };
            let radius_km = location.accuracy_radius.map_or(usual, f64::from);
            signals.coordinates = Some(Coordinates { latitude, longitude, radius_km });
        }
        signals.city = signals.city.take().or(city);
        signals.asn = signals.asn.or(record.autonomous_system_number);
        let network = record.autonomous_system_organization.filter(|name| name.len() <= 128);
        signals.network = signals.network.take().or(network);
        if let Some(traits) = record.traits {
            signals.hosting |= traits.is_hosting_provider;
            signals.tor |= traits.is_tor_exit_node;
            signals.vpn |= traits.is_anonymous_vpn;
            signals.relay |= traits.is_public_proxy;
        }
    }
}
