//! The pages behind the links of recovery mails: a look changes nothing, a button does.

use crate::app::App;
use crate::pages::{Page, Token, dead_link, done, failed, show};
use crate::request::Caller;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

/// Guarded like every other way in.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/recovery-contact", get(contact_form).post(contact))
        .route("/stop-recovery", get(stop_form).post(stop))
}

async fn contact_form(State(app): State<App>, query: Result<Query<Token>, QueryRejection>) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app) };
    let page = Page {
        title: "Confirm your address for support",
        text: &["Press the button to confirm that support can reach you at this address."],
        action: "/recovery-contact",
        button: "Confirm address",
        token: &token,
        ..Page::default()
    };
    show(&app, StatusCode::OK, page)
}

async fn contact(
    State(app): State<App>,
    caller: Caller,
    form: Result<Form<Token>, FormRejection>,
) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app) };
    match app.prove_contact(&caller, &token).await {
        Ok(_) => done(
            &app,
            "Address confirmed",
            "Support looks at your case now. Add your documents where you opened it.",
        ),
        Err(problem) => failed(&app, problem),
    }
}

async fn stop_form(State(app): State<App>, query: Result<Query<Token>, QueryRejection>) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app) };
    let page = Page {
        title: "Keep my account",
        text: &[
            "Press the button if you did not ask support to recover your account. It then stays as it is.",
        ],
        action: "/stop-recovery",
        button: "Stop the recovery",
        token: &token,
        ..Page::default()
    };
    show(&app, StatusCode::OK, page)
}

async fn stop(State(app): State<App>, caller: Caller, form: Result<Form<Token>, FormRejection>) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app) };
    match app.stop_recovery(&caller, &token).await {
        Ok(_) => done(&app, "Stopped", "Nothing about your account was changed."),
        Err(problem) => failed(&app, problem),
    }
}
