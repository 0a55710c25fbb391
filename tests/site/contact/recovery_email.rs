//! The second address.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_address_is_proved_told_and_removed() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let ask =
        async |token: &str, email| world.post_as(token, "/v1/recovery-email", json!({"email": email})).await;
    ask(&ann.token, ANN).await.expect_problem(409, "conflict");
    let asked = ask(&ann.token, SECOND).await.expect(202);
    let state = world.get_after(&asked, &ann.token, "/v1/account").await.expect(200);
    assert_eq!(state.body["pending_recovery_email"], SECOND);
    assert!(state.body["recovery_email"].is_null());
    let link = world.link(SECOND, "confirm-recovery-email").await;
    let done = world.post("/v1/recovery-email/confirm", json!({"token": link})).await.expect(204);
    let state = world.get_after(&done, &ann.token, "/v1/account").await.expect(200);
    assert_eq!(state.body["recovery_email"], SECOND);
    assert!(state.body["recovery_email_proved_at"].is_string());
    let told = world.mail(ANN, "recovery address a…@example.org was confirmed").await;
    assert!(told.text.contains("/not-me?token="));

    // It is no identifier, must stay another one than the address, and others may have it too.
    world.sign_in(SECOND, PASSWORD).await.expect_problem(401, "invalid-credentials");
    world.later(60);
    world.ask_change(&ann.token, SECOND).await.expect_problem(409, "conflict");
    let bob = world.signed_in(BOB).await;
    let bobs = ask(&bob.token, SECOND).await.expect(202);
    assert_eq!(bobs.body["status"], "check_mail");
    let bobs = world.link_after(&link, SECOND, "confirm-recovery-email").await;
    world.post("/v1/recovery-email/confirm", json!({"token": bobs})).await.expect(204);

    // It hears of what matters, without a link.
    let changed = json!({"current_password": PASSWORD, "new_password": "another battery staple"});
    let token = world.post_as(&ann.token, "/v1/password", changed).await.expect(200).token();
    let heard = world.mail(SECOND, "Your password was changed").await;
    assert!(!heard.text.contains("token="), "{}", heard.text);

    let removed = world.delete_as(&token, "/v1/recovery-email").await.expect(204);
    let state = world.get_after(&removed, &token, "/v1/account").await.expect(200);
    assert!(state.body["recovery_email"].is_null());
    world.mail(ANN, "recovery address a…@example.org was removed").await;
    world.delete_as(&token, "/v1/recovery-email").await.expect_problem(409, "conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_became_the_accounts_own_is_no_recovery_address() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.post_as(&ann.token, "/v1/recovery-email", json!({"email": NEW})).await.expect(202);
    let recovery = world.link(NEW, "confirm-recovery-email").await;
    world.later(60);
    world.moved(&ann, NEW).await;
    world
        .post("/v1/recovery-email/confirm", json!({"token": recovery}))
        .await
        .expect_problem(410, "link-invalid");
}
