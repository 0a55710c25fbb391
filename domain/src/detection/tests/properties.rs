use super::*;
use policy::{MemoryPolicy, ScorePolicy};
use proptest::prelude::*;

const KINDS: [Happening; 14] = [
    SIGNED_IN,
    Happening::SignedIn { factor: Some(Factor::Sms) },
    WRONG,
    WRONG,
    WRONG,
    Happening::SignInRefused,
    Happening::FactorRejected(Factor::Totp),
    Happening::FactorDenied(Factor::Push),
    Happening::FactorAccepted(Factor::Push),
    Happening::RecoveryRequested,
    Happening::PasswordReset,
    Happening::PhoneChanged,
    Happening::SessionUsed,
    Happening::Disowned,
];

prop_compose! {
    fn observation()(
        account in 0..40_u128, address in 0..60_u32, kind in 0..KINDS.len(), at in 0..20_000_i64,
        device in 0..3, firefox in any::<bool>(), session in 0..30_u128,
    ) -> Observation {
        let device = [known(), new(), Device::Unrecorded][device as usize];
        let country = ["NO", "SE", "DK"][(address % 3) as usize];
        let seen = seen(account, at, KINDS[kind])
            .from(&format!("10.{}.{}.{address}", address % 4, address % 7), country, 1 + address % 5);
        let seen = seen.by(if firefox { FIREFOX } else { CHROME }).on(device).in_session(session);
        seen.at_place(f64::from(address), f64::from(address) * 2.0).of_attempt(session)
    }
}

fn small() -> DetectionPolicy {
    DetectionPolicy {
        memory: MemoryPolicy { accounts: 10, sources: 8, sessions: 6, alerts: 12 },
        risk_score: ScorePolicy {
            users: 10,
            values: 20,
            values_of_user: 4,
            learn_scores: 5,
            ..Default::default()
        },
        ..Default::default()
    }
}

impl Detection {
    /// Everything that is remembered: accounts and sources times what is kept of each.
    fn size(&self) -> usize {
        let (accounts, past) = self.histories.size();
        accounts
            + past
            + self.stuffing.size()
            + self.spraying.size()
            + self.risk_score.size()
            + self.folded.len()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn state_stays_bounded(story in prop::collection::vec(observation(), 600)) {
        let policy = small();
        let mut detection = Detection::new(&policy);
        for (position, seen) in (1..).zip(story) {
            detection.observe(&Observation { position, ..seen }, &policy, id(0));
        }
        let sources = 4 * 8 * (512 + 512);
        prop_assert!(detection.size() <= 10 + 10 * 20 + sources + 7 * 20 + 10 * 7 * 4 + 12);
        // An observation more does not make a full state larger by more than itself.
        prop_assert!(serde_json::to_string(&detection).unwrap().len() < 2_000_000);
    }

    #[test]
    fn a_saved_state_goes_on_as_if_nothing_had_been(
        story in prop::collection::vec(observation(), 200..400), cut in 0..200_usize,
    ) {
        let policy = small();
        let mut whole = Detection::new(&policy);
        let mut resumed = Detection::new(&policy);
        for (position, seen) in (1..).zip(story) {
            let seen = Observation { position, ..seen };
            if position as usize == cut {
                let saved = serde_json::to_string(&resumed).unwrap();
                resumed = serde_json::from_str(&saved).unwrap();
            }
            prop_assert_eq!(whole.observe(&seen, &policy, id(0)), resumed.observe(&seen, &policy, id(0)));
        }
        prop_assert_eq!(serde_json::to_value(&whole).unwrap(), serde_json::to_value(&resumed).unwrap());
    }

    #[test]
    fn failures_change_nothing_of_what_is_the_owners(failures in prop::collection::vec(observation(), 0..200)) {
        let policy = DetectionPolicy::default();
        let mut with = Detection::new(&policy);
        let mut without = Detection::new(&policy);
        for (position, seen) in (1..).zip(history(1, 12)) {
            with.observe(&Observation { position, ..seen.clone() }, &policy, id(0));
            without.observe(&Observation { position, ..seen }, &policy, id(0));
        }
        for seen in failures {
            with.observe(&Observation { what: WRONG, ..seen }, &policy, id(0));
        }
        let attack = seen(1, 30_000, SIGNED_IN).from("10.1.2.3", "SE", 3).by(FIREFOX).on(new());
        prop_assert_eq!(with.score(&attack), without.score(&attack));
        let novelty = |detection: &Detection| format!("{:?}", detection.histories.compare(&attack, &policy));
        prop_assert_eq!(novelty(&with), novelty(&without));
    }
}

#[test]
fn an_alert_tells_less_and_less_of_the_same() {
    let story: Vec<_> = (0..1_000).map(|i| seen(1, i, WRONG)).collect();
    let signals = signals(&story, &DetectionPolicy::default());
    let counts: Vec<_> = signals.iter().map(|signal| signal.count).collect();
    assert_eq!(counts, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
    assert!(signals.iter().all(|signal| signal.alert == signals[0].alert));
    assert!(signals.iter().all(|signal| signal.finding.positions.len() <= finding::MOST_NAMED));
}

#[test]
fn unknown_settings_are_refused_and_the_rest_are_defaults() {
    let read = |text| serde_json::from_str::<DetectionPolicy>(text);
    let some = read(r#"{"brute_force":{"failures":3},"response":{"actions":{"sim_swap":{"high":"hold"}}}}"#)
        .unwrap();
    assert_eq!((some.brute_force.failures, some.brute_force.window_seconds), (3, 900));
    assert_eq!(some.response.actions[&Detector::SimSwap].high, Action::Hold);
    assert!(read(r#"{"brute_force":{"failure":3}}"#).is_err());
    assert!(read(r#"{"brute_forces":{}}"#).is_err());
    assert!(read(r#"{"response":{"shadow":["nothing_of_the_kind"]}}"#).is_err());
}
