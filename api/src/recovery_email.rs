//! `/v1/recovery-email…`: the second address, for the day on which the first cannot be read.

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::registration::{CheckMail, EmailRequest, LinkToken, check_mail};
use crate::request::{Body, Caller, SignedIn, Written};
use crate::sign_in::no_content;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use watchbook_domain::account::{ConfirmRecoveryEmail, RemoveRecoveryEmail, RequestRecoveryEmail};
use watchbook_domain::notification::LinkPurpose;
use watchbook_domain::{Email, LinkId};
use watchbook_eventlog::links::Link;
use watchbook_eventlog::{ExecuteError, Position, fresh};

/// Asks for a recovery address; a link goes there. Nobody signs in with it, and several accounts may have the same.
#[utoipa::path(
    post, path = "/v1/recovery-email", tag = "contact", security(("session" = [])), request_body = EmailRequest,
    responses(
        (status = 202, body = CheckMail),
        (status = 403, body = ProblemBody, description = "`reauthentication-required`"),
        (status = 409, body = ProblemBody, description = "`conflict`: it is the account's address or recovery address already"),
        (status = 422, body = ProblemBody, description = "`malformed-email`"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`: a link was mailed a moment ago, or too many in a day"),
    )
)]
pub async fn request(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(request): Body<EmailRequest>,
) -> Result<Written<(StatusCode, Json<CheckMail>)>, Problem> {
    let email = Email::parse(&request.email).map_err(|_| problem::EMAIL_MALFORMED)?;
    let (session, link) = (signed_in.session_id, LinkId(fresh::uuid()));
    let command = RequestRecoveryEmail { session, link, email, now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a, &app.policy)).await;
    let done = done.map_err(|error| app.contact_problem(error))?;
    Ok(Written(done.position, check_mail()))
}

/// Removes the recovery address, and one that waits for its proof.
#[utoipa::path(
    delete, path = "/v1/recovery-email", tag = "contact", security(("session" = [])),
    responses(
        (status = 204),
        (status = 403, body = ProblemBody, description = "`reauthentication-required`"),
        (status = 409, body = ProblemBody, description = "`conflict`: there is none"),
    )
)]
pub async fn remove(State(app): State<App>, signed_in: SignedIn) -> Result<Written<StatusCode>, Problem> {
    let command = RemoveRecoveryEmail { session: signed_in.session_id, now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a, &app.policy)).await?;
    Ok(no_content(done.position))
}

/// Proves the recovery address by the mailed link.
#[utoipa::path(
    post, path = "/v1/recovery-email/confirm", tag = "contact", request_body = LinkToken,
    responses((status = 204), (status = 410, body = ProblemBody, description = "`link-invalid`"))
)]
pub async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LinkToken>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.confirm_recovery_email(&caller, &request.token).await?))
}

impl App {
    /// Acts on the token of a link that proves a recovery address.
    ///
    /// # Errors
    /// `LINK_INVALID`.
    pub async fn confirm_recovery_email(
        &self,
        caller: &Caller,
        token: &str,
    ) -> Result<Option<Position>, Problem> {
        let link =
            Link::open(&self.keyring, LinkPurpose::RecoveryEmail, token).ok_or(problem::LINK_INVALID)?;
        let command = ConfirmRecoveryEmail { link: link.id, now: caller.now };
        let metadata = self.metadata(caller, Some(link.account.0));
        match self.decide(link.account, &metadata, |a| command.decide(a, &self.policy)).await {
            Ok(done) => Ok(done.position),
            Err(ExecuteError::Rejected(_)) => Err(problem::LINK_INVALID.into()),
            Err(error) => Err(error.into()),
        }
    }
}
