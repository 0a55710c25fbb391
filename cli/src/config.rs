//! Configuration: one TOML file, and environment variables that override it. Unknown keys are refused,
//! with the line.

use ipnet::IpNet;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use toml::{Table, Value};
use watchbook_api::{CaptchaPolicy, SourcePolicy};
use watchbook_domain::Policy;
use watchbook_domain::detection::DetectionPolicy;
use watchbook_workers::mail::SmtpConfig;
use watchbook_workers::sms::SmsConfig;
use watchbook_workers::webhooks::{Endpoint, WebhookConfig};

/// Environment variables with this prefix override the file: `WATCHBOOK_LISTEN`, and with two underscores
/// for tables, `WATCHBOOK_MAIL__FROM_ADDRESS`.
const ENVIRONMENT: &str = "WATCHBOOK_";

/// Variables with the prefix that are no configuration: switches of the test suite.
const NOT_CONFIGURATION: [&str; 2] = ["WATCHBOOK_TEST_", "WATCHBOOK_REQUIRE_"];

/// Everything that can be set. `watchbook config check` prints what is in force.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Folder of the data files. Default `data`.
    pub data: PathBuf,
    /// Address and port to listen on. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Where people reach this server, without a slash at the end: all links begin with it. Default
    /// `http://127.0.0.1:8080`.
    pub public_url: String,
    /// What the site is called, in mails, on pages and in authenticator apps. Default `Watchbook`.
    pub site_name: String,
    /// The log: `sqlite:<file>`, `postgres://…` or `kurrentdb://…`. Default `sqlite:<data>/log.db`.
    pub log: Option<String>,
    /// Keys and secrets: `sqlite:<file>` or `postgres://…`. Default where the log is, which must not be KurrentDB.
    pub vault: Option<String>,
    /// The views: `sqlite:<file>` or `postgres://…`. Default `sqlite:<data>/views.db`, or where a vault on PostgreSQL is.
    pub views: Option<String>,
    /// The file with the master key. Default `<data>/keys`.
    pub key_file: Option<PathBuf>,
    /// A second place for signed heads of the log, best on another machine and beyond the reach of who runs this one.
    /// Default none.
    pub witness_folder: Option<PathBuf>,
    /// Where exports that are asked for by the API are made: one place for all nodes. Default `<data>/exports`.
    pub exports_folder: Option<PathBuf>,
    /// Networks of reverse proxies whose `X-Forwarded-For` is believed. Default: this machine's own
    /// loopback addresses.
    pub trusted_proxies: Vec<IpNet>,
    /// How mails go out.
    pub mail: MailConfig,
    /// How text messages go out, and where to.
    pub sms: SmsConfig,
    /// Other systems that selected events are posted to.
    pub webhooks: Vec<WebhookConfig>,
    /// Cost of a password's hash.
    pub password: PasswordConfig,
    /// How much one source may ask.
    pub limits: SourcePolicy,
    /// When a source has to solve a CAPTCHA.
    pub captcha: CaptchaPolicy,
    /// The rules' thresholds.
    pub policy: Policy,
    /// What detectors of suspicious sign-ins go by.
    pub detection: DetectionPolicy,
}

/// How mails go out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailConfig {
    /// Whom mails come from. Default `Watchbook`.
    pub from_name: String,
    /// Whom mails come from. Default `watchbook@localhost.localdomain`.
    pub from_address: String,
    /// The mail server. Without one, mails land as `.eml` files in `<data>/mail`.
    pub smtp: Option<SmtpConfig>,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            from_name: "Watchbook".into(),
            from_address: "watchbook@localhost.localdomain".into(),
            smtp: None,
        }
    }
}

/// Cost of a password's hash (Argon2id, RFC 9106), and what no password may be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordConfig {
    /// Memory in KiB. Default and least 19,456 (OWASP).
    pub memory_kib: u32,
    /// Passes. Default and least 2.
    pub iterations: u32,
    /// Lanes. Default 1.
    pub lanes: u32,
    /// SHA-1 digests of breached passwords, one a line in ascending order; no new password may be among them. Default:
    /// none is looked up.
    pub breached_file: Option<PathBuf>,
}

impl Default for PasswordConfig {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, lanes: 1, breached_file: None }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: "data".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: "http://127.0.0.1:8080".into(),
            site_name: "Watchbook".into(),
            log: None,
            vault: None,
            views: None,
            key_file: None,
            witness_folder: None,
            exports_folder: None,
            trusted_proxies: ["127.0.0.0/8", "::1/128"].iter().filter_map(|text| text.parse().ok()).collect(),
            mail: MailConfig::default(),
            sms: SmsConfig::default(),
            webhooks: Vec::new(),
            password: PasswordConfig::default(),
            limits: SourcePolicy::default(),
            captcha: CaptchaPolicy::default(),
            policy: Policy::default(),
            detection: DetectionPolicy::default(),
        }
    }
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{} cannot be read", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// The file or a variable does not say what it must; the source names line and key.
    #[error("{0} is not right")]
    Wrong(String, #[source] Box<toml::de::Error>),
    /// A value is out of bounds.
    #[error("{0}")]
    OutOfBounds(String),
}

