//! `/v1/operator/incidents…`: what operators tell the public.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Id, Written};
use crate::sign_in::no_content;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;
use watchbook_domain::IncidentId;
use watchbook_domain::incident::{
    Incident, IncidentEvent, IncidentRejection, OpenIncident, ResolveIncident, UpdateIncident,
};
use watchbook_domain::status::{Component, Condition};
use watchbook_eventlog::{Executed, fresh};

/// An incident to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentRequest {
    /// In a line, 1 to 120 characters. All texts are public.
    title: String,
    /// `sign_in`, `mail`, `text_messages`, `recovery`: at least one.
    #[schema(value_type = Vec<String>, example = json!(["mail"]))]
    components: BTreeSet<Component>,
    /// `degraded`, `down`, or `operational` when the public is only told.
    #[schema(value_type = String, example = "degraded")]
    impact: Condition,
    /// What is known, 1 to 2,000 characters.
    text: String,
}

/// News of an incident.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentUpdateRequest {
    /// How bad it is now.
    #[schema(value_type = String, example = "down")]
    impact: Condition,
    /// What is known, 1 to 2,000 characters.
    text: String,
}

/// The end of an incident.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentResolveRequest {
    /// What it was, 1 to 2,000 characters.
    text: String,
}

/// A new incident.
#[derive(Serialize, ToSchema)]
pub struct IncidentOpened {
    /// Names it.
    incident: Uuid,
}

/// Tells the public that something is wrong.
#[utoipa::path(
    post, path = "/v1/operator/incidents", tag = "status", security(("session" = [])), request_body = IncidentRequest,
    responses((status = 201, body = IncidentOpened), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn open(
    State(app): State<App>,
    operator: OperatorCaller,
    Body(request): Body<IncidentRequest>,
) -> Result<Written<(StatusCode, Json<IncidentOpened>)>, Problem> {
    let id = IncidentId(fresh::uuid());
    let IncidentRequest { title, components, impact, text } = request;
    let command = OpenIncident { title, components, impact, text };
    let done = decide(&app, &operator, id, |incident| command.decide(incident)).await?;
    Ok(Written(done.position, (StatusCode::CREATED, Json(IncidentOpened { incident: id.0 }))))
}

/// Tells news of an open incident.
#[utoipa::path(
    post, path = "/v1/operator/incidents/{id}/updates", tag = "status", security(("session" = [])),
    params(("id" = Uuid, Path,)), request_body = IncidentUpdateRequest,
    responses((status = 204), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody))
)]
pub async fn update(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(id): Id<IncidentId>,
    Body(request): Body<IncidentUpdateRequest>,
) -> Result<Written<StatusCode>, Problem> {
    let command = UpdateIncident { impact: request.impact, text: request.text };
    let done = decide(&app, &operator, id, |incident| command.decide(incident)).await?;
    Ok(no_content(done.position))
}

/// Says that an incident is over.
#[utoipa::path(
    post, path = "/v1/operator/incidents/{id}/resolve", tag = "status", security(("session" = [])),
    params(("id" = Uuid, Path,)), request_body = IncidentResolveRequest,
    responses((status = 204), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody))
)]
pub async fn resolve(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(id): Id<IncidentId>,
    Body(request): Body<IncidentResolveRequest>,
) -> Result<Written<StatusCode>, Problem> {
    let command = ResolveIncident { text: request.text };
    let done = decide(&app, &operator, id, |incident| command.decide(incident)).await?;
    Ok(no_content(done.position))
}

async fn decide(
    app: &App,
    operator: &OperatorCaller,
    id: IncidentId,
    decide: impl Fn(&Incident) -> Result<Vec<IncidentEvent>, IncidentRejection> + Send + Sync,
) -> Result<Executed<Incident>, Problem> {
    let metadata = operator.0.metadata(app);
    Ok(app.incidents.execute(&app.incidents.stream(id), id.into(), &metadata, decide).await?)
}

impl From<IncidentRejection> for Problem {
    fn from(rejection: IncidentRejection) -> Self {
        use IncidentRejection as R;
        match rejection {
            R::Unknown => problem::NOT_FOUND.into(),
            R::TextInvalid | R::NoComponent => Self::from(problem::MALFORMED).detail(rejection.to_string()),
            R::Opened | R::Resolved | R::TooManyUpdates => {
                Self::from(problem::INCIDENT_CONFLICT).detail(rejection.to_string())
            }
        }
    }
}
