//! `GET /v1/log/checkpoint`: the newest signed head of the log.

use crate::app::App;
use crate::log_proofs::Auditor;
use crate::problem::{self, Problem, ProblemBody};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// The newest head that this node signed, as a signed note (C2SP tlog-checkpoint): at most a minute old while there is
/// something new.
#[utoipa::path(
    get, path = "/v1/log/checkpoint", tag = "log", security(("session" = []), ("service_key" = [])),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn checkpoint(State(app): State<App>, _auditor: Auditor) -> Result<Response, Problem> {
    let heads = app.heads.clone();
    let last = tokio::task::spawn_blocking(move || heads.last()).await;
    let last = last.map_err(|error| Problem::internal(&error))?;
    let note = last.map_err(|error| Problem::unavailable(&error))?.ok_or(problem::NOT_FOUND)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], note).into_response())
}
