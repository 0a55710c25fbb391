//! Another system's back end reports the sign-ins that it performed.

use crate::world::{Person, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use watchbook_domain::AccountId;
use watchbook_domain::detection::{At, Device};
use watchbook_domain::detection::{Happening, NoLookup, Normaliser, Target};
use watchbook_domain::observed::ObservedEvent;
use watchbook_eventlog::{Clock as _, Opened, Position, RecordedEvent, decode};

const PATH: &str = "/v1/observations";

fn seen(id: &str, user: &str, outcome: &str, at: impl ToString) -> Value {
    json!({"id": id, "user_id": user, "outcome": outcome, "at": at.to_string(), "address": "203.0.113.9",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
}

fn with(mut seen: Value, field: &str, value: Value) -> Value {
    seen[field] = value;
    seen
}

fn batch(observations: impl Into<Value>) -> Value {
    json!({"system": "web-shop", "observations": observations.into()})
}

/// Status, and reason where there is one, of each result.
fn outcomes(answer: &Value) -> Vec<String> {
    let results = answer["results"].as_array().unwrap();
    let word = |result: &Value| {
        let status = result["status"].as_str().unwrap();
        result["reason"].as_str().unwrap_or(status).to_owned()
    };
    results.iter().map(word).collect()
}

async fn reported(world: &World) -> Vec<RecordedEvent> {
    let events = world.server.app.log.read_all(Position::START, 100_000).await.unwrap();
    events.into_iter().filter(|event| event.stream.category() == "observed").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_observation_is_recorded_once_or_refused_by_itself() {
    let world = World::start().await;
    let key = world.service_key().await;
    let now = world.clock.now();
    let (soon, tomorrow) = (now + chrono::TimeDelta::seconds(300), now + chrono::TimeDelta::days(1));
    let (late, too_late) = (now - chrono::TimeDelta::days(7), now - chrono::TimeDelta::days(8));
    let sent = batch(vec![
        with(
            with(seen("1", "42", "success", now), "device_id", json!("cookie-7")),
            "session_id",
            json!("s1"),
        ),
        seen("2", "42", "wrong_password", soon),
        seen("3", "43", "unknown_user", late),
        with(seen("4", "42", "factor_denied", now), "factor", json!("push")),
        seen("5", "42", "factor_denied", now),
        seen("6", "42", "wrong", now),
        seen("7", "42", "success", tomorrow),
        seen("8", "42", "success", too_late),
        with(seen("9", "42", "success", now), "address", json!("somewhere")),
        with(seen("10", "42", "success", now), "password", json!("secret-of-42")),
        json!("x"),
        seen("11", "", "success", now),
        with(seen("12", "42", "success", now), "factor", json!("luck")),
    ]);
    let answer = world.post_as(&key, PATH, sent.clone()).await.expect(200);
    let refused = [
        "factor-missing",
        "outcome-unknown",
        "in-the-future",
        "too-late",
        "address-malformed",
        "malformed",
        "malformed",
        "name-malformed",
        "factor-unknown",
    ];
    let as_first = |status| [vec![status; 4], refused.to_vec()].concat();
    assert_eq!(outcomes(&answer.body), as_first("recorded"), "{}", answer.text);
    assert_eq!(answer.body["results"][4]["id"], json!("5"));
    assert!(!answer.text.contains("secret-of-42"));
    answer.position();

    // Again, all at once, and from a back end that was restarted: nothing is added.
    let again = (0..4).map(|_| world.post_as(&key, PATH, sent.clone()));
    for answer in futures_util::future::join_all(again).await {
        assert_eq!(outcomes(&answer.expect(200).body), as_first("already_recorded"));
    }
    assert_eq!(reported(&world).await.len(), 4);
    // The same id is another report when it says something else, about somebody else, or by somebody else.
    let other = batch(vec![seen("1", "42", "refused", now), seen("1", "44", "success", now)]);
    let answer = world.post_as(&key, PATH, other).await.expect(200);
    assert_eq!(outcomes(&answer.body), ["id-reused", "recorded"]);
    let answer =
        world.post_as(&world.service_key().await, PATH, batch(vec![seen("2", "42", "success", now)])).await;
    assert_eq!(outcomes(&answer.expect(200).body), ["recorded"]);
    assert_eq!(reported(&world).await.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn detectors_see_what_was_reported_at_its_own_time() {
    let world = World::start().await;
    let key = world.service_key().await;
    let at = world.clock.now() - chrono::TimeDelta::hours(5);
    let device = json!("cookie-7");
    let sent = batch(vec![
        with(seen("1", "42", "success", at), "device_id", device.clone()),
        with(seen("2", "43", "success", at), "device_id", device),
        seen("3", "nobody", "unknown_user", at),
    ]);
    world.post_as(&key, PATH, sent).await.expect(200);
    let events = reported(&world).await;
    assert!(events.iter().all(|event| event.event.recorded_at == world.clock.now()));
    let mut observations = Vec::new();
    for recorded in &events {
        let Opened::Payload(payload) = world.server.app.sealer.open_event(recorded).await.unwrap() else {
            panic!("erased")
        };
        let ObservedEvent::SignIn { report } = decode("sign_in.observed", 1, &payload).unwrap() else {
            panic!("another event")
        };
        assert!(!report.imported && report.context.device == "Firefox on Linux");
        let user: AccountId = recorded.stream.key().parse().unwrap();
        let at = At { position: recorded.position.0, time: recorded.event.recorded_at };
        observations.push(Normaliser::report(user, &report, at, &NoLookup));
    }
    observations.sort_by_key(|seen| matches!(seen.target, Target::Unknown(_)));
    let [one, two, nobody] = observations.as_slice() else { panic!("{observations:?}") };
    assert!([one, two, nobody].iter().all(|seen| seen.at == at && seen.source.address.is_some()));
    assert_eq!((one.what, nobody.what), (Happening::SignedIn { factor: None }, Happening::PasswordRejected));
    assert_ne!(one.target, two.target);
    let names = [one, two].map(|seen| match seen.device {
        Device::New(Some(device)) => device,
        other => panic!("{other:?}"),
    });
    assert_ne!(names[0], names[1], "two users' devices of the same name");
    assert_eq!(one.agent.browser, "Firefox 140");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_too_much_are_refused() {
    let world = World::start().await;
    let key = world.service_key().await;
    let now = world.clock.now();
    let one = batch(vec![seen("1", "42", "success", now)]);
    world.post(PATH, one.clone()).await.expect_problem(401, "service-key-invalid");
    let ann = world.signed_in("ann@example.com").await;
    world.post_as(&ann.token, PATH, one.clone()).await.expect_problem(401, "service-key-invalid");
    let operator = world.operator().await;
    let request = json!({"name": "reader", "scopes": ["accounts_read"]});
    let reader = world.post_as(&operator.token, "/v1/operator/service-keys", request).await.expect(201);
    let reader = reader.body["key"].as_str().unwrap().to_owned();
    world.post_as(&reader, PATH, one).await.expect_problem(403, "scope-missing");
    world.post_as(&key, PATH, batch(Vec::<Value>::new())).await.expect_problem(400, "malformed-request");
    let many: Vec<_> = (0..1_001).map(|n| seen(&n.to_string(), "42", "success", now)).collect();
    world.post_as(&key, PATH, batch(many)).await.expect_problem(400, "malformed-request");
    let large = with(seen("1", "42", "success", now), "user_agent", json!("x".repeat(1024 * 1024)));
    world.post_as(&key, PATH, batch(vec![large])).await.expect_problem(413, "body-too-large");
    assert!(reported(&world).await.is_empty());
    // As many as are allowed, of as many people.
    let most: Vec<_> = (0..1_000).map(|n| seen("1", &n.to_string(), "success", now)).collect();
    let answer = world.post_as(&key, PATH, batch(most)).await.expect(200);
    assert!(outcomes(&answer.body).iter().all(|outcome| outcome == "recorded"));
    assert_eq!(reported(&world).await.len(), 1_000);
}

async fn certified(world: &World, operator: &Person, id: &str) {
    for _ in 0..400 {
        let path = format!("/v1/operator/accounts/{id}/erasure");
        if world.get_as(&operator.token, &path).await.status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    panic!("the erasure was not carried out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_another_system_is_erased() {
    let world = World::start().await;
    let (key, operator) = (world.service_key().await, world.operator().await);
    let now = world.clock.now();
    let sent = batch(vec![seen("1", "42", "success", now), seen("2", "43", "success", now)]);
    world.post_as(&key, PATH, sent.clone()).await.expect(200);
    let order = |user: &str| json!({"system": "web-shop", "user_id": user});
    let path = "/v1/operator/observed-users/erasure";
    world.post_as(&key, path, order("42")).await.expect(401);
    world.post_as(&operator.token, path, order("44")).await.expect_problem(404, "not-found");
    let answer = world.post_as(&operator.token, path, order("42")).await.expect(202);
    let id = answer.body["observed_id"].as_str().unwrap();
    certified(&world, &operator, id).await;
    world.post_as(&operator.token, path, order("42")).await.expect_problem(404, "not-found");
    for event in reported(&world).await {
        let opened = world.server.app.sealer.open_event(&event).await.unwrap();
        assert_eq!(opened == Opened::Erased, event.event.subject.0.to_string() == id);
    }
    // Nothing new comes in about them; about others it does.
    let more = batch(vec![seen("3", "42", "success", now), seen("4", "43", "success", now)]);
    let answer = world.call(Method::POST, PATH, Some(&key), Some(more)).await.expect(200);
    assert_eq!(outcomes(&answer.body), ["erased", "recorded"]);
}
