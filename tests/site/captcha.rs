//! A source that asks much has to work for it, and its work counts once.

use crate::attacks::{many, slug};
use crate::world::{Answer, PASSWORD, World};
use altcha::{Challenge, Payload, SolveChallengeOptions};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ANN: &str = "ann@example.com";
const NOBODY: &str = "nobody@example.com";
const HERE: &str = "203.0.113.7";

/// Ten requests at once, the last five of them for work.
async fn world() -> World {
    let world = World::with(|config| {
        config.limits.burst = 10;
        config.captcha.below = 5;
        config.captcha.cost = 20;
    });
    world.await
}

impl World {
    async fn sign_in_from(&self, source: &str, identifier: &str, captcha: Option<&str>) -> Answer {
        let body = json!({"identifier": identifier, "password": PASSWORD});
        let mut headers = vec![("x-forwarded-for", source)];
        headers.extend(captcha.map(|captcha| (watchbook_api::CAPTCHA, captcha)));
        self.call_with(Method::POST, "/v1/sign-in", None, Some(body), &headers).await
    }

    async fn captcha(&self, source: &str) -> Challenge {
        let headers = [("x-forwarded-for", source)];
        let answer = self.call_with(Method::GET, "/v1/captcha", None, None, &headers).await.expect(200);
        serde_json::from_value(answer.body).unwrap()
    }

    /// Uses up what is free.
    async fn spend(&self, source: &str) {
        for n in 0..5 {
            self.sign_in_from(source, &format!("nobody{n}@example.com"), None).await.expect(401);
        }
    }
}

fn solved(challenge: Challenge) -> Payload {
    let solution = altcha::solve_challenge(SolveChallengeOptions::new(&challenge)).unwrap().unwrap();
    Payload { challenge, solution }
}

fn encoded(payload: &Payload) -> String {
    STANDARD.encode(serde_json::to_vec(payload).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn work_opens_the_door_for_known_and_unknown_alike() {
    let world = world().await;
    world.verified(ANN).await;
    world.spend(HERE).await;
    for identifier in [ANN, NOBODY] {
        world.sign_in_from(HERE, identifier, None).await.expect_problem(403, "captcha-required");
    }
    world.sign_in_from("203.0.113.8", ANN, None).await.expect(200);
    let captcha = encoded(&solved(world.captcha(HERE).await));
    world.sign_in_from(HERE, ANN, Some(&captcha)).await.expect(200);
    let captcha = encoded(&solved(world.captcha(HERE).await));
    world.sign_in_from(HERE, NOBODY, Some(&captcha)).await.expect_problem(401, "invalid-credentials");
    // What the work buys is not more than the budget.
    let captcha = encoded(&solved(world.captcha(HERE).await));
    world.sign_in_from(HERE, NOBODY, Some(&captcha)).await.expect_problem(401, "invalid-credentials");
    let captcha = encoded(&solved(world.captcha(HERE).await));
    world.sign_in_from(HERE, ANN, Some(&captcha)).await.expect_problem(429, "too-many-attempts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_solution_in_parallel_counts_once() {
    let world = World::with(|config| {
        config.captcha.below = u32::MAX;
        config.captcha.cost = 20;
    });
    let world = world.await;
    let captcha = encoded(&solved(world.captcha(HERE).await));
    let outcomes = many(20, async |_| {
        let answer = world.sign_in_from(HERE, NOBODY, Some(&captcha)).await;
        let (status, slug) = answer.outcome();
        (status, slug.to_owned())
    });
    let expected = [(slug(401, "invalid-credentials"), 1), (slug(403, "captcha-invalid"), 19)];
    assert_eq!(outcomes.await, BTreeMap::from(expected));
    let world = world.restart().await;
    world.sign_in_from(HERE, NOBODY, Some(&captcha)).await.expect_problem(403, "captcha-invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_solution_does_not_count() {
    let world = World::with(|config| {
        config.captcha.below = u32::MAX;
        config.captcha.cost = 20;
    });
    let world = world.await;
    let good = solved(world.captcha(HERE).await);
    let change = |change: fn(&mut Payload)| {
        let mut payload = good.clone();
        change(&mut payload);
        encoded(&payload)
    };
    let mut other = solved(world.captcha(HERE).await);
    other.solution = good.solution.clone();
    let elsewhere = solved(world.captcha("203.0.113.8").await);
    let bad = [
        String::new(),
        "x".to_owned(),
        "A".repeat(100_000 / 16),
        encoded(&good)[4..].to_owned(),
        STANDARD.encode("{}"),
        encoded(&other),
        encoded(&elsewhere),
        change(|payload| payload.solution.counter += 1),
        change(|payload| payload.challenge.parameters.cost = 1),
        change(|payload| payload.challenge.parameters.key_prefix = String::new()),
        change(|payload| payload.challenge.parameters.nonce = "../../account".into()),
        change(|payload| payload.challenge.signature = None),
        change(|payload| {
            let data = payload.challenge.parameters.data.as_mut().unwrap();
            data.insert("expires".into(), Value::from(i64::MAX));
        }),
    ];
    for bad in &bad {
        world.sign_in_from(HERE, ANN, Some(bad)).await.expect_problem(403, "captcha-invalid");
    }
    let late = encoded(&solved(world.captcha(HERE).await));
    world.later(601);
    world.sign_in_from(HERE, ANN, Some(&late)).await.expect_problem(403, "captcha-invalid");
    let good = encoded(&solved(world.captcha(HERE).await));
    world.sign_in_from(HERE, NOBODY, Some(&good)).await.expect_problem(401, "invalid-credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn some_networks_have_to_work_for_known_and_unknown_alike() {
    let world = World::with(|config| {
        config.captcha.networks = vec![watchbook_api::NetworkKind::Tor];
        config.captcha.cost = 20;
        let list = config.data.join("tor.txt");
        std::fs::write(&list, "198.51.100.0/24\n").unwrap();
        watchbook_signals::update(&config.geo_folder(), &[list]).unwrap();
    });
    let world = world.await;
    world.verified(ANN).await;
    let there = "198.51.100.9";
    for identifier in [ANN, NOBODY] {
        world.sign_in_from(there, identifier, None).await.expect_problem(403, "captcha-required");
    }
    world.sign_in_from(HERE, ANN, None).await.expect(200);
    let captcha = encoded(&solved(world.captcha(there).await));
    world.sign_in_from(there, ANN, Some(&captcha)).await.expect(200);
    world.sign_in_from(there, NOBODY, Some(&captcha)).await.expect_problem(403, "captcha-invalid");
}
