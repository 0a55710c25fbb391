use super::*;
use Severity::{High, Medium};

fn address(n: i64) -> String {
    format!("198.51.{}.{}", n / 200, n % 200 + 1)
}

/// `n` failures on account 1, `step` seconds apart.
fn failures(n: i64, step: i64) -> Vec<Observation> {
    (0..n).map(|i| seen(1, i * step, WRONG)).collect()
}

#[test]
fn brute_force_of_one_account() {
    let mut by_owner = failures(9, 10);
    by_owner.push(seen(1, 91, SIGNED_IN));
    by_owner.extend(failures(9, 10).into_iter().map(|o| Observation { at: time(100), ..o }));
    let owner_elsewhere = |n| {
        let mut story = failures(9, 10);
        story.push(seen(1, 95, SIGNED_IN).from("203.0.113.9", "NO", 1));
        story.extend((0..n).map(|i| seen(1, 100 + i, WRONG)));
        story
    };
    let mut backwards = failures(10, 10);
    backwards.reverse();
    check(
        Detector::BruteForce,
        vec![
            ("one below", failures(9, 10), None),
            ("the tenth in a row", failures(10, 10), Some(Medium)),
            ("exactly 15 minutes", failures(10, 100), Some(Medium)),
            ("too slow", failures(10, 101), None),
            ("told in the wrong order", backwards, Some(Medium)),
            ("a success from there ends the row", by_owner, None),
            ("an owner who signs in elsewhere does not hide it", owner_elsewhere(1), Some(Medium)),
            (
                "nobody's account",
                failures(10, 1)
                    .into_iter()
                    .map(|o| Observation { target: Target::Unknown(id(9)), ..o })
                    .collect(),
                None,
            ),
        ],
    );
}

#[test]
fn brute_force_from_many_addresses() {
    let spread = |addresses: i64, failures: i64, countries: &[&str], networks: u32| {
        let one = |i: i64| {
            let country = countries[i as usize % countries.len()];
            seen(1, i * 60, WRONG).from(&address(i % addresses), country, 1 + i as u32 % networks)
        };
        (0..failures).map(one).collect::<Vec<_>>()
    };
    let unknown = |networks: i64| {
        let one = |i: i64| seen(1, i * 60, WRONG).from(&format!("10.{}.0.{i}", i % networks), "-", 0);
        (0..8).map(one).collect::<Vec<_>>()
    };
    check(
        Detector::DistributedBruteForce,
        vec![
            ("five addresses, eight failures, two countries", spread(5, 8, &["NO", "SE"], 1), Some(Medium)),
            ("or three networks", spread(5, 8, &["NO"], 3), Some(Medium)),
            ("seven failures", spread(5, 7, &["NO", "SE"], 3), None),
            ("four addresses", spread(4, 8, &["NO", "SE"], 3), None),
            ("one country and two networks: a household on the move", spread(5, 8, &["NO"], 2), None),
            ("no database: three /16", unknown(3), Some(Medium)),
            ("no database: two /16", unknown(2), None),
        ],
    );
}

/// `accounts` accounts, each tried `tries` times from one address, `step` seconds apart; the last `good` succeed.
fn stuffing(accounts: i64, tries: i64, good: i64, step: i64) -> Vec<Observation> {
    let all = accounts * tries;
    let one = |i: i64| {
        // Successes first: the last try fails, as campaigns do.
        let what = if i < good { SIGNED_IN } else { WRONG };
        seen((100 + i / tries) as u128, i * step, what).from("198.51.100.1", "US", 64_500).on(new())
    };
    (0..all).map(one).collect()
}

#[test]
fn stuffing_from_one_address() {
    let own_64 = stuffing(15, 1, 0, 10).into_iter().enumerate();
    let own_64 = own_64.map(|(i, o)| o.from(&format!("2001:db8:1:2::{i:x}"), "US", 1)).collect();
    let by_asn = stuffing(60, 1, 0, 10).into_iter().enumerate();
    let by_asn = by_asn.map(|(i, o)| o.from(&format!("10.{i}.0.1"), "US", 1)).collect();
    check(
        Detector::CredentialStuffing,
        vec![
            ("fifteen accounts", stuffing(15, 1, 0, 10), Some(Medium)),
            ("fourteen", stuffing(14, 1, 0, 10), None),
            ("twice each", stuffing(15, 2, 0, 10), Some(Medium)),
            ("three times each is no stuffing", stuffing(15, 3, 0, 1), None),
            ("too slow", stuffing(15, 1, 0, 65), None),
            ("a fifth succeeds: people share it", stuffing(20, 1, 4, 10), None),
            ("nearly a fifth", stuffing(21, 1, 4, 10), Some(Medium)),
            ("the /64 of one subscriber", own_64, Some(Medium)),
            ("never by network alone", by_asn, None),
        ],
    );
}

