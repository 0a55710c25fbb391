//! `GET /v1/operator/alerts…`: alerts, as operators read them.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::log_proofs::Asked;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{CaughtUp, Id};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use watchbook_domain::alert::AlertEvent;
use watchbook_domain::detection::{Detector, Severity};
use watchbook_domain::operator::Look;
use watchbook_domain::{AccountId, AlertId, Event as _, Timestamp};
use watchbook_eventlog::{Position, Version};
use watchbook_projections::{AlertFilter, AlertRow};

const MOST: u32 = 100;

/// Events of an alert that are shown.
const MOST_EVENTS: usize = 500;

/// Which alerts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlertQuery {
    /// `open`, `acknowledged` or `resolved`. Default: all.
    state: Option<String>,
    /// `low`, `medium` or `high`.
    #[param(value_type = Option<String>)]
    severity: Option<Severity>,
    /// A detector's name.
    #[param(value_type = Option<String>)]
    detector: Option<Detector>,
    /// About this account.
    #[param(value_type = Option<Uuid>)]
    account: Option<AccountId>,
    /// Looked into by this operator.
    #[param(value_type = Option<Uuid>)]
    assignee: Option<AccountId>,
    /// First found at this time or later (RFC 3339).
    #[param(value_type = Option<String>)]
    from: Option<Timestamp>,
    /// First found before this time.
    #[param(value_type = Option<String>)]
    to: Option<Timestamp>,
    /// Only what was raised before this position: `next` of the page before.
    before: Option<u64>,
    /// At most this many, 1 to 100. Default 50.
    limit: Option<u32>,
}

/// A page of alerts.
#[derive(Serialize, ToSchema)]
pub struct AlertsAnswer {
    /// Those raised last first.
    alerts: Vec<AlertItem>,
    /// For the next page; absent on the last.
    next: Option<u64>,
}

/// An alert, without its evidence.
#[derive(Serialize, ToSchema)]
pub struct AlertItem {
    /// Names it.
    #[schema(value_type = Uuid)]
    alert: AlertId,
    /// Which detector raised it.
    #[schema(example = "impossible_travel")]
    detector: String,
    /// What it is about: `account`, `source` or `agent`.
    about: String,
    /// The account, if it is about one.
    #[schema(value_type = Option<Uuid>)]
    account: Option<AccountId>,
    /// `low`, `medium` or `high`.
    severity: String,
    /// How likely: `low`, `medium` or `high`.
    confidence: String,
    /// The technique of MITRE ATT&CK.
    technique: String,
    /// Why, in a line.
    #[schema(example = "1,240 km in 22 min, 3,381 km/h")]
    summary: String,
    /// Findings so far; told at the 2nd, 4th, 8th …
    count: u64,
    /// Accounts that it names.
    accounts: u32,
    /// Whether it alone corroborates a takeover.
    corroborates: bool,
    /// When it was first found.
    #[schema(value_type = String, format = DateTime)]
    raised_at: Timestamp,
    /// When it was last found.
    #[schema(value_type = String, format = DateTime)]
    last_at: Timestamp,
    /// `open`, `acknowledged` or `resolved`.
    state: String,
    /// `true_positive`, `false_positive` or `benign`.
    verdict: Option<String>,
    /// Who looks into it.
    #[schema(value_type = Option<Uuid>)]
    assignee: Option<AccountId>,
    /// When it was resolved.
    #[schema(value_type = Option<String>, format = DateTime)]
    resolved_at: Option<Timestamp>,
}

/// One alert, with what it rests on and what became of it.
#[derive(Serialize, ToSchema)]
pub struct AlertAnswer {
    /// As it stands.
    #[serde(flatten)]
    alert: AlertItem,
    /// Accounts concerned, the first 256.
    #[schema(value_type = Vec<Uuid>)]
    concerned: Vec<AccountId>,
    /// Every event of it, the oldest first.
    history: Vec<AlertStep>,
}

