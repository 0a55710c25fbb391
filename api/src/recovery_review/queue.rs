//! `GET /v1/operator/recovery-cases`: the queue.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::log_proofs::Asked;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::CaughtUp;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use watchbook_domain::recovery_case::CaseStage;
use watchbook_domain::{AccountId, RecoveryCaseId, Timestamp};
use watchbook_projections::RecoveryCaseRow;

const MOST: u32 = 100;

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueueQuery {
    /// `review` (default), `cooling_off`, `rejected`, `stopped`, `executed` or `lapsed`.
    stage: Option<String>,
    /// With `after_at`: the last case of the page before.
    #[param(value_type = Option<Uuid>)]
    after: Option<RecoveryCaseId>,
    /// Its `changed_at`, in microseconds since 1970.
    after_at: Option<i64>,
    /// At most this many, 1 to 100. Default 50.
    limit: Option<u32>,
}

/// A page of the queue.
#[derive(Serialize, ToSchema)]
pub struct QueueAnswer {
    /// The one that has waited longest first.
    cases: Vec<QueuedCase>,
}

/// A case of the queue, without a word of what the person wrote.
#[derive(Serialize, ToSchema)]
pub struct QueuedCase {
    /// The case.
    #[schema(value_type = Uuid)]
    case: RecoveryCaseId,
    /// Where it stands.
    stage: String,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// When something last happened.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
    /// The same, in microseconds since 1970, for `after_at`.
    changed_micros: i64,
    /// When the account is handed over.
    #[schema(value_type = Option<String>, format = DateTime)]
    executes_at: Option<Timestamp>,
    /// The account that was approved.
    #[schema(value_type = Option<Uuid>)]
    account: Option<AccountId>,
    /// Documents.
    documents: u32,
    /// Messages of both sides.
    messages: u32,
    /// Whether it waits for support.
    awaits_support: bool,
    /// Approvals so far.
    approvals: u32,
    /// Whether it is an appeal.
    appealed: bool,
}

/// Lists recovery cases at a stage.
#[utoipa::path(
    get, path = "/v1/operator/recovery-cases", tag = "recovery", security(("session" = [])), params(QueueQuery),
    responses((status = 200, body = QueueAnswer), (status = 403, body = ProblemBody))
)]
pub async fn list(
    State(app): State<App>,
    _caught_up: CaughtUp,
    _operator: OperatorCaller,
    Asked(query): Asked<QueueQuery>,
) -> Result<Json<QueueAnswer>, Problem> {
    let malformed = |what: &str| Problem::from(problem::MALFORMED).detail(what);
    let stage = query.stage.as_deref().unwrap_or("review");
    let stage = CaseStage::ALL.into_iter().find(|known| known.as_str() == stage);
    // Nobody of support sees a case whose contact address is not proved.
    let stage =
        stage.filter(|stage| *stage != CaseStage::Unproved).ok_or_else(|| malformed("stage: unknown"))?;
    let limit = query.limit.unwrap_or(50);
    if !(1..=MOST).contains(&limit) {
        return Err(malformed("limit: 1 to 100"));
    }
    let after = query.after_at.map(Timestamp::from_micros).zip(query.after);
    let rows = app.views.recovery_cases(stage, after, limit).await?;
    Ok(Json(QueueAnswer { cases: rows.into_iter().map(QueuedCase::from).collect() }))
}

impl From<RecoveryCaseRow> for QueuedCase {
    fn from(row: RecoveryCaseRow) -> Self {
        let RecoveryCaseRow { case, stage, opened_at, changed_at, executes_at, account, .. } = row;
        let RecoveryCaseRow { documents, messages, awaits_support, approvals, appealed, .. } = row;
        Self {
            case,
            stage,
            opened_at,
            changed_at,
            changed_micros: changed_at.micros(),
            executes_at,
            account,
            documents,
            messages,
            awaits_support,
            approvals,
            appealed,
        }
    }
}
