//! Given some observations, when detectors see them, then these alerts are raised.

mod context;
mod factors;
mod guesses;
mod normalising;
mod properties;
mod replaying;
mod responding;
mod scoring;

use super::*;
use crate::{AccountId, DeviceId, SessionId, Timestamp};

pub(super) const CHROME: (&str, &str) = ("Chrome 140.0.1", "Windows 11");
pub(super) const FIREFOX: (&str, &str) = ("Firefox 141.0", "Linux");

pub(super) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(super) fn time(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

pub(super) const SIGNED_IN: Happening = Happening::SignedIn { factor: None };
pub(super) const WRONG: Happening = Happening::PasswordRejected;

/// At second `at`, `what` happened to account `account`, from its home and its usual browser.
pub(super) fn seen(account: u128, at: i64, what: Happening) -> Observation {
    let observation = Observation {
        position: 0,
        at: time(at),
        target: Target::Account(AccountId(id(account))),
        what,
        source: Source::default(),
        agent: Agent::default(),
        device: Device::Unrecorded,
        session: None,
        attempt: None,
    };
    observation.from("192.0.2.7", "NO", 2119).by(CHROME)
}

impl Observation {
    pub(super) fn from(mut self, address: &str, country: &str, asn: u32) -> Self {
        self.source.address = Some(address.parse().unwrap());
        self.source.country = Country::parse(country);
        self.source.asn = (asn > 0).then_some(asn);
        self
    }

    pub(super) fn by(mut self, (browser, os): (&str, &str)) -> Self {
        self.agent = Agent {
            text: format!("{browser} {os}"),
            browser: browser.into(),
            os: os.into(),
            device_type: "desktop".into(),
        };
        self
    }

    /// At these degrees, within 10 km.
    pub(super) fn at_place(mut self, latitude: f64, longitude: f64) -> Self {
        self.source.coordinates = Some(Coordinates { latitude, longitude, radius_km: 10.0 });
        self
    }

    pub(super) fn on(mut self, device: Device) -> Self {
        self.device = device;
        self
    }

    pub(super) fn in_session(mut self, session: u128) -> Self {
        self.session = Some(SessionId(id(session)));
        self
    }

    pub(super) fn of_attempt(mut self, attempt: u128) -> Self {
        self.attempt = Some(crate::AttemptId(id(attempt)));
        self
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut Source)) -> Self {
        change(&mut self.source);
        self
    }
}

pub(super) fn known() -> Device {
    Device::Known(DeviceId(id(1)))
}

pub(super) fn new() -> Device {
    Device::New(Some(DeviceId(id(2))))
}

/// A sign-in a day, `n` of them, the last a day before second 0.
pub(super) fn history(account: u128, n: i64) -> Vec<Observation> {
    (1..=n).rev().map(|day| seen(account, -day * 86_400, SIGNED_IN).on(known())).collect()
}

/// Shows the observations, numbered from 1, and answers with everything that was said.
pub(super) fn signals(observations: &[Observation], policy: &DetectionPolicy) -> Vec<Signal> {
    let mut detection = Detection::new(policy);
    let numbered = (1..).zip(observations);
    numbered
        .flat_map(|(position, seen)| {
            detection.observe(&Observation { position, ..seen.clone() }, policy, id(0))
        })
        .collect()
}

/// The alerts raised: which detector, how bad, in order.
pub(super) fn alerts(observations: &[Observation]) -> Vec<(Detector, Severity)> {
    let signals = signals(observations, &DetectionPolicy::default());
    let raised = signals.into_iter().filter(|signal| signal.count == 1);
    raised.map(|signal| (signal.finding.detector, signal.finding.severity)).collect()
}

/// Whether that detector raises an alert.
#[track_caller]
pub(super) fn check(detector: Detector, table: Vec<(&str, Vec<Observation>, Option<Severity>)>) {
    for (story, observations, expected) in table {
        let found: Vec<_> = alerts(&observations).into_iter().filter(|(by, _)| *by == detector).collect();
        let worst = found.iter().map(|(_, severity)| *severity).max();
        assert_eq!(worst, expected, "{detector}: {story}");
    }
}
