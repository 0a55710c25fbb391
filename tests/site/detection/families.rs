//! Each family of attacks raises its alert, and no other.

use super::*;
use crate::mmdb::{city, database};

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/140.0.0.0 Safari/537.36";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";

async fn world() -> (World, Person) {
    let world = World::with(unasked).await;
    let operator = world.operator().await;
    (world, operator)
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_at_one_account_from_one_address_and_from_many() {
    let (world, operator) = world().await;
    let ann = world.at_home(ANN, 2).await;
    world.at_home("bob@example.com", 2).await;
    world.wrong_passwords(AWAY, ANN, 10).await;
    for n in 0..8 {
        let address = format!("{}.160.20.112", 89 + n);
        world.wrong_passwords(&address, "bob@example.com", 1).await;
    }
    let alerts = world.detected(&operator).await;
    assert_eq!(detectors(&alerts), BTreeSet::from(["brute_force", "distributed_brute_force"]));
    let alert = only(&alerts, "brute_force");
    assert_eq!(alert["account"], json!(ann.account));
    assert_eq!((&alert["severity"], &alert["state"]), (&json!("medium"), &json!("open")));
    assert_ne!(only(&alerts, "distributed_brute_force")["account"], json!(ann.account));
    // Failures alone lock nobody: the owners are told, and get in, on a new device too.
    world.mail(ANN, "many wrong passwords").await;
    world.mail("bob@example.com", "many wrong passwords").await;
    world.later(3_600);
    for email in [ANN, "bob@example.com"] {
        assert_eq!(world.locked(email).await, None);
        world.guess(HOME, email, PASSWORD, None).await.expect(200);
    }
    let alerts = world.detected(&operator).await;
    assert_eq!(alerts.iter().filter(|alert| alert["corroborates"] == json!(true)).count(), 0, "{alerts:?}");
    for email in [ANN, "bob@example.com"] {
        assert_eq!(world.locked(email).await, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stuffing_and_spraying() {
    let (world, operator) = world().await;
    for n in 0..15 {
        world.wrong_passwords(AWAY, &format!("stuffed{n}@example.com"), 1).await;
    }
    let alerts = world.detected(&operator).await;
    assert_eq!(detectors(&alerts), BTreeSet::from(["credential_stuffing"]));
    let stuffing = only(&alerts, "credential_stuffing");
    assert_eq!((&stuffing["about"], &stuffing["account"]), (&json!("source"), &Value::Null));
    world.later(7_200);
    for n in 0..32 {
        world.wrong_passwords("93.184.216.34", &format!("sprayed{}@example.com", n % 8), 1).await;
    }
    let alerts = world.detected(&operator).await;
    assert_eq!(detectors(&alerts), BTreeSet::from(["credential_stuffing", "password_spraying"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_after_guesses_locks() {
    let (world, operator) = world().await;
    world.at_home(ANN, 3).await;
    taken_over(&world, ANN).await;
    let alerts = world.detected(&operator).await;
    assert_eq!(detectors(&alerts), BTreeSet::from(["brute_force", "success_after_campaign"]));
    assert_eq!(only(&alerts, "success_after_campaign")["corroborates"], json!(true));
    assert_eq!(world.locked(ANN).await, Some(LockReason::Detected));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_and_requests_for_recovery() {
    let (world, operator) = world().await;
    let ann = world.with_totp(ANN).await;
    let attempt = world.sign_in(ANN, PASSWORD).await.expect(200).body["attempt"].clone();
    let right = world.code(ann.seed.as_ref().unwrap());
    let wrong = if right.starts_with('1') { "222222" } else { "111111" };
    for _ in 0..5 {
        let body = json!({"attempt": attempt, "code": wrong});
        world.post("/v1/sign-in/second-factor", body).await;
    }
    let alerts = world.detected(&operator).await;
    assert_eq!(detectors(&alerts), BTreeSet::from(["code_guessing"]));
    world.mail(ANN, "many wrong codes").await;
    for _ in 0..5 {
        world.later(61);
        world.post("/v1/password/forgot", json!({"identifier": ANN})).await.expect(202);
    }
    let alerts = world.detected(&operator).await;
    assert_eq!(detectors(&alerts), BTreeSet::from(["code_guessing", "recovery_abuse"]));
    assert_eq!(world.locked(ANN).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_nobody_used_and_a_new_device() {
    let (world, operator) = world().await;
    world.at_home(ANN, 1).await;
    world.later(91 * 86_400);
    world.guess(HOME, ANN, PASSWORD, None).await.expect(200);
    let alerts = world.detected(&operator).await;
    assert_eq!(detectors(&alerts), BTreeSet::from(["dormant_account"]));
    let mail = world.mail(ANN, "unusual way").await;
    assert!(mail.text.contains("on the safe side"), "{}", mail.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_that_sets_up_a_factor_is_recorded_in_the_shadow() {
    let (world, operator) = world().await;
    let ann = world.at_home(ANN, 2).await;
    let thief = world.guess(HOME, ANN, PASSWORD, None).await.expect(200).token();
    let started = world.call(Method::POST, "/v1/totp", Some(&thief), None).await.expect(200);
    let code = json!({"code": world.code(started.body["secret"].as_str().unwrap())});
    let thief = world.post_as(&thief, "/v1/totp/confirm", code).await.expect(200).token();
    let alerts = world.detected(&operator).await;
    assert_eq!(detectors(&alerts), BTreeSet::from(["takeover_sequence"]));
    assert_eq!(world.locked(ANN).await, None);
    let operator = world.signed_in_again(&operator).await;
    let head = world.server.stores.log.head().await.unwrap().0;
    let path = format!("/v1/operator/accounts/{}/history?at={head}", ann.account);
    let state = world.get_as(&operator.token, &path).await.expect(200);
    assert_eq!(state.body["state"]["suspicion"]["open"][0]["detector"], json!("takeover_sequence"));
    // Nothing of it is seen by whoever is signed in.
    let activity = world.get_as(&thief, "/v1/activity").await;
    assert!(!activity.text.contains("detection."), "{}", activity.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_goes_on_elsewhere_ends() {
    let (world, operator) = world().await;
    world.verified(ANN).await;
    let body = json!({"identifier": ANN, "password": PASSWORD});
    let from = [("x-forwarded-for", HOME), ("user-agent", CHROME)];
    let token =
        world.call_with(Method::POST, "/v1/sign-in", None, Some(body), &from).await.expect(200).token();
    let from = [("x-forwarded-for", AWAY), ("user-agent", FIREFOX)];
    let stolen =
        world.call_with(Method::POST, "/v1/session/refresh", Some(&token), None, &from).await.expect(200);
    let alerts = world.detected(&operator).await;
    assert_eq!(detectors(&alerts), BTreeSet::from(["session_hijack"]));
    world.get_as(&stolen.token(), "/v1/account").await.expect_problem(401, "session-over");
    let mail = world.mail(ANN, "All sessions of the account were ended").await;
    assert!(mail.token.is_some(), "it can be disowned: {}", mail.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_places_too_far_apart() {
    let (world, operator) = world().await;
    let file = world.folder.path().join("city.mmdb");
    let cities = database(&[
        ([81, 2, 69, 0], 24, city("Lisbon", "PT", (38.7, -9.1), 2860)),
        ([89, 160, 20, 0], 24, city("Tokyo", "JP", (35.7, 139.7), 2497)),
    ]);
    std::fs::write(&file, cities).unwrap();
    watchbook_signals::update(&world.config.geo_folder(), &[file]).unwrap();
    world.server.app.clients.refresh();
    let ann = world.at_home(ANN, 10).await;
    world.guess(HOME, ANN, PASSWORD, Some(&ann.device_token)).await.expect(200);
    world.later(1_800);
    let away = world.guess(AWAY, ANN, PASSWORD, None).await.expect(200);
    let alerts = world.detected(&operator).await;
    assert_eq!(detectors(&alerts), BTreeSet::from(["impossible_travel", "unfamiliar_context"]));
    let travel = only(&alerts, "impossible_travel");
    assert_eq!(travel["severity"], json!("high"));
    assert!(travel["summary"].as_str().unwrap().contains(" km in 30 min"), "{travel}");
    // Two that look at the same do not lock; whoever is inside has to prove anew what they want to change.
    assert_eq!(world.locked(ANN).await, None);
    let change = world.call(Method::POST, "/v1/totp", Some(&away.token()), None).await;
    change.expect_problem(403, "reauthentication-required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poisoned_history_is_no_history() {
    let world = World::with(unasked).await;
    let file = world.folder.path().join("city.mmdb");
    let cities = database(&[
        ([203, 0, 113, 0], 24, city("Lisbon", "PT", (38.7, -9.1), 2860)),
        ([198, 51, 100, 0], 24, city("Tokyo", "JP", (35.7, 139.7), 2497)),
    ]);
    std::fs::write(&file, cities).unwrap();
    watchbook_signals::update(&world.config.geo_folder(), &[file]).unwrap();
    world.server.app.clients.refresh();
    let operator = world.operator().await;
    world.verified(ANN).await;
    world.guess("203.0.113.9", ANN, PASSWORD, None).await.expect(200);
    // Weeks of failures make the attacker's place none of the owner's.
    for _ in 0..12 {
        world.later(2 * 86_400);
        world.guess("198.51.100.1", ANN, WRONG, None).await.expect_problem(401, "invalid-credentials");
    }
    world.later(2 * 86_400);
    world.guess("198.51.100.1", ANN, PASSWORD, None).await.expect(200);
    let alerts = world.detected(&operator).await;
    assert_eq!(detectors(&alerts), BTreeSet::from(["unfamiliar_context"]));
    assert_eq!(only(&alerts, "unfamiliar_context")["severity"], json!("medium"));
}
