//! `/v1/sms`: codes by text message as the second factor, enrolled, confirmed and removed.

use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::request::{Body, SignedIn, Written};
use crate::session::{TokenAnswer, token_answer};
use crate::sign_in::no_content;
use crate::sms_code::{self, CodeAnswer, CodeSent, TypedCode};
use crate::tokens::Secret;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use watchbook_domain::Account;
use watchbook_domain::account::{CodeUse, EnrolSms, RemoveSms};
use watchbook_eventlog::Purpose;

/// Sends a code to the account's number, to make such codes its second factor. Messages and numbers can be diverted:
/// an authenticator app is the better choice.
#[utoipa::path(
    post, path = "/v1/sms", tag = "second factor", security(("session" = [])),
    responses(
        (status = 202, body = CodeAnswer),
        (status = 403, body = ProblemBody, description = "`reauthentication-required`"),
        (status = 409, body = ProblemBody, description = "`conflict`: no number is proved, or they are a second factor already"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`"),
    )
)]
pub async fn start(State(app): State<App>, signed_in: SignedIn) -> Result<CodeSent, Problem> {
    let good_for = CodeUse::Enrolment { session: signed_in.session_id };
    sms_code::send(&app, &signed_in.caller, signed_in.account_id, good_for, None).await
}

/// Confirms the enrolment. The session is at `aal2` from now on and has a new token; the others end.
#[utoipa::path(
    post, path = "/v1/sms/confirm", tag = "second factor", security(("session" = [])), request_body = TypedCode,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 403, body = ProblemBody, description = "`wrong-code`"),
        (status = 409, body = ProblemBody, description = "`conflict`: no code is waited for"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`: one budget for all codes of the account"),
    )
)]
pub async fn confirm(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(request): Body<TypedCode>,
) -> Result<Written<Json<TokenAnswer>>, Problem> {
    let (session, account) = (signed_in.session_id, signed_in.account_id);
    let guessed = sms_code::guess(&app, &signed_in, CodeUse::Enrolment { session }, &request.code).await?;
    let secret = Secret::fresh();
    let command = EnrolSms {
        session,
        code: guessed.code,
        guess: guessed.guess,
        token_digest: secret.digest(),
        now: app.clock.now(),
    };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(account, &metadata, |a| command.decide(a, &app.policy)).await?;
    token_answer(account, session, &secret, &done)
}

/// Codes by text message are no second factor any more; the number stays. Other sessions end.
#[utoipa::path(
    delete, path = "/v1/sms", tag = "second factor", security(("session" = [])),
    responses(
        (status = 204),
        (status = 403, body = ProblemBody, description = "`reauthentication-required`"),
        (status = 409, body = ProblemBody, description = "`conflict`: they are none"),
    )
)]
pub async fn remove(State(app): State<App>, signed_in: SignedIn) -> Result<Written<StatusCode>, Problem> {
    let command = RemoveSms { session: signed_in.session_id, now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a, &app.policy)).await?;
    discard_recovery_codes(&app, &signed_in, &done.state).await;
    Ok(no_content(done.position))
}

/// Destroys the recovery codes if they went with the last second factor.
pub async fn discard_recovery_codes(app: &App, signed_in: &SignedIn, after: &Account) {
    if let (Some(codes), None) = (&signed_in.account.recovery_codes, &after.recovery_codes) {
        app.discard(signed_in.account_id, codes.credential, Purpose::RecoveryCodes).await;
    }
}
