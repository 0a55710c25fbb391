//! `GET /v1/operator/exports/{id}/files/{file}`: a file of an export, to be saved and never shown.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::recovery_review::document::HEADERS;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::io;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use watchbook_domain::ExportId;
use watchbook_domain::export::{Export, ExportRejection};
use watchbook_exports::{Format, files};

/// Bytes read at once.
const PIECE: usize = 256 * 1024;

/// Downloads a file of a complete export. It is on record before the first byte leaves.
#[utoipa::path(
    get, path = "/v1/operator/exports/{id}/files/{file}", tag = "exports", security(("session" = [])),
    params(("id" = Uuid, Path,), ("file" = String, Path,)),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody, description = "no such file, or it lies on another node"),
        (status = 409, body = ProblemBody, description = "`export-conflict`: it has no files (yet)"),
    )
)]
pub async fn download(
    State(app): State<App>,
    operator: OperatorCaller,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let Path((id, file)) = path.map_err(|_| problem::NOT_FOUND)?;
    let export: ExportId = id.parse().map_err(|_| problem::NOT_FOUND)?;
    let stream = app.exports.stream(export);
    let state = app.exports.load(&stream).await?.state;
    let format: Format = state.query.format.parse().map_err(|_| problem::NOT_FOUND)?;
    // Of the names that an export has, so that nothing else can be reached.
    let file = files(format).into_iter().find(|known| *known == file).ok_or(problem::NOT_FOUND)?;
    let by = operator.0.account_id;
    state.download(by, file)?;
    let opened = File::open(app.exports_folder.join(export.to_string()).join(file)).await;
    let opened = opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => problem::NOT_FOUND.into(),
        _ => Problem::unavailable(&error),
    })?;
    let length = opened.metadata().await.map_err(|error| Problem::unavailable(&error))?.len();
    let metadata = operator.0.metadata(&app);
    let decide = |state: &Export| -> Result<_, ExportRejection> { state.download(by, file) };
    app.exports.execute(&stream, export.into(), &metadata, decide).await?;
    let pieces = stream::try_unfold(opened, |mut file| async move {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
    });
    let mut response = (HEADERS, Body::from_stream(pieces)).into_response();
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{export}-{file}\""));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, name.map_err(|error| Problem::internal(&error))?);
    headers.insert(header::CONTENT_LENGTH, length.into());
    Ok(response)
}
