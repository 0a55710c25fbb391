//! Phone numbers and codes by text message: journeys, attacks, providers.

mod attacks;
mod budgets;
mod journeys;
mod providers;

use crate::world::{Answer, PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";
const NUMBER: &str = "+351912345678";
const OTHER: &str = "+447700900123";

/// Texts of the messages to a number, oldest first.
pub(crate) fn messages_in(folder: &Path, number: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| (path.metadata().unwrap().modified().unwrap(), path))
        .collect();
    files.sort();
    let texts = files.into_iter().filter_map(|(_, path)| {
        let message = std::fs::read_to_string(path).unwrap();
        let (head, text) = message.split_once("\n\n").unwrap();
        (head == format!("To: {number}")).then(|| text.to_owned())
    });
    texts.collect()
}

/// The code that a message begins with.
fn code_in(text: &str) -> String {
    let code: String = text.chars().take_while(char::is_ascii_digit).collect();
    assert_eq!(code.len(), 6, "{text}");
    code
}

/// Six digits that are not `right`.
fn other_than(right: &str) -> &'static str {
    if right == "111111" { "222222" } else { "111111" }
}

impl World {
    pub(crate) fn messages(&self, number: &str) -> Vec<String> {
        messages_in(&self.config.sms_folder(), number)
    }

    /// The code that comes to `number` because of a request.
    pub(crate) async fn code_by(&self, number: &str, request: impl Future<Output = Answer>) -> String {
        let before = self.messages(number).len();
        let answer = request.await.expect(202);
        assert_eq!(answer.body["status"], "code_sent");
        assert!(answer.body["to"].as_str().unwrap().ends_with(&number[number.len() - 2..]));
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(text) = self.messages(number).into_iter().nth(before) {
                return code_in(&text);
            }
            assert!(Instant::now() < deadline, "no message has come");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    async fn ask(&self, token: &str, path: &str) -> Answer {
        self.call(Method::POST, path, Some(token), None).await
    }

    async fn ask_number(&self, token: &str, number: &str) -> Answer {
        self.post_as(token, "/v1/phone", json!({"number": number})).await
    }

    async fn confirm_number(&self, token: &str, code: &str) -> Answer {
        self.post_as(token, "/v1/phone/confirm", json!({"code": code})).await
    }

    /// Proves a number from within a session.
    pub(crate) async fn prove_number(&self, person: &Person, number: &str) -> Answer {
        let code = self.code_by(number, self.ask_number(&person.token, number)).await;
        self.confirm_number(&person.token, &code).await.expect(204)
    }

    /// Somebody whose number is proved.
    async fn with_number(&self, email: &str, number: &str) -> Person {
        let person = self.signed_in(email).await;
        self.prove_number(&person, number).await;
        person
    }

    /// Somebody whose second factor is codes by text message.
    async fn with_sms(&self, email: &str, number: &str) -> Person {
        let mut person = self.with_number(email, number).await;
        self.enrol_sms(&mut person, number).await;
        person
    }

    async fn enrol_sms(&self, person: &mut Person, number: &str) {
        let code = self.code_by(number, self.ask(&person.token, "/v1/sms")).await;
        let enrolled =
            self.post_as(&person.token, "/v1/sms/confirm", json!({"code": code})).await.expect(200);
        assert_eq!(enrolled.body["level"], "aal2");
        person.token = enrolled.token();
    }

    /// A sign-in with the right password that waits for its second factor.
    async fn waiting(&self, identifier: &str) -> Value {
        let answer = self.sign_in(identifier, PASSWORD).await.expect(200);
        assert_eq!(answer.body["status"], "second_factor_required");
        answer.body["attempt"].clone()
    }

    async fn ask_for(&self, attempt: &Value) -> Answer {
        self.post("/v1/sign-in/second-factor/sms", json!({"attempt": attempt})).await
    }

    async fn submit(&self, attempt: &Value, code: &str) -> Answer {
        self.post("/v1/sign-in/second-factor", json!({"attempt": attempt, "sms_code": code})).await
    }
}
