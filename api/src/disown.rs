//! `POST /v1/disown`: "this was not me".

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::registration::LinkToken;
use crate::request::{Body, Caller, Written};
use crate::sign_in::no_content;
use axum::extract::State;
use axum::http::StatusCode;
use watchbook_domain::account::Disown;
use watchbook_domain::notification::LinkPurpose;
use watchbook_eventlog::links::Link;
use watchbook_eventlog::{ExecuteError, Position};

/// Locks the account, ends everything, and leaves the way back by a password reset.
#[utoipa::path(
    post, path = "/v1/disown", tag = "account", request_body = LinkToken,
    responses((status = 204), (status = 410, body = ProblemBody, description = "`link-invalid`"))
)]
pub async fn disown(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LinkToken>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.disown(&caller, &request.token).await?))
}

impl App {
    /// Acts on the token of a mailed "this was not me" link.
    ///
    /// # Errors
    /// `LINK_INVALID`.
    pub async fn disown(&self, caller: &Caller, token: &str) -> Result<Option<Position>, Problem> {
        let link = Link::open(&self.keyring, LinkPurpose::Disown, token).ok_or(problem::LINK_INVALID)?;
        let command = Disown { link: link.id, link_expires_at: link.expires_at, now: caller.now };
        let metadata = self.metadata(caller, Some(link.account.0));
        match self.decide(link.account, &metadata, |a| command.decide(a)).await {
            Ok(done) => Ok(done.position),
            Err(ExecuteError::Rejected(_)) => Err(problem::LINK_INVALID.into()),
            Err(error) => Err(error.into()),
        }
    }
}
