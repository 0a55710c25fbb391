//! The page behind the link that completes a recovery of the second factor: it asks for the password.

use crate::app::App;
use crate::pages::{Page, Token, dead_link, done, failed, show};
use crate::problem::{self, Problem};
use crate::request::{Body, Caller, Written};
use crate::sign_in::{SignIn, SignInAnswer, sign_in};
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;

#[derive(Deserialize)]
struct Completion {
    token: String,
    identifier: String,
    password: String,
}

const FIELDS: [(&str, &str, &str, &str); 2] = [
    ("identifier", "E-mail address or user number", "text", "username"),
    ("password", "Password", "password", "current-password"),
];

/// The page. Guarded like every other way in.
pub fn routes() -> Router<App> {
    Router::new().route("/complete-recovery", get(form).post(complete))
}

async fn form(State(app): State<App>, query: Result<Query<Token>, QueryRejection>) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app) };
    ask(&app, StatusCode::OK, &token, "")
}

fn ask(app: &App, status: StatusCode, token: &str, error: &str) -> Response {
    let page = Page {
        title: "Remove my second steps",
        text: &[
            "Every second step of signing in to your account is removed, and every session ends. Sign in with your \
             password then, and set up a new second step at once.",
        ],
        error,
        action: "/complete-recovery",
        button: "Remove my second steps",
        token,
        fields: &FIELDS,
        ..Page::default()
    };
    show(app, status, page)
}

async fn complete(
    State(app): State<App>,
    caller: Caller,
    form: Result<Form<Completion>, FormRejection>,
) -> Response {
    let Ok(Form(Completion { token, identifier, password })) = form else { return dead_link(&app) };
    let completed = async {
        let request = SignIn::with_password(identifier, password);
        let Written(_, Json(answer)) = sign_in(State(app.clone()), caller.clone(), Body(request)).await?;
        match answer {
            SignInAnswer::SecondFactorRequired { attempt, .. } => {
                app.complete_factor_recovery(&caller, &attempt, &token).await
            }
            // There is nothing to remove. The session's token is told to nobody.
            SignInAnswer::SignedIn { .. } | SignInAnswer::ConfirmationRequired { .. } => {
                Err(Problem::from(problem::LINK_INVALID))
            }
        }
    };
    match completed.await {
        Ok(_) => done(
            &app,
            "Second steps removed",
            "Sign in with your password, and set up a new second step at once.",
        ),
        Err(Problem { kind: problem::INVALID_CREDENTIALS, .. }) => {
            ask(&app, StatusCode::UNAUTHORIZED, &token, "The identifier or password is wrong.")
        }
        Err(problem) => failed(&app, problem),
    }
}
