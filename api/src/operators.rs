//! `/v1/operator/…`: what the site's staff do.

use crate::access::OperatorCaller;
use crate::account::{AccountAnswer, find};
use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, CaughtUp, Id, Written};
use crate::sign_in::no_content;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use watchbook_domain::AccountId;
use watchbook_domain::account::{Lock, Unlock};

/// Most characters of a note.
pub const LONGEST_NOTE: usize = 1_000;

/// Why an account is locked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LockRequest {
    /// In words, for the record: at most 1,000 characters.
    note: Option<String>,
}

/// The state of any account.
#[utoipa::path(
    get, path = "/v1/operator/accounts/{id}", tag = "operators", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 200, body = AccountAnswer), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn read(
    State(app): State<App>,
    _caught_up: CaughtUp,
    _operator: OperatorCaller,
    Id(account): Id<AccountId>,
) -> Result<Json<AccountAnswer>, Problem> {
    find(&app, account).await
}

/// Locks an account: nobody signs in, everything ends.
#[utoipa::path(
    post, path = "/v1/operator/accounts/{id}/lock", tag = "operators", security(("session" = [])), params(("id" = Uuid, Path,)),
    request_body = LockRequest,
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody))
)]
pub async fn lock(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(account): Id<AccountId>,
    Body(request): Body<LockRequest>,
) -> Result<Written<StatusCode>, Problem> {
    if request.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(Problem::from(problem::MALFORMED).detail("note: at most 1,000 characters"));
    }
    let command = Lock { note: request.note, now: operator.0.caller.now };
    let metadata = operator.0.metadata(&app);
    let done = app.decide(account, &metadata, |a| command.decide(a)).await?;
    Ok(no_content(done.position))
}

/// Lifts a lock of any kind.
#[utoipa::path(
    post, path = "/v1/operator/accounts/{id}/unlock", tag = "operators", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody))
)]
pub async fn unlock(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(account): Id<AccountId>,
) -> Result<Written<StatusCode>, Problem> {
    let metadata = operator.0.metadata(&app);
    let done = app.decide(account, &metadata, |a| Unlock.decide(a)).await?;
    Ok(no_content(done.position))
}
