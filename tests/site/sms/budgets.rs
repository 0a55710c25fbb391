//! Toll fraud: however many ask at once, no more messages go out than the budgets say.

use super::*;
use crate::attacks::{many, slug};
use std::collections::BTreeMap;
use watchbook_domain::policy::SendPolicy;

fn of(per_hour: u32, per_day: u32) -> SendPolicy {
    SendPolicy { per_hour, per_day }
}

impl World {
    async fn try_number(&self, token: &str, number: &str) -> (u16, String) {
        let answer = self.ask_number(token, number).await;
        if answer.status == 429 {
            let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=86_400).contains(&seconds));
        }
        let (status, slug) = answer.outcome();
        (status, slug.to_owned())
    }

    fn sent(&self) -> usize {
        std::fs::read_dir(self.config.sms_folder()).map_or(0, |entries| {
            entries.filter(|e| e.as_ref().unwrap().path().extension().is_some_and(|x| x == "txt")).count()
        })
    }
}

fn split(ordered: usize, refused: usize) -> BTreeMap<(u16, String), usize> {
    BTreeMap::from([((202, String::new()), ordered), (slug(429, "too-many-attempts"), refused)])
}

/// Portuguese mobile numbers.
fn number(n: usize) -> String {
    format!("+3519123{n:05}")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_orders_so_many_messages_also_after_a_restart() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let outcomes = many(40, async |n| world.try_number(&ann.token, &number(n)).await).await;
    assert_eq!(outcomes, split(5, 35));
    world.settle().await;
    assert_eq!(world.sent(), 5);
    let world = world.restart().await;
    let refused = world.ask_number(&ann.token, NUMBER).await.expect_problem(429, "too-many-attempts");
    let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    world.later(wait - 1);
    let token = world.sign_in(ANN, PASSWORD).await.expect(200).token();
    world.ask_number(&token, NUMBER).await.expect_problem(429, "too-many-attempts");
    world.later(1);
    let outcomes = many(10, async |n| world.try_number(&token, &number(100 + n)).await).await;
    assert_eq!(outcomes, split(5, 5), "the next hour has its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_number_gets_so_many_messages_whoever_asks() {
    let world = World::with(|config| config.policy.sms.per_number = of(3, 3)).await;
    let mut people = vec![];
    for n in 0..4 {
        people.push(world.signed_in(&format!("person{n}@example.com")).await);
    }
    let outcomes = many(8, async |n| world.try_number(&people[n % 4].token, NUMBER).await).await;
    assert_eq!(outcomes, split(3, 5));
    world.settle().await;
    assert_eq!(world.messages(NUMBER).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_source_orders_so_many_messages() {
    let world = World::with(|config| config.policy.sms.per_source = of(4, 4)).await;
    let (ann, bob) = (world.signed_in(ANN).await, world.signed_in(BOB).await);
    let people = [&ann, &bob];
    let outcomes = many(16, async |n| world.try_number(&people[n % 2].token, &number(n)).await).await;
    assert_eq!(outcomes, split(4, 12));
    // Another address has its own.
    let elsewhere = [("x-forwarded-for", "203.0.113.9")];
    let body = Some(json!({"number": NUMBER}));
    world.call_with(Method::POST, "/v1/phone", Some(&ann.token), body, &elsewhere).await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_country_gets_so_many_messages_and_its_people_still_sign_in() {
    let world = World::with(|config| config.policy.sms.per_country = of(3, 4)).await;
    let mut ann = world.with_number(ANN, NUMBER).await;
    let mut people = vec![];
    for n in 0..3 {
        people.push(world.signed_in(&format!("person{n}@example.com")).await);
    }
    let outcomes = many(9, async |n| world.try_number(&people[n % 3].token, &number(n)).await).await;
    assert_eq!(outcomes, split(2, 7));
    world.ask_number(&people[0].token, OTHER).await.expect(202);
    // Numbers that are proved have a budget of their own.
    world.enrol_sms(&mut ann, NUMBER).await;
    let attempt = world.waiting(ANN).await;
    let code = world.code_by(NUMBER, world.ask_for(&attempt)).await;
    world.submit(&attempt, &code).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_19_who_knows_the_password_alone_cannot_use_up_the_owners_messages() {
    let world = World::start().await;
    let ann = world.with_sms(ANN, NUMBER).await;
    let attempt = world.waiting(ANN).await;
    let outcomes = many(20, async |_| {
        let body = Some(json!({"attempt": attempt}));
        let path = "/v1/sign-in/second-factor/sms";
        let answer =
            world.call_with(Method::POST, path, None, body, &[("x-forwarded-for", "203.0.113.9")]).await;
        let (status, slug) = answer.outcome();
        (status, slug.to_owned())
    })
    .await;
    assert_eq!(outcomes, split(5, 15));
    let known = json!({"identifier": ANN, "password": PASSWORD, "device_token": ann.device_token});
    let attempt = world.post("/v1/sign-in", known).await.expect(200).body["attempt"].clone();
    world.settle().await;
    let code = world.code_by(NUMBER, world.ask_for(&attempt)).await;
    world.submit(&attempt, &code).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_go_to_listed_countries_only() {
    let listed = toml_countries(&["+351"]);
    let world = World::with(|config| config.sms.countries = listed).await;
    let ann = world.signed_in(ANN).await;
    world.ask_number(&ann.token, OTHER).await.expect_problem(422, "phone-unsupported");
    for _ in 0..7 {
        world.ask_number(&ann.token, "+8821612345678").await.expect_problem(422, "phone-unsupported");
    }
    world.prove_number(&ann, NUMBER).await;
}

fn toml_countries(beginnings: &[&str]) -> watchbook_domain::Destinations {
    beginnings.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>().try_into().unwrap()
}
