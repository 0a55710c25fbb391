//! `/healthz`, `/readyz` and `/metrics`: for those who run the server.

use crate::app::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use watchbook_domain::response_brake::KEY;

/// How a part is.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// Whether this node should get requests.
    ready: bool,
    /// `ok`, or what is wrong with the log.
    log: &'static str,
    /// `ok`, `behind`, or `stopped` at an event that cannot be applied.
    views: &'static str,
    /// Events that the views have not seen yet.
    view_lag_events: u64,
    /// Age of the oldest of them, in seconds.
    view_lag_seconds: f64,
    /// `ok`, `none` when no location data is installed, or `broken` when a file of it cannot be used. Nobody is kept out
    /// for it.
    location_data: &'static str,
    /// `ok`, `braking` when too many accounts in an hour would be locked, held or signed out because of alerts, so that
    /// more proof is asked for instead; `unknown` when that cannot be read. Nobody is kept out for it.
    detection: &'static str,
    /// Position of the event that stopped the views, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_at: Option<u64>,
}

/// Whether the process runs at all.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, body = String)))]
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Whether this node can serve: the log answers and the views keep up.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses((status = 200, body = Readiness), (status = 503, body = Readiness)))]
pub async fn ready(State(app): State<App>) -> (StatusCode, Json<Readiness>) {
    let log = if app.log.head().await.is_ok() { "ok" } else { "unavailable" };
    let status = app.views.status();
    let views = match &status.stopped {
        Some(_) => "stopped",
        None if status.lag_seconds > 10.0 => "behind",
        None => "ok",
    };
    let detection = match app.brakes.load(&app.brakes.stream(KEY)).await {
        Ok(brake) if brake.state.engaged(app.clock.now()).is_some() => "braking",
        Ok(_) => "ok",
        Err(_) => "unknown",
    };
    metrics::gauge!("watchbook_response_brake").set(f64::from(u8::from(detection == "braking")));
    let ready = log == "ok" && views == "ok";
    let location_data = match (app.clients.problems().is_empty(), app.clients.installed().is_empty()) {
        (false, _) => "broken",
        (true, true) => "none",
        (true, false) => "ok",
    };
    let body = Readiness {
        ready,
        log,
        views,
        location_data,
        detection,
        view_lag_events: status.lag_events,
        view_lag_seconds: status.lag_seconds,
        stopped_at: status.stopped.map(|stopped| stopped.position.0),
    };
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(body))
}

/// Measurements in the Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, body = String)))]
pub async fn metrics(State(app): State<App>) -> String {
    (app.metrics)()
}
