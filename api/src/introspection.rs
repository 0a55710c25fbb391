//! `POST /v1/sessions/introspect`: whether a session token is alive, for the site's own back ends.

use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::request::Body;
use crate::service_keys::ServiceCaller;
use crate::tokens::SessionToken;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use watchbook_domain::Timestamp;
use watchbook_domain::account::Level;
use watchbook_domain::service_key::Scope;

/// A token that somebody showed to the site.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Introspection {
    /// The session token.
    token: String,
}

/// What the token is worth now. Everything but `active` is absent when it is worth nothing, whatever the
/// reason (RFC 7662, 2.2).
#[derive(Serialize, ToSchema)]
pub struct IntrospectionAnswer {
    /// Whether the session lives.
    active: bool,
    /// The rest.
    #[serde(flatten)]
    session: Option<IntrospectedSession>,
}

/// A live session.
#[derive(Serialize, ToSchema)]
pub struct IntrospectedSession {
    /// Whose it is.
    account_id: Uuid,
    /// The session.
    session_id: Uuid,
    /// Its device.
    device_id: Uuid,
    /// How much was proved.
    #[schema(value_type = String, example = "aal2")]
    level: Level,
    /// When the person last proved password (and second factor).
    #[schema(value_type = String, format = DateTime)]
    authenticated_at: Timestamp,
    /// It ends then unless refreshed.
    #[schema(value_type = String, format = DateTime)]
    idle_expires_at: Timestamp,
    /// It ends then in any case.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Looks a session up in the account's own state: an ended session is dead at once on the node that ended
/// it, and within a second on every other.
#[utoipa::path(
    post, path = "/v1/sessions/introspect", tag = "service", security(("service_key" = [])), request_body = Introspection,
    responses((status = 200, body = IntrospectionAnswer), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn introspect(
    State(app): State<App>,
    service: ServiceCaller,
    Body(request): Body<Introspection>,
) -> Result<Json<IntrospectionAnswer>, Problem> {
    service.require(Scope::SessionsIntrospect)?;
    let Some(token) = SessionToken::parse(&request.token) else { return Ok(Json(INACTIVE)) };
    let Some((_, session)) = app.session(&token, app.clock.now()).await? else { return Ok(Json(INACTIVE)) };
    let session = IntrospectedSession {
        account_id: token.account.0,
        session_id: token.session.0,
        device_id: session.device.0,
        level: session.level,
        authenticated_at: session.authenticated_at,
        idle_expires_at: session.idle_expires_at,
        expires_at: session.expires_at,
    };
    Ok(Json(IntrospectionAnswer { active: true, session: Some(session) }))
}

const INACTIVE: IntrospectionAnswer = IntrospectionAnswer { active: false, session: None };
