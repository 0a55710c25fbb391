//! What every handler works with.

use crate::captcha::CaptchaPolicy;
use crate::limits::SourceLimits;
use crate::passwords::Passwords;
use crate::problem::{self, Problem};
use crate::request::TrustedProxies;
use crate::status::StatusBoard;
use crate::tail::Tails;
use crate::tokens::SessionToken;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use watchbook_domain::account::{Rejection, Session, TokenDigest};
use watchbook_domain::alert::Alert;
use watchbook_domain::captcha::Captcha;
use watchbook_domain::claim::Claim;
use watchbook_domain::erasure::Erasure;
use watchbook_domain::export::Export;
use watchbook_domain::incident::Incident;
use watchbook_domain::installation::Installation;
use watchbook_domain::operator::Operator;
use watchbook_domain::policy::Policy;
use watchbook_domain::recovery_case::{RecoveryBudget, RecoveryCase};
use watchbook_domain::response_brake::ResponseBrake;
use watchbook_domain::service_key::ServiceKey;
use watchbook_domain::sms_budget::SmsBudget;
use watchbook_domain::source::Source;
use watchbook_domain::{Account, AccountId, CommandId, CredentialId, Destinations, SubjectId, Timestamp};
use watchbook_eventlog::{
    Clock, EventLog, ExecuteError, Executed, Keyring, Metadata, Observations, Repository, Sealer, StreamId,
    fresh,
};
use watchbook_projections::Views;
use watchbook_proofs::Heads;
use watchbook_signals::ClientLookup;

/// How long a guess waits for the guesses before it, at most.
const PATIENCE: Duration = Duration::from_secs(20);

/// The parts of a running API. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// See [`App`].
pub struct Parts {
    /// Accounts.
    pub accounts: Repository<Account>,
    /// Claims on identifiers.
    pub claims: Repository<Claim>,
    /// Attempts that concern no account.
    pub sources: Repository<Source>,
    /// CAPTCHAs that were solved.
    pub captchas: Repository<Captcha>,
    /// How many text messages may go out.
    pub sms_budgets: Repository<SmsBudget>,
    /// Where they may go.
    pub sms_destinations: Destinations,
    /// Service keys.
    pub service_keys: Repository<ServiceKey>,
    /// Operators.
    pub operators: Repository<Operator>,
    /// Erasures that are complete.
    pub erasures: Repository<Erasure>,
    /// Exports that were asked for.
    pub exports: Repository<Export>,
    /// The installation.
    pub installation: Repository<Installation>,
    /// Recovery cases.
    pub recovery_cases: Repository<RecoveryCase>,
    /// How many of them may be opened.
    pub recovery_budgets: Repository<RecoveryBudget>,
    /// Incidents that the public is told of.
    pub incidents: Repository<Incident>,
    /// Alerts.
    pub alerts: Repository<Alert>,
    /// The brake on what follows from them.
    pub brakes: Repository<ResponseBrake>,
    /// Sign-ins that other systems report.
    pub observations: Observations,
    /// What the public was last told.
    pub status: StatusBoard,
    /// Open tails of the log.
    pub tails: Tails,
    /// Cancelled when the server stops: what would never end, ends then.
    pub stopping: CancellationToken,
    /// For the readiness check.
    pub log: Arc<dyn EventLog>,
    /// Secrets.
    pub sealer: Arc<Sealer>,
    /// Signatures and stream names.
    pub keyring: Arc<Keyring>,
    /// Passwords.
    pub passwords: Passwords,
    /// The read side.
    pub views: Views,
    /// What is known of clients.
    pub clients: Arc<ClientLookup>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The rules' thresholds.
    pub policy: Policy,
    /// How much one source may ask.
    pub limits: SourceLimits,
    /// When a source has to solve a CAPTCHA.
    pub captcha: CaptchaPolicy,
    /// Who may say where a request came from.
    pub trusted_proxies: TrustedProxies,
    /// Digests of service keys, by credential.
    pub key_digests: quick_cache::sync::Cache<CredentialId, TokenDigest>,
    /// Renders the metrics.
    pub metrics: Box<dyn Fn() -> String + Send + Sync>,
    /// What the site is called, on pages and in authenticator apps.
    pub site_name: String,
    /// The folder of the tree's hashes over the log.
    pub tree_folder: PathBuf,
    /// The folder of exports, each in one of its own.
    pub exports_folder: PathBuf,
    /// Signed heads of the log.
    pub heads: Heads,
    /// Where people reach this server. Links come from here and from nowhere else.
    pub public_url: String,
}

