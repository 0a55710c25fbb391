//! `GET /v1/operator/alert-statistics`: how good the detectors are, by what operators found.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::log_proofs::Asked;
use crate::problem::{Problem, ProblemBody};
use crate::request::CaughtUp;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use watchbook_domain::Timestamp;
use watchbook_domain::detection::Detector;
use watchbook_domain::response_brake::KEY;

/// Over which time.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatisticsQuery {
    /// Of alerts first found at this time or later (RFC 3339). Default: all.
    #[param(value_type = Option<String>)]
    from: Option<Timestamp>,
}

/// How good the detectors are.
#[derive(Serialize, ToSchema)]
pub struct StatisticsAnswer {
    /// Every detector, by name.
    detectors: BTreeMap<&'static str, DetectorStatistics>,
    /// Since when the brake holds back locks, holds and ended sessions, if it did within the last hour.
    #[schema(value_type = Option<String>, format = DateTime)]
    braking_since: Option<Timestamp>,
}

/// How good one detector is. Alerts of erased persons are not counted.
#[derive(Default, Serialize, ToSchema)]
pub struct DetectorStatistics {
    /// Alerts.
    alerts: u64,
    /// Not resolved yet.
    unresolved: u64,
    /// Somebody attacked.
    true_positive: u64,
    /// Nothing of the kind happened.
    false_positive: u64,
    /// It happened, and was meant well.
    benign: u64,
    /// Attacks among all that were resolved, between 0 and 1; absent as long as there is none.
    precision: Option<f64>,
}

/// Alerts of each detector, and what they turned out to be.
#[utoipa::path(
    get, path = "/v1/operator/alert-statistics", tag = "alerts", security(("session" = [])), params(StatisticsQuery),
    responses((status = 200, body = StatisticsAnswer), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn read(
    State(app): State<App>,
    _caught_up: CaughtUp,
    operator: OperatorCaller,
    Asked(query): Asked<StatisticsQuery>,
) -> Result<Json<StatisticsAnswer>, Problem> {
    let counted = app.views.alert_statistics(query.from.unwrap_or(Timestamp::from_micros(i64::MIN))).await?;
    let mut detectors: BTreeMap<&'static str, DetectorStatistics> =
        Detector::ALL.iter().map(|detector| (detector.name(), DetectorStatistics::default())).collect();
    for row in counted {
        let Some(detector) = detectors.get_mut(row.detector.as_str()) else { continue };
        detector.alerts += row.alerts;
        match row.verdict.as_deref() {
            Some("true_positive") => detector.true_positive += row.alerts,
            Some("false_positive") => detector.false_positive += row.alerts,
            Some(_) => detector.benign += row.alerts,
            None => detector.unresolved += row.alerts,
        }
    }
    for detector in detectors.values_mut() {
        let resolved = detector.alerts - detector.unresolved;
        detector.precision = (resolved > 0).then(|| detector.true_positive as f64 / resolved as f64);
    }
    let brake = app.brakes.load(&app.brakes.stream(KEY)).await?.state;
    Ok(Json(StatisticsAnswer { detectors, braking_since: brake.engaged(operator.0.caller.now) }))
}
