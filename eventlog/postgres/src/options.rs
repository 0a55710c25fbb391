//! Settings, and what is made of the URL.

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::open::OpenError;

/// Settings of a [`PostgresLog`](crate::PostgresLog). The defaults suit a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// The schema (name space of tables) that holds the log: a lower-case letter or `_`, then also digits, up to 40
    /// characters.
    pub schema: String,
    /// Whether to create the tables when there are none, and to bring old ones up to date. Needs the right to
    /// create; without it the tables must be there.
    pub create: bool,
    /// Connections for reading and for the vault. One more writes, one more listens.
    pub connections: u32,
    /// How long to wait for a connection before answering `Unavailable`.
    pub acquire_timeout: Duration,
    /// How long an append waits for other nodes' before answering `Unavailable` (`lock_timeout`).
    pub lock_timeout: Duration,
    /// How long one statement may take (`statement_timeout`).
    pub statement_timeout: Duration,
    /// How long the server lets a node that fell silent hold the log's lock (`idle_in_transaction_session_timeout`).
    /// Shorter than `lock_timeout`, so that other nodes outlast it.
    pub idle_in_transaction_timeout: Duration,
    /// How long to try to find out what became of a commit whose answer was lost, before answering `Unavailable`.
    pub outcome_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            schema: "watchbook".into(),
            create: true,
            connections: 8,
            acquire_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            idle_in_transaction_timeout: Duration::from_secs(2),
            outcome_timeout: Duration::from_secs(15),
        }
    }
}

/// PostgreSQL cuts longer names off, and the channel's name has to differ too.
const LONGEST_SCHEMA: usize = 40;

impl Options {
    /// Refuses names that would need quoting: they stand in settings and in SQL.
    pub(crate) fn check(&self) -> Result<(), OpenError> {
        let mut letters = self.schema.bytes();
        let first = letters.next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_');
        let rest = letters.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        // The server keeps the prefix for itself.
        if first && rest && self.schema.len() <= LONGEST_SCHEMA && !self.schema.starts_with("pg_") {
            Ok(())
        } else {
            Err(OpenError::SchemaName)
        }
    }

    /// Where committed positions are announced.
    pub(crate) fn channel(&self) -> String {
        format!("{}_appended", self.schema)
    }

    /// The client's own limit for one exchange with the server, for networks that fall silent.
    pub(crate) fn patience(&self) -> Duration {
        self.statement_timeout.max(self.lock_timeout) + Duration::from_secs(2)
    }

    /// What every connection starts with. Settings given here win over those of the role and the database.
    pub(crate) fn connect(&self, url: &str) -> Result<PgConnectOptions, OpenError> {
        let millis = |duration: Duration| duration.as_millis().max(1).to_string();
        let connect = connect_options(url)?;
        let settings = [
            ("search_path", self.schema.clone()),
            ("lock_timeout", millis(self.lock_timeout)),
            ("statement_timeout", millis(self.statement_timeout)),
            ("idle_in_transaction_session_timeout", millis(self.idle_in_transaction_timeout)),
            ("default_transaction_isolation", "read committed".into()),
            ("client_min_messages", "warning".into()),
            ("jit", "off".into()),
        ];
        // Every statement of the log is served by an index, also before the server has statistics.
        let plans = ["enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin"];
        Ok(connect
            .application_name("watchbook")
            .options(settings)
            .options(plans.map(|plan| (plan, "off")))
            .disable_statement_logging())
    }
}

/// How to connect to the server that `url` names; where it says nothing of TLS, a server on another machine is held to
/// `verify-full`.
///
/// # Errors
/// `Url`.
pub fn connect_options(url: &str) -> Result<PgConnectOptions, OpenError> {
    let connect = PgConnectOptions::from_str(url).map_err(|_| OpenError::Url)?;
    let open = is_open_to_the_network(url, &connect);
    Ok(if open { connect.ssl_mode(PgSslMode::VerifyFull) } else { connect })
}

/// Where the URL says nothing of TLS, a server that is not on this machine must prove who it is.
fn is_open_to_the_network(url: &str, connect: &PgConnectOptions) -> bool {
    let silent = !url.contains("sslmode=") && !url.contains("ssl-mode=");
    let host = connect.get_host();
    let loopback = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    silent && connect.get_socket().is_none() && !loopback && !host.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_names_need_no_quotes() {
        for (schema, good) in [
            ("watchbook", true),
            ("_a1", true),
            ("", false),
            ("1a", false),
            ("Watchbook", false),
            ("a b", false),
            ("a\"b", false),
            ("pg_x", false),
            ("ä", false),
        ] {
            let options = Options { schema: schema.into(), ..Options::default() };
            assert_eq!(options.check().is_ok(), good, "{schema}");
        }
        let options = Options { schema: "a".repeat(41), ..Options::default() };
        assert!(options.check().is_err());
    }

    #[test]
    fn a_remote_server_must_prove_itself_unless_the_url_says_otherwise() {
        let mode = |url: &str| Options::default().connect(url).unwrap().get_ssl_mode();
        assert!(matches!(mode("postgres://u:p@db.example/log"), PgSslMode::VerifyFull));
        assert!(matches!(mode("postgres://u:p@10.0.0.5/log"), PgSslMode::VerifyFull));
        assert!(matches!(mode("postgres://u:p@db.example/log?sslmode=require"), PgSslMode::Require));
        assert!(matches!(mode("postgres://u:p@127.0.0.1:5433/log"), PgSslMode::Prefer));
        assert!(matches!(mode("postgres://u:p@[::1]:5433/log"), PgSslMode::Prefer));
        assert!(matches!(mode("postgres://u:p@localhost/log"), PgSslMode::Prefer));
        assert!(Options::default().connect("not a url").is_err());
    }
}
