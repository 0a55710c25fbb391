//! `/confirm`: the page behind the link in a mail about an unexpected sign-in. It says what is being confirmed, so that
//! nobody presses a button blindly; looking at it changes nothing.

use crate::app::App;
use crate::confirmation::Answer;
use crate::language::Accepted;
use crate::pages::{Page, Token, asked, dead_link, failed, reads, rendered, said, show};
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
use watchbook_domain::{ClientContext, Timestamp};
use watchbook_eventlog::links::Link;
use watchbook_words::{Args, Language, device_in_words, moment, paragraphs, part};

/// The page, guarded like every other way in.
pub fn routes() -> Router<App> {
    Router::new().route("/confirm", get(look).post(answer))
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    site_name: &'a str,
    token: &'a str,
    language: &'a str,
    title: String,
    text: Vec<String>,
    /// What is known of the sign-in: name and value.
    facts: Vec<(String, String)>,
    warning: String,
    approve: String,
    deny: String,
    /// What denying does.
    locking: String,
}

#[derive(Deserialize)]
struct Answered {
    token: String,
    answer: Answer,
}

async fn look(
    State(app): State<App>,
    accepted: Accepted,
    caller: Caller,
    query: Result<Query<Token>, QueryRejection>,
) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app, asked(&accepted)) };
    let Some(link) = Link::open(&app.keyring, LinkPurpose::ConfirmSignIn, &token) else {
        return dead_link(&app, asked(&accepted));
    };
    let account = match app.account(link.account).await {
        Ok(account) => account,
        Err(problem) => return failed(&app, asked(&accepted), &problem),
    };
    let language = Language::for_person(account.locale.as_ref().or(accepted.0.as_ref()));
    let Some((_, waiting)) = account.unconfirmed(link.id, caller.now) else {
        return dead_link(&app, language);
    };
    let say = |name| said(language, "page-confirm-sign-in", name);
    let page = ConfirmPage {
        site_name: &app.site_name,
        token: &token,
        language: language.tag(),
        title: say("title"),
        text: paragraphs(language, "page-confirm-sign-in", "text", &Args::new()),
        facts: facts(language, waiting.requested_at, &waiting.context),
        warning: say("warning"),
        approve: say("approve"),
        deny: say("deny"),
        locking: say("locking"),
    };
    rendered(StatusCode::OK, language.tag(), &page)
}

/// In the words of the mail that the link was in.
fn facts(language: Language, at: Timestamp, context: &ClientContext) -> Vec<(String, String)> {
    let name = |part| said(language, "mail", part);
    let place = context.place.as_ref().map(|place| {
        let mut args = Args::new();
        args.set("place", place.as_str());
        part(language, "mail", "place-estimated", &args).unwrap_or_default()
    });
    let network = context.signals.network.clone();
    vec![
        (name("when"), moment(language, at)),
        (name("device"), device_in_words(language, &context.device)),
        (name("place"), place.unwrap_or_else(|| name("unknown"))),
        (name("address"), context.address.clone()),
        (name("network"), network.unwrap_or_else(|| name("unknown"))),
    ]
}

async fn answer(
    State(app): State<App>,
    accepted: Accepted,
    caller: Caller,
    form: Result<Form<Answered>, FormRejection>,
) -> Response {
    let Ok(Form(Answered { token, answer })) = form else { return dead_link(&app, asked(&accepted)) };
    let language = reads(&app, &accepted, LinkPurpose::ConfirmSignIn, &token).await;
    let done = match answer {
        Answer::Approve => "page-sign-in-confirmed",
        Answer::Deny => "page-locked",
    };
    match app.answer_confirmation(&caller, &token, answer).await {
        Ok(_) => show(&app, StatusCode::OK, Page::of(language, done)),
        Err(problem) => failed(&app, language, &problem),
    }
}
