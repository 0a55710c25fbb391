//! A sign-in from an unexpected place, without a strong factor, waits for its owner's word.

use crate::attacks::{many, slug};
use crate::mmdb::{city, database};
use crate::world::{Answer, PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use watchbook_eventlog::Position;

const ANN: &str = "ann@example.com";
const WRONG: &str = "not the right password at all";
/// Of networks that are somebody's: without location data their first bits tell them apart.
const HOME: &str = "81.2.69.142";
const AWAY: &str = "89.160.20.112";

/// A client that waits.
struct Waiting {
    attempt: String,
    secret: String,
}

impl World {
    pub(crate) async fn post_from(&self, address: &str, path: &str, body: Value) -> Answer {
        self.call_with(Method::POST, path, None, Some(body), &[("x-forwarded-for", address)]).await
    }

    pub(crate) async fn password_from(&self, address: &str, device: Option<&str>) -> Answer {
        let body = json!({"identifier": ANN, "password": PASSWORD, "device_token": device});
        self.post_from(address, "/v1/sign-in", body).await
    }

    /// Ann, whose first sign-in came from there.
    async fn ann_at(&self, address: &str) -> Person {
        self.verified(ANN).await;
        let answer = self.password_from(address, None).await.expect(200);
        let text = |part: &str| answer.body.pointer(part).unwrap().as_str().unwrap().to_owned();
        Person {
            email: ANN.to_owned(),
            account: text("/session/account_id"),
            token: text("/session/token"),
            device_token: text("/session/device/token"),
            device: text("/session/device/id"),
            seed: None,
        }
    }

    async fn waits_from(&self, address: &str) -> Waiting {
        let answer = self.password_from(address, None).await.expect(200);
        assert_eq!(answer.body["status"], "confirmation_required", "{}", answer.text);
        assert!(answer.body["session"].is_null());
        let text = |part: &str| answer.body[part].as_str().unwrap().to_owned();
        Waiting { attempt: text("attempt"), secret: text("secret") }
    }

    async fn redeem(&self, waiting: &Waiting) -> Answer {
        let body = json!({"attempt": waiting.attempt, "secret": waiting.secret});
        self.post_from(AWAY, "/v1/sign-in/confirmation", body).await
    }

    /// The link of the `nth` mail of its kind, from 0.
    async fn confirm_link(&self, nth: usize) -> String {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let mut mails = self.mails(ANN).into_iter().filter(|mail| mail.text.contains("/confirm?token="));
            if let Some(mail) = mails.nth(nth) {
                return mail.token.unwrap();
            }
            assert!(std::time::Instant::now() < deadline, "no mail about the sign-in");
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        }
    }

    async fn press(&self, token: &str, answer: &str) -> Answer {
        let form = format!("token={token}&answer={answer}");
        self.post_raw("/confirm", "application/x-www-form-urlencoded", form).await
    }

    pub(crate) async fn types(&self) -> Vec<String> {
        let log = self.server.stores.log.read_all(Position::START, 10_000).await.unwrap();
        log.into_iter().map(|recorded| recorded.event.event_type.clone()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_confirms_and_the_waiting_client_goes_on() {
    let world = World::start().await;
    world.ann_at(HOME).await;
    // A new device at home is nothing unexpected.
    assert_eq!(world.password_from("81.2.1.1", None).await.expect(200).body["status"], "signed_in");
    let waiting = world.waits_from(AWAY).await;
    let still = world.redeem(&waiting).await.expect(200);
    assert_eq!(still.body["status"], "confirmation_required");
    assert!(still.body["secret"].is_null(), "shown once");

    let mail = world.mail(ANN, "/confirm?token=").await;
    assert!(mail.text.contains(AWAY) && mail.text.contains("30 minutes"), "{}", mail.text);
    let token = mail.token.unwrap();
    let page = world.get(&format!("/confirm?token={token}")).await.expect(200);
    assert!(page.text.contains(AWAY) && page.text.contains("Place"), "{}", page.text);
    assert_eq!(page.headers["cache-control"], "no-store");

    let pressed = world.press(&token, "approve").await.expect(200);
    assert!(pressed.headers.get("set-cookie").is_none() && !pressed.text.contains("wbs_"));
    let session = world.redeem(&waiting).await.expect(200);
    assert_eq!(
        (&session.body["status"], &session.body["session"]["level"]),
        (&json!("signed_in"), &json!("aal1"))
    );
    world.get_as(&session.token(), "/v1/account").await.expect(200);
    let activity = world.get_after(&session, &session.token(), "/v1/activity").await.expect(200);
    let told: Vec<_> = activity.body["activity"].as_array().unwrap().iter().collect();
    let of = |kind: &str| told.iter().find(|item| item["type"] == kind).map(|item| item["detail"].clone());
    assert_eq!(of("sign_in.confirmation_requested"), Some(json!("risky")), "{told:?}");
    // The network is known from now on.
    assert_eq!(world.password_from(AWAY, None).await.expect(200).body["status"], "signed_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_08_row_22_link_and_session_are_given_once_under_concurrency() {
    let world = World::start().await;
    world.ann_at(HOME).await;
    let waiting = world.waits_from(AWAY).await;
    let token = world.confirm_link(0).await;
    let outcomes = many(20, async |_| {
        let answer = world.post("/v1/sign-in/confirmation/approve", json!({"token": token})).await;
        let (status, slug) = answer.outcome();
        (status, slug.to_owned())
    });
    assert_eq!(outcomes.await, BTreeMap::from([(slug(204, ""), 1), (slug(410, "link-invalid"), 19)]));
    let outcomes = many(20, async |_| {
        let answer = world.redeem(&waiting).await;
        let (status, slug) = answer.outcome();
        (status, slug.to_owned())
    });
    assert_eq!(outcomes.await, BTreeMap::from([(slug(200, ""), 1), (slug(401, "attempt-over"), 19)]));
    assert_eq!(world.types().await.iter().filter(|kind| *kind == "sign_in.confirmed").count(), 1);
    // What was confirmed cannot be denied with the same link.
    world.press(&token, "deny").await.expect(410);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_35_looking_changes_nothing_and_links_end() {
    let world = World::start().await;
    let ann = world.ann_at(HOME).await;
    let waiting = world.waits_from(AWAY).await;
    let token = world.confirm_link(0).await;
    world.settle().await;
    let before = world.types().await.len();
    for method in [Method::GET, Method::HEAD] {
        world.call(method, &format!("/confirm?token={token}"), None, None).await.expect(200);
    }
    for bad in ["", "answer=approve", &format!("token={token}"), &format!("token={token}&answer=maybe")] {
        world.post_raw("/confirm", "application/x-www-form-urlencoded", bad.to_owned()).await.expect(410);
    }
    world.settle().await;
    let heads = world.types().await.len();
    assert_eq!(heads, before, "nothing was written");
    // Neither forged, nor of another purpose, nor as another's link.
    let mut forged = token.clone();
    forged.replace_range(50..51, if &token[50..51] == "A" { "B" } else { "A" });
    for path in ["/v1/sign-in/confirmation/approve", "/v1/sign-in/confirmation/deny"] {
        world.post(path, json!({"token": forged})).await.expect_problem(410, "link-invalid");
    }
    for path in ["/v1/disown", "/v1/email/verify"] {
        world.post(path, json!({"token": token})).await.expect_problem(410, "link-invalid");
    }
    world.later(1_800);
    world.press(&token, "approve").await.expect(410);
    world.press(&token, "deny").await.expect(410);
    world.get(&format!("/confirm?token={token}")).await.expect(410);
    world.redeem(&waiting).await.expect_problem(401, "attempt-over");
    world.get_as(&ann.token, "/v1/account").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_20_not_me_locks_and_ends_what_waits() {
    let world = World::start().await;
    let ann = world.ann_at(HOME).await;
    let (one, two) = (world.waits_from(AWAY).await, world.waits_from(AWAY).await);
    let (first, second) = (world.confirm_link(0).await, world.confirm_link(1).await);
    world.press(&first, "approve").await.expect(200);
    // One was confirmed, and its client has not come yet when the owner denies the other.
    world.press(&second, "deny").await.expect(200);
    for waiting in [&one, &two] {
        world.redeem(waiting).await.expect_problem(401, "attempt-over");
    }
    world.press(&second, "deny").await.expect(410);
    world.get_as(&ann.token, "/v1/account").await.expect_problem(401, "session-over");
    world.password_from(HOME, Some(&ann.device_token)).await.expect_problem(401, "invalid-credentials");
    world.mail(ANN, "is locked").await;
    assert!(world.types().await.iter().any(|kind| kind == "sign_in.disowned"));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_14_row_33_a_lock_and_a_new_password_end_what_waits() {
    let world = World::start().await;
    let operator = world.operator().await;
    let ann = world.ann_at(HOME).await;
    let waiting = world.waits_from(AWAY).await;
    let token = world.confirm_link(0).await;
    world.press(&token, "approve").await.expect(200);
    let lock = format!("/v1/operator/accounts/{}/lock", ann.account);
    world.post_as(&operator.token, &lock, json!({})).await.expect(204);
    world.redeem(&waiting).await.expect_problem(401, "attempt-over");
    let unlock = format!("/v1/operator/accounts/{}/unlock", ann.account);
    world.post_as(&operator.token, &unlock, json!({})).await.expect(204);
    world.redeem(&waiting).await.expect_problem(401, "attempt-over");

    let waiting = world.waits_from(AWAY).await;
    let token = world.confirm_link(1).await;
    world.later(61);
    world.post("/v1/password/forgot", json!({"identifier": ANN})).await.expect(202);
    let reset = world.mail(ANN, "/reset?token=").await.token;
    let body = json!({"token": reset, "new_password": "another horse, another staple"});
    world.post("/v1/password/reset", body).await.expect(204);
    world.press(&token, "approve").await.expect(410);
    world.redeem(&waiting).await.expect_problem(401, "attempt-over");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_password_cannot_flood_the_owner() {
    let world = World::start().await;
    let ann = world.ann_at(HOME).await;
    let outcomes = many(12, async |_| {
        let answer = world.password_from(AWAY, None).await;
        let (status, slug) = answer.outcome();
        (status, slug.to_owned())
    });
    let outcomes = outcomes.await;
    assert_eq!(outcomes, BTreeMap::from([(slug(200, ""), 3), (slug(429, "too-many-attempts"), 9)]));
    let refused = world.password_from(AWAY, None).await.expect_problem(429, "too-many-attempts");
    assert_eq!(refused.headers["retry-after"], "3600");
    world.settle().await;
    let mails = world.mails(ANN).into_iter().filter(|mail| mail.text.contains("/confirm?token="));
    assert_eq!(mails.count(), 3);
    // The owner's own device is not held off, and wrong passwords are still counted as ever.
    world.password_from(HOME, Some(&ann.device_token)).await.expect(200);
    world.later(3_600);
    world.waits_from(AWAY).await;
    for _ in 0..5 {
        let body = json!({"identifier": ANN, "password": WRONG});
        world.post_from(AWAY, "/v1/sign-in", body).await.expect_problem(401, "invalid-credentials");
    }
    world.password_from(AWAY, None).await.expect_problem(429, "too-many-attempts");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_30_the_secret_is_needed_and_nothing_else_opens_it() {
    let world = World::start().await;
    world.ann_at(HOME).await;
    let (waiting, other) = (world.waits_from(AWAY).await, world.waits_from(AWAY).await);
    let token = world.confirm_link(0).await;
    let both = [world.confirm_link(0).await, world.confirm_link(1).await];
    assert_eq!(both[0], token);
    for token in &both {
        world.press(token, "approve").await.expect(200);
    }
    for secret in ["", "AAAA", other.secret.as_str(), &"A".repeat(43)] {
        let body = json!({"attempt": waiting.attempt, "secret": secret});
        let answer = world.post("/v1/sign-in/confirmation", body).await;
        answer.expect_problem(401, "attempt-over");
    }
    world.post("/v1/sign-in/confirmation", json!({})).await.expect_problem(400, "malformed-request");
    let body = json!({"attempt": waiting.attempt, "code": "123456"});
    world.post("/v1/sign-in/second-factor", body).await.expect_problem(401, "attempt-over");
    world.redeem(&waiting).await.expect(200);
    world.redeem(&other).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_needs_no_word_a_recovery_code_does_and_the_site_may_turn_it_off() {
    let world = World::start().await;
    let ann = world.ann_at(HOME).await;
    let started = world.call(Method::POST, "/v1/totp", Some(&ann.token), None).await.expect(200);
    let seed = started.body["secret"].as_str().unwrap().to_owned();
    let code = json!({"code": world.code(&seed)});
    let token = world.post_as(&ann.token, "/v1/totp/confirm", code).await.expect(200).token();
    let codes = world.call(Method::POST, "/v1/recovery-codes", Some(&token), None).await.expect(200);
    world.later(60);
    let prove = async |part: &str, code: &str| {
        let first = world.password_from(AWAY, None).await.expect(200);
        assert_eq!(first.body["status"], "second_factor_required");
        let mut body = json!({"attempt": first.body["attempt"]});
        body[part] = json!(code);
        world.post_from(AWAY, "/v1/sign-in/second-factor", body).await.expect(200)
    };
    let answer = prove("recovery_code", codes.body["codes"][0].as_str().unwrap()).await;
    assert_eq!(answer.body["status"], "confirmation_required");
    let text = |part: &str| answer.body[part].as_str().unwrap().to_owned();
    let waiting = Waiting { attempt: text("attempt"), secret: text("secret") };
    world.press(&world.confirm_link(0).await, "approve").await.expect(200);
    let session = world.redeem(&waiting).await.expect(200);
    assert_eq!(session.body["session"]["level"], "aal2");
    let answer = prove("code", &world.code(&seed)).await;
    assert_eq!(answer.body["status"], "signed_in");

    let world = World::with(|config| config.policy.confirm = watchbook_domain::policy::Confirm::Off).await;
    world.ann_at(HOME).await;
    assert_eq!(world.password_from(AWAY, None).await.expect(200).body["status"], "signed_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_looked_up_once_and_told() {
    let world = World::start().await;
    let file = world.folder.path().join("city.mmdb");
    let cities = database(&[
        ([203, 0, 113, 0], 24, city("Lisbon", "PT", (38.7, -9.1), 2860)),
        ([198, 51, 100, 0], 24, city("Tokyo", "JP", (35.7, 139.7), 2497)),
    ]);
    std::fs::write(&file, cities).unwrap();
    assert_eq!(world.get("/readyz").await.body["location_data"], "none");
    watchbook_signals::update(&world.config.geo_folder(), &[file]).unwrap();
    let world = world.restart().await;
    assert_eq!(world.get("/readyz").await.expect(200).body["location_data"], "ok");
    let ann = world.ann_at("203.0.113.9").await;
    world.later(1_800);
    world.waits_from("198.51.100.1").await;
    let mail = world.mail(ANN, "/confirm?token=").await;
    assert!(mail.text.contains("Tokyo, Japan (estimated)"), "{}", mail.text);
    let page = world.get(&format!("/confirm?token={}", mail.token.unwrap())).await.expect(200);
    assert!(page.text.contains("Tokyo, Japan") && page.text.contains("Example Telecom"), "{}", page.text);
    let sessions = world.get_as(&ann.token, "/v1/sessions").await.expect(200);
    assert!(sessions.text.contains("Lisbon, Portugal"), "{}", sessions.text);

    // What breaks stops nobody.
    std::fs::write(world.config.geo_folder().join("city.mmdb"), "garbage").unwrap();
    world.server.app.clients.refresh();
    let ready = world.get("/readyz").await.expect(200);
    assert_eq!(ready.body["location_data"], "broken");
    world.password_from("198.51.100.1", Some(&ann.device_token)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_moves_is_recorded() {
    let world = World::start().await;
    let mut token = world.ann_at(HOME).await.token;
    for (address, moved) in [("81.2.9.9", false), (AWAY, true), (AWAY, false), (HOME, true)] {
        let headers = [("x-forwarded-for", address)];
        let refreshed = world
            .call_with(Method::POST, "/v1/session/refresh", Some(&token), None, &headers)
            .await
            .expect(200);
        token = refreshed.token();
        let app = &world.server.app;
        let stream = app.account_stream(account_of(&token));
        let history = app.accounts.history(&stream, watchbook_eventlog::Version::NONE, 1_000).await.unwrap();
        let last = history.into_iter().next_back().unwrap().1.unwrap();
        let context = serde_json::to_value(&last).unwrap()["data"]["context"]["address"].clone();
        assert_eq!(context, if moved { json!(address) } else { Value::Null });
    }
}

fn account_of(token: &str) -> watchbook_domain::AccountId {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&token[4..]).unwrap();
    watchbook_domain::AccountId(uuid::Uuid::from_slice(&bytes[..16]).unwrap())
}
