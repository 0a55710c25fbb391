//! An endpoint: which events it gets, and how they are handed to it.

use crate::signature::Signer;
use crate::sms::{SmsSecret, http_client};
use reqwest_tls::{Client, StatusCode, Url};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;
use watchbook_domain::webhook::Webhook;
use watchbook_domain::{Aggregate as _, Timestamp};
use watchbook_eventlog::RecordedEvent;

/// One `[[webhooks]]` of the configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// What it is called: lower-case letters, digits and dashes. Its place in the log goes by it.
    pub name: String,
    /// Where events are posted to.
    pub url: String,
    /// What they are signed with, `whsec_…`.
    pub secret: SmsSecret,
    /// Types of events, such as `account.locked`, or `alert.*` for all that begin so.
    pub events: Vec<String>,
    /// Seconds that one try may take. Default 10, at most 60.
    #[serde(default = "ten")]
    pub timeout_seconds: u64,
}

const fn ten() -> u64 {
    10
}

/// What is wrong with a webhook's configuration.
#[derive(Debug, thiserror::Error)]
pub enum WebhookConfigError {
    /// Not such a name, or one that another has.
    #[error(
        "webhooks: `name` must be of lower-case letters, digits and dashes, at most 64, and be used once"
    )]
    Name,
    /// Others could read it on its way, or it holds a password.
    #[error("webhooks: `url` must begin with https://, unless it is on this machine, and have no user name")]
    Url,
    /// Not as Standard Webhooks writes it.
    #[error("webhooks: `secret` must be `whsec_` and the base64 of 24 to 64 random bytes")]
    Secret,
    /// Nothing would ever be sent.
    #[error("webhooks: `events` must name at least one type")]
    Events,
    /// Nothing could be done in no time.
    #[error("webhooks: `timeout_seconds` has to be from 1 to 60")]
    Timeout,
    /// TLS cannot be set up.
    #[error("webhooks: the client cannot be set up")]
    Client(#[source] reqwest_tls::Error),
}

/// Why an event was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What was answered; none when nothing was.
    pub status: Option<u16>,
    /// Trying again is of no use.
    pub for_good: bool,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.status {
            Some(status) => write!(f, "status {status}"),
            None => f.write_str("no answer"),
        }
    }
}

/// An endpoint that is ready.
#[derive(Clone)]
pub struct Endpoint {
    pub(super) name: String,
    url: Url,
    events: Vec<String>,
    signer: Signer,
    client: Client,
}

#[derive(Serialize)]
struct Message<'a> {
    r#type: &'a str,
    timestamp: Timestamp,
    data: Data<'a>,
}

/// The clear part of the event and nothing else: who may know more asks the API.
#[derive(Serialize)]
struct Data<'a> {
    event_id: Uuid,
    position: u64,
    stream: &'a str,
    version: u64,
    subject: Uuid,
    actor: Option<Uuid>,
    correlation_id: Uuid,
}

impl Endpoint {
    /// All endpoints of the configuration.
    ///
    /// # Errors
    /// See [`WebhookConfigError`].
    pub fn all(configs: &[WebhookConfig]) -> Result<Vec<Self>, WebhookConfigError> {
        let names: BTreeSet<_> = configs.iter().map(|config| &config.name).collect();
        if names.len() < configs.len() {
            return Err(WebhookConfigError::Name);
        }
        configs.iter().map(Self::new).collect()
    }

