//! `POST /v1/recovery-case/appeal`: other operators look once more.

use super::CaseCaller;
use super::messages::CaseText;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::request::{Body, Written};
use crate::sign_in::no_content;
use axum::extract::State;
use axum::http::StatusCode;
use watchbook_domain::recovery_case::AppealCase;

/// Appeals a rejection, once.
#[utoipa::path(
    post, path = "/v1/recovery-case/appeal", tag = "recovery", security(("case" = [])), request_body = CaseText,
    responses((status = 204), (status = 401, body = ProblemBody), (status = 409, body = ProblemBody, description = "`case-conflict`"))
)]
pub async fn appeal(
    State(app): State<App>,
    caller: CaseCaller,
    Body(request): Body<CaseText>,
) -> Result<Written<StatusCode>, Problem> {
    let command = AppealCase { text: request.text };
    let metadata = app.metadata(&caller.caller, None);
    let done = app.decide_case(caller.id, &metadata, |case| command.decide(case)).await?;
    Ok(no_content(done.position))
}
