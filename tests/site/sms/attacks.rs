//! What others try with somebody's phone.

use super::*;
use crate::attacks::{many, slug};
use crate::world::DEPLOYMENT;

fn outcome(answer: &Answer) -> (u16, String) {
    let (status, slug) = answer.outcome();
    (status, slug.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn row_01_row_02_parallel_guesses_get_exactly_the_budget() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let code = world.code_by(NUMBER, world.ask_number(&ann.token, NUMBER)).await;
    let wrong = other_than(&code);
    let outcomes = many(100, async |_| outcome(&world.confirm_number(&ann.token, wrong).await)).await;
    assert_eq!(outcomes.get(&slug(403, "wrong-code")), Some(&5), "{outcomes:?}");
    world.confirm_number(&ann.token, &code).await.expect_problem(409, "conflict");
    // A new code gives no new budget.
    let code = world.code_by(NUMBER, world.ask_number(&ann.token, NUMBER)).await;
    let refused = world.confirm_number(&ann.token, &code).await.expect_problem(429, "too-many-attempts");
    assert_eq!(refused.headers["retry-after"], "1");
    world.later(1);
    world.confirm_number(&ann.token, &code).await.expect(204);

    let mut bob = world.signed_in(BOB).await;
    world.prove_number(&bob, OTHER).await;
    world.enrol_sms(&mut bob, OTHER).await;
    let mut attempts = vec![];
    for _ in 0..3 {
        let attempt = world.waiting(BOB).await;
        let code = world.code_by(OTHER, world.ask_for(&attempt)).await;
        attempts.push((attempt, code));
    }
    let outcomes = many(60, async |n| {
        let (attempt, code) = &attempts[n % 3];
        outcome(&world.submit(attempt, other_than(code)).await)
    })
    .await;
    assert_eq!(outcomes.get(&slug(401, "invalid-code")), Some(&5), "{outcomes:?}");
    let attempt = world.waiting(BOB).await;
    assert_eq!(outcome(&world.submit(&attempt, "000000").await), slug(429, "too-many-attempts"));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_08_a_code_works_once_and_for_what_it_was_sent_alone() {
    let world = World::start().await;
    let ann = world.with_sms(ANN, NUMBER).await;
    world.with_sms(BOB, OTHER).await;
    let (first, second) = (world.waiting(ANN).await, world.waiting(ANN).await);
    let bobs = world.waiting(BOB).await;
    let code = world.code_by(NUMBER, world.ask_for(&first)).await;
    let bobs_code = world.code_by(OTHER, world.ask_for(&bobs)).await;
    world.submit(&first, &bobs_code).await.expect_problem(401, "invalid-code");
    world.submit(&second, &code).await.expect_problem(401, "invalid-code");
    world.submit(&bobs, &code).await.expect_problem(401, "invalid-code");
    let totp = json!({"attempt": first, "code": code});
    world.post("/v1/sign-in/second-factor", totp).await.expect_problem(401, "invalid-code");
    // The next code ends the one before it.
    let newer = world.code_by(NUMBER, world.ask_for(&first)).await;
    world.submit(&first, &code).await.expect_problem(401, "invalid-code");
    let outcomes = many(20, async |_| outcome(&world.submit(&first, &newer).await)).await;
    assert_eq!(outcomes.get(&(200, String::new())), Some(&1), "{outcomes:?}");

    // What one session asked for, another cannot confirm.
    let proof = json!({"password": PASSWORD, "sms_code": newer});
    world.post_as(&ann.token, "/v1/session/reauthenticate", proof).await.expect_problem(403, "wrong-code");
    let third = "+351961234567";
    let code = world.code_by(third, world.ask_number(&ann.token, third)).await;
    let attempt = world.waiting(ANN).await;
    let sign_in = world.code_by(NUMBER, world.ask_for(&attempt)).await;
    let elsewhere = world.submit(&attempt, &sign_in).await.expect(200).token();
    world.confirm_number(&elsewhere, &code).await.expect_problem(409, "conflict");
    world.post_as(&ann.token, "/v1/sms/confirm", json!({"code": code})).await.expect_problem(409, "conflict");
    let outcomes = many(20, async |_| outcome(&world.confirm_number(&ann.token, &code).await)).await;
    assert_eq!(outcomes.get(&(204, String::new())), Some(&1), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_ends_after_ten_minutes() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let code = world.code_by(NUMBER, world.ask_number(&ann.token, NUMBER)).await;
    world.later(600);
    world.confirm_number(&ann.token, &code).await.expect_problem(409, "conflict");
    let bob = world.with_sms(BOB, OTHER).await;
    let attempt = world.waiting(BOB).await;
    let code = world.code_by(OTHER, world.ask_for(&attempt)).await;
    world.later(600);
    world.submit(&attempt, &code).await.expect_problem(401, "attempt-over");
    world.ask_for(&attempt).await.expect_problem(401, "attempt-over");
    let code = world.code_by(OTHER, world.ask(&bob.token, "/v1/session/sms")).await;
    world.later(600);
    let proof = json!({"password": PASSWORD, "sms_code": code});
    world.post_as(&bob.token, "/v1/session/reauthenticate", proof).await.expect_problem(403, "wrong-code");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_04_row_14_row_20_row_30_no_message_without_the_password_and_none_after_a_lock() {
    let world = World::start().await;
    let operator = world.operator().await;
    let ann = world.with_sms(ANN, NUMBER).await;
    for attempt in [json!(""), json!("x"), json!(ann.device_token)] {
        world.ask_for(&attempt).await.expect_problem(401, "attempt-over");
        world.submit(&attempt, "000000").await.expect_problem(401, "attempt-over");
    }
    let attempt = world.waiting(ANN).await;
    world.submit(&attempt, "").await.expect_problem(401, "invalid-code");
    let code = world.code_by(NUMBER, world.ask_for(&attempt)).await;
    for path in ["/v1/phone", "/v1/sms", "/v1/session/sms"] {
        let body = Some(json!({"number": OTHER}));
        let partial = world.call(Method::POST, path, attempt.as_str(), body).await;
        partial.expect_problem(401, "session-over");
    }
    let lock = format!("/v1/operator/accounts/{}/lock", ann.account);
    world.post_as(&operator.token, &lock, json!({})).await.expect(204);
    world.submit(&attempt, &code).await.expect_problem(401, "attempt-over");
    world.ask_for(&attempt).await.expect_problem(401, "attempt-over");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_10_numbers_tell_strangers_nothing() {
    let world = World::start().await;
    let operator = world.operator().await;
    world.with_number(ANN, NUMBER).await;
    let bob = world.with_number(BOB, OTHER).await;
    let lock = format!("/v1/operator/accounts/{}/lock", bob.account);
    world.post_as(&operator.token, &lock, json!({})).await.expect(204);
    let asked = world.signed_in("eve@example.com").await;
    world.ask_number(&asked.token, "+351961234567").await.expect(202);
    let numbers = [NUMBER, OTHER, "+351961234567", "+351969999999"];
    let mut answers = vec![vec![]; numbers.len()];
    for _ in 0..7 {
        for (number, answers) in numbers.iter().zip(&mut answers) {
            let answer = world.sign_in(number, "not the right password at all").await;
            answers.push((answer.status, answer.body));
        }
    }
    for (number, of) in numbers.iter().zip(&answers) {
        assert_eq!(*of, answers[0], "{number}");
    }
    assert_eq!(answers[0].last().unwrap().0, 429);
    for number in numbers {
        world.post("/v1/password/forgot", json!({"identifier": number})).await.expect(202);
    }
    // Whoever wants a number learns that another has it by reading its messages only.
    let eve = world.signed_in("mallory@example.com").await;
    let of = |answer: Answer| (answer.status, answer.body["status"].clone());
    let taken = of(world.ask_number(&eve.token, NUMBER).await);
    assert_eq!(taken, of(world.ask_number(&eve.token, "+351911111111").await));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_18_a_number_stays_with_whoever_proved_it() {
    let world = World::start().await;
    let ann = world.with_number(ANN, NUMBER).await;
    let bob = world.signed_in(BOB).await;
    let code = world.code_by(NUMBER, world.ask_number(&bob.token, NUMBER)).await;
    world.confirm_number(&bob.token, &code).await.expect_problem(409, "phone-taken");
    world.confirm_number(&bob.token, &code).await.expect_problem(409, "conflict");
    let signed_in = world.sign_in(NUMBER, PASSWORD).await.expect(200);
    assert_eq!(signed_in.body["session"]["account_id"], json!(ann.account));
    // Two at once, both with a right code: one gets it.
    let eve = world.signed_in("eve@example.com").await;
    let bobs = world.code_by(OTHER, world.ask_number(&bob.token, OTHER)).await;
    let eves = world.code_by(OTHER, world.ask_number(&eve.token, OTHER)).await;
    let both = [(&bob.token, bobs), (&eve.token, eves)];
    let outcomes = many(2, async |n| outcome(&world.confirm_number(both[n].0, &both[n].1).await)).await;
    assert_eq!(outcomes.get(&(204, String::new())), Some(&1), "{outcomes:?}");
    assert_eq!(outcomes.get(&slug(409, "phone-taken")), Some(&1), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_33_what_a_change_of_number_ends() {
    let world = World::start().await;
    let ann = world.with_sms(ANN, NUMBER).await;
    let attempt = world.waiting(ANN).await;
    let code = world.code_by(NUMBER, world.ask_for(&attempt)).await;
    let other = world.submit(&attempt, &code).await.expect(200).token();
    let pending = world.waiting(ANN).await;
    let pending_code = world.code_by(NUMBER, world.ask_for(&pending)).await;
    world.prove_number(&ann, OTHER).await;
    world.get_as(&other, "/v1/account").await.expect_problem(401, "session-over");
    world.submit(&pending, &pending_code).await.expect_problem(401, "attempt-over");
    world.get_as(&ann.token, "/v1/account").await.expect(200);
}

/// Numbers and codes are sealed or nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn no_number_and_no_code_lies_in_the_open() {
    if std::env::var(DEPLOYMENT).is_ok() {
        return;
    }
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let code = world.code_by(NUMBER, world.ask_number(&ann.token, NUMBER)).await;
    world.settle().await;
    let texts = world.server.stores.log.read_all(watchbook_eventlog::Position::START, 10_000).await.unwrap();
    assert!(texts.iter().any(|recorded| recorded.event.event_type == "sms_code.requested"));
    for recorded in &texts {
        let opened = world.server.core.sealer.open_event(recorded).await.unwrap();
        let watchbook_eventlog::Opened::Payload(payload) = opened else { continue };
        let payload = String::from_utf8_lossy(&payload).into_owned();
        assert!(!payload.contains(&format!("\"{code}\"")), "a code is in {}", recorded.event.event_type);
    }
    let file = std::fs::read(world.folder.path().join("log.db")).unwrap();
    let wal = std::fs::read(world.folder.path().join("log.db-wal")).unwrap_or_default();
    for haystack in [file, wal] {
        assert!(!haystack.windows(12).any(|window| window == &NUMBER.as_bytes()[1..]));
    }
}
