//! The security checklist: what the owner could do better, for the owner alone.

use crate::world::{Answer, PASSWORD, World};
use reqwest::Method;
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";
const PATH: &str = "/v1/account/checklist";

const IDS: [&str; 11] = [
    "second_factor",
    "password",
    "recovery_email",
    "phone",
    "contact_review",
    "recovery_codes",
    "unknown_devices",
    "passkey_copies",
    "support_recovery",
    "factor_recovery",
    "contact_change",
];

pub(crate) fn item<'a>(answer: &'a Answer, id: &str) -> &'a Value {
    answer.body["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap()
}

fn state<'a>(answer: &'a Answer, id: &str) -> &'a str {
    item(answer, id)["state"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_follows_what_the_owner_does() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let list = world.get_as(&ann.token, PATH).await.expect(200);
    let ids: Vec<_> = list.body["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, IDS, "always the same, in the same order");
    let fix = json!({"method": "POST", "path": "/v1/totp"});
    let expected =
        json!({"id": "second_factor", "state": "urgent", "reason": {"kind": "missing"}, "fix": fix});
    assert_eq!(*item(&list, "second_factor"), expected);
    assert_eq!((state(&list, "recovery_email"), state(&list, "phone")), ("advised", "advised"));
    assert_eq!(item(&list, "recovery_codes")["reason"]["kind"], "not_needed");

    let bob = world.with_totp(BOB).await;
    let list = world.get_as(&bob.token, PATH).await.expect(200);
    assert_eq!((state(&list, "second_factor"), state(&list, "recovery_codes")), ("done", "advised"));
    assert!(item(&list, "second_factor")["fix"].is_null());
    world.call(Method::POST, "/v1/recovery-codes", Some(&bob.token), None).await.expect(200);
    world.with_recovery_email(&bob, "bob@example.org").await;
    let list = world.get_as(&bob.token, PATH).await.expect(200);
    assert!(IDS.iter().all(|id| state(&list, id) == "done"), "{}", list.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_came_once_is_shown_to_the_others() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.later(60);
    let other = world.sign_in(ANN, PASSWORD).await.expect(200);
    let device = other.body["session"]["device"]["id"].clone();
    let list = world.get_as(&ann.token, PATH).await.expect(200);
    let reason = json!({"kind": "devices", "devices": [device]});
    assert_eq!(item(&list, "unknown_devices")["reason"], reason);
    let there = world.get_as(&other.token(), PATH).await.expect(200);
    assert_eq!(state(&there, "unknown_devices"), "done", "whoever asks knows their device");
    let path = format!("/v1/devices/{}", device.as_str().unwrap());
    world.call(Method::PATCH, &path, Some(&ann.token), Some(json!({"name": "tablet"}))).await.expect(204);
    let list = world.get_as(&ann.token, PATH).await.expect(200);
    assert_eq!(state(&list, "unknown_devices"), "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fix_is_a_call_that_there_is() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.later(60);
    world.sign_in(ANN, PASSWORD).await.expect(200);
    world.post_as(&ann.token, "/v1/email/change", json!({"email": "new@example.com"})).await.expect(202);
    let list = world.get_as(&ann.token, PATH).await.expect(200);
    let fixes: Vec<_> = list.body["items"].as_array().unwrap().iter().map(|item| &item["fix"]).collect();
    let fixes: Vec<_> = fixes.into_iter().filter(|fix| fix.is_object()).collect();
    assert_eq!(fixes.len(), 5, "{}", list.text);
    for fix in fixes {
        let method = fix["method"].as_str().unwrap().parse().unwrap();
        let answer = world.call(method, fix["path"].as_str().unwrap(), Some(&ann.token), None).await;
        assert!(![404, 405].contains(&answer.status), "{fix}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_04_row_07_it_is_for_its_owner_and_for_a_whole_session() {
    let world = World::start().await;
    let (ann, bob) = (world.with_totp(ANN).await, world.signed_in(BOB).await);
    world.get(PATH).await.expect_problem(401, "session-over");
    let partial = world.sign_in(ANN, PASSWORD).await.expect(200).body["attempt"].clone();
    for token in [partial.as_str().unwrap(), &world.service_key().await] {
        world.get_as(token, PATH).await.expect_problem(401, "session-over");
    }
    // What another account does, and is, changes nothing.
    let before = world.get_as(&bob.token, PATH).await.expect(200).text;
    world.sign_in(ANN, "not the right password at all").await.expect(401);
    let after = world.get_as(&bob.token, PATH).await.expect(200).text;
    assert_eq!(before, after);
    assert!(!after.contains(&ann.account) && !after.contains(ANN) && !after.contains(BOB), "{after}");
}
