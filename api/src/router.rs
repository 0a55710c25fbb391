//! All routes, and the layers around them.

use crate::app::App;
use crate::problem::{self, Problem};
use crate::request::RequestId;
use crate::{
    account, account_difference, account_history, account_timeline, activity, alert_statistics, alert_triage,
    alerts, archive, captcha, checklist, confirm_page, confirmation, connections, contact_pages,
    contact_review, devices, disown, email_change, erasure, exports, factor_recovery, factor_recovery_codes,
    factor_recovery_page, health, incidents, introspection, language, limits, log_checkpoint,
    log_consistency, log_inclusion, looks, observations, observed_erasure, operators, pages, passkey_options,
    passkey_sign_in, passkeys, password, phone, recovery, recovery_codes, recovery_email, recovery_review,
    registration, require_password_change, search, second_factor, service_keys, session, sessions, setup,
    sign_in, sms_code, sms_factor, status, tail, totp,
};
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::time::Duration;
use tracing::Instrument;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use watchbook_eventlog::fresh;

/// Most bytes of a request's body: the largest honest one has two passwords of 1,024 bytes.
const BODY_LIMIT: usize = 16 * 1024;
/// Longest time of a request; above the longest wait for other guesses.
const TIME_LIMIT: Duration = Duration::from_secs(30);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Watchbook",
        description = "Accounts, sign-in, sessions and devices as events. Errors are application/problem+json (RFC 9457) with a stable `type`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    modifiers(&Security),
)]
struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        for (name, description) in [
            ("session", "The token that a sign-in gave."),
            ("service_key", "A key that an operator issued."),
            ("case", "The token that a recovery case was opened with."),
        ] {
            let mut scheme = Http::new(HttpAuthScheme::Bearer);
            scheme.description = Some(description.to_owned());
            components.add_security_scheme(name, SecurityScheme::Http(scheme));
        }
    }
}

/// What a stranger can reach, and what costs a guess: behind the limits of sources.
fn guarded() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(registration::register))
        .routes(routes!(registration::resend))
        .routes(routes!(registration::verify))
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(second_factor::second_factor))
        .routes(routes!(session::reauthenticate))
        .routes(routes!(password::change))
        .routes(routes!(password::forgot))
        .routes(routes!(password::reset))
        .routes(routes!(disown::disown))
        .routes(routes!(setup::setup))
        .routes(routes!(totp::confirm))
        .routes(routes!(sms_code::for_sign_in))
        .routes(routes!(sms_code::for_session))
        .routes(routes!(phone::start, phone::remove))
        .routes(routes!(phone::confirm))
        .routes(routes!(sms_factor::start, sms_factor::remove))
        .routes(routes!(sms_factor::confirm))
        .routes(routes!(passkey_sign_in::options))
        .routes(routes!(passkey_sign_in::sign_in))
        .routes(routes!(passkey_options::second_factor))
        .routes(routes!(confirmation::redeem))
        .routes(routes!(confirmation::approve))
        .routes(routes!(confirmation::deny))
        .routes(routes!(email_change::request, email_change::cancel))
        .routes(routes!(email_change::confirm))
        .routes(routes!(email_change::undo))
        .routes(routes!(recovery_email::request, recovery_email::remove))
        .routes(routes!(recovery_email::confirm))
        .routes(routes!(factor_recovery::request))
        .routes(routes!(factor_recovery::prove))
        .routes(routes!(factor_recovery_codes::send))
        .routes(routes!(factor_recovery_codes::prove))
        .routes(routes!(factor_recovery::stop))
        .routes(routes!(factor_recovery::complete))
        .routes(routes!(recovery::open::open))
        .routes(routes!(recovery::contact::prove))
        .routes(routes!(recovery::read::read))
        .routes(routes!(recovery::messages::write))
        .routes(routes!(recovery::documents::add))
        .routes(routes!(recovery::appeal::appeal))
        .routes(routes!(recovery::stop::by_link))
}

