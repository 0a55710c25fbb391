//! How far a sign-in departs from the account's own history, when it happens. A departure may cost more proof; it never
//! locks anybody.

use super::Account;
use super::usual::Sight;
use crate::policy::RiskPolicy;
use crate::{ClientContext, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How unexpected a sign-in is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// As ever, or nothing to compare with.
    Usual,
    /// Something is new, as it now and then is.
    Unusual,
    /// Several things that hardly ever come together.
    Risky,
}

/// What is unexpected about a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskReason {
    /// There is no success to compare with. Not a risk by itself: that is the policy of a cold start.
    NoHistory,
    /// The device is not known.
    NewDevice,
    /// The country is none of the last successes'.
    NewCountry,
    /// The network is none of the last successes'.
    NewNetwork,
    /// Too far from the last success.
    Travel {
        /// At least so far, in kilometres: both accuracy radii are taken off.
        km: u32,
        /// In so short a time.
        seconds: u32,
    },
    /// Nobody has signed in for so many days.
    Dormant {
        /// Whole days.
        days: u32,
    },
    /// It comes through Tor, for the first time.
    Tor,
    /// It comes from a data centre, for the first time.
    Hosting,
}

/// What is thought of a sign-in, with the reasons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    /// How unexpected it is.
    pub level: RiskLevel,
    /// Why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<RiskReason>,
}

impl Account {
    /// What to think of a sign-in from there, on a device that the account knows or does not.
    ///
    /// What is not known is not new. On a known device nothing is worse than unusual: its cookie is what a stranger
    /// lacks.
    pub fn risk(
        &self,
        context: &ClientContext,
        known_device: bool,
        policy: &RiskPolicy,
        now: Timestamp,
    ) -> Risk {
        let sight = Sight::of(context, now);
        let past = self.usual.past();
        let (Some(last), true) =
            (self.usual.past().next_back(), past.len() >= policy.learn_sign_ins as usize)
        else {
            return Risk { level: RiskLevel::Usual, reasons: vec![RiskReason::NoHistory] };
        };
        let mut reasons = Vec::new();
        let countries = || self.usual.past().filter_map(|sight| sight.country);
        if sight
            .country
            .is_some_and(|country| countries().next().is_some() && !countries().any(|known| known == country))
        {
            reasons.push(RiskReason::NewCountry);
        }
        let networks: Vec<_> = self.usual.past().filter_map(|known| known.same_network(&sight)).collect();
        if !networks.is_empty() && !networks.contains(&true) {
            reasons.push(RiskReason::NewNetwork);
        }
        reasons.extend(travel(last, &sight, policy));
        if context.signals.tor && !self.usual.past().any(|known| known.shared) {
            reasons.push(RiskReason::Tor);
        }
        if sight.hosting && !self.usual.past().any(|known| known.hosting) {
            reasons.push(RiskReason::Hosting);
        }
        let idle = now.since(last.at);
        if !known_device && idle >= TimeDelta::days(policy.dormant_days.into()) {
            reasons.push(RiskReason::Dormant { days: u32::try_from(idle.num_days()).unwrap_or(u32::MAX) });
        }
        let level = match (known_device, reasons.is_empty()) {
            (false, false) => RiskLevel::Risky,
            (false, true) | (true, false) => RiskLevel::Unusual,
            (true, true) => RiskLevel::Usual,
        };
        if !known_device {
            reasons.insert(0, RiskReason::NewDevice);
        }
        Risk { level, reasons }
    }
}

