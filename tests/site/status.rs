//! The public status: what is measured, what operators post, what strangers do not learn.

use crate::world::{Answer, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ANN: &str = "ann@example.com";
const INCIDENTS: &str = "/v1/operator/incidents";

impl World {
    /// Measured anew: what was measured before is too old.
    async fn status(&self) -> Value {
        self.later(6);
        self.get("/v1/status").await.expect(200).body
    }

    async fn until(&self, component: &str, status: &str) -> Value {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let body = self.status().await;
            if of(&body, component) == status {
                return body;
            }
            assert!(Instant::now() < deadline, "{component} is not {status}: {body}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn seen(&self, written: &Answer) {
        let position = watchbook_eventlog::Position(written.position().parse().unwrap());
        self.server.app.views.wait_for(position, Duration::from_secs(10)).await.unwrap();
    }
}

fn of<'a>(body: &'a Value, component: &str) -> &'a str {
    let components = body["components"].as_array().unwrap();
    let found = components.iter().find(|found| found["component"] == component).unwrap();
    found["status"].as_str().unwrap()
}

fn incident(impact: &str) -> Value {
    json!({"title": "Mail is late", "components": ["mail", "recovery"], "impact": impact, "text": "We look."})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_told_until_it_is_over_and_remembered() {
    let world = World::start().await;
    let operator = world.operator().await;
    let body = world.until("mail", "operational").await;
    let names: Vec<_> =
        body["components"].as_array().unwrap().iter().map(|c| c["component"].clone()).collect();
    assert_eq!(names, ["sign_in", "mail", "text_messages", "recovery"]);
    assert_eq!(body["incidents"], json!([]));

    let opened = world.post_as(&operator.token, INCIDENTS, incident("degraded")).await.expect(201);
    let path = format!("{INCIDENTS}/{}", opened.body["incident"].as_str().unwrap());
    world.seen(&opened).await;
    let body = world.status().await;
    assert_eq!((of(&body, "mail"), of(&body, "recovery")), ("degraded", "degraded"));
    assert_eq!((of(&body, "sign_in"), of(&body, "text_messages")), ("operational", "operational"));
    assert_eq!(body["incidents"][0]["title"], "Mail is late");

    let update = json!({"impact": "down", "text": "The mail server is away."});
    let updated =
        world.post_as(&operator.token, &format!("{path}/updates"), update.clone()).await.expect(204);
    world.seen(&updated).await;
    let body = world.status().await;
    assert_eq!(of(&body, "mail"), "down");
    let texts = |incident: &Value| {
        let updates = incident["updates"].as_array().unwrap();
        updates.iter().map(|update| update["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts(&body["incidents"][0]), ["The mail server is away.", "We look."]);

    let resolve = format!("{path}/resolve");
    let resolved = world.post_as(&operator.token, &resolve, json!({"text": "It is back."})).await.expect(204);
    world.seen(&resolved).await;
    let body = world.status().await;
    assert_eq!((of(&body, "mail"), &body["incidents"]), ("operational", &json!([])));
    world
        .post_as(&operator.token, &resolve, json!({"text": "x"}))
        .await
        .expect_problem(409, "incident-conflict");
    world
        .post_as(&operator.token, &format!("{path}/updates"), update)
        .await
        .expect_problem(409, "incident-conflict");

    let history = world.get("/v1/status/history?days=1").await.expect(200).body;
    assert_eq!(texts(&history["incidents"][0]), ["It is back.", "The mail server is away.", "We look."]);
    assert!(history["incidents"][0]["resolved_at"].is_string());
    world.later(2 * 86_400);
    let history = world.get("/v1/status/history?days=1").await.expect(200).body;
    assert_eq!(history["incidents"], json!([]));
    let history = world.get("/v1/status/history").await.expect(200).body;
    assert_eq!(history["incidents"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_down_shows() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut world = World::with(|config| {
        let smtp = json!({"host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 2});
        config.mail.smtp = Some(serde_json::from_value(smtp).unwrap());
    })
    .await;
    world.registered(ANN).await;
    // Each look is six seconds later: degraded from 120 seconds on, down from 900 on.
    let body = world.until("mail", "degraded").await;
    assert_eq!((of(&body, "sign_in"), of(&body, "text_messages")), ("operational", "operational"));
    let text = body.to_string();
    for secret in [ANN, "127.0.0.1", &port.to_string(), "smtp"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    world.later(900);
    world.until("mail", "down").await;
    world.config.mail.smtp = None;
    let world = world.restart().await;
    world.later(3_600);
    world.mail(ANN, "/verify?token=").await;
    world.until("mail", "operational").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_operators_post_and_texts_are_bounded_and_cleaned() {
    let world = World::start().await;
    let operator = world.operator().await;
    let ann = world.with_totp(ANN).await;
    world.post(INCIDENTS, incident("down")).await.expect_problem(401, "session-over");
    world.post_as(&ann.token, INCIDENTS, incident("down")).await.expect_problem(403, "forbidden");
    let with = |name: &str, value: Value| {
        let mut body = incident("degraded");
        body[name] = value;
        body
    };
    let bad = [
        with("title", json!("")),
        with("title", json!("\u{7}\u{202e}")),
        with("title", json!("x".repeat(121))),
        with("text", json!("x".repeat(2_001))),
        with("components", json!([])),
        with("components", json!(["vault"])),
        with("impact", json!("catastrophic")),
        with("operator", json!("me")),
    ];
    for body in bad {
        world.post_as(&operator.token, INCIDENTS, body).await.expect_problem(400, "malformed-request");
    }
    for id in ["x", "00000000-0000-0000-0000-000000000000"] {
        let path = format!("{INCIDENTS}/{id}/resolve");
        world.post_as(&operator.token, &path, json!({"text": "x"})).await.expect_problem(404, "not-found");
        world.post_as(&ann.token, &path, json!({"text": "x"})).await.expect_problem(403, "forbidden");
    }
    for query in ["days=0", "days=91", "days=-1", "days=x", "page=2"] {
        let path = format!("/v1/status/history?{query}");
        world.get(&path).await.expect_problem(400, "malformed-request");
    }
    let body = with("title", json!(" Mail\u{1b}[31m\r\n late\u{202e} "));
    let opened = world.post_as(&operator.token, INCIDENTS, body).await.expect(201);
    world.seen(&opened).await;
    let told = world.status().await["incidents"][0].clone();
    assert_eq!(told["title"], "Mail[31m late");
    let text = told.to_string();
    assert!(!text.contains(&operator.account) && !text.contains(&operator.email), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_learns_nothing_and_costs_nothing() {
    let world = World::start().await;
    let before = world.status().await;
    // Within the time for which an answer is kept, everybody gets that one.
    world.signed_in(ANN).await;
    assert_eq!(world.get("/v1/status").await.expect(200).body, before);
    let after = world.until("mail", "operational").await;
    assert_eq!(after["components"], before["components"], "an account shows nowhere");
    let names: Vec<_> = after.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["at", "components", "incidents"]);
    world
        .call(Method::POST, "/v1/status", None, Some(json!({})))
        .await
        .expect_problem(405, "method-not-allowed");
}
