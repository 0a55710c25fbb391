//! `POST /v1/observations`: sign-ins that another system performed, as its back end reports them.

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Caller, Written};
use crate::service_keys::ServiceCaller;
use axum::Json;
use axum::extract::State;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::net::IpAddr;
use utoipa::ToSchema;
use watchbook_domain::Timestamp;
use watchbook_domain::observed::{Report, ReportRejection, factor};
use watchbook_domain::service_key::Scope;
use watchbook_eventlog::{Position, Recorded, Reporter};

/// Most observations of one request.
pub const MOST: usize = 1_000;
/// Most bytes of one request: a thousand observations with a long user agent each.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// Observations recorded at once; the log commits them in groups.
const AT_ONCE: usize = 64;

/// Sign-ins of the users of one system.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservationsRequest {
    /// The system's name, 1 to 64 characters. User ids are told apart by it.
    #[schema(example = "web-shop")]
    system: String,
    /// At most 1,000, the earliest first.
    #[schema(value_type = Vec<Observation>)]
    observations: Vec<Value>,
}

/// One sign-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// Your name for it. Reported again with the same service key, it is recorded once.
    #[schema(example = "evt-1043")]
    id: String,
    /// Your name for the user; for `unknown_user`, what was typed. It is sealed, and no stream's name tells it.
    #[schema(example = "42")]
    user_id: String,
    /// `success`, `wrong_password`, `unknown_user`, `wrong_factor`, `factor_denied`, `factor_timed_out`, `refused`.
    #[schema(example = "success")]
    outcome: String,
    /// `totp`, `recovery_code`, `sms`, `push`, `passkey`. Outcomes of a factor need it.
    factor: Option<String>,
    /// When it happened: at most 5 minutes ahead of the clock here, and 7 days late (`policy.observations`).
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The client's address.
    #[schema(example = "203.0.113.9")]
    address: Option<String>,
    /// What the client calls itself.
    user_agent: Option<String>,
    /// Your name for the device, if it has one of its own, such as in a cookie.
    device_id: Option<String>,
    /// Your name for the session.
    session_id: Option<String>,
}

/// What became of one observation.
#[derive(Serialize, ToSchema)]
pub struct ObservationResult {
    /// As it was sent, if it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// `recorded`, `already_recorded` or `refused`.
    #[schema(example = "recorded")]
    status: &'static str,
    /// Why it was refused, by a name that never changes its meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// What became of each observation, in the order they were sent.
#[derive(Serialize, ToSchema)]
pub struct ObservationsAnswer {
    /// One for each.
    results: Vec<ObservationResult>,
}

/// Why an observation is refused.
struct Refusal(&'static str, String);

impl From<ReportRejection> for Refusal {
    fn from(rejection: ReportRejection) -> Self {
        Self(rejection.slug(), rejection.to_string())
    }
}

impl From<ReportRejection> for Problem {
    fn from(rejection: ReportRejection) -> Self {
        Self::from(problem::MALFORMED).reason(rejection.slug()).detail(rejection.to_string())
    }
}

/// Records sign-ins that another system performed. Each is recorded or refused by itself; when the answer is an error,
/// or none comes, some may have been recorded: send all of them again.
#[utoipa::path(
    post, path = "/v1/observations", tag = "service", security(("service_key" = [])), request_body = ObservationsRequest,
    responses((status = 200, body = ObservationsAnswer), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 413, body = ProblemBody))
)]
pub async fn report(
    State(app): State<App>,
    service: ServiceCaller,
    caller: Caller,
    Body(request): Body<ObservationsRequest>,
) -> Result<Written<Json<ObservationsAnswer>>, Problem> {
    service.require(Scope::ObservationsWrite)?;
    let key = service.id()?;
    let ObservationsRequest { system, observations } = request;
    if observations.is_empty() || observations.len() > MOST {
        return Err(Problem::from(problem::MALFORMED).detail("observations: 1 to 1,000"));
    }
    let each = observations.into_iter().map(|value| {
        let (app, caller, system) = (&app, &caller, &system);
        async move {
            let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
            let recorded = match read(app, caller, system, value) {
                Ok(report) => {
                    app.observations.record(Reporter::ServiceKey(key), &report, caller.now, caller.id).await?
                }
                Err(refusal) => return Ok((refused(id, refusal), None)),
            };
            Ok::<_, Problem>(match recorded {
                Recorded::New(position) => (result(id, "recorded"), Some(position)),
                Recorded::Before(position) => (result(id, "already_recorded"), Some(position)),
                Recorded::Refused(rejection) => (refused(id, rejection.into()), None),
            })
        }
    });
    let outcomes: Vec<(ObservationResult, Option<Position>)> =
        futures_util::stream::iter(each).buffered(AT_ONCE).try_collect().await?;
    let last = outcomes.iter().filter_map(|(_, position)| *position).max();
    let results = outcomes.into_iter().map(|(result, _)| result).collect();
    Ok(Written(last, Json(ObservationsAnswer { results })))
}

fn result(id: Option<String>, status: &'static str) -> ObservationResult {
    ObservationResult { id, status, reason: None, detail: None }
}

fn refused(id: Option<String>, Refusal(reason, detail): Refusal) -> ObservationResult {
    ObservationResult { reason: Some(reason), detail: Some(detail), ..result(id, "refused") }
}

/// Reads and checks one observation, and looks its client up.
fn read(app: &App, caller: &Caller, system: &str, value: Value) -> Result<Report, Refusal> {
    // The parser's own words may quote what was sent.
    let malformed = |_| {
        let detail = "an object with id, user_id, outcome, at, and perhaps factor, address, user_agent, device_id, \
                      session_id; all of them strings, at as RFC 3339 has it";
        Refusal("malformed", detail.to_owned())
    };
    let seen: Observation = serde_json::from_value(value).map_err(malformed)?;
    let address = seen.address.map(|text| text.parse::<IpAddr>()).transpose();
    let address = address.map_err(|_| Refusal("address-malformed", "address: no IP address".to_owned()))?;
    let report = Report {
        id: seen.id,
        system: system.to_owned(),
        user: seen.user_id,
        outcome: seen.outcome.parse()?,
        factor: seen.factor.as_deref().map(factor).transpose()?,
        happened_at: seen.at,
        context: app.clients.reported(address, &seen.user_agent.unwrap_or_default()),
        device_name: seen.device_id,
        session_name: seen.session_id,
        imported: false,
    };
    report.check()?;
    report.check_time(caller.now, &app.policy.observations)?;
    Ok(report)
}
