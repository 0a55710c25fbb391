//! Attacks raise their alert and no other, and what follows is done once.

mod families;
mod lifecycle;
mod nodes;
mod responses;
mod triage;

use crate::world::{Answer, PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use watchbook::Config;
use watchbook_domain::Account;
use watchbook_domain::account::LockReason;
use watchbook_domain::policy::Confirm;
use watchbook_eventlog::Position;

const ANN: &str = "ann@example.com";
const WRONG: &str = "not the right password at all";
/// Of networks that are somebody's: without location data their first bits tell them apart.
const HOME: &str = "81.2.69.142";
const AWAY: &str = "89.160.20.112";

/// As thieves find a site that asks nobody by mail: what the detectors are for.
fn unasked(config: &mut Config) {
    config.policy.confirm = Confirm::Off;
}

impl World {
    /// A password from there, on a known device or on none.
    async fn guess(&self, from: &str, identifier: &str, password: &str, device: Option<&str>) -> Answer {
        let body = json!({"identifier": identifier, "password": password, "device_token": device});
        self.post_from(from, "/v1/sign-in", body).await
    }

    /// Wrong passwords, as fast as the budget lets them pass.
    async fn wrong_passwords(&self, from: &str, identifier: &str, n: u32) {
        for _ in 0..n {
            self.guess(from, identifier, WRONG, None).await.expect_problem(401, "invalid-credentials");
            self.later(40);
        }
    }

    /// Somebody with a verified address who has signed in at home on each of `days` days.
    async fn at_home(&self, email: &str, days: u32) -> Person {
        self.verified(email).await;
        let mut person: Option<Person> = None;
        for _ in 0..days {
            let device = person.as_ref().map(|person| person.device_token.clone());
            let answer = self.guess(HOME, email, PASSWORD, device.as_deref()).await.expect(200);
            let text = |part: &str| answer.body.pointer(part).unwrap().as_str().unwrap().to_owned();
            person = Some(Person {
                email: email.to_owned(),
                account: text("/session/account_id"),
                token: text("/session/token"),
                device_token: text("/session/device/token"),
                device: text("/session/device/id"),
                seed: None,
            });
            self.later(86_400);
        }
        person.unwrap()
    }

    /// How many events of each type there are.
    async fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for kind in self.types().await {
            *counts.entry(kind).or_default() += 1;
        }
        counts
    }

    /// Waits until there are at least so many events of a type.
    async fn has(&self, kind: &str, least: usize) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.counts().await.get(kind).copied().unwrap_or(0) < least {
            assert!(Instant::now() < deadline, "no {least} × {kind}; there are {:?}", self.counts().await);
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// The operator, signed in anew: clocks run fast here.
    async fn signed_in_again(&self, operator: &Person) -> Person {
        self.later(60);
        let body = json!({
            "identifier": operator.email,
            "password": PASSWORD,
            "device_token": operator.device_token,
            "code": self.code(operator.seed.as_ref().unwrap()),
        });
        let token = self.post("/v1/sign-in", body).await.expect(200).token();
        Person { token, ..operator.clone() }
    }

    /// All alerts, once detector and responder have seen everything that was there when this was called: an account made
    /// now stands behind it in the log, and its alert is answered last.
    async fn detected(&self, operator: &Person) -> Vec<Value> {
        let mark = format!("mark-{}@example.com", watchbook_eventlog::fresh::uuid());
        self.registered(&mark).await;
        for _ in 0..5 {
            self.later(61);
            self.post("/v1/password/forgot", json!({"identifier": mark})).await.expect(202);
        }
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.state_of(&mark).await.suspicion.open.is_empty() {
            assert!(Instant::now() < deadline, "the mark was not detected: {:?}", self.counts().await);
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        let operator = self.signed_in_again(operator).await;
        let head = self.server.stores.log.head().await.unwrap().0.to_string();
        let headers = [("watchbook-at-least", head.as_str())];
        let path = "/v1/operator/alerts?limit=100";
        let answer =
            self.call_with(Method::GET, path, Some(&operator.token), None, &headers).await.expect(200);
        let mut alerts = Vec::new();
        for alert in answer.body["alerts"].as_array().unwrap() {
            let account = alert["account"].as_str().map(|account| account.parse().unwrap());
            let state = match account {
                Some(account) => self.server.app.account(account).await.ok(),
                None => None,
            };
            let email = state.and_then(|state| state.email.clone());
            if !email.is_some_and(|email| email.as_str().starts_with("mark-")) {
                alerts.push(alert.clone());
            }
        }
        alerts
    }

    async fn state_of(&self, email: &str) -> Arc<Account> {
        let identifier = watchbook_domain::Identifier::parse(email).unwrap();
        let account = self.server.app.holder(&identifier).await.ok().flatten().unwrap();
        self.server.app.account(account).await.ok().unwrap()
    }

    async fn locked(&self, email: &str) -> Option<LockReason> {
        self.state_of(email).await.locked
    }
}

/// Which detectors raised alerts.
fn detectors(alerts: &[Value]) -> BTreeSet<&str> {
    alerts.iter().map(|alert| alert["detector"].as_str().unwrap()).collect()
}

fn only<'a>(alerts: &'a [Value], detector: &str) -> &'a Value {
    let mut of = alerts.iter().filter(|alert| alert["detector"] == detector);
    let found = of.next().unwrap_or_else(|| panic!("no {detector}: {alerts:?}"));
    assert!(of.next().is_none(), "{detector} was raised twice: {alerts:?}");
    found
}

/// A takeover: a stranger guesses, and gets in from elsewhere with the right password.
async fn taken_over(world: &World, email: &str) -> Answer {
    world.wrong_passwords(AWAY, email, 10).await;
    world.guess(AWAY, email, PASSWORD, None).await.expect(200)
}

async fn everything(world: &World) -> Vec<watchbook_eventlog::RecordedEvent> {
    world.server.stores.log.read_all(Position::START, 100_000).await.unwrap()
}

const LOCKED_MAIL: &str = "is locked for its protection";

/// Mails about a lock.
fn lock_mails(world: &World, email: &str) -> usize {
    world.mails(email).into_iter().filter(|mail| mail.text.contains("was locked because")).count()
}

async fn reset_by_mail(world: &World, mail_text: &str, email: &str) {
    assert!(mail_text.contains("/forgot"), "{mail_text}");
    let page = world.call(Method::GET, "/forgot", None, None).await.expect(200);
    assert!(page.text.contains("<form"), "{}", page.text);
    world.later(61);
    world.post("/v1/password/forgot", json!({"identifier": email})).await.expect(202);
    let token = world.mail(email, "/reset?token=").await.token;
    let body = json!({"token": token, "new_password": "another horse, another staple"});
    world.post("/v1/password/reset", body).await.expect(204);
}
