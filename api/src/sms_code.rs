//! Codes by text message: sent on request, within budgets that are reserved in the log first; and compared.

use crate::app::{App, patiently, source_subject};
use crate::limits::source;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Caller, SignedIn, Written};
use crate::tokens;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use watchbook_domain::account::{
    AccountEvent, CodeUse, RejectCodeGuess, Rejection, RequestSmsCode, StartCodeGuess,
};
use watchbook_domain::policy::SendPolicy;
use watchbook_domain::sms_budget::ReserveSms;
use watchbook_domain::{Account, AccountId, AttemptId, PhoneNumber, SmsCodeId, Timestamp};
use watchbook_eventlog::codes::is_sms_code;
use watchbook_eventlog::{ExecuteError, Executed, fresh};

/// A sign-in that waits for its second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInCodeRequest {
    /// The attempt that `/v1/sign-in` named.
    attempt: String,
}

/// The six digits of a text message, from within a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypedCode {
    /// Six digits.
    pub code: String,
}

/// A code is on its way.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum CodeAnswer {
    /// It was asked for; codes before it do not work any more.
    CodeSent {
        /// The number, but for its ending unreadable.
        #[schema(example = "+351…78")]
        to: String,
        /// It works until then.
        #[schema(value_type = String, format = DateTime)]
        expires_at: Timestamp,
    },
}

/// What every request for a code answers.
pub type CodeSent = Written<(StatusCode, Json<CodeAnswer>)>;

/// Sends a code for the second factor of a sign-in. It works for this attempt only.
#[utoipa::path(
    post, path = "/v1/sign-in/second-factor/sms", tag = "sign-in", request_body = SignInCodeRequest,
    responses(
        (status = 202, body = CodeAnswer),
        (status = 401, body = ProblemBody, description = "`attempt-over`"),
        (status = 409, body = ProblemBody, description = "`conflict`: codes by text message are no second factor of this account now"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`: too many messages to this number, country, account or from this source"),
    )
)]
pub async fn for_sign_in(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<SignInCodeRequest>,
) -> Result<CodeSent, Problem> {
    let attempt = tokens::open_attempt(&app.keyring, &request.attempt);
    let (account, attempt) = attempt.ok_or(problem::ATTEMPT_OVER)?;
    send(&app, &caller, account, CodeUse::SignIn { attempt }, None).await
}

/// Sends a code for proving oneself anew in this session.
#[utoipa::path(
    post, path = "/v1/session/sms", tag = "sessions", security(("session" = [])),
    responses(
        (status = 202, body = CodeAnswer),
        (status = 409, body = ProblemBody, description = "`conflict`: codes by text message are no second factor of this account now"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`"),
    )
)]
pub async fn for_session(State(app): State<App>, signed_in: SignedIn) -> Result<CodeSent, Problem> {
    let good_for = CodeUse::Reauthentication { session: signed_in.session_id };
    send(&app, &signed_in.caller, signed_in.account_id, good_for, None).await
}

/// Reserves a message in every budget, then orders it. The message itself goes out by the outbox.
///
/// # Errors
/// `TOO_MANY`, `PHONE_UNSUPPORTED`, and what the account refuses.
pub async fn send(
    app: &App,
    caller: &Caller,
    account: AccountId,
    good_for: CodeUse,
    number: Option<PhoneNumber>,
) -> Result<CodeSent, Problem> {
    let request = RequestSmsCode { code: SmsCodeId(fresh::uuid()), good_for, number, now: caller.now };
    // What would be refused anyway must not use up a budget; the decision itself is made again below.
    let state = app.account(account).await?;
    let to = request.destination(&state, &app.policy)?;
    if !app.sms_destinations.allow(&to) {
        return Err(problem::PHONE_UNSUPPORTED.into());
    }
    reserve(app, caller, account, &request, &state, &to).await?;
    let metadata = app.metadata(caller, Some(account.0));
    let done = app.decide(account, &metadata, |a| request.decide(a, &app.policy)).await?;
    let expires_at = done.events.iter().find_map(|event| match event {
        AccountEvent::SmsCodeRequested { expires_at, .. } => Some(*expires_at),
        _ => None,
    });
    let expires_at = expires_at.unwrap_or(caller.now);
    let answer = CodeAnswer::CodeSent { to: to.masked(), expires_at };
    Ok(Written(done.position, (StatusCode::ACCEPTED, Json(answer))))
}