/// Whether nobody travels so fast. Places that many people share tell nothing.
fn travel(last: &Sight, now: &Sight, policy: &RiskPolicy) -> Option<RiskReason> {
    if last.shared || now.shared {
        return None;
    }
    let km = last.coordinates?.at_least_km(&now.coordinates?);
    let seconds = u32::try_from(now.at.since(last.at).num_seconds().max(1)).unwrap_or(u32::MAX);
    let fast = km * 3_600.0 / f64::from(seconds) > f64::from(policy.travel_km_per_hour);
    (km >= f64::from(policy.travel_km) && fast).then_some(RiskReason::Travel { km: km as u32, seconds })
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;
    use crate::account::AccountEvent;
    use crate::context::Signals;
    use crate::detection::{Coordinates, Country};
    use crate::{AttemptId, DeviceId};

    const DAY: i64 = 86_400;

    fn from(country: &str, asn: u32, place: (f64, f64)) -> ClientContext {
        let coordinates = Coordinates { latitude: place.0, longitude: place.1, radius_km: 50.0 };
        let signals = Signals {
            country: Country::parse(country),
            coordinates: Some(coordinates),
            asn: Some(asn),
            ..Signals::default()
        };
        ClientContext {
            address: "203.0.113.9".into(),
            signals: Box::new(signals),
            ..ClientContext::default()
        }
    }

    const LISBON: (f64, f64) = (38.7, -9.1);
    const MADRID: (f64, f64) = (40.4, -3.7);
    const TOKYO: (f64, f64) = (35.7, 139.7);

    fn at_home() -> ClientContext {
        from("PT", 2860, LISBON)
    }

    fn success(context: ClientContext) -> AccountEvent {
        AccountEvent::SignInSucceeded {
            attempt: AttemptId(id(1)),
            device: DeviceId(id(2)),
            new_device: false,
            earlier_sign_ins: 0,
            context,
            risk: None,
        }
    }

    fn after(contexts: &[(ClientContext, i64)]) -> Account {
        let mut account = Account::default();
        for (context, t) in contexts {
            crate::Aggregate::evolve(&mut account, &success(context.clone()), at(*t));
        }
        account
    }

    fn judged(
        account: &Account,
        context: &ClientContext,
        known: bool,
        t: i64,
    ) -> (RiskLevel, Vec<RiskReason>) {
        let risk = account.risk(context, known, &policy().risk, at(t));
        (risk.level, risk.reasons)
    }

    #[test]
    fn what_counts_and_what_does_not() {
        use RiskLevel::{Risky, Unusual, Usual};
        use RiskReason::{Dormant, Hosting, NewCountry, NewDevice, NewNetwork, NoHistory, Tor, Travel};
        let home = after(&[(at_home(), 0)]);
        let bare = |address: &str| ClientContext { address: address.into(), ..ClientContext::default() };
        let with = |change: fn(&mut Signals)| {
            let mut context = at_home();
            change(&mut context.signals);
            context
        };
        let table = vec![
            (&home, at_home(), true, DAY, Usual, vec![]),
            (&home, at_home(), false, DAY, Unusual, vec![NewDevice]),
            (&home, from("PT", 12_353, LISBON), false, DAY, Risky, vec![NewDevice, NewNetwork]),
            (&home, from("PT", 12_353, LISBON), true, DAY, Unusual, vec![NewNetwork]),
            (&home, from("ES", 2860, MADRID), false, DAY, Risky, vec![NewDevice, NewCountry]),
            (&home, at_home(), false, 90 * DAY, Risky, vec![NewDevice, Dormant { days: 90 }]),
            (&home, at_home(), false, 90 * DAY - 1, Unusual, vec![NewDevice]),
            (&home, at_home(), true, 900 * DAY, Usual, vec![]),
            (&home, with(|s| s.tor = true), false, DAY, Risky, vec![NewDevice, Tor]),
            (&home, with(|s| s.hosting = true), false, DAY, Risky, vec![NewDevice, Hosting]),
            // A relay's place tells nothing, and is no risk by itself.
            (&home, with(|s| s.relay = true), false, DAY, Unusual, vec![NewDevice]),
            // Nothing known: nothing new.
            (&home, bare("203.0.113.9"), false, DAY, Unusual, vec![NewDevice]),
            (&home, bare("127.0.0.1"), true, DAY, Usual, vec![]),
        ];
        for (account, context, known, t, level, reasons) in table {
            assert_eq!(judged(account, &context, known, t), (level, reasons));
        }
        // The network of a new account is whatever its first sign-in comes from.
        assert_eq!(judged(&Account::default(), &at_home(), false, 0), (Usual, vec![NoHistory]));
        // In one hour to Tokyo, on whatever device.
        let tokyo = from("PT", 2860, TOKYO);
        let (level, reasons) = judged(&home, &tokyo, true, 3_600);
        assert_eq!(level, Unusual);
        assert!(matches!(reasons[..], [Travel { km: 11_000..=11_200, seconds: 3_600 }]), "{reasons:?}");
        assert_eq!(judged(&home, &tokyo, false, 3_600).0, Risky);
        assert_eq!(judged(&home, &tokyo, true, DAY).0, Usual, "there are aeroplanes");
        assert_eq!(judged(&home, &from("PT", 2860, MADRID), true, 60).0, Usual, "502 km less two radii");
    }

    #[test]
    fn without_a_database_the_first_bits_of_the_address_stand_in() {
        let bare = |address: &str| ClientContext { address: address.into(), ..ClientContext::default() };
        let home = after(&[(bare("81.2.69.142"), 0)]);
        assert_eq!(judged(&home, &bare("81.2.1.1"), false, DAY).0, RiskLevel::Unusual);
        assert_eq!(judged(&home, &bare("89.160.20.112"), false, DAY).0, RiskLevel::Risky);
        assert_eq!(judged(&home, &bare("89.160.20.112"), true, DAY).0, RiskLevel::Unusual);
        assert_eq!(judged(&home, &bare("10.0.0.1"), false, DAY).0, RiskLevel::Unusual);
        // A database that came later knows more; what was recorded before it is compared by address.
        let mut context = at_home();
        context.address = "81.2.200.1".into();
        assert_eq!(judged(&home, &context, false, DAY).0, RiskLevel::Unusual);
    }

    #[test]
    fn the_last_twenty_count_and_what_was_disowned_does_not() {
        let away = || from("ES", 3352, MADRID);
        let many: Vec<_> = (0..20).map(|n| (at_home(), n * DAY)).chain([(away(), 20 * DAY)]).collect();
        let account = after(&many);
        assert_eq!(judged(&account, &away(), false, 22 * DAY).0, RiskLevel::Unusual);
        assert_eq!(account.usual.past().len(), 20);
        let mut account = account;
        let disowned = AccountEvent::SignInDisowned { link: crate::LinkId(id(9)), link_expires_at: at(0) };
        crate::Aggregate::evolve(&mut account, &disowned, at(21 * DAY));
        assert_eq!(judged(&account, &away(), false, 22 * DAY).0, RiskLevel::Risky);
        assert_eq!(judged(&account, &at_home(), false, 22 * DAY).0, RiskLevel::Unusual);
    }
}
