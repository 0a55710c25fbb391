//! `/v1/phone`: the number that a person can sign in with, proved by a code and removed.

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, SignedIn, Written};
use crate::sign_in::no_content;
use crate::sms_code::{self, CodeAnswer, CodeSent, TypedCode};
use crate::sms_factor::discard_recovery_codes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use watchbook_domain::account::{CodeUse, ProvePhone, RemovePhone};
use watchbook_domain::claim::ReleaseIdentifier;
use watchbook_domain::{Identifier, PhoneNumber};
use watchbook_eventlog::ExecuteError;

/// A number that is to be the account's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneRequest {
    /// International, with `+` and country code.
    #[schema(example = "+351 912 345 678")]
    number: String,
}

/// Sends a code to a number that is to be the account's, in place of the one it has. The answer does not tell whether
/// another account has the number.
#[utoipa::path(
    post, path = "/v1/phone", tag = "phone", security(("session" = [])), request_body = PhoneRequest,
    responses(
        (status = 202, body = CodeAnswer),
        (status = 403, body = ProblemBody, description = "`reauthentication-required`"),
        (status = 409, body = ProblemBody, description = "`conflict`: it is the account's already"),
        (status = 422, body = ProblemBody, description = "`malformed-phone`, `phone-unsupported`"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`: too many messages to this number, country, account or from this source"),
    )
)]
pub async fn start(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(request): Body<PhoneRequest>,
) -> Result<CodeSent, Problem> {
    let number = PhoneNumber::parse(&request.number).map_err(|_| problem::PHONE_MALFORMED)?;
    let good_for = CodeUse::Number { session: signed_in.session_id };
    sms_code::send(&app, &signed_in.caller, signed_in.account_id, good_for, Some(number)).await
}

/// Proves the number by the code that was sent there, in the session that asked for it. It can be used to sign in from
/// now on. A number that another account has stays with it.
#[utoipa::path(
    post, path = "/v1/phone/confirm", tag = "phone", security(("session" = [])), request_body = TypedCode,
    responses(
        (status = 204),
        (status = 403, body = ProblemBody, description = "`wrong-code`"),
        (status = 409, body = ProblemBody, description = "`conflict`: no code is waited for; `phone-taken`"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`: one budget for all codes of the account"),
    )
)]
pub async fn confirm(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(request): Body<TypedCode>,
) -> Result<Written<StatusCode>, Problem> {
    let (session, account) = (signed_in.session_id, signed_in.account_id);
    let guessed = sms_code::guess(&app, &signed_in, CodeUse::Number { session }, &request.code).await?;
    let identifier = Identifier::Phone(guessed.number.clone());
    // Claimed first: a node that dies in between leaves a claim that gives way after a minute.
    let taken = app.claim(&signed_in.caller, account, &identifier).await?.is_some();
    let prove = ProvePhone { session, code: guessed.code, guess: guessed.guess, taken, now: app.clock.now() };
    let metadata = signed_in.metadata(&app);
    let done = match app.decide(account, &metadata, |a| prove.decide(a, &app.policy)).await {
        Ok(done) => done,
        Err(error) => {
            app.release(&signed_in, identifier).await;
            return Err(error.into());
        }
    };
    if taken {
        return Err(problem::PHONE_TAKEN.into());
    }
    let replaced = guessed.before.state.phone_number().filter(|old| **old != guessed.number);
    if let Some(replaced) = replaced {
        app.release(&signed_in, Identifier::Phone(replaced.clone())).await;
    }
    Ok(no_content(done.position))
}

/// Removes the number, and the second factor that it may be. Then other sessions end.
#[utoipa::path(
    delete, path = "/v1/phone", tag = "phone", security(("session" = [])),
    responses(
        (status = 204),
        (status = 403, body = ProblemBody, description = "`reauthentication-required`"),
        (status = 409, body = ProblemBody, description = "`conflict`: there is none"),
    )
)]
pub async fn remove(State(app): State<App>, signed_in: SignedIn) -> Result<Written<StatusCode>, Problem> {
    let command = RemovePhone { session: signed_in.session_id, now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a, &app.policy)).await?;
    discard_recovery_codes(&app, &signed_in, &done.state).await;
    if let Some(number) = signed_in.account.phone_number() {
        app.release(&signed_in, Identifier::Phone(number.clone())).await;
    }
    Ok(no_content(done.position))
}

impl App {
    /// Gives up a claim on a number that is not the account's any more. One that stays by mischance is of no use: whose
    /// number it is, the account says; and it gives way to whoever proves the number.
    async fn release(&self, signed_in: &SignedIn, identifier: Identifier) {
        let account = signed_in.account_id;
        let current = match self.account(account).await {
            Ok(state) => state.phone_number().cloned().map(Identifier::Phone),
            Err(_) => return,
        };
        if current.as_ref() == Some(&identifier) {
            return;
        }
        let release = ReleaseIdentifier { account };
        let metadata = signed_in.metadata(self);
        let stream = self.claim_stream(&identifier);
        let decide = |claim: &_| Ok::<_, std::convert::Infallible>(release.decide(claim));
        let released = self.claims.execute(&stream, account.into(), &metadata, decide).await;
        if let Err(ExecuteError::Contended | ExecuteError::Repository(_)) = released {
            tracing::warn!("a claim on a former number was not released");
        }
    }
}
