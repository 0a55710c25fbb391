//! `/v1/password…`: changed by who knows it, reset over the mailed link.

use crate::app::{App, evenly};
use crate::ceremony::PasskeyProof;
use crate::limits::record_declined_mail;
use crate::passwords;
use crate::problem::{self, Problem, ProblemBody};
use crate::registration::{CheckMail, check_mail, words};
use crate::request::{Body, Caller, SignedIn, Written};
use crate::second_factor::Submitted;
use crate::session::{TokenAnswer, prove_anew, submitted_passkey, token_answer};
use crate::sign_in::no_content;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use watchbook_domain::account::{
    ChangePassword, NewPassword, Rejection, RequestPasswordReset, ResetPassword,
};
use watchbook_domain::notification::LinkPurpose;
use watchbook_domain::{Account, Identifier, LinkId};
use watchbook_eventlog::links::Link;
use watchbook_eventlog::{ExecuteError, Position, Purpose, fresh};

/// A change of password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChangeRequest {
    /// The one in use.
    current_password: String,
    /// At least 15 characters; 8 if the account has a second factor.
    new_password: String,
    /// Of the authenticator app, if the account has one.
    code: Option<String>,
    /// Instead of `code`.
    recovery_code: Option<String>,
    /// Instead of `code`: of the text message that `/v1/session/sms` sent.
    sms_code: Option<String>,
    /// Instead of `code`: a signature over the challenge of `/v1/session/reauthenticate/options`.
    passkey: Option<PasskeyProof>,
}

/// A refused change. After the proof the session has a new token already, which comes along: else it would be lost.
pub struct RefusedChange(Problem, Option<TokenAnswer>);

/// As serialised: a problem with the session's new token.
#[derive(Serialize, ToSchema)]
pub struct RefusedChangeBody {
    #[serde(flatten)]
    problem: ProblemBody,
    /// Where the proof was accepted and the new password was not: the session's new token.
    session: TokenAnswer,
}

impl<P: Into<Problem>> From<P> for RefusedChange {
    fn from(problem: P) -> Self {
        Self(problem.into(), None)
    }
}

impl IntoResponse for RefusedChange {
    fn into_response(self) -> Response {
        let Self(problem, Some(session)) = self else { return self.0.into_response() };
        let headers = [(header::CONTENT_TYPE, "application/problem+json")];
        let status = problem.kind.1;
        (status, headers, Json(RefusedChangeBody { problem: problem.body(), session })).into_response()
    }
}

/// Changes the password. The session gets a new token; all others end.
#[utoipa::path(
    post, path = "/v1/password", tag = "password", security(("session" = [])), request_body = PasswordChangeRequest,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 403, body = ProblemBody, description = "`wrong-password`, `code-required`, `wrong-code`"),
        (status = 422, body = RefusedChangeBody, description = "`password-unacceptable`; with `session` only if it is a former one"),
    )
)]
pub async fn change(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(request): Body<PasswordChangeRequest>,
) -> Result<Written<Json<TokenAnswer>>, RefusedChange> {
    let current = passwords::read(request.current_password)?;
    let new = passwords::read(request.new_password)?;
    let passkey = submitted_passkey(&app, &signed_in, request.passkey)?;
    let code = Submitted::one_of(request.code, request.recovery_code, request.sms_code, passkey)?;
    check_new(&app, &new, &signed_in.account)?;
    // Before the proof, which would cost the session its token.
    signed_in.account.changes_allowed(signed_in.caller.now)?;
    let (secret, proved) = prove_anew(&app, &signed_in, current, code).await?;

    let (account, session) = (signed_in.account_id, signed_in.session_id);
    if let Err(problem) = app.refuse_former(&proved.state, &new).await {
        let Written(_, Json(token)) = token_answer(account, session, &secret, &proved)?;
        return Err(RefusedChange(problem, Some(token)));
    }
    let length = passwords::length(&new);
    let credential = app.store_password(account, new).await?;
    let command = ChangePassword { session, new: NewPassword { credential, length }, now: app.clock.now() };
    let metadata = signed_in.metadata(&app);
    let done = match app.decide(account, &metadata, |a| command.decide(a, &app.policy)).await {
        Ok(done) => done,
        Err(error) => {
            app.discard(account, credential, Purpose::Password).await;
            return Err(error.into());
        }
    };
    app.discard_former(account, &proved.state, &done.state).await;
    Ok(token_answer(account, session, &secret, &done)?)
}

