//! How the mail server is reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use serde::Deserialize;
use zeroize::Zeroizing;

/// The mail server that takes all mail. Only the host has to be given.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Name or address of the server. With TLS, the name its certificate has to be for.
    pub host: String,
    /// Port; by default 587 with STARTTLS, 465 with TLS from the start, 25 without (RFC 8314, section 3).
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub security: SmtpSecurity,
    /// To sign in with, together with `password`.
    #[serde(default)]
    pub username: Option<String>,
    /// To sign in with, together with `username`.
    #[serde(default)]
    pub password: Option<SmtpPassword>,
    /// How many seconds each step (connecting, a command, the message) may take.
    #[serde(default = "default_timeout_seconds")]
    pub timeout_seconds: u64,
    /// PEM file with the certificate authorities to trust instead of the public ones.
    #[serde(default)]
    pub ca_certificate_file: Option<PathBuf>,
    /// How this machine names itself in EHLO: a domain, or an address as `[192.0.2.1]` or
    /// `[IPv6:2001:db8::1]` (RFC 5321, 4.1.1.1 and 4.1.3); by default the machine's host name.
    #[serde(default)]
    pub helo_name: Option<String>,
}

/// Without the user name, which often is an e-mail address, and the password.
impl std::fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpConfig")
            .field("host", &self.host)
            .field("port", &self.port())
            .field("security", &self.security)
            .field("timeout_seconds", &self.timeout_seconds)
            .field("ca_certificate_file", &self.ca_certificate_file)
            .field("helo_name", &self.helo_name)
            .finish_non_exhaustive()
    }
}

/// How the connection to the mail server is protected. There is no "if possible": whoever sits on the line
/// could make it impossible (RFC 8314, section 4.1; RFC 3207, section 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// Not at all: for a server on the same machine.
    None,
    /// TLS after STARTTLS, or no mail.
    #[default]
    StartTls,
    /// TLS from the start.
    Tls,
}

/// A password that does not show and is overwritten when dropped.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct SmtpPassword(Zeroizing<String>);

impl From<String> for SmtpPassword {
    fn from(password: String) -> Self {
        Self(Zeroizing::new(password))
    }
}

impl SmtpPassword {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SmtpPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SmtpPassword(…)")
    }
}

const fn default_timeout_seconds() -> u64 {
    30
}

/// What is wrong with the configuration of the mail server.
#[derive(Debug, thiserror::Error)]
pub enum SmtpConfigError {
    /// The password would cross the network for all to read.
    #[error(
        "a mail server with a user name needs `security` to be `starttls` or `tls`, unless it is on this machine"
    )]
    CredentialsInTheClear,
    /// One without the other.
    #[error("a mail server needs both `username` and `password`, or neither")]
    HalfCredentials,
    /// Nothing could be done in no time.
    #[error("`timeout_seconds` of the mail server has to be from 1 to 3600")]
    Timeout,
    /// The host is empty.
    #[error("`host` of the mail server is empty")]
    Host,
    /// The name for EHLO is no domain and no bracketed address.
    #[error("`helo_name` of the mail server is neither a domain nor an address in square brackets")]
    HeloName,
    /// The file of certificate authorities cannot be read.
    #[error("the certificate file of the mail server cannot be read")]
    CertificateFile(#[source] std::io::Error),
    /// The file holds no certificate.
    #[error("the certificate file of the mail server holds no certificate")]
    NoCertificate,
    /// TLS cannot be set up with this host name or these certificates.
    #[error("TLS to the mail server cannot be set up")]
    Tls(#[source] lettre::transport::smtp::Error),
}

impl SmtpConfig {
    /// The port that is configured or usual.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            SmtpSecurity::None => 25,
            SmtpSecurity::StartTls => 587,
            SmtpSecurity::Tls => 465,
        })
    }

    /// The parts that contradict each other or make no sense.
    pub(super) fn check(&self) -> Result<(), SmtpConfigError> {
        if self.host.trim().is_empty() {
            return Err(SmtpConfigError::Host);
        }
        if !(1..=3600).contains(&self.timeout_seconds) {
            return Err(SmtpConfigError::Timeout);
        }
        if self.username.is_some() != self.password.is_some() {
            return Err(SmtpConfigError::HalfCredentials);
        }
        if self.username.is_some() && self.security == SmtpSecurity::None && !is_loopback(&self.host) {
            return Err(SmtpConfigError::CredentialsInTheClear);
        }
        if self.helo_name.as_deref().is_some_and(|name| !is_domain(name) && !is_address_literal(name)) {
            return Err(SmtpConfigError::HeloName);
        }
        Ok(())
    }

    /// TLS 1.2 or later with the right host name and a trusted certificate; `None` without TLS.
    pub(super) fn tls(&self) -> Result<Option<TlsParameters>, SmtpConfigError> {
        if self.security == SmtpSecurity::None {
            return Ok(None);
        }
        let mut builder = TlsParameters::builder(self.host.clone());
        if let Some(path) = &self.ca_certificate_file {
            builder = builder.certificate_store(CertificateStore::None);
            builder = builder.add_root_certificate(authorities(path)?);
        }
        builder.build().map(Some).map_err(SmtpConfigError::Tls)
    }
}

