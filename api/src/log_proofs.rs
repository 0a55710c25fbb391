//! What the endpoints under `/v1/log` share: who may ask, and the tree.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{self, Problem};
use crate::request::bearer;
use crate::service_keys::ServiceCaller;
use crate::tokens::parse_service_key;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use std::io;
use watchbook_domain::service_key::Scope;
use watchbook_proofs::{Hash, Tiles};

/// An operator, or a back end whose key has the scope `log_proofs`.
pub struct Auditor;

impl FromRequestParts<App> for Auditor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if bearer(&parts.headers).and_then(parse_service_key).is_some() {
            ServiceCaller::from_request_parts(parts, app).await?.require(Scope::LogProofs)?;
        } else {
            OperatorCaller::from_request_parts(parts, app).await?;
        }
        Ok(Self)
    }
}

/// What is asked, or a problem that is the caller's.
pub struct Asked<Q>(pub Q);

impl<S: Send + Sync, Q: DeserializeOwned> FromRequestParts<S> for Asked<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let asked = Query::<Q>::from_request_parts(parts, state).await;
        asked
            .map(|Query(asked)| Self(asked))
            .map_err(|_| Problem::from(problem::MALFORMED).detail("see /openapi.json for what can be asked"))
    }
}

/// Reads the tree where that holds up nobody.
///
/// # Errors
/// `NOT_FOUND` when the tree is too small or there is none yet; when it cannot be read.
pub async fn read_tree<T: Send + 'static>(
    app: &App,
    read: impl FnOnce(&Tiles) -> io::Result<Option<T>> + Send + 'static,
) -> Result<T, Problem> {
    let folder = app.tree_folder.clone();
    let read = tokio::task::spawn_blocking(move || read(&Tiles::open(&folder)?)).await;
    match read.map_err(|error| Problem::internal(&error))? {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(Problem::from(problem::NOT_FOUND).detail("the tree has no such size or event (yet)")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(problem::NOT_FOUND.into()),
        Err(error) => Err(Problem::unavailable(&error)),
    }
}

/// In base64, as checkpoints have them.
pub fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(ToString::to_string).collect()
}
