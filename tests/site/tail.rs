//! Events of all accounts as they come.

use crate::world::{PASSWORD, Person, World};
use serde_json::Value;
use std::time::Duration;
use watchbook_domain::operator::Role;

const ANN: &str = "ann@example.com";
const SOON: Duration = Duration::from_secs(20);

/// An open tail.
struct Tail {
    response: reqwest::Response,
    text: String,
}

/// One message: its id, its event, its data.
#[derive(Debug, Default, PartialEq)]
struct Message {
    id: String,
    event: String,
    data: Value,
}

impl World {
    async fn tail(&self, analyst: &Person, query: &str) -> Tail {
        let response = self.raw(&analyst.token, &format!("/v1/operator/tail?{query}")).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Tail { response, text: String::new() }
    }
}

impl Tail {
    /// The next message with data; `None` at the end.
    async fn next(&mut self) -> Option<Message> {
        loop {
            while let Some((message, rest)) = self.text.split_once("\n\n") {
                let mut found = Message::default();
                for line in message.lines() {
                    match line.split_once(": ") {
                        Some(("id", id)) => found.id = id.to_owned(),
                        Some(("event", event)) => found.event = event.to_owned(),
                        Some(("data", data)) => {
                            found.data = serde_json::from_str(data).unwrap_or_else(|_| data.into());
                        }
                        _ => panic!("{line:?}"),
                    }
                }
                self.text = rest.to_owned();
                if !found.event.is_empty() {
                    return Some(found);
                }
            }
            let chunk = tokio::time::timeout(SOON, self.response.chunk()).await.unwrap().unwrap()?;
            self.text += std::str::from_utf8(&chunk).unwrap();
        }
    }

    async fn until(&mut self, event: &str) -> Message {
        loop {
            let message = self.next().await.unwrap();
            if message.event == event {
                return message;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_as_they_happen_and_go_on_where_they_were() {
    let world = World::start().await;
    let (ann, analyst) = (world.signed_in(ANN).await, world.with_role(Role::Analyst).await);
    let mut tail = world.tail(&analyst, "").await;
    world.sign_in(ANN, "a wrong password it is").await.expect(401);
    let rejected = tail.until("sign_in.password_rejected").await;
    assert_eq!(rejected.data["account"], ann.account);
    assert_eq!(rejected.data["position"].to_string(), rejected.id);
    assert_eq!(rejected.data["explanation"]["guard"], "password");
    drop(tail);
    world.sign_in(ANN, PASSWORD).await.expect(200);
    world.sign_in("bob@example.com", PASSWORD).await.expect(401);
    // Without a gap, and without what was seen.
    let last = [("last-event-id", rejected.id.as_str())];
    let response = world.raw_with(&analyst.token, "/v1/operator/tail?after=0", &last).await;
    let mut tail = Tail { response, text: String::new() };
    assert_eq!(tail.next().await.unwrap().event, "sign_in.started");
    let bad = [("last-event-id", "the last one")];
    assert_eq!(world.raw_with(&analyst.token, "/v1/operator/tail", &bad).await.status(), 400);
    let opened = tail.until("session.opened").await;
    assert!(!opened.data.to_string().contains("digest"), "{}", opened.data);
    let mut only = world.tail(&analyst, &format!("after=0&types=session.*&account={}", ann.account)).await;
    let first = only.next().await.unwrap();
    assert_eq!(
        (first.event.as_str(), &first.data["account"]),
        ("session.opened", &ann.account.as_str().into())
    );
    assert_eq!(only.next().await.unwrap().id, opened.id);
    for wrong in ["after=x", "account=ann", "x=1"] {
        assert_eq!(world.raw(&analyst.token, &format!("/v1/operator/tail?{wrong}")).await.status(), 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_06_a_tail_ends_with_the_role_and_with_the_session() {
    let world = World::start().await;
    let analyst = world.with_role(Role::Analyst).await;
    let mut tail = world.tail(&analyst, "").await;
    world.give_roles(&analyst, &[Role::Support]).await;
    let closed = tail.until("closed").await;
    assert_eq!((&closed.data, tail.next().await), (&"forbidden".into(), None));
    assert_eq!(world.raw(&analyst.token, "/v1/operator/tail").await.status(), 403);

    world.give_roles(&analyst, &[Role::Analyst]).await;
    let mut tail = world.tail(&analyst, "").await;
    world.call(reqwest::Method::DELETE, "/v1/session", Some(&analyst.token), None).await.expect(204);
    assert_eq!(tail.until("closed").await.data, "session-over");
    assert_eq!(tail.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_has_four_and_a_stop_ends_them() {
    let world = World::start().await;
    let analyst = world.with_role(Role::Analyst).await;
    let mut tails = Vec::new();
    for _ in 0..4 {
        tails.push(world.tail(&analyst, "").await);
    }
    assert_eq!(world.raw(&analyst.token, "/v1/operator/tail").await.status(), 429);
    let mut last = tails.pop().unwrap();
    let (closed, _world) = tokio::join!(last.until("closed"), world.restart());
    assert_eq!(closed.data, "stopping");
}
