//! `POST /v1/setup`: the first operator, by the link printed at first start.

use crate::app::{App, installation_subject};
use crate::language::Accepted;
use crate::passwords;
use crate::problem::{self, Problem, ProblemBody};
use crate::registration::{Created, words};
use crate::request::{Body, Caller};
use axum::extract::State;
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use watchbook_domain::account::{AccountEvent, Rejection};
use watchbook_domain::installation::Installation;
use watchbook_domain::notification::LinkPurpose;
use watchbook_domain::operator::{OperatorEvent, Role};
use watchbook_domain::{AccountId, CommandId, Email, LinkId, Locale};
use watchbook_eventlog::links::Link;
use watchbook_eventlog::{ExecuteError, Metadata, Purpose, fresh};

/// How long a set-up link works; every start before the set-up prints a new one.
const LINK_LIFE: TimeDelta = TimeDelta::hours(24);

/// The first operator's account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// From the printed link.
    token: String,
    /// The operator's address.
    email: String,
    /// At least 15 characters.
    password: String,
}

/// Creates the first operator. It can do nothing before it has signed in and enrolled a second factor.
#[utoipa::path(
    post, path = "/v1/setup", tag = "operators", request_body = Setup,
    responses(
        (status = 204),
        (status = 409, body = ProblemBody, description = "`conflict`: a verified account has that address"),
        (status = 410, body = ProblemBody, description = "`link-invalid`"),
    )
)]
pub async fn setup(
    State(app): State<App>,
    caller: Caller,
    Accepted(locale): Accepted,
    Body(request): Body<Setup>,
) -> Result<StatusCode, Problem> {
    app.set_up(&caller, &request.token, &request.email, request.password, locale).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl App {
    /// A new set-up link, or `None` when there is an operator already.
    ///
    /// # Errors
    /// When the log is unavailable.
    pub async fn setup_link(&self) -> Result<Option<String>, Problem> {
        let now = self.clock.now();
        let (id, expires_at) = (LinkId(fresh::uuid()), now + LINK_LIFE);
        let metadata = Metadata {
            command_id: CommandId(fresh::uuid()),
            recorded_at: now,
            actor: None,
            correlation_id: fresh::uuid(),
            causation_id: None,
        };
        let stream = self.installation.stream(Installation::KEY);
        let issue = |state: &Installation| Ok::<_, Rejection>(state.issue_link(id, expires_at));
        let done = self.installation.execute(&stream, installation_subject(), &metadata, issue).await?;
        if done.events.is_empty() {
            return Ok(None);
        }
        let link = Link { purpose: LinkPurpose::SetUp, account: AccountId(Uuid::nil()), id, expires_at };
        Ok(Some(self.page_url(&format!("/setup?token={}", link.token(&self.keyring)))))
    }

    /// Creates the first operator. The link is spent last, so that a crash in between leaves it usable: the
    /// steps before are repeated with a new account then.
    ///
    /// # Errors
    /// `LINK_INVALID`, `CONFLICT`, `EMAIL_MALFORMED`, `PASSWORD_UNACCEPTABLE`.
    pub async fn set_up(
        &self,
        caller: &Caller,
        token: &str,
        email: &str,
        password: String,
        locale: Option<Locale>,
    ) -> Result<(), Problem> {
        let link = Link::open(&self.keyring, LinkPurpose::SetUp, token).ok_or(problem::LINK_INVALID)?;
        let account = AccountId(fresh::uuid());
        let stream = self.installation.stream(Installation::KEY);
        let installation = self.installation.load(&stream).await?.state;
        installation.set_up(link.id, account, caller.now).map_err(|_| problem::LINK_INVALID)?;

        let email = Email::parse(email).map_err(|_| problem::EMAIL_MALFORMED)?;
        let password = passwords::read(password)?;
        self.passwords.check_new(&password, &words(&email, &self.site_name), self.policy.password.alone)?;
        let credential = self.store_password(account, password).await?;
        if let Created::Taken(_) = self.create_account(caller, account, email, credential, locale).await? {
            self.discard(account, credential, Purpose::Password).await;
            return Err(Problem::from(problem::CONFLICT).detail("an account with that address exists"));
        }
        // The link came from this server's own console: no mail needs to prove more.
        let verified = AccountEvent::EmailVerified { link: link.id };
        let metadata = self.metadata(caller, Some(account.0));
        self.decide(account, &metadata, |_| Ok(vec![verified.clone()])).await?;
        let metadata = self.metadata(caller, Some(account.0));
        // Who is alone at first does everything, until there are others.
        let appointed = OperatorEvent::Appointed { account, roles: Role::ALL.into() };
        let operators = self.operators.stream(account);
        self.operators
            .execute(&operators, account.into(), &metadata, |_| Ok::<_, Rejection>(vec![appointed.clone()]))
            .await?;
        let metadata = self.metadata(caller, Some(account.0));
        let spend = |state: &Installation| state.set_up(link.id, account, caller.now);
        match self.installation.execute(&stream, installation_subject(), &metadata, spend).await {
            Ok(_) => Ok(()),
            Err(ExecuteError::Rejected(_)) => self.dismiss(caller, account).await,
            Err(ExecuteError::Contended) => Err(Rejection::Busy.into()),
            Err(ExecuteError::Repository(error)) => Err(error.into()),
        }
    }

    /// Somebody else used the link at the same moment: one of the two is no operator after all.
    async fn dismiss(&self, caller: &Caller, account: AccountId) -> Result<(), Problem> {
        let metadata = self.metadata(caller, None);
        let operators = self.operators.stream(account);
        let dismissed = OperatorEvent::Dismissed { account };
        self.operators
            .execute(&operators, account.into(), &metadata, |_| Ok::<_, Rejection>(vec![dismissed.clone()]))
            .await?;
        Err(problem::LINK_INVALID.into())
    }
}
