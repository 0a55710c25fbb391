//! `GET /v1/log/proofs/inclusion`: that an event is in the log.

use crate::app::App;
use crate::log_proofs::{Asked, Auditor, read_tree, texts};
use crate::problem::{self, Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use watchbook_eventlog::Position;
use watchbook_proofs::{encode, inclusion as prove, leaf, root_at};

/// Which event, in which tree.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Question {
    /// The event's number in the order of the log, from 0; or its position.
    index: Option<u64>,
    /// The event's position.
    position: Option<u64>,
    /// Events in the tree: as a checkpoint says.
    size: u64,
}

/// A proof (RFC 9162, 2.1.3). Hashes are base64.
#[derive(Serialize, ToSchema)]
pub struct InclusionAnswer {
    /// The event's number in the order of the log, from 0.
    index: u64,
    /// Its place in this store.
    position: u64,
    /// Events in the tree.
    size: u64,
    /// The event as it is hashed, sealed: base64 of the canonical encoding.
    entry: String,
    /// SHA-256 of a zero byte and the entry.
    leaf: String,
    /// From the leaf to the root.
    path: Vec<String>,
    /// What the path leads to: compare with the checkpoint's.
    root: String,
}

/// Proves that an event is in the log.
#[utoipa::path(
    get, path = "/v1/log/proofs/inclusion", tag = "log", security(("session" = []), ("service_key" = [])), params(Question),
    responses((status = 200, body = InclusionAnswer), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn inclusion(
    State(app): State<App>,
    _auditor: Auditor,
    Asked(Question { index, position, size }): Asked<Question>,
) -> Result<Json<InclusionAnswer>, Problem> {
    let (index, before, kept, path, root) = read_tree(&app, move |tree| {
        let index = match (index, position) {
            (Some(index), None) => Some(index),
            (None, Some(position)) => tree.index(Position(position))?,
            _ => None,
        };
        let Some(index) = index else { return Ok(None) };
        let Some(path) = prove(tree, index, size)? else { return Ok(None) };
        // Not every number is a position that every store can read from; another event's is.
        let before = index.checked_sub(1).map_or(Ok(Position::START), |before| tree.position(before))?;
        Ok(Some((index, before, tree.leaf(index)?, path, root_at(tree, size)?)))
    })
    .await?;
    let events = app.log.read_all(before, 1).await.map_err(|error| Problem::unavailable(&error))?;
    let event = events.first().ok_or(problem::NOT_FOUND)?;
    let entry = encode(index, event);
    if leaf(&entry) != kept {
        let changed =
            std::io::Error::other("an event is not the one that was signed: see `watchbook verify`");
        return Err(Problem::internal(&changed));
    }
    Ok(Json(InclusionAnswer {
        index,
        position: event.position.0,
        size,
        entry: STANDARD.encode(entry),
        leaf: kept.to_string(),
        path: texts(&path),
        root: root.to_string(),
    }))
}
