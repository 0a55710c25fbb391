//! `/v1/session`: the session at hand, refreshed, proved anew, ended.

use crate::app::App;
use crate::ceremony::{PasskeyProof, Purpose};
use crate::passwords;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, SignedIn, Written};
use crate::second_factor::{Submitted, prove};
use crate::sign_in::{new_session, no_content};
use crate::tokens::Secret;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use watchbook_domain::account::{
    AccountEvent, EndReason, EndSession, Level, RefreshSession, Rejection, ResolveReauthentication,
    StartReauthentication,
};
use watchbook_domain::{Account, AccountId, AttemptId, SessionId, Timestamp};
use watchbook_eventlog::{ExecuteError, Executed, fresh};
use watchbook_password::Password;

/// A session's new token; the old one is dead.
#[derive(Serialize, ToSchema)]
pub struct TokenAnswer {
    /// The bearer token. Shown once.
    token: String,
    /// How much is proved.
    #[schema(value_type = String, example = "aal2")]
    level: Level,
    /// It ends then unless refreshed.
    #[schema(value_type = String, format = DateTime)]
    idle_expires_at: Timestamp,
    /// It ends then in any case.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Reads the answer from the state that a command has left.
///
/// # Errors
/// `SESSION_OVER` when the session has ended meanwhile.
pub fn token_answer(
    account: AccountId,
    session: SessionId,
    secret: &Secret,
    done: &Executed<Account>,
) -> Result<Written<Json<TokenAnswer>>, Problem> {
    let now = done.state.sessions.get(&session).ok_or(problem::SESSION_OVER)?;
    let answer = TokenAnswer {
        token: secret.session_token(account, session),
        level: now.level,
        idle_expires_at: now.idle_expires_at,
        expires_at: now.expires_at,
    };
    Ok(Written(done.position, Json(answer)))
}

/// Replaces the token and puts off the idle end.
#[utoipa::path(
    post, path = "/v1/session/refresh", tag = "sessions", security(("session" = [])),
    responses((status = 200, body = TokenAnswer), (status = 401, body = ProblemBody, description = "`session-over`"))
)]
pub async fn refresh(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Written<Json<TokenAnswer>>, Problem> {
    let secret = Secret::fresh();
    let command = RefreshSession {
        session: signed_in.session_id,
        old_digest: signed_in.token.digest,
        token_digest: secret.digest(),
        from: signed_in.caller.context.clone(),
        now: signed_in.caller.now,
    };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a, &app.policy)).await?;
    token_answer(signed_in.account_id, signed_in.session_id, &secret, &done)
}

/// Signs out.
#[utoipa::path(delete, path = "/v1/session", tag = "sessions", security(("session" = [])), responses((status = 204)))]
pub async fn sign_out(State(app): State<App>, signed_in: SignedIn) -> Result<Written<StatusCode>, Problem> {
    let command = EndSession { session: signed_in.session_id, reason: EndReason::SignedOut };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a)).await?;
    Ok(no_content(done.position))
}

/// A fresh proof: the password, and one of the others if the account has a second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reauthentication {
    /// The password.
    password: String,
    /// Of the authenticator app.
    code: Option<String>,
    /// Instead of `code`.
    recovery_code: Option<String>,
    /// Instead of `code`: of the text message that `/v1/session/sms` sent.
    sms_code: Option<String>,
    /// Instead of `code`: a signature over the challenge of `/v1/session/reauthenticate/options`.
    passkey: Option<PasskeyProof>,
}

/// Proves the person anew; sensitive changes are allowed for ten minutes after.
#[utoipa::path(
    post, path = "/v1/session/reauthenticate", tag = "sessions", security(("session" = [])),
    request_body = Reauthentication,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 403, body = ProblemBody, description = "`wrong-password`, `code-required`, `wrong-code`"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`"),
    )
)]
pub async fn reauthenticate(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(request): Body<Reauthentication>,
) -> Result<Written<Json<TokenAnswer>>, Problem> {
    let password = passwords::read(request.password)?;
    let passkey = submitted_passkey(&app, &signed_in, request.passkey)?;
    let code = Submitted::one_of(request.code, request.recovery_code, request.sms_code, passkey)?;
    let (secret, done) = prove_anew(&app, &signed_in, password, code).await?;
    token_answer(signed_in.account_id, signed_in.session_id, &secret, &done)
}

/// A passkey's signature over a challenge that was given out to this session.
///
/// # Errors
/// `MALFORMED`, `WRONG_CODE` when the challenge is not of this session or has expired.
pub fn submitted_passkey(
    app: &App,
    signed_in: &SignedIn,
    proof: Option<PasskeyProof>,
) -> Result<Option<Submitted>, Problem> {
    let Some(proof) = proof else { return Ok(None) };
    let (account, caller) = (signed_in.account_id, &signed_in.caller);
    let purpose = Purpose::Session(account, signed_in.session_id);
    match Submitted::passkey(app, caller, account, purpose, proof) {
        Err(problem) if problem.kind == problem::INVALID_PASSKEY => Err(problem::WRONG_CODE.into()),
        submitted => submitted.map(Some),
    }
}

/// Reserves, checks and resolves a re-authentication with everything that the account has.
///
/// # Errors
/// `WRONG_PASSWORD`, `CODE_REQUIRED`, `WRONG_CODE`, `TOO_MANY`, `SESSION_OVER`.
pub async fn prove_anew(
    app: &App,
    signed_in: &SignedIn,
    password: Password,
    code: Option<Submitted>,
) -> Result<(Secret, Executed<Account>), Problem> {
    let (account, session) = (signed_in.account_id, signed_in.session_id);
    if signed_in.account.requires_second_factor() && code.is_none() {
        return Err(problem::CODE_REQUIRED.into());
    }
    let attempt = AttemptId(fresh::uuid());
    let start = StartReauthentication { attempt, session, now: signed_in.caller.now };
    let metadata = signed_in.metadata(app);
    let started = app.decide_guess(account, &metadata, |a| start.decide(a, &app.policy)).await?;
    let correct = app.verify_password(&started.state, password, &metadata).await?;

    let secret = Secret::fresh();
    let resolve =
        ResolveReauthentication { attempt, correct, token_digest: secret.digest(), now: app.clock.now() };
    let metadata = signed_in.metadata(app);
    let resolved = match app.decide(account, &metadata, |a| resolve.decide(a, &app.policy)).await {
        Err(ExecuteError::Rejected(Rejection::AttemptOver)) => return Err(problem::SESSION_OVER.into()),
        resolved => resolved?,
    };
    // The log has the last word: a void password is a wrong one.
    let rejected = |event: &AccountEvent| matches!(event, AccountEvent::ReauthenticationRejected { .. });
    if !correct || resolved.events.iter().any(rejected) {
        return Err(problem::WRONG_PASSWORD.into());
    }
    let second_due =
        resolved.events.iter().any(|event| matches!(event, AccountEvent::PasswordAccepted { .. }));
    if !second_due {
        return Ok((secret, resolved));
    }
    let code = code.ok_or(problem::CODE_REQUIRED)?;
    let new = new_session(&signed_in.caller, &secret, None);
    match prove(app, &signed_in.caller, (account, attempt), None, code, new).await {
        Ok(done) => Ok((secret, done)),
        // Over is what a challenge finds that was used before.
        Err(problem)
            if [problem::INVALID_CODE, problem::INVALID_PASSKEY, problem::ATTEMPT_OVER]
                .contains(&problem.kind) =>
        {
            Err(problem::WRONG_CODE.into())
        }
        Err(problem) => Err(problem),
    }
}
