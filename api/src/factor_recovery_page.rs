//! The page behind the link that completes a recovery of the second factor: it asks for the password.

use crate::app::App;
use crate::language::Accepted;
use crate::pages::{Field, Page, Token, asked, dead_link, failed, reads, said, show};
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
use watchbook_domain::notification::LinkPurpose;
use watchbook_words::Language;

#[derive(Deserialize)]
struct Completion {
    token: String,
    identifier: String,
    password: String,
}

/// The page. Guarded like every other way in.
pub fn routes() -> Router<App> {
    Router::new().route("/complete-recovery", get(form).post(complete))
}

async fn form(
    State(app): State<App>,
    accepted: Accepted,
    query: Result<Query<Token>, QueryRejection>,
) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app, asked(&accepted)) };
    let language = reads(&app, &accepted, LinkPurpose::FactorRecoveryComplete, &token).await;
    ask(&app, language, StatusCode::OK, &token, String::new())
}

fn ask(app: &App, language: Language, status: StatusCode, token: &str, error: String) -> Response {
    let label = |name| said(language, "page-complete-recovery", name);
    let fields = vec![
        Field { name: "identifier", label: label("identifier"), kind: "text", autocomplete: "username" },
        Field {
            name: "password",
            label: label("password"),
            kind: "password",
            autocomplete: "current-password",
        },
    ];
    let page = Page::of(language, "page-complete-recovery");
    show(app, status, Page { error, action: "/complete-recovery", token, fields, ..page })
}

async fn complete(
    State(app): State<App>,
    accepted: Accepted,
    caller: Caller,
    form: Result<Form<Completion>, FormRejection>,
) -> Response {
    let Ok(Form(Completion { token, identifier, password })) = form else {
        return dead_link(&app, asked(&accepted));
    };
    let language = reads(&app, &accepted, LinkPurpose::FactorRecoveryComplete, &token).await;
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
        Ok(_) => show(&app, StatusCode::OK, Page::of(language, "page-complete-recovery-done")),
        Err(Problem { kind: problem::INVALID_CREDENTIALS, .. }) => {
            let error = said(language, "page-complete-recovery", "wrong");
            ask(&app, language, StatusCode::UNAUTHORIZED, &token, error)
        }
        Err(problem) => failed(&app, language, &problem),
    }
}
