//! `GET /v1/activity`: what happened to the account, newest first.

use crate::app::App;
use crate::problem::{self, Problem};
use crate::request::{CaughtUp, SignedIn};
use axum::Json;
use axum::extract::{FromRequestParts, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use watchbook_domain::Timestamp;
use watchbook_eventlog::Position;

const MOST: u32 = 100;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Only what is older than this position: `next` of the page before.
    before: Option<u64>,
    /// At most this many, 1 to 100. Default 50.
    limit: Option<u32>,
}

/// A page of activity.
#[derive(Serialize, ToSchema)]
pub struct ActivityAnswer {
    /// Newest first.
    activity: Vec<ActivityItem>,
    /// For the next page; absent on the last.
    next: Option<u64>,
}

/// One thing that happened.
#[derive(Serialize, ToSchema)]
pub struct ActivityItem {
    /// Place in the log.
    position: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The event's type.
    #[schema(example = "sign_in.succeeded")]
    r#type: String,
    /// From where, if it was a request.
    address: Option<String>,
    /// In words.
    device: Option<String>,
    /// If known.
    place: Option<String>,
    /// What else there is to say, such as why a session ended.
    detail: Option<String>,
}

/// Lists the account's activity.
#[utoipa::path(get, path = "/v1/activity", tag = "account", security(("session" = [])), params(Page), responses((status = 200, body = ActivityAnswer)))]
pub async fn list(
    State(app): State<App>,
    _caught_up: CaughtUp,
    signed_in: SignedIn,
    page: PageOf,
) -> Result<Json<ActivityAnswer>, Problem> {
    let PageOf(page) = page;
    let limit = page.limit.unwrap_or(50);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::from(problem::MALFORMED).detail("limit: 1 to 100"));
    }
    let rows = app.views.activity(signed_in.account_id, page.before.map(Position), limit).await?;
    let full = rows.len() == limit as usize;
    let next = rows.last().filter(|_| full).map(|row| row.position.0);
    let activity = rows.into_iter().map(|row| ActivityItem {
        position: row.position.0,
        at: row.at,
        r#type: row.event_type,
        address: row.address,
        device: row.device,
        place: row.place,
        detail: row.detail,
    });
    Ok(Json(ActivityAnswer { activity: activity.collect(), next }))
}

/// The page, or a problem that is the caller's.
pub struct PageOf(Page);

impl<S: Send + Sync> FromRequestParts<S> for PageOf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, state: &S) -> Result<Self, Problem> {
        let page = Query::<Page>::from_request_parts(parts, state).await;
        page.map(|Query(page)| Self(page))
            .map_err(|_| Problem::from(problem::MALFORMED).detail("before, limit: numbers"))
    }
}
