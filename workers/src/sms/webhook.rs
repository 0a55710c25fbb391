//! A webhook of the site's own: JSON by POST, signed as Standard Webhooks 1.0 says, for any provider that is not built
//! in.

use super::http;
use super::provider::{OutgoingSms, SmsError, SmsFailure, SmsProvider};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest_tls::{Client, Url};
use serde::Serialize;
use sha2::Sha256;
use watchbook_domain::Timestamp;
use zeroize::Zeroizing;

/// Posts `{"type": "sms.requested", "timestamp": …, "data": {"to": …, "text": …}}` with the headers `webhook-id` (the
/// same for every try), `webhook-timestamp` (Unix seconds) and `webhook-signature` (`v1,` and the base64 of HMAC-SHA-256
/// over id, timestamp and body, joined by dots).
pub struct WebhookProvider {
    client: Client,
    url: Url,
    mac: Hmac<Sha256>,
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
        let key = Zeroizing::new(STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?);
        if !(24..=64).contains(&key.len()) {
            return None;
        }
        let mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        Some(Self { client, url, mac })
    }

    fn signature(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let mut mac = self.mac.clone();
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[async_trait::async_trait]
impl SmsProvider for WebhookProvider {
    async fn send(&self, sms: &OutgoingSms) -> Result<(), SmsError> {
        let data = Data { to: sms.to.as_str(), text: &sms.text };
        let body = serde_json::to_vec(&Body { r#type: "sms.requested", timestamp: sms.at, data });
        let body = body.map_err(|_| SmsError::Permanent(SmsFailure::Compose))?;
        let (id, seconds) = (format!("msg_{}", sms.notification), sms.at.unix_seconds());
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-signature", self.signature(&id, seconds, &body))
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .body(body);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn the_signature_is_as_specified() {
        let client = http::client(std::time::Duration::from_secs(1)).unwrap();
        let url: Url = "http://127.0.0.1:1/".parse().unwrap();
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let provider = WebhookProvider::new(client.clone(), url.clone(), secret).unwrap();
        let signature =
            provider.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        for wrong in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_!"] {
            assert!(WebhookProvider::new(client.clone(), url.clone(), wrong).is_none());
        }
    }
}
