//! A person is erased: from log, vault, views and mails; the proof that they were there stays.

use crate::world::{PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use watchbook_domain::AccountId;
use watchbook_eventlog::{Opened, Position};

const ANN: &str = "ann@example.com";

fn path(person: &Person, what: &str) -> String {
    format!("/v1/operator/accounts/{}/{what}", person.account)
}

async fn number(world: &World, person: &Person) -> String {
    let state = world.get_as(&person.token, "/v1/account").await.expect(200);
    state.body["user_number"].as_str().unwrap().to_owned()
}

/// The certificate, as soon as it is there.
async fn certificate(world: &World, operator: &Person, person: &Person) -> Value {
    for _ in 0..400 {
        let answer = world.get_as(&operator.token, &path(person, "erasure")).await;
        if answer.status == 200 {
            return answer.body;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    panic!("the erasure was not carried out");
}

/// The token of the `count`th mail that asks her to verify the address, as soon as it is there.
async fn verification(world: &World, count: usize) -> String {
    for _ in 0..600 {
        let mails = world.mails(ANN).into_iter().filter(|mail| mail.text.contains("/verify?token="));
        if let Some(mail) = mails.into_iter().nth(count - 1) {
            return mail.token.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    panic!("no mail has come");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_erased_everywhere_and_the_address_is_free_again() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let bob = world.signed_in("bob@example.com").await;
    let operator = world.operator().await;
    let number = number(&world, &ann).await;
    let order = json!({"user_number": number});
    let ordered = world.post_as(&operator.token, &path(&ann, "erasure"), order.clone()).await.expect(202);
    // At once, whatever is left to be carried out.
    world.get_as(&ann.token, "/v1/account").await.expect_problem(401, "session-over");
    world.sign_in(ANN, PASSWORD).await.expect_problem(401, "invalid-credentials");

    let certificate = certificate(&world, &operator, &ann).await;
    assert_eq!(certificate["account_id"], json!(ann.account));
    world.post_as(&operator.token, &path(&ann, "erasure"), order).await.expect_problem(404, "not-found");
    let state = format!("/v1/operator/accounts/{}", ann.account);
    world.get_after(&ordered, &operator.token, &state).await.expect(404);
    world.sign_in(ANN, PASSWORD).await.expect_problem(401, "invalid-credentials");
    world.sign_in(&number, PASSWORD).await.expect_problem(401, "invalid-credentials");

    // Nothing of hers opens; that it was there, in which order, and who ordered its end, is left.
    let (log, sealer) = (&world.server.app.log, &world.server.app.sealer);
    let account: AccountId = ann.account.parse().unwrap();
    let events = log.read_all(Position::START, 100_000).await.unwrap();
    let hers: Vec<_> = events.iter().filter(|event| event.event.subject.0 == account.0).collect();
    for event in &hers {
        assert_eq!(sealer.open_event(event).await.unwrap(), Opened::Erased, "{:?}", event.event.event_type);
    }
    let ordered = hers.iter().find(|event| event.event.event_type == "personal_data.erased").unwrap();
    assert_eq!(ordered.event.actor.map(|id| id.to_string()), Some(operator.account.clone()));
    assert_eq!(json!(ordered.event.event_id.0), certificate["ordered_by"]);

    // The others are as they were, and the address is anybody's.
    world.get_as(&bob.token, "/v1/account").await.expect(200);
    world.registered(ANN).await;
    let token = verification(&world, 2).await;
    world.post("/v1/email/verify", json!({"token": token})).await.expect(204);
    world.sign_in(ANN, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_a_wrong_number_or_no_authority_forbid_it() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let operator = world.operator().await;
    let order = json!({"user_number": number(&world, &ann).await});
    world.post_as(&ann.token, &path(&ann, "erasure"), order.clone()).await.expect_problem(403, "forbidden");
    let wrong = json!({"user_number": "100000001"});
    world.post_as(&operator.token, &path(&ann, "erasure"), wrong).await.expect_problem(409, "conflict");
    for malformed in [json!({"user_number": "12"}), json!({}), json!({"user_number": 1, "x": 2})] {
        world.post_as(&operator.token, &path(&ann, "erasure"), malformed).await.expect(400);
    }
    let hold = path(&ann, "legal-hold");
    let note = json!({"note": "case 12 of 2026"});
    world
        .call(Method::PUT, &hold, Some(&ann.token), Some(note.clone()))
        .await
        .expect_problem(403, "forbidden");
    world.call(Method::PUT, &hold, Some(&operator.token), Some(json!({"note": " "}))).await.expect(400);
    let placed = world.call(Method::PUT, &hold, Some(&operator.token), Some(note)).await.expect(204);
    world
        .post_as(&operator.token, &path(&ann, "erasure"), order.clone())
        .await
        .expect_problem(409, "conflict");
    // Who is looked into is not told.
    let activity = world.get_after(&placed, &ann.token, "/v1/activity").await.expect(200);
    assert!(!activity.text.contains("legal_hold"), "{}", activity.text);
    world.get_as(&operator.token, &path(&ann, "erasure")).await.expect_problem(404, "not-found");
    world.call(Method::DELETE, &hold, Some(&operator.token), None).await.expect(204);
    world.post_as(&operator.token, &path(&ann, "erasure"), order).await.expect(202);
    certificate(&world, &operator, &ann).await;
}
