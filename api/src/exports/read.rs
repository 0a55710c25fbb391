//! `GET /v1/operator/exports/{id}`: how far an export is, and what came of it.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::Id;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use watchbook_domain::export::{DiscardReason, ExportFailure, ExportStage};
use watchbook_domain::{AccountId, ExportId, Timestamp};
use watchbook_exports::{Format, files, kept_progress};

/// An export.
#[derive(Serialize, ToSchema)]
pub struct ExportAnswer {
    /// Names it.
    #[schema(value_type = Uuid)]
    export: ExportId,
    /// `pending`, `completed`, `cancelled`, `failed` or `discarded`.
    #[schema(value_type = String, example = "completed")]
    stage: ExportStage,
    /// Who asked for it.
    #[schema(value_type = Uuid)]
    requested_by: AccountId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
    /// How it is written.
    format: String,
    /// Events of the log looked at, while it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    looked_at: Option<u64>,
    /// Events of the log to be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_size: Option<u64>,
    /// Events taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<u64>,
    /// How many of them are of erased subjects, without data.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<u64>,
    /// SHA-256 of the manifest, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    manifest_sha256: Option<String>,
    /// When it was there; its files stay for seven days.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Timestamp>,
    /// Why it was not made: `authority_lost`, `erased_meanwhile`, `files` or `log`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<ExportFailure>,
    /// Why its files were deleted: `erased` or `expired`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    discarded: Option<DiscardReason>,
    /// What there is to download.
    files: Vec<String>,
}

/// One export.
#[utoipa::path(
    get, path = "/v1/operator/exports/{id}", tag = "exports", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 200, body = ExportAnswer), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn read(
    State(app): State<App>,
    _operator: OperatorCaller,
    Id(export): Id<ExportId>,
) -> Result<Json<ExportAnswer>, Problem> {
    let state = app.exports.load(&app.exports.stream(export)).await?.state;
    let (requested_by, requested_at) = state.requested.ok_or(problem::NOT_FOUND)?;
    let pending = state.stage == ExportStage::Pending;
    let progress = if pending { kept_progress(&app.exports_folder, export.0) } else { None };
    let outcome = state.outcome.as_ref();
    let format: Option<Format> = state.query.format.parse().ok();
    let there = format.filter(|_| state.stage == ExportStage::Completed).map(files);
    Ok(Json(ExportAnswer {
        export,
        stage: state.stage,
        requested_by,
        requested_at,
        format: state.query.format.clone(),
        looked_at: progress.map(|progress| progress.looked_at),
        log_size: outcome.map(|it| it.log_size).or(progress.map(|progress| progress.of)),
        events: outcome.map(|it| it.events).or(progress.map(|progress| progress.taken)),
        erased: outcome.map(|it| it.erased),
        manifest_sha256: outcome.map(|it| it.manifest_sha256.clone()),
        completed_at: outcome.map(|it| it.completed_at),
        failure: state.failure,
        discarded: state.discarded,
        files: there.into_iter().flatten().map(str::to_owned).collect(),
    }))
}
