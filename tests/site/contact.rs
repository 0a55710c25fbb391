//! Addresses of the owner: changed, undone, a second one, and reviewed.

mod attacks;
mod email_change;
mod recovery_email;

use crate::world::{Answer, PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";
const NEW: &str = "ann@example.net";
const SECOND: &str = "ann@example.org";
const BOB: &str = "bob@example.com";
const DAY: i64 = 86_400;

impl World {
    async fn ask_change(&self, token: &str, email: &str) -> Answer {
        self.post_as(token, "/v1/email/change", json!({"email": email})).await
    }

    async fn confirm_change(&self, token: &Value) -> Answer {
        self.post("/v1/email/change/confirm", json!({"token": token})).await
    }

    async fn undo_change(&self, token: &Value) -> Answer {
        self.post("/v1/email/change/undo", json!({"token": token})).await
    }

    /// The token of the newest link to `page` that was mailed to `address`.
    pub(crate) async fn link(&self, address: &str, page: &str) -> Value {
        json!(self.mail(address, &format!("/{page}?token=")).await.token)
    }

    /// The same, as soon as it is another one than `old`.
    async fn link_after(&self, old: &Value, address: &str, page: &str) -> Value {
        loop {
            let link = self.link(address, page).await;
            if link != *old {
                return link;
            }
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        }
    }

    /// Moves a person to another address.
    async fn moved(&self, person: &Person, email: &str) -> Answer {
        self.ask_change(&person.token, email).await.expect(202);
        self.confirm_change(&self.link(email, "confirm-email").await).await.expect(204)
    }

    pub(crate) async fn with_recovery_email(&self, person: &Person, email: &str) -> Answer {
        self.post_as(&person.token, "/v1/recovery-email", json!({"email": email})).await.expect(202);
        let token = self.link(email, "confirm-recovery-email").await;
        self.post("/v1/recovery-email/confirm", json!({"token": token})).await.expect(204)
    }

    async fn reauthenticate(&self, token: &str) -> String {
        let proof = json!({"password": PASSWORD});
        self.post_as(token, "/v1/session/reauthenticate", proof).await.expect(200).token()
    }

    async fn delete_as(&self, token: &str, path: &str) -> Answer {
        self.call(Method::DELETE, path, Some(token), None).await
    }
}