/// All certificates of a PEM file.
fn authorities(path: &Path) -> Result<Certificate, SmtpConfigError> {
    let pem = std::fs::read(path).map_err(SmtpConfigError::CertificateFile)?;
    if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
        return Err(SmtpConfigError::NoCertificate);
    }
    Certificate::from_pem(&pem).map_err(SmtpConfigError::Tls)
}

/// Letters, digits and hyphens between single dots (RFC 5321, 4.1.2): nothing that could end the command.
fn is_domain(name: &str) -> bool {
    let label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        inner && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    name.len() <= 255 && name.split('.').all(label)
}

fn is_address_literal(name: &str) -> bool {
    let Some(inner) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else { return false };
    match inner.strip_prefix("IPv6:") {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => inner.parse::<Ipv4Addr>().is_ok(),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> SmtpConfig {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn only_the_host_has_to_be_given() {
        let plain = config("host = 'mail.example.com'");
        assert_eq!((plain.security, plain.port()), (SmtpSecurity::StartTls, 587));
        assert_eq!(config("host = 'm'\nsecurity = 'tls'").port(), 465);
        assert_eq!(config("host = 'm'\nsecurity = 'none'").port(), 25);
        assert!(plain.check().is_ok() && plain.tls().unwrap().is_some());
    }

    #[test]
    fn misspelt_settings_are_refused() {
        assert!(toml::from_str::<SmtpConfig>("host = 'm'\ntls = true").is_err());
        assert!(toml::from_str::<SmtpConfig>("host = 'm'\nsecurity = 'opportunistic'").is_err());
    }

    #[test]
    fn credentials_never_cross_a_network_in_the_clear() {
        let with = |host: &str, security: &str| {
            config(&format!("host = '{host}'\nsecurity = '{security}'\nusername = 'a'\npassword = 'b'"))
                .check()
        };
        for host in ["mail.example.com", "192.0.2.1", "localhost.example.com"] {
            assert!(matches!(with(host, "none"), Err(SmtpConfigError::CredentialsInTheClear)));
            assert!(with(host, "starttls").is_ok());
        }
        for host in ["localhost", "127.0.0.1", "::1"] {
            assert!(with(host, "none").is_ok());
        }
    }

    #[test]
    fn contradictions_are_named() {
        assert!(matches!(config("host = ''").check(), Err(SmtpConfigError::Host)));
        assert!(matches!(config("host = 'm'\ntimeout_seconds = 0").check(), Err(SmtpConfigError::Timeout)));
        assert!(matches!(
            config("host = 'm'\nusername = 'a'").check(),
            Err(SmtpConfigError::HalfCredentials)
        ));
        let absent = config("host = 'm'\nca_certificate_file = '/nonexistent/ca.pem'").tls();
        assert!(matches!(absent, Err(SmtpConfigError::CertificateFile(_))));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, "no certificate").unwrap();
        let empty = config(&format!("host = 'm'\nca_certificate_file = '{}'", path.display())).tls();
        assert!(matches!(empty, Err(SmtpConfigError::NoCertificate)));
    }

    #[test]
    fn the_name_for_ehlo_cannot_carry_a_command() {
        let check =
            |name: &str| SmtpConfig { helo_name: Some(name.to_owned()), ..config("host = 'm'") }.check();
        for name in ["mx-1.example.com", "localhost", "[192.0.2.1]", "[IPv6:2001:db8::1]"] {
            assert!(check(name).is_ok(), "{name}");
        }
        for name in
            ["", "a b", "a\r\nMAIL FROM:<>", "a..b", "-a.b", "bücher.example", "[a]", "[::1]", "192.0.2.1]"]
        {
            assert!(matches!(check(name), Err(SmtpConfigError::HeloName)), "{name:?}");
        }
    }

    #[test]
    fn debug_shows_no_credentials() {
        let shown = format!("{:?}", config("host = 'm'\nusername = 'ada@example.com'\npassword = 'hunter2'"));
        assert!(!shown.contains("hunter2") && !shown.contains("ada"), "{shown}");
    }
}
