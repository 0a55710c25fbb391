//! What others try with somebody's addresses.

use super::*;
use crate::attacks::{many, slug};

fn outcome(answer: &Answer) -> (u16, String) {
    let (status, slug) = answer.outcome();
    (status, slug.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn row_10_a_taken_address_answers_like_a_free_one() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.verified(BOB).await;
    let seen = async |email: &str| {
        world.later(60);
        let started = std::time::Instant::now();
        let asked = world.ask_change(&ann.token, email).await.expect(202);
        assert!(started.elapsed() >= std::time::Duration::from_millis(400));
        let state = world.get_after(&asked, &ann.token, "/v1/account").await.expect(200);
        let activity = world.get_as(&ann.token, "/v1/activity").await;
        assert_eq!(state.body["pending_email"], email.to_lowercase());
        let cancelled = world.delete_as(&ann.token, "/v1/email/change").await;
        let newest = activity.body["activity"][0].clone();
        (asked.body.clone(), newest["type"].clone(), outcome(&cancelled))
    };
    assert_eq!(seen(BOB).await, seen(NEW).await);
    assert_eq!(seen("BOB@example.com").await, seen(NEW).await);
    world.mail(NEW, "/confirm-email?token=").await;
    let told = world.mail(BOB, "Somebody wanted to use your address").await;
    assert!(!told.text.contains("token="));
    assert!(world.mails(BOB).iter().all(|mail| !mail.text.contains("confirm-email")));
    assert_eq!(world.mails(BOB).iter().filter(|m| m.text.contains("wanted to use")).count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_08_row_22_links_work_once_under_concurrency() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.ask_change(&ann.token, NEW).await.expect(202);
    let link = world.link(NEW, "confirm-email").await;
    let outcomes = many(20, async |_| outcome(&world.confirm_change(&link).await)).await;
    assert_eq!(outcomes.get(&(204, String::new())), Some(&1), "{outcomes:?}");
    assert_eq!(outcomes.get(&slug(410, "link-invalid")), Some(&19), "{outcomes:?}");
    world.sign_in(NEW, PASSWORD).await.expect(200);

    let undo = world.link(ANN, "undo-email-change").await;
    let outcomes = many(20, async |_| outcome(&world.undo_change(&undo).await)).await;
    assert_eq!(outcomes.get(&(204, String::new())), Some(&1), "{outcomes:?}");
    assert_eq!(outcomes.get(&slug(410, "link-invalid")), Some(&19), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_18_of_two_who_prove_the_same_address_one_gets_it() {
    let world = World::start().await;
    let (ann, bob) = (world.signed_in(ANN).await, world.signed_in(BOB).await);
    world.ask_change(&ann.token, NEW).await.expect(202);
    let anns = world.link(NEW, "confirm-email").await;
    world.ask_change(&bob.token, NEW).await.expect(202);
    let bobs = world.link_after(&anns, NEW, "confirm-email").await;
    let links = [anns, bobs];
    let outcomes = many(2, async |n| outcome(&world.confirm_change(&links[n]).await)).await;
    assert_eq!(outcomes.get(&(204, String::new())), Some(&1), "{outcomes:?}");
    world.sign_in(NEW, PASSWORD).await.expect(200);
    let kept = [world.sign_in(ANN, PASSWORD).await.status, world.sign_in(BOB, PASSWORD).await.status];
    assert_eq!(kept.iter().filter(|status| **status == 200).count(), 1, "{kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_33_what_a_change_of_address_ends() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let other = world.sign_in(ANN, PASSWORD).await.expect(200).token();
    world.later(60);
    world.post("/v1/password/forgot", json!({"identifier": ANN})).await.expect(202);
    let reset = world.link(ANN, "reset").await;
    world.moved(&ann, NEW).await;
    world
        .call(Method::POST, "/v1/session/refresh", Some(&other), None)
        .await
        .expect_problem(401, "session-over");
    let set = json!({"token": reset, "new_password": "another battery staple"});
    world.post("/v1/password/reset", set).await.expect_problem(410, "link-invalid");
    world.get_as(&ann.token, "/v1/account").await.expect(200);

    // A change that waits ends with the session that asked, with a new password, and with a lock.
    let bob = world.signed_in(BOB).await;
    let elsewhere = world.sign_in(BOB, PASSWORD).await.expect(200).token();
    let wants = async |token: &str, email: &str| {
        world.later(60);
        world.ask_change(token, email).await.expect(202);
        world.link(email, "confirm-email").await
    };
    let first = wants(&elsewhere, "first@example.net").await;
    world.call(Method::POST, "/v1/sessions/end-others", Some(&bob.token), None).await.expect(204);
    world.confirm_change(&first).await.expect_problem(410, "link-invalid");
    let second = wants(&bob.token, "second@example.net").await;
    let change = json!({"current_password": PASSWORD, "new_password": "another battery staple"});
    let token = world.post_as(&bob.token, "/v1/password", change).await.expect(200).token();
    world.confirm_change(&second).await.expect_problem(410, "link-invalid");
    let third = wants(&token, "third@example.net").await;
    let not_me = world.link(BOB, "not-me").await;
    world.post("/v1/disown", json!({"token": not_me})).await.expect(204);
    world.confirm_change(&third).await.expect_problem(410, "link-invalid");
}

/// Also row 23: whoever sits in a session and moves the address does not get the password with it.
#[tokio::test(flavor = "multi_thread")]
async fn row_23_a_new_address_cannot_reset_the_password_at_once() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.moved(&ann, NEW).await;
    world.later(2 * DAY);
    world.post("/v1/password/forgot", json!({"identifier": NEW})).await.expect(202);
    let link = world.link(ANN, "reset").await;
    let held = world.mail(NEW, "go to the address before it").await;
    assert!(!held.text.contains("token="), "{}", held.text);
    let set = json!({"token": link, "new_password": "another battery staple"});
    world.post("/v1/password/reset", set).await.expect(204);
    // The hold is over.
    world.later(DAY);
    world.post("/v1/password/forgot", json!({"identifier": NEW})).await.expect(202);
    world.mail(NEW, "/reset?token=").await;
}

/// Whoever says "this was not me" gets the old address back too.
#[tokio::test(flavor = "multi_thread")]
async fn row_33_not_me_undoes_a_change_of_address() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.sign_in(ANN, PASSWORD).await.expect(200);
    let not_me = world.link(ANN, "not-me").await;
    world.moved(&ann, NEW).await;
    world.post("/v1/disown", json!({"token": not_me})).await.expect(204);
    world.later(4 * DAY);
    world.post("/v1/password/forgot", json!({"identifier": ANN})).await.expect(202);
    let set = json!({"token": world.link(ANN, "reset").await, "new_password": "another battery staple"});
    world.post("/v1/password/reset", set).await.expect(204);
    world.sign_in(ANN, "another battery staple").await.expect(200);
    world.sign_in(NEW, "another battery staple").await.expect_problem(401, "invalid-credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_35_pages_change_nothing_until_the_button_is_pressed() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.ask_change(&ann.token, NEW).await.expect(202);
    let press = async |page: &str, token: &Value| {
        let form = format!("token={}", token.as_str().unwrap());
        world.post_raw(page, "application/x-www-form-urlencoded", form).await
    };
    let confirm = world.link(NEW, "confirm-email").await;
    for _ in 0..2 {
        let page =
            world.get(&format!("/confirm-email?token={}", confirm.as_str().unwrap())).await.expect(200);
        assert!(
            page.text.contains("<form method=\"post\"") && page.text.contains("Confirm address"),
            "{}",
            page.text
        );
    }
    world.sign_in(NEW, PASSWORD).await.expect_problem(401, "invalid-credentials");
    press("/confirm-email", &confirm).await.expect(200);
    press("/confirm-email", &confirm).await.expect(410);
    world.sign_in(NEW, PASSWORD).await.expect(200);

    let undo = world.link(ANN, "undo-email-change").await;
    world.get(&format!("/undo-email-change?token={}", undo.as_str().unwrap())).await.expect(200);
    world.get_as(&ann.token, "/v1/account").await.expect(200);
    press("/undo-email-change", &undo).await.expect(200);
    press("/undo-email-change", &undo).await.expect(410);
    world.get_as(&ann.token, "/v1/account").await.expect_problem(401, "session-over");

    let bob = world.signed_in(BOB).await;
    world.post_as(&bob.token, "/v1/recovery-email", json!({"email": SECOND})).await.expect(202);
    let second = world.link(SECOND, "confirm-recovery-email").await;
    world.get(&format!("/confirm-recovery-email?token={}", second.as_str().unwrap())).await.expect(200);
    let state = world.get_as(&bob.token, "/v1/account").await.expect(200);
    assert!(state.body["recovery_email"].is_null());
    press("/confirm-recovery-email", &second).await.expect(200);
    press("/confirm-recovery-email", &second).await.expect(410);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_28_row_30_links_are_for_one_thing_and_steps_need_them() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.ask_change(&ann.token, NEW).await.expect(202);
    let confirm = world.link(NEW, "confirm-email").await;
    for path in ["/v1/email/change/undo", "/v1/recovery-email/confirm", "/v1/email/verify", "/v1/disown"] {
        world.post(path, json!({"token": confirm})).await.expect_problem(410, "link-invalid");
    }
    for path in ["/v1/email/change/confirm", "/v1/email/change/undo", "/v1/recovery-email/confirm"] {
        world.post(path, json!({"token": ""})).await.expect_problem(410, "link-invalid");
        world.post(path, json!({})).await.expect_problem(400, "malformed-request");
        world.post(path, json!({"token": confirm, "account_id": ann.account})).await.expect(400);
    }
    for (method, path) in [
        (Method::POST, "/v1/email/change"),
        (Method::DELETE, "/v1/email/change"),
        (Method::POST, "/v1/recovery-email"),
        (Method::DELETE, "/v1/recovery-email"),
        (Method::POST, "/v1/account/contact/confirm"),
    ] {
        let body = json!({"email": NEW});
        world.call(method, path, None, Some(body)).await.expect_problem(401, "session-over");
    }
    // A proof of identity of long ago is none.
    world.later(601);
    world.ask_change(&ann.token, NEW).await.expect_problem(403, "reauthentication-required");
    let body = json!({"email": SECOND});
    world
        .post_as(&ann.token, "/v1/recovery-email", body)
        .await
        .expect_problem(403, "reauthentication-required");
    world.delete_as(&ann.token, "/v1/recovery-email").await.expect_problem(403, "reauthentication-required");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_09_links_come_from_the_configured_url_only() {
    let world = World::with(|config| config.public_url = "https://login.example.com".into()).await;
    let ann = world.signed_in(ANN).await;
    let forged = [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
    let body = || Some(json!({"email": NEW}));
    world.call_with(Method::POST, "/v1/email/change", Some(&ann.token), body(), &forged).await.expect(202);
    let mail = world.mail(NEW, "/confirm-email?token=").await;
    assert!(mail.text.contains("https://login.example.com/confirm-email?token="), "{}", mail.text);
    assert!(!mail.text.contains("evil.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_14_row_20_a_lock_ends_what_waits_for_its_proof() {
    let world = World::start().await;
    let operator = world.operator().await;
    let ann = world.signed_in(ANN).await;
    world.moved(&ann, NEW).await;
    let undo = world.link(ANN, "undo-email-change").await;
    world.later(60);
    world.post_as(&ann.token, "/v1/recovery-email", json!({"email": SECOND})).await.expect(202);
    let second = world.link(SECOND, "confirm-recovery-email").await;
    let lock = format!("/v1/operator/accounts/{}/lock", ann.account);
    world.post_as(&operator.token, &lock, json!({"note": "reported"})).await.expect(204);
    world
        .post("/v1/recovery-email/confirm", json!({"token": second}))
        .await
        .expect_problem(410, "link-invalid");
    // The owner takes the address back; the operator's lock stays.
    world.undo_change(&undo).await.expect(204);
    world.post("/v1/password/forgot", json!({"identifier": ANN})).await.expect(202);
    let set = json!({"token": world.link(ANN, "reset").await, "new_password": "another battery staple"});
    world.post("/v1/password/reset", set).await.expect(204);
    world.sign_in(ANN, "another battery staple").await.expect_problem(401, "invalid-credentials");
}
