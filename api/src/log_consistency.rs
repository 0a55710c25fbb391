//! `GET /v1/log/proofs/consistency`: that the log was only ever appended to.

use crate::app::App;
use crate::log_proofs::{Asked, Auditor, read_tree, texts};
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use watchbook_proofs::{consistency as prove, root_at};

/// Which trees.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Question {
    /// Events in the older tree, at least 1.
    from: u64,
    /// Events in the newer tree.
    to: u64,
}

/// A proof (RFC 9162, 2.1.4). Hashes are base64.
#[derive(Serialize, ToSchema)]
pub struct ConsistencyAnswer {
    /// Events in the older tree.
    from: u64,
    /// Events in the newer tree.
    to: u64,
    /// From where both are the same to both roots.
    path: Vec<String>,
    /// Of the older tree: compare with the checkpoint that you have.
    from_root: String,
    /// Of the newer tree: compare with its checkpoint.
    to_root: String,
}

/// Proves that an older tree is the beginning of a newer one.
#[utoipa::path(
    get, path = "/v1/log/proofs/consistency", tag = "log", security(("session" = []), ("service_key" = [])), params(Question),
    responses((status = 200, body = ConsistencyAnswer), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn consistency(
    State(app): State<App>,
    _auditor: Auditor,
    Asked(Question { from, to }): Asked<Question>,
) -> Result<Json<ConsistencyAnswer>, Problem> {
    let answer = read_tree(&app, move |tree| {
        let Some(path) = prove(tree, from, to)? else { return Ok(None) };
        let roots = (root_at(tree, from)?.to_string(), root_at(tree, to)?.to_string());
        Ok(Some(ConsistencyAnswer { from, to, path: texts(&path), from_root: roots.0, to_root: roots.1 }))
    });
    answer.await.map(Json)
}
