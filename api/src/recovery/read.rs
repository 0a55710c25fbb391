//! `GET /v1/recovery-case`: where the own case stands, and the thread.

use super::CaseCaller;
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use watchbook_domain::recovery_case::{Author, CaseMessage, Document, RecoveryCase};
use watchbook_domain::{DocumentId, RecoveryCaseId, Timestamp};

/// A case as its person sees it: no operator is named.
#[derive(Serialize, ToSchema)]
pub struct OwnCase {
    /// The case.
    #[schema(value_type = Uuid)]
    case: RecoveryCaseId,
    /// `unproved`, `review`, `cooling_off`, `rejected`, `stopped`, `executed` or `lapsed`.
    #[schema(example = "review")]
    stage: &'static str,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// When the account is handed over, once it was approved.
    #[schema(value_type = Option<String>, format = DateTime)]
    executes_at: Option<Timestamp>,
    /// Why it was rejected, if it was.
    rejection: Option<String>,
    /// Whether the one appeal was used.
    appealed: bool,
    /// What was sent in.
    documents: Vec<DocumentAnswer>,
    /// The thread, oldest first.
    messages: Vec<MessageAnswer>,
}

/// A document, without its content.
#[derive(Serialize, ToSchema)]
pub struct DocumentAnswer {
    /// The document.
    #[schema(value_type = Uuid)]
    pub document: DocumentId,
    /// `png`, `jpeg` or `pdf`, by its content.
    #[schema(value_type = String)]
    pub kind: watchbook_domain::recovery_case::DocumentKind,
    /// What the person calls it.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// When it came in.
    #[schema(value_type = String, format = DateTime)]
    pub added_at: Timestamp,
}

impl DocumentAnswer {
    pub(crate) fn new(document: DocumentId, of: &Document) -> Self {
        let Document { kind, name, size, added_at, .. } = of.clone();
        Self { document, kind, name, size, added_at }
    }
}

/// A message of the thread.
#[derive(Serialize, ToSchema)]
pub struct MessageAnswer {
    /// `person` or `support`.
    #[schema(example = "support")]
    pub from: &'static str,
    /// What.
    pub text: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl MessageAnswer {
    pub(crate) fn new(message: &CaseMessage) -> Self {
        let from = match message.from {
            Author::Person => "person",
            Author::Operator(_) => "support",
        };
        Self { from, text: message.text.clone(), at: message.at }
    }
}

/// Where the case stands.
#[utoipa::path(
    get, path = "/v1/recovery-case", tag = "recovery", security(("case" = [])),
    responses((status = 200, body = OwnCase), (status = 401, body = ProblemBody, description = "`case-token-invalid`"))
)]
pub async fn read(caller: CaseCaller) -> Result<Json<OwnCase>, Problem> {
    let CaseCaller { id: case, case: state, .. } = caller;
    let RecoveryCase { stage, opened_at, executes_at, rejection, appealed, documents, messages, .. } =
        &*state;
    Ok(Json(OwnCase {
        case,
        stage: stage.as_str(),
        opened_at: *opened_at,
        executes_at: *executes_at,
        rejection: rejection.as_ref().map(|rejection| rejection.reason.clone()),
        appealed: *appealed,
        documents: documents.iter().map(|(id, document)| DocumentAnswer::new(*id, document)).collect(),
        messages: messages.iter().map(MessageAnswer::new).collect(),
    }))
}