fn check_new(app: &App, password: &watchbook_password::Password, account: &Account) -> Result<(), Problem> {
    let shortest = account.shortest_password(&app.policy.password);
    match &account.email {
        Some(email) => app.passwords.check_new(password, &words(email, &app.site_name), shortest),
        None => app.passwords.check_new(password, &[&app.site_name], shortest),
    }
}

/// Whose password was forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgottenPassword {
    /// E-mail address, user number or proved phone number.
    #[schema(example = "ann@example.com")]
    identifier: String,
}

/// Asks for a reset link by mail. The answer is always the same.
#[utoipa::path(
    post, path = "/v1/password/forgot", tag = "password", request_body = ForgottenPassword,
    responses((status = 202, body = CheckMail))
)]
pub async fn forgot(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<ForgottenPassword>,
) -> Result<(StatusCode, Json<CheckMail>), Problem> {
    let identifier = Identifier::parse(&request.identifier);
    let identifier = identifier.map_err(|_| {
        Problem::from(problem::MALFORMED)
            .detail("identifier: not an e-mail address, user number or phone number")
    })?;
    evenly(app.request_reset(&caller, &identifier)).await?;
    Ok(check_mail())
}

/// The new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// From the link's `token` parameter.
    token: String,
    /// At least 15 characters; 8 if the account has a second factor.
    new_password: String,
}

/// Sets a new password over the mailed link. Every session ends; the second factor stays.
#[utoipa::path(
    post, path = "/v1/password/reset", tag = "password", request_body = PasswordReset,
    responses(
        (status = 204),
        (status = 410, body = ProblemBody, description = "`link-invalid`"),
        (status = 422, body = ProblemBody, description = "`password-unacceptable`"),
    )
)]
pub async fn reset(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<PasswordReset>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.reset_password(&caller, &request.token, request.new_password).await?))
}

impl App {
    /// Asks for a reset link, whoever the identifier belongs to. Says nothing of whether there is anybody.
    ///
    /// # Errors
    /// When the log is unavailable.
    pub async fn request_reset(&self, caller: &Caller, identifier: &Identifier) -> Result<(), Problem> {
        let Some(account) = self.holder(identifier).await? else {
            return record_declined_mail(self, caller).await;
        };
        let command = RequestPasswordReset {
            link: LinkId(fresh::uuid()),
            context: caller.context.clone(),
            now: caller.now,
        };
        let metadata = self.metadata(caller, None);
        match self.decide(account, &metadata, |a| command.decide(a, &self.policy)).await {
            Ok(_) => Ok(()),
            Err(ExecuteError::Rejected(_)) => record_declined_mail(self, caller).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Sets a new password by the token of a mailed link.
    ///
    /// # Errors
    /// `LINK_INVALID`, `PASSWORD_UNACCEPTABLE`.
    pub async fn reset_password(
        &self,
        caller: &Caller,
        token: &str,
        new_password: String,
    ) -> Result<Option<Position>, Problem> {
        let link =
            Link::open(&self.keyring, LinkPurpose::ResetPassword, token).ok_or(problem::LINK_INVALID)?;
        let new = passwords::read(new_password)?;
        let before = self.account(link.account).await?;
        ResetPassword::check(&before, link.id, caller.now).map_err(|_| problem::LINK_INVALID)?;
        check_new(self, &new, &before)?;
        self.refuse_former(&before, &new).await?;

        let length = passwords::length(&new);
        let credential = self.store_password(link.account, new).await?;
        let holds_claim = self.holds_its_address(link.account).await?;
        let new = NewPassword { credential, length };
        let command = ResetPassword { link: link.id, new, holds_claim, now: self.clock.now() };
        let metadata = self.metadata(caller, Some(link.account.0));
        let done = match self.decide(link.account, &metadata, |a| command.decide(a, &self.policy)).await {
            Ok(done) => done,
            Err(error) => {
                self.discard(link.account, credential, Purpose::Password).await;
                return Err(match error {
                    ExecuteError::Rejected(Rejection::PasswordTooShort) => {
                        passwords::too_short(self.policy.password.alone)
                    }
                    ExecuteError::Rejected(_) => problem::LINK_INVALID.into(),
                    error => error.into(),
                });
            }
        };
        self.discard_former(link.account, &before, &done.state).await;
        Ok(done.position)
    }
}