impl App {
    /// Shares the parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

/// Sizes of the caches of folded states.
pub struct Capacity;

impl Capacity {
    /// Accounts: a few KiB each.
    pub const ACCOUNTS: usize = 100_000;
    /// Everything else.
    pub const OTHERS: usize = 20_000;
}

impl Parts {
    /// An empty cache of service keys' digests.
    pub fn key_digests() -> quick_cache::sync::Cache<CredentialId, TokenDigest> {
        quick_cache::sync::Cache::new(1_000)
    }

    /// The stream of an account.
    pub fn account_stream(&self, account: AccountId) -> StreamId {
        self.accounts.stream(account)
    }

    /// An account as it is now.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn account(&self, id: AccountId) -> Result<Arc<Account>, Problem> {
        Ok(self.accounts.load(&self.account_stream(id)).await?.state)
    }

    /// The account and its session, if the token is of a live one.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn session(
        &self,
        token: &SessionToken,
        now: Timestamp,
    ) -> Result<Option<(Arc<Account>, Session)>, Problem> {
        let find = |account: &Account| account.session(token.session, &token.digest, now).ok().copied();
        // Opened on another node a moment ago, it is as good as one from here.
        let stream = self.account_stream(token.account);
        let account = self.accounts.load_until(&stream, |account| find(account).is_some()).await?.state;
        let session = find(&account);
        Ok(session.map(|session| (account, session)))
    }

    /// Decides on an account and appends the outcome.
    ///
    /// # Errors
    /// The rejection, or why it could not be decided.
    pub async fn decide(
        &self,
        account: AccountId,
        metadata: &Metadata,
        decide: impl Fn(&Account) -> Result<Vec<watchbook_domain::account::AccountEvent>, Rejection> + Send + Sync,
    ) -> Result<Executed<Account>, ExecuteError<Rejection>> {
        self.accounts.execute(&self.account_stream(account), account.into(), metadata, decide).await
    }

    /// As [`Self::decide`], but a guess that must wait for the guesses before it does.
    ///
    /// # Errors
    /// As [`Self::decide`]; `Busy` only when patience ran out.
    pub async fn decide_guess(
        &self,
        account: AccountId,
        metadata: &Metadata,
        decide: impl Fn(&Account) -> Result<Vec<watchbook_domain::account::AccountEvent>, Rejection> + Send + Sync,
    ) -> Result<Executed<Account>, ExecuteError<Rejection>> {
        patiently(
            || self.decide(account, metadata, &decide),
            |error| matches!(error, ExecuteError::Rejected(Rejection::Busy)),
        )
        .await
    }

    /// Metadata of one command of this request.
    pub fn metadata(&self, request: &crate::request::Caller, actor: Option<Uuid>) -> Metadata {
        Metadata {
            command_id: CommandId(fresh::uuid()),
            recorded_at: request.now,
            actor,
            correlation_id: request.id,
            causation_id: None,
        }
    }

    /// A link to a page of ours.
    pub fn page_url(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }
}

/// Tries again while `wait` says so, at growing pauses, until patience runs out.
pub async fn patiently<T, E, F: Future<Output = Result<T, E>>>(
    attempt: impl Fn() -> F,
    wait: impl Fn(&E) -> bool,
) -> Result<T, E> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(2);
    loop {
        match attempt().await {
            Err(error) if wait(&error) && tokio::time::Instant::now() < deadline => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_millis(40));
            }
            result => return result,
        }
    }
}

/// How long an answer takes whose time would tell what it must not.
const EVEN: Duration = Duration::from_millis(400);

/// Answers no sooner than a fixed time after the start, so that the time does not tell which way the work
/// went.
pub async fn evenly<T>(work: impl Future<Output = T>) -> T {
    let answer_at = tokio::time::Instant::now() + EVEN;
    let outcome = work.await;
    tokio::time::sleep_until(answer_at).await;
    outcome
}

/// As [`evenly`], but a success is answered at once: only refusals must look alike.
pub async fn evenly_refused<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let answer_at = tokio::time::Instant::now() + EVEN;
    let outcome = work.await;
    if outcome.is_err() {
        tokio::time::sleep_until(answer_at).await;
    }
    outcome
}

pub use watchbook_domain::source::subject_of_day as source_subject;

/// The subject of the installation's own stream.
pub fn installation_subject() -> SubjectId {
    SubjectId(Uuid::new_v5(&Uuid::NAMESPACE_URL, b"watchbook:installation"))
}

/// The day before `now`, as in stream names.
pub fn day_before(now: Timestamp) -> String {
    (now - chrono::TimeDelta::days(1)).day()
}

/// A view that lags behind what the caller asks for.
pub async fn wait_for_view(
    views: &Views,
    at_least: Option<watchbook_eventlog::Position>,
) -> Result<(), Problem> {
    let Some(position) = at_least else { return Ok(()) };
    views
        .wait_for(position, Duration::from_secs(2))
        .await
        .map_err(|_behind| Problem::from(problem::VIEW_BEHIND).retry_after(1))
}
