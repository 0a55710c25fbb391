//! A webhook of the site's own: JSON by POST, signed as Standard Webhooks 1.0 says, for any provider that is not built
//! in.

use super::http;
use super::provider::{OutgoingSms, SmsError, SmsFailure, SmsProvider};
use crate::signature::Signer;
use reqwest_tls::{Client, Url};
use serde::Serialize;
use watchbook_domain::Timestamp;

/// Posts `{"type": "sms.requested", "timestamp": …, "data": {"to": …, "text": …}}` with the headers `webhook-id` (the
/// same for every try), `webhook-timestamp` (Unix seconds) and `webhook-signature` (`v1,` and the base64 of HMAC-SHA-256
/// over id, timestamp and body, joined by dots).
pub struct WebhookProvider {
    client: Client,
    url: Url,
    signer: Signer,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    to: &'a str,
    text: &'a str,
}

impl WebhookProvider {
    /// `secret` as Standard Webhooks writes it: `whsec_` and the base64 of 24 to 64 random bytes. `None` when it is
    /// something else.
    pub(super) fn new(client: Client, url: Url, secret: &str) -> Option<Self> {
        Some(Self { client, url, signer: Signer::new(secret)? })
    }
}

#[async_trait::async_trait]
impl SmsProvider for WebhookProvider {
    async fn send(&self, sms: &OutgoingSms) -> Result<(), SmsError> {
        let data = Data { to: sms.to.as_str(), text: &sms.text };
        let body = serde_json::to_vec(&Body { r#type: "sms.requested", timestamp: sms.at, data });
        let body = body.map_err(|_| SmsError::Permanent(SmsFailure::Compose))?;
        let id = format!("msg_{}", sms.notification);
        let request = self.signer.post(&self.client, &self.url, &id, sms.at.unix_seconds(), body);
        let status = request.send().await.map_err(SmsFailure::connection)?.status();
        if status.is_success() { Ok(()) } else { Err(http::refused(status, None)) }
    }

    fn describe(&self) -> String {
        format!("webhook at {}", self.url.host_str().unwrap_or("?"))
    }

    /// Any answer will do: only a message would show more.
    async fn check(&self) -> Result<(), SmsError> {
        self.client.head(self.url.clone()).send().await.map(drop).map_err(SmsFailure::connection)
    }
}
