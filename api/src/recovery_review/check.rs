//! `POST /v1/operator/recovery-cases/{id}/checks`: an item of the checklist is answered.

use super::recorded;
use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::request::{Body, Id, Written};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use watchbook_domain::RecoveryCaseId;
use watchbook_domain::recovery_case::{CheckCase, CheckItem};

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// `document_genuine`, `identity_matches`, `account_known`, `contact_is_theirs` or `no_takeover`.
    #[schema(value_type = String)]
    item: CheckItem,
    /// Whether it holds.
    met: bool,
    /// In words, for the record: at most 4,000 characters.
    note: Option<String>,
}

/// Answers an item; a later answer takes the place of an earlier one.
#[utoipa::path(
    post, path = "/v1/operator/recovery-cases/{id}/checks", tag = "recovery", security(("session" = [])),
    params(("id" = Uuid, Path,)), request_body = CheckRequest,
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody))
)]
pub async fn check(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(id): Id<RecoveryCaseId>,
    Body(request): Body<CheckRequest>,
) -> Result<Written<StatusCode>, Problem> {
    let CheckRequest { item, met, note } = request;
    let command = CheckCase { operator: operator.0.account_id, item, met, note };
    let metadata = operator.0.metadata(&app);
    recorded(&app.decide_case(id, &metadata, |case| command.decide(case)).await?)
}
