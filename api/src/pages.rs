//! The small pages behind the links in mails: readable without scripts, changed by POST only, since mail
//! scanners follow every link.

use crate::app::{App, evenly};
use crate::problem::{self, Problem};
use crate::request::Caller;
use askama::Template;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use watchbook_domain::Identifier;

/// The pages. Guarded like every other way in.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/verify", get(verify_form).post(verify))
        .route("/reset", get(reset_form).post(reset))
        .route("/not-me", get(disown_form).post(disown))
        .route("/forgot", get(forgot_form).post(forgot))
        .route("/setup", get(setup_form).post(setup))
        .merge(crate::recovery::pages::routes())
}

/// The style sheet of all pages.
pub async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css")], include_str!("../templates/style.css"))
}

/// A page. Empty texts leave their part out.
#[derive(Template, Default)]
#[template(path = "page.html")]
pub(crate) struct Page<'a> {
    pub(crate) site_name: &'a str,
    pub(crate) title: &'a str,
    /// Paragraphs of the body.
    pub(crate) text: &'a [&'a str],
    /// Said with `role="alert"`.
    pub(crate) error: &'a str,
    pub(crate) action: &'a str,
    pub(crate) button: &'a str,
    pub(crate) token: &'a str,
    /// Name, label, type and autocomplete hint of each field.
    pub(crate) fields: &'a [(&'a str, &'a str, &'a str, &'a str)],
}

#[derive(Deserialize)]
pub(crate) struct Token {
    pub(crate) token: String,
}

#[derive(Deserialize)]
struct NewPassword {
    token: String,
    new_password: String,
}

#[derive(Deserialize)]
struct Forgotten {
    identifier: String,
}

#[derive(Deserialize)]
struct SetupForm {
    token: String,
    email: String,
    password: String,
}

const PASSWORD_FIELD: (&str, &str, &str, &str) =
    ("new_password", "New password (at least 15 characters)", "password", "new-password");
const SETUP_FIELDS: [(&str, &str, &str, &str); 2] = [
    ("email", "E-mail address", "email", "email"),
    ("password", "Password (at least 15 characters)", "password", "new-password"),
];

async fn verify_form(State(app): State<App>, query: Result<Query<Token>, QueryRejection>) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app) };
    show(
        &app,
        StatusCode::OK,
        Page {
            title: "Confirm your e-mail address",
            text: &["Press the button to confirm that this address is yours."],
            action: "/verify",
            button: "Confirm address",
            token: &token,
            ..Page::default()
        },
    )
}

async fn verify(
    State(app): State<App>,
    caller: Caller,
    form: Result<Form<Token>, FormRejection>,
) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app) };
    match app.verify_email(&caller, &token).await {
        Ok(_) => done(&app, "Address confirmed", "Your address is confirmed. You can sign in now."),
        Err(problem) => failed(&app, problem),
    }
}

async fn reset_form(State(app): State<App>, query: Result<Query<Token>, QueryRejection>) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app) };
    show_reset(&app, StatusCode::OK, &token, "")
}

async fn reset(
    State(app): State<App>,
    caller: Caller,
    form: Result<Form<NewPassword>, FormRejection>,
) -> Response {
    let Ok(Form(NewPassword { token, new_password })) = form else { return dead_link(&app) };
    match app.reset_password(&caller, &token, new_password).await {
        Ok(_) => done(
            &app,
            "Password set",
            "Your new password is set and every session has ended. Sign in with it now.",
        ),
        Err(problem) if problem.kind == problem::PASSWORD_UNACCEPTABLE => {
            let reason = problem.detail.unwrap_or_default();
            show_reset(
                &app,
                StatusCode::UNPROCESSABLE_ENTITY,
                &token,
                &format!("Choose another password: {reason}."),
            )
        }
        Err(problem) => failed(&app, problem),
    }
}

fn show_reset(app: &App, status: StatusCode, token: &str, error: &str) -> Response {
    show(
        app,
        status,
        Page {
            title: "Set a new password",
            text: &[
                "Every session of your account ends when the new password is set. A second factor stays as it is.",
            ],
            error,
            action: "/reset",
            button: "Set password",
            token,
            fields: &[PASSWORD_FIELD],
            ..Page::default()
        },
    )
}

async fn disown_form(State(app): State<App>, query: Result<Query<Token>, QueryRejection>) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app) };
    show(
        &app,
        StatusCode::OK,
        Page {
            title: "This was not me",
            text: &[
                "Press the button if what the mail told you of was not you. Your account is locked at once, every \
             session ends, and nobody can sign in.",
                "To open it again, you set a new password over a link that we mail to you.",
            ],
            action: "/not-me",
            button: "Lock my account",
            token: &token,
            ..Page::default()
        },
    )
}

