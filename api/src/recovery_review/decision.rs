//! `POST /v1/operator/recovery-cases/{id}/approve` and `…/reject`.

use super::recorded;
use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::request::{Body, Id, Written};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use watchbook_domain::recovery_case::{ApproveCase, RejectCase};
use watchbook_domain::{AccountId, Identifier, RecoveryCaseId};

/// What is approved: both approvals must say the same.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The account; it must hold the address that the case names.
    #[schema(value_type = Uuid)]
    account: AccountId,
    /// Whether the contact address becomes the account's.
    move_address: bool,
}

/// Why it is rejected.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseRefusal {
    /// The person reads it: at most 4,000 characters.
    reason: String,
}

/// Approves. The second approval, of another operator, starts the waiting time.
#[utoipa::path(
    post, path = "/v1/operator/recovery-cases/{id}/approve", tag = "recovery", security(("session" = [])),
    params(("id" = Uuid, Path,)), request_body = Approval,
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`case-conflict`"))
)]
pub async fn approve(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(id): Id<RecoveryCaseId>,
    Body(request): Body<Approval>,
) -> Result<Written<StatusCode>, Problem> {
    let Approval { account, move_address } = request;
    let case = app.recovery_cases.load(&app.recovery_cases.stream(id)).await?.state;
    case.seen_by_support()?;
    let holder = match case.registered.clone() {
        Some(email) => app.holder(&Identifier::Email(email)).await?,
        None => None,
    };
    let holds_registered = holder == Some(account) && app.account(account).await?.id.is_some();
    let (operator_id, now) = (operator.0.account_id, operator.0.caller.now);
    let command = ApproveCase { operator: operator_id, account, move_address, holds_registered, now };
    let metadata = operator.0.metadata(&app);
    recorded(&app.decide_case(id, &metadata, |case| command.decide(case, &app.policy.recovery)).await?)
}

/// Rejects. The person is told why, and may appeal once to other operators.
#[utoipa::path(
    post, path = "/v1/operator/recovery-cases/{id}/reject", tag = "recovery", security(("session" = [])),
    params(("id" = Uuid, Path,)), request_body = CaseRefusal,
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`case-conflict`"))
)]
pub async fn reject(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(id): Id<RecoveryCaseId>,
    Body(request): Body<CaseRefusal>,
) -> Result<Written<StatusCode>, Problem> {
    let command = RejectCase { operator: operator.0.account_id, reason: request.reason };
    let metadata = operator.0.metadata(&app);
    recorded(&app.decide_case(id, &metadata, |case| command.decide(case)).await?)
}
