//! The small pages behind the links in mails: readable without scripts, changed by POST only, since mail
//! scanners follow every link. In the language of the account that the link is of, else of the browser.

use crate::app::{App, evenly};
use crate::language::Accepted;
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
use watchbook_domain::notification::LinkPurpose;
use watchbook_eventlog::links::Link;
use watchbook_words::{Args, Language, paragraphs, part};

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
    pub(crate) language: &'a str,
    pub(crate) site_name: &'a str,
    pub(crate) title: String,
    /// Paragraphs of the body.
    pub(crate) text: Vec<String>,
    /// Said with `role="alert"`.
    pub(crate) error: String,
    pub(crate) action: &'a str,
    pub(crate) button: String,
    pub(crate) token: &'a str,
    pub(crate) fields: Vec<Field>,
}

/// A field of a form.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) kind: &'static str,
    /// For browsers that fill forms in.
    pub(crate) autocomplete: &'static str,
}

impl Page<'_> {
    /// Heading, text and button of a message in `words/locales`.
    pub(crate) fn of(language: Language, message: &str) -> Self {
        Self {
            language: language.tag(),
            title: said(language, message, "title"),
            text: paragraphs(language, message, "text", &Args::new()),
            button: said(language, message, "button"),
            ..Self::default()
        }
    }
}

/// One part of a message.
pub(crate) fn said(language: Language, message: &str, name: &str) -> String {
    part(language, message, name, &Args::new()).unwrap_or_default()
}

/// Words about a password, which know how long it has to be.
fn about_password(language: Language, message: &str, name: &str, least: u32) -> String {
    let mut args = Args::new();
    args.set("least", least);
    part(language, message, name, &args).unwrap_or_default()
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

/// What the reader of a page reads: that of the account whose signed link they followed, else what the browser asks
/// for. Whether the link still works is not asked here.
pub(crate) async fn reads(app: &App, accepted: &Accepted, purpose: LinkPurpose, token: &str) -> Language {
    let Some(link) = Link::open(&app.keyring, purpose, token) else { return asked(accepted) };
    match app.account(link.account).await {
        Ok(account) => Language::for_person(account.locale.as_ref().or(accepted.0.as_ref())),
        Err(_) => asked(accepted),
    }
}

/// What the browser asks for.
pub(crate) fn asked(accepted: &Accepted) -> Language {
    Language::for_person(accepted.0.as_ref())
}

async fn verify_form(
    State(app): State<App>,
    accepted: Accepted,
    query: Result<Query<Token>, QueryRejection>,
) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app, asked(&accepted)) };
    let language = reads(&app, &accepted, LinkPurpose::VerifyEmail, &token).await;
    let page = Page { action: "/verify", token: &token, ..Page::of(language, "page-verify") };
    show(&app, StatusCode::OK, page)
}

async fn verify(
    State(app): State<App>,
    accepted: Accepted,
    caller: Caller,
    form: Result<Form<Token>, FormRejection>,
) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app, asked(&accepted)) };
    let language = reads(&app, &accepted, LinkPurpose::VerifyEmail, &token).await;
    match app.verify_email(&caller, &token).await {
        Ok(_) => show(&app, StatusCode::OK, Page::of(language, "page-verified")),
        Err(problem) => failed(&app, language, &problem),
    }
}

async fn reset_form(
    State(app): State<App>,
    accepted: Accepted,
    query: Result<Query<Token>, QueryRejection>,
) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app, asked(&accepted)) };
    let language = reads(&app, &accepted, LinkPurpose::ResetPassword, &token).await;
    let least = least(&app, &token).await;
    show_reset(&app, language, StatusCode::OK, &token, least, String::new())
}

async fn reset(
    State(app): State<App>,
    accepted: Accepted,
    caller: Caller,
    form: Result<Form<NewPassword>, FormRejection>,
) -> Response {
    let Ok(Form(NewPassword { token, new_password })) = form else {
        return dead_link(&app, asked(&accepted));
    };
    let language = reads(&app, &accepted, LinkPurpose::ResetPassword, &token).await;
    match app.reset_password(&caller, &token, new_password).await {
        Ok(_) => show(&app, StatusCode::OK, Page::of(language, "page-reset-done")),
        Err(Problem { reason: Some(reason), kind, .. }) => {
            let least = least(&app, &token).await;
            let error = about_password(language, "password", reason, least);
            show_reset(&app, language, kind.1, &token, least, error)
        }
        Err(problem) => failed(&app, language, &problem),
    }
}

/// Fewest characters of a new password for the account of a link.
async fn least(app: &App, token: &str) -> u32 {
    let policy = &app.policy.password;
    let Some(link) = Link::open(&app.keyring, LinkPurpose::ResetPassword, token) else { return policy.alone };
    app.account(link.account).await.map_or(policy.alone, |account| account.shortest_password(policy))
}

fn show_reset(
    app: &App,
    language: Language,
    status: StatusCode,
    token: &str,
    least: u32,
    error: String,
) -> Response {
    let label = about_password(language, "page-reset", "new-password", least);
    let field = Field { name: "new_password", label, kind: "password", autocomplete: "new-password" };
    let page = Page::of(language, "page-reset");
    show(app, status, Page { error, action: "/reset", token, fields: vec![field], ..page })
}

