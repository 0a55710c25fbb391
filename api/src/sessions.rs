//! `/v1/sessions`: where the person is signed in.

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{CaughtUp, Id, SignedIn, Written};
use crate::sign_in::no_content;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use watchbook_domain::account::{EndOtherSessions, EndReason, EndSession, Rejection};
use watchbook_domain::{SessionId, Timestamp};
use watchbook_eventlog::ExecuteError;

/// The live sessions of the account.
#[derive(Serialize, ToSchema)]
pub struct SessionsAnswer {
    /// Newest first.
    sessions: Vec<SessionItem>,
}

/// A live session.
#[derive(Serialize, ToSchema)]
pub struct SessionItem {
    /// The session.
    session_id: Uuid,
    /// Whether it is the one that asks.
    current: bool,
    /// Its device.
    device_id: Uuid,
    /// What the device is called.
    device_name: String,
    /// `aal1` or `aal2`.
    level: String,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// When its token was last replaced.
    #[schema(value_type = String, format = DateTime)]
    refreshed_at: Timestamp,
    /// It ends then in any case.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Where it was opened from.
    address: String,
    /// Such as `Lisbon, Portugal`, if known.
    place: Option<String>,
}

/// Lists the live sessions.
#[utoipa::path(get, path = "/v1/sessions", tag = "sessions", security(("session" = [])), responses((status = 200, body = SessionsAnswer)))]
pub async fn list(
    State(app): State<App>,
    _caught_up: CaughtUp,
    signed_in: SignedIn,
) -> Result<Json<SessionsAnswer>, Problem> {
    let rows = app.views.sessions(signed_in.account_id, signed_in.caller.now).await?;
    let sessions = rows.into_iter().map(|row| SessionItem {
        session_id: row.session.0,
        current: row.session == signed_in.session_id,
        device_id: row.device.0,
        device_name: row.device_name,
        level: row.level,
        opened_at: row.opened_at,
        refreshed_at: row.refreshed_at,
        expires_at: row.expires_at,
        address: row.address,
        place: row.place,
    });
    Ok(Json(SessionsAnswer { sessions: sessions.collect() }))
}

/// Ends one of the account's sessions.
#[utoipa::path(
    delete, path = "/v1/sessions/{id}", tag = "sessions", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 204), (status = 404, body = ProblemBody))
)]
pub async fn end(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(session): Id<SessionId>,
) -> Result<Written<StatusCode>, Problem> {
    let own = session == signed_in.session_id;
    let reason = if own { EndReason::SignedOut } else { EndReason::EndedByOwner };
    let command = EndSession { session, reason };
    let metadata = signed_in.metadata(&app);
    match app.decide(signed_in.account_id, &metadata, |a| command.decide(a)).await {
        Err(ExecuteError::Rejected(Rejection::SessionOver)) => Err(problem::NOT_FOUND.into()),
        done => Ok(no_content(done?.position)),
    }
}

/// Ends all sessions but this one.
#[utoipa::path(post, path = "/v1/sessions/end-others", tag = "sessions", security(("session" = [])), responses((status = 204)))]
pub async fn end_others(State(app): State<App>, signed_in: SignedIn) -> Result<Written<StatusCode>, Problem> {
    let command = EndOtherSessions { keep: signed_in.session_id, now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a)).await?;
    Ok(no_content(done.position))
}
