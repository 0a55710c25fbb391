//! `POST /v1/recovery-stop` and `POST /v1/account/recovery/stop`: the owner keeps the account.

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::registration::LinkToken;
use crate::request::{Body, Caller, SignedIn, Written};
use crate::sign_in::no_content;
use axum::extract::State;
use axum::http::StatusCode;
use watchbook_domain::account::{StopSupportRecovery, Stopping};
use watchbook_domain::notification::LinkPurpose;
use watchbook_eventlog::links::Link;
use watchbook_eventlog::{ExecuteError, Position};

/// Stops a recovery by the link that went to the account's own address and number.
#[utoipa::path(
    post, path = "/v1/recovery-stop", tag = "recovery", request_body = LinkToken,
    responses((status = 204), (status = 410, body = ProblemBody, description = "`link-invalid`"))
)]
pub async fn by_link(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LinkToken>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.stop_recovery(&caller, &request.token).await?))
}

/// Stops a recovery from within a session.
#[utoipa::path(
    post, path = "/v1/account/recovery/stop", tag = "recovery", security(("session" = [])),
    responses((status = 204), (status = 409, body = ProblemBody, description = "`conflict`: none is under way"))
)]
pub async fn by_owner(State(app): State<App>, signed_in: SignedIn) -> Result<Written<StatusCode>, Problem> {
    let stopping = Stopping::Session(signed_in.session_id);
    let command = StopSupportRecovery { stopping, now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    Ok(no_content(app.decide(signed_in.account_id, &metadata, |a| command.decide(a)).await?.position))
}

impl App {
    /// Stops a recovery by the token of a mailed link.
    ///
    /// # Errors
    /// `LINK_INVALID`.
    pub async fn stop_recovery(&self, caller: &Caller, token: &str) -> Result<Option<Position>, Problem> {
        let link =
            Link::open(&self.keyring, LinkPurpose::StopRecovery, token).ok_or(problem::LINK_INVALID)?;
        let command = StopSupportRecovery { stopping: Stopping::Link(link.id), now: caller.now };
        let metadata = self.metadata(caller, Some(link.account.0));
        match self.decide(link.account, &metadata, |a| command.decide(a)).await {
            Ok(done) => Ok(done.position),
            Err(ExecuteError::Rejected(_)) => Err(problem::LINK_INVALID.into()),
            Err(error) => Err(error.into()),
        }
    }
}
