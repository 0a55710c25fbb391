//! Proofs over the API, checked as an auditor would who has the public key and nothing else; states of the past.

use crate::world::{Answer, Person, World};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;
use watchbook_domain::Account;
use watchbook_eventlog::{Keyring, Moment, Position, Repository};
use watchbook_proofs::{Hash, HeadKey, HeadSigner, TreeHead, leaf, verify_consistency, verify_inclusion};

const ANN: &str = "ann@example.com";

/// As `watchbook keys show` prints it.
fn public_key(world: &World) -> HeadKey {
    let keyring = Keyring::load(&world.config.key_file()).unwrap();
    HeadSigner::new(&keyring).key().to_string().parse().unwrap()
}

async fn head(world: &World, token: &str) -> TreeHead {
    let note = world.get_as(token, "/v1/log/checkpoint").await.expect(200);
    assert!(note.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    public_key(world).open(&note.text).unwrap()
}

fn hash(answer: &Answer, field: &str) -> Hash {
    answer.body[field].as_str().unwrap().parse().unwrap()
}

fn path(answer: &Answer) -> Vec<Hash> {
    answer.body["path"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hash| hash.as_str().unwrap().parse().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_has_a_proof_that_holds_with_the_public_key_alone() {
    let world = World::start().await;
    let key = world.service_key().await;
    world.verified(ANN).await;
    // A stop signs what there is.
    let world = world.restart().await;
    let old = head(&world, &key).await;
    assert!(old.size >= 3);
    let mut positions = Vec::new();
    for index in 0..old.size {
        let asked = format!("/v1/log/proofs/inclusion?index={index}&size={}", old.size);
        let proof = world.get_as(&key, &asked).await.expect(200);
        let entry = STANDARD.decode(proof.body["entry"].as_str().unwrap()).unwrap();
        assert_eq!(leaf(&entry), hash(&proof, "leaf"));
        assert!(verify_inclusion(leaf(&entry), index, old.size, &path(&proof), old.root));
        positions.push(proof.body["position"].as_u64().unwrap());
    }
    assert!(positions.is_sorted());
    let asked = format!("/v1/log/proofs/inclusion?position={}&size={}", positions[2], old.size);
    assert_eq!(world.get_as(&key, &asked).await.expect(200).body["index"], json!(2));

    world.signed_in("ben@example.com").await;
    let world = world.restart().await;
    let new = head(&world, &key).await;
    assert!(new.size > old.size);
    for from in 1..=old.size {
        let asked = format!("/v1/log/proofs/consistency?from={from}&to={}", new.size);
        let proof = world.get_as(&key, &asked).await.expect(200);
        let root = if from == old.size { old.root } else { hash(&proof, "from_root") };
        assert!(verify_consistency(from, new.size, &path(&proof), root, new.root), "{from}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_are_for_operators_and_keys_with_the_scope() {
    let world = World::start().await;
    let (ann, operator) = (world.signed_in(ANN).await, world.operator().await);
    let scopes = json!({"name": "site", "scopes": ["accounts_read"]});
    let other = world.post_as(&operator.token, "/v1/operator/service-keys", scopes).await.expect(201);
    let world = world.restart().await;
    let size = head(&world, &operator.token).await.size;
    for (path, missing) in [
        ("/v1/log/checkpoint".to_owned(), None),
        (format!("/v1/log/proofs/inclusion?index=0&size={size}"), Some(format!("index={size}&size={size}"))),
        (format!("/v1/log/proofs/consistency?from=1&to={size}"), Some(format!("from=0&to={size}"))),
    ] {
        world.get_as(&operator.token, &path).await.expect(200);
        world.get(&path).await.expect(401);
        world.get_as(&ann.token, &path).await.expect_problem(403, "forbidden");
        let key = other.body["key"].as_str().unwrap();
        world.get_as(key, &path).await.expect_problem(403, "scope-missing");
        let Some(missing) = missing else { continue };
        let path = path.split('?').next().unwrap();
        world.get_as(&operator.token, &format!("{path}?{missing}")).await.expect_problem(404, "not-found");
        world
            .get_as(&operator.token, &format!("{path}?size=x"))
            .await
            .expect_problem(400, "malformed-request");
        let beyond = format!("{path}?index=0&size={0}&from=1&to={0}", size + 1_000);
        world.get_as(&operator.token, &beyond).await.expect_problem(400, "malformed-request");
    }
    let beyond = format!("/v1/log/proofs/consistency?from=1&to={}", size + 1_000);
    world.get_as(&operator.token, &beyond).await.expect_problem(404, "not-found");
    world.get_as(&operator.token, "/v1/log/proofs/inclusion?size=1").await.expect_problem(404, "not-found");
}

/// A head comes by itself soon after the first events, and the witness has every head too.
#[tokio::test(flavor = "multi_thread")]
async fn heads_are_written_to_the_witness_as_well() {
    let witness = tempfile::tempdir().unwrap();
    let world = World::with(|config| config.witness_folder = Some(witness.path().to_owned())).await;
    let key = world.service_key().await;
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while world.get_as(&key, "/v1/log/checkpoint").await.status != 200 {
        assert!(std::time::Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let world = world.restart().await;
    world.registered(ANN).await;
    let World { server, config, folder: _folder, .. } = world;
    server.stop().await;
    let own = std::fs::read_to_string(config.heads_file()).unwrap();
    assert_eq!(std::fs::read_to_string(witness.path().join("heads")).unwrap(), own);
    assert!(own.matches("watchbook/").count() >= 4, "{own}");
}

/// What was so at any position is what the timeline says up to there.
#[tokio::test(flavor = "multi_thread")]
async fn the_state_at_every_moment_is_the_fold_of_what_had_happened() {
    let world = World::start().await;
    let Person { account, token, .. } = world.with_totp(ANN).await;
    world.later(5);
    let changed = world.call(Method::DELETE, "/v1/session", Some(&token), None).await.expect(204);
    let accounts = Repository::<Account>::new(world.server.core.clone(), 10);
    let stream = accounts.stream(&account);
    let timeline = accounts.history(&stream, Default::default(), 1_000).await.unwrap();
    let mut folded = Account::default();
    for (recorded, event) in &timeline {
        watchbook_domain::Aggregate::evolve(&mut folded, event.as_ref().unwrap(), recorded.event.recorded_at);
        let past = accounts.load_at(&stream, Moment::Position(recorded.position)).await.unwrap();
        assert_eq!((past.state, past.version, past.erased), (folded.clone(), recorded.version, 0));
        let before = Moment::Position(Position(recorded.position.0 - 1));
        assert_eq!(accounts.load_at(&stream, before).await.unwrap().version.0 + 1, recorded.version.0);
        let past = accounts.load_at(&stream, Moment::Time(recorded.event.recorded_at)).await.unwrap();
        assert!(past.version >= recorded.version);
    }
    let operator = world.operator().await;
    let read = async |at: &str| {
        world.get_as(&operator.token, &format!("/v1/operator/accounts/{account}/history?at={at}")).await
    };
    let (enrolled, _) = timeline.iter().find(|(event, _)| event.event.event_type == "totp.enrolled").unwrap();
    let then = read(&enrolled.position.to_string()).await.expect(200);
    assert_eq!(then.body["version"], json!(enrolled.version.0));
    assert!(then.body["state"]["totp"].is_object() && !then.text.contains("token_digest"), "{}", then.text);
    let before = read(&(enrolled.position.0 - 1).to_string()).await.expect(200);
    assert!(before.body["state"]["totp"].is_null());
    read("2001-01-01T00:00:00Z").await.expect_problem(404, "not-found");
    read("yesterday").await.expect_problem(400, "malformed-request");
    assert_eq!(folded, *accounts.load(&stream).await.unwrap().state);
    let last = changed.position().parse().unwrap();
    assert_eq!(accounts.load_at(&stream, last).await.unwrap().position, timeline.last().unwrap().0.position);
}
