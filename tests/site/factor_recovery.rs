//! Every second factor is lost: the way back, and what others try with it.

use crate::attacks::{many, slug};
use crate::world::{Answer, PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";
const SECOND: &str = "ann@example.org";
const BOB: &str = "bob@example.com";
const DAY: i64 = 86_400;

impl World {
    /// With an authenticator app and a recovery address that counts.
    async fn recoverable(&self, email: &str, second: &str) -> Person {
        let ann = self.with_totp(email).await;
        self.with_recovery_email(&ann, second).await;
        self.later(4 * DAY);
        ann
    }

    /// A sign-in with the right password that waits for its second factor.
    async fn stuck(&self, email: &str) -> Value {
        let answer = self.sign_in(email, PASSWORD).await.expect(200);
        assert_eq!(answer.body["status"], "second_factor_required");
        answer.body["attempt"].clone()
    }

    async fn say_lost(&self, attempt: &Value) -> Answer {
        self.post("/v1/recovery/second-factor", json!({"attempt": attempt})).await
    }

    async fn recovery(&self, step: &str, token: &Value) -> Answer {
        self.post(&format!("/v1/recovery/second-factor/{step}"), json!({"token": token})).await
    }

    async fn complete(&self, attempt: &Value, token: &Value) -> Answer {
        let body = json!({"attempt": attempt, "token": token});
        self.post("/v1/recovery/second-factor/complete", body).await
    }

    /// Both links followed; the token that completes it.
    async fn scheduled(&self, email: &str, second: &str) -> Value {
        let attempt = self.stuck(email).await;
        self.say_lost(&attempt).await.expect(202);
        for address in [email, second] {
            let token = self.link(address, "prove-recovery").await;
            self.recovery("prove", &token).await.expect(204);
        }
        self.link(email, "complete-recovery").await
    }
}

fn outcome(answer: &Answer) -> (u16, String) {
    let (status, slug) = answer.outcome();
    (status, slug.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_proofs_and_a_day_lead_back() {
    let world = World::start().await;
    let ann = world.recoverable(ANN, SECOND).await;
    let attempt = world.stuck(ANN).await;
    world.say_lost(&attempt).await.expect(202);
    for address in [ANN, SECOND] {
        world.mail(address, "/stop-factor-recovery?token=").await;
    }
    world.recovery("prove", &world.link(SECOND, "prove-recovery").await).await.expect(204);
    world.recovery("prove", &world.link(ANN, "prove-recovery").await).await.expect(204);
    let token = world.link(ANN, "complete-recovery").await;
    let early = world.complete(&attempt, &token).await.expect_problem(429, "too-many-attempts");
    assert_eq!(early.headers["retry-after"], "86400");
    world.later(DAY);
    let attempt = world.stuck(ANN).await;
    world.complete(&attempt, &token).await.expect(204);
    for address in [ANN, SECOND] {
        world.mail(address, "Your second steps were removed").await;
    }
    // Nobody is signed in by it, the device is a stranger's, and the password alone signs in.
    world.get_as(&ann.token, "/v1/account").await.expect_problem(401, "session-over");
    let body = json!({"identifier": ANN, "password": PASSWORD, "device_token": ann.device_token});
    let back = world.post("/v1/sign-in", body).await.expect(200);
    assert_eq!(back.body["session"]["device"]["new"], true);
    let state = world.get_after(&back, &back.token(), "/v1/account").await.expect(200);
    assert_eq!(
        (&state.body["totp_enrolled"], &state.body["recovery_codes_left"]),
        (&json!(false), &json!(0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn row_23_row_30_one_mailbox_is_not_two_proofs() {
    let world = World::start().await;
    world.recoverable(ANN, SECOND).await;
    let attempt = world.stuck(ANN).await;
    world.say_lost(&attempt).await.expect(202);
    let first = world.link(ANN, "prove-recovery").await;
    world.recovery("prove", &first).await.expect(204);
    world.recovery("prove", &first).await.expect_problem(410, "link-invalid");
    for (step, token) in [("stop", &first), ("prove", &json!("")), ("prove", &json!("AAAA"))] {
        world.recovery(step, token).await.expect_problem(410, "link-invalid");
    }
    world.complete(&attempt, &first).await.expect_problem(410, "link-invalid");
    world.settle().await;
    assert!(world.mails(ANN).iter().all(|mail| !mail.text.contains("complete-recovery")));
    world.later(3_600);
    let late = world.link(SECOND, "prove-recovery").await;
    world.recovery("prove", &late).await.expect_problem(410, "link-invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_10_row_16_strangers_cannot_begin_and_learn_nothing() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    for attempt in [json!(""), json!("AAAA"), json!(ann.device_token)] {
        world.say_lost(&attempt).await.expect_problem(401, "attempt-over");
    }
    // A recovery address that is new, or none, does not count; a restart changes nothing of that.
    world.say_lost(&world.stuck(ANN).await).await.expect_problem(409, "conflict");
    world.with_recovery_email(&ann, SECOND).await;
    world.say_lost(&world.stuck(ANN).await).await.expect_problem(409, "conflict");
    world.later(3 * DAY);
    world.say_lost(&world.stuck(ANN).await).await.expect(202);
    // One at a time.
    for _ in 0..3 {
        world.say_lost(&world.stuck(ANN).await).await.expect_problem(409, "conflict");
    }
    // A sign-in from within a session is none.
    let body = json!({"attempt": ann.token});
    world.post("/v1/recovery/second-factor", body).await.expect_problem(401, "attempt-over");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_08_row_22_each_step_happens_once() {
    let world = World::start().await;
    world.recoverable(ANN, SECOND).await;
    let token = world.scheduled(ANN, SECOND).await;
    world.later(DAY);
    let attempt = world.stuck(ANN).await;
    let outcomes = many(20, async |_| outcome(&world.complete(&attempt, &token).await)).await;
    assert_eq!(outcomes.get(&(204, String::new())), Some(&1), "{outcomes:?}");
    assert_eq!(outcomes.get(&slug(401, "attempt-over")), Some(&19), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_28_a_link_is_of_its_account() {
    let world = World::start().await;
    world.recoverable(ANN, SECOND).await;
    world.recoverable(BOB, "bob@example.org").await;
    let anns = world.scheduled(ANN, SECOND).await;
    world.later(4 * DAY);
    let bobs_attempt = world.stuck(BOB).await;
    world.complete(&bobs_attempt, &anns).await.expect_problem(410, "link-invalid");
    world.complete(&world.stuck(ANN).await, &anns).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_35_the_owner_stops_it_by_a_button_and_by_signing_in() {
    let world = World::start().await;
    let ann = world.recoverable(ANN, SECOND).await;
    let token = world.scheduled(ANN, SECOND).await;
    let stop = world.link(SECOND, "stop-factor-recovery").await;
    let page =
        world.get(&format!("/stop-factor-recovery?token={}", stop.as_str().unwrap())).await.expect(200);
    assert!(page.text.contains("<form method=\"post\""), "{}", page.text);
    let form = format!("token={}", stop.as_str().unwrap());
    let press = async || {
        world.post_raw("/stop-factor-recovery", "application/x-www-form-urlencoded", form.clone()).await
    };
    press().await.expect(200);
    press().await.expect(410);
    world.mail(ANN, "The recovery was stopped").await;
    world.later(DAY);
    world.complete(&world.stuck(ANN).await, &token).await.expect_problem(410, "link-invalid");
    world.say_lost(&world.stuck(ANN).await).await.expect_problem(409, "conflict");

    world.later(2 * DAY);
    world.say_lost(&world.stuck(ANN).await).await.expect(202);
    let attempt = world.stuck(ANN).await;
    let code = world.code(ann.seed.as_ref().unwrap());
    world.post("/v1/sign-in/second-factor", json!({"attempt": attempt, "code": code})).await.expect(200);
    let proof = world.link(SECOND, "prove-recovery").await;
    world.recovery("prove", &proof).await.expect_problem(410, "link-invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_asks_for_the_password_and_changes_nothing_without_it() {
    let world = World::start().await;
    world.recoverable(ANN, SECOND).await;
    let token = world.scheduled(ANN, SECOND).await;
    let token = token.as_str().unwrap();
    world.later(DAY);
    let page = world.get(&format!("/complete-recovery?token={token}")).await.expect(200);
    assert!(page.text.contains("autocomplete=\"current-password\""), "{}", page.text);
    let press = async |password: &str| {
        let form = format!("token={token}&identifier=ann%40example.com&password={password}");
        world.post_raw("/complete-recovery", "application/x-www-form-urlencoded", form).await
    };
    press("wrong").await.expect(401);
    world.stuck(ANN).await;
    let password = PASSWORD.replace(' ', "+");
    press(&password).await.expect(200);
    press(&password).await.expect(410);
    assert_eq!(world.sign_in(ANN, PASSWORD).await.expect(200).body["status"], "signed_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_14_row_20_row_33_a_lock_and_a_change_end_it() {
    let world = World::start().await;
    let operator = world.operator().await;
    let ann = world.recoverable(ANN, SECOND).await;
    let token = world.scheduled(ANN, SECOND).await;
    let attempt = world.stuck(ANN).await;
    let path = |what| format!("/v1/operator/accounts/{}/{what}", ann.account);
    let operator = {
        let body = json!({"identifier": operator.email, "password": PASSWORD,
            "code": world.code(operator.seed.as_ref().unwrap())});
        world.post("/v1/sign-in", body).await.expect(200).token()
    };
    world.post_as(&operator, &path("lock"), json!({"note": "reported"})).await.expect(204);
    world.later(DAY);
    world.complete(&attempt, &token).await.expect_problem(401, "attempt-over");
    let code = json!({"identifier": "operator@example.com", "password": PASSWORD});
    let attempt = world.post("/v1/sign-in", code).await.expect(200).body["attempt"].clone();
    assert!(attempt.is_string());
    world.say_lost(&attempt).await.expect_problem(409, "conflict");
    world.call(Method::GET, "/v1/account", Some(&ann.token), None).await.expect_problem(401, "session-over");
}

impl World {
    async fn prove_by(&self, attempt: &Value, kind: &str, code: &str) -> Answer {
        let body = json!({"attempt": attempt, kind: code});
        self.post("/v1/recovery/second-factor/code", body).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_is_a_proof_beside_the_mailbox_and_is_spent() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let codes = world.call(Method::POST, "/v1/recovery-codes", Some(&ann.token), None).await.expect(200);
    let code = codes.body["codes"][0].as_str().unwrap().to_owned();
    let attempt = world.stuck(ANN).await;
    world.prove_by(&attempt, "recovery_code", &code).await.expect_problem(409, "conflict");
    let asked = world.say_lost(&attempt).await.expect(202);
    assert_eq!(asked.body, json!({"status": "check_mail", "proofs": ["email", "recovery_code"]}));
    world.post("/v1/recovery/second-factor/sms", json!({"attempt": attempt})).await.expect(409);
    let both = json!({"attempt": attempt, "recovery_code": code, "sms_code": "123456"});
    world.post("/v1/recovery/second-factor/code", both).await.expect_problem(400, "malformed-request");
    world.prove_by(&attempt, "recovery_code", "nonsense").await.expect_problem(401, "invalid-code");
    let proved = world.prove_by(&attempt, "recovery_code", &code).await.expect(204);
    assert!(proved.text.is_empty(), "nobody is signed in by it");
    world.prove_by(&attempt, "recovery_code", &code).await.expect_problem(409, "conflict");
    world.mail(ANN, "recovery code was used").await;
    // It is spent as a second factor too, and one proof alone begins no wait.
    let again = json!({"attempt": attempt, "recovery_code": code});
    world.post("/v1/sign-in/second-factor", again).await.expect_problem(401, "invalid-code");
    assert!(world.mails(ANN).iter().all(|mail| !mail.text.contains("complete-recovery")));

    world.recovery("prove", &world.link(ANN, "prove-recovery").await).await.expect(204);
    let token = world.link(ANN, "complete-recovery").await;
    let early =
        world.complete(&world.stuck(ANN).await, &token).await.expect_problem(429, "too-many-attempts");
    assert_eq!(early.headers["retry-after"], "86400");
    world.later(DAY);
    world.complete(&world.stuck(ANN).await, &token).await.expect(204);
    assert_eq!(world.sign_in(ANN, PASSWORD).await.expect(200).body["status"], "signed_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_message_is_the_weaker_proof_and_for_that_alone() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let number = "+351912345678";
    world.prove_number(&ann, number).await;
    world.say_lost(&world.stuck(ANN).await).await.expect_problem(409, "conflict");
    world.later(4 * DAY);
    let attempt = world.stuck(ANN).await;
    let ask = async |attempt: &Value| {
        world.post("/v1/recovery/second-factor/sms", json!({"attempt": attempt})).await
    };
    ask(&attempt).await.expect_problem(409, "conflict");
    let asked = world.say_lost(&attempt).await.expect(202);
    assert_eq!(asked.body["proofs"], json!(["email", "sms"]));
    let code = world.code_by(number, ask(&attempt)).await;
    // Neither as second factor, nor in another attempt.
    let factor = json!({"attempt": attempt, "sms_code": code});
    world.post("/v1/sign-in/second-factor", factor).await.expect_problem(401, "invalid-code");
    let other = world.stuck(ANN).await;
    world.prove_by(&other, "sms_code", &code).await.expect_problem(401, "invalid-code");
    world.recovery("prove", &world.link(ANN, "prove-recovery").await).await.expect(204);
    world.prove_by(&attempt, "sms_code", &code).await.expect(204);
    let token = world.link(ANN, "complete-recovery").await;
    let early = world.complete(&attempt, &token).await.expect_problem(429, "too-many-attempts");
    assert_eq!(early.headers["retry-after"], "259200", "the longer wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_01_row_02_guesses_at_a_proof_have_the_budget_of_the_factor() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    world.call(Method::POST, "/v1/recovery-codes", Some(&ann.token), None).await.expect(200);
    let attempt = world.stuck(ANN).await;
    world.say_lost(&attempt).await.expect(202);
    let wrong = "0000-0000-0000-0000";
    let outcomes = many(60, async |_| outcome(&world.prove_by(&attempt, "recovery_code", wrong).await)).await;
    assert_eq!(outcomes.get(&slug(401, "invalid-code")), Some(&5), "{outcomes:?}");
    // The sign-in itself has none left, and neither has another attempt.
    let other = world.stuck(ANN).await;
    let body = json!({"attempt": other, "recovery_code": wrong});
    world.post("/v1/sign-in/second-factor", body).await.expect_problem(429, "too-many-attempts");
    world.prove_by(&other, "recovery_code", wrong).await.expect_problem(429, "too-many-attempts");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_08_a_code_proves_once_under_concurrency() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let codes = world.call(Method::POST, "/v1/recovery-codes", Some(&ann.token), None).await.expect(200);
    let code = codes.body["codes"][0].as_str().unwrap().to_owned();
    let attempt = world.stuck(ANN).await;
    world.say_lost(&attempt).await.expect(202);
    let outcomes = many(20, async |_| outcome(&world.prove_by(&attempt, "recovery_code", &code).await)).await;
    assert_eq!(outcomes.get(&(204, String::new())), Some(&1), "{outcomes:?}");
    let types = world.types().await;
    assert_eq!(types.iter().filter(|kind| *kind == "factor_recovery.proved").count(), 1);
}
