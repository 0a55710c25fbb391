//! `POST /v1/operator/recovery-cases/{id}/stop`: an operator stops what cools off.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Id, Written};
use crate::sign_in::no_content;
use axum::extract::State;
use axum::http::StatusCode;
use watchbook_domain::RecoveryCaseId;
use watchbook_domain::account::{StopSupportRecovery, Stopping};

/// Stops the hand-over. It is decided on the account's stream, like every other stop.
#[utoipa::path(
    post, path = "/v1/operator/recovery-cases/{id}/stop", tag = "recovery", security(("session" = [])),
    params(("id" = Uuid, Path,)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody))
)]
pub async fn stop(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(id): Id<RecoveryCaseId>,
) -> Result<Written<StatusCode>, Problem> {
    let case = app.recovery_cases.load(&app.recovery_cases.stream(id)).await?.state;
    case.seen_by_support()?;
    let account = case.approved().ok_or(problem::CASE_CONFLICT)?.account;
    let command = StopSupportRecovery { stopping: Stopping::Operator(id), now: operator.0.caller.now };
    let metadata = operator.0.metadata(&app);
    Ok(no_content(app.decide(account, &metadata, |a| command.decide(a)).await?.position))
}
