//! `POST /v1/recovery-cases`: a stranger asks support for help.

use crate::app::{App, source_subject};
use crate::language::Accepted;
use crate::limits::source;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Caller};
use crate::tokens::Secret;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use watchbook_domain::recovery_case::OpenCase;
use watchbook_domain::{Email, LinkId, Locale, RecoveryCaseId};
use watchbook_eventlog::{ExecuteError, fresh};

/// A new case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseRequest {
    /// The address that the account was registered with.
    #[schema(example = "ann@example.com")]
    registered_email: String,
    /// Where the person can be reached now.
    #[schema(example = "ann@example.org")]
    contact_email: String,
    /// What happened: at most 4,000 characters.
    reason: String,
    /// The language to write to the person in (BCP 47). Without it, the first of `Accept-Language` that there are words
    /// in.
    #[schema(example = "pt-BR")]
    #[serde(default)]
    locale: Option<String>,
}

/// A case that was opened. The answer does not depend on whether there is such an account: nobody looks.
#[derive(Serialize, ToSchema)]
pub struct OpenedCase {
    /// The case.
    #[schema(value_type = Uuid)]
    case: RecoveryCaseId,
    /// Keeps access to the case. Shown once.
    token: String,
    /// What comes next: a link that was mailed to the contact address has to be followed.
    #[schema(example = "check_mail")]
    status: &'static str,
}

/// Opens a case. Support sees it once the mailed link was followed.
#[utoipa::path(
    post, path = "/v1/recovery-cases", tag = "recovery", request_body = CaseRequest,
    responses(
        (status = 202, body = OpenedCase),
        (status = 422, body = ProblemBody, description = "`malformed-email`, `malformed-locale`"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`: of this source, or of this source today"),
    )
)]
pub async fn open(
    State(app): State<App>,
    caller: Caller,
    Accepted(accepted): Accepted,
    Body(request): Body<CaseRequest>,
) -> Result<(StatusCode, Json<OpenedCase>), Problem> {
    let email = |text: &str| Email::parse(text).map_err(|_| problem::EMAIL_MALFORMED);
    let (registered, contact) = (email(&request.registered_email)?, email(&request.contact_email)?);
    let locale = request.locale.as_deref().map(Locale::parse).transpose();
    let locale = locale.map_err(|_| problem::LOCALE_MALFORMED)?.or(accepted);
    reserve(&app, &caller).await?;
    let (case, secret) = (RecoveryCaseId(fresh::uuid()), Secret::fresh());
    let command = OpenCase {
        case,
        registered,
        contact,
        locale,
        reason: request.reason,
        token_digest: secret.digest(),
        link: LinkId(fresh::uuid()),
        context: caller.context.clone(),
        now: caller.now,
    };
    let metadata = app.metadata(&caller, None);
    app.decide_case(case, &metadata, |state| command.decide(state, &app.policy.recovery)).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(OpenedCase { case, token: secret.case_token(case), status: "check_mail" }),
    ))
}

/// Counts the case against its source's day, before it is opened.
async fn reserve(app: &App, caller: &Caller) -> Result<(), Problem> {
    let day = caller.now.day();
    let key = app.keyring.stream_key("recovery_source", &source(caller.address).to_string());
    let stream = app.recovery_budgets.stream(format!("{key}-{day}"));
    let metadata = app.metadata(caller, None);
    let per_day = app.policy.recovery.cases_per_source;
    let reserve = |budget: &watchbook_domain::recovery_case::RecoveryBudget| budget.reserve(per_day);
    match app.recovery_budgets.execute(&stream, source_subject(&day), &metadata, reserve).await {
        Ok(_) => Ok(()),
        Err(ExecuteError::Rejected(_)) => {
            let tomorrow = (caller.now.day_number() + 1) * 86_400;
            Err(Problem::too_many(TimeDelta::seconds(tomorrow - caller.now.unix_seconds())))
        }
        Err(ExecuteError::Contended) => Err(Problem::from(problem::UNAVAILABLE).retry_after(1)),
        Err(ExecuteError::Repository(error)) => Err(error.into()),
    }
}
