//! `/v1/recovery/second-factor/sms` and `…/code`: a code as one of the two proofs that the second factor is lost.

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::recovery_codes;
use crate::request::{Body, Caller, Written};
use crate::sign_in::no_content;
use crate::sms_code::{self, CodeAnswer, CodeSent};
use crate::tokens;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use watchbook_domain::account::{
    AccountEvent, CodeUse, Proof, RecoveryProof, Rejection, ResolveLossProof, SecondFactor, StartLossProof,
};
use watchbook_domain::{AccountId, AttemptId, LinkId};
use watchbook_eventlog::codes::is_sms_code;
use watchbook_eventlog::{ExecuteError, fresh};

/// A sign-in whose second factor is lost.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LossCodeRequest {
    /// The attempt that `/v1/sign-in` named.
    attempt: String,
}

/// A code, one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LossCode {
    /// The attempt that `/v1/sign-in` named.
    attempt: String,
    /// One of the saved ones.
    recovery_code: Option<String>,
    /// Of the text message that `/v1/recovery/second-factor/sms` sent.
    sms_code: Option<String>,
}

/// Sends a code to the account's number, for a recovery that was asked for. It proves the loss in this attempt, and is
/// good for nothing else. A number that is new does not count.
#[utoipa::path(
    post, path = "/v1/recovery/second-factor/sms", tag = "recovery", request_body = LossCodeRequest,
    responses(
        (status = 202, body = CodeAnswer),
        (status = 401, body = ProblemBody, description = "`attempt-over`"),
        (status = 409, body = ProblemBody, description = "`conflict`: no recovery waits for that proof"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`: too many messages to this country, account or from this source"),
    )
)]
pub async fn send(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LossCodeRequest>,
) -> Result<CodeSent, Problem> {
    let attempt = tokens::open_attempt(&app.keyring, &request.attempt);
    let (account, attempt) = attempt.ok_or(problem::ATTEMPT_OVER)?;
    sms_code::send(&app, &caller, account, CodeUse::FactorRecovery { attempt }, None).await
}

/// Proves the loss by a recovery code or a code by text message. With the second proof the wait begins; nobody is signed
/// in. Guesses have the budget that they have as second factors.
#[utoipa::path(
    post, path = "/v1/recovery/second-factor/code", tag = "recovery", request_body = LossCode,
    responses(
        (status = 204),
        (status = 401, body = ProblemBody, description = "`invalid-code`, or `attempt-over`"),
        (status = 409, body = ProblemBody, description = "`conflict`: no recovery waits for that proof"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`: one budget for the account, whatever the attempt"),
    )
)]
pub async fn prove(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LossCode>,
) -> Result<Written<StatusCode>, Problem> {
    let (proof, typed) = match (request.recovery_code, request.sms_code) {
        (Some(code), None) => (RecoveryProof::RecoveryCode, code),
        (None, Some(code)) => (RecoveryProof::Sms, code),
        _ => return Err(Problem::from(problem::MALFORMED).detail("one of recovery_code and sms_code")),
    };
    let attempt = tokens::open_attempt(&app.keyring, &request.attempt);
    let (account, attempt) = attempt.ok_or(problem::ATTEMPT_OVER)?;
    let guess = AttemptId(fresh::uuid());
    let start = StartLossProof { attempt, guess, proof, now: caller.now };
    let metadata = app.metadata(&caller, Some(account.0));
    app.decide_guess(account, &metadata, |a| start.decide(a, &app.policy)).await?;
    let found = check(&app, account, attempt, proof, &typed).await?;
    let complete = LinkId(fresh::uuid());
    let resolve = ResolveLossProof { attempt, guess, found, complete, now: app.clock.now() };
    let metadata = app.metadata(&caller, Some(account.0));
    let done = match app.decide(account, &metadata, |a| resolve.decide(a, &app.policy)).await {
        Ok(done) => done,
        Err(ExecuteError::Rejected(Rejection::AttemptOver)) => return Err(problem::ATTEMPT_OVER.into()),
        Err(error) => return Err(error.into()),
    };
    if done.events.iter().any(|event| matches!(event, AccountEvent::SecondFactorRejected { .. })) {
        metrics::counter!("watchbook_second_factor_rejected_total").increment(1);
        return Err(problem::INVALID_CODE.into());
    }
    Ok(no_content(done.position))
}

async fn check(
    app: &App,
    account: AccountId,
    attempt: AttemptId,
    proof: RecoveryProof,
    typed: &str,
) -> Result<Proof, Problem> {
    let state = app.account(account).await?;
    Ok(match proof {
        RecoveryProof::Sms => {
            let sent = state.loss_code(attempt, app.clock.now());
            let right = sent.filter(|sent| is_sms_code(&app.keyring, account, sent, typed));
            right.map_or(Proof::Wrong(SecondFactor::Sms), |sent| Proof::Sms { code: sent.id })
        }
        RecoveryProof::RecoveryCode | RecoveryProof::Email | RecoveryProof::RecoveryEmail => {
            let index = recovery_codes::check(app, &state, typed).await?;
            index.map_or(Proof::Wrong(SecondFactor::RecoveryCode), |index| Proof::RecoveryCode { index })
        }
    })
}