/// Narrow budgets come before wide ones, so that parallel requests of one account or source cannot use up what is left
/// for a whole country.
async fn reserve(
    app: &App,
    caller: &Caller,
    account: AccountId,
    request: &RequestSmsCode,
    state: &Account,
    to: &PhoneNumber,
) -> Result<(), Problem> {
    let policy = &app.policy.sms;
    let class = if request.from_known_device(state) { "known" } else { "strangers" };
    // Whoever proves numbers all day must not keep a country from signing in.
    let proving = matches!(request.good_for, CodeUse::Number { .. });
    let country = if proving { "new" } else { "proved" };
    let address = source(caller.address).to_string();
    take(app, caller, "source", &address, policy.per_source).await?;
    take(app, caller, "account", &format!("{account}/{class}"), policy.per_account).await?;
    if proving {
        take(app, caller, "number", to.as_str(), policy.per_number).await?;
    }
    take(app, caller, "country", &format!("{}/{country}", to.destination()), policy.per_country).await
}

async fn take(
    app: &App,
    caller: &Caller,
    of: &'static str,
    key: &str,
    policy: SendPolicy,
) -> Result<(), Problem> {
    let day = caller.now.day();
    let key = app.keyring.stream_key(&format!("sms_budget/{of}"), key);
    let stream = app.sms_budgets.stream(format!("{key}-{day}"));
    let reserve = ReserveSms { now: caller.now };
    let metadata = app.metadata(caller, None);
    let reserved = patiently(
        || app.sms_budgets.execute(&stream, source_subject(&day), &metadata, |b| reserve.decide(b, &policy)),
        |error| matches!(error, ExecuteError::Contended),
    )
    .await;
    match reserved {
        Ok(_) => Ok(()),
        Err(ExecuteError::Rejected(spent)) => {
            metrics::counter!("watchbook_sms_refused_total", "budget" => of).increment(1);
            Err(Problem::too_many(spent.retry_after))
        }
        Err(ExecuteError::Contended) => Err(Rejection::Busy.into()),
        Err(ExecuteError::Repository(error)) => Err(error.into()),
    }
}

/// The code that was sent for this attempt, if it is what was typed. Whether it still works is for the account to
/// decide.
pub fn check(app: &App, account: &Account, attempt: AttemptId, typed: &str) -> Option<SmsCodeId> {
    let sent = account.sms_code_of(attempt, app.clock.now())?;
    is_sms_code(&app.keyring, account.id?, sent, typed).then_some(sent.id)
}

/// A guess from within a session that was right.
pub struct Guessed {
    /// The code.
    pub code: SmsCodeId,
    /// The reserved guess.
    pub guess: AttemptId,
    /// Where the code went.
    pub number: PhoneNumber,
    /// The account as it was when the guess was reserved.
    pub before: Executed<Account>,
}

/// Reserves and checks a guess from within a session; a wrong one is recorded here.
///
/// # Errors
/// `WRONG_CODE`, `TOO_MANY`, `CONFLICT` when no code is waited for.
pub async fn guess(
    app: &App,
    signed_in: &SignedIn,
    good_for: CodeUse,
    typed: &str,
) -> Result<Guessed, Problem> {
    let (account, now) = (signed_in.account_id, signed_in.caller.now);
    let guess = AttemptId(fresh::uuid());
    let start = StartCodeGuess { session: signed_in.session_id, good_for, guess, now };
    let metadata = signed_in.metadata(app);
    let before = app.decide_guess(account, &metadata, |a| start.decide(a, &app.policy)).await?;
    let sent = before.state.phone.code(good_for, now).cloned().ok_or(Rejection::CodeOver)?;
    if is_sms_code(&app.keyring, account, &sent, typed) {
        return Ok(Guessed { code: sent.id, guess, number: sent.number, before });
    }
    let reject = RejectCodeGuess { code: sent.id, guess };
    let metadata = signed_in.metadata(app);
    app.decide(account, &metadata, |a| reject.decide(a)).await?;
    metrics::counter!("watchbook_second_factor_rejected_total").increment(1);
    Err(problem::WRONG_CODE.into())
}
