//! Another address: the way there, and the way back.

use super::*;
use watchbook_domain::{Email, Identifier};

#[tokio::test(flavor = "multi_thread")]
async fn the_new_address_signs_in_once_it_is_proved() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let other = world.sign_in(ANN, PASSWORD).await.expect(200).token();
    let asked = world.ask_change(&ann.token, NEW).await.expect(202);
    assert_eq!(asked.body["status"], "check_mail");
    let state = world.get_after(&asked, &ann.token, "/v1/account").await.expect(200);
    assert_eq!((state.body["email"].as_str(), state.body["pending_email"].as_str()), (Some(ANN), Some(NEW)));
    world.sign_in(NEW, PASSWORD).await.expect_problem(401, "invalid-credentials");

    let confirmed = world.confirm_change(&world.link(NEW, "confirm-email").await).await.expect(204);
    let state = world.get_after(&confirmed, &ann.token, "/v1/account").await.expect(200);
    assert_eq!(state.body["email"], NEW);
    assert!(state.body["pending_email"].is_null() && state.body["email_proved_at"].is_string());
    world.get_as(&other, "/v1/account").await.expect_problem(401, "session-over");
    world.sign_in(ANN, PASSWORD).await.expect_problem(401, "invalid-credentials");
    world.sign_in(NEW, PASSWORD).await.expect(200);
    let told = world.mail(ANN, "/undo-email-change?token=").await;
    assert!(told.text.contains("a…@example.net") && told.text.contains("21 November 2023"), "{}", told.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_can_be_called_off_and_runs_out() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.delete_as(&ann.token, "/v1/email/change").await.expect_problem(409, "conflict");
    world.ask_change(&ann.token, NEW).await.expect(202);
    let link = world.link(NEW, "confirm-email").await;
    world.delete_as(&ann.token, "/v1/email/change").await.expect(204);
    world.confirm_change(&link).await.expect_problem(410, "link-invalid");

    world.ask_change(&ann.token, NEW).await.expect_problem(429, "too-many-attempts");
    world.later(60);
    world.ask_change(&ann.token, NEW).await.expect(202);
    world.later(60);
    world.ask_change(&ann.token, SECOND).await.expect(202);
    let second = world.link(SECOND, "confirm-email").await;
    let first = world.link(NEW, "confirm-email").await;
    world.confirm_change(&first).await.expect_problem(410, "link-invalid");
    world.later(DAY);
    world.confirm_change(&second).await.expect_problem(410, "link-invalid");
    world.sign_in(ANN, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_address_takes_the_account_back() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.moved(&ann, NEW).await;
    world.later(60);
    world.with_recovery_email(&ann, SECOND).await;
    let undo = world.link(ANN, "undo-email-change").await;
    world.later(6 * DAY);
    let session = world.sign_in(NEW, PASSWORD).await.expect(200).token();
    world.undo_change(&undo).await.expect(204);
    world.get_as(&session, "/v1/account").await.expect_problem(401, "session-over");
    for address in [ANN, NEW] {
        world.sign_in(address, PASSWORD).await.expect_problem(401, "invalid-credentials");
    }
    world.mail(ANN, "is the old one again").await;
    world.mail(ANN, "was locked because").await;

    // The way back: a new password over the old address.
    world.post("/v1/password/forgot", json!({"identifier": ANN})).await.expect(202);
    let reset = world.link(ANN, "reset").await;
    let new = json!({"token": reset, "new_password": "another battery staple"});
    world.post("/v1/password/reset", new).await.expect(204);
    let back = world.sign_in(ANN, "another battery staple").await.expect(200);
    let state = world.get_after(&back, &back.token(), "/v1/account").await.expect(200);
    assert_eq!(state.body["email"], ANN);
    assert!(state.body["recovery_email"].is_null(), "it came after the change that was not the owner's");
    world.undo_change(&undo).await.expect_problem(410, "link-invalid");
    // The address that was not is anybody's.
    world.signed_in(NEW).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_address_is_kept_for_a_week_and_then_released() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let first = world.link(ANN, "verify").await;
    world.moved(&ann, NEW).await;
    let undo = world.link(ANN, "undo-email-change").await;
    world.later(60);
    // There is one change at a time, and nobody else gets the old address.
    let token = world.reauthenticate(&ann.token).await;
    world.ask_change(&token, SECOND).await.expect_problem(409, "conflict");
    let bob = world.signed_in(BOB).await;
    world.ask_change(&bob.token, ANN).await.expect(202);
    world.mail(ANN, "Somebody wanted to use your address").await;
    // Who registers with it, or has forgotten a password there, causes no mail to the address of now.
    let before = (world.mails(ANN).len(), world.mails(NEW).len());
    world.later(3_600);
    world.registered(ANN).await;
    world.mail(ANN, "Somebody wanted to use your address").await;
    assert_eq!((world.mails(ANN).len(), world.mails(NEW).len()), (before.0 + 1, before.1));
    world.later(3_600);
    world.post("/v1/password/forgot", json!({"identifier": ANN})).await.expect(202);
    world.post("/v1/email/verification", json!({"email": ANN})).await.expect(202);
    world.settle().await;
    assert_eq!((world.mails(ANN).len(), world.mails(NEW).len()), (before.0 + 1, before.1));

    world.later(7 * DAY);
    world.undo_change(&undo).await.expect_problem(410, "link-invalid");
    let world = world.restart().await;
    let stream = world.server.app.claim_stream(&Identifier::Email(Email::parse(ANN).unwrap()));
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while world.server.app.claims.load(&stream).await.unwrap().state.holder.is_some() {
        assert!(std::time::Instant::now() < deadline, "the old address is still claimed");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    world.sign_in(NEW, PASSWORD).await.expect(200);
    world.registered(ANN).await;
    let verify = world.link_after(&first, ANN, "verify").await;
    world.post("/v1/email/verify", json!({"token": verify})).await.expect(204);
    world.sign_in(ANN, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_reviewed_twice_a_year() {
    let world = World::start().await;
    let device = world.signed_in(ANN).await.device_token;
    let due = async || {
        let known = json!({"identifier": ANN, "password": PASSWORD, "device_token": device});
        let signed_in = world.post("/v1/sign-in", known).await.expect(200);
        let state = world.get_after(&signed_in, &signed_in.token(), "/v1/account").await.expect(200);
        (state.body["contact_review_due"].as_bool().unwrap(), signed_in.token())
    };
    assert!(!due().await.0);
    world.later(180 * DAY);
    let (is_due, token) = due().await;
    assert!(is_due);
    let confirm = async || world.call(Method::POST, "/v1/account/contact/confirm", Some(&token), None).await;
    let confirmed = confirm().await.expect(204);
    let state = world.get_after(&confirmed, &token, "/v1/account").await.expect(200);
    assert_eq!(state.body["contact_review_due"], false);
    assert!(state.body["contact_confirmed_at"].is_string());
    assert!(confirm().await.expect(204).headers.get("watchbook-position").is_none(), "said a moment ago");
    world.later(179 * DAY);
    assert!(!due().await.0);
}
