//! Search, and the way from one account to those that share something with it.

use crate::world::{Answer, PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};
use watchbook_domain::operator::Role;

impl World {
    async fn tried_from(&self, email: &str, address: &str) {
        let body = json!({"identifier": email, "password": "a wrong password it is"});
        let from = [("x-forwarded-for", address)];
        self.call_with(Method::POST, "/v1/sign-in", None, Some(body), &from).await.expect(401);
    }

    /// Asks once the views have seen everything.
    async fn caught_up(&self, operator: &Person, path: &str) -> Answer {
        let head = self.server.app.log.head().await.unwrap().to_string();
        self.call_with(Method::GET, path, Some(&operator.token), None, &[("watchbook-at-least", &head)]).await
    }

    async fn found(&self, operator: &Person, query: &str) -> Vec<String> {
        let answer = self.caught_up(operator, &format!("/v1/operator/search?{query}")).await.expect(200);
        ids(&answer.body["accounts"], "account")
    }
}

fn ids(list: &Value, field: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| text(if field.is_empty() { item } else { &item[field] }))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_found_by_what_they_are_called_and_where_they_were_used() {
    let world = World::start().await;
    let (ann, bob) = (world.signed_in("ann@example.com").await, world.signed_in("bob@example.com").await);
    let (analyst, compliance) =
        (world.with_role(Role::Analyst).await, world.with_role(Role::Compliance).await);
    world.tried_from("ann@example.com", "203.0.113.7").await;
    world.later(1);
    world.tried_from("bob@example.com", "203.0.113.7").await;
    world.tried_from("bob@example.com", "203.0.113.99").await;

    assert_eq!(
        world.found(&analyst, "by=identifier&value=ann@example.com").await,
        std::slice::from_ref(&ann.account)
    );
    assert!(world.found(&analyst, "by=identifier&value=nobody@example.com").await.is_empty());
    let both = [bob.account.clone(), ann.account.clone()];
    assert_eq!(world.found(&analyst, "by=address&value=203.0.113.7").await, both);
    assert_eq!(world.found(&analyst, "by=address&value=::ffff:203.0.113.99").await, both[..1]);
    assert_eq!(world.found(&analyst, "by=network&value=203.0.113.0/24").await, both);
    assert_eq!(world.found(&analyst, &format!("by=device&value={}", ann.device)).await, both[1..]);
    assert!(world.found(&analyst, "by=country&value=PT").await.is_empty(), "no location data is installed");
    let answer = world.caught_up(&analyst, "/v1/operator/search?by=address&value=203.0.113.7&limit=1").await;
    assert_eq!((answer.body["accounts"].as_array().unwrap().len(), &answer.body["more"]), (1, &json!(true)));
    let now = watchbook_eventlog::Clock::now(&world.clock);
    assert!(
        world
            .found(
                &analyst,
                &format!("by=address&value=203.0.113.7&to={}", now - chrono::TimeDelta::hours(1))
            )
            .await
            .is_empty()
    );

    // Who was found counts as looked at.
    let looks = world
        .caught_up(&compliance, &format!("/v1/operator/looks?account={}", ann.account))
        .await
        .expect(200);
    assert!(looks.body["looks"].as_array().unwrap().iter().all(|look| look["what"] == "search"));
    assert_eq!(looks.body["looks"].as_array().unwrap().len(), 4, "{}", looks.text);

    for hostile in [
        "by=address&value=%27%20OR%201%3D1",
        "by=rowid&value=1",
        "by=address&value=",
        "by=agent&value=x&limit=101",
        "by=identifier&value=%25",
        "by=address",
    ] {
        world.get_as(&analyst.token, &format!("/v1/operator/search?{hostile}")).await.expect(400);
    }
    let long = "x".repeat(321);
    world.get_as(&analyst.token, &format!("/v1/operator/search?by=agent&value={long}")).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_one_account_to_those_that_share_something_with_it() {
    let world = World::start().await;
    let mut people = Vec::new();
    for name in ["ann", "bob", "cy"] {
        people.push(world.signed_in(&format!("{name}@example.com")).await);
    }
    let [ann, bob, cy] = [0, 1, 2].map(|n: usize| people[n].account.clone());
    let compliance = world.with_role(Role::Compliance).await;
    let analyst = world.with_role(Role::Analyst).await;
    // Everybody signs in from this machine: twenty more make that common.
    for n in 0..20 {
        world.registered(&format!("person{n}@example.com")).await;
    }
    for (email, address) in [
        ("ann@example.com", "203.0.113.7"),
        ("bob@example.com", "203.0.113.7"),
        ("bob@example.com", "2001:db8::7"),
        ("cy@example.com", "2001:db8::7"),
    ] {
        world.tried_from(email, address).await;
    }
    let near =
        world.caught_up(&analyst, &format!("/v1/operator/accounts/{ann}/connections")).await.expect(200);
    assert_eq!(ids(&near.body["accounts"], ""), [ann.clone(), bob.clone()]);
    assert_eq!(near.body["common"], json!([{"by": "address", "value": "127.0.0.1"}]));
    assert_eq!((near.body["links"].as_array().unwrap().len(), &near.body["cut"]), (2, &json!(false)));
    let far = world
        .caught_up(&analyst, &format!("/v1/operator/accounts/{ann}/connections?depth=2"))
        .await
        .expect(200);
    assert_eq!(ids(&far.body["accounts"], ""), [ann.clone(), bob.clone(), cy.clone()]);
    let devices = format!("/v1/operator/accounts/{ann}/connections?by=device&depth=3");
    assert_eq!(
        ids(&world.caught_up(&analyst, &devices).await.expect(200).body["accounts"], ""),
        std::slice::from_ref(&ann)
    );
    for wrong in ["depth=0", "depth=4", "by=everything", "x=1"] {
        let path = format!("/v1/operator/accounts/{ann}/connections?{wrong}");
        world.get_as(&analyst.token, &path).await.expect_problem(400, "malformed-request");
    }
    world.sign_in("cy@example.com", PASSWORD).await.expect(200);

    // Who is erased is found no more.
    let number = world.get_as(&people[1].token, "/v1/account").await.body["user_number"].clone();
    let erasure = format!("/v1/operator/accounts/{bob}/erasure");
    world.post_as(&compliance.token, &erasure, json!({"user_number": number})).await.expect(202);
    assert_eq!(world.found(&analyst, "by=address&value=203.0.113.7").await, std::slice::from_ref(&ann));
    let alone = world.caught_up(&analyst, &format!("/v1/operator/accounts/{ann}/connections?depth=3")).await;
    assert_eq!(ids(&alone.expect(200).body["accounts"], ""), [ann]);
}
