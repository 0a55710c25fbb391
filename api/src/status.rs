//! `GET /v1/status` and `…/history`: what the public is told. Nothing of accounts, figures, hosts or errors.
//!
//! Measured at most once in a few seconds, whoever asks and however often: everybody gets the same answer meanwhile.

use crate::app::App;
use crate::log_proofs::Asked;
use crate::problem::{self, Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::timeout;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use watchbook_domain::status::{Component, Condition, Health, ViewsHealth};
use watchbook_domain::{CredentialId, SubjectId, Timestamp};
use watchbook_eventlog::{Purpose, SecretName};
use watchbook_projections::{IncidentRow, ViewsError};

/// How long a part may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);
/// Days that the history reaches back.
const HISTORY_DAYS: u32 = 90;
/// Most incidents of an answer.
const MOST: u32 = 50;

/// The last measurement.
#[derive(Default)]
pub struct StatusBoard(Mutex<Option<Arc<Measured>>>);

struct Measured {
    at: Timestamp,
    components: Vec<ComponentStatus>,
    /// `None` when the views do not answer.
    incidents: Option<Vec<IncidentRow>>,
}

/// How the site's parts are.
#[derive(Serialize, ToSchema)]
pub struct StatusAnswer {
    /// When it was measured; a few seconds ago at most.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Each part.
    components: Vec<ComponentStatus>,
    /// Incidents that are open, the newest first.
    incidents: Vec<IncidentAnswer>,
}

/// How one part is.
#[derive(Clone, Serialize, ToSchema)]
pub struct ComponentStatus {
    /// `sign_in`, `mail`, `text_messages` or `recovery`.
    #[schema(value_type = String)]
    component: Component,
    /// `operational`, `degraded` or `down`; at least as bad as the worst open incident says.
    #[schema(value_type = String)]
    status: Condition,
}

/// What was told of one incident.
#[derive(Serialize, ToSchema)]
pub struct IncidentAnswer {
    /// Names it.
    incident: Uuid,
    /// In a line.
    title: String,
    /// Which parts are concerned.
    #[schema(value_type = Vec<String>)]
    components: Vec<Component>,
    /// How bad it is, or was last: `operational`, `degraded` or `down`.
    #[schema(value_type = String)]
    impact: Condition,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// When it was over.
    #[schema(value_type = Option<String>, format = DateTime)]
    resolved_at: Option<Timestamp>,
    /// Every text, the newest first.
    updates: Vec<IncidentUpdate>,
}

/// One text about an incident.
#[derive(Serialize, ToSchema)]
pub struct IncidentUpdate {
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How bad it was then.
    #[schema(value_type = String)]
    impact: Condition,
    /// What was known.
    text: String,
}

/// How far back.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Days, 1 to 90. Default 90.
    days: Option<u32>,
}

/// Past incidents.
#[derive(Serialize, ToSchema)]
pub struct StatusHistory {
    /// The newest first, at most 50.
    incidents: Vec<IncidentAnswer>,
}

/// How sign-in, mail, text messages and recovery are, and which incidents are open.
#[utoipa::path(get, path = "/v1/status", tag = "status", responses((status = 200, body = StatusAnswer)))]
pub async fn status(State(app): State<App>) -> Json<StatusAnswer> {
    let measured = measured(&app).await;
    let open = measured.incidents.iter().flatten().filter(|row| row.resolved_at.is_none());
    let incidents = open.map(IncidentAnswer::from).collect();
    Json(StatusAnswer { at: measured.at, components: measured.components.clone(), incidents })
}

