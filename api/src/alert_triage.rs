//! `POST /v1/operator/alerts/…`: what operators do with alerts.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Id, Written};
use crate::sign_in::no_content;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use watchbook_domain::alert::{AlertRejection, Triage, Verdict};
use watchbook_domain::{AccountId, AlertId};
use watchbook_eventlog::{ExecuteError, Position, RepositoryError, SealError};

/// Most alerts that are resolved at once.
const MOST: usize = 100;

/// Who is to look into an alert.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignRequest {
    /// An operator's account; `null` for nobody.
    #[schema(value_type = Option<Uuid>)]
    operator: Option<AccountId>,
}

/// Words about an alert.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteRequest {
    /// 1 to 1,000 characters.
    text: String,
}

/// What an alert was.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveRequest {
    /// `true_positive`, `false_positive`, or `benign`: it happened and was meant well.
    #[schema(value_type = String, example = "benign")]
    verdict: Verdict,
    /// Why: 1 to 1,000 characters.
    note: Option<String>,
}

/// What several alerts were.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkResolveRequest {
    /// 1 to 100 alerts.
    #[schema(value_type = Vec<Uuid>)]
    alerts: Vec<AlertId>,
    /// As for one.
    #[schema(value_type = String, example = "false_positive")]
    verdict: Verdict,
    /// As for one.
    note: Option<String>,
}

/// What became of each.
#[derive(Serialize, ToSchema)]
pub struct BulkResolved {
    /// Resolved now, or with this verdict before.
    #[schema(value_type = Vec<Uuid>)]
    resolved: Vec<AlertId>,
    /// There is no such alert.
    #[schema(value_type = Vec<Uuid>)]
    unknown: Vec<AlertId>,
}

impl From<AlertRejection> for Problem {
    fn from(rejection: AlertRejection) -> Self {
        match rejection {
            AlertRejection::Unknown => problem::NOT_FOUND.into(),
            AlertRejection::TextInvalid => Self::from(problem::MALFORMED).detail(rejection.to_string()),
            AlertRejection::Resolved | AlertRejection::TooManyNotes => {
                Self::from(problem::ALERT_CONFLICT).detail(rejection.to_string())
            }
        }
    }
}

/// Takes a step, at the alert's exact version.
async fn take(
    app: &App,
    operator: &OperatorCaller,
    id: AlertId,
    step: &Triage,
) -> Result<Option<Position>, Problem> {
    let stream = app.alerts.stream(id);
    let subject = app.alerts.load_until(&stream, |alert| alert.raised.is_some()).await?.state.subject();
    let subject = subject.ok_or(problem::NOT_FOUND)?;
    let metadata = operator.0.metadata(app);
    let me = operator.0.account_id;
    match app.alerts.execute(&stream, subject, &metadata, |alert| step.decide(me, alert)).await {
        Ok(done) => Ok(done.position),
        // The person was erased, and the alert with them.
        Err(ExecuteError::Repository(RepositoryError::Seal(SealError::Erased))) => {
            Err(problem::NOT_FOUND.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Says who looks into an alert.
#[utoipa::path(
    post, path = "/v1/operator/alerts/{id}/assign", tag = "alerts", security(("session" = [])), params(("id" = Uuid, Path,)),
    request_body = AssignRequest,
    responses((status = 204), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody))
)]
pub async fn assign(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(id): Id<AlertId>,
    Body(request): Body<AssignRequest>,
) -> Result<Written<StatusCode>, Problem> {
    if let Some(to) = request.operator
        && app.operators.load(&app.operators.stream(to)).await?.state.roles.is_empty()
    {
        return Err(Problem::from(problem::MALFORMED).detail("operator: no operator has this account"));
    }
    Ok(no_content(take(&app, &operator, id, &Triage::Assign(request.operator)).await?))
}

/// Says that an alert was seen.
#[utoipa::path(
    post, path = "/v1/operator/alerts/{id}/acknowledge", tag = "alerts", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody))
)]
pub async fn acknowledge(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(id): Id<AlertId>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(take(&app, &operator, id, &Triage::Acknowledge).await?))
}

/// Writes something about an alert.
#[utoipa::path(
    post, path = "/v1/operator/alerts/{id}/notes", tag = "alerts", security(("session" = [])), params(("id" = Uuid, Path,)),
    request_body = NoteRequest,
    responses((status = 204), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody))
)]
pub async fn note(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(id): Id<AlertId>,
    Body(request): Body<NoteRequest>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(take(&app, &operator, id, &Triage::Note(request.text)).await?))
}

/// Says what an alert was. A later verdict replaces it.
#[utoipa::path(
    post, path = "/v1/operator/alerts/{id}/resolve", tag = "alerts", security(("session" = [])), params(("id" = Uuid, Path,)),
    request_body = ResolveRequest,
    responses((status = 204), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn resolve(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(id): Id<AlertId>,
    Body(request): Body<ResolveRequest>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(take(&app, &operator, id, &Triage::Resolve(request.verdict, request.note)).await?))
}

/// Says what several alerts were. Each is resolved for itself: an error leaves those before it resolved, and sending the
/// same again is safe.
#[utoipa::path(
    post, path = "/v1/operator/alerts/resolve", tag = "alerts", security(("session" = [])), request_body = BulkResolveRequest,
    responses((status = 200, body = BulkResolved), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn resolve_many(
    State(app): State<App>,
    operator: OperatorCaller,
    Body(request): Body<BulkResolveRequest>,
) -> Result<Written<Json<BulkResolved>>, Problem> {
    if !(1..=MOST).contains(&request.alerts.len()) {
        return Err(Problem::from(problem::MALFORMED).detail("alerts: 1 to 100"));
    }
    let step = Triage::Resolve(request.verdict, request.note);
    let (mut resolved, mut unknown, mut position) = (Vec::new(), Vec::new(), None);
    for alert in request.alerts {
        match take(&app, &operator, alert, &step).await {
            Ok(at) => {
                position = position.max(at);
                resolved.push(alert);
            }
            Err(problem) if problem.kind == problem::NOT_FOUND => unknown.push(alert),
            Err(problem) => return Err(problem),
        }
    }
    Ok(Written(position, Json(BulkResolved { resolved, unknown })))
}
