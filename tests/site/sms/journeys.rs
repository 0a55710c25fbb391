//! What people do with a phone.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_proved_used_changed_and_removed() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.ask_number(&ann.token, "912 345 678").await.expect_problem(422, "malformed-phone");
    let code = world.code_by(NUMBER, world.ask_number(&ann.token, "+351 912-345-678")).await;
    world.sign_in(NUMBER, PASSWORD).await.expect_problem(401, "invalid-credentials");
    world.confirm_number(&ann.token, other_than(&code)).await.expect_problem(403, "wrong-code");
    let confirmed =
        world.confirm_number(&ann.token, &format!(" {} {} ", &code[..3], &code[3..])).await.expect(204);
    let account = world.get_after(&confirmed, &ann.token, "/v1/account").await.expect(200);
    assert_eq!((&account.body["phone"], &account.body["sms_enrolled"]), (&json!(NUMBER), &json!(false)));
    let mail = world.mail(ANN, "+351…78 was confirmed").await;
    assert!(mail.token.is_some() && !mail.text.contains("912345678"));
    for spelling in [NUMBER, " +351 912 345 678", "+351-912-345-678"] {
        world.sign_in(spelling, PASSWORD).await.expect(200);
    }
    world.ask_number(&ann.token, NUMBER).await.expect_problem(409, "conflict");

    world.prove_number(&ann, OTHER).await;
    world.sign_in(NUMBER, PASSWORD).await.expect_problem(401, "invalid-credentials");
    world.sign_in(OTHER, PASSWORD).await.expect(200);
    world.mail(ANN, "+44…23 was confirmed").await;

    world.later(700);
    let remove = || world.call(Method::DELETE, "/v1/phone", Some(&ann.token), None);
    remove().await.expect_problem(403, "reauthentication-required");
    let proof = json!({"password": PASSWORD});
    let token = world.post_as(&ann.token, "/v1/session/reauthenticate", proof).await.expect(200).token();
    let remove = || world.call(Method::DELETE, "/v1/phone", Some(&token), None);
    let removed = remove().await.expect(204);
    remove().await.expect_problem(409, "conflict");
    world.sign_in(OTHER, PASSWORD).await.expect_problem(401, "invalid-credentials");
    world.mail(ANN, "+44…23 was removed").await;
    let account = world.get_after(&removed, &token, "/v1/account").await.expect(200);
    assert_eq!(account.body["phone"], Value::Null);

    // Free for the next.
    world.with_number(BOB, OTHER).await;
    world.sign_in(OTHER, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_by_text_message_are_a_second_factor() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.ask(&ann.token, "/v1/sms").await.expect_problem(409, "conflict");
    world.prove_number(&ann, NUMBER).await;
    let mut ann = ann;
    world.enrol_sms(&mut ann, NUMBER).await;
    world.mail(ANN, "Codes by text message were set up").await;

    let answer = world.sign_in(NUMBER, PASSWORD).await.expect(200);
    assert_eq!(answer.body["factors"], json!(["sms"]));
    assert_eq!(answer.body["restricted"], json!(["sms"]));
    let attempt = &answer.body["attempt"];
    let code = world.code_by(NUMBER, world.ask_for(attempt)).await;
    let text = world.messages(NUMBER).pop().unwrap();
    assert!(
        text.contains("to sign in") && text.trim_end().ends_with(&format!("@127.0.0.1 #{code}")),
        "{text}"
    );
    let done = world.submit(attempt, &code).await.expect(200);
    assert_eq!(done.body["session"]["level"], "aal2");

    // Proving oneself anew takes a code too.
    world.later(700);
    world.ask_number(&ann.token, OTHER).await.expect_problem(403, "reauthentication-required");
    let proof = |code: Option<&str>| json!({"password": PASSWORD, "sms_code": code});
    let reauthenticate = |body| world.post_as(&ann.token, "/v1/session/reauthenticate", body);
    reauthenticate(proof(None)).await.expect_problem(403, "code-required");
    let code = world.code_by(NUMBER, world.ask(&ann.token, "/v1/session/sms")).await;
    reauthenticate(proof(Some(other_than(&code)))).await.expect_problem(403, "wrong-code");
    let token = reauthenticate(proof(Some(&code))).await.expect(200).token();
    let removed = world.call(Method::DELETE, "/v1/sms", Some(&token), None).await.expect(204);
    world.get_as(&done.token(), "/v1/account").await.expect_problem(401, "session-over");
    world.mail(ANN, "no longer the second step").await;
    assert_eq!(world.sign_in(NUMBER, PASSWORD).await.expect(200).body["status"], "signed_in");
    let account = world.get_after(&removed, &token, "/v1/account").await.expect(200);
    assert_eq!((&account.body["phone"], &account.body["sms_enrolled"]), (&json!(NUMBER), &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_loses_the_phone_signs_in_with_a_recovery_code_and_takes_it_off() {
    let world = World::start().await;
    let ann = world.with_sms(ANN, NUMBER).await;
    let codes = world.ask(&ann.token, "/v1/recovery-codes").await.expect(200);
    let recovery_code = codes.body["codes"][0].clone();
    let answer = world.sign_in(ANN, PASSWORD).await.expect(200);
    assert_eq!(answer.body["factors"], json!(["recovery_code", "sms"]), "strongest first");
    let body = json!({"attempt": answer.body["attempt"], "recovery_code": recovery_code});
    let token = world.post("/v1/sign-in/second-factor", body).await.expect(200).token();
    let removed = world.call(Method::DELETE, "/v1/phone", Some(&token), None).await.expect(204);
    world.get_as(&ann.token, "/v1/account").await.expect_problem(401, "session-over");
    let account = world.get_after(&removed, &token, "/v1/account").await.expect(200);
    assert_eq!(account.body["recovery_codes_left"], 0);
    assert_eq!(world.sign_in(ANN, PASSWORD).await.expect(200).body["status"], "signed_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_change_of_number_codes_wait_three_days_when_there_is_an_app() {
    let world = World::start().await;
    let mut ann = world.with_totp(ANN).await;
    world.ask(&ann.token, "/v1/recovery-codes").await.expect(200);
    world.prove_number(&ann, NUMBER).await;
    world.enrol_sms(&mut ann, NUMBER).await;
    let answer = world.sign_in(ANN, PASSWORD).await.expect(200);
    assert_eq!(answer.body["factors"], json!(["totp", "recovery_code", "sms"]));
    assert_eq!(answer.body["restricted"], json!(["sms"]));

    world.prove_number(&ann, OTHER).await;
    world.later(3 * 86_400 - 60);
    let answer = world.sign_in(ANN, PASSWORD).await.expect(200);
    assert_eq!(answer.body["factors"], json!(["totp", "recovery_code"]));
    world.ask_for(&answer.body["attempt"]).await.expect_problem(409, "conflict");
    world.later(61);
    let attempt = world.waiting(ANN).await;
    let code = world.code_by(OTHER, world.ask_for(&attempt)).await;
    world.submit(&attempt, &code).await.expect(200);
}
