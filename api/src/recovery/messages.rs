//! `POST /v1/recovery-case/messages`: the person writes to support.

use super::CaseCaller;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::request::{Body, Written};
use crate::sign_in::no_content;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use watchbook_domain::recovery_case::{Author, WriteMessage};

/// A text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseText {
    /// At most 4,000 characters.
    pub text: String,
}

/// Writes to support.
#[utoipa::path(
    post, path = "/v1/recovery-case/messages", tag = "recovery", security(("case" = [])), request_body = CaseText,
    responses((status = 204), (status = 401, body = ProblemBody), (status = 409, body = ProblemBody, description = "`case-conflict`"))
)]
pub async fn write(
    State(app): State<App>,
    caller: CaseCaller,
    Body(request): Body<CaseText>,
) -> Result<Written<StatusCode>, Problem> {
    let command = WriteMessage { from: Author::Person, text: request.text };
    let metadata = app.metadata(&caller.caller, None);
    let done =
        app.decide_case(caller.id, &metadata, |case| command.decide(case, &app.policy.recovery)).await?;
    Ok(no_content(done.position))
}