impl Config {
    /// Reads `path` (defaults when there is none) and the environment.
    ///
    /// # Errors
    /// When something cannot be read, is unknown, mistyped, or out of bounds.
    pub fn load(
        path: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let text = match path {
            None => String::new(),
            Some(path) => {
                std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable(path.into(), error))?
            }
        };
        let name = path.map_or_else(|| "the configuration".into(), |path| path.display().to_string());
        let wrong = |error| ConfigError::Wrong(name.clone(), Box::new(error));
        // Read on its own first: only the file as it was written has lines to point at.
        toml::from_str::<Self>(&text).map_err(wrong)?;
        let mut table: Table = toml::from_str(&text).map_err(wrong)?;
        let mut overrides: Vec<_> = environment
            .filter(|(key, _)| {
                key.starts_with(ENVIRONMENT) && !NOT_CONFIGURATION.iter().any(|p| key.starts_with(p))
            })
            .collect();
        overrides.sort();
        for (key, value) in overrides {
            let path = key[ENVIRONMENT.len()..].to_lowercase();
            set(&mut table, &path.split("__").collect::<Vec<_>>(), read_value(&value));
            Self::deserialize(table.clone()).map_err(|error| ConfigError::Wrong(key, Box::new(error)))?;
        }
        let config = Self::deserialize(table).map_err(wrong)?;
        config.check()?;
        Ok(config)
    }

    /// All defaults, with the data in `folder`, on a free port: for tests and trials.
    pub fn in_folder(folder: &Path) -> Self {
        Self { data: folder.into(), listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..Self::default() }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |text: &str| Err(ConfigError::OutOfBounds(text.to_owned()));
        let url = &self.public_url;
        if !(url.starts_with("https://") || url.starts_with("http://"))
            || url.ends_with('/')
            || url.contains(['?', '#'])
        {
            return refuse("public_url must begin with https:// (or http://) and have no slash at its end");
        }
        let default = PasswordConfig::default();
        if self.password.memory_kib < default.memory_kib || self.password.iterations < default.iterations {
            return refuse("password: at least 19456 KiB and 2 iterations");
        }
        if self.captcha.cost > 1_000_000 || self.captcha.life_seconds == 0 {
            return refuse("captcha: cost at most 1000000, life_seconds at least 1");
        }
        if self.policy.guesses.disable_after > 100
            || self.policy.guesses.free > self.policy.guesses.disable_after
        {
            return refuse("policy.guesses: free <= disable_after <= 100 (NIST SP 800-63B-4, 3.2.2)");
        }
        if self.policy.guesses.free == 0 || self.policy.devices == 0 || self.policy.sessions.most == 0 {
            return refuse("policy: guesses.free, devices and sessions.most must be at least 1");
        }
        let password = &self.policy.password;
        if password.with_factor < 8
            || !(15..=64).contains(&password.alone)
            || password.with_factor > password.alone
        {
            return refuse(
                "policy.password: 8 <= with_factor <= alone, alone from 15 to 64 (NIST SP 800-63B-4, 3.1.1.2)",
            );
        }
        if password.history > 24 || !(600..=86_400).contains(&password.required_link_seconds) {
            return refuse("policy.password: history at most 24, required_link_seconds from 600 to 86400");
        }
        if !(30..=600).contains(&self.policy.sms.code_seconds) {
            return refuse("policy.sms.code_seconds: from 30 to 600 (NIST SP 800-63B-4, 3.1.3.2)");
        }
        if !(60..=86_400).contains(&self.policy.confirmation_seconds)
            || !(1..=20).contains(&self.policy.confirmations_per_hour)
        {
            return refuse(
                "policy: confirmation_seconds from 60 to 86400, confirmations_per_hour from 1 to 20",
            );
        }
        if self.policy.trusted_device_seconds > 2_592_000 {
            return refuse("policy.trusted_device_seconds: at most 2592000, 30 days");
        }
        if self.policy.contact.undo_seconds < self.policy.contact.change_hold_seconds {
            return refuse("policy.contact: undo_seconds must be at least change_hold_seconds");
        }
        let status = &self.policy.status;
        if !(1..=60).contains(&status.kept_seconds)
            || status.waiting_degraded_seconds > status.waiting_down_seconds
            || status.case_degraded_seconds > status.case_down_seconds
        {
            return refuse("policy.status: kept_seconds from 1 to 60, degraded no later than down");
        }
        let recovery = &self.policy.recovery;
        if recovery.cooling_off_seconds < 3_600 || recovery.password_link_seconds > 86_400 {
            return refuse(
                "policy.recovery: cooling_off_seconds at least 3600, password_link_seconds at most 86400",
            );
        }
        if recovery.undecided_days == 0 {
            return refuse("policy.recovery: undecided_days at least 1");
        }
        if recovery.document_bytes > 64 * 1024 * 1024 || recovery.documents > 100 {
            return refuse("policy.recovery: document_bytes at most 67108864, documents at most 100");
        }
        let response = &self.detection.response;
        if !(0.0..=1.0).contains(&response.brake_share)
            || response.hold_seconds > 604_800
            || response.step_up_seconds > 604_800
        {
            return refuse(
                "detection.response: brake_share from 0 to 1, hold_seconds and step_up_seconds at most 604800",
            );
        }
        if let Err(error) = Endpoint::all(&self.webhooks) {
            return refuse(&error.to_string());
        }
        if let Err(error) = self.sms.provider(&self.sms_folder()) {
            return refuse(&error.to_string());
        }
        Ok(())
    }

    /// The key file.
    pub fn key_file(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.data.join("keys"))
    }

    /// Where text messages land when there is no provider.
    pub fn sms_folder(&self) -> PathBuf {
        self.data.join("sms")
    }

    /// The tree's hashes over the log.
    pub fn tree_folder(&self) -> PathBuf {
        self.data.join("tree")
    }

    /// Where signed heads of the log are kept.
    pub fn heads_file(&self) -> PathBuf {
        self.data.join("heads")
    }

    /// Where they are written to a second time.
    pub fn witness_file(&self) -> Option<PathBuf> {
        self.witness_folder.as_ref().map(|folder| folder.join("heads"))
    }

    /// Exports that were asked for by the API.
    pub fn exports_folder(&self) -> PathBuf {
        self.exports_folder.clone().unwrap_or_else(|| self.data.join("exports"))
    }

    /// Location data.
    pub fn geo_folder(&self) -> PathBuf {
        self.data.join("geo")
    }

    /// Where mails land when there is no mail server.
    pub fn mail_folder(&self) -> PathBuf {
        self.data.join("mail")
    }
}