/// Incidents that were opened in the last days.
#[utoipa::path(
    get, path = "/v1/status/history", tag = "status", params(HistoryQuery),
    responses((status = 200, body = StatusHistory), (status = 400, body = ProblemBody), (status = 503, body = ProblemBody))
)]
pub async fn history(
    State(app): State<App>,
    Asked(query): Asked<HistoryQuery>,
) -> Result<Json<StatusHistory>, Problem> {
    let days = query.days.unwrap_or(HISTORY_DAYS);
    if !(1..=HISTORY_DAYS).contains(&days) {
        return Err(Problem::from(problem::MALFORMED).detail("days: 1 to 90"));
    }
    let measured = measured(&app).await;
    let rows =
        measured.incidents.as_ref().ok_or_else(|| Problem::from(problem::UNAVAILABLE).retry_after(5))?;
    let since = measured.at - TimeDelta::days(i64::from(days));
    let recent = rows.iter().filter(|row| row.opened_at >= since).take(MOST as usize);
    Ok(Json(StatusHistory { incidents: recent.map(IncidentAnswer::from).collect() }))
}

/// The last measurement while it is fresh, or a new one. Who comes meanwhile waits for it.
async fn measured(app: &App) -> Arc<Measured> {
    let mut last = app.status.0.lock().await;
    let now = app.clock.now();
    let kept = TimeDelta::seconds(i64::from(app.policy.status.kept_seconds));
    if let Some(measured) = last.as_ref().filter(|last| now.since(last.at).abs() < kept) {
        return measured.clone();
    }
    let measured = Arc::new(measure(app, now).await);
    *last = Some(measured.clone());
    measured
}

async fn measure(app: &App, now: Timestamp) -> Measured {
    // No secret has this name: an answer is all that is wanted.
    let nobody = SecretName {
        subject: SubjectId(Uuid::nil()),
        credential: CredentialId(Uuid::nil()),
        purpose: Purpose::Totp,
    };
    let (log, vault, views) = tokio::join!(
        timeout(PATIENCE, app.log.head()),
        timeout(PATIENCE, app.sealer.secret(nobody)),
        timeout(PATIENCE, read_views(app, now)),
    );
    let answered = |error: ViewsError| tracing::warn!(%error, "the public status goes without the views");
    let (views, incidents) = views.ok().and_then(|read| read.map_err(answered).ok()).unzip();
    let health = Health { log: matches!(log, Ok(Ok(_))), vault: matches!(vault, Ok(Ok(_))), views };
    let mut conditions = health.assess(&app.policy.status, now);
    for row in incidents.iter().flatten().filter(|row: &&IncidentRow| row.resolved_at.is_none()) {
        for component in &row.told.components {
            let condition = conditions.entry(*component).or_default();
            *condition = (*condition).max(row.told.impact);
        }
    }
    let components = conditions.into_iter().map(|(component, status)| ComponentStatus { component, status });
    Measured { at: now, components: components.collect(), incidents }
}

async fn read_views(app: &App, now: Timestamp) -> Result<(ViewsHealth, Vec<IncidentRow>), ViewsError> {
    let parked_since = now - TimeDelta::hours(1);
    let mail = app.views.waiting_on("mail", parked_since).await?;
    let text_messages = app.views.waiting_on("sms", parked_since).await?;
    let case_since = app.views.recovery_waits_since().await?;
    let since = now - TimeDelta::days(i64::from(HISTORY_DAYS));
    let incidents = app.views.incidents(since, MOST).await?;
    let status = app.views.status();
    let (stopped, lag_seconds) = (status.stopped.is_some(), status.lag_seconds);
    Ok((ViewsHealth { stopped, lag_seconds, mail, text_messages, case_since }, incidents))
}

impl From<&IncidentRow> for IncidentAnswer {
    fn from(row: &IncidentRow) -> Self {
        let updates = row.told.updates.iter().rev().map(|update| IncidentUpdate {
            at: Timestamp::from_micros(update.at),
            impact: update.impact,
            text: update.text.clone(),
        });
        Self {
            incident: row.incident.0,
            title: row.told.title.clone(),
            components: row.told.components.iter().copied().collect(),
            impact: row.told.impact,
            opened_at: row.opened_at,
            resolved_at: row.resolved_at,
            updates: updates.collect(),
        }
    }
}
