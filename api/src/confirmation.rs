//! `/v1/sign-in/confirmation`: a sign-in that waits for its owner's word, and the word itself.

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::registration::LinkToken;
use crate::request::{Body, Caller, Written};
use crate::sign_in::{SignInAnswer, new_session, no_content, signed_in};
use crate::tokens::{self, Secret};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use watchbook_domain::account::{
    AccountEvent, ConfirmSignIn, DenySignIn, PasswordOutcome, RedeemConfirmation, Rejection,
};
use watchbook_domain::notification::LinkPurpose;
use watchbook_domain::{Account, AccountId};
use watchbook_eventlog::links::Link;
use watchbook_eventlog::{ExecuteError, Executed, Position};

/// The client that waits.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// The attempt.
    attempt: String,
    /// The secret that came with it.
    secret: String,
}

/// Asks for the session of a sign-in that its owner had to confirm. It is given once, and to this client alone.
#[utoipa::path(
    post, path = "/v1/sign-in/confirmation", tag = "sign-in", request_body = Waiting,
    responses(
        (status = 200, body = SignInAnswer, description = "`confirmation_required` as long as there is no answer; ask every few seconds"),
        (status = 401, body = ProblemBody, description = "`attempt-over`: expired, denied, redeemed, or ended by a lock or a new password"),
    )
)]
pub async fn redeem(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<Waiting>,
) -> Result<Written<Json<SignInAnswer>>, Problem> {
    let named = tokens::open_attempt(&app.keyring, &request.attempt);
    let (account, attempt) = named.ok_or(problem::ATTEMPT_OVER)?;
    let secret_digest = tokens::parse_waiting(&request.secret).ok_or(problem::ATTEMPT_OVER)?;
    let secret = Secret::fresh();
    let session = new_session(&caller, &secret, None);
    let redeem = RedeemConfirmation { attempt, secret_digest, session, now: caller.now };
    // Begun on another node a moment ago, it is as good as one from here.
    let stream = app.account_stream(account);
    let before = app.accounts.load_until(&stream, |a| a.attempts.contains_key(&attempt)).await?.state;
    let metadata = app.metadata(&caller, Some(account.0));
    match app.decide(account, &metadata, |a| redeem.decide(a, &app.policy)).await {
        Ok(done) => signed_in(&app, account, &secret, &before, &done),
        Err(ExecuteError::Rejected(Rejection::Unconfirmed)) => {
            let expires_at = before.attempts.get(&attempt).ok_or(problem::ATTEMPT_OVER)?.expires_at;
            let answer =
                SignInAnswer::ConfirmationRequired { attempt: request.attempt, secret: None, expires_at };
            Ok(Written::<Json<SignInAnswer>>(None, Json(answer)))
        }
        Err(ExecuteError::Rejected(_)) => Err(problem::ATTEMPT_OVER.into()),
        Err(error) => Err(error.into()),
    }
}

/// Confirms a sign-in with the link of the mail about it. Opens no session here: the waiting client goes on.
#[utoipa::path(
    post, path = "/v1/sign-in/confirmation/approve", tag = "sign-in", request_body = LinkToken,
    responses((status = 204), (status = 410, body = ProblemBody, description = "`link-invalid`"))
)]
pub async fn approve(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LinkToken>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.answer_confirmation(&caller, &request.token, Answer::Approve).await?))
}

/// Says "this was not me" with the link of the mail about a sign-in: the account is locked and everything ends.
#[utoipa::path(
    post, path = "/v1/sign-in/confirmation/deny", tag = "sign-in", request_body = LinkToken,
    responses((status = 204), (status = 410, body = ProblemBody, description = "`link-invalid`"))
)]
pub async fn deny(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LinkToken>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.answer_confirmation(&caller, &request.token, Answer::Deny).await?))
}

/// What the owner says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is theirs.
    Approve,
    /// It is not.
    Deny,
}

impl App {
    /// Acts on the token of a mailed link.
    ///
    /// # Errors
    /// `LINK_INVALID`.
    pub async fn answer_confirmation(
        &self,
        caller: &Caller,
        token: &str,
        answer: Answer,
    ) -> Result<Option<Position>, Problem> {
        let link =
            Link::open(&self.keyring, LinkPurpose::ConfirmSignIn, token).ok_or(problem::LINK_INVALID)?;
        let (link_id, now) = (link.id, caller.now);
        let decide = |account: &Account| match answer {
            Answer::Approve => ConfirmSignIn { link: link_id, now }.decide(account),
            Answer::Deny => DenySignIn { link: link_id, now }.decide(account),
        };
        let metadata = self.metadata(caller, Some(link.account.0));
        match self.decide(link.account, &metadata, decide).await {
            Ok(done) => Ok(done.position),
            Err(ExecuteError::Rejected(_)) => Err(problem::LINK_INVALID.into()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The answer to a sign-in that did not end in a session: its owner was asked, or was asked too often. The latter looks
/// like any other budget that is spent.
///
/// # Errors
/// `TOO_MANY`.
pub fn asked(
    app: &App,
    account: AccountId,
    secret: &Secret,
    done: &Executed<Account>,
) -> Result<Written<Json<SignInAnswer>>, Problem> {
    let requested = done.events.iter().find_map(|event| match event {
        AccountEvent::ConfirmationRequested { attempt, expires_at, .. } => Some((*attempt, *expires_at)),
        _ => None,
    });
    match (requested, PasswordOutcome::of(&done.events)) {
        (Some((attempt, expires_at)), _) => {
            let answer = SignInAnswer::ConfirmationRequired {
                attempt: tokens::attempt_token(&app.keyring, account, attempt),
                secret: Some(secret.waiting()),
                expires_at,
            };
            Ok(Written::<Json<SignInAnswer>>(done.position, Json(answer)))
        }
        (None, PasswordOutcome::ConfirmationsSpent) => {
            let pause = done.state.confirmation_pause(&app.policy, app.clock.now());
            Err(Problem::too_many(pause.unwrap_or_default()))
        }
        (None, _) => Err(problem::INTERNAL.into()),
    }
}
