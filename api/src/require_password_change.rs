//! `POST /v1/operator/accounts/{id}/require-password-change`: somebody else may have the password.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::operators::LONGEST_NOTE;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Id, Written};
use crate::sign_in::no_content;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use watchbook_domain::account::RequirePasswordChange;
use watchbook_domain::{AccountId, LinkId};
use watchbook_eventlog::fresh;

/// What the evidence is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequireRequest {
    /// In words, for the record: at most 1,000 characters.
    note: Option<String>,
}

/// Voids the password in use: every session ends, it signs in nobody, and the owner gets a link that sets another one.
/// Nothing happens when it is void already.
#[utoipa::path(
    post, path = "/v1/operator/accounts/{id}/require-password-change", tag = "operators", security(("session" = [])),
    params(("id" = Uuid, Path,)), request_body = RequireRequest,
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn order(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(account): Id<AccountId>,
    Body(request): Body<RequireRequest>,
) -> Result<Written<StatusCode>, Problem> {
    if request.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(Problem::from(problem::MALFORMED).detail("note: at most 1,000 characters"));
    }
    let command =
        RequirePasswordChange { note: request.note, link: LinkId(fresh::uuid()), now: operator.0.caller.now };
    let metadata = operator.0.metadata(&app);
    let done = app.decide(account, &metadata, |a| command.decide(a, &app.policy)).await?;
    Ok(no_content(done.position))
}
