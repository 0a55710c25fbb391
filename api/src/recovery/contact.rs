//! `POST /v1/recovery-cases/contact`: the contact address is proved.

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::registration::LinkToken;
use crate::request::{Body, Caller, Written};
use crate::sign_in::no_content;
use axum::extract::State;
use axum::http::StatusCode;
use watchbook_domain::RecoveryCaseId;
use watchbook_domain::notification::LinkPurpose;
use watchbook_domain::recovery_case::ProveContact;
use watchbook_eventlog::links::Link;
use watchbook_eventlog::{ExecuteError, Position};

/// Proves the contact address of a case by the mailed link: support sees the case from now on.
#[utoipa::path(
    post, path = "/v1/recovery-cases/contact", tag = "recovery", request_body = LinkToken,
    responses((status = 204), (status = 410, body = ProblemBody, description = "`link-invalid`"))
)]
pub async fn prove(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LinkToken>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.prove_contact(&caller, &request.token).await?))
}

impl App {
    /// Proves a contact address by the token of a mailed link.
    ///
    /// # Errors
    /// `LINK_INVALID`.
    pub async fn prove_contact(&self, caller: &Caller, token: &str) -> Result<Option<Position>, Problem> {
        let link =
            Link::open(&self.keyring, LinkPurpose::ProveContact, token).ok_or(problem::LINK_INVALID)?;
        let command = ProveContact { link: link.id, now: caller.now };
        let metadata = self.metadata(caller, None);
        match self.decide_case(RecoveryCaseId(link.account.0), &metadata, |case| command.decide(case)).await {
            Ok(done) => Ok(done.position),
            Err(ExecuteError::Rejected(_)) => Err(problem::LINK_INVALID.into()),
            Err(error) => Err(error.into()),
        }
    }
}
