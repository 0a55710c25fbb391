//! How long passwords are, when one is void, and which do not come back.

use crate::attacks::{many, slug};
use crate::checklist::item;
use crate::world::{Answer, PASSWORD, Person, World};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use watchbook_eventlog::Clock;

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";
const NOBODY: &str = "nobody@example.com";
const WRONG: &str = "not the right password at all";
const NEW: &str = "another horse, another staple";
/// Eight characters.
const SHORT: &str = "kestrel9";

impl World {
    async fn change(&self, person: &mut Person, old: &str, new: &str) -> Answer {
        self.later(60);
        let code = person.seed.as_ref().map(|seed| self.code(seed));
        let body = json!({"current_password": old, "new_password": new, "code": code});
        let answer = self.post_as(&person.token, "/v1/password", body).await;
        // Who was refused after the proof goes on with the new token too.
        if answer.status == 200 || answer.body["session"].is_object() {
            person.token = answer.token();
        }
        answer
    }

    async fn without_app(&self, person: &Person) -> Answer {
        self.call(Method::DELETE, "/v1/totp", Some(&person.token), None).await
    }

    async fn reset(&self, token: &Value, new: &str) -> Answer {
        self.post("/v1/password/reset", json!({"token": token, "new_password": new})).await
    }

    async fn forgotten(&self, email: &str) -> Value {
        self.post("/v1/password/forgot", json!({"identifier": email})).await.expect(202);
        self.link(email, "reset").await
    }

