//! What must not work.

use super::*;
use crate::world::PASSWORD;
use futures_util::future::join_all;

#[tokio::test(flavor = "multi_thread")]
async fn row_10_row_29_a_case_tells_nobody_whether_there_is_an_account() {
    let world = World::start().await;
    world.signed_in(ANN).await;
    let shape = |answer: &Answer| {
        let keys: Vec<_> = answer.body.as_object().unwrap().keys().cloned().collect();
        (answer.status, keys, answer.text.len())
    };
    let known = world.open(ANN, NEW).await;
    let unknown = world.open("nobody@example.com", "x@example.org").await;
    assert_eq!(shape(&known), shape(&unknown));
    world.mail("x@example.org", "/recovery-contact?token=").await;
    world.settle().await;
    assert!(!world.mails(ANN).iter().any(|mail| mail.text.contains("recover")), "nothing was looked up");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_08_row_22_a_contact_link_works_once() {
    let world = World::start().await;
    world.opened(ANN, NEW).await;
    let token = world.mail(NEW, "/recovery-contact?token=").await.token;
    let page = world.get(&format!("/recovery-contact?token={}", token.clone().unwrap())).await.expect(200);
    assert!(page.text.contains("<form"), "row 35: a look changes nothing");
    let prove = || world.post("/v1/recovery-cases/contact", json!({"token": token}));
    let mut statuses: Vec<_> = join_all((0..8).map(|_| prove())).await.iter().map(|a| a.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 410, 410, 410, 410, 410, 410, 410]);
    let case = world.opened(ANN, "late@example.org").await;
    let token = world.mail("late@example.org", "/recovery-contact?token=").await.token;
    world.later(86_400);
    world
        .post("/v1/recovery-cases/contact", json!({"token": token}))
        .await
        .expect_problem(410, "link-invalid");
    assert_eq!(world.stage(&case).await, "unproved");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_09_links_come_from_the_configured_address_alone() {
    let world = World::start().await;
    let body = json!({"registered_email": ANN, "contact_email": NEW, "reason": "Lost."});
    let forged = [("host", "evil.example"), ("x-forwarded-host", "evil.example")];
    world.call_with(Method::POST, "/v1/recovery-cases", None, Some(body), &forged).await.expect(202);
    let mail = world.mail(NEW, "/recovery-contact?token=").await;
    assert!(mail.text.contains(&world.config.public_url) && !mail.text.contains("evil.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_28_row_31_a_case_is_its_persons_and_concerns_the_account_that_it_names() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let bob = world.signed_in("bob@example.com").await;
    let staff = world.staff().await;
    let case = world.proved(ANN, NEW).await;
    let other = world.opened("bob@example.com", "bob@example.org").await;
    let swapped = format!("{}{}", &other.token[..26], &case.token[26..]);
    for token in ["", "wbc_", &swapped, &case.token[..60], &bob.token] {
        world.get_as(token, "/v1/recovery-case").await.expect_problem(401, "case-token-invalid");
    }
    let body = json!({"registered_email": ANN, "contact_email": NEW, "reason": "x", "account": bob.account});
    world.post("/v1/recovery-cases", body).await.expect_problem(400, "malformed-request");
    world.check_all(&staff.one, &case).await;
    world.approve(&staff.one, &case, &bob.account, true).await.expect_problem(409, "case-conflict");
    world.approve(&staff.one, &case, &ann.account, true).await.expect(204);
    world.approve(&staff.two, &case, &ann.account, false).await.expect_problem(409, "case-conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_06_it_takes_two_operators_who_are_some_when_they_approve() {
    let world = World::start().await;
    let ann = world.another_operator(ANN).await;
    let staff = world.staff().await;
    let case = world.proved(ANN, NEW).await;
    world.approve(&staff.one, &case, &ann.account, true).await.expect_problem(409, "case-conflict");
    world.check_all(&staff.one, &case).await;
    world.approve(&ann, &case, &ann.account, true).await.expect_problem(409, "case-conflict");
    let tries = (0..6).map(|_| world.approve(&staff.one, &case, &ann.account, true));
    let approved = join_all(tries).await.iter().filter(|answer| answer.status == 204).count();
    assert_eq!(approved, 1, "one operator is one, however often they ask");
    world.appoint(&staff.two, |account| OperatorEvent::Dismissed { account }).await;
    world.approve(&staff.two, &case, &ann.account, true).await.expect_problem(403, "forbidden");
    let weak = world.sign_in(&staff.one.email, PASSWORD).await.expect(200);
    assert_eq!(weak.body["status"], "second_factor_required", "row 4: nothing but its next step");
    assert_eq!(world.stage(&case).await, "review");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_30_every_step_needs_the_one_before() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let staff = world.staff().await;
    let case = world.opened(ANN, NEW).await;
    world.say(&case, "messages", "Hello").await.expect_problem(409, "case-conflict");
    world.send_in(&case, "passport", PDF).await.expect_problem(409, "case-conflict");
    let read = format!("/v1/operator/recovery-cases/{}", case.id);
    world.get_as(&staff.one.token, &read).await.expect_problem(404, "not-found");
    let check = json!({"item": "no_takeover", "met": true});
    world.as_operator(&staff.one, &case, "checks", check).await.expect_problem(404, "not-found");
    world.approve(&staff.one, &case, &ann.account, true).await.expect_problem(404, "not-found");
    let queue = "/v1/operator/recovery-cases?stage=unproved";
    world.get_as(&staff.one.token, queue).await.expect_problem(400, "malformed-request");
    world.post("/v1/recovery-stop", json!({"token": ""})).await.expect_problem(410, "link-invalid");
    world.post("/v1/recovery-cases/contact", json!({})).await.expect_problem(400, "malformed-request");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_35_the_warning_stops_it_by_a_button_and_once() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let staff = world.staff().await;
    let case = world.proved(ANN, NEW).await;
    world.approved(&staff, &case, &ann, true).await;
    let token = world.mail(ANN, "/stop-recovery?token=").await.token.unwrap();
    let page = world.get(&format!("/stop-recovery?token={token}")).await.expect(200);
    assert!(page.text.contains("Stop the recovery"));
    assert_eq!(world.stage(&case).await, "cooling_off");
    let form = format!("token={token}");
    world.post_raw("/stop-recovery", "application/x-www-form-urlencoded", form).await.expect(200);
    world.post("/v1/recovery-stop", json!({"token": token})).await.expect_problem(410, "link-invalid");
    world.until_stage(&case, "stopped").await;
    // The link of one recovery stops no other.
    let again = world.proved(ANN, "ann@example.net").await;
    world.approved(&staff, &again, &ann, true).await;
    world.post("/v1/recovery-stop", json!({"token": token})).await.expect_problem(410, "link-invalid");
    assert_eq!(world.stage(&again).await, "cooling_off");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_14_row_33_a_hand_over_ends_everything_but_an_operators_lock() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let staff = world.staff().await;
    world.post("/v1/password/forgot", json!({"identifier": ANN})).await.expect(202);
    let old_link = world.mail(ANN, "/reset?token=").await.token;
    let case = world.proved(ANN, NEW).await;
    world.approved(&staff, &case, &ann, true).await;
    let attempt = world.sign_in(ANN, PASSWORD).await.expect(200).body["attempt"].clone();
    let lock = format!("/v1/operator/accounts/{}/lock", ann.account);
    world.post_as(&staff.one.token, &lock, json!({})).await.expect(204);
    world.later(WAITING);
    world.until_stage(&case, "executed").await;
    world.get_as(&ann.token, "/v1/account").await.expect_problem(401, "session-over");
    let code = world.code(ann.seed.as_ref().unwrap());
    let second = json!({"attempt": attempt, "code": code});
    world.post("/v1/sign-in/second-factor", second).await.expect_problem(401, "attempt-over");
    let reset = |token| json!({"token": token, "new_password": "an entirely different password"});
    world.post("/v1/password/reset", reset(old_link)).await.expect_problem(410, "link-invalid");
    let link = world.mail(NEW, "Your account is recovered").await.token;
    world.post("/v1/password/reset", reset(link.clone())).await.expect(204);
    world.post("/v1/password/reset", reset(link)).await.expect_problem(410, "link-invalid");
    let refused = world.sign_in(NEW, "an entirely different password").await;
    refused.expect_problem(401, "invalid-credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_recovery_of_an_account_cools_off_at_a_time() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let staff = world.staff().await;
    let first = world.proved(ANN, NEW).await;
    let second = world.proved(ANN, "mallory@example.org").await;
    world.approved(&staff, &first, &ann, true).await;
    world.check_all(&staff.one, &second).await;
    world.approve(&staff.one, &second, &ann.account, true).await.expect(204);
    world.approve(&staff.two, &second, &ann.account, true).await.expect(204);
    world.until_stage(&second, "stopped").await;
    assert_eq!(world.stage(&first).await, "cooling_off");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_accounts_address_is_not_taken() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    world.signed_in(NEW).await;
    let staff = world.staff().await;
    let case = world.proved(ANN, NEW).await;
    world.approved(&staff, &case, &ann, true).await;
    world.later(WAITING);
    world.until_stage(&case, "stopped").await;
    assert_eq!(world.sign_in(ANN, PASSWORD).await.expect(200).body["status"], "second_factor_required");
    assert_eq!(world.sign_in(NEW, PASSWORD).await.expect(200).body["status"], "signed_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_are_bounded_by_source_and_mails_by_address() {
    let world = World::with(|config| config.policy.recovery.cases_per_source = 5).await;
    let tries = (0..12).map(|_| world.open(ANN, NEW));
    let opened = join_all(tries).await.iter().filter(|answer| answer.status == 202).count();
    assert_eq!(opened, 5, "reserved before they are opened");
    let refused = world.open(ANN, "other@example.org").await;
    assert!(refused.headers.contains_key("retry-after"));
    refused.expect_problem(429, "too-many-attempts");
    world.settle().await;
    let mails = world.mails(NEW).len();
    assert_eq!(mails, 3, "whoever opens cases in another's name sends no more than that");
    world.later(86_400);
    world.open(ANN, NEW).await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_the_waiting_time_hands_over_once() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let staff = world.staff().await;
    let case = world.proved(ANN, NEW).await;
    world.approved(&staff, &case, &ann, true).await;
    world.later(WAITING);
    let world = world.restart().await;
    world.until_stage(&case, "executed").await;
    let world = world.restart().await;
    world.settle().await;
    let history = world.history_of(&ann).await;
    assert_eq!(count(&history, "account.recovered"), 1);
    assert_eq!(count(&history, "support_recovery.started"), 1);
    let mails = world.mails(NEW);
    assert_eq!(mails.iter().filter(|mail| mail.text.contains("Your account is recovered")).count(), 1);
}
