//! One thing that happened, as detectors see it: the same whether it comes from the log or from another site's
//! records.

use crate::{AccountId, AttemptId, DeviceId, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use uuid::Uuid;

/// Whom it aims at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// An account.
    Account(AccountId),
    /// An identifier that nobody has, under a name that tells nothing of it.
    Unknown(Uuid),
}

impl Target {
    /// The account, if it is one.
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(account) => Some(account),
            Self::Unknown(_) => None,
        }
    }
}

/// A kind of second factor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A code of an authenticator app.
    Totp,
    /// A saved recovery code.
    RecoveryCode,
    /// A code by SMS.
    Sms,
    /// A prompt on a phone.
    Push,
    /// A passkey.
    Passkey,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// A wrong password, at sign-in or within a session.
    PasswordRejected,
    /// The right password; more is due.
    PasswordAccepted,
    /// Right credentials of an account that may not sign in.
    SignInRefused,
    /// A whole sign-in.
    SignedIn {
        /// The second factor that was used, if one was.
        factor: Option<Factor>,
    },
    /// A wrong code.
    FactorRejected(Factor),
    /// The person said no to a prompt.
    FactorDenied(Factor),
    /// Nobody answered a prompt.
    FactorTimedOut(Factor),
    /// A right code, or a yes.
    FactorAccepted(Factor),
    /// A second factor was added.
    FactorAdded(Factor),
    /// A second factor was removed.
    FactorRemoved(Factor),
    /// The password was replaced by somebody who knew it.
    PasswordChanged,
    /// The password was replaced by mailed link or another way of recovery.
    PasswordReset,
    /// Somebody asked for a way back in.
    RecoveryRequested,
    /// The e-mail address was replaced.
    EmailChanged,
    /// The phone number was replaced.
    PhoneChanged,
    /// A session was used.
    SessionUsed,
    /// The owner said "this was not me".
    Disowned,
    /// An operator ordered a lock.
    LockOrdered,
}

impl Happening {
    /// Whether somebody tried a password, and it was wrong.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::PasswordRejected)
    }
}

/// Two letters (ISO 3166-1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// `None` unless it is two letters.
    pub fn parse(text: &str) -> Option<Self> {
        let letters: [u8; 2] = text.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_alphabetic).then(|| Self(letters.map(|l| l.to_ascii_uppercase())))
    }

    /// Upper case.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Debug for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Country(…)")
    }
}

impl Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a country is two letters"))
    }
}

/// A place on the ground, as exactly as it is known.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coordinates {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// The true place is within so many kilometres.
    pub radius_km: f64,
}

/// The mean radius of the Earth in kilometres (IUGG).
const EARTH_KM: f64 = 6_371.008_8;

impl Coordinates {
    /// Great-circle distance in kilometres, by the haversine formula.
    pub fn distance_km(&self, other: &Self) -> f64 {
        let (lat1, lat2) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half = |a: f64, b: f64| ((b - a) / 2.0).sin().powi(2);
        let lon = half(self.longitude.to_radians(), other.longitude.to_radians());
        let h = half(lat1, lat2) + lat1.cos() * lat2.cos() * lon;
        2.0 * EARTH_KM * h.sqrt().min(1.0).asin()
    }

    /// As [`distance_km`](Self::distance_km), less both radii: it was at least that far.
    pub fn at_least_km(&self, other: &Self) -> f64 {
        (self.distance_km(other) - self.radius_km - other.radius_km).max(0.0)
    }
}

impl std::fmt::Debug for Coordinates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Coordinates(…)")
    }
}

/// Where a request came from. What is not known is `None` or false; detectors do with less then.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// The client's address.
    pub address: Option<IpAddr>,
    /// Its country.
    pub country: Option<Country>,
    /// Its city.
    pub city: Option<String>,
    /// Its place.
    pub coordinates: Option<Coordinates>,
    /// Its network (autonomous system).
    pub asn: Option<u32>,
    /// Of a data centre.
    pub hosting: bool,
    /// An exit of the Tor network.
    pub tor: bool,
    /// Of a VPN.
    pub vpn: bool,
    /// Of a relay service that many people browse through.
    pub relay: bool,
    /// Of a mobile carrier that puts many people behind one address.
    pub carrier_nat: bool,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Source(…)")
    }
}