async fn disown_form(
    State(app): State<App>,
    accepted: Accepted,
    query: Result<Query<Token>, QueryRejection>,
) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app, asked(&accepted)) };
    let language = reads(&app, &accepted, LinkPurpose::Disown, &token).await;
    let page = Page { action: "/not-me", token: &token, ..Page::of(language, "page-not-me") };
    show(&app, StatusCode::OK, page)
}

async fn disown(
    State(app): State<App>,
    accepted: Accepted,
    caller: Caller,
    form: Result<Form<Token>, FormRejection>,
) -> Response {
    let Ok(Form(Token { token })) = form else { return dead_link(&app, asked(&accepted)) };
    let language = reads(&app, &accepted, LinkPurpose::Disown, &token).await;
    match app.disown(&caller, &token).await {
        Ok(_) => show(&app, StatusCode::OK, Page::of(language, "page-locked")),
        Err(problem) => failed(&app, language, &problem),
    }
}

async fn forgot_form(State(app): State<App>, accepted: Accepted) -> Response {
    show_forgot(&app, asked(&accepted), StatusCode::OK, String::new())
}

async fn forgot(
    State(app): State<App>,
    accepted: Accepted,
    caller: Caller,
    form: Result<Form<Forgotten>, FormRejection>,
) -> Response {
    // Whose account it is must not be told by the language of the answer.
    let language = asked(&accepted);
    let identifier = form.ok().and_then(|Form(Forgotten { identifier })| Identifier::parse(&identifier).ok());
    let Some(identifier) = identifier else {
        let error = said(language, "page-forgot", "malformed");
        return show_forgot(&app, language, StatusCode::UNPROCESSABLE_ENTITY, error);
    };
    match evenly(app.request_reset(&caller, &identifier)).await {
        Ok(()) => show(&app, StatusCode::OK, Page::of(language, "page-forgot-done")),
        Err(problem) => failed(&app, language, &problem),
    }
}

fn show_forgot(app: &App, language: Language, status: StatusCode, error: String) -> Response {
    let label = said(language, "page-forgot", "identifier");
    let field = Field { name: "identifier", label, kind: "text", autocomplete: "username" };
    let page = Page::of(language, "page-forgot");
    show(app, status, Page { error, action: "/forgot", fields: vec![field], ..page })
}

async fn setup_form(
    State(app): State<App>,
    accepted: Accepted,
    query: Result<Query<Token>, QueryRejection>,
) -> Response {
    let Ok(Query(Token { token })) = query else { return dead_link(&app, asked(&accepted)) };
    show_setup(&app, asked(&accepted), StatusCode::OK, &token, String::new())
}

async fn setup(
    State(app): State<App>,
    accepted: Accepted,
    caller: Caller,
    form: Result<Form<SetupForm>, FormRejection>,
) -> Response {
    let language = asked(&accepted);
    let Ok(Form(SetupForm { token, email, password })) = form else { return dead_link(&app, language) };
    match app.set_up(&caller, &token, &email, password, accepted.0).await {
        Ok(()) => show(&app, StatusCode::OK, Page::of(language, "page-setup-done")),
        Err(Problem { reason: Some(reason), kind, .. }) => {
            let error = about_password(language, "password", reason, app.policy.password.alone);
            show_setup(&app, language, kind.1, &token, error)
        }
        Err(Problem { kind: problem::EMAIL_MALFORMED, .. }) => {
            let error = said(language, "page-setup", "malformed");
            show_setup(&app, language, StatusCode::UNPROCESSABLE_ENTITY, &token, error)
        }
        Err(problem) => failed(&app, language, &problem),
    }
}

fn show_setup(app: &App, language: Language, status: StatusCode, token: &str, error: String) -> Response {
    let email = said(language, "page-setup", "email");
    let password = about_password(language, "page-setup", "password", app.policy.password.alone);
    let fields = vec![
        Field { name: "email", label: email, kind: "email", autocomplete: "email" },
        Field { name: "password", label: password, kind: "password", autocomplete: "new-password" },
    ];
    let page = Page::of(language, "page-setup");
    show(app, status, Page { error, action: "/setup", token, fields, ..page })
}

/// A link that opens nothing.
pub(crate) fn dead_link(app: &App, language: Language) -> Response {
    failed(app, language, &problem::LINK_INVALID.into())
}

/// Why nothing was done.
pub(crate) fn failed(app: &App, language: Language, problem: &Problem) -> Response {
    let message = match problem.kind {
        problem::LINK_INVALID => "page-dead-link",
        problem::TOO_MANY => "page-too-many",
        _ => "page-failed",
    };
    show(app, problem.kind.1, Page::of(language, message))
}

/// The page, with the name of the site.
pub(crate) fn show(app: &App, status: StatusCode, page: Page<'_>) -> Response {
    let page = Page { site_name: &app.site_name, ..page };
    rendered(status, page.language, &page)
}

/// A page, with the headers that all have.
pub(crate) fn rendered(status: StatusCode, language: &str, page: &impl Template) -> Response {
    let language = HeaderValue::from_str(language).ok().map(|tag| [(header::CONTENT_LANGUAGE, tag)]);
    match page.render() {
        Ok(html) => (status, HEADERS, language, Html(html)).into_response(),
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
