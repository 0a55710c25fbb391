//! Selected events are posted to another system, signed, in order, and again until they are taken.

use crate::world::{Person, World};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use watchbook::Config;
use watchbook_workers::webhooks::{Endpoint, WebhookConfig, Webhooks, parked};

const KEY: [u8; 32] = [7; 32];

/// A try, as it came in.
#[derive(Clone)]
struct Try {
    id: String,
    body: Value,
    text: String,
}

/// The other system: answers as it was told, then 204.
#[derive(Clone, Default)]
struct Receiver {
    tries: Arc<Mutex<Vec<Try>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    /// Answers so many times so.
    fn will_say(&self, status: u16, times: usize) {
        self.answers.lock().unwrap().extend(std::iter::repeat_n(status, times));
    }

    fn tries(&self) -> Vec<Try> {
        self.tries.lock().unwrap().clone()
    }

    /// At least so many tries.
    async fn after(&self, count: usize) -> Vec<Try> {
        for _ in 0..1_000 {
            let tries = self.tries();
            if tries.len() >= count {
                return tries;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        panic!("{} of {count} tries came", self.tries().len());
    }

    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/in", listener.local_addr().unwrap());
        let router = Router::new().route("/in", post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        url
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let id = header("webhook-id");
    let mut mac = Hmac::<Sha256>::new_from_slice(&KEY).unwrap();
    mac.update(format!("{id}.{}.", header("webhook-timestamp")).as_bytes());
    mac.update(&body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    if header("webhook-signature") != expected {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let text = String::from_utf8(body.to_vec()).unwrap();
    let body = serde_json::from_str(&text).unwrap();
    receiver.tries.lock().unwrap().push(Try { id, body, text });
    let status = receiver.answers.lock().unwrap().pop_front().unwrap_or(204);
    let location = [(header::LOCATION, "/in")];
    (StatusCode::from_u16(status).unwrap(), location).into_response()
}

fn siem(url: &str) -> WebhookConfig {
    WebhookConfig {
        name: "siem".into(),
        url: url.into(),
        secret: format!("whsec_{}", STANDARD.encode(KEY)).into(),
        events: vec!["account.*".into(), "legal_hold.placed".into()],
        timeout_seconds: 10,
    }
}

async fn world(receiver: &Receiver) -> World {
    let url = receiver.start().await;
    World::with(|config: &mut Config| config.webhooks.push(siem(&url))).await
}

async fn lock(world: &World, operator: &Person, person: &Person) {
    let path = format!("/v1/operator/accounts/{}/lock", person.account);
    world.post_as(&operator.token, &path, json!({"note": "a note for operators"})).await.expect(204);
}

fn types(tries: &[Try]) -> Vec<&str> {
    tries.iter().map(|tried| tried.body["type"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn selected_events_come_signed_and_say_nothing_personal() {
    let receiver = Receiver::default();
    let world = world(&receiver).await;
    let operator = world.operator().await;
    let ann = world.signed_in("ann@example.com").await;
    lock(&world, &operator, &ann).await;
    let tries = receiver.after(3).await;
    assert_eq!(types(&tries), ["account.registered", "account.registered", "account.locked"]);
    let locked = &tries[2];
    assert_eq!(locked.body["data"]["subject"], json!(ann.account));
    assert_eq!(locked.body["data"]["actor"], json!(operator.account));
    for word in ["ann@", "note", "127.0.0.1"] {
        assert!(tries.iter().all(|tried| !tried.text.contains(word)), "{word}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_comes_again_in_order_and_after_a_restart() {
    let receiver = Receiver::default();
    let world = world(&receiver).await;
    let operator = world.operator().await;
    let ann = world.signed_in("ann@example.com").await;
    receiver.after(2).await;
    // Faults, and a redirect that must not be followed.
    receiver.will_say(503, 1);
    receiver.will_say(307, 1);
    lock(&world, &operator, &ann).await;
    let tries = receiver.after(5).await;
    assert_eq!(types(&tries[2..]), ["account.locked"; 3]);
    assert!(tries[2..].iter().all(|tried| tried.id == tries[2].id), "one id for all tries");

    receiver.will_say(500, 2);
    let bob = world.signed_in("bob@example.com").await;
    receiver.after(6).await;
    let world = world.restart().await;
    let operator = Person { token: again(&world, &operator).await, ..operator };
    lock(&world, &operator, &bob).await;
    let tries = receiver.after(9).await;
    let after = &tries[5..];
    let last = after.len() - 1;
    assert!(types(after)[..last].iter().all(|kind| *kind == "account.registered"));
    assert_eq!(types(after)[last], "account.locked", "later events wait");
}

/// The operator's session outlives the restart.
async fn again(world: &World, operator: &Person) -> String {
    world.get_as(&operator.token, "/v1/account").await.expect(200);
    operator.token.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_is_parked_and_replayed() {
    let receiver = Receiver::default();
    let world = world(&receiver).await;
    let operator = world.operator().await;
    receiver.after(1).await;
    // A message that is wrong is not sent again; the next one's turn comes.
    receiver.will_say(422, 1);
    let ann = world.signed_in("ann@example.com").await;
    lock(&world, &operator, &ann).await;
    let tries = receiver.after(3).await;
    assert_eq!(types(&tries), ["account.registered", "account.registered", "account.locked"]);
    // An endpoint that is down is given up after days, not before.
    receiver.will_say(503, 2);
    let bob = world.signed_in("bob@example.com").await;
    receiver.after(4).await;
    world.later(4 * 86_400);
    receiver.after(5).await;

    let waiting = async || {
        for _ in 0..400 {
            let waiting = parked(&world.server.core).await.unwrap();
            if waiting.len() == 2 {
                return waiting;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        panic!("not parked");
    };
    let waiting = waiting().await;
    let told: Vec<_> = waiting.iter().map(|parked| (parked.event_type.as_str(), parked.status)).collect();
    assert_eq!(told, [("account.registered", Some(422)), ("account.registered", Some(503))]);
    assert!(waiting.iter().all(|parked| parked.endpoint == "siem"));
    assert_eq!(waiting[1].tries, 2);

    let webhooks = Webhooks {
        core: world.server.core.clone(),
        deliveries: watchbook_eventlog::Repository::new(world.server.core.clone(), 1),
        views: world.server.app.views.clone(),
        clock: Arc::new(world.clock.clone()),
        endpoint: Endpoint::all(&world.config.webhooks).unwrap().remove(0),
    };
    receiver.will_say(500, 1);
    let refused = webhooks.replay(&waiting[0]).await.unwrap().unwrap_err();
    assert_eq!(refused.status, Some(500));
    assert_eq!(parked(&world.server.core).await.unwrap().len(), 2, "still there");
    for parked in &waiting {
        webhooks.replay(parked).await.unwrap().unwrap();
    }
    assert!(parked(&world.server.core).await.unwrap().is_empty());
    let tries = receiver.tries();
    let of = |person: &Person| {
        let account = json!(person.account);
        tries.iter().filter(move |tried| tried.body["data"]["subject"] == account)
    };
    let ids: Vec<_> = of(&bob).map(|tried| &tried.id).collect();
    assert!(ids.len() == 3 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}
