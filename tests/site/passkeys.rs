//! Passkeys: enrolled, used as second factor and alone, and attacked.

use crate::attacks::{many, slug};
use crate::authenticator::{Authenticator, ORIGIN, authenticator, without_user_verification};
use crate::world::{Answer, PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use watchbook_eventlog::Position;

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";

/// A challenge as the server gave it out.
struct Challenge {
    ceremony: Value,
    options: Value,
}

impl Challenge {
    fn of(answer: &Answer) -> Self {
        Self { ceremony: answer.body["ceremony"].clone(), options: answer.body["options"].clone() }
    }

    fn signed(&self, authenticator: &mut Authenticator) -> Value {
        json!({"ceremony": self.ceremony, "credential": authenticator.get(&self.options)})
    }
}

impl World {
    pub(crate) async fn at_localhost() -> Self {
        Self::with(|config| config.public_url = ORIGIN.into()).await
    }

    async fn enrolment(&self, token: &str) -> Challenge {
        let options = self.call(Method::POST, "/v1/passkeys/options", Some(token), None).await;
        Challenge::of(&options.expect(200))
    }

    async fn try_enrol(&self, token: &str, authenticator: &mut Authenticator) -> Answer {
        let challenge = self.enrolment(token).await;
        let credential = authenticator.create(&challenge.options);
        let body = json!({"ceremony": challenge.ceremony, "credential": credential, "name": "phone"});
        self.post_as(token, "/v1/passkeys", body).await
    }

    /// Signed in, with a passkey.
    pub(crate) async fn with_passkey(&self, email: &str) -> (Person, Authenticator) {
        let mut person = self.signed_in(email).await;
        let mut authenticator = authenticator();
        person.token = self.try_enrol(&person.token, &mut authenticator).await.expect(200).token();
        (person, authenticator)
    }

    async fn challenge(&self) -> Challenge {
        Challenge::of(&self.post("/v1/sign-in/passkey/options", json!({})).await.expect(200))
    }

    async fn present(&self, proof: Value) -> Answer {
        self.post("/v1/sign-in/passkey", json!({"passkey": proof})).await
    }

    /// A sign-in by passkey alone.
    pub(crate) async fn by_passkey(&self, authenticator: &mut Authenticator) -> Answer {
        let proof = self.challenge().await.signed(authenticator);
        self.present(proof).await
    }

    /// The password is right; a challenge for the second factor.
    async fn password_then_challenge(&self, person: &Person) -> (Value, Challenge) {
        let attempt = self.sign_in(&person.email, PASSWORD).await.expect(200).body["attempt"].clone();
        let options = self.post("/v1/sign-in/second-factor/options", json!({"attempt": attempt})).await;
        (attempt, Challenge::of(&options.expect(200)))
    }

    async fn second_factor(&self, attempt: &Value, proof: Value) -> Answer {
        self.post("/v1/sign-in/second-factor", json!({"attempt": attempt, "passkey": proof})).await
    }

    async fn recorded(&self, event_type: &str) -> usize {
        let log = self.server.stores.log.read_all(Position::START, 10_000).await.unwrap();
        log.iter().filter(|recorded| recorded.event.event_type == event_type).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn enrolled_named_listed_and_removed() {
    let world = World::at_localhost().await;
    let ann = world.signed_in(ANN).await;
    let other = world.sign_in(ANN, PASSWORD).await.expect(200).token();
    let challenge = world.enrolment(&ann.token).await;
    assert_eq!(challenge.options["rp"]["id"], "localhost");
    assert_eq!(challenge.options["authenticatorSelection"]["userVerification"], "required");
    let mut phone = authenticator();
    let credential = phone.create(&challenge.options);
    let body = json!({"ceremony": challenge.ceremony, "credential": credential, "name": "phone"});
    let enrolled = world.post_as(&ann.token, "/v1/passkeys", body).await.expect(200);
    assert_eq!(enrolled.body["level"], "aal2");
    let token = enrolled.token();
    for ended in [&ann.token, &other] {
        world.get_as(ended, "/v1/account").await.expect_problem(401, "session-over");
    }
    let account = world.get_after(&enrolled, &token, "/v1/account").await.expect(200);
    assert_eq!(account.body["passkeys"], 1);
    world.mail(ANN, "A passkey was added").await;

    // The browser is told which passkeys there are; whoever brings one anyway is refused.
    let again = world.enrolment(&token).await;
    assert_eq!(again.options["excludeCredentials"].as_array().unwrap().len(), 1);
    let body =
        json!({"ceremony": again.ceremony, "credential": phone.create(&again.options), "name": "twice"});
    world.post_as(&token, "/v1/passkeys", body).await.expect_problem(409, "conflict");

    let token = world.try_enrol(&token, &mut authenticator()).await.expect(200).token();
    let path = format!("/v1/passkeys/{}", enrolled.body["passkey_id"].as_str().unwrap());
    let rename = |name: &str| Some(json!({"name": name}));
    let named = world.call(Method::PATCH, &path, Some(&token), rename("key ring")).await.expect(204);
    world.call(Method::PATCH, &path, Some(&token), rename("")).await.expect_problem(422, "name-invalid");
    let list = world.get_as(&token, "/v1/passkeys").await.expect(200);
    let names: Vec<_> = list.body["passkeys"].as_array().unwrap().iter().map(|p| &p["name"]).collect();
    assert!(names.contains(&&json!("key ring")) && names.contains(&&json!("phone")), "{names:?}");
    let activity = world.get_after(&named, &token, "/v1/activity").await.expect(200);
    assert!(activity.text.contains("passkey.enrolled") && activity.text.contains("passkey.renamed"));

    world.later(700);
    let removal = world.call(Method::DELETE, &path, Some(&token), None).await;
    removal.expect_problem(403, "reauthentication-required");
    let token = world.by_passkey(&mut phone).await.expect(200).token();
    world.call(Method::DELETE, &path, Some(&token), None).await.expect(204);
    world.call(Method::DELETE, &path, Some(&token), None).await.expect_problem(404, "not-found");
    world.mail(ANN, "A passkey was removed").await;
    world.by_passkey(&mut phone).await.expect_problem(401, "invalid-passkey");
}

#[tokio::test(flavor = "multi_thread")]
async fn as_second_factor_strongest_first() {
    let world = World::at_localhost().await;
    let mut ann = world.with_totp(ANN).await;
    let mut phone = authenticator();
    ann.token = world.try_enrol(&ann.token, &mut phone).await.expect(200).token();
    world.call(Method::POST, "/v1/recovery-codes", Some(&ann.token), None).await.expect(200);
    let first = world.sign_in(ANN, PASSWORD).await.expect(200);
    assert_eq!(first.body["factors"], json!(["passkey", "totp", "recovery_code"]));

    let (attempt, challenge) = world.password_then_challenge(&ann).await;
    assert_eq!(challenge.options["allowCredentials"].as_array().unwrap().len(), 1);
    // Some authenticators leave the user handle out when the site has named the passkey.
    let mut silent = Authenticator { user_handle: None, ..phone.clone() };
    let done = world.second_factor(&attempt, challenge.signed(&mut silent)).await.expect(200);
    assert_eq!(done.body["session"]["level"], "aal2");
    phone.counter = silent.counter;
    let list = world.get_as(&done.token(), "/v1/passkeys").await.expect(200);
    assert!(list.body["passkeys"][0]["last_used_at"].is_string());

    // The app still works, and a passkey proves the person anew within a session.
    let first = world.sign_in(ANN, PASSWORD).await.expect(200);
    let code = world.code(ann.seed.as_ref().unwrap());
    let body = json!({"attempt": first.body["attempt"], "code": code});
    world.post("/v1/sign-in/second-factor", body).await.expect(200);
    world.later(700);
    let path = "/v1/session/reauthenticate/options";
    let challenge =
        Challenge::of(&world.call(Method::POST, path, Some(&done.token()), None).await.expect(200));
    let proof = challenge.signed(&mut phone);
    let body = json!({"password": PASSWORD, "passkey": proof});
    let token =
        world.post_as(&done.token(), "/v1/session/reauthenticate", body.clone()).await.expect(200).token();
    world.post_as(&token, "/v1/session/reauthenticate", body).await.expect_problem(403, "wrong-code");
    world.call(Method::DELETE, "/v1/totp", Some(&token), None).await.expect(204);
    // The recovery codes stay while there is a passkey.
    let first = world.sign_in(ANN, PASSWORD).await.expect(200);
    assert_eq!(first.body["factors"], json!(["passkey", "recovery_code"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn alone_it_opens_a_session_like_any_other() {
    let world = World::at_localhost().await;
    let (ann, mut phone) = world.with_passkey(ANN).await;
    assert_eq!(world.challenge().await.options["allowCredentials"], json!([]));
    let proof = world.challenge().await.signed(&mut phone);
    let body = json!({"passkey": proof, "device_token": ann.device_token});
    let done = world.post("/v1/sign-in/passkey", body).await.expect(200);
    assert_eq!(done.body["session"]["level"], "aal2");
    assert_eq!(done.body["session"]["device"]["new"], false);
    let activity = world.get_after(&done, &done.token(), "/v1/activity").await.expect(200);
    let accepted =
        activity.body["activity"].as_array().unwrap().iter().find(|a| a["type"] == "passkey.accepted");
    assert_eq!(accepted.unwrap()["address"], "127.0.0.1");

    let unknown_device = world.by_passkey(&mut phone).await.expect(200);
    assert_eq!(unknown_device.body["session"]["device"]["new"], true);
    world.mail(ANN, "New sign-in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_bare_address_there_are_none() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let options = world.call(Method::POST, "/v1/passkeys/options", Some(&ann.token), None).await;
    options.expect_problem(409, "passkeys-unavailable");
    world.post("/v1/sign-in/passkey/options", json!({})).await.expect_problem(409, "passkeys-unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_08_one_assertion_at_once_gives_exactly_one_session() {
    let world = World::at_localhost().await;
    let (ann, mut phone) = world.with_passkey(ANN).await;
    let proof = world.challenge().await.signed(&mut phone);
    let outcomes = many(20, async |_| {
        let answer = world.present(proof.clone()).await;
        let (status, slug) = answer.outcome();
        (status, slug.to_owned())
    })
    .await;
    assert_eq!(outcomes, BTreeMap::from([(slug(200, ""), 1), (slug(401, "invalid-passkey"), 19)]));
    world.present(proof).await.expect_problem(401, "invalid-passkey");

    let (attempt, challenge) = world.password_then_challenge(&ann).await;
    let proof = challenge.signed(&mut phone);
    let outcomes = many(20, async |_| {
        let answer = world.second_factor(&attempt, proof.clone()).await;
        let (status, slug) = answer.outcome();
        (status, slug.to_owned())
    })
    .await;
    assert_eq!(outcomes, BTreeMap::from([(slug(200, ""), 1), (slug(401, "attempt-over"), 19)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_28_challenges_are_bound_to_what_they_are_for() {
    let world = World::at_localhost().await;
    let (ann, mut phone) = world.with_passkey(ANN).await;
    let (bob, mut key) = world.with_passkey(BOB).await;
    let (first, challenge) = world.password_then_challenge(&ann).await;
    let (second, _) = world.password_then_challenge(&ann).await;
    // Of another attempt, of another purpose, of another account.
    let proof = challenge.signed(&mut phone);
    world.second_factor(&second, proof.clone()).await.expect_problem(401, "invalid-passkey");
    world.present(proof).await.expect_problem(401, "invalid-passkey");
    let alone = world.challenge().await.signed(&mut phone);
    world.second_factor(&first, alone).await.expect_problem(401, "invalid-passkey");
    let (attempt, _) = world.password_then_challenge(&bob).await;
    let proof = challenge.signed(&mut key);
    world.second_factor(&attempt, proof).await.expect_problem(401, "invalid-passkey");
    // Somebody else's passkey, with its own handle and without one.
    for handle in [key.user_handle.clone(), None] {
        let (attempt, challenge) = world.password_then_challenge(&ann).await;
        let mut foreign = Authenticator { user_handle: handle, ..key.clone() };
        let proof = challenge.signed(&mut foreign);
        world.second_factor(&attempt, proof).await.expect_problem(401, "invalid-passkey");
    }
    let mut foreign = Authenticator { user_handle: phone.user_handle.clone(), ..key.clone() };
    world.by_passkey(&mut foreign).await.expect_problem(401, "invalid-passkey");
    // An enrolment of another session.
    let challenge = world.enrolment(&ann.token).await;
    let credential = authenticator().create(&challenge.options);
    let body = json!({"ceremony": challenge.ceremony, "credential": credential, "name": "x"});
    world.post_as(&bob.token, "/v1/passkeys", body).await.expect_problem(401, "invalid-passkey");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_38_origin_relying_party_and_user_verification_are_exact() {
    let world = World::at_localhost().await;
    let (ann, mut phone) = world.with_passkey(ANN).await;
    let liar = |change: fn(&mut Authenticator)| {
        let mut liar = phone.clone();
        change(&mut liar);
        liar
    };
    let liars = [
        liar(|a| a.origin = "http://localhost:8081".into()),
        liar(|a| a.origin = "https://localhost:8080".into()),
        liar(|a| a.origin = "http://evil-localhost:8080".into()),
        liar(|a| a.origin = "http://localhost:8080.example.com".into()),
        liar(|a| a.origin = "http://sub.localhost:8080".into()),
        liar(|a| a.rp_id = "example.com".into()),
        without_user_verification(phone.clone()),
        liar(|a| a.flags = 0x04),
    ];
    let mut token = ann.token.clone();
    for mut liar in liars {
        world.by_passkey(&mut liar).await.expect_problem(401, "invalid-passkey");
        let (attempt, challenge) = world.password_then_challenge(&ann).await;
        let proof = challenge.signed(&mut liar);
        world.second_factor(&attempt, proof).await.expect_problem(401, "invalid-passkey");
        liar.credential_id = vec![9; 16];
        world.try_enrol(&token, &mut liar).await.expect_problem(401, "invalid-passkey");
        // The failures before must not stand in the way of the next.
        world.later(3_600);
        let again = world.by_passkey(&mut phone).await.expect(200);
        assert!(again.body["session"]["failed_attempts_since"].as_u64().unwrap() >= 1);
        token = again.token();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_24_a_counter_that_goes_backwards_is_refused_and_recorded() {
    let world = World::at_localhost().await;
    let (ann, mut phone) = world.with_passkey(ANN).await;
    let mut copy = phone.clone();
    world.by_passkey(&mut phone).await.expect(200);
    world.by_passkey(&mut phone).await.expect(200);
    world.by_passkey(&mut copy).await.expect_problem(401, "invalid-passkey");
    let (attempt, challenge) = world.password_then_challenge(&ann).await;
    let proof = challenge.signed(&mut copy);
    world.second_factor(&attempt, proof).await.expect_problem(401, "invalid-passkey");
    assert_eq!(world.recorded("passkey.copy_suspected").await, 2);
    world.mail(ANN, "A passkey was refused").await;
    world.by_passkey(&mut phone).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_10_row_14_strangers_learn_nothing_from_a_passkey() {
    let world = World::at_localhost().await;
    let operator = world.operator().await;
    let (ann, mut phone) = world.with_passkey(ANN).await;
    let (_, mut wrong) = world.with_passkey(BOB).await;
    wrong.origin = "https://example.com".into();
    let mut unknown = authenticator();
    unknown.user_handle = Some(crate::authenticator::base64([7; 16]));
    let pending = world.challenge().await;
    let lock = format!("/v1/operator/accounts/{}/lock", ann.account);
    world.post_as(&operator.token, &lock, json!({})).await.expect(204);
    // Locked, wrong and unknown answer alike, and have the same budget.
    let mut answers = vec![world.present(pending.signed(&mut phone)).await];
    for authenticator in [&mut wrong, &mut unknown] {
        for _ in 0..5 {
            answers.push(world.by_passkey(authenticator).await);
        }
        let refused = world.by_passkey(authenticator).await.expect_problem(429, "too-many-attempts");
        assert_eq!(refused.headers["retry-after"], "1");
    }
    let first = answers[0].text.clone();
    for answer in answers {
        assert_eq!((answer.outcome(), &answer.text), ((401, "invalid-passkey"), &first));
    }
    assert_eq!(world.recorded("sign_in.refused").await, 1);
    // The owner gets in while strangers are refused: row 19.
    wrong.origin = ORIGIN.into();
    world.by_passkey(&mut wrong).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn challenges_expire_and_input_is_bounded() {
    let world = World::at_localhost().await;
    let (ann, mut phone) = world.with_passkey(ANN).await;
    let proof = world.challenge().await.signed(&mut phone);
    let enrolment = world.enrolment(&ann.token).await;
    world.later(600);
    world.present(proof).await.expect_problem(401, "invalid-passkey");
    let credential = authenticator().create(&enrolment.options);
    let body = json!({"ceremony": enrolment.ceremony, "credential": credential, "name": "late"});
    world.post_as(&ann.token, "/v1/passkeys", body).await.expect_problem(401, "invalid-passkey");

    let good = world.challenge().await.signed(&mut phone);
    let with = |part: &str, value: Value| {
        let mut bad = good.clone();
        bad["credential"]["response"][part] = value;
        bad
    };
    for part in ["clientDataJSON", "authenticatorData", "signature"] {
        let whole = good["credential"]["response"][part].as_str().unwrap();
        for value in ["", &whole[..4], &whole[..whole.len() / 2], &"A".repeat(8_000)] {
            let answer = world.present(with(part, json!(value))).await;
            assert!([400, 401, 429].contains(&answer.status), "{part}: {}", answer.text);
        }
        assert_eq!(world.present(with(part, Value::Null)).await.outcome(), (400, "malformed-request"));
    }
    world.present(with("userHandle", json!("AAAA"))).await.expect_problem(400, "malformed-request");
    world.present(with("signature", json!("A".repeat(20_000)))).await.expect_problem(413, "body-too-large");
    for bad in [json!({}), json!({"passkey": {}}), json!({"passkey": {"ceremony": "", "credential": 1}})] {
        world.post("/v1/sign-in/passkey", bad).await.expect_problem(400, "malformed-request");
    }
    let mut forged = good.clone();
    forged["ceremony"] = json!("AAAA");
    world.present(forged).await.expect_problem(401, "invalid-passkey");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_20_not_me_ends_what_passkeys_began_and_leaves_them() {
    let world = World::at_localhost().await;
    let (ann, mut phone) = world.with_passkey(ANN).await;
    let (attempt, challenge) = world.password_then_challenge(&ann).await;
    let alone = world.challenge().await;
    let token = world.mail(ANN, "/not-me?token=").await.token.unwrap();
    world
        .post_raw("/not-me", "application/x-www-form-urlencoded", format!("token={token}"))
        .await
        .expect(200);
    world.get_as(&ann.token, "/v1/passkeys").await.expect_problem(401, "session-over");
    let proof = challenge.signed(&mut phone);
    world.second_factor(&attempt, proof).await.expect_problem(401, "attempt-over");
    let proof = alone.signed(&mut phone);
    world.present(proof).await.expect_problem(401, "invalid-passkey");
    // The way back is by mail; the passkey is required as before: row 23.
    world.later(100);
    world.post("/v1/password/forgot", json!({"identifier": ANN})).await.expect(202);
    let token = world.mail(ANN, "/reset?token=").await.token;
    let body = json!({"token": token, "new_password": "another horse, another staple"});
    world.post("/v1/password/reset", body).await.expect(204);
    let first = world.sign_in(ANN, "another horse, another staple").await.expect(200);
    assert_eq!(first.body["factors"], json!(["passkey"]));
    world.by_passkey(&mut phone).await.expect(200);
}