/// What takes a live session or a service key, and costs no guess.
fn trusted() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(session::refresh))
        .routes(routes!(session::sign_out))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::end_others))
        .routes(routes!(devices::list))
        .routes(routes!(devices::rename, devices::remove))
        .routes(routes!(totp::start, totp::remove))
        .routes(routes!(recovery_codes::generate))
        .routes(routes!(captcha::challenge))
        .routes(routes!(passkey_options::session))
        .routes(routes!(passkeys::options))
        .routes(routes!(passkeys::list, passkeys::enrol))
        .routes(routes!(passkeys::rename, passkeys::remove))
        .routes(routes!(account::own))
        .routes(routes!(checklist::read))
        .routes(routes!(contact_review::confirm))
        .routes(routes!(language::change))
        .routes(routes!(activity::list))
        .routes(routes!(introspection::introspect))
        .routes(routes!(account::read))
        .routes(routes!(operators::read))
        .routes(routes!(operators::lock))
        .routes(routes!(operators::unlock))
        .routes(routes!(require_password_change::order))
        .routes(routes!(erasure::order, erasure::certificate))
        .routes(routes!(erasure::place_hold, erasure::lift_hold))
        .routes(routes!(observed_erasure::order))
        .routes(routes!(service_keys::issue))
        .routes(routes!(service_keys::revoke))
        .routes(routes!(account_history::at))
        .routes(routes!(account_difference::difference))
        .routes(routes!(account_timeline::timeline))
        .routes(routes!(looks::list))
        .routes(routes!(archive::by_compliance::archive))
        .routes(routes!(archive::own::archive))
        .routes(routes!(tail::tail))
        .routes(routes!(search::search))
        .routes(routes!(connections::connections))
        .routes(routes!(exports::request::request, exports::list::list))
        .routes(routes!(exports::read::read))
        .routes(routes!(exports::cancel::cancel))
        .routes(routes!(exports::download::download))
        .routes(routes!(log_checkpoint::checkpoint))
        .routes(routes!(log_inclusion::inclusion))
        .routes(routes!(log_consistency::consistency))
        .routes(routes!(recovery::stop::by_owner))
        .routes(routes!(recovery_review::queue::list))
        .routes(routes!(recovery_review::read::read))
        .routes(routes!(recovery_review::document::download))
        .routes(routes!(recovery_review::check::check))
        .routes(routes!(recovery_review::message::write))
        .routes(routes!(recovery_review::decision::approve))
        .routes(routes!(recovery_review::decision::reject))
        .routes(routes!(recovery_review::stop::stop))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::read))
        .routes(routes!(alert_triage::assign))
        .routes(routes!(alert_triage::acknowledge))
        .routes(routes!(alert_triage::note))
        .routes(routes!(alert_triage::resolve))
        .routes(routes!(alert_triage::resolve_many))
        .routes(routes!(alert_statistics::read))
        .routes(routes!(incidents::open))
        .routes(routes!(incidents::update))
        .routes(routes!(incidents::resolve))
        .routes(routes!(status::status))
        .routes(routes!(status::history))
}

/// What other systems report, many at a time.
fn reported() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(observations::report))
        .layer(DefaultBodyLimit::max(observations::BODY_LIMIT))
}

/// For those who run the server.
fn health() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
}

/// What a process answers that has no API: `/healthz`, `/readyz`, `/metrics`.
pub fn health_router(app: App) -> Router {
    let (router, _) = health().split_for_parts();
    router.fallback(|| async { Problem::from(problem::NOT_FOUND) }).with_state(app)
}

/// The whole API.
pub fn router(app: App) -> Router {
    let guard = middleware::from_fn_with_state(app.clone(), limits::guard);
    let pages = pages::routes()
        .merge(confirm_page::routes())
        .merge(contact_pages::routes())
        .merge(factor_recovery_page::routes());
    let guarded = guarded().merge(OpenApiRouter::from(pages)).route_layer(guard);
    let (router, _) = OpenApiRouter::new()
        .merge(guarded)
        .merge(trusted())
        .merge(reported())
        .merge(health())
        .split_for_parts();
    let document = openapi_json();
    router
        .route(
            "/openapi.json",
            get(|| async move { ([(header::CONTENT_TYPE, "application/json")], document) }),
        )
        .route("/style.css", get(pages::style))
        .fallback(|| async { Problem::from(problem::NOT_FOUND) })
        .method_not_allowed_fallback(|| async { Problem::from(problem::METHOD_NOT_ALLOWED) })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(observe))
        .with_state(app)
}

/// The OpenAPI 3.1 document, indented.
pub fn openapi_json() -> String {
    let (_, mut document) = OpenApiRouter::<App>::with_openapi(Document::openapi())
        .merge(guarded())
        .merge(trusted())
        .merge(reported())
        .merge(health())
        .split_for_parts();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.to_pretty_json().unwrap_or_default() + "\n"
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request, bounds its time, measures it, and says one line about it: path as matched, never
/// as sent, since queries carry tokens.
async fn observe(mut request: Request, next: Next) -> Response {
    let id = fresh::uuid();
    request.extensions_mut().insert(RequestId(id));
    let path = request.extensions().get::<MatchedPath>().map_or("unmatched", |path| path.as_str()).to_owned();
    let method = request.method().clone();
    let started = tokio::time::Instant::now();
    let span = tracing::info_span!("http.request", request_id = %id, %method, path);
    let work = tokio::time::timeout(TIME_LIMIT, next.run(request)).instrument(span.clone());
    let mut response = match work.await {
        Ok(response) => response,
        Err(_) => Problem::from(problem::TIMEOUT).retry_after(2).into_response(),
    };
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    span.in_scope(|| tracing::debug!(status, elapsed_ms = elapsed.as_millis() as u64, "answered"));
    let labels = [("method", method.to_string()), ("path", path), ("status", status.to_string())];
    metrics::histogram!("watchbook_http_request_seconds", &labels).record(elapsed.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
