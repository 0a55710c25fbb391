//! `/confirm`: the page behind the link in a mail about an unexpected sign-in. It says what is being confirmed, so that
//! nobody presses a button blindly; looking at it changes nothing.

use crate::app::App;
use crate::confirmation::Answer;
use crate::pages::{dead_link, done, failed, rendered};
use crate::request::Caller;
use askama::Template;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use watchbook_domain::notification::LinkPurpose;
use watchbook_eventlog::links::Link;

/// The page, guarded like every other way in.
pub fn routes() -> Router<App> {
    Router::new().route("/confirm", get(look).post(answer))
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    site_name: &'a str,
    token: &'a str,
    /// What is known of the sign-in: name and value.
    facts: Vec<(&'static str, &'a str)>,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

#[derive(Deserialize)]
struct Answered {
    token: String,
    answer: Answer,
}

async fn look(
    State(app): State<App>,
    caller: Caller,
    query: Result<Query<Token>, QueryRejection>,
) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app) };
    let Some(link) = Link::open(&app.keyring, LinkPurpose::ConfirmSignIn, &token) else {
        return dead_link(&app);
    };
    let account = match app.account(link.account).await {
        Ok(account) => account,
        Err(problem) => return failed(&app, problem),
    };
    let Some((_, waiting)) = account.unconfirmed(link.id, caller.now) else { return dead_link(&app) };
    let context = &waiting.context;
    let when = waiting.requested_at.datetime().format("%-d %B %Y, %H:%M UTC").to_string();
    let place = context.place.as_ref().map(|place| format!("{place} (estimated)"));
    let facts = vec![
        ("When", when.as_str()),
        ("Device", context.device.as_str()),
        ("Place", place.as_deref().unwrap_or("unknown")),
        ("Network address", context.address.as_str()),
        ("Network", context.signals.network.as_deref().unwrap_or("unknown")),
    ];
    rendered(StatusCode::OK, &ConfirmPage { site_name: &app.site_name, token: &token, facts })
}

async fn answer(
    State(app): State<App>,
    caller: Caller,
    form: Result<Form<Answered>, FormRejection>,
) -> Response {
    let Ok(Form(Answered { token, answer })) = form else { return dead_link(&app) };
    match (app.answer_confirmation(&caller, &token, answer).await, answer) {
        (Ok(_), Answer::Approve) => done(
            &app,
            "Sign-in confirmed",
            "The device that asked goes on by itself. Nobody is signed in on this one.",
        ),
        (Ok(_), Answer::Deny) => done(
            &app,
            "Account locked",
            "Your account is locked and every session has ended. We have mailed you the way back.",
        ),
        (Err(problem), _) => failed(&app, problem),
    }
}
