//! What follows from alerts: once, to the owner's good.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_victim_is_mailed_and_finds_the_way_back() {
    let world = World::with(unasked).await;
    let ann = world.at_home(ANN, 3).await;
    let thief = taken_over(&world, ANN).await.token();
    world.has("account.locked", 1).await;
    assert_eq!(world.locked(ANN).await, Some(LockReason::Detected));
    for token in [&thief, &ann.token] {
        world.get_as(token, "/v1/account").await.expect_problem(401, "session-over");
    }
    // Nobody is told but the owner.
    world.guess(AWAY, ANN, PASSWORD, None).await.expect_problem(401, "invalid-credentials");
    world
        .guess(HOME, ANN, PASSWORD, Some(&ann.device_token))
        .await
        .expect_problem(401, "invalid-credentials");
    let mail = world.mail(ANN, LOCKED_MAIL).await;
    let told = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("because somebody signed in on a new device right after many passwords"), "{told}");
    reset_by_mail(&world, &mail.text, ANN).await;
    world.guess(AWAY, ANN, PASSWORD, None).await.expect_problem(401, "invalid-credentials");
    let back = world.guess(HOME, ANN, "another horse, another staple", None).await.expect(200);
    let account = world.get_after(&back, &back.token(), "/v1/account").await.expect(200);
    assert_eq!(account.body["locked"], Value::Null);
    let activity = world.get_as(&back.token(), "/v1/activity").await.expect(200);
    let items = activity.body["activity"].as_array().unwrap().clone();
    let of = |kind: &str| items.iter().find(|item| item["type"] == kind).map(|item| item["detail"].clone());
    assert_eq!((of("account.locked"), of("detection.responded").is_some()), (Some(json!("detected")), true));
    assert_eq!(lock_mails(&world, ANN), 1);
    assert_eq!(world.locked(ANN).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_19_the_owner_with_a_second_factor_is_never_locked_by_a_strangers_guesses() {
    let world = World::with(unasked).await;
    let operator = world.operator().await;
    let ann = world.with_totp(ANN).await;
    world.wrong_passwords(AWAY, ANN, 10).await;
    world.later(120);
    // On a new device, from another network, in the middle of it.
    let first = world.guess("93.184.216.34", ANN, PASSWORD, None).await.expect(200);
    let body = json!({"attempt": first.body["attempt"], "code": world.code(ann.seed.as_ref().unwrap())});
    let inside = world.post_from("93.184.216.34", "/v1/sign-in/second-factor", body).await.expect(200);
    let alerts = world.detected(&operator).await;
    let after = only(&alerts, "success_after_campaign");
    assert_eq!((&after["severity"], &after["corroborates"]), (&json!("medium"), &json!(false)));
    assert_eq!(world.locked(ANN).await, None);
    world.get_as(&inside.token(), "/v1/account").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_brake_holds_and_says_so() {
    let world = World::with(|config| {
        unasked(config);
        config.detection.response.brake_least = 1;
    })
    .await;
    let operator = world.operator().await;
    for email in [ANN, "bob@example.com"] {
        world.at_home(email, 3).await;
    }
    assert_eq!(world.get("/readyz").await.body["detection"], "ok");
    taken_over(&world, ANN).await;
    world.has("account.locked", 1).await;
    taken_over(&world, "bob@example.com").await;
    world.has("brake.engaged", 1).await;
    world.mail("bob@example.com", "on the safe side").await;
    assert_eq!(world.locked("bob@example.com").await, None);
    let ready = world.get("/readyz").await.expect(200);
    assert_eq!(ready.body["detection"], "braking");
    let operator = world.signed_in_again(&operator).await;
    let statistics = world.get_as(&operator.token, "/v1/operator/alert-statistics").await.expect(200);
    assert!(statistics.body["braking_since"].is_string(), "{}", statistics.text);
    world.later(3_601);
    assert_eq!(world.get("/readyz").await.body["detection"], "ok");
    let counts = world.counts().await;
    assert_eq!((counts["account.locked"], counts["brake.counted"], counts["brake.engaged"]), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_proof_is_asked_for_and_changes_wait() {
    let world = World::with(|config| {
        // What alerts of a dormant account lead to here: a pause for changes.
        let hold = watchbook_domain::detection::response::Actions {
            medium: watchbook_domain::detection::Action::Hold,
            ..Default::default()
        };
        config.detection.response.actions =
            [(watchbook_domain::detection::Detector::DormantAccount, hold)].into();
    })
    .await;
    world.at_home(ANN, 1).await;
    world.later(91 * 86_400);
    // A new device after so long waits for the owner's word; confirmed, it raises its alert.
    let waiting = world.guess(HOME, ANN, PASSWORD, None).await.expect(200);
    assert_eq!(waiting.body["status"], "confirmation_required");
    let token = world.mail(ANN, "/confirm?token=").await.token.unwrap();
    world.post("/v1/sign-in/confirmation/approve", json!({"token": token})).await.expect(204);
    let body = json!({"attempt": waiting.body["attempt"], "secret": waiting.body["secret"]});
    let inside = world.post_from(HOME, "/v1/sign-in/confirmation", body).await.expect(200);
    world.has("detection.responded", 1).await;
    let account = world.get_as(&inside.token(), "/v1/account").await.expect(200);
    assert!(account.body["changes_held_until"].is_string(), "{}", account.text);
    let change = json!({"current_password": PASSWORD, "new_password": "another horse, another staple"});
    world.post_as(&inside.token(), "/v1/password", change).await.expect_problem(409, "changes-held");
    let totp = world.call(Method::POST, "/v1/totp", Some(&inside.token()), None).await;
    totp.expect_problem(409, "changes-held");
    // Whoever comes on a new device is asked about once more, at home too.
    let again = world.guess(HOME, ANN, PASSWORD, None).await.expect(200);
    assert_eq!(again.body["status"], "confirmation_required");
    world.later(86_401);
    let later = world.guess(HOME, ANN, PASSWORD, None).await.expect(200);
    assert_eq!(later.body["status"], "signed_in");
    world.call(Method::POST, "/v1/totp", Some(&later.token()), None).await.expect(200);
}
