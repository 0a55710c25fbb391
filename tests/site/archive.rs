//! The archive of what is kept about a person: for the person, and by compliance; whole, and nothing too much.

use crate::world::{PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::{Cursor, Read as _};
use watchbook_domain::operator::Role;

const ANN: &str = "ann@example.com";

/// The files of an archive.
struct Archive {
    page: String,
    data: Value,
    raw: String,
}

impl World {
    async fn archive(&self, token: &str, path: &str) -> Archive {
        let response = self.raw_post(token, path).await;
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert!(header("content-disposition").starts_with("attachment; filename=\"account-"));
        assert_eq!(
            (header("cache-control"), header("x-content-type-options")),
            ("no-store".into(), "nosniff".into())
        );
        let bytes = response.bytes().await.unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<_> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["index.html", "data.json"]);
        let mut texts = names.iter().map(|name| {
            let mut text = String::new();
            zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        });
        let (page, raw) = (texts.next().unwrap(), texts.next().unwrap());
        Archive { page, data: serde_json::from_str(&raw).unwrap(), raw }
    }
}

async fn rename(world: &World, ann: &Person, name: &str) {
    let path = format!("/v1/devices/{}", ann.device);
    world.call(Method::PATCH, &path, Some(&ann.token), Some(json!({"name": name}))).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_takes_away_what_is_theirs_and_no_more() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let bob = world.signed_in("bob@example.com").await;
    let (compliance, support) =
        (world.with_role(Role::Compliance).await, world.with_role(Role::Support).await);
    rename(&world, &ann, "<img src=x onerror=alert(1)>").await;
    // Bob wants her address for his account: where he sat is his.
    world
        .call_with(
            Method::POST,
            "/v1/email/change",
            Some(&bob.token),
            Some(json!({"email": ANN})),
            &[("x-forwarded-for", "203.0.113.77")],
        )
        .await;
    let of = |what: &str| format!("/v1/operator/accounts/{}/{what}", ann.account);
    world.post_as(&support.token, &of("lock"), json!({"note": "the note of case 12"})).await.expect(204);
    world.call(Method::POST, &of("unlock"), Some(&support.token), None).await.expect(204);
    let hold = json!({"note": "the prosecutor asked"});
    world.call(Method::PUT, &of("legal-hold"), Some(&compliance.token), Some(hold)).await.expect(204);

    let archive = world.archive(&compliance.token, &of("archive")).await;
    let account = &archive.data["account"];
    assert_eq!((&account["email"], &account["account"]), (&json!(ANN), &json!(ann.account)));
    assert_eq!(account["devices"][0]["name"], "<img src=x onerror=alert(1)>");
    let events = archive.data["events"].as_array().unwrap();
    let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    for known in
        ["account.registered", "totp.enrolled", "device.renamed", "account.locked", "personal_data.copied"]
    {
        assert!(types.contains(&known), "{known}: {types:?}");
    }
    let locked = events.iter().find(|event| event["type"] == "account.locked").unwrap();
    assert_eq!((&locked["by"], &locked["data"]), (&json!("staff"), &json!({"reason": "operator"})));
    for text in [&archive.page, &archive.raw] {
        for hidden in [
            "case 12",
            "prosecutor",
            "legal",
            "digest",
            "203.0.113.77",
            "bob@example.com",
            bob.account.as_str(),
            support.account.as_str(),
            compliance.account.as_str(),
            ann.seed.as_ref().unwrap(),
        ] {
            assert!(!text.contains(hidden), "{hidden} is in it");
        }
        assert!(text.contains("127.0.0.1") && text.contains(ANN));
    }
    assert!(!archive.page.contains("<img") && archive.page.contains("&lt;img src=x"), "markup");

    // It was a look, and she is told that it was made.
    let looks = format!("/v1/operator/looks?account={}", ann.account);
    let head = world.server.app.log.head().await.unwrap().to_string();
    let looks = world
        .call_with(Method::GET, &looks, Some(&compliance.token), None, &[("watchbook-at-least", &head)])
        .await
        .expect(200);
    assert_eq!(looks.body["looks"][0]["what"], "subject_access");
    assert_eq!(world.raw_post(&support.token, &of("archive")).await.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_proves_anew_who_they_are_first() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let own = world.archive(&ann.token, "/v1/account/archive").await;
    assert_eq!(own.data["account"]["email"], ANN);
    assert_eq!(own.data["events"].as_array().unwrap().last().unwrap()["by"], "account");
    let head = world.server.app.log.head().await.unwrap().to_string();
    let at_least = [("watchbook-at-least", head.as_str())];
    let activity = world.call_with(Method::GET, "/v1/activity", Some(&ann.token), None, &at_least).await;
    assert_eq!(activity.expect(200).body["activity"][0]["type"], "personal_data.copied");
    world.later(601);
    let stale = world.call(Method::POST, "/v1/account/archive", Some(&ann.token), None).await;
    stale.expect_problem(403, "reauthentication-required");
    let proof = json!({"password": PASSWORD});
    let token = world.post_as(&ann.token, "/v1/session/reauthenticate", proof).await.expect(200).token();
    world.archive(&token, "/v1/account/archive").await;
    world.call(Method::POST, "/v1/account/archive", None, None).await.expect_problem(401, "session-over");
    // Nothing of it lies about.
    let left = std::fs::read_dir(world.config.exports_folder()).unwrap();
    assert_eq!(left.count(), 0);
}
