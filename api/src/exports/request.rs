//! `POST /v1/operator/exports`: an export is wanted.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Written};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use watchbook_domain::export::{Export, ExportQuery};
use watchbook_domain::operator::Look;
use watchbook_domain::{AccountId, ExportId, Timestamp};
use watchbook_eventlog::fresh;
use watchbook_exports::Format;

/// What is wanted: events that meet every condition given; without any, all of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// Only what is about these accounts, alerts or cases: at most 100.
    #[serde(default)]
    subjects: Vec<Uuid>,
    /// Only these types, such as `session.opened`, or `session.*` for all that begin so: at most 50.
    #[serde(default)]
    types: Vec<String>,
    /// Recorded then or later.
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Recorded before then.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// `json_lines` (default), `csv`, `ocsf` or `cef`.
    format: Option<String>,
}

/// An export that is being made.
#[derive(Serialize, ToSchema)]
pub struct ExportRequested {
    /// Names it.
    #[schema(value_type = Uuid)]
    export: ExportId,
}

/// Asks for an export. It goes up to the last signed head of the log, and is made by a worker.
#[utoipa::path(
    post, path = "/v1/operator/exports", tag = "exports", security(("session" = [])), request_body = ExportRequest,
    responses((status = 202, body = ExportRequested), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn request(
    State(app): State<App>,
    operator: OperatorCaller,
    Body(request): Body<ExportRequest>,
) -> Result<Written<(StatusCode, Json<ExportRequested>)>, Problem> {
    let ExportRequest { mut subjects, types, from, to, format } = request;
    let format = format.map_or(Ok(Format::JsonLines), |format| format.parse());
    let format: Format = format.map_err(|names| Problem::from(problem::MALFORMED).detail(names))?;
    subjects.sort_unstable();
    subjects.dedup();
    let named: Vec<_> = subjects.iter().map(|subject| AccountId(*subject)).collect();
    let query = ExportQuery { subjects, types, from, to, format: format.name().to_owned() };
    let (export, by) = (ExportId(fresh::uuid()), operator.0.account_id);
    Export::default().request(export, by, &query)?;
    operator.looks_at(&app, Look::Export, named, None).await?;
    let metadata = operator.0.metadata(&app);
    let decide = |state: &Export| state.request(export, by, &query);
    let done = app.exports.execute(&app.exports.stream(export), export.into(), &metadata, decide).await?;
    Ok(Written(done.position, (StatusCode::ACCEPTED, Json(ExportRequested { export }))))
}