/// A variable's value as TOML where it reads as such, else as text.
fn read_value(text: &str) -> Value {
    let parsed = toml::from_str::<Table>(&format!("value = {text}")).ok();
    parsed.and_then(|mut table| table.remove("value")).unwrap_or_else(|| Value::String(text.to_owned()))
}

fn set(table: &mut Table, path: &[&str], value: Value) {
    match path {
        [] => {}
        [key] => {
            table.insert((*key).to_owned(), value);
        }
        [key, rest @ ..] => {
            let inner = table.entry(*key).or_insert_with(|| Value::Table(Table::new()));
            if !inner.is_table() {
                *inner = Value::Table(Table::new());
            }
            if let Value::Table(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Config::load(Some(file.path()), environment).map_err(|error| {
            let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            format!("{error}: {source}")
        })
    }

    #[test]
    fn unknown_keys_are_refused_with_their_line() {
        let error = load("site_name = \"x\"\n\n[policy.guesses]\nfre = 3\n", &[]).unwrap_err();
        assert!(error.contains("line 4") && error.contains("fre"), "{error}");
        let error = load("", &[("WATCHBOOK_POLICY__GUESSES__FRE", "3")]).unwrap_err();
        assert!(error.contains("WATCHBOOK_POLICY__GUESSES__FRE") && error.contains("fre"), "{error}");
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let environment = [
            ("WATCHBOOK_SITE_NAME", "Exchange"),
            ("WATCHBOOK_LIMITS__BURST", "7"),
            ("WATCHBOOK_TRUSTED_PROXIES", "[\"10.0.0.0/8\"]"),
            ("WATCHBOOK_MAIL__SMTP__HOST", "mail.example.com"),
            ("WATCHBOOK_TEST_ANYTHING", "1"),
            ("HOME", "/nowhere"),
        ];
        let config = load("site_name = \"x\"\n[limits]\nburst = 1\nper_minute = 2\n", &environment).unwrap();
        assert_eq!(config.site_name, "Exchange");
        assert_eq!(config.limits, SourcePolicy { burst: 7, per_minute: 2 });
        assert_eq!(config.trusted_proxies.len(), 1);
        assert_eq!(config.mail.smtp.unwrap().host, "mail.example.com");
    }

    #[test]
    fn weak_settings_are_refused() {
        for text in [
            "public_url = \"example.com\"",
            "public_url = \"https://example.com/\"",
            "[password]\nmemory_kib = 8",
            "[policy.guesses]\ndisable_after = 101",
            "[policy.guesses]\nfree = 0",
            "[policy.sms]\ncode_seconds = 601",
            "[policy.password]\nalone = 14",
            "[policy.password]\nwith_factor = 7",
            "[policy.password]\nhistory = 25",
            "[policy.password]\nrequired_link_seconds = 86401",
            "[policy]\ntrusted_device_seconds = 2592001",
            "[policy]\nconfirm = \"sometimes\"",
            "[policy]\nconfirmations_per_hour = 0",
            "[policy.contact]\nundo_seconds = 3600",
            "[policy.status]\nkept_seconds = 0",
            "[detection.response]\nbrake_share = 2.0",
            "[detection.response]\nhold_seconds = 604801",
            "[detection.response]\nshadow = [\"everything\"]",
            "[[webhooks]]\nname = \"a\"\nurl = \"http://example.com\"\nsecret = \"whsec_x\"\nevents = [\"a\"]",
            "[sms]\nprovider = \"twilio\"",
            "[sms]\ncountries = [\"Portugal\"]",
        ] {
            load(text, &[]).unwrap_err();
        }
        load("", &[]).unwrap();
    }
}
