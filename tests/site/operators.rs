//! Operators: what each role may do, and that every look at a person is on record before it is answered.

use crate::world::{PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::convert::Infallible;
use watchbook_api::ACCESS;
use watchbook_domain::operator::{Operator, Role};
use watchbook_domain::{AccountId, CommandId, SubjectId};
use watchbook_eventlog::{Clock as _, Metadata, fresh};

const ANN: &str = "ann@example.com";
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

impl World {
    /// Gives a person these roles and no others.
    pub(crate) async fn give_roles(&self, person: &Person, roles: &[Role]) {
        let account: AccountId = person.account.parse().unwrap();
        let roles: BTreeSet<Role> = roles.iter().copied().collect();
        let operators = &self.server.app.operators;
        let metadata = Metadata {
            command_id: CommandId(fresh::uuid()),
            recorded_at: self.clock.now(),
            actor: None,
            correlation_id: fresh::uuid(),
            causation_id: None,
        };
        let decide = |operator: &Operator| Ok::<_, Infallible>(operator.appoint(account, &roles));
        operators.execute(&operators.stream(account), account.into(), &metadata, decide).await.unwrap();
    }

    /// Somebody with two proved factors and one role.
    pub(crate) async fn with_role(&self, role: Role) -> Person {
        let person = self.with_totp(&format!("{}@example.com", role.as_str())).await;
        self.give_roles(&person, &[role]).await;
        person
    }

    /// Who looked, and at what, newest first.
    async fn looks(&self, compliance: &Person, query: &str) -> Vec<(String, String)> {
        let head = self.server.app.log.head().await.unwrap().to_string();
        let at_least = [("watchbook-at-least", head.as_str())];
        let path = format!("/v1/operator/looks?{query}");
        let answer = self.call_with(Method::GET, &path, Some(&compliance.token), None, &at_least).await;
        let looks = answer.expect(200).body["looks"].as_array().unwrap().clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        looks.iter().map(|look| (text(&look["operator"]), text(&look["what"]))).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_06_each_role_reaches_its_own_endpoints_and_no_others() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    for access in ACCESS {
        let path =
            access.path.replace("{id}", NOBODY).replace("{document}", NOBODY).replace("{file}", "head");
        assert_eq!(world.answers(access.method, &path, &ann.token).await, 403, "{access:?}");
    }
    for role in Role::ALL {
        let operator = world.with_role(role).await;
        for access in ACCESS {
            let path =
                access.path.replace("{id}", NOBODY).replace("{document}", NOBODY).replace("{file}", "head");
            let status = world.answers(access.method, &path, &operator.token).await;
            assert_eq!(status != 403, access.roles.contains(&role), "{role:?} {status} {access:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_06_other_roles_count_from_the_next_request_on() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let analyst = world.with_role(Role::Analyst).await;
    let timeline = format!("/v1/operator/accounts/{}/timeline", ann.account);
    world.get_as(&analyst.token, &timeline).await.expect(200);
    world.give_roles(&analyst, &[Role::Support]).await;
    world.get_as(&analyst.token, &timeline).await.expect_problem(403, "forbidden");
    world.get_as(&analyst.token, "/v1/operator/recovery-cases").await.expect(200);
    world.give_roles(&analyst, &[]).await;
    world.get_as(&analyst.token, "/v1/operator/recovery-cases").await.expect_problem(403, "forbidden");
    // A password alone is no authority, whatever the roles.
    let alone = world.signed_in("alone@example.com").await;
    world.give_roles(&alone, &Role::ALL).await;
    world.get_as(&alone.token, "/v1/operator/looks").await.expect_problem(403, "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_look_at_a_person_is_visible_to_compliance() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let (analyst, compliance) =
        (world.with_role(Role::Analyst).await, world.with_role(Role::Compliance).await);
    let support = world.with_role(Role::Support).await;
    let of = |what: &str| format!("/v1/operator/accounts/{}{what}", ann.account);
    let now = world.server.app.log.head().await.unwrap();
    for path in [
        of(""),
        of("/timeline"),
        of(&format!("/history?at={now}")),
        of(&format!("/difference?from=0&to={now}")),
    ] {
        world.get_as(&analyst.token, &path).await.expect(200);
    }
    // What is not there, or not allowed, was not looked at.
    world.get_as(&analyst.token, &format!("/v1/operator/accounts/{NOBODY}")).await.expect(404);
    world.get_as(&support.token, &of("/timeline")).await.expect(403);

    let reason = "My phone fell into the sea, and the mailbox is gone.";
    let body = json!({"registered_email": ANN, "contact_email": "ann@example.org", "reason": reason});
    let case = world.post("/v1/recovery-cases", body).await.expect(202).body["case"].clone();
    let mail = world.mail("ann@example.org", "/recovery-contact?token=").await;
    world.post("/v1/recovery-cases/contact", json!({"token": mail.token})).await.expect(204);
    let case = format!("/v1/operator/recovery-cases/{}", case.as_str().unwrap());
    world.get_as(&support.token, &case).await.expect(200);

    let by = |who: &Person, what: &str| (who.account.clone(), what.to_owned());
    let at_ann = [
        by(&support, "recovery_case"),
        by(&analyst, "difference"),
        by(&analyst, "history"),
        by(&analyst, "timeline"),
        by(&analyst, "state"),
    ];
    assert_eq!(world.looks(&compliance, &format!("account={}", ann.account)).await, at_ann);
    assert_eq!(world.looks(&compliance, &format!("operator={}", analyst.account)).await, at_ann[1..]);
    assert_eq!(world.looks(&compliance, "limit=2").await, at_ann[..2]);
    let wrong = format!("/v1/operator/looks?account={NOBODY}&operator={NOBODY}");
    world.get_as(&compliance.token, &wrong).await.expect_problem(400, "malformed-request");
    // Who is looked into is not told.
    let activity = world.get_as(&ann.token, "/v1/activity").await.expect(200);
    assert!(!activity.text.contains("viewed"), "{}", activity.text);

    // The record of looks at somebody outlives them: of her, it has an id that leads nowhere.
    let number = world.get_as(&ann.token, "/v1/account").await.body["user_number"].clone();
    world.post_as(&compliance.token, &of("/erasure"), json!({"user_number": number})).await.expect(202);
    assert_eq!(world.looks(&compliance, &format!("account={}", ann.account)).await, at_ann);
}

/// Fail closed: what cannot be put on record is not shown.
#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_cannot_be_recorded_is_not_answered() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let analyst = world.with_role(Role::Analyst).await;
    let timeline = format!("/v1/operator/accounts/{}/timeline", ann.account);
    world.get_as(&analyst.token, &timeline).await.expect(200);
    // Nothing can be sealed for the operator any more.
    let subject = SubjectId(analyst.account.parse().unwrap());
    world.server.app.sealer.destroy_subject(subject).await.unwrap();
    let answer = world.get_as(&analyst.token, &timeline).await;
    assert!(answer.status >= 401 && !answer.text.contains("account.registered"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_pages_both_ways_filters_and_explains() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.sign_in(ANN, "a wrong password it is").await.expect(401);
    world.sign_in(ANN, PASSWORD).await.expect(200);
    let analyst = world.with_role(Role::Analyst).await;
    let read = async |query: &str| {
        let path = format!("/v1/operator/accounts/{}/timeline?{query}", ann.account);
        world.get_as(&analyst.token, &path).await
    };
    let versions = |body: &Value| -> Vec<u64> {
        body["events"].as_array().unwrap().iter().map(|event| event["version"].as_u64().unwrap()).collect()
    };
    let whole = read("limit=200").await.expect(200);
    let all = versions(&whole.body);
    assert_eq!(all, (1..=all.len() as u64).collect::<Vec<_>>());
    assert!(whole.body["earlier"].is_null() && whole.body["later"].is_null());
    assert!(!whole.text.contains("digest"), "{}", whole.text);

    // Backwards from the newest, then forwards from the first.
    let (mut back, mut query) = (Vec::new(), "limit=3".to_owned());
    loop {
        let page = read(&query).await.expect(200).body;
        back.splice(0..0, versions(&page));
        let Some(earlier) = page["earlier"].as_u64() else { break };
        query = format!("limit=3&before={earlier}");
    }
    assert_eq!(back, all);
    let (mut forth, mut after) = (Vec::new(), 0);
    loop {
        let page = read(&format!("limit=3&after={after}")).await.expect(200).body;
        forth.extend(versions(&page));
        match page["later"].as_u64() {
            Some(later) => after = later,
            None => break,
        }
    }
    assert_eq!(forth, all);

    // From an alert's position.
    let events = whole.body["events"].as_array().unwrap();
    let rejected = events.iter().find(|event| event["type"] == "sign_in.password_rejected").unwrap();
    let page = read(&format!("at={}&limit=1", rejected["position"])).await.expect(200).body;
    assert_eq!(page["events"][0]["version"], rejected["version"]);
    let explained = json!({"decision": "rejected", "guard": "password", "reasons": ["wrong_or_void"]});
    assert_eq!(rejected["explanation"], explained);

    let only = read("types=sign_in.password_rejected,session.*&limit=1").await.expect(200).body;
    assert_eq!(only["events"][0]["type"], "session.opened", "{only}");
    let query = format!("types=sign_in.password_rejected,session.*&limit=1&before={}", only["earlier"]);
    let earlier = read(&query).await.expect(200).body;
    assert_eq!(earlier["events"][0]["type"], "sign_in.password_rejected");
    let attempt = rejected["data"]["attempt"].as_str().unwrap();
    let about = read(&format!("about={attempt}")).await.expect(200).body;
    let types: Vec<_> = about["events"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["sign_in.started", "sign_in.password_rejected"]);
    for wrong in ["at=yesterday", "limit=0", "limit=201", "after=1&before=2", "x=1", "about=me"] {
        read(wrong).await.expect_problem(400, "malformed-request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_says_what_changed_and_nothing_else() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let before = world.server.app.log.head().await.unwrap();
    let started = world.call(Method::POST, "/v1/totp", Some(&ann.token), None).await.expect(200);
    let code = world.code(started.body["secret"].as_str().unwrap());
    world.post_as(&ann.token, "/v1/totp/confirm", json!({"code": code})).await.expect(200);
    let after = world.server.app.log.head().await.unwrap();
    let analyst = world.with_role(Role::Analyst).await;
    let read = async |from: &str, to: &str| {
        let path = format!("/v1/operator/accounts/{}/difference?from={from}&to={to}", ann.account);
        world.get_as(&analyst.token, &path).await
    };
    let changed = read(&before.to_string(), &after.to_string()).await.expect(200).body;
    let changes = changed["changes"].as_array().unwrap();
    let enrolled = changes.iter().find(|change| change["path"] == "totp.enrolled_at").unwrap();
    assert!(enrolled["from"].is_null() && enrolled["to"].is_string());
    assert!(changes.iter().all(|change| change["path"] != "email"));
    let reversed = read(&after.to_string(), &before.to_string()).await.expect(200).body;
    assert_eq!(reversed["changes"].as_array().unwrap().len(), changes.len());
    let none = read(&after.to_string(), &after.to_string()).await.expect(200).body;
    assert_eq!(none["changes"], json!([]));
    let first = read("0", &before.to_string()).await.expect(200).body;
    assert!(first["changes"].as_array().unwrap().iter().any(|change| change["to"] == ANN));
    read(&after.to_string(), "0").await.expect_problem(404, "not-found");
}
