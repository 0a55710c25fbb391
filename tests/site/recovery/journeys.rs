//! From a loss of everything to the account, and all the ways in which it ends before.

use super::*;
use crate::world::PASSWORD;

const FRESH: &str = "an entirely different password";

#[tokio::test(flavor = "multi_thread")]
async fn who_has_lost_everything_gets_the_account_back() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    world.prove_number(&ann, NUMBER).await;
    let staff = world.staff().await;
    let case = world.proved(ANN, NEW).await;
    world.send_in(&case, "passport", PDF).await.expect(201);
    world.say(&case, "messages", "This is my passport.").await.expect(204);
    let asked = world.as_operator(&staff.one, &case, "messages", json!({"text": "And the back?"})).await;
    world.mail(NEW, "Support has written to you").await;
    let own = world.own(&case).await.expect(200);
    assert_eq!(
        own.body["messages"][1],
        json!({"from": "support", "text": "And the back?", "at": own.body["messages"][1]["at"]})
    );

    let queue = world.get_after(&asked.expect(204), &staff.two.token, "/v1/operator/recovery-cases").await;
    let queued = &queue.expect(200).body["cases"][0];
    assert_eq!((&queued["documents"], &queued["messages"]), (&json!(1), &json!(2)));
    assert_eq!(queued["awaits_support"], false);
    let read = format!("/v1/operator/recovery-cases/{}", case.id);
    let seen = world.get_as(&staff.two.token, &read).await.expect(200);
    assert_eq!((&seen.body["account"], &seen.body["contact_email"]), (&json!(ann.account), &json!(NEW)));

    world.approved(&staff, &case, &ann, true).await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while !world.messages(NUMBER).iter().any(|text| text.contains("/stop-recovery?token=")) {
        assert!(Instant::now() < deadline, "no warning by text message");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    world.mail(NEW, "Your recovery case was approved").await;
    world.later(WAITING - 60);
    world.settle().await;
    assert_eq!(world.stage(&case).await, "cooling_off");

    world.later(60);
    world.until_stage(&case, "executed").await;
    world.mail(ANN, "Your account was handed over").await;
    let mail = world.mail(NEW, "Your account is recovered").await;
    world.sign_in(NEW, PASSWORD).await.expect_problem(401, "invalid-credentials");
    world.post("/v1/password/reset", json!({"token": mail.token, "new_password": FRESH})).await.expect(204);
    let answer = world.sign_in(NEW, FRESH).await.expect(200);
    assert_eq!(answer.body["status"], "signed_in", "no second factor is left");
    assert_eq!(answer.body["session"]["account_id"], json!(ann.account));
    world.sign_in(ANN, FRESH).await.expect_problem(401, "invalid-credentials");
    world.sign_in(NUMBER, FRESH).await.expect_problem(401, "invalid-credentials");
    let account = world.get_as(&answer.token(), "/v1/account").await.expect(200);
    assert_eq!((&account.body["email"], &account.body["phone"]), (&json!(NEW), &Value::Null));
    assert_eq!(count(&world.history_of(&ann).await, "account.recovered"), 1);

    // The former address is free for the next.
    world.registered(ANN).await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while world.mails(ANN).iter().filter(|mail| mail.text.contains("/verify?token=")).count() < 2 {
        assert!(Instant::now() < deadline, "nobody can register with the former address");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_stays_if_the_case_says_so() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let staff = world.staff().await;
    let case = world.proved(ANN, NEW).await;
    world.approved(&staff, &case, &ann, false).await;
    world.later(WAITING);
    world.until_stage(&case, "executed").await;
    let mail = world.mail(NEW, "Your account is recovered").await;
    world.post("/v1/password/reset", json!({"token": mail.token, "new_password": FRESH})).await.expect(204);
    assert_eq!(world.sign_in(ANN, FRESH).await.expect(200).body["status"], "signed_in");
    world.sign_in(NEW, FRESH).await.expect_problem(401, "invalid-credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_in_stops_it() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let staff = world.staff().await;
    let stop = || world.call(Method::POST, "/v1/account/recovery/stop", Some(&ann.token), None);
    stop().await.expect_problem(409, "conflict");
    let case = world.proved(ANN, NEW).await;
    world.approved(&staff, &case, &ann, true).await;
    stop().await.expect(204);
    world.until_stage(&case, "stopped").await;
    world.mail(NEW, "Your recovery case was stopped").await;
    world.later(WAITING);
    world.settle().await;
    assert_eq!(count(&world.history_of(&ann).await, "account.recovered"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_with_the_second_factor_stops_it_and_one_without_does_not() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let staff = world.staff().await;
    let case = world.proved(ANN, NEW).await;
    world.approved(&staff, &case, &ann, true).await;
    let attempt = world.sign_in(ANN, PASSWORD).await.expect(200).body["attempt"].clone();
    let code = world.code(ann.seed.as_ref().unwrap());
    world.post("/v1/sign-in/second-factor", json!({"attempt": attempt, "code": code})).await.expect(200);
    world.later(WAITING);
    world.until_stage(&case, "stopped").await;
    world.sign_in(NEW, PASSWORD).await.expect_problem(401, "invalid-credentials");
    assert_eq!(world.sign_in(ANN, PASSWORD).await.expect(200).body["status"], "second_factor_required");
    // The address that was claimed for the account is free again.
    world.signed_in(NEW).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_stops_it() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let staff = world.staff().await;
    let case = world.proved(ANN, NEW).await;
    world.as_operator(&staff.one, &case, "stop", json!({})).await.expect_problem(409, "case-conflict");
    world.approved(&staff, &case, &ann, true).await;
    world.as_operator(&staff.one, &case, "stop", json!({})).await.expect(204);
    world.until_stage(&case, "stopped").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_is_explained_and_appealed_once_to_others() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let staff = world.staff().await;
    let three = world.another_operator("third@example.com").await;
    let case = world.proved(ANN, NEW).await;
    world.say(&case, "appeal", "Look again").await.expect_problem(409, "case-conflict");
    let reject = |operator: Person| {
        let (world, case) = (&world, &case);
        async move {
            world.as_operator(&operator, case, "reject", json!({"reason": "Somebody else's face."})).await
        }
    };
    reject(staff.one.clone()).await.expect(204);
    world.mail(NEW, "Somebody else's face.").await;
    assert_eq!(world.own(&case).await.expect(200).body["rejection"], "Somebody else's face.");
    world.say(&case, "messages", "But").await.expect_problem(409, "case-conflict");
    world.say(&case, "appeal", "It is an old picture.").await.expect(204);
    assert_eq!(world.stage(&case).await, "review");
    reject(staff.one.clone()).await.expect_problem(409, "case-conflict");
    let check = json!({"item": "no_takeover", "met": true});
    world.as_operator(&staff.one, &case, "checks", check).await.expect_problem(409, "case-conflict");
    world.check_all(&staff.two, &case).await;
    world.approve(&staff.two, &case, &ann.account, false).await.expect(204);
    world.approve(&staff.one, &case, &ann.account, false).await.expect_problem(409, "case-conflict");
    reject(three).await.expect(204);
    world.say(&case, "appeal", "Once more").await.expect_problem(409, "case-conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_nobody_decides_is_closed_told_and_destroyed() {
    const DAY: i64 = 86_400;
    let world = World::start().await;
    let case = world.proved(ANN, NEW).await;
    world.send_in(&case, "passport", PDF).await.expect(201);
    world.later(29 * DAY);
    world.say(&case, "messages", "Is somebody there?").await.expect(204);
    world.later(29 * DAY);
    world.settle().await;
    assert_eq!(world.stage(&case).await, "review");
    world.later(DAY);
    world.until_stage(&case, "lapsed").await;
    world.mail(NEW, "Nothing has happened for a long time").await;
    world.say(&case, "messages", "But").await.expect_problem(409, "case-conflict");
    // Closed once, however often it is looked at.
    world.settle().await;
    assert_eq!(count(&world.types().await, "recovery.lapsed"), 1);
    world.later(30 * DAY);
    let deadline = Instant::now() + Duration::from_secs(20);
    while world.own(&case).await.status != 401 {
        assert!(Instant::now() < deadline, "the case can still be read");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
