//! Opening and closing.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use eventstore::{ClientSettings, SubscriptionFilter};
use tokio::sync::{MutexGuard, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use watchbook_domain::{
    Aggregate, account, alert, captcha, claim, erasure, export, incident, installation, notification,
    observed, operator, recovery_case, response_brake, service_key, sms_budget, source, webhook,
};
use watchbook_eventlog::StreamId;

use crate::connection::Connection;
use crate::error::Cause;
use crate::known::Streams;
use crate::tail;

/// The kinds of streams that make up the log. A stream of another kind cannot be appended to: it would be missing
/// where the whole log is read.
pub const CATEGORIES: &[&str] = &[
    account::Account::CATEGORY,
    claim::Claim::CATEGORY,
    source::Source::CATEGORY,
    notification::Notification::CATEGORY,
    operator::Operator::CATEGORY,
    erasure::Erasure::CATEGORY,
    service_key::ServiceKey::CATEGORY,
    installation::Installation::CATEGORY,
    incident::Incident::CATEGORY,
    captcha::Captcha::CATEGORY,
    sms_budget::SmsBudget::CATEGORY,
    recovery_case::RecoveryCase::CATEGORY,
    recovery_case::RecoveryBudget::CATEGORY,
    alert::Alert::CATEGORY,
    response_brake::ResponseBrake::CATEGORY,
    observed::Observed::CATEGORY,
    export::Export::CATEGORY,
    webhook::Webhook::CATEGORY,
];

/// Appends to streams that share a lock by chance take turns too.
const TURNS: usize = 1024;

/// Settings of a [`KurrentLog`]. The defaults suit a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long one request may take.
    pub deadline: Duration,
    /// How long a request that failed is tried again before the answer is `Unavailable`. An append can take this and
    /// one deadline more.
    pub patience: Duration,
    /// Requests under way at once; more wait.
    pub concurrency: u32,
    /// How many events back a command that is sent again is recognised. Opening up a longer stream for the first time
    /// reads as many.
    pub replay_window: usize,
    /// Most event ids to remember for that, over all streams; eight bytes each.
    pub remembered_ids: u64,
    /// The kinds of streams that make up the log.
    pub categories: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(3),
            patience: Duration::from_secs(5),
            concurrency: 256,
            replay_window: 16_384,
            remembered_ids: 1 << 20,
            categories: CATEGORIES.iter().copied().map(str::to_owned).collect(),
        }
    }
}

/// Why the log cannot be opened. A server that cannot be reached is not among the reasons.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not a connection string. It may hold a password, so it is not repeated.
    #[error("the connection string of KurrentDB is not one: {hint}")]
    Url {
        /// What one looks like.
        hint: &'static str,
    },
    /// What it names cannot be used, such as a file of certificates.
    #[error("the settings of KurrentDB cannot be used")]
    Settings(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// An event log on KurrentDB.
pub struct KurrentLog {
    pub(crate) shared: Arc<Shared>,
    /// Ends the tail when the log is dropped without being closed.
    tail: Mutex<Option<DropGuard>>,
}

pub(crate) struct Shared {
    pub(crate) connection: Connection,
    pub(crate) categories: Vec<String>,
    pub(crate) filter: SubscriptionFilter,
    pub(crate) replay_window: usize,
    pub(crate) streams: Streams,
    /// Highest position known.
    pub(crate) head: watch::Sender<u64>,
    /// No event of ours lies above the first and up to the second of these positions.
    pub(crate) quiet: Mutex<Option<(u64, u64)>>,
    turns: Box<[tokio::sync::Mutex<()>]>,
    hasher: RandomState,
}

impl Shared {
    pub(crate) async fn turn(&self, stream: &StreamId) -> MutexGuard<'_, ()> {
        let index = self.hasher.hash_one(stream) % TURNS as u64;
        self.turns[index as usize].lock().await
    }

    pub(crate) fn seen(&self, position: u64) {
        self.head.send_if_modified(|head| {
            let rises = *head < position;
            *head = position.max(*head);
            rises
        });
    }
}

impl std::fmt::Debug for KurrentLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KurrentLog(…)")
    }
}

impl KurrentLog {
    /// Opens the log at `url`, such as `kurrentdb://user:password@host:2113` or `esdb://host1,host2,host3`, with TLS
    /// unless it says `tls=false`; see
    /// <https://docs.kurrent.io/clients/grpc/getting-started.html#connection-string>. Does not connect: a server that
    /// cannot be reached makes requests `Unavailable`, until it can.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(url: &str, options: Options) -> Result<Arc<Self>, OpenError> {
        const HINT: &str =
            "kurrentdb:// or esdb://, then user:password@host:port, with an optional ?name=value&…";
        let settings: ClientSettings =
            with_defaults(url).parse().map_err(|_| OpenError::Url { hint: HINT })?;
        let Options { deadline, patience, concurrency, replay_window, remembered_ids, categories } = options;
        let concurrency = concurrency.max(2);
        let shared = Arc::new(Shared {
            connection: Connection::new(settings, deadline, patience, concurrency),
            filter: categories.iter().fold(SubscriptionFilter::on_stream_name(), |filter, category| {
                filter.add_prefix(format!("{category}-"))
            }),
            categories,
            replay_window,
            streams: Streams::new(remembered_ids),
            head: watch::Sender::new(0),
            quiet: Mutex::default(),
            turns: (0..TURNS).map(|_| tokio::sync::Mutex::new(())).collect(),
            hasher: RandomState::new(),
        });
        shared.connection.prepare().await.map_err(|cause| match cause {
            Cause::Unmakeable(source) => OpenError::Settings(source),
            other => OpenError::Settings(other.into()),
        })?;
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(tail::follow(shared.clone())));
        Ok(Arc::new(Self { shared, tail: Mutex::new(Some(stop.drop_guard())) }))
    }

    /// Lets appends that are under way end, then refuses everything as `Unavailable`. Can be repeated.
    pub async fn close(&self) {
        drop(self.tail.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.shared.connection.close().await;
    }
}

/// The client waits half a second before each connection and three for a node that does not answer; unless asked
/// to, this is too long for who waits to sign in.
fn with_defaults(url: &str) -> String {
    let given = url.to_ascii_lowercase();
    let mut url = url.to_owned();
    for (name, value) in [("discoveryInterval", "100"), ("gossipTimeout", "1000")] {
        if !given.contains(&format!("{}=", name.to_ascii_lowercase())) {
            let separator = if url.contains('?') { '&' } else { '?' };
            url.push_str(&format!("{separator}{name}={value}"));
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_give_way_to_what_is_asked_for() {
        assert_eq!(
            with_defaults("esdb://host?GossipTimeout=7"),
            "esdb://host?GossipTimeout=7&discoveryInterval=100"
        );
        let settings: ClientSettings = with_defaults("kurrentdb://a:1,b:2").parse().unwrap();
        assert_eq!(settings.discovery_interval(), Duration::from_millis(100));
        assert_eq!(settings.gossip_timeout(), Duration::from_secs(1));
        assert_eq!(settings.hosts().len(), 2);
        assert!(settings.is_secure_mode_enabled());
    }
}
