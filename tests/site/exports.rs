//! Exports that compliance asks for: made, taken away, checked with the public key alone; stopped, and withdrawn.

use crate::world::{Answer, Person, World};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use watchbook_domain::operator::Role;
use watchbook_domain::{AccountId, ExportId};
use watchbook_eventlog::{Keyring, Position, Version};
use watchbook_exports::verify;
use watchbook_proofs::HeadSigner;

const ANN: &str = "ann@example.com";

impl World {
    async fn export(&self, compliance: &Person, what: Value) -> String {
        let asked = self.post_as(&compliance.token, "/v1/operator/exports", what).await.expect(202);
        asked.body["export"].as_str().unwrap().to_owned()
    }

    /// As soon as it is at that stage.
    async fn at_stage(&self, compliance: &Person, export: &str, stage: &str) -> Value {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let path = format!("/v1/operator/exports/{export}");
            let answer = self.get_as(&compliance.token, &path).await.expect(200);
            if answer.body["stage"] == stage {
                return answer.body;
            }
            assert!(Instant::now() < deadline, "it stays so: {}", answer.text);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn file(&self, compliance: &Person, export: &str, file: &str) -> Answer {
        self.get_as(&compliance.token, &format!("/v1/operator/exports/{export}/files/{file}")).await
    }

    async fn cancel(&self, compliance: &Person, export: &str) -> Answer {
        let path = format!("/v1/operator/exports/{export}/cancel");
        self.call(reqwest::Method::POST, &path, Some(&compliance.token), None).await
    }

    fn folder_of(&self, export: &str) -> PathBuf {
        self.config.exports_folder().join(export)
    }

    /// With a head over all that had happened before.
    async fn signed(self) -> Self {
        let world = self.restart().await;
        let events = world.server.app.log.read_all(Position::START, 100_000).await.unwrap().len();
        let key = HeadSigner::new(&Keyring::load(&world.config.key_file()).unwrap()).key();
        let size = || Some(key.open(&world.server.app.heads.last().unwrap()?).unwrap().size);
        let deadline = Instant::now() + Duration::from_secs(30);
        while size().is_none_or(|size| size < events as u64) {
            assert!(Instant::now() < deadline, "no head is signed");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        world
    }

    /// Takes the signed heads away, so that an export waits for them; the next is signed a minute after the last.
    fn without_heads(&self) -> Vec<u8> {
        let heads = std::fs::read(self.config.heads_file()).unwrap();
        std::fs::remove_file(self.config.heads_file()).unwrap();
        heads
    }

    async fn erase(&self, compliance: &Person, person: &Person) {
        let number = self.get_as(&person.token, "/v1/account").await.body["user_number"].clone();
        let path = format!("/v1/operator/accounts/{}/erasure", person.account);
        self.post_as(&compliance.token, &path, json!({"user_number": number})).await.expect(202);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_taken_away_and_proves_itself() {
    let world = World::start().await;
    let (ann, bob) = (world.signed_in(ANN).await, world.signed_in("bob@example.com").await);
    let compliance = world.with_role(Role::Compliance).await;
    // A stop signs what there is.
    let world = world.restart().await;
    let export = world.export(&compliance, json!({"subjects": [ann.account], "format": "csv"})).await;
    let done = world.at_stage(&compliance, &export, "completed").await;
    assert!(done["events"].as_u64().unwrap() > 4 && done["requested_by"] == compliance.account, "{done}");

    let folder = tempfile::tempdir().unwrap();
    for file in done["files"].as_array().unwrap() {
        let file = file.as_str().unwrap();
        let path = format!("/v1/operator/exports/{export}/files/{file}");
        let response = world.raw(&compliance.token, &path).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-disposition"), format!("attachment; filename=\"{export}-{file}\""));
        assert_eq!(
            (header("cache-control"), header("x-content-type-options")),
            ("no-store".into(), "nosniff".into())
        );
        std::fs::write(folder.path().join(file), response.bytes().await.unwrap()).unwrap();
    }
    let keyring = Keyring::load(&world.config.key_file()).unwrap();
    let verified = verify(folder.path(), &HeadSigner::new(&keyring).key(), |_| {}).unwrap();
    assert_eq!(verified.manifest.by, format!("operator {}", compliance.account));
    let text = std::fs::read_to_string(folder.path().join("events.csv")).unwrap();
    assert!(text.contains(ANN) && text.contains(&ann.account) && !text.contains(&bob.account));
    use sha2::Digest as _;
    let manifest = std::fs::read(folder.path().join("manifest.json")).unwrap();
    let digest: String = sha2::Sha256::digest(&manifest).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(done["manifest_sha256"], digest);

    // Who took what is on record, and so is that it was a look at her.
    let (exports, id) = (&world.server.app.exports, export.parse::<ExportId>().unwrap());
    let events = exports.history(&exports.stream(id), Version::NONE, 100).await.unwrap();
    let types: Vec<_> = events.iter().map(|(recorded, _)| recorded.event.event_type.as_str()).collect();
    assert_eq!(types[..2], ["export.requested", "export.completed"]);
    assert_eq!(types[2..], ["export.downloaded"; 6]);
    let actor = events[2].0.event.actor.map(AccountId).map(|id| id.to_string());
    assert_eq!(actor.as_ref(), Some(&compliance.account));
    let looks = world.get_as(&compliance.token, &format!("/v1/operator/looks?account={}", ann.account)).await;
    assert_eq!(looks.expect(200).body["looks"][0]["what"], "export");

    let head = world.server.app.log.head().await.unwrap().to_string();
    let at_least = [("watchbook-at-least", head.as_str())];
    let listed = world
        .call_with(reqwest::Method::GET, "/v1/operator/exports", Some(&compliance.token), None, &at_least)
        .await
        .expect(200);
    let expected = json!([{"export": export, "requested_by": compliance.account,
        "requested_at": done["requested_at"], "stage": "completed", "downloads": 6}]);
    assert_eq!((&listed.body["exports"], &listed.body["next"]), (&expected, &Value::Null));

    for nothing in ["..%2F..%2Fkeys", "keys", "events.jsonl", "progress.json"] {
        world.file(&compliance, &export, nothing).await.expect_problem(404, "not-found");
    }
    for wrong in [
        json!({"format": "xml"}),
        json!({"types": ["*"]}),
        json!({"subjects": ["ann"]}),
        json!({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}),
        json!({"x": 1}),
    ] {
        world
            .post_as(&compliance.token, "/v1/operator/exports", wrong)
            .await
            .expect_problem(400, "malformed-request");
    }
}

/// Where no worker runs, an export waits.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_not_wanted_any_more_leaves_nothing() {
    let world = World::start().await;
    let compliance = world.with_role(Role::Compliance).await;
    let world = world.restart_as(watchbook::Role::Api).await;
    let export = world.export(&compliance, json!({})).await;
    world.at_stage(&compliance, &export, "pending").await;
    world.file(&compliance, &export, "head").await.expect_problem(409, "export-conflict");
    world.cancel(&compliance, &export).await.expect(204);
    world.at_stage(&compliance, &export, "cancelled").await;
    world.cancel(&compliance, &export).await.expect_problem(409, "export-conflict");
    let nobody = "00000000-0000-0000-0000-000000000000";
    world.cancel(&compliance, nobody).await.expect_problem(404, "not-found");
    // Who works on one after the other comes to the next without having touched this one.
    let next = world.export(&compliance, json!({"types": ["account.*"]})).await;
    let world = world.restart().await;
    world.at_stage(&compliance, &next, "completed").await;
    world.at_stage(&compliance, &export, "cancelled").await;
    assert!(!world.folder_of(&export).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_stops_when_who_wants_it_may_not_any_more() {
    let world = World::start().await;
    let (compliance, other) =
        (world.with_role(Role::Compliance).await, world.with_totp("other@example.com").await);
    world.give_roles(&other, &[Role::Compliance]).await;
    let world = world.restart_as(watchbook::Role::Api).await;
    let export = world.export(&other, json!({})).await;
    world.at_stage(&compliance, &export, "pending").await;
    world.give_roles(&other, &[Role::Support]).await;
    let world = world.restart().await;
    let failed = world.at_stage(&compliance, &export, "failed").await;
    assert_eq!((&failed["failure"], &failed["files"]), (&json!("authority_lost"), &json!([])));
    assert!(!world.folder_of(&export).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_goes_on_after_a_restart() {
    let world = World::start().await;
    let compliance = world.with_role(Role::Compliance).await;
    let world = world.restart_as(watchbook::Role::Api).await;
    let export = world.export(&compliance, json!({"types": ["account.*"]})).await;
    world.at_stage(&compliance, &export, "pending").await;
    let world = world.restart().await;
    let done = world.at_stage(&compliance, &export, "completed").await;
    assert_eq!(done["events"], 1, "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_is_in_no_export_that_is_here() {
    let world = World::start().await;
    let (ann, bob) = (world.signed_in(ANN).await, world.signed_in("bob@example.com").await);
    let compliance = world.with_role(Role::Compliance).await;
    let world = world.signed().await;
    let of = async |person: &Person| {
        let export = world.export(&compliance, json!({"subjects": [person.account]})).await;
        world.at_stage(&compliance, &export, "completed").await;
        export
    };
    let (hers, his) = (of(&ann).await, of(&bob).await);
    // In the middle of one, too.
    let heads = world.without_heads();
    let waiting = world.export(&compliance, json!({})).await;
    world.at_stage(&compliance, &waiting, "pending").await;
    world.erase(&compliance, &ann).await;
    std::fs::write(world.config.heads_file(), heads).unwrap();
    let failed = world.at_stage(&compliance, &waiting, "failed").await;
    assert_eq!(failed["failure"], "erased_meanwhile");
    world.gone(&waiting).await;
    let discarded = world.at_stage(&compliance, &hers, "discarded").await;
    assert_eq!((&discarded["discarded"], &discarded["files"]), (&json!("erased"), &json!([])));
    world.gone(&hers).await;
    world.file(&compliance, &hers, "events.jsonl").await.expect_problem(409, "export-conflict");
    world.file(&compliance, &his, "events.jsonl").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_do_not_lie_about_for_ever() {
    let world = World::start().await;
    let compliance = world.with_role(Role::Compliance).await;
    let world = world.restart().await;
    let export = world.export(&compliance, json!({"types": ["account.*"]})).await;
    world.at_stage(&compliance, &export, "completed").await;
    world.later(6 * 86_400);
    let world = world.restart().await;
    world.settle().await;
    assert!(world.folder_of(&export).join("manifest.json").exists());
    world.later(2 * 86_400);
    let world = world.restart().await;
    world.gone(&export).await;
    let exports = &world.server.app.exports;
    let state = exports.load(&exports.stream(&export)).await.unwrap().state;
    assert_eq!(serde_json::to_value(state.discarded).unwrap(), "expired");
}

impl World {
    async fn gone(&self, export: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.folder_of(export).exists() {
            assert!(Instant::now() < deadline, "the files stay");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}