/// One event of an alert.
#[derive(Serialize, ToSchema)]
pub struct AlertStep {
    /// Place in the log.
    position: u64,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The event's type.
    #[schema(example = "alert.raised")]
    r#type: String,
    /// What it says: of a finding the evidence, and the positions of the events that it rests on.
    #[schema(value_type = Object)]
    data: Value,
}

impl From<AlertRow> for AlertItem {
    fn from(row: AlertRow) -> Self {
        let AlertRow { alert, account, detector, about, severity, confidence, technique, summary, .. } = row;
        let AlertRow { count, accounts, corroborates, raised_at, last_at, state, verdict, .. } = row;
        let AlertRow { assignee, resolved_at, .. } = row;
        Self {
            alert,
            detector,
            about,
            account,
            severity,
            confidence,
            technique,
            summary,
            count,
            accounts,
            corroborates,
            raised_at,
            last_at,
            state,
            verdict,
            assignee,
            resolved_at,
        }
    }
}

/// Lists alerts.
#[utoipa::path(
    get, path = "/v1/operator/alerts", tag = "alerts", security(("session" = [])), params(AlertQuery),
    responses((status = 200, body = AlertsAnswer), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn list(
    State(app): State<App>,
    _caught_up: CaughtUp,
    _operator: OperatorCaller,
    Asked(query): Asked<AlertQuery>,
) -> Result<Json<AlertsAnswer>, Problem> {
    let malformed = |what: &str| Problem::from(problem::MALFORMED).detail(what);
    let limit = query.limit.unwrap_or(50);
    if !(1..=MOST).contains(&limit) {
        return Err(malformed("limit: 1 to 100"));
    }
    let known = |state: &String| ["open", "acknowledged", "resolved"].contains(&state.as_str());
    if query.state.as_ref().is_some_and(|state| !known(state)) {
        return Err(malformed("state: open, acknowledged or resolved"));
    }
    let severity = query.severity.map(|severity| match severity {
        Severity::Low => "low".to_owned(),
        Severity::Medium => "medium".to_owned(),
        Severity::High => "high".to_owned(),
    });
    let filter = AlertFilter {
        state: query.state,
        severity,
        detector: query.detector,
        account: query.account,
        assignee: query.assignee,
        from: query.from,
        to: query.to,
        before: query.before.map(Position),
    };
    let rows = app.views.alerts(&filter, limit).await?;
    let next = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.raised_position.0);
    Ok(Json(AlertsAnswer { alerts: rows.into_iter().map(AlertItem::from).collect(), next }))
}

/// One alert with its evidence and history.
#[utoipa::path(
    get, path = "/v1/operator/alerts/{id}", tag = "alerts", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 200, body = AlertAnswer), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn read(
    State(app): State<App>,
    _caught_up: CaughtUp,
    operator: OperatorCaller,
    Id(id): Id<AlertId>,
) -> Result<Json<AlertAnswer>, Problem> {
    let row = app.views.alert(id).await?.ok_or(problem::NOT_FOUND)?;
    // Read from the log itself: what was erased has no content any more, whatever is still in memory.
    let history = app.alerts.history(&app.alerts.stream(id), Version::NONE, MOST_EVENTS).await?;
    let mut concerned = Vec::new();
    let mut steps = Vec::new();
    for (recorded, event) in history {
        let Some(event) = event else { continue };
        if let AlertEvent::Raised { accounts, .. } | AlertEvent::Repeated { accounts, .. } = &event {
            concerned.extend(accounts);
        }
        let mut data = serde_json::to_value(&event).unwrap_or_default();
        steps.push(AlertStep {
            position: recorded.position.0,
            at: recorded.event.recorded_at,
            r#type: event.event_type().to_owned(),
            data: data.get_mut("data").map(Value::take).unwrap_or_default(),
        });
    }
    concerned.sort_unstable();
    concerned.dedup();
    concerned.truncate(256);
    operator.looks_at(&app, Look::Alert, concerned.clone(), None).await?;
    Ok(Json(AlertAnswer { alert: row.into(), concerned, history: steps }))
}