async fn disown(
    State(app): State<App>,
    caller: Caller,
    form: Result<Form<Token>, FormRejection>,
) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app) };
    match app.disown(&caller, &token).await {
        Ok(_) => done(
            &app,
            "Account locked",
            "Your account is locked and every session has ended. We have mailed you the way back.",
        ),
        Err(problem) => failed(&app, problem),
    }
}

async fn forgot_form(State(app): State<App>) -> Response {
    show_forgot(&app, StatusCode::OK, "")
}

async fn forgot(
    State(app): State<App>,
    caller: Caller,
    form: Result<Form<Forgotten>, FormRejection>,
) -> Response {
    let identifier = form.ok().and_then(|Form(Forgotten { identifier })| Identifier::parse(&identifier).ok());
    let Some(identifier) = identifier else {
        return show_forgot(
            &app,
            StatusCode::UNPROCESSABLE_ENTITY,
            "That is no e-mail address or user number.",
        );
    };
    match evenly(app.request_reset(&caller, &identifier)).await {
        Ok(()) => done(
            &app,
            "Look into your mail",
            "If there is such an account, a mail with a link is on its way.",
        ),
        Err(problem) => failed(&app, problem),
    }
}

fn show_forgot(app: &App, status: StatusCode, error: &str) -> Response {
    show(
        app,
        status,
        Page {
            title: "Forgot your password?",
            text: &["We mail you a link to set a new one."],
            error,
            action: "/forgot",
            button: "Send link",
            fields: &[("identifier", "E-mail address or user number", "text", "username")],
            ..Page::default()
        },
    )
}

async fn setup_form(State(app): State<App>, query: Result<Query<Token>, QueryRejection>) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app) };
    show_setup(&app, StatusCode::OK, &token, "")
}

async fn setup(
    State(app): State<App>,
    caller: Caller,
    form: Result<Form<SetupForm>, FormRejection>,
) -> Response {
    let Ok(Form(SetupForm { token, email, password })) = form else { return dead_link(&app) };
    match app.set_up(&caller, &token, &email, password).await {
        Ok(()) => done(
            &app,
            "Operator set up",
            "Sign in with this address and enrol an authenticator app: operators need a second factor.",
        ),
        Err(problem) if problem.kind.1 == StatusCode::UNPROCESSABLE_ENTITY => {
            let reason = problem.detail.unwrap_or_else(|| problem.kind.2.to_owned());
            show_setup(
                &app,
                StatusCode::UNPROCESSABLE_ENTITY,
                &token,
                &format!("That does not work: {reason}."),
            )
        }
        Err(problem) => failed(&app, problem),
    }
}

fn show_setup(app: &App, status: StatusCode, token: &str, error: &str) -> Response {
    show(
        app,
        status,
        Page {
            title: "Set up the first operator",
            text: &["The operator signs in with this account."],
            error,
            action: "/setup",
            button: "Create operator",
            token,
            fields: &SETUP_FIELDS,
            ..Page::default()
        },
    )
}

/// A page that only says something.
pub fn done(app: &App, title: &str, text: &str) -> Response {
    show(app, StatusCode::OK, Page { title, text: &[text], ..Page::default() })
}

/// A link that opens nothing.
pub fn dead_link(app: &App) -> Response {
    failed(app, problem::LINK_INVALID.into())
}

/// Why nothing was done.
pub fn failed(app: &App, problem: Problem) -> Response {
    let text = match problem.kind {
        problem::LINK_INVALID => {
            "It has run out, was used before, or a newer one took its place. Ask for a new one."
        }
        problem::TOO_MANY => "Wait a little, then try again.",
        _ => "Nothing was changed. Try again in a moment.",
    };
    show(app, problem.kind.1, Page { title: problem.kind.2, text: &[text], ..Page::default() })
}

/// The page, with the name of the site.
pub(crate) fn show(app: &App, status: StatusCode, page: Page<'_>) -> Response {
    rendered(status, &Page { site_name: &app.site_name, ..page })
}

/// A page, with the headers that all have.
pub fn rendered(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, HEADERS, Html(html)).into_response(),
        Err(error) => Problem::internal(&error).into_response(),
    }
}

/// No scripts, no frames, nothing from elsewhere, no copy in a cache, no token in a referrer.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
    ),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];
