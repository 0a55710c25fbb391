//! Several nodes on shared stores, and stores that go away: what holds on one node holds on all, nothing that was
//! acknowledged is lost, nothing is doubled.

use crate::attacks::{many, slug};
use crate::world::{PASSWORD, World};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use watchbook::{Config, Role};
use watchbook_eventlog::SystemClock;
use watchbook_projections::digest;
use watchbook_test_kurrentdb::StandIn;
use watchbook_test_postgres::Server;

const ANN: &str = "ann@example.com";
const WRONG: &str = "not the battery staple";
const SOON: Duration = Duration::from_secs(20);

/// Two nodes on a deployment; none where there is no PostgreSQL.
async fn two(deployment: &str, change: impl FnOnce(&mut Config)) -> Option<[World; 2]> {
    Server::shared()?;
    let one = World::on(deployment, change).await;
    let two = one.beside().await;
    Some([one, two])
}

/// Asks again and again until it is so; fails when it is not within `at_most`.
async fn within(at_most: Duration, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + at_most;
    while !is_so().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_on_one_node_is_dead_on_every_other_within_a_second() {
    for deployment in ["postgres", "kurrentdb"] {
        let Some([one, two]) = two(deployment, |_| {}).await else { return };
        let (ann, key) = (one.signed_in(ANN).await, one.service_key().await);
        // What begins on one is there on the other at once.
        assert!(two.active(&key, &ann.token).await);
        one.call(Method::DELETE, "/v1/session", Some(&ann.token), None).await.expect(204);
        within(Duration::from_secs(1), "the session is dead", async || !two.active(&key, &ann.token).await)
            .await;

        let token = two.sign_in(ANN, PASSWORD).await.expect(200).token();
        assert!(one.active(&key, &token).await);
        // The node that started last has printed the link that works.
        let operator = two.operator().await;
        let lock = format!("/v1/operator/accounts/{}/lock", ann.account);
        one.post_as(&operator.token, &lock, json!({})).await.expect(204);
        within(Duration::from_secs(1), "the lock holds", async || !two.active(&key, &token).await).await;
        two.sign_in(ANN, PASSWORD).await.expect_problem(401, "invalid-credentials");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_01_guesses_at_two_nodes_get_one_budget() {
    for deployment in ["postgres", "kurrentdb"] {
        let Some([one, two]) = two(deployment, |_| {}).await else { return };
        one.verified(ANN).await;
        let outcomes = many(100, async |n| {
            if n % 2 == 0 { one.try_sign_in(ANN, WRONG).await } else { two.try_sign_in(ANN, WRONG).await }
        });
        let expected = [(slug(401, "invalid-credentials"), 5), (slug(429, "too-many-attempts"), 95)];
        assert_eq!(outcomes.await, BTreeMap::from(expected), "{deployment}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_has_one_budget_at_all_nodes() {
    let Some([one, two]) = two("postgres", |config| config.limits.burst = 6).await else { return };
    let outcomes = many(20, async |n| {
        let (node, email) = (if n % 2 == 0 { &one } else { &two }, format!("nobody{n}@example.com"));
        node.try_sign_in(&email, WRONG).await
    });
    let expected = [(slug(401, "invalid-credentials"), 6), (slug(429, "too-many-attempts"), 14)];
    assert_eq!(outcomes.await, BTreeMap::from(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_send_one_mail_each_person() {
    for deployment in ["postgres", "kurrentdb"] {
        let Some([one, two]) = two(deployment, |_| {}).await else { return };
        let people: Vec<_> = (0..30).map(|n| format!("person{n}@example.com")).collect();
        for (n, email) in people.iter().enumerate() {
            if n % 2 == 0 { one.registered(email).await } else { two.registered(email).await }
        }
        // Each node has a mail folder of its own, so a mail sent by both would be there twice.
        let mails = |email: &str| one.mails(email).len() + two.mails(email).len();
        within(SOON, "all mails", async || people.iter().all(|email| mails(email) > 0)).await;
        // The one that sends goes; the other takes over.
        let (late, left) = ("late@example.com", one);
        left.server.stop().await;
        two.registered(late).await;
        within(SOON, "the other sends", async || !two.mails(late).is_empty()).await;
        two.settle().await;
        let sent = |email: &String| {
            two.mails(email).len() + crate::world::mails_in(&left.config.mail_folder(), email).len()
        };
        assert!(people.iter().all(|email| sent(email) == 1), "{deployment}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_and_its_workers_apart() {
    if Server::shared().is_none() {
        return;
    }
    let first = World::on("postgres", |_| {}).await;
    let (api, workers) = (first.beside_as(Role::Api).await, first.beside_as(Role::Workers).await);
    first.server.stop().await;
    api.registered(ANN).await;
    // The workers mail, and keep the views; the API sees how far these are.
    let mail = workers.mail(ANN, "/verify?token=").await;
    api.post("/v1/email/verify", json!({"token": mail.token})).await.expect(204);
    let signed_in = api.sign_in(ANN, PASSWORD).await.expect(200);
    let account = api.get_after(&signed_in, &signed_in.token(), "/v1/account").await.expect(200);
    assert_eq!(account.body["sign_ins"], 1);
    assert!(api.mails(ANN).is_empty());
    for node in [&api, &workers] {
        within(SOON, "ready", async || node.get("/readyz").await.status == 200).await;
        node.get("/metrics").await.expect(200);
    }
    workers.get("/v1/account").await.expect_problem(404, "not-found");
    // Without workers nobody projects: the API says that it is behind, and still lets people in.
    workers.server.stop().await;
    api.sign_in(ANN, PASSWORD).await.expect(200);
    within(SOON, "behind", async || api.get("/readyz").await.body["views"] == "behind").await;
    api.sign_in(ANN, PASSWORD).await.expect(200);
}

const PAUSED: &str = "WATCHBOOK_TEST_PAUSED_NODE";

/// The node of the test below, in a process of its own that can be paused.
#[test]
fn a_node_to_be_paused() {
    let Some(config) = std::env::var_os(PAUSED) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let config = Config::load(Some(config.as_ref()), std::iter::empty()).unwrap();
        let server = watchbook::start_as(Role::Everything, &config, Arc::new(SystemClock)).await.unwrap();
        println!("\nlistening at {}", server.url());
        tokio::time::sleep(Duration::from_secs(150)).await;
    });
}

struct Process(Child);

impl Process {
    fn signal(&self, signal: &str) {
        let killed = Command::new("kill").args([signal, &self.0.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_slept_for_a_minute_does_no_harm() {
    let Some(postgres) = Server::shared() else { return };
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let text = |folder: &std::path::Path| {
        let key_file = other.path().join("keys");
        format!(
            "data = {folder:?}\nkey_file = {key_file:?}\nlisten = \"127.0.0.1:0\"\n[limits]\nburst = 100000\n"
        )
    };
    let log = format!("log = {:?}\n", postgres.database());
    let file = folder.path().join("watchbook.toml");
    std::fs::write(&file, format!("{log}{}", text(folder.path()))).unwrap();
    watchbook_eventlog::Keyring::create(&other.path().join("keys")).unwrap();

    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "nodes::a_node_to_be_paused", "--nocapture"])
        .env(PAUSED, &file)
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.unwrap();
    // Read to the end: it must be able to print.
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let url = lines.find_map(|line| line.strip_prefix("listening at ").map(str::to_owned)).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    let paused = Process(child);
    let http = reqwest::Client::builder().timeout(SOON).build().unwrap();
    let register = async |url: &str, email: &str| {
        let body = json!({"email": email, "password": PASSWORD});
        let answer = http.post(format!("{url}/v1/registrations")).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 202);
    };
    // It holds the leases, and has work in hand when it falls asleep.
    let mut people: Vec<_> = (0..10).map(|n| format!("early{n}@example.com")).collect();
    for email in &people {
        register(&url, email).await;
    }
    paused.signal("-STOP");
    let config = Config::load(None, std::iter::empty()).unwrap();
    let config = Config {
        data: other.path().into(),
        log: Some(log.trim_start_matches("log = ").trim().trim_matches('"').to_owned()),
        listen: "127.0.0.1:0".parse().unwrap(),
        limits: watchbook_api::SourcePolicy { burst: 100_000, per_minute: 1 },
        ..config
    };
    let server = watchbook::start(&config, Arc::new(SystemClock)).await.unwrap();
    let asleep = Instant::now();
    for n in 0..10 {
        let email = format!("late{n}@example.com");
        register(&server.url(), &email).await;
        people.push(email);
    }
    let mails = |email: &String| {
        let folders = [folder.path(), other.path()].map(|folder| folder.join("mail"));
        folders.iter().map(|folder| crate::world::mails_in(folder, email).len()).sum::<usize>()
    };
    within(SOON, "the other node took over", async || people[10..].iter().all(|email| mails(email) == 1))
        .await;
    tokio::time::sleep(Duration::from_secs(60).saturating_sub(asleep.elapsed())).await;
    paused.signal("-CONT");
    within(SOON, "every mail", async || people.iter().all(|email| mails(email) > 0)).await;
    // It is a node like any other again.
    register(&url, "again@example.com").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(people.iter().all(|email| mails(email) == 1), "a mail was sent twice");
    let views = &server.app.views;
    views.wait_for(server.stores.log.head().await.unwrap(), SOON).await.unwrap();
    drop(paused);
    let before = digest(views).await.unwrap();
    let (log, sealer) = (server.stores.log.clone(), server.app.sealer.clone());
    watchbook_projections::rebuild(views, log, sealer, |_, _| {}).await.unwrap();
    assert_eq!(digest(views).await.unwrap(), before);
    assert_eq!(server.stores.log.integrity_check().await.unwrap().problems, []);
    server.stop().await;
}

/// Signs in while a store is away: nobody gets in, and is told when to try again.
async fn is_closed(world: &World) {
    let answer = world.sign_in(ANN, PASSWORD).await.expect_problem(503, "unavailable");
    assert!(answer.headers.contains_key("retry-after"));
    world.get("/healthz").await.expect(200);
    world.get("/readyz").await.expect(503);
}

async fn comes_back(world: &World) {
    within(SOON, "sign-in works again", async || world.sign_in(ANN, PASSWORD).await.status == 200).await;
    within(SOON, "the views follow", async || world.get("/readyz").await.status == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_dies_lets_nobody_in_and_comes_back() {
    let Some(postgres) = Server::start() else { return };
    let world = World::on("", |config| {
        config.log = Some(postgres.database());
        watchbook_eventlog::Keyring::create(&config.key_file()).unwrap();
    })
    .await;
    world.verified(ANN).await;
    for _ in 0..2 {
        let signing_in = world.sign_in(ANN, PASSWORD);
        let (answer, ()) = tokio::join!(signing_in, async { postgres.kill() });
        let acknowledged = (answer.status == 200).then(|| answer.token());
        is_closed(&world).await;
        postgres.restart();
        comes_back(&world).await;
        if let Some(token) = acknowledged {
            world.get_as(&token, "/v1/sessions").await.expect(200);
        }
    }
    assert_eq!(world.server.stores.log.integrity_check().await.unwrap().problems, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn kurrentdb_may_be_away_at_the_start_and_later() {
    let Some(postgres) = Server::shared() else { return };
    let kurrent = StandIn::start().await;
    kurrent.refuse();
    let world = World::on("", |config| {
        config.log = Some(kurrent.url());
        config.vault = Some(postgres.database());
        watchbook_eventlog::Keyring::create(&config.key_file()).unwrap();
    })
    .await;
    is_closed(&world).await;
    kurrent.accept().await;
    within(SOON, "it has come", async || world.get("/readyz").await.status == 200).await;
    world.verified(ANN).await;
    kurrent.refuse();
    is_closed(&world).await;
    kurrent.accept().await;
    comes_back(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_change_in_the_middle_loses_nothing() {
    let Some(postgres) = Server::shared() else { return };
    let kurrent = StandIn::cluster(3).await;
    let world = World::on("", |config| {
        config.log = Some(kurrent.url());
        config.vault = Some(postgres.database());
        watchbook_eventlog::Keyring::create(&config.key_file()).unwrap();
    })
    .await;
    world.verified(ANN).await;
    let mut tokens = Vec::new();
    for node in [1, 2, 0] {
        let (answer, ()) = tokio::join!(world.sign_in(ANN, PASSWORD), async { kurrent.elect(node) });
        tokens.extend((answer.status == 200).then(|| answer.token()));
        comes_back(&world).await;
    }
    for token in &tokens {
        world.get_as(token, "/v1/sessions").await.expect(200);
    }
    assert_eq!(world.server.stores.log.integrity_check().await.unwrap().problems, []);
}