#[test]
fn spraying_from_an_address_a_neighbourhood_or_one_agent() {
    let spray =
        |accounts: i64, failures: i64, from: &dyn Fn(i64) -> String, agent: &dyn Fn(i64) -> String| {
            let one = |i: i64| {
                let text = agent(i);
                let agent = Agent { text, ..Agent::default() };
                let seen = seen((100 + i % accounts) as u128, i * 100, WRONG);
                Observation { agent, ..seen }.from(&from(i), "US", 64_500)
            };
            (0..failures).map(one).collect::<Vec<_>>()
        };
    let one_address = |_| "198.51.100.1".to_owned();
    let neighbours = |i: i64| format!("198.51.100.{}", i + 1);
    let anywhere = |i: i64| format!("10.{i}.0.1");
    let one_agent = |_| "python-requests/2.32".to_owned();
    let agents = |i: i64| format!("agent {i}");
    let mut half_succeed = spray(8, 25, &anywhere, &one_agent);
    let successes = |i: i64| seen(900 + i as u128, i * 100, SIGNED_IN).from(&anywhere(i + 50), "US", 64_500);
    half_succeed.extend((0..10).map(|i| {
        let agent = Agent { text: one_agent(0), ..Agent::default() };
        Observation { agent, ..successes(i) }
    }));
    half_succeed.sort_by_key(|seen| (seen.at, seen.what == WRONG));
    check(
        Detector::PasswordSpraying,
        vec![
            ("eight accounts, 25 failures", spray(8, 25, &one_address, &agents), Some(Medium)),
            ("24 failures", spray(8, 24, &one_address, &agents), None),
            ("seven accounts", spray(7, 25, &one_address, &agents), None),
            ("a whole neighbourhood", spray(8, 25, &neighbours, &agents), Some(Medium)),
            ("one agent in one network", spray(8, 25, &anywhere, &one_agent), Some(Medium)),
            ("never one network alone", spray(8, 40, &anywhere, &agents), None),
            ("a popular browser, with its share of successes", half_succeed, None),
        ],
    );
}

#[test]
fn a_success_after_a_campaign() {
    let hit = |at: i64, device: Device| {
        let mut story = history(7, 3);
        story.extend(stuffing(15, 1, 0, 10));
        story.push(seen(7, at, SIGNED_IN).from("198.51.100.1", "US", 64_500).on(device));
        story
    };
    let mut at_home = history(7, 1);
    at_home.push(seen(7, -50, SIGNED_IN).from("198.51.100.1", "US", 64_500).on(known()));
    at_home.extend(hit(141, known()).into_iter().skip(3));
    let aimed_at = |device: Device, address: &str| {
        let mut story = history(1, 3);
        story.extend(failures(10, 1));
        story.push(seen(1, 60, SIGNED_IN).from(address, "NO", 2119).on(device));
        story
    };
    let first_ever = failures(10, 1).into_iter().chain([seen(1, 60, SIGNED_IN).on(new())]).collect();
    check(
        Detector::SuccessAfterCampaign,
        vec![
            ("from its source", hit(141, new()), Some(High)),
            ("three hours after", hit(140 + 10_800, new()), Some(High)),
            ("later", hit(141 + 10_800, new()), None),
            ("from its source, a known device at a new address", hit(141, known()), Some(High)),
            ("a known device at a known address is exempt", at_home, None),
            ("success before it was recognised", stuffing(20, 1, 1, 10), Some(High)),
            ("on a targeted account, from a new device", aimed_at(new(), "203.0.113.5"), Some(High)),
            ("on a targeted account, by its owner", aimed_at(known(), "203.0.113.5"), None),
            ("on a targeted account without history", first_ever, Some(High)),
        ],
    );
}

#[test]
fn what_an_attacker_tries_is_never_the_victims_normal() {
    let mut story = history(1, 12);
    // A month of failures from the attacker's place and browser.
    story.extend((0..500).map(|i| seen(1, i * 3_600, WRONG).from("203.0.113.66", "RU", 64_666).by(FIREFOX)));
    story.push(seen(1, 500 * 3_600, SIGNED_IN).from("203.0.113.66", "RU", 64_666).by(FIREFOX).on(new()));
    let found = alerts(&story);
    assert!(found.contains(&(Detector::UnfamiliarContext, Medium)), "{found:?}");
}

#[test]
fn a_success_that_corroborates_a_takeover_teaches_nothing() {
    let attack = |at: i64| seen(1, at, SIGNED_IN).from("203.0.113.66", "RU", 64_666).by(FIREFOX).on(new());
    let mut story = history(1, 3);
    story.extend(failures(10, 1));
    story.push(attack(60));
    // Days later, when the campaign is over, the same place is still not the owner's.
    story.push(attack(5 * 86_400));
    let found = alerts(&story);
    let unfamiliar = found.iter().filter(|(by, _)| *by == Detector::UnfamiliarContext).count();
    assert_eq!(unfamiliar, 2, "{found:?}");
}
