//! `/v1/recovery/second-factor…`: a person who knows the password has lost every second factor.

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::registration::LinkToken;
use crate::request::{Body, Caller, Written};
use crate::sign_in::no_content;
use crate::tokens;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use watchbook_domain::LinkId;
use watchbook_domain::account::{
    CompleteFactorRecovery, ProveFactorRecovery, RecoveryProof, Rejection, RequestFactorRecovery,
    StopFactorRecovery,
};
use watchbook_domain::notification::LinkPurpose;
use watchbook_eventlog::links::Link;
use watchbook_eventlog::{ExecuteError, Position, Purpose, fresh};

/// A sign-in that waits for a second factor which is lost.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LostFactor {
    /// The attempt that `/v1/sign-in` named.
    attempt: String,
}

/// What begins a recovery, and what can prove the loss.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum LossAnswer {
    /// Links were mailed.
    CheckMail {
        /// Two of these have to be given within the hour: links by mail, codes at
        /// `/v1/recovery/second-factor/code`.
        #[schema(value_type = Vec<String>, example = json!(["email", "recovery_email", "recovery_code", "sms"]))]
        proofs: Vec<RecoveryProof>,
    },
}

/// The end of a recovery.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryCompletion {
    /// The attempt that a new `/v1/sign-in` named.
    attempt: String,
    /// From the link's `token` parameter.
    token: String,
}

/// Begins a recovery: links go to the address and to the recovery address. Two different proofs must be given within the
/// hour: these links, a recovery code, a code by text message. Each address is told, with a link that stops it. The
/// factors go after a wait.
#[utoipa::path(
    post, path = "/v1/recovery/second-factor", tag = "recovery", request_body = LostFactor,
    responses(
        (status = 202, body = LossAnswer),
        (status = 401, body = ProblemBody, description = "`attempt-over`"),
        (status = 409, body = ProblemBody, description = "`conflict`: fewer than two proofs that could be given, or a recovery is under way or was stopped a short while ago"),
    )
)]
pub async fn request(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LostFactor>,
) -> Result<Written<(StatusCode, Json<LossAnswer>)>, Problem> {
    let attempt = tokens::open_attempt(&app.keyring, &request.attempt);
    let (account, attempt) = attempt.ok_or(problem::ATTEMPT_OVER)?;
    let command = RequestFactorRecovery {
        attempt,
        email: LinkId(fresh::uuid()),
        recovery_email: LinkId(fresh::uuid()),
        stop: LinkId(fresh::uuid()),
        context: caller.context.clone(),
        now: caller.now,
    };
    let metadata = app.metadata(&caller, Some(account.0));
    let done = app.decide(account, &metadata, |a| command.decide(a, &app.policy)).await?;
    let proofs = done.state.loss_proofs(&app.policy, caller.now);
    Ok(Written(done.position, (StatusCode::ACCEPTED, Json(LossAnswer::CheckMail { proofs }))))
}

/// Follows a mailed link. With the second proof, the wait begins.
#[utoipa::path(
    post, path = "/v1/recovery/second-factor/prove", tag = "recovery", request_body = LinkToken,
    responses((status = 204), (status = 410, body = ProblemBody, description = "`link-invalid`"))
)]
pub async fn prove(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LinkToken>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.prove_factor_recovery(&caller, &request.token).await?))
}

/// Stops a recovery. There is no next one for three days.
#[utoipa::path(
    post, path = "/v1/recovery/second-factor/stop", tag = "recovery", request_body = LinkToken,
    responses((status = 204), (status = 410, body = ProblemBody, description = "`link-invalid`"))
)]
pub async fn stop(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LinkToken>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.stop_factor_recovery(&caller, &request.token).await?))
}

/// Removes every second factor once the wait is over, with a sign-in whose password was right. Every session ends;
/// nobody is signed in by it.
#[utoipa::path(
    post, path = "/v1/recovery/second-factor/complete", tag = "recovery", request_body = RecoveryCompletion,
    responses(
        (status = 204),
        (status = 401, body = ProblemBody, description = "`attempt-over`"),
        (status = 410, body = ProblemBody, description = "`link-invalid`"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`: the wait is not over"),
    )
)]
pub async fn complete(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<RecoveryCompletion>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.complete_factor_recovery(&caller, &request.attempt, &request.token).await?))
}

impl App {
    /// Acts on the token of a link that proves a recovery.
    ///
    /// # Errors
    /// `LINK_INVALID`.
    pub async fn prove_factor_recovery(
        &self,
        caller: &Caller,
        token: &str,
    ) -> Result<Option<Position>, Problem> {
        let link = Link::open(&self.keyring, LinkPurpose::FactorRecoveryProof, token)
            .ok_or(problem::LINK_INVALID)?;
        let complete = LinkId(fresh::uuid());
        let command = ProveFactorRecovery { link: link.id, complete, now: caller.now };
        let metadata = self.metadata(caller, Some(link.account.0));
        let done = self.decide(link.account, &metadata, |a| command.decide(a, &self.policy)).await;
        Ok(done.map_err(link_problem)?.position)
    }

    /// Acts on the token of a link that stops a recovery.
    ///
    /// # Errors
    /// `LINK_INVALID`.
    pub async fn stop_factor_recovery(
        &self,
        caller: &Caller,
        token: &str,
    ) -> Result<Option<Position>, Problem> {
        let link =
            Link::open(&self.keyring, LinkPurpose::FactorRecoveryStop, token).ok_or(problem::LINK_INVALID)?;
        let command = StopFactorRecovery { link: link.id, now: caller.now };
        let metadata = self.metadata(caller, Some(link.account.0));
        let done = self.decide(link.account, &metadata, |a| command.decide(a, &self.policy)).await;
        Ok(done.map_err(link_problem)?.position)
    }

    /// Completes a recovery by the token of a mailed link, within a sign-in.
    ///
    /// # Errors
    /// `ATTEMPT_OVER`, `LINK_INVALID`, `TOO_MANY` while the wait is not over.
    pub async fn complete_factor_recovery(
        &self,
        caller: &Caller,
        attempt: &str,
        token: &str,
    ) -> Result<Option<Position>, Problem> {
        let (account, attempt) = tokens::open_attempt(&self.keyring, attempt).ok_or(problem::ATTEMPT_OVER)?;
        let link = Link::open(&self.keyring, LinkPurpose::FactorRecoveryComplete, token);
        let link = link.filter(|link| link.account == account).ok_or(problem::LINK_INVALID)?;
        let before = self.account(account).await?;
        let command = CompleteFactorRecovery { attempt, link: link.id, now: caller.now };
        let metadata = self.metadata(caller, Some(account.0));
        let done = self.decide(account, &metadata, |a| command.decide(a, &self.policy)).await?;
        if let Some(totp) = before.totp {
            self.discard(account, totp.credential, Purpose::Totp).await;
        }
        if let Some(codes) = &before.recovery_codes {
            self.discard(account, codes.credential, Purpose::RecoveryCodes).await;
        }
        Ok(done.position)
    }
}

fn link_problem(error: ExecuteError<Rejection>) -> Problem {
    match error {
        ExecuteError::Rejected(_) => problem::LINK_INVALID.into(),
        error => error.into(),
    }
}
