use super::score::{RiskModel, Score, Values};
use super::*;
use policy::ScorePolicy;

fn values<'a>(address: [&'a str; 3], user_agent: [&'a str; 4]) -> Values<'a> {
    Values { address, user_agent }
}

const HOME: [&str; 3] = ["a", "1", "NO"];
const USUAL: [&str; 4] = ["u", "Chrome 1", "Linux 6", "desktop"];

fn learnt(sign_ins: &[(u128, Values<'_>)]) -> RiskModel {
    let policy = ScorePolicy::default();
    let mut model = RiskModel::new(&policy);
    for (user, values) in sign_ins {
        model.learn(id(*user), values, &policy);
    }
    model
}

#[track_caller]
fn check_score(model: &RiskModel, user: u128, values: &Values<'_>, expected: f64) {
    let Score::Risk { score, .. } = model.score(id(user), values) else { panic!("a history") };
    assert!((score / expected - 1.0).abs() < 1e-9, "{score}, not {expected}");
}

#[test]
fn worked_out_by_hand() {
    // One sign-in of one user, and the same again. N = 1, U = 1, n_u = 1. Address: M = 1 + 1 + 1 = 3,
    // p = 1/1 · (1 - 3/4) = 1/4, M' = 3, m = 1, q = 1 - 3/4 = 1/4; P_glob = 0.6/16 + 0.3 + 0.1 = 0.4375, P_loc = 1.
    // User agent: M = M' = 4, p·q = 1/5 · 1/5; P_glob = w0/25 + (1 - w0), P_loc = 1.
    let usual = values(HOME, USUAL);
    let one = learnt(&[(1, usual)]);
    let w = score::FEATURES[1].weights;
    check_score(&one, 1, &usual, 0.4375 * (w[0] / 25.0 + w[1] + w[2] + w[3]));

    // Two users, one sign-in each; user 1 shows what only user 2 has shown: both features have P_loc = 0, so both
    // ratios are 4, and (1/U) / (n_u/N) = (1/2) / (1/2) = 1.
    let other = values(["b", "2", "SE"], ["v", "Firefox 1", "Windows 11", "mobile"]);
    let two = learnt(&[(1, usual), (2, other)]);
    check_score(&two, 1, &other, 16.0);

    // User 1's own context, N = 2, U = 2. Address: M = 1 + 2 + 2 = 5, p = 1/2 · (1 - 5/7) = 1/7, q = 1 - 3/4 = 1/4;
    // P_glob = 0.6/28 + 0.4/2. User agent: M = 1 + 2 + 2 + 2 = 7, p = 1/2 · 2/9 = 1/9, q = 1/5.
    let agent = w[0] / 45.0 + (1.0 - w[0]) / 2.0;
    check_score(&two, 1, &usual, (0.6 / 28.0 + 0.2) * agent);

    // A new address in the home network: g_0 = 1/(N+M) = 1/7, P_loc = 0.4.
    check_score(&two, 1, &values(["c", "1", "NO"], USUAL), (0.6 / 7.0 + 0.2) / 0.4 * agent);
}

#[test]
fn the_first_sign_in_has_no_score() {
    let usual = values(HOME, USUAL);
    let model = learnt(&[(1, usual)]);
    assert_eq!(model.score(id(2), &usual), Score::ColdStart);
    assert!(matches!(model.score(id(1), &usual), Score::Risk { history: 1, .. }));
    let mut model = model;
    model.forget(id(1));
    assert_eq!(model.score(id(1), &usual), Score::ColdStart);
}

/// Scores of the published reference implementation, where the data set is at hand.
#[test]
#[expect(clippy::print_stderr, reason = "what is skipped must be seen")]
fn as_the_reference_implementation_scores() {
    let Some(folder) = std::env::var_os("WATCHBOOK_TEST_SHARED_DATA") else {
        eprintln!("skipped: WATCHBOOK_TEST_SHARED_DATA names no folder with freeman-vectors.json");
        return;
    };
    let text = std::fs::read_to_string(std::path::Path::new(&folder).join("freeman-vectors.json")).unwrap();
    let vectors: serde_json::Value = serde_json::from_str(&text).unwrap();
    let policy = ScorePolicy::default();
    let mut model = RiskModel::new(&policy);
    let expected = vectors["expected"].as_array().unwrap();
    let mut users = std::collections::BTreeSet::new();
    let mut compared = 0;
    for (row, record) in vectors["records"].as_array().unwrap().iter().enumerate() {
        let field = |name: &str| record[name].as_str().unwrap();
        let user = Uuid::new_v5(&Uuid::nil(), field("userid").as_bytes()).as_u128();
        let values = values(
            ["requestXRealIP", "ipASN", "ipCountry"].map(field),
            ["trackingdatauserAgent", "browser_name_version", "os_name_version", "device_type"].map(field),
        );
        match expected.iter().find(|expected| expected["row"] == row) {
            Some(expected) => {
                check_score(&model, user, &values, expected["score"].as_f64().unwrap());
                compared += 1;
            }
            None if users.insert(user) => {
                assert_eq!(model.score(id(user), &values), Score::ColdStart, "row {row}")
            }
            None => {}
        }
        model.learn(id(user), &values, &policy);
        if row % 100 == 0 {
            let saved = serde_json::to_string(&model).unwrap();
            model = serde_json::from_str(&saved).unwrap();
        }
    }
    assert_eq!(compared, expected.len());
}

#[test]
fn rare_scores_alert_once_there_is_something_to_compare_with() {
    let policy = DetectionPolicy::default();
    // Three hundred people who sign in from home five times, and one of them from elsewhere.
    let mut story: Vec<_> = (0..1_500)
        .map(|i: i64| {
            let (person, home) = (i % 300, format!("10.{}.0.1", i % 300 % 200));
            seen(person as u128, i * 60, SIGNED_IN).from(&home, "NO", 1).on(known())
        })
        .collect();
    let elsewhere = |at| seen(7, at, SIGNED_IN).from("203.0.113.9", "RU", 64_666).by(FIREFOX).on(known());
    let found = |story: &[Observation], policy: &DetectionPolicy| {
        let signals = signals(story, policy);
        let scores = signals.into_iter().filter(|s| s.finding.detector == Detector::RiskScore);
        scores.map(|signal| signal.finding.severity).collect::<Vec<_>>()
    };
    story.push(elsewhere(100_000));
    assert_eq!(found(&story, &policy), [], "not enough to compare with");
    let eager = ScorePolicy { learn_scores: 200, ..ScorePolicy::default() };
    let eager = DetectionPolicy { risk_score: eager, ..policy };
    assert_eq!(found(&story, &eager).last(), Some(&Severity::High));
}
