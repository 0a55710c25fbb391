use super::*;
use Severity::{High, Medium};

const OSLO: (f64, f64) = (59.913, 10.752);
const ROME: (f64, f64) = (41.893, 12.483);

/// Twelve sign-ins in Oslo, the last at second 0, and one in Rome, 2,007 km away, `after` seconds later.
fn journey(sign_ins: i64, after: i64, change: impl Fn(Observation) -> Observation) -> Vec<Observation> {
    let home =
        (0..sign_ins).rev().map(|i| seen(1, -i * 86_400, SIGNED_IN).on(known()).at_place(OSLO.0, OSLO.1));
    let away = seen(1, after, SIGNED_IN).from("203.0.113.1", "IT", 3269).at_place(ROME.0, ROME.1);
    home.chain([change(away.on(new()).by(FIREFOX))]).collect()
}

#[test]
fn travel_that_no_aeroplane_makes() {
    let same = |o: Observation| o;
    let two_hours = 7_200;
    let mut backwards = journey(11, two_hours, same);
    let last_home = backwards.len() - 2;
    backwards[last_home].at = time(2 * two_hours);
    check(
        Detector::ImpossibleTravel,
        vec![
            ("1,000 km/h on a device never seen", journey(12, two_hours, same), Some(High)),
            ("in a browser that was seen", journey(12, two_hours, |o| o.by(CHROME)), Some(Medium)),
            ("an aeroplane", journey(12, 8_100, same), None),
            ("still learning", journey(9, two_hours, same), None),
            ("learnt", journey(10, two_hours, same), Some(High)),
            ("the owner's own device", journey(12, two_hours, |o| o.on(known())), None),
            ("through a VPN", journey(12, two_hours, |o| o.with(|s| s.vpn = true)), None),
            ("through a relay", journey(12, two_hours, |o| o.with(|s| s.relay = true)), None),
            ("behind a carrier", journey(12, two_hours, |o| o.with(|s| s.carrier_nat = true)), None),
            ("place unknown", journey(12, two_hours, |o| o.with(|s| s.coordinates = None)), None),
            ("told in the wrong order", backwards, Some(High)),
            (
                "less than 500 km once both radii are off",
                journey(12, 60, |o| {
                    o.with(|s| {
                        s.coordinates =
                            Some(Coordinates { latitude: 41.893, longitude: 12.483, radius_km: 1_500.0 });
                    })
                }),
                None,
            ),
        ],
    );
    let signals = signals(&journey(12, 1_320, same), &DetectionPolicy::default());
    let travel = signals.iter().find(|s| s.finding.detector == Detector::ImpossibleTravel).unwrap();
    let words = finding::in_words(&travel.finding.evidence);
    assert_eq!(words, "1,987 km in 22 min, 5,419 km/h, device never seen");
    assert_eq!(travel.finding.positions, [12, 13]);
}

#[test]
fn distances_are_those_of_the_globe() {
    let place = |(latitude, longitude)| Coordinates { latitude, longitude, radius_km: 0.0 };
    for (here, there, km) in [
        ((0.0, 0.0), (0.0, 180.0), 20_015.1),
        ((0.0, 179.5), (0.0, -179.5), 111.2),
        ((90.0, 0.0), (-90.0, 0.0), 20_015.1),
        ((1.0, 1.0), (1.0, 1.0), 0.0),
    ] {
        let found = place(here).distance_km(&place(there));
        assert!((found - km).abs() < 0.1, "{here:?} to {there:?}: {found}");
    }
}

