//! Recovery with the help of support: journeys, attacks, documents.

mod attacks;
mod documents;
mod journeys;
mod nodes;

use crate::world::{Answer, Person, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use watchbook_domain::operator::{OperatorEvent, Role};
use watchbook_domain::{AccountId, CommandId};
use watchbook_eventlog::{Clock as _, Metadata, fresh};

const ANN: &str = "ann@example.com";
const NEW: &str = "ann@example.org";
const NUMBER: &str = "+351912345678";
const WAITING: i64 = 3 * 86_400 + 1;
const PDF: &str = "%PDF-1.7 not much of a passport";

/// A case as its person has it.
struct Case {
    id: String,
    token: String,
}

/// Two operators, signed in.
struct Staff {
    one: Person,
    two: Person,
}

impl World {
    async fn open(&self, registered: &str, contact: &str) -> Answer {
        let reason = "My phone fell into the sea, and the mailbox is gone.";
        let body = json!({"registered_email": registered, "contact_email": contact, "reason": reason});
        self.post("/v1/recovery-cases", body).await
    }

    /// A case that support does not see yet.
    async fn opened(&self, registered: &str, contact: &str) -> Case {
        let answer = self.open(registered, contact).await.expect(202);
        let text = |name: &str| answer.body[name].as_str().unwrap().to_owned();
        Case { id: text("case"), token: text("token") }
    }

    /// A case whose contact address is proved.
    async fn proved(&self, registered: &str, contact: &str) -> Case {
        let case = self.opened(registered, contact).await;
        let mail = self.mail(contact, "/recovery-contact?token=").await;
        self.post("/v1/recovery-cases/contact", json!({"token": mail.token})).await.expect(204);
        case
    }

    async fn own(&self, case: &Case) -> Answer {
        self.get_as(&case.token, "/v1/recovery-case").await
    }

    async fn say(&self, case: &Case, what: &str, text: &str) -> Answer {
        self.post_as(&case.token, &format!("/v1/recovery-case/{what}"), json!({"text": text})).await
    }

    async fn send_in(&self, case: &Case, name: &str, content: impl Into<reqwest::Body>) -> Answer {
        self.post_raw_as(&case.token, &format!("/v1/recovery-case/documents?name={name}"), content).await
    }

    async fn appoint(&self, person: &Person, event: fn(AccountId) -> OperatorEvent) {
        let account: AccountId = person.account.parse().unwrap();
        let operators = &self.server.app.operators;
        let metadata = Metadata {
            command_id: CommandId(fresh::uuid()),
            recorded_at: self.clock.now(),
            actor: None,
            correlation_id: fresh::uuid(),
            causation_id: None,
        };
        let decide = |_: &_| Ok::<_, std::convert::Infallible>(vec![event(account)]);
        operators.execute(&operators.stream(account), account.into(), &metadata, decide).await.unwrap();
    }

    async fn another_operator(&self, email: &str) -> Person {
        let person = self.with_totp(email).await;
        self.appoint(&person, |account| OperatorEvent::Appointed { account, roles: Role::ALL.into() }).await;
        person
    }

    async fn staff(&self) -> Staff {
        Staff { one: self.operator().await, two: self.another_operator("second@example.com").await }
    }

    async fn as_operator(&self, operator: &Person, case: &Case, what: &str, body: Value) -> Answer {
        self.post_as(&operator.token, &format!("/v1/operator/recovery-cases/{}/{what}", case.id), body).await
    }

    async fn check_all(&self, operator: &Person, case: &Case) {
        for item in
            ["document_genuine", "identity_matches", "account_known", "contact_is_theirs", "no_takeover"]
        {
            self.as_operator(operator, case, "checks", json!({"item": item, "met": true})).await.expect(204);
        }
    }

    async fn approve(&self, operator: &Person, case: &Case, account: &str, move_address: bool) -> Answer {
        let body = json!({"account": account, "move_address": move_address});
        self.as_operator(operator, case, "approve", body).await
    }

    /// Approved twice; the account knows of it.
    async fn approved(&self, staff: &Staff, case: &Case, account: &Person, move_address: bool) {
        self.check_all(&staff.one, case).await;
        self.approve(&staff.one, case, &account.account, move_address).await.expect(204);
        self.approve(&staff.two, case, &account.account, move_address).await.expect(204);
        self.mail(&account.email, "about to be handed over").await;
    }

    async fn stage(&self, case: &Case) -> String {
        self.own(case).await.expect(200).body["stage"].as_str().unwrap().to_owned()
    }

    async fn until_stage(&self, case: &Case, stage: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.stage(case).await != stage {
            assert!(Instant::now() < deadline, "the case stays at {}", self.stage(case).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The types of an account's events, oldest first.
    async fn history_of(&self, person: &Person) -> Vec<String> {
        let app = &self.server.app;
        let stream = app.account_stream(person.account.parse().unwrap());
        let none = watchbook_eventlog::Version::NONE;
        let events = app.accounts.history(&stream, none, 1_000).await.unwrap();
        events.into_iter().map(|(recorded, _)| recorded.event.event_type).collect()
    }
}

fn count(types: &[String], of: &str) -> usize {
    types.iter().filter(|event_type| *event_type == of).count()
}
