//! `POST /v1/recovery-case/documents`: an identity document or a screenshot. What it is, its content says; how large it
//! may be is looked at while it comes. It goes to the vault, sealed, and never into an event.

use super::CaseCaller;
use super::read::DocumentAnswer;
use crate::app::App;
use crate::log_proofs::Asked;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::Written;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use futures_util::StreamExt as _;
use serde::Deserialize;
use utoipa::IntoParams;
use watchbook_domain::DocumentId;
use watchbook_domain::recovery_case::{AddDocument, DocumentKind};
use watchbook_eventlog::documents::DocumentWriter;
use watchbook_eventlog::fresh;

/// What it is called.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentQuery {
    /// For support to read: cut after 100 characters.
    name: Option<String>,
}

/// Adds a document: the body is its content.
#[utoipa::path(
    post, path = "/v1/recovery-case/documents", tag = "recovery", security(("case" = [])), params(DocumentQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, body = DocumentAnswer),
        (status = 401, body = ProblemBody, description = "`case-token-invalid`"),
        (status = 409, body = ProblemBody, description = "`case-conflict`: not in review, or too many"),
        (status = 413, body = ProblemBody, description = "`body-too-large`"),
        (status = 415, body = ProblemBody, description = "`document-type`: no PNG, JPEG or PDF"),
    )
)]
pub async fn add(
    State(app): State<App>,
    caller: CaseCaller,
    Asked(query): Asked<DocumentQuery>,
    body: Body,
) -> Result<(StatusCode, Written<Json<DocumentAnswer>>), Problem> {
    AddDocument::check(&caller.case, &app.policy.recovery)?;
    let document = DocumentId(fresh::uuid());
    let mut writer = DocumentWriter::new(&app.sealer, caller.id, document, caller.caller.now);
    let added = async {
        let kind = receive(&mut writer, body, app.policy.recovery.document_bytes).await?;
        let written = writer.finish().await?;
        let command = AddDocument {
            document,
            kind,
            name: query.name.unwrap_or_default(),
            size: written.size,
            sha256: written.sha256,
            chunks: written.chunks,
        };
        let metadata = app.metadata(&caller.caller, None);
        let decide = |case: &_| command.decide(case, &app.policy.recovery);
        Ok::<_, Problem>(app.decide_case(caller.id, &metadata, decide).await?)
    };
    match added.await {
        Ok(done) => {
            let known = done.state.documents.get(&document).ok_or(problem::INTERNAL)?;
            let answer = Json(DocumentAnswer::new(document, known));
            Ok((StatusCode::CREATED, Written(done.position, answer)))
        }
        Err(problem) => {
            if writer.discard().await.is_err() {
                tracing::warn!("pieces of a refused document are left for the sweep");
            }
            Err(problem)
        }
    }
}

/// Reads the body piece by piece; nothing is stored before its first bytes say what it is.
async fn receive(writer: &mut DocumentWriter<'_>, body: Body, most: u64) -> Result<DocumentKind, Problem> {
    let mut stream = body.into_data_stream();
    let mut head: Vec<u8> = Vec::new();
    let mut kind = None;
    while let Some(piece) = stream.next().await {
        let piece =
            piece.map_err(|_| Problem::from(problem::MALFORMED).detail("the body ended before its time"))?;
        if writer.size() + (head.len() + piece.len()) as u64 > most {
            return Err(problem::TOO_LARGE.into());
        }
        if kind.is_some() {
            writer.write(&piece).await?;
            continue;
        }
        head.extend_from_slice(&piece);
        if head.len() >= DocumentKind::SIGNATURE {
            kind = Some(DocumentKind::of(&head).ok_or(problem::DOCUMENT_TYPE)?);
            let first = std::mem::take(&mut head);
            writer.write(&first).await?;
        }
    }
    kind.ok_or_else(|| problem::DOCUMENT_TYPE.into())
}
