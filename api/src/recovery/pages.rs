//! The pages behind the links of recovery mails: a look changes nothing, a button does.

use crate::app::App;
use crate::language::Accepted;
use crate::pages::{Page, Token, asked, dead_link, failed, reads, show};
use crate::request::Caller;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use watchbook_domain::notification::LinkPurpose;

/// Guarded like every other way in.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/recovery-contact", get(contact_form).post(contact))
        .route("/stop-recovery", get(stop_form).post(stop))
}

/// The link is of a case, and whoever opened it need not be whose account it is about: the browser says the language.
async fn contact_form(
    State(app): State<App>,
    accepted: Accepted,
    query: Result<Query<Token>, QueryRejection>,
) -> Response {
    let language = asked(&accepted);
    let Ok(Query(Token { token })) = query else { return dead_link(&app, language) };
    let page = Page::of(language, "page-recovery-contact");
    show(&app, StatusCode::OK, Page { action: "/recovery-contact", token: &token, ..page })
}

async fn contact(
    State(app): State<App>,
    accepted: Accepted,
    caller: Caller,
    form: Result<Form<Token>, FormRejection>,
) -> Response {
    let language = asked(&accepted);
    let Ok(Form(Token { token })) = form else { return dead_link(&app, language) };
    match app.prove_contact(&caller, &token).await {
        Ok(_) => show(&app, StatusCode::OK, Page::of(language, "page-recovery-contact-done")),
        Err(problem) => failed(&app, language, &problem),
    }
}

async fn stop_form(
    State(app): State<App>,
    accepted: Accepted,
    query: Result<Query<Token>, QueryRejection>,
) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app, asked(&accepted)) };
    let language = reads(&app, &accepted, LinkPurpose::StopRecovery, &token).await;
    let page = Page::of(language, "page-stop-recovery");
    show(&app, StatusCode::OK, Page { action: "/stop-recovery", token: &token, ..page })
}

async fn stop(
    State(app): State<App>,
    accepted: Accepted,
    caller: Caller,
    form: Result<Form<Token>, FormRejection>,
) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app, asked(&accepted)) };
    let language = reads(&app, &accepted, LinkPurpose::StopRecovery, &token).await;
    match app.stop_recovery(&caller, &token).await {
        Ok(_) => show(&app, StatusCode::OK, Page::of(language, "page-stop-recovery-done")),
        Err(problem) => failed(&app, language, &problem),
    }
}
