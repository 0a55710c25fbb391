//! `/v1/operator/accounts/{id}/erasure` and `…/legal-hold`: what compliance orders.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::operators::LONGEST_NOTE;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Id, Written};
use crate::sign_in::no_content;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use watchbook_domain::account::{Erase, LiftLegalHold, PlaceLegalHold};
use watchbook_domain::{AccountId, Timestamp, UserNumber};

/// Which account, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureRequest {
    /// The account's user number, so that it is not the wrong one.
    #[schema(example = "414552968")]
    user_number: String,
}

/// How far an erasure is.
#[derive(Serialize, ToSchema)]
pub struct ErasureAnswer {
    /// The account that is no more.
    account_id: Uuid,
    /// The event in its stream that ordered the erasure, for an inclusion proof.
    ordered_by: Uuid,
    /// When the key and all secrets were destroyed.
    #[schema(value_type = String, format = DateTime)]
    completed_at: Timestamp,
}

/// Why an account must not be erased.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalHoldRequest {
    /// In words, for the record: at most 1,000 characters.
    note: String,
}

/// Erases a person: everything ends at once; within moments their key is destroyed, and with it all that was ever
/// sealed for them, in log, vault, views and mails. It cannot be undone.
#[utoipa::path(
    post, path = "/v1/operator/accounts/{id}/erasure", tag = "operators", security(("session" = [])), params(("id" = Uuid, Path,)),
    request_body = ErasureRequest,
    responses((status = 202), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody, description = "`conflict`: a legal hold, or another user number"))
)]
pub async fn order(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(account): Id<AccountId>,
    Body(request): Body<ErasureRequest>,
) -> Result<Written<StatusCode>, Problem> {
    let number = UserNumber::parse(&request.user_number)
        .ok_or_else(|| Problem::from(problem::MALFORMED).detail("user_number: nine digits"))?;
    let command = Erase { number, now: operator.0.caller.now };
    let metadata = operator.0.metadata(&app);
    let done = app.decide(account, &metadata, |a| command.decide(a)).await?;
    Ok(Written(done.position, StatusCode::ACCEPTED))
}

/// The certificate of an erasure that is complete.
#[utoipa::path(
    get, path = "/v1/operator/accounts/{id}/erasure", tag = "operators", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 200, body = ErasureAnswer), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn certificate(
    State(app): State<App>,
    _operator: OperatorCaller,
    Id(account): Id<AccountId>,
) -> Result<Json<ErasureAnswer>, Problem> {
    let erasure = app.erasures.load(&app.erasures.stream(account)).await?.state;
    let (ordered_by, completed_at) = erasure.completed.ok_or(problem::NOT_FOUND)?;
    Ok(Json(ErasureAnswer { account_id: account.0, ordered_by: ordered_by.0, completed_at }))
}

/// Forbids the erasure of an account.
#[utoipa::path(
    put, path = "/v1/operator/accounts/{id}/legal-hold", tag = "operators", security(("session" = [])), params(("id" = Uuid, Path,)),
    request_body = LegalHoldRequest,
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 400, body = ProblemBody))
)]
pub async fn place_hold(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(account): Id<AccountId>,
    Body(request): Body<LegalHoldRequest>,
) -> Result<Written<StatusCode>, Problem> {
    if request.note.trim().is_empty() || request.note.chars().count() > LONGEST_NOTE {
        return Err(Problem::from(problem::MALFORMED).detail("note: 1 to 1,000 characters"));
    }
    let command = PlaceLegalHold { note: request.note };
    let done = app.decide(account, &operator.0.metadata(&app), |a| command.decide(a)).await?;
    Ok(no_content(done.position))
}

/// Ends the legal hold on an account.
#[utoipa::path(
    delete, path = "/v1/operator/accounts/{id}/legal-hold", tag = "operators", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn lift_hold(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(account): Id<AccountId>,
) -> Result<Written<StatusCode>, Problem> {
    let done = app.decide(account, &operator.0.metadata(&app), |a| LiftLegalHold.decide(a)).await?;
    Ok(no_content(done.position))
}
