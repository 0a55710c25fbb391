//! The pages behind the links in mails about addresses and lost second factors: a button each, since mail scanners follow
//! every link.

use crate::app::App;
use crate::language::Accepted;
use crate::pages::{Page, Token, asked, dead_link, failed, reads, show};
use crate::problem::Problem;
use crate::request::Caller;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use watchbook_domain::notification::LinkPurpose;
use watchbook_eventlog::Position;

/// A page with one button, and what it says once that was pressed.
#[derive(Clone, Copy)]
struct Button {
    path: &'static str,
    purpose: LinkPurpose,
    /// The message in `words/locales`.
    message: &'static str,
    /// The message once the button was pressed.
    done: &'static str,
}

const CHANGE: Button = Button {
    path: "/confirm-email",
    purpose: LinkPurpose::ChangeEmail,
    message: "page-confirm-email",
    done: "page-confirm-email-done",
};

const RECOVERY: Button = Button {
    path: "/confirm-recovery-email",
    purpose: LinkPurpose::RecoveryEmail,
    message: "page-confirm-recovery-email",
    done: "page-confirm-recovery-email-done",
};

const UNDO: Button = Button {
    path: "/undo-email-change",
    purpose: LinkPurpose::UndoEmailChange,
    message: "page-undo-email-change",
    done: "page-undo-email-change-done",
};

const PROVE: Button = Button {
    path: "/prove-recovery",
    purpose: LinkPurpose::FactorRecoveryProof,
    message: "page-prove-recovery",
    done: "page-prove-recovery-done",
};

const STOP: Button = Button {
    path: "/stop-factor-recovery",
    purpose: LinkPurpose::FactorRecoveryStop,
    message: "page-stop-factor-recovery",
    done: "page-stop-factor-recovery-done",
};

type Asked = Result<Query<Token>, QueryRejection>;
type Pressed = Result<Form<Token>, FormRejection>;

/// The pages. Guarded like every other way in.
pub fn routes() -> Router<App> {
    Router::new()
        .route(CHANGE.path, CHANGE.page().post(change))
        .route(RECOVERY.path, RECOVERY.page().post(recovery))
        .route(PROVE.path, PROVE.page().post(prove))
        .route(STOP.path, STOP.page().post(stop))
        .route(UNDO.path, UNDO.page().post(undo))
}

async fn prove(State(app): State<App>, accepted: Accepted, caller: Caller, form: Pressed) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app, asked(&accepted)) };
    let outcome = app.prove_factor_recovery(&caller, &token).await;
    PROVE.answer(&app, &accepted, &token, outcome).await
}

async fn stop(State(app): State<App>, accepted: Accepted, caller: Caller, form: Pressed) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app, asked(&accepted)) };
    let outcome = app.stop_factor_recovery(&caller, &token).await;
    STOP.answer(&app, &accepted, &token, outcome).await
}

async fn change(State(app): State<App>, accepted: Accepted, caller: Caller, form: Pressed) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app, asked(&accepted)) };
    let outcome = app.confirm_email_change(&caller, &token).await;
    CHANGE.answer(&app, &accepted, &token, outcome).await
}

async fn recovery(State(app): State<App>, accepted: Accepted, caller: Caller, form: Pressed) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app, asked(&accepted)) };
    let outcome = app.confirm_recovery_email(&caller, &token).await;
    RECOVERY.answer(&app, &accepted, &token, outcome).await
}

async fn undo(State(app): State<App>, accepted: Accepted, caller: Caller, form: Pressed) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app, asked(&accepted)) };
    let outcome = app.undo_email_change(&caller, &token).await;
    UNDO.answer(&app, &accepted, &token, outcome).await
}

impl Button {
    /// The page before the button is pressed.
    fn page(self) -> MethodRouter<App> {
        get(move |State(app): State<App>, accepted: Accepted, query: Asked| async move {
            let Ok(Query(Token { token })) = query else { return dead_link(&app, asked(&accepted)) };
            let language = reads(&app, &accepted, self.purpose, &token).await;
            let page = Page { action: self.path, token: &token, ..Page::of(language, self.message) };
            show(&app, StatusCode::OK, page)
        })
    }

    async fn answer(
        self,
        app: &App,
        accepted: &Accepted,
        token: &str,
        outcome: Result<Option<Position>, Problem>,
    ) -> Response {
        let language = reads(app, accepted, self.purpose, token).await;
        match outcome {
            Ok(_) => show(app, StatusCode::OK, Page::of(language, self.done)),
            Err(problem) => failed(app, language, &problem),
        }
    }
}