    fn new(config: &WebhookConfig) -> Result<Self, WebhookConfigError> {
        let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if config.name.is_empty() || config.name.len() > 64 || !config.name.chars().all(sound) {
            return Err(WebhookConfigError::Name);
        }
        let url: Url = config.url.parse().map_err(|_| WebhookConfigError::Url)?;
        let host = url.host_str().unwrap_or_default();
        let here = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
        let safe = url.scheme() == "https" || (url.scheme() == "http" && here);
        if !safe || host.is_empty() || !url.username().is_empty() || url.password().is_some() {
            return Err(WebhookConfigError::Url);
        }
        if config.events.is_empty() {
            return Err(WebhookConfigError::Events);
        }
        if !(1..=60).contains(&config.timeout_seconds) {
            return Err(WebhookConfigError::Timeout);
        }
        Ok(Self {
            name: config.name.clone(),
            url,
            events: config.events.clone(),
            signer: Signer::new(config.secret.expose()).ok_or(WebhookConfigError::Secret)?,
            client: http_client(Duration::from_secs(config.timeout_seconds))
                .map_err(WebhookConfigError::Client)?,
        })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is to get this event. Never what became of deliveries: that would not end.
    pub(super) fn takes(&self, recorded: &RecordedEvent) -> bool {
        let kind = recorded.event.event_type.as_str();
        let wanted = |wanted: &String| match wanted.strip_suffix(".*") {
            Some(family) => kind.strip_prefix(family).is_some_and(|rest| rest.starts_with('.')),
            None => wanted == kind,
        };
        recorded.stream.category() != Webhook::CATEGORY && self.events.iter().any(wanted)
    }

    /// Hands one event over. The id is the same for every try, so that who gets it twice can tell.
    ///
    /// # Errors
    /// When it was not taken. A redirect is not followed: it would carry the event elsewhere.
    pub async fn send(&self, recorded: &RecordedEvent, now: Timestamp) -> Result<(), Refused> {
        let event = &recorded.event;
        let data = Data {
            event_id: event.event_id.0,
            position: recorded.position.0,
            stream: recorded.stream.as_str(),
            version: recorded.version.0,
            subject: event.subject.0,
            actor: event.actor,
            correlation_id: event.correlation_id,
        };
        let message = Message { r#type: &event.event_type, timestamp: event.recorded_at, data };
        let body = serde_json::to_vec(&message).map_err(|_| Refused { status: None, for_good: true })?;
        let id = format!("msg_{}", Webhook::id(&self.name, event.event_id));
        let request = self.signer.post(&self.client, &self.url, &id, now.unix_seconds(), body);
        // What is answered beside the status is not read.
        let answered = request.send().await.map_err(|_| Refused { status: None, for_good: false })?.status();
        if answered.is_success() {
            return Ok(());
        }
        // Of these the receiver's owner says that the message itself is wrong.
        let for_good = [
            StatusCode::BAD_REQUEST,
            StatusCode::GONE,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            StatusCode::UNPROCESSABLE_ENTITY,
        ];
        Err(Refused { status: Some(answered.as_u16()), for_good: for_good.contains(&answered) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(change: &str, to: &str) -> Result<Endpoint, WebhookConfigError> {
        let text = r#"
            name = "siem"
            url = "https://hooks.example.com/in"
            secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
            events = ["account.locked", "alert.*"]
            timeout_seconds = 10"#;
        Endpoint::new(&toml::from_str::<WebhookConfig>(&text.replace(change, to)).unwrap())
    }

    #[test]
    fn unsafe_endpoints_are_refused() {
        use WebhookConfigError as E;
        assert!(config("", "").is_ok() && config("https://hooks.example.com", "http://127.0.0.1:9").is_ok());
        for (change, to, why) in [
            ("siem", "Si em", "name"),
            ("https://hooks", "http://hooks", "url"),
            ("https://hooks.example.com", "http://127.0.0.1.example.com", "url"),
            ("https://hooks", "https://ann:secret@hooks", "url"),
            ("https://hooks.example.com/in", "file:///etc/passwd", "url"),
            ("whsec_", "", "secret"),
            (r#"["account.locked", "alert.*"]"#, "[]", "events"),
            ("= 10", "= 0", "timeout"),
        ] {
            let error = config(change, to).err().unwrap();
            let found = match error {
                E::Name => "name",
                E::Url => "url",
                E::Secret => "secret",
                E::Events => "events",
                E::Timeout => "timeout",
                E::Client(_) => "client",
            };
            assert_eq!(found, why, "{to}");
            assert!(!format!("{error}{error:?}").contains("ann:"));
        }
    }
}