/// The network part of an address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Prefix(pub IpAddr, pub u8);

impl Prefix {
    /// The first `v4` bits of an IPv4 address, the first `v6` of an IPv6 one.
    pub fn of(address: IpAddr, v4: u8, v6: u8) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let kept = u32::MAX.checked_shl(32 - u32::from(v4.min(32))).unwrap_or(0);
                Self(IpAddr::V4((u32::from(address) & kept).into()), v4.min(32))
            }
            IpAddr::V6(address) => {
                let kept = u128::MAX.checked_shl(128 - u32::from(v6.min(128))).unwrap_or(0);
                Self(IpAddr::V6((u128::from(address) & kept).into()), v6.min(128))
            }
        }
    }
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}

impl std::fmt::Debug for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prefix(…)")
    }
}

/// What stands for one subscriber's network, so that addresses within it count as one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// A known autonomous system.
    Asn(u32),
    /// The /16 or /32 of an address whose system is not known.
    Prefix(Prefix),
}

impl Source {
    /// What one client has to itself: an IPv4 address, or the /64 of an IPv6 one.
    pub fn client(&self) -> Option<Prefix> {
        self.address.map(|address| Prefix::of(address, 32, 64))
    }

    /// The neighbourhood: the /24 or /48.
    pub fn prefix(&self) -> Option<Prefix> {
        self.address.map(|address| Prefix::of(address, 24, 48))
    }

    /// The network it belongs to; the address's first bits stand in where no database knows.
    pub fn network(&self) -> Option<Network> {
        let prefix = || self.address.map(|address| Network::Prefix(Prefix::of(address, 16, 32)));
        self.asn.map(Network::Asn).or_else(prefix)
    }

    /// Whether its place tells nothing of the person's.
    pub const fn is_shared(&self) -> bool {
        self.vpn || self.relay || self.carrier_nat || self.tor
    }
}

/// What the client is, as far as it says.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Agent {
    /// All that it says.
    pub text: String,
    /// Browser and version, such as `Firefox 140.0`.
    pub browser: String,
    /// System and version, such as `Android 16`.
    pub os: String,
    /// `mobile`, `desktop`, `tablet`, `bot`; empty when not known.
    pub device_type: String,
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Agent(…)")
    }
}

/// A name without the version that follows it.
fn family(text: &str) -> &str {
    match text.rsplit_once(' ') {
        Some((name, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => name,
        _ => text,
    }
}

impl Agent {
    /// The browser without its version.
    pub fn family(&self) -> &str {
        family(&self.browser)
    }

    /// The first number of the browser's version.
    pub fn major(&self) -> Option<u32> {
        let version = self.browser.strip_prefix(self.family())?.trim_start();
        version.split('.').next()?.parse().ok()
    }

    /// The system without its version.
    pub fn os_family(&self) -> &str {
        family(&self.os)
    }

    /// Whether it says anything of itself.
    pub const fn is_known(&self) -> bool {
        !self.browser.is_empty() || !self.os.is_empty()
    }
}

/// What is known of the device by its own cookie or key.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// It has shown what an earlier sign-in gave it.
    Known(DeviceId),
    /// It had nothing to show.
    New(Option<DeviceId>),
    /// Records that do not say: the user agent and network stand in.
    #[default]
    Unrecorded,
}

/// One thing that happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Observation {
    /// Where it is in the log, or in the records it was imported from: rising.
    pub position: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Whom it concerns.
    pub target: Target,
    /// What happened.
    pub what: Happening,
    /// Where it came from.
    pub source: Source,
    /// What the client is.
    pub agent: Agent,
    /// The device.
    pub device: Device,
    /// The session it happened in or opened, if known.
    pub session: Option<SessionId>,
    /// The sign-in or challenge it belongs to, if known.
    pub attempt: Option<AttemptId>,
}

impl Observation {
    /// Whether a factor was proved that whoever has only the password lacks.
    pub const fn is_strong(&self) -> bool {
        matches!(self.what, Happening::SignedIn { factor: Some(Factor::Totp | Factor::Passkey) })
    }
}