    async fn void(&self, operator: &Person, person: &Person) -> Answer {
        let path = format!("/v1/operator/accounts/{}/require-password-change", person.account);
        self.post_as(&operator.token, &path, json!({"note": "seen for sale"})).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_password_needs_a_second_factor_beside_it() {
    let world = World::start().await;
    let (mut ann, mut bob) = (world.with_totp(ANN).await, world.signed_in(BOB).await);
    let alone = world.change(&mut bob, PASSWORD, SHORT).await.expect_problem(422, "password-unacceptable");
    assert!(alone.body["detail"].as_str().unwrap().contains("15 characters"), "{}", alone.text);
    let shorter = world.change(&mut ann, PASSWORD, "kestrel").await;
    let shorter = shorter.expect_problem(422, "password-unacceptable");
    assert!(shorter.body["detail"].as_str().unwrap().contains("8 characters"), "{}", shorter.text);
    // Short ones have their own list of common ones.
    world.change(&mut ann, PASSWORD, "Sunshine1").await.expect_problem(422, "password-unacceptable");
    world.change(&mut ann, PASSWORD, SHORT).await.expect(200);
    world.without_app(&ann).await.expect_problem(409, "password-too-short-alone");
    world.change(&mut ann, SHORT, NEW).await.expect(200);
    world.without_app(&ann).await.expect(204);
    assert_eq!(world.sign_in(ANN, NEW).await.expect(200).body["status"], "signed_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_10_row_23_a_reset_counts_the_factors_of_its_account_and_strangers_learn_nothing() {
    let world = World::start().await;
    world.with_totp(ANN).await;
    world.signed_in(BOB).await;
    world.later(60);
    let (anns, bobs) = (world.forgotten(ANN).await, world.forgotten(BOB).await);
    world.reset(&bobs, SHORT).await.expect_problem(422, "password-unacceptable");
    world.reset(&bobs, NEW).await.expect(204);
    world.reset(&anns, SHORT).await.expect(204);
    assert_eq!(world.sign_in(ANN, SHORT).await.expect(200).body["status"], "second_factor_required");
    // A spent link and a wrong one say the same, whatever the password and whosever it was.
    let mut answers = vec![];
    for token in [&anns, &bobs, &json!("AAAA")] {
        for new in [SHORT, NEW] {
            answers.push(world.reset(token, new).await.expect_problem(410, "link-invalid").text);
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    // Nobody registers with a short one.
    let body = json!({"email": NOBODY, "password": SHORT});
    world.post("/v1/registrations", body.clone()).await.expect_problem(422, "password-unacceptable");
    let known = json!({"email": ANN, "password": SHORT});
    world.post("/v1/registrations", known).await.expect_problem(422, "password-unacceptable");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_11_no_race_leaves_a_short_password_alone() {
    let world = World::start().await;
    let mut ann = world.with_totp(ANN).await;
    let before = ann.clone();
    let (changed, removed) = tokio::join!(world.change(&mut ann, PASSWORD, SHORT), async {
        for _ in 0..20 {
            let removed = world.without_app(&before).await;
            if removed.status != 409 {
                return removed.status;
            }
        }
        409
    });
    let account = world.server.app.account(ann.account.parse().unwrap()).await.unwrap();
    let alone = account.password_standing.short && !account.requires_second_factor();
    assert!(!alone, "changed: {}, removed: {removed}", changed.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_password_is_replaced_by_the_mailed_link() {
    let world = World::start().await;
    let operator = world.operator().await;
    let ann = world.signed_in(ANN).await;
    let voided = world.void(&operator, &ann).await.expect(204);
    world.get_as(&ann.token, "/v1/account").await.expect_problem(401, "session-over");
    let path = format!("/v1/operator/accounts/{}", ann.account);
    let account = world.get_after(&voided, &operator.token, &path).await.expect(200);
    assert!(account.body["password_change_required_at"].is_string(), "{}", account.text);

    let mail = world.mail(ANN, "does not work any more").await;
    assert!(mail.text.contains("24 hours") && !mail.text.contains("for sale"), "{}", mail.text);
    let link = json!(mail.token);
    // Once more changes nothing and mails nothing.
    world.void(&operator, &ann).await.expect(204);
    let same = world.reset(&link, PASSWORD).await.expect_problem(422, "password-unacceptable");
    assert!(same.body["detail"].as_str().unwrap().contains("before"), "{}", same.text);
    world.reset(&link, NEW).await.expect(204);
    let session = world.sign_in(ANN, NEW).await.expect(200);
    let account = world.get_after(&session, &session.token(), "/v1/account").await.expect(200);
    assert!(account.body["password_change_required_at"].is_null());
    world.sign_in(ANN, PASSWORD).await.expect_problem(401, "invalid-credentials");
    world.settle().await;
    let told = world.mails(ANN).into_iter().filter(|mail| mail.text.contains("does not work any more"));
    assert_eq!(told.count(), 1);
    let activity = world.get_as(&session.token(), "/v1/activity").await.expect(200);
    let required = activity.body["activity"].as_array().unwrap().iter();
    let required: Vec<_> = required.filter(|item| item["type"] == "password.change_required").collect();
    assert_eq!(required.len(), 1);
    assert_eq!(required[0]["detail"], "compromised");
    assert!(!activity.text.contains("for sale"), "an operator's note is for operators");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_05_row_10_row_26_a_void_password_is_answered_and_counted_like_a_wrong_one() {
    let world = World::start().await;
    let operator = world.operator().await;
    let ann = world.with_totp(ANN).await;
    let waiting = world.sign_in(ANN, PASSWORD).await.expect(200).body["attempt"].clone();
    world.void(&operator, &ann).await.expect(204);
    // What was begun with it is over.
    world.later(60);
    let code = world.code(ann.seed.as_ref().unwrap());
    let body = json!({"attempt": waiting, "code": code});
    world.post("/v1/sign-in/second-factor", body).await.expect_problem(401, "attempt-over");

    let void = world.sign_in(ANN, PASSWORD).await.expect_problem(401, "invalid-credentials");
    let wrong = world.sign_in(ANN, WRONG).await.expect_problem(401, "invalid-credentials");
    let unknown = world.sign_in(NOBODY, WRONG).await.expect_problem(401, "invalid-credentials");
    assert_eq!(void.text, wrong.text);
    assert_eq!(void.text, unknown.text);
    // With the code as well, and from a known device.
    for device in [None, Some(&ann.device_token)] {
        let body = json!({"identifier": ANN, "password": PASSWORD, "code": code, "device_token": device});
        world.post("/v1/sign-in", body).await.expect_problem(401, "invalid-credentials");
    }
    // Three strangers' guesses so far: five are free.
    let outcomes = many(20, async |_| world.try_sign_in(ANN, PASSWORD).await).await;
    assert_eq!(outcomes.get(&slug(401, "invalid-credentials")), Some(&2), "{outcomes:?}");
    let body = json!({"identifier": ANN, "password": PASSWORD, "code": code});
    world.post("/v1/sign-in", body).await.expect_problem(429, "too-many-attempts");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_07_only_operators_void_passwords() {
    let world = World::start().await;
    let (ann, bob) = (world.signed_in(ANN).await, world.with_totp(BOB).await);
    world.void(&bob, &ann).await.expect_problem(403, "forbidden");
    world.void(&Person { token: "wbs_x".into(), ..bob }, &ann).await.expect_problem(401, "session-over");
    let operator = world.operator().await;
    let nobody = Person { account: "00000000-0000-0000-0000-000000000009".into(), ..ann.clone() };
    world.void(&operator, &nobody).await.expect_problem(404, "not-found");
    world.get_as(&ann.token, "/v1/account").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_still_signs_in_and_the_password_proves_nothing_there() {
    let world = World::at_localhost().await;
    let operator = world.operator().await;
    let (ann, mut authenticator) = world.with_passkey(ANN).await;
    world.void(&operator, &ann).await.expect(204);
    let session = world.by_passkey(&mut authenticator).await.expect(200);
    let token = session.token();
    let list = world.get_as(&token, "/v1/account/checklist").await.expect(200);
    let password = item(&list, "password");
    assert_eq!(
        (&password["state"], &password["fix"]["path"]),
        (&json!("urgent"), &json!("/v1/password/forgot"))
    );
    assert_eq!(password["reason"]["reason"], "compromised");
    let account = world.get_after(&session, &token, "/v1/account").await.expect(200);
    assert!(account.body["password_change_required_at"].is_string());
    let proof = json!({"password": PASSWORD, "code": "123456"});
    world.post_as(&token, "/v1/session/reauthenticate", proof).await.expect_problem(403, "wrong-password");
    let body = json!({"current_password": PASSWORD, "new_password": NEW, "code": "123456"});
    world.post_as(&token, "/v1/password", body).await.expect_problem(403, "wrong-password");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_23_the_link_goes_to_the_address_before_for_a_while() {
    let world = World::start().await;
    let operator = world.operator().await;
    let ann = world.signed_in(ANN).await;
    let thief = "thief@example.net";
    world.post_as(&ann.token, "/v1/email/change", json!({"email": thief})).await.expect(202);
    let token = world.link(thief, "confirm-email").await;
    world.post("/v1/email/change/confirm", json!({"token": token})).await.expect(204);
    world.void(&operator, &ann).await.expect(204);
    let mail = world.mail(ANN, "does not work any more").await;
    assert!(mails_of(&world, thief).await.iter().all(|text| !text.contains("/reset?token=")));
    world.reset(&json!(mail.token), NEW).await.expect(204);
}

async fn mails_of(world: &World, address: &str) -> Vec<String> {
    world.settle().await;
    world.mails(address).into_iter().map(|mail| mail.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn former_passwords_do_not_come_back_where_the_site_says_so() {
    let third = "a third horse, a third staple";
    let world = World::with(|config| config.policy.password.history = 2).await;
    let mut ann = world.signed_in(ANN).await;
    world.change(&mut ann, PASSWORD, PASSWORD).await.expect_problem(422, "password-unacceptable");
    world.change(&mut ann, PASSWORD, NEW).await.expect(200);
    // Who has not proved to know the password learns nothing of former ones.
    world.change(&mut ann, WRONG, PASSWORD).await.expect_problem(403, "wrong-password");
    world.change(&mut ann, NEW, PASSWORD).await.expect_problem(422, "password-unacceptable");
    let link = world.forgotten(ANN).await;
    world.reset(&link, PASSWORD).await.expect_problem(422, "password-unacceptable");
    world.reset(&link, third).await.expect(204);
    // The one in use and the one before: more is not kept.
    let before = world.clock.now() + TimeDelta::hours(1);
    let secrets = world.server.stores.vault.list_secrets(before, None, 100).await.unwrap();
    assert_eq!(secrets.iter().filter(|secret| secret.purpose == "password").count(), 2);
    let mut ann = Person { token: world.sign_in(ANN, third).await.expect(200).token(), ..ann };
    world.change(&mut ann, third, NEW).await.expect_problem(422, "password-unacceptable");
    world.change(&mut ann, third, PASSWORD).await.expect(200);

    let world = World::start().await;
    let mut ann = world.signed_in(ANN).await;
    world.change(&mut ann, PASSWORD, NEW).await.expect(200);
    world.change(&mut ann, NEW, PASSWORD).await.expect(200);
}
