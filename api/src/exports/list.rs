//! `GET /v1/operator/exports`: what was asked for.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::log_proofs::Asked;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::CaughtUp;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use watchbook_domain::{AccountId, ExportId, Timestamp};
use watchbook_eventlog::Position;
use watchbook_projections::ExportRow;

const MOST: u32 = 100;

/// Which exports.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportsQuery {
    /// Only what was asked for before this position: `next` of the page before.
    before: Option<u64>,
    /// At most this many, 1 to 100. Default 50.
    limit: Option<u32>,
}

/// A page of exports.
#[derive(Serialize, ToSchema)]
pub struct ExportsAnswer {
    /// Newest first.
    exports: Vec<ListedExport>,
    /// For the next page; absent on the last.
    next: Option<u64>,
}

/// An export.
#[derive(Serialize, ToSchema)]
pub struct ListedExport {
    /// Names it.
    #[schema(value_type = Uuid)]
    export: ExportId,
    /// Who asked for it.
    #[schema(value_type = Uuid)]
    requested_by: AccountId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
    /// `pending`, `completed`, `cancelled`, `failed` or `discarded`.
    stage: String,
    /// How many times one of its files was downloaded.
    downloads: u64,
}

/// Lists exports.
#[utoipa::path(
    get, path = "/v1/operator/exports", tag = "exports", security(("session" = [])), params(ExportsQuery),
    responses((status = 200, body = ExportsAnswer), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn list(
    State(app): State<App>,
    _caught_up: CaughtUp,
    _operator: OperatorCaller,
    Asked(query): Asked<ExportsQuery>,
) -> Result<Json<ExportsAnswer>, Problem> {
    let limit = query.limit.unwrap_or(MOST / 2);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::from(problem::MALFORMED).detail("limit: 1 to 100"));
    }
    let rows = app.views.exports(query.before.map(Position), limit).await?;
    let full = rows.len() == limit as usize;
    let next = rows.last().filter(|_| full).map(|row| row.requested_position.0);
    let listed = |row: ExportRow| {
        let ExportRow { export, requested_position: _, requested_by, requested_at, stage, downloads } = row;
        ListedExport { export, requested_by, requested_at, stage, downloads }
    };
    Ok(Json(ExportsAnswer { exports: rows.into_iter().map(listed).collect(), next }))
}
