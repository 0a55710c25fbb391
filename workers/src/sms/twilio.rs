//! Twilio's message API, which other providers speak too: a form by POST, with HTTP basic authentication.

use super::config::SmsSecret;
use super::http;
use super::provider::{OutgoingSms, SmsError, SmsFailure, SmsProvider};
use reqwest_tls::{Client, Url};
use serde::Deserialize;

/// Sends through an account at a provider with Twilio's API.
pub struct TwilioProvider {
    client: Client,
    url: Url,
    username: String,
    password: SmsSecret,
    from: String,
}

/// What is read of a refusal.
#[derive(Default, Deserialize)]
struct Refusal {
    code: Option<u64>,
}

impl TwilioProvider {
    pub(super) fn new(client: Client, url: Url, username: String, password: SmsSecret, from: String) -> Self {
        Self { client, url, username, password, from }
    }

    /// The resource of the account itself, beside that of its messages.
    fn account_url(&self) -> Url {
        let mut url = self.url.clone();
        if let Some(account) = self.url.path().strip_suffix("/Messages.json") {
            url.set_path(&format!("{account}.json"));
        }
        url
    }
}

#[async_trait::async_trait]
impl SmsProvider for TwilioProvider {
    async fn send(&self, sms: &OutgoingSms) -> Result<(), SmsError> {
        // A service of several senders is named by its id, a single sender by number or name.
        let sender = if self.from.starts_with("MG") { "MessagingServiceSid" } else { "From" };
        let form = [("To", sms.to.as_str()), (sender, self.from.as_str()), ("Body", sms.text.as_str())];
        let request =
            self.client.post(self.url.clone()).basic_auth(&self.username, Some(self.password.expose()));
        let answer = request.form(&form).send().await.map_err(SmsFailure::connection)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let refusal = answer.json::<Refusal>().await.unwrap_or_default();
        Err(http::refused(status, refusal.code))
    }

    fn describe(&self) -> String {
        format!("{} from {}", self.url.host_str().unwrap_or("?"), self.from)
    }

    async fn check(&self) -> Result<(), SmsError> {
        let request = self.client.get(self.account_url());
        let request = request.basic_auth(&self.username, Some(self.password.expose()));
        let status = request.send().await.map_err(SmsFailure::connection)?.status();
        if status.is_success() {
            Ok(())
        } else {
            Err(SmsError::Temporary(SmsFailure::Refused { status: status.as_u16(), code: None }))
        }
    }
}
