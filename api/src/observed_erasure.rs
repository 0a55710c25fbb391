//! `POST /v1/operator/observed-users/erasure`: erases what another system has reported about one of its users.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Written};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservedErasureRequest {
    /// The system's name, as in the reports.
    #[schema(example = "web-shop")]
    system: String,
    /// The system's name for the user.
    #[schema(example = "42")]
    user_id: String,
}

/// What the user is called here.
#[derive(Serialize, ToSchema)]
pub struct ObservedErasureAnswer {
    /// For the certificate: `GET /v1/operator/accounts/{id}/erasure`.
    observed_id: Uuid,
}

/// Erases a user of another system: within moments the key of all reports about them is destroyed, and no more are
/// taken. It cannot be undone.
#[utoipa::path(
    post, path = "/v1/operator/observed-users/erasure", tag = "operators", security(("session" = [])),
    request_body = ObservedErasureRequest,
    responses((status = 202, body = ObservedErasureAnswer), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn order(
    State(app): State<App>,
    operator: OperatorCaller,
    Body(request): Body<ObservedErasureRequest>,
) -> Result<Written<(StatusCode, Json<ObservedErasureAnswer>)>, Problem> {
    let user = app.observations.user(&request.system, &request.user_id);
    let metadata = operator.0.metadata(&app);
    let erase = |known: &watchbook_domain::observed::Observed| {
        known.erase().ok_or_else(|| Problem::from(problem::NOT_FOUND))
    };
    let stream = app.observations.stream(user);
    let done = app.observations.users().execute(&stream, user.into(), &metadata, erase).await?;
    let answer = Json(ObservedErasureAnswer { observed_id: user.0 });
    Ok(Written(done.position, (StatusCode::ACCEPTED, answer)))
}
