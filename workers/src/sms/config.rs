//! How text messages go out.

use super::file::FileProvider;
use super::http;
use super::provider::SmsProvider;
use super::twilio::TwilioProvider;
use super::webhook::WebhookProvider;
use reqwest_tls::Url;
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use watchbook_domain::Destinations;
use zeroize::Zeroizing;

/// Where Twilio itself is reached.
const TWILIO: &str = "https://api.twilio.com/2010-04-01/Accounts";

/// Who takes text messages, and where they may go. Without a provider, messages land as files in `<data>/sms`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmsConfig {
    /// Who takes them. Default `file`.
    pub provider: SmsProviderKind,
    /// Where the provider is reached. For `twilio` by default Twilio itself.
    pub url: Option<String>,
    /// For `twilio`: the account's id.
    pub username: Option<String>,
    /// For `twilio`: the account's token.
    pub password: Option<SmsSecret>,
    /// For `webhook`: what messages are signed with, `whsec_…`.
    pub secret: Option<SmsSecret>,
    /// For `twilio`: the number or name that messages come from, or the id of a messaging service (`MG…`).
    pub from: Option<String>,
    /// Beginnings of the numbers that messages may go to, such as `["+351", "+44"]`. Default: everywhere.
    pub countries: Destinations,
    /// Seconds that handing over one message may take. Default 20.
    pub timeout_seconds: u64,
}

impl Default for SmsConfig {
    fn default() -> Self {
        Self {
            provider: SmsProviderKind::File,
            url: None,
            username: None,
            password: None,
            secret: None,
            from: None,
            countries: Destinations::default(),
            timeout_seconds: 20,
        }
    }
}

/// Without the address and credentials.
impl std::fmt::Debug for SmsConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmsConfig")
            .field("provider", &self.provider)
            .field("countries", &self.countries)
            .field("timeout_seconds", &self.timeout_seconds)
            .finish_non_exhaustive()
    }
}

/// Who takes text messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmsProviderKind {
    /// Files in the data folder.
    #[default]
    File,
    /// Twilio, or whoever speaks its message API.
    Twilio,
    /// A webhook of the site's own.
    Webhook,
}

/// A credential that does not show and is overwritten when dropped.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct SmsSecret(Zeroizing<String>);

impl From<String> for SmsSecret {
    fn from(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl SmsSecret {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SmsSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SmsSecret(…)")
    }
}

/// What is wrong with the configuration of text messages.
#[derive(Debug, thiserror::Error)]
pub enum SmsConfigError {
    /// Something that this provider needs.
    #[error("sms: the provider needs `{0}`")]
    Missing(&'static str),
    /// Codes and credentials would cross the network for all to read.
    #[error("sms: `url` must begin with https://, unless it is on this machine")]
    Url,
    /// Not as Standard Webhooks writes it.
    #[error("sms: `secret` must be `whsec_` and the base64 of 24 to 64 random bytes")]
    Secret,
    /// Nothing could be done in no time.
    #[error("sms: `timeout_seconds` has to be from 1 to 120")]
    Timeout,
    /// TLS cannot be set up.
    #[error("sms: the client cannot be set up")]
    Client(#[source] reqwest_tls::Error),
}

impl SmsConfig {
    /// The provider; `folder` is where messages land without one.
    ///
    /// # Errors
    /// When something is missing, weak or out of bounds.
    pub fn provider(&self, folder: &Path) -> Result<Arc<dyn SmsProvider>, SmsConfigError> {
        if !(1..=120).contains(&self.timeout_seconds) {
            return Err(SmsConfigError::Timeout);
        }
        let client =
            || http::client(Duration::from_secs(self.timeout_seconds)).map_err(SmsConfigError::Client);
        match self.provider {
            SmsProviderKind::File => Ok(Arc::new(FileProvider::new(folder))),
            SmsProviderKind::Twilio => {
                let username = self.username.clone().ok_or(SmsConfigError::Missing("username"))?;
                let password = self.password.clone().ok_or(SmsConfigError::Missing("password"))?;
                let from = self.from.clone().ok_or(SmsConfigError::Missing("from"))?;
                let own = || format!("{TWILIO}/{username}/Messages.json");
                let url = protected(&self.url.clone().unwrap_or_else(own))?;
                Ok(Arc::new(TwilioProvider::new(client()?, url, username, password, from)))
            }
            SmsProviderKind::Webhook => {
                let url = protected(self.url.as_ref().ok_or(SmsConfigError::Missing("url"))?)?;
                let secret = self.secret.as_ref().ok_or(SmsConfigError::Missing("secret"))?;
                let provider = WebhookProvider::new(client()?, url, secret.expose());
                Ok(Arc::new(provider.ok_or(SmsConfigError::Secret)?))
            }
        }
    }
}

fn protected(url: &str) -> Result<Url, SmsConfigError> {
    let url: Url = url.parse().map_err(|_| SmsConfigError::Url)?;
    let local = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let sound = url.scheme() == "https" || (url.scheme() == "http" && local);
    if sound { Ok(url) } else { Err(SmsConfigError::Url) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(text: &str) -> Result<String, String> {
        let config: SmsConfig = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        assert!(!format!("{config:?}").contains("hush"));
        config.provider(Path::new("sms")).map(|p| p.describe()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_each_provider_needs() {
        let credentials = "provider = \"twilio\"\nusername = \"AC1\"\npassword = \"hush\"\n";
        let hook = "provider = \"webhook\"\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\n";
        assert_eq!(provider("").unwrap(), "sms");
        assert_eq!(
            provider(&format!("{credentials}from = \"+15005550006\"")).unwrap(),
            "api.twilio.com from +15005550006"
        );
        assert_eq!(
            provider(&format!("{hook}url = \"https://hook.example.com/sms\"")).unwrap(),
            "webhook at hook.example.com"
        );
        provider(&format!("{hook}url = \"http://127.0.0.1:9/sms\"")).unwrap();
        for wrong in [
            credentials.to_owned(),
            "provider = \"twilio\"\nusername = \"AC1\"\nfrom = \"x\"".to_owned(),
            hook.to_owned(),
            format!("{hook}url = \"http://hook.example.com/sms\""),
            "provider = \"webhook\"\nurl = \"https://hook.example.com\"\nsecret = \"hush\"".to_owned(),
            "timeout_seconds = 0".to_owned(),
            "countries = [\"Portugal\"]".to_owned(),
            "provider = \"pigeon\"".to_owned(),
        ] {
            provider(&wrong).unwrap_err();
        }
    }
}
