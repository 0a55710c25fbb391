//! The pages behind the links in mails about addresses: a button each, since mail scanners follow every link.

use crate::app::App;
use crate::pages::{Page, Token, dead_link, done, failed, show};
use crate::problem::Problem;
use crate::request::Caller;
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use watchbook_eventlog::Position;

/// A page with one button, and what it says once that was pressed.
struct Button {
    path: &'static str,
    title: &'static str,
    text: &'static [&'static str],
    button: &'static str,
    done: (&'static str, &'static str),
}

const CHANGE: Button = Button {
    path: "/confirm-email",
    title: "Confirm your new e-mail address",
    text: &[
        "Press the button to make this address the one that you sign in with. Your other sessions end. The old \
         address is told, and can undo the change for some days.",
    ],
    button: "Confirm address",
    done: ("Address confirmed", "From now on you sign in with this address."),
};

const RECOVERY: Button = Button {
    path: "/confirm-recovery-email",
    title: "Confirm your recovery address",
    text: &["Press the button to confirm that this address is yours and is to be your recovery address."],
    button: "Confirm address",
    done: ("Address confirmed", "It is your recovery address now."),
};

const UNDO: Button = Button {
    path: "/undo-email-change",
    title: "Undo the change of e-mail address",
    text: &[
        "Press the button if the change was not yours. The old address is the account's again, every session ends, \
         and the account is locked.",
        "To open it again, you set a new password over a link that we mail to the old address.",
    ],
    button: "Undo the change",
    done: (
        "Change undone",
        "The old address is the account's again, and every session has ended. We have mailed you the way back.",
    ),
};

const PROVE: Button = Button {
    path: "/prove-recovery",
    title: "Recover your account",
    text: &["Press the button to confirm that it is you who has lost every second step of signing in."],
    button: "It is me",
    done: ("Confirmed", "Follow the link that we mailed to your other address too, if you have not yet."),
};

const STOP: Button = Button {
    path: "/stop-factor-recovery",
    title: "Stop the recovery",
    text: &[
        "Press the button if it was not you who asked. Your second steps of signing in stay as they are. Whoever asked \
         knows your password: set a new one.",
    ],
    button: "Stop the recovery",
    done: (
        "Recovery stopped",
        "Everything stays as it is. Set a new password now: somebody else knows yours.",
    ),
};

type Asked = Result<Query<Token>, QueryRejection>;
type Pressed = Result<Form<Token>, FormRejection>;

/// The pages. Guarded like every other way in.
pub fn routes() -> Router<App> {
    Router::new()
        .route(
            CHANGE.path,
            get(|State(app): State<App>, query: Asked| async move { CHANGE.ask(&app, query) }).post(change),
        )
        .route(
            RECOVERY.path,
            get(|State(app): State<App>, query: Asked| async move { RECOVERY.ask(&app, query) })
                .post(recovery),
        )
        .route(
            PROVE.path,
            get(|State(app): State<App>, query: Asked| async move { PROVE.ask(&app, query) }).post(prove),
        )
        .route(
            STOP.path,
            get(|State(app): State<App>, query: Asked| async move { STOP.ask(&app, query) }).post(stop),
        )
        .route(
            UNDO.path,
            get(|State(app): State<App>, query: Asked| async move { UNDO.ask(&app, query) }).post(undo),
        )
}

async fn prove(State(app): State<App>, caller: Caller, form: Pressed) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app) };
    PROVE.answer(&app, app.prove_factor_recovery(&caller, &token).await)
}

async fn stop(State(app): State<App>, caller: Caller, form: Pressed) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app) };
    STOP.answer(&app, app.stop_factor_recovery(&caller, &token).await)
}

async fn change(State(app): State<App>, caller: Caller, form: Pressed) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app) };
    CHANGE.answer(&app, app.confirm_email_change(&caller, &token).await)
}

async fn recovery(State(app): State<App>, caller: Caller, form: Pressed) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app) };
    RECOVERY.answer(&app, app.confirm_recovery_email(&caller, &token).await)
}

async fn undo(State(app): State<App>, caller: Caller, form: Pressed) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app) };
    UNDO.answer(&app, app.undo_email_change(&caller, &token).await)
}

impl Button {
    fn ask(&self, app: &App, query: Asked) -> Response {
        let Ok(Query(Token { token })) = query else { return dead_link(app) };
        let Self { path, title, text, button, done: _ } = *self;
        show(
            app,
            StatusCode::OK,
            Page { title, text, action: path, button, token: &token, ..Page::default() },
        )
    }

    fn answer(&self, app: &App, outcome: Result<Option<Position>, Problem>) -> Response {
        match outcome {
            Ok(_) => done(app, self.done.0, self.done.1),
            Err(problem) => failed(app, problem),
        }
    }
}
