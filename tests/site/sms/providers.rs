//! Messages by way of providers, against a server on this machine.

use super::*;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Form, FromRequest as _, State};
use axum::http::{HeaderMap as Headers, StatusCode, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use watchbook_workers::sms::{SmsConfig, SmsProviderKind};

/// What came, and what to answer next; 201 when nothing is said.
#[derive(Default)]
struct Script {
    came: Vec<(Uri, Headers, Bytes)>,
    answers: Vec<(u16, &'static str)>,
}

type Provider = Arc<Mutex<Script>>;

/// A provider that answers as told, the last first.
async fn provider(answers: &[(u16, &'static str)]) -> (String, Provider) {
    let provider: Provider = Arc::default();
    provider.lock().unwrap().answers = answers.to_vec();
    let take = async |State(provider): State<Provider>, uri: Uri, headers: Headers, body: Bytes| {
        let mut script = provider.lock().unwrap();
        script.came.push((uri, headers, body));
        let (status, text) = script.answers.pop().unwrap_or((201, "{}"));
        (StatusCode::from_u16(status).unwrap(), text)
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(take).with_state(provider.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, provider)
}

/// The `n`-th request, as soon as it is there. Time passes meanwhile, for what is tried again.
async fn request(world: &World, provider: &Provider, n: usize) -> (Uri, Headers, Bytes) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(request) = provider.lock().unwrap().came.get(n).cloned() {
            return request;
        }
        assert!(Instant::now() < deadline, "nothing has come");
        world.later(1);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn form(body: &Bytes) -> HashMap<String, String> {
    let request = axum::http::Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    let request = request.body(axum::body::Body::from(body.clone())).unwrap();
    let Form(form) = Form::from_request(request, &()).await.unwrap();
    form
}

fn twilio(url: &str) -> SmsConfig {
    SmsConfig {
        provider: SmsProviderKind::Twilio,
        url: Some(format!("{url}/2010-04-01/Accounts/AC1/Messages.json")),
        username: Some("AC1".to_owned()),
        password: Some("hush".to_owned().into()),
        from: Some("+15005550006".to_owned()),
        ..SmsConfig::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twilios_api_takes_a_message_and_a_failure_is_tried_again() {
    let (url, provider) = provider(&[(429, "{\"code\": 20429}"), (503, "")]).await;
    let world = World::with(|config| config.sms = twilio(&url)).await;
    let ann = world.signed_in(ANN).await;
    world.ask_number(&ann.token, NUMBER).await.expect(202);
    for n in 0..3 {
        let (uri, headers, body) = request(&world, &provider, n).await;
        assert_eq!(uri.path(), "/2010-04-01/Accounts/AC1/Messages.json");
        assert_eq!(headers["authorization"], format!("Basic {}", STANDARD.encode("AC1:hush")));
        let form = form(&body).await;
        assert_eq!((form["To"].as_str(), form["From"].as_str()), (NUMBER, "+15005550006"));
        if n == 2 {
            world.confirm_number(&ann.token, &code_in(&form["Body"])).await.expect(204);
        }
    }
    world.later(3_600);
    world.settle().await;
    assert_eq!(provider.lock().unwrap().came.len(), 3, "taken is taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_refuses_for_good_is_given_up() {
    let (url, provider) = provider(&[(400, "{\"code\": 21211}")]).await;
    let world = World::with(|config| config.sms = twilio(&url)).await;
    let ann = world.signed_in(ANN).await;
    world.ask_number(&ann.token, NUMBER).await.expect(202);
    request(&world, &provider, 0).await;
    world.settle().await;
    world.later(60);
    world.settle().await;
    assert_eq!(provider.lock().unwrap().came.len(), 1);
    // The next message goes its way.
    world.ask_number(&ann.token, NUMBER).await.expect(202);
    request(&world, &provider, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_not_sent_when_it_does_not_work_any_more() {
    let (url, provider) = provider(&[(503, ""), (503, "")]).await;
    let world = World::with(|config| config.sms = twilio(&url)).await;
    let ann = world.signed_in(ANN).await;
    world.ask_number(&ann.token, NUMBER).await.expect(202);
    request(&world, &provider, 0).await;
    world.settle().await;
    world.later(601);
    world.settle().await;
    assert_eq!(provider.lock().unwrap().came.len(), 1);
    let due = world
        .server
        .app
        .views
        .due_notifications(watchbook_domain::Timestamp::from_micros(i64::MAX), 10)
        .await
        .unwrap();
    assert!(due.is_empty(), "given up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_signed_and_named_the_same_at_every_try() {
    let key = b"0123456789abcdefghijklmnopqrstuv";
    let (url, provider) = provider(&[(302, "")]).await;
    let sms = SmsConfig {
        provider: SmsProviderKind::Webhook,
        url: Some(format!("{url}/hooks/sms")),
        secret: Some(format!("whsec_{}", STANDARD.encode(key)).into()),
        ..SmsConfig::default()
    };
    let world = World::with(|config| config.sms = sms).await;
    let ann = world.signed_in(ANN).await;
    world.ask_number(&ann.token, NUMBER).await.expect(202);
    let first = request(&world, &provider, 0).await;
    let second = request(&world, &provider, 1).await;
    assert_eq!(first.1["webhook-id"], second.1["webhook-id"]);
    for (uri, headers, body) in [&first, &second] {
        assert_eq!(uri.path(), "/hooks/sms", "a redirect is not followed");
        let text = |name: &str| headers[name].to_str().unwrap().to_owned();
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(format!("{}.{}.", text("webhook-id"), text("webhook-timestamp")).as_bytes());
        mac.update(body);
        assert_eq!(text("webhook-signature"), format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())));
    }
    let body: Value = serde_json::from_slice(&second.2).unwrap();
    assert_eq!((&body["type"], &body["data"]["to"]), (&json!("sms.requested"), &json!(NUMBER)));
    let code = code_in(body["data"]["text"].as_str().unwrap());
    world.confirm_number(&ann.token, &code).await.expect(204);
}
