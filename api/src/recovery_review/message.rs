//! `POST /v1/operator/recovery-cases/{id}/messages`: support writes to the person.

use super::recorded;
use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::recovery::messages::CaseText;
use crate::request::{Body, Id, Written};
use axum::extract::State;
use axum::http::StatusCode;
use watchbook_domain::RecoveryCaseId;
use watchbook_domain::recovery_case::{Author, WriteMessage};

/// Writes to the person. A mail says that there is a message, not what it says.
#[utoipa::path(
    post, path = "/v1/operator/recovery-cases/{id}/messages", tag = "recovery", security(("session" = [])),
    params(("id" = Uuid, Path,)), request_body = CaseText,
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody))
)]
pub async fn write(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(id): Id<RecoveryCaseId>,
    Body(request): Body<CaseText>,
) -> Result<Written<StatusCode>, Problem> {
    let command = WriteMessage { from: Author::Operator(operator.0.account_id), text: request.text };
    let metadata = operator.0.metadata(&app);
    recorded(&app.decide_case(id, &metadata, |case| command.decide(case, &app.policy.recovery)).await?)
}
