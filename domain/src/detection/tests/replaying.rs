use super::replay::Replay;
use super::*;

/// A stranger guesses ten times, gets in on a new device, and changes the address.
fn takeover(account: u128, at: i64) -> Vec<Observation> {
    let away = |o: Observation| o.from("203.0.113.66", "RU", 64_666).by(FIREFOX).on(new());
    let guesses = (0..10).map(|i| away(seen(account, at + i, WRONG)));
    guesses
        .chain([away(seen(account, at + 20, SIGNED_IN)), seen(account, at + 60, Happening::EmailChanged)])
        .collect()
}

fn replayed(policy: DetectionPolicy, from: Option<i64>, accounts: u128) -> Replay {
    let mut replay = Replay::new(policy, from.map(time), 1);
    let people = 1..=accounts;
    let histories = people.clone().flat_map(|account| history(account, 5));
    let story: Vec<_> =
        histories.chain(people.flat_map(|account| takeover(account, account as i64))).collect();
    for (position, seen) in (1..).zip(story) {
        replay.observe(&Observation { position, ..seen }, accounts as u64);
    }
    replay
}

#[test]
fn a_takeover_locks_once_and_mails_once_for_each_cause() {
    let replay = replayed(DetectionPolicy::default(), None, 1);
    let tally = |detector| replay.tallies[&detector].clone();
    let after = tally(Detector::SuccessAfterCampaign);
    assert_eq!((after.alerts, after.high, after.mails, after.locks), (1, 1, 1, 1));
    let sequence = tally(Detector::TakeoverSequence);
    assert_eq!((sequence.alerts, sequence.locks), (1, 0), "it is locked already");
    assert_eq!(tally(Detector::BruteForce).mails, 1);
    assert_eq!(after.examples[0].summary, "11 s after brute_force, device never seen");
    assert_eq!((replay.successes, replay.observations), (6, 17));
}

#[test]
fn another_policy_does_otherwise_and_the_brake_holds() {
    let text = r#"{"brute_force":{"failures":11},"response":{"shadow":["takeover_sequence"]}}"#;
    let lenient: DetectionPolicy = serde_json::from_str(text).unwrap();
    let replay = replayed(lenient, None, 1);
    assert!(replay.locks.is_empty() && !replay.tallies.contains_key(&Detector::BruteForce));
    assert_eq!(replay.tallies[&Detector::TakeoverSequence].alerts, 1, "a shadow is counted, and that is all");

    let replay = replayed(DetectionPolicy::default(), None, 50);
    let locks: u64 = replay.locks.values().sum();
    assert!(locks <= 20 && replay.braked > 0, "{locks} locks, {} braked", replay.braked);
}

#[test]
fn what_was_before_the_beginning_is_learnt_and_not_counted() {
    let replay = replayed(DetectionPolicy::default(), Some(21), 1);
    let counted: Vec<_> = replay.tallies.keys().copied().collect();
    assert!(counted.contains(&Detector::SuccessAfterCampaign), "it knew of the campaign");
    assert!(!replay.tallies.contains_key(&Detector::BruteForce), "{counted:?}");
    assert_eq!((replay.successes, replay.observations), (1, 2));
}