#[test]
fn a_new_device_with_a_new_country_or_network() {
    let last = |n: i64, change: &dyn Fn(Observation) -> Observation| {
        let mut story = history(1, n);
        story.push(change(seen(1, 0, SIGNED_IN).on(new()).by(FIREFOX)));
        story
    };
    // The country was seen eleven successes ago, the network twenty.
    let long_ago = |n: usize| {
        let mut story = history(1, 30);
        let at = story.len() - n;
        story[at] = story[at].clone().from("203.0.113.1", "IT", 3269);
        story.push(seen(1, 0, SIGNED_IN).on(new()).by(FIREFOX).from("203.0.113.1", "IT", 3269));
        story
    };
    let unrecorded = |agent, country, asn| {
        let mut story: Vec<_> = history(1, 3).into_iter().map(|o| o.on(Device::Unrecorded)).collect();
        story.push(seen(1, 0, SIGNED_IN).by(agent).from("203.0.113.1", country, asn));
        story
    };
    check(
        Detector::UnfamiliarContext,
        vec![
            ("device and country", last(3, &|o| o.from("203.0.113.1", "IT", 2119)), Some(Medium)),
            ("device and network", last(3, &|o| o.from("203.0.113.1", "NO", 3269)), Some(Medium)),
            ("device and address alone", last(3, &|o| o.from("203.0.113.1", "NO", 2119)), None),
            ("country on a known device", last(3, &|o| o.on(known()).from("203.0.113.1", "IT", 3269)), None),
            ("the first sign-in of all", last(0, &|o| o.from("203.0.113.1", "IT", 3269)), None),
            ("an unknown place is not a new one", last(3, &|o| o.from("192.0.2.9", "-", 2119)), None),
            ("an unknown network is not a new one", last(3, &|o| o.from("203.0.113.1", "NO", 0)), None),
            ("among the last ten", long_ago(10), None),
            ("country eleven ago", long_ago(11), Some(Medium)),
            ("no device on record: other browser", unrecorded(FIREFOX, "IT", 3269), Some(Medium)),
            ("no device on record: same browser", unrecorded(CHROME, "IT", 3269), None),
            ("no device on record: upgraded", unrecorded(("Chrome 141.0", "Windows 11"), "IT", 3269), None),
            (
                "no device on record: older",
                unrecorded(("Chrome 69.0", "Windows 11"), "IT", 3269),
                Some(Medium),
            ),
        ],
    );
}

#[test]
fn after_not_me_the_last_days_are_nobodys() {
    let italy = |at: i64| seen(1, at, SIGNED_IN).on(new()).by(FIREFOX).from("203.0.113.1", "IT", 3269);
    let mut story = history(1, 12);
    story.extend([italy(0), seen(1, 600, Happening::Disowned), italy(86_400)]);
    let found = alerts(&story);
    assert_eq!(found.iter().filter(|(by, _)| *by == Detector::UnfamiliarContext).count(), 2, "{found:?}");
}

#[test]
fn a_dormant_account() {
    let after = |days: i64, device| {
        vec![seen(1, 0, SIGNED_IN).on(known()), seen(1, days * 86_400, SIGNED_IN).on(device).by(FIREFOX)]
    };
    check(
        Detector::DormantAccount,
        vec![
            ("90 days and a new device", after(90, new()), Some(Medium)),
            ("89 days", after(89, new()), None),
            ("the owner's own device", after(400, known()), None),
            ("the first sign-in", vec![seen(1, 0, SIGNED_IN).on(new())], None),
        ],
    );
}

#[test]
fn successes_that_are_alike_share_a_place_and_count_each() {
    let policy = DetectionPolicy::default();
    let mut histories = super::super::history::Histories::new(&policy);
    let away = |at: i64| seen(1, at, SIGNED_IN).from("198.51.100.1", "SE", 3_301).on(known());
    let mut all: Vec<_> = (0..30).map(|n| seen(1, n, SIGNED_IN).on(known())).collect();
    all.push(away(30));
    for success in &all {
        histories.learn(success, &policy);
    }
    assert_eq!(histories.size(), (1, 2));
    let novelty = histories.compare(&away(31), &policy);
    assert!(!novelty.elsewhere && novelty.successes == 31);
    // Twenty more of the usual kind, and the other place is out of mind, as it would be one by one.
    for n in 31..50 {
        histories.learn(&seen(1, n, SIGNED_IN).on(known()), &policy);
    }
    assert!(!histories.compare(&away(60), &policy).elsewhere);
    histories.learn(&seen(1, 50, SIGNED_IN).on(known()), &policy);
    assert!(histories.compare(&away(60), &policy).elsewhere);
    assert_eq!(histories.size(), (1, 1));
}
