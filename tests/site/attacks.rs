//! Faults that shipped in well-known identity systems, one test a row of the table in
//! `docs/src/security.md`. Each drives the server from outside, and fails on the faulty behaviour.

use crate::world::{PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use watchbook_eventlog::Position;

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";
const WRONG: &str = "not the right password at all";
const NEW: &str = "another horse, another staple";

/// How often each status and slug came.
pub(crate) async fn many(
    n: usize,
    call: impl AsyncFn(usize) -> (u16, String),
) -> BTreeMap<(u16, String), usize> {
    let mut outcomes = BTreeMap::new();
    let calls: Vec<_> = (0..n).map(|n| call(n)).collect();
    for outcome in futures_util::future::join_all(calls).await {
        *outcomes.entry(outcome).or_default() += 1;
    }
    outcomes
}

pub(crate) fn slug(status: u16, slug: &str) -> (u16, String) {
    (status, slug.to_owned())
}

impl World {
    pub(crate) async fn try_sign_in(&self, identifier: &str, password: &str) -> (u16, String) {
        let answer = self.sign_in(identifier, password).await;
        let (status, slug) = answer.outcome();
        (status, slug.to_owned())
    }

    async fn try_code(&self, attempt: &Value, code: &str) -> (u16, String) {
        let answer = self.post("/v1/sign-in/second-factor", json!({"attempt": attempt, "code": code})).await;
        let (status, slug) = answer.outcome();
        (status, slug.to_owned())
    }

    async fn attempt(&self, person: &Person) -> Value {
        self.sign_in(&person.email, PASSWORD).await.expect(200).body["attempt"].clone()
    }

    /// A code that is not right, now or half a minute to either side.
    fn wrong_code(&self, person: &Person) -> String {
        let right = self.code(person.seed.as_ref().unwrap());
        if right.starts_with('1') { "222222".into() } else { "111111".into() }
    }

    async fn forgot(&self, person: &Person) -> String {
        self.later(61);
        let resets = || {
            let mails = self.mails(&person.email).into_iter();
            mails.filter(|mail| mail.text.contains("/reset?token=")).collect::<Vec<_>>()
        };
        let before = resets().len();
        self.post("/v1/password/forgot", json!({"identifier": person.email})).await.expect(202);
        loop {
            if let Some(mail) = resets().into_iter().nth(before) {
                return mail.token.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_01_parallel_guesses_get_exactly_the_budget() {
    let world = World::start().await;
    world.verified(ANN).await;
    let outcomes = many(200, async |_| world.try_sign_in(ANN, WRONG).await).await;
    let expected = [(slug(401, "invalid-credentials"), 5), (slug(429, "too-many-attempts"), 195)];
    assert_eq!(outcomes, BTreeMap::from(expected));
    let refused = world.sign_in(ANN, PASSWORD).await.expect_problem(429, "too-many-attempts");
    assert_eq!(refused.headers["retry-after"], "1", "temporary, row 19");
    // Of 196 refusals the 1st, 2nd, 4th … 128th are on record.
    world.settle().await;
    let log = world.server.stores.log.read_all(Position::START, 10_000).await.unwrap();
    assert_eq!(log.iter().filter(|recorded| recorded.event.event_type == "attempt.refused").count(), 8);
    world.later(1);
    world.sign_in(ANN, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_02_one_budget_for_codes_across_attempts() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let attempts = [world.attempt(&ann).await, world.attempt(&ann).await, world.attempt(&ann).await];
    let code = world.wrong_code(&ann);
    let outcomes = many(60, async |n| world.try_code(&attempts[n % 3], &code).await).await;
    assert_eq!(outcomes.get(&slug(401, "invalid-code")), Some(&5), "{outcomes:?}");
    let fresh = world.attempt(&ann).await;
    assert_eq!(world.try_code(&fresh, &code).await, slug(429, "too-many-attempts"));
    let right = world.code(ann.seed.as_ref().unwrap());
    assert_eq!(world.try_code(&fresh, &right).await, slug(429, "too-many-attempts"));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_03_row_19_the_owner_gets_in_during_an_attack() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let bob = world.signed_in(BOB).await;
    for person in [&ann, &bob] {
        many(30, async |_| world.try_sign_in(&person.email, WRONG).await).await;
        assert_eq!(world.try_sign_in(&person.email, PASSWORD).await, slug(429, "too-many-attempts"));
    }
    // From a known device.
    let known = json!({"identifier": BOB, "password": PASSWORD, "device_token": bob.device_token});
    world.post("/v1/sign-in", known).await.expect(200);
    // From any device, with both factors at once.
    let code = world.code(ann.seed.as_ref().unwrap());
    let both = |password: &str, code: &str| json!({"identifier": ANN, "password": password, "code": code});
    let wrong_password = world.post("/v1/sign-in", both(WRONG, &code)).await;
    assert_eq!(wrong_password.outcome(), (429, "too-many-attempts"));
    let wrong_code = world.post("/v1/sign-in", both(PASSWORD, &world.wrong_code(&ann))).await;
    assert_eq!(wrong_code.outcome(), (429, "too-many-attempts"), "the answer does not tell the password");
    assert_eq!(wrong_code.body, wrong_password.body);
    world.post("/v1/sign-in", both(PASSWORD, &code)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_04_a_partial_sign_in_can_call_nothing_else() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let attempt = world.attempt(&ann).await;
    let token = attempt.as_str().unwrap();
    for path in ["/v1/account", "/v1/sessions", "/v1/devices", "/v1/activity"] {
        world.get_as(token, path).await.expect_problem(401, "session-over");
    }
    for path in ["/v1/totp", "/v1/recovery-codes", "/v1/session/refresh", "/v1/sessions/end-others"] {
        world.call(Method::POST, path, Some(token), None).await.expect_problem(401, "session-over");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_05_row_06_row_20_row_26_a_lock_ends_everything_at_once() {
    let world = World::start().await;
    let operator = world.operator().await;
    let ann = world.with_totp(ANN).await;
    let key = world.service_key().await;
    let attempt = world.attempt(&ann).await;
    let reset = world.forgot(&ann).await;
    assert!(world.active(&key, &ann.token).await);
    let lock = format!("/v1/operator/accounts/{}/lock", ann.account);
    world.post_as(&operator.token, &lock, json!({})).await.expect(204);

    assert!(!world.active(&key, &ann.token).await);
    world.get_as(&ann.token, "/v1/account").await.expect_problem(401, "session-over");
    world.call(Method::POST, "/v1/session/refresh", Some(&ann.token), None).await.expect(401);
    let code = world.code(ann.seed.as_ref().unwrap());
    assert_eq!(world.try_code(&attempt, &code).await, slug(401, "attempt-over"));
    let body = json!({"token": reset, "new_password": NEW});
    world.post("/v1/password/reset", body).await.expect_problem(410, "link-invalid");
    // Not by any method: known device, both factors, a new reset link.
    let body =
        json!({"identifier": ANN, "password": PASSWORD, "code": code, "device_token": ann.device_token});
    world.post("/v1/sign-in", body).await.expect_problem(401, "invalid-credentials");
    let reset = world.forgot(&ann).await;
    world.post("/v1/password/reset", json!({"token": reset, "new_password": NEW})).await.expect(204);
    world.sign_in(ANN, NEW).await.expect_problem(401, "invalid-credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_06_an_operator_without_authority_is_none_at_once() {
    let world = World::start().await;
    let operator = world.operator().await;
    let path = format!("/v1/operator/accounts/{}", operator.account);
    world.settle().await;
    world.get_as(&operator.token, &path).await.expect(200);
    let account: watchbook_domain::AccountId = operator.account.parse().unwrap();
    let metadata = watchbook_eventlog::Metadata {
        command_id: watchbook_domain::CommandId(watchbook_eventlog::fresh::uuid()),
        recorded_at: watchbook_eventlog::Clock::now(&world.clock),
        actor: None,
        correlation_id: watchbook_eventlog::fresh::uuid(),
        causation_id: None,
    };
    let operators = &world.server.app.operators;
    let dismissed = watchbook_domain::operator::OperatorEvent::Dismissed { account };
    let decide = |_: &_| Ok::<_, std::convert::Infallible>(vec![dismissed.clone()]);
    operators.execute(&operators.stream(account), account.into(), &metadata, decide).await.unwrap();
    world.get_as(&operator.token, &path).await.expect_problem(403, "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_07_row_31_nobody_reaches_what_is_anothers() {
    let world = World::start().await;
    let (ann, bob) = (world.signed_in(ANN).await, world.signed_in(BOB).await);
    let bobs = world.get_as(&bob.token, "/v1/sessions").await.body["sessions"].clone();
    let session =
        world.sign_in(BOB, PASSWORD).await.body["session"]["session_id"].as_str().unwrap().to_owned();
    for path in [format!("/v1/sessions/{session}"), format!("/v1/devices/{}", bob.device)] {
        world.call(Method::DELETE, &path, Some(&ann.token), None).await.expect_problem(404, "not-found");
    }
    let list = world.get_as(&ann.token, "/v1/sessions").await.body["sessions"].clone();
    assert!(list.as_array().unwrap().iter().all(|s| !bobs.as_array().unwrap().contains(s)));
    // Another account's device token, or none, is a stranger's.
    let body = json!({"identifier": ANN, "password": PASSWORD, "device_token": bob.device_token});
    assert_eq!(world.post("/v1/sign-in", body).await.expect(200).body["session"]["device"]["new"], true);
    // No body has an owner field.
    let body = json!({"name": "x", "account_id": ann.account});
    let path = format!("/v1/devices/{}", ann.device);
    world
        .call(Method::PATCH, &path, Some(&ann.token), Some(body))
        .await
        .expect_problem(400, "malformed-request");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_08_row_22_a_link_is_spent_once_under_concurrency() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let token = world.forgot(&ann).await;
    let outcomes = many(20, async |n| {
        let body = json!({"token": token, "new_password": format!("{NEW} {n}")});
        let answer = world.post("/v1/password/reset", body).await;
        (answer.status, answer.outcome().1.to_owned())
    })
    .await;
    assert_eq!(outcomes, BTreeMap::from([(slug(204, ""), 1), (slug(410, "link-invalid"), 19)]));

    world.registered(BOB).await;
    let token = world.mail(BOB, "/verify?token=").await.token;
    let outcomes = many(20, async |_| {
        let answer = world.post("/v1/email/verify", json!({"token": token})).await;
        (answer.status, answer.outcome().1.to_owned())
    })
    .await;
    assert_eq!(outcomes, BTreeMap::from([(slug(204, ""), 1), (slug(410, "link-invalid"), 19)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_09_links_come_from_the_configured_url_only() {
    let world = World::with(|config| config.public_url = "https://login.example.com".into()).await;
    let ann = world.signed_in(ANN).await;
    world.later(61);
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "gopher"),
        ("forwarded", "host=evil.example"),
        ("x-original-url", "https://evil.example/"),
    ];
    let body = json!({"identifier": ann.email});
    world.call_with(Method::POST, "/v1/password/forgot", None, Some(body), &headers).await.expect(202);
    let mail = world.mail(ANN, "/reset?token=").await;
    assert!(mail.text.contains("https://login.example.com/reset?token="));
    assert!(!mail.text.contains("evil"));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_10_row_17_row_29_row_36_strangers_learn_nothing() {
    let world = World::start().await;
    let operator = world.operator().await;
    let locked = world.signed_in(BOB).await;
    let lock = format!("/v1/operator/accounts/{}/lock", locked.account);
    world.post_as(&operator.token, &lock, json!({})).await.expect(204);
    world.verified(ANN).await;
    world.registered("unverified@example.com").await;
    let identifiers = [ANN, BOB, "unverified@example.com", "nobody@example.com", "999999999"];

    let mut times = BTreeMap::<&str, Vec<Duration>>::new();
    let mut answers = BTreeMap::<&str, Vec<(u16, Value)>>::new();
    for round in 0..8 {
        for identifier in identifiers {
            let started = Instant::now();
            let answer = world.sign_in(identifier, WRONG).await;
            times.entry(identifier).or_default().push(started.elapsed());
            answers.entry(identifier).or_default().push((answer.status, answer.body));
        }
        assert!(round < 5 || answers[ANN].last().unwrap().0 == 429);
    }
    for identifier in identifiers {
        assert_eq!(answers[identifier], answers[ANN], "{identifier}: same answers and limits");
    }
    // The hash is the bulk of the time: whoever skipped it would be several times faster. No finer, since
    // machines are noisy.
    let fastest = |identifier| *times[identifier][..5].iter().min().unwrap();
    for identifier in identifiers {
        assert!(fastest(identifier) * 3 > fastest(ANN), "{identifier}: {times:?}");
        assert!(fastest(ANN) * 3 > fastest(identifier), "{identifier}: {times:?}");
    }

    for path in ["/v1/password/forgot", "/v1/email/verification", "/v1/registrations"] {
        let mut seen = vec![];
        for identifier in [ANN, BOB, "unverified@example.com", "new@example.com"] {
            let body = match path {
                "/v1/password/forgot" => json!({"identifier": identifier}),
                "/v1/email/verification" => json!({"email": identifier}),
                _ => json!({"email": identifier, "password": PASSWORD}),
            };
            let started = Instant::now();
            let answer = world.post(path, body).await;
            assert!(started.elapsed() >= Duration::from_millis(400), "answers are even");
            seen.push((answer.status, answer.body));
        }
        assert!(seen.iter().all(|answer| *answer == seen[0]), "{path}: {seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_12_spellings_give_no_fresh_budget() {
    let world = World::start().await;
    world.verified("a.n.n@example.com").await;
    for spelling in [
        "A.N.N@example.com",
        " a.n.n@EXAMPLE.com",
        "ａ.n.n@example.com",
        "a.n.n@example.com",
        "a.N.n@example.com",
    ] {
        assert_eq!(world.try_sign_in(spelling, WRONG).await, slug(401, "invalid-credentials"));
    }
    assert_eq!(world.try_sign_in("a.n.N@example.com", WRONG).await, slug(429, "too-many-attempts"));
    // The account's number draws on the same budget.
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.settle().await;
    let account = world.get_as(&ann.token, "/v1/account").await;
    let number = account.body["user_number"].as_str().unwrap();
    for n in 0..5 {
        let identifier = if n % 2 == 0 { ANN } else { number };
        assert_eq!(world.try_sign_in(identifier, WRONG).await, slug(401, "invalid-credentials"));
    }
    assert_eq!(world.try_sign_in(number, WRONG).await, slug(429, "too-many-attempts"));
    // Spellings of an identifier that nobody has are told apart just as those of one that somebody has:
    // folding dots and tags for unknown ones alone would show which of them is known.
    for spelling in [
        "Nobody@example.com",
        " nobody@EXAMPLE.com",
        "ｎobody@example.com",
        "NOBODY@example.com",
        "nobody@example.com",
    ] {
        assert_eq!(world.try_sign_in(spelling, WRONG).await, slug(401, "invalid-credentials"));
    }
    assert_eq!(world.try_sign_in("nobody@example.com", WRONG).await, slug(429, "too-many-attempts"));
    assert_eq!(world.try_sign_in("no.body@example.com", WRONG).await, slug(401, "invalid-credentials"));
    assert_eq!(world.try_sign_in("a.nn@example.com", WRONG).await, slug(401, "invalid-credentials"));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_13_row_16_restarting_never_lowers_what_is_required() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.post("/v1/sign-in", json!({"identifier": ANN, "password": PASSWORD})).await.expect(200);
    let started = world.call(Method::POST, "/v1/totp", Some(&ann.token), None).await.expect(200);
    let seed = started.body["secret"].as_str().unwrap();
    world.post_as(&ann.token, "/v1/totp/confirm", json!({"code": world.code(seed)})).await.expect(200);
    for _ in 0..3 {
        assert_eq!(world.sign_in(ANN, PASSWORD).await.expect(200).body["status"], "second_factor_required");
    }
    let known = json!({"identifier": ANN, "password": PASSWORD, "device_token": ann.device_token});
    assert_eq!(world.post("/v1/sign-in", known).await.body["status"], "second_factor_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_14_the_lock_is_checked_when_the_session_is_issued() {
    let world = World::start().await;
    let operator = world.operator().await;
    let ann = world.signed_in(ANN).await;
    let lock = format!("/v1/operator/accounts/{}/lock", ann.account);
    let sign_ins = many(30, async |n| {
        if n == 10 {
            world.post_as(&operator.token, &lock, json!({})).await.expect(204);
            return slug(204, "");
        }
        let answer = world.sign_in(ANN, PASSWORD).await;
        let token = answer.body["session"]["token"].as_str().unwrap_or("").to_owned();
        (answer.status, token)
    })
    .await;
    for ((status, token), _) in sign_ins {
        if status == 200 {
            world.get_as(&token, "/v1/account").await.expect_problem(401, "session-over");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_15_every_proof_gets_a_new_token() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let again = world
        .post_as(&ann.token, "/v1/session/reauthenticate", json!({"password": PASSWORD}))
        .await
        .expect(200);
    assert_ne!(again.token(), ann.token);
    world.get_as(&ann.token, "/v1/account").await.expect_problem(401, "session-over");
    let started = world.call(Method::POST, "/v1/totp", Some(&again.token()), None).await.expect(200);
    let code = world.code(started.body["secret"].as_str().unwrap());
    let raised = world.post_as(&again.token(), "/v1/totp/confirm", json!({"code": code})).await.expect(200);
    assert_eq!(raised.body["level"], "aal2");
    world.get_as(&again.token(), "/v1/account").await.expect_problem(401, "session-over");
    world.call(Method::DELETE, "/v1/session", Some(&raised.token()), None).await.expect(204);
    world.get_as(&raised.token(), "/v1/account").await.expect_problem(401, "session-over");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_18_one_namespace_and_no_squatting() {
    let world = World::start().await;
    // Somebody registers an address that is not theirs; its owner registers later and gets it.
    world.registered(ANN).await;
    let squatters = world.mail(ANN, "/verify?token=").await.token;
    let body = json!({"email": "Ann@EXAMPLE.com", "password": NEW});
    world.post("/v1/registrations", body).await.expect(202);
    while world.mails(ANN).len() < 2 {
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let owners = world.mail(ANN, "/verify?token=").await.token;
    world.post("/v1/email/verify", json!({"token": squatters})).await.expect_problem(410, "link-invalid");
    world.post("/v1/email/verify", json!({"token": owners})).await.expect(204);
    world.sign_in(ANN, PASSWORD).await.expect_problem(401, "invalid-credentials");
    world.sign_in(ANN, NEW).await.expect(200);
    // A verified address is not taken over; its owner is told.
    world.later(61);
    world.registered(ANN).await;
    world.settle().await;
    world.sign_in(ANN, PASSWORD).await.expect(401);
    world.sign_in(ANN, NEW).await.expect(200);
    assert_eq!(world.mails(ANN).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_21_valid_sign_ins_at_once_all_succeed() {
    let world = World::start().await;
    world.verified(ANN).await;
    let outcomes = many(40, async |_| world.try_sign_in(ANN, PASSWORD).await).await;
    assert_eq!(outcomes, BTreeMap::from([(slug(200, ""), 40)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_23_a_reset_never_yields_a_two_factor_session() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let token = world.forgot(&ann).await;
    let reset =
        world.post("/v1/password/reset", json!({"token": token, "new_password": NEW})).await.expect(204);
    assert_eq!(reset.text, "", "no session comes of it");
    assert_eq!(world.sign_in(ANN, NEW).await.expect(200).body["status"], "second_factor_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_24_a_code_is_accepted_once() {
    let world = World::start().await;
    let mut ann = world.with_totp(ANN).await;
    let attempts = [world.attempt(&ann).await, world.attempt(&ann).await];
    let code = world.code(ann.seed.as_ref().unwrap());
    let outcomes = many(2, async |n| world.try_code(&attempts[n], &code).await).await;
    assert_eq!(outcomes, BTreeMap::from([(slug(200, ""), 1), (slug(401, "invalid-code"), 1)]));
    assert_eq!(world.try_code(&world.attempt(&ann).await, &code).await, slug(401, "invalid-code"));

    // The code that confirmed the enrolment is spent too.
    ann = world.signed_in(BOB).await;
    let started = world.call(Method::POST, "/v1/totp", Some(&ann.token), None).await.expect(200);
    let code = world.code(started.body["secret"].as_str().unwrap());
    world.post_as(&ann.token, "/v1/totp/confirm", json!({"code": code})).await.expect(200);
    assert_eq!(world.try_code(&world.attempt(&ann).await, &code).await, slug(401, "invalid-code"));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_27_row_37_forwarded_addresses() {
    let world = World::with(|config| config.limits.burst = 3).await;
    let try_from = async |address: &str| {
        let body = json!({"identifier": "nobody@example.com", "password": WRONG});
        let headers = [("x-forwarded-for", address)];
        world.call_with(Method::POST, "/v1/sign-in", None, Some(body), &headers).await
    };
    for bad in ["unknown", "1.2.3.4, x", "1.2.3.4:80"] {
        try_from(bad).await.expect_problem(400, "malformed-forwarded-address");
    }
    for _ in 0..3 {
        assert_eq!(try_from("198.51.100.1").await.status, 401);
    }
    try_from("198.51.100.1").await.expect_problem(429, "too-many-attempts");
    assert_eq!(try_from("198.51.100.2").await.status, 401, "others are not blocked");

    // Nobody but a trusted proxy may say where a request came from.
    let world = World::with(|config| {
        config.limits.burst = 3;
        config.trusted_proxies = vec![];
    })
    .await;
    let statuses = many(8, async |n| {
        let body = json!({"identifier": "nobody@example.com", "password": WRONG});
        let forged = format!("198.51.100.{n}");
        let headers = [("x-forwarded-for", forged.as_str())];
        let answer = world.call_with(Method::POST, "/v1/sign-in", None, Some(body), &headers).await;
        slug(answer.status, "")
    })
    .await;
    assert_eq!(statuses, BTreeMap::from([(slug(401, ""), 3), (slug(429, ""), 5)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_28_links_and_attempts_are_bound_to_their_account() {
    let world = World::start().await;
    let (ann, bob) = (world.with_totp(ANN).await, world.with_totp(BOB).await);
    let reset = world.forgot(&ann).await;
    // A link of one purpose opens nothing else.
    for path in ["/v1/email/verify", "/v1/disown"] {
        world.post(path, json!({"token": reset})).await.expect_problem(410, "link-invalid");
    }
    world.post("/v1/password/reset", json!({"token": reset, "new_password": NEW})).await.expect(204);
    world.sign_in(BOB, NEW).await.expect_problem(401, "invalid-credentials");
    // Ann's attempt does not take Bob's code.
    let attempt = world.sign_in(ANN, NEW).await.expect(200).body["attempt"].clone();
    let code = world.code(bob.seed.as_ref().unwrap());
    if code != world.code(ann.seed.as_ref().unwrap()) {
        assert_eq!(world.try_code(&attempt, &code).await, slug(401, "invalid-code"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_30_an_empty_post_passes_no_stage() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let attempt = world.attempt(&ann).await;
    for body in [json!({}), json!({"attempt": attempt}), json!({"attempt": attempt, "code": null})] {
        world.post("/v1/sign-in/second-factor", body).await.expect_problem(400, "malformed-request");
    }
    assert_eq!(world.try_code(&attempt, "").await, slug(401, "invalid-code"));
    assert_eq!(world.try_code(&json!(""), "123456").await, slug(401, "attempt-over"));
    world.sign_in(ANN, "").await.expect_problem(401, "invalid-credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_32_a_wrong_current_password_is_refused_and_counted() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let body = json!({"current_password": WRONG, "new_password": NEW});
    for _ in 0..5 {
        world.post_as(&ann.token, "/v1/password", body.clone()).await.expect_problem(403, "wrong-password");
    }
    let refused =
        world.post_as(&ann.token, "/v1/password", body).await.expect_problem(429, "too-many-attempts");
    assert!(refused.headers.contains_key("retry-after"));
    world.settle().await;
    let activity = world.get_as(&ann.token, "/v1/activity").await.body["activity"].clone();
    let rejected =
        activity.as_array().unwrap().iter().filter(|item| item["type"] == "reauthentication.rejected");
    assert_eq!(rejected.count(), 5);
    world.sign_in(ANN, NEW).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_33_what_a_change_ends() {
    let world = World::start().await;
    let key = world.service_key().await;
    for (n, change) in ["change", "reset", "factor added", "factor removed", "not me"].into_iter().enumerate()
    {
        let email = format!("person{n}@example.com");
        let person = world.with_totp(&email).await;
        let code = world.code(person.seed.as_ref().unwrap());
        let body = json!({"identifier": email, "password": PASSWORD, "code": code});
        let other = world.post("/v1/sign-in", body).await.expect(200).token();
        world.later(30);
        let attempt = world.attempt(&person).await;
        let reset = world.forgot(&person).await;
        let code = world.code(person.seed.as_ref().unwrap());
        let token = match change {
            "change" => {
                let body = json!({"current_password": PASSWORD, "new_password": NEW, "code": code});
                Some(world.post_as(&person.token, "/v1/password", body).await.expect(200).token())
            }
            "reset" => {
                let second = world.forgot(&person).await;
                world
                    .post("/v1/password/reset", json!({"token": second, "new_password": NEW}))
                    .await
                    .expect(204);
                None
            }
            "factor removed" => {
                world.call(Method::DELETE, "/v1/totp", Some(&person.token), None).await.expect(204);
                Some(person.token.clone())
            }
            "factor added" => {
                world.call(Method::DELETE, "/v1/totp", Some(&person.token), None).await.expect(204);
                let started =
                    world.call(Method::POST, "/v1/totp", Some(&person.token), None).await.expect(200);
                let body = json!({"code": world.code(started.body["secret"].as_str().unwrap())});
                Some(world.post_as(&person.token, "/v1/totp/confirm", body).await.expect(200).token())
            }
            _ => {
                let token = world.mail(&email, "/not-me?token=").await.token;
                world.post("/v1/disown", json!({"token": token})).await.expect(204);
                None
            }
        };
        assert!(!world.active(&key, &other).await, "{change}: other sessions end");
        match token {
            Some(token) => assert!(world.active(&key, &token).await, "{change}: the own session stays"),
            None => assert!(!world.active(&key, &person.token).await, "{change}: every session ends"),
        }
        world.later(30);
        let code = world.code(person.seed.as_ref().unwrap());
        assert_eq!(
            world.try_code(&attempt, &code).await,
            slug(401, "attempt-over"),
            "{change}: pending sign-ins end"
        );
        if !change.starts_with("factor") {
            let body = json!({"token": reset, "new_password": PASSWORD});
            world.post("/v1/password/reset", body).await.expect_problem(410, "link-invalid");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_34_an_own_success_clears_no_other_counter() {
    let world = World::with(|config| config.limits.burst = 40).await;
    world.verified(ANN).await;
    let bob = world.signed_in(BOB).await;
    for _ in 0..5 {
        world.sign_in(ANN, WRONG).await.expect(401);
    }
    // The attacker signs in to an account of their own, again and again.
    for _ in 0..3 {
        world.sign_in(BOB, PASSWORD).await.expect(200);
    }
    world.sign_in(ANN, WRONG).await.expect_problem(429, "too-many-attempts");
    // Nor does success on a known device give strangers a fresh budget.
    for _ in 0..5 {
        world.sign_in(BOB, WRONG).await.expect(401);
    }
    let body = json!({"identifier": BOB, "password": PASSWORD, "device_token": bob.device_token});
    world.post("/v1/sign-in", body).await.expect(200);
    world.sign_in(BOB, WRONG).await.expect_problem(429, "too-many-attempts");
    // And the source's own budget runs out whatever succeeds.
    let outcomes = many(40, async |_| world.try_sign_in(BOB, PASSWORD).await).await;
    assert!(outcomes.keys().all(|(status, _)| *status == 429), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_35_not_me_needs_a_post_and_ends() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.sign_in(ANN, PASSWORD).await.expect(200);
    let token = world.mail(ANN, "/not-me?token=").await.token.unwrap();
    for method in [Method::GET, Method::HEAD] {
        let path = format!("/not-me?token={token}");
        world.call(method, &path, None, None).await.expect(200);
    }
    world.get_as(&ann.token, "/v1/account").await.expect(200);
    world.later(8 * 86_400);
    world.post("/v1/disown", json!({"token": token})).await.expect_problem(410, "link-invalid");
    let mut forged = token.clone();
    forged.replace_range(50..51, if &token[50..51] == "A" { "B" } else { "A" });
    world.post("/v1/disown", json!({"token": forged})).await.expect_problem(410, "link-invalid");
    world.sign_in(ANN, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_40_success_clears_the_failures_before_it() {
    let world = World::start().await;
    world.verified(ANN).await;
    for _ in 0..4 {
        for _ in 0..4 {
            world.sign_in(ANN, WRONG).await.expect(401);
        }
        world.sign_in(ANN, PASSWORD).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_25_sessions_are_dead_after_a_restart_too() {
    let world = World::start().await;
    let (ann, key) = (world.signed_in(ANN).await, world.service_key().await);
    let other = world.sign_in(ANN, PASSWORD).await.expect(200).token();
    world.call(Method::DELETE, "/v1/session", Some(&ann.token), None).await.expect(204);
    let world = world.restart().await;
    assert!(!world.active(&key, &ann.token).await);
    assert!(world.active(&key, &other).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_no_address_lies_in_the_open() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    // What the store has of each event, and the file where it is one.
    let mut log = Vec::new();
    for recorded in world.server.stores.log.read_all(Position::START, 10_000).await.unwrap() {
        log.extend(format!("{} {:?}\n", recorded.stream, recorded.event).into_bytes());
        log.extend(recorded.event.payload);
    }
    let World { server, config, .. } = world;
    server.stop().await;
    for file in ["log.db", "log.db-wal"] {
        log.extend(std::fs::read(config.data.join(file)).unwrap_or_default());
    }
    let contains = |text: &str| log.windows(text.len()).any(|window| window == text.as_bytes());
    for secret in [ANN, PASSWORD, "$argon2id$", &ann.token[4..40], ann.seed.as_ref().unwrap(), "127.0.0.1"] {
        assert!(!contains(secret), "{secret} lies in the log");
    }
    assert!(contains("account.registered"), "this is the log");
}
