//! `GET /v1/operator/recovery-cases/{id}/documents/{document}`: the content of a document, to be saved and never shown.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use watchbook_domain::recovery_case::ViewDocument;
use watchbook_domain::{DocumentId, RecoveryCaseId};
use watchbook_eventlog::documents::{DocumentError, read_document};

/// A browser saves it under a name of ours, takes it for nothing, and runs nothing of it.
pub const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Downloads a document. It is on record before the first byte leaves.
#[utoipa::path(
    get, path = "/v1/operator/recovery-cases/{id}/documents/{document}", tag = "recovery", security(("session" = [])),
    params(("id" = Uuid, Path,), ("document" = Uuid, Path,)),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody),
    )
)]
pub async fn download(
    State(app): State<App>,
    operator: OperatorCaller,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let Path((id, document)) = path.map_err(|_| problem::NOT_FOUND)?;
    let id: RecoveryCaseId = id.parse().map_err(|_| problem::NOT_FOUND)?;
    let document: DocumentId = document.parse().map_err(|_| problem::NOT_FOUND)?;
    let command = ViewDocument { document, operator: operator.0.account_id };
    let metadata = operator.0.metadata(&app);
    let done = app.decide_case(id, &metadata, |case| command.decide(case)).await?;
    let known = done.state.documents.get(&document).ok_or(problem::NOT_FOUND)?;
    let content = read_document(&app.sealer, id, document, known).await.map_err(|error| match error {
        DocumentError::Seal(error) => Problem::from(error),
        DocumentError::Damaged => Problem::internal(&error),
    })?;
    let name = format!("attachment; filename=\"document-{document}.{}\"", known.kind.extension());
    let mut response = (HEADERS, content).into_response();
    let name = HeaderValue::from_str(&name).map_err(|error| Problem::internal(&error))?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}
