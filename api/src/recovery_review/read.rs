//! `GET /v1/operator/recovery-cases/{id}`: one case, whole.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::recovery::read::{DocumentAnswer, MessageAnswer};
use crate::request::Id;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use watchbook_domain::{AccountId, Identifier, RecoveryCaseId, Timestamp};

/// A case as support sees it.
#[derive(Serialize, ToSchema)]
pub struct ReviewedCase {
    /// The case.
    #[schema(value_type = Uuid)]
    case: RecoveryCaseId,
    /// Where it stands.
    #[schema(example = "review")]
    stage: &'static str,
    /// The address that the account was registered with, as the person says.
    registered_email: Option<String>,
    /// The proved contact address.
    contact_email: Option<String>,
    /// What happened, in their words.
    reason: String,
    /// The account that holds the registered address now, if one does.
    #[schema(value_type = Option<Uuid>)]
    account: Option<AccountId>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// When the account is handed over.
    #[schema(value_type = Option<String>, format = DateTime)]
    executes_at: Option<Timestamp>,
    /// Whether it is an appeal.
    appealed: bool,
    /// What was sent in.
    documents: Vec<DocumentAnswer>,
    /// The thread, oldest first.
    messages: Vec<MessageAnswer>,
    /// Answers to the checklist, by item: who, whether it holds, a note.
    #[schema(value_type = Object)]
    checks: Value,
    /// Approvals so far: who, which account, when.
    #[schema(value_type = Vec<Object>)]
    approvals: Value,
    /// The last rejection.
    #[schema(value_type = Option<Object>)]
    rejection: Value,
}

/// One case.
#[utoipa::path(
    get, path = "/v1/operator/recovery-cases/{id}", tag = "recovery", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 200, body = ReviewedCase), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn read(
    State(app): State<App>,
    _operator: OperatorCaller,
    Id(id): Id<RecoveryCaseId>,
) -> Result<Json<ReviewedCase>, Problem> {
    let case = app.recovery_cases.load(&app.recovery_cases.stream(id)).await?.state;
    case.seen_by_support()?;
    let account = match case.registered.clone() {
        Some(email) => app.holder(&Identifier::Email(email)).await?,
        None => None,
    };
    Ok(Json(ReviewedCase {
        case: id,
        stage: case.stage.as_str(),
        registered_email: case.registered.as_ref().map(|email| email.as_str().to_owned()),
        contact_email: case.contact.as_ref().map(|email| email.as_str().to_owned()),
        reason: case.reason.clone(),
        account,
        opened_at: case.opened_at,
        executes_at: case.executes_at,
        appealed: case.appealed,
        documents: case.documents.iter().map(|(id, document)| DocumentAnswer::new(*id, document)).collect(),
        messages: case.messages.iter().map(MessageAnswer::new).collect(),
        checks: serde_json::to_value(&case.checks).unwrap_or_default(),
        approvals: serde_json::to_value(&case.approvals).unwrap_or_default(),
        rejection: serde_json::to_value(&case.rejection).unwrap_or_default(),
    }))
}
