//! `POST /v1/sign-in/passkey`: a passkey alone, without identifier and password.

use crate::app::{App, day_before, evenly_refused, patiently, source_subject};
use crate::ceremony::{Ceremony, CeremonyAnswer, PasskeyProof, Purpose};
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Caller, Written};
use crate::sign_in::{SignInAnswer, new_session, signed_in};
use crate::tokens::{self, Secret};
use crate::webauthn::{RelyingParty, Shown};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use watchbook_domain::account::{AccountEvent, Rejection, ResolvePasskeySignIn, StartPasskeySignIn};
use watchbook_domain::guess::Admission;
use watchbook_domain::policy::seconds;
use watchbook_domain::source::{SourceEvent, StartUnknown};
use watchbook_domain::{AccountId, AttemptId, DeviceId};
use watchbook_eventlog::{ExecuteError, fresh};

/// What a person signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignIn {
    /// The passkey's signature.
    passkey: PasskeyProof,
    /// What the last sign-in on this device gave.
    device_token: Option<String>,
}

/// Gives out a challenge. The authenticator offers the passkeys that it has for this site.
#[utoipa::path(
    post, path = "/v1/sign-in/passkey/options", tag = "sign-in",
    responses(
        (status = 200, body = CeremonyAnswer),
        (status = 409, body = ProblemBody, description = "`passkeys-unavailable`"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`"),
    )
)]
pub async fn options(State(app): State<App>, caller: Caller) -> Result<Json<CeremonyAnswer>, Problem> {
    let lifetime = app.policy.attempt_seconds;
    let (options, state) = RelyingParty::of(&app.public_url)?.request(std::iter::empty(), lifetime)?;
    let ceremony = Ceremony::begin(state, caller.now + seconds(lifetime));
    Ok(Json(ceremony.answer(&app, Purpose::SignIn, options)))
}

/// Signs in with a passkey. The session is at `aal2`: the device, and what its user was verified by.
#[utoipa::path(
    post, path = "/v1/sign-in/passkey", tag = "sign-in", request_body = PasskeySignIn,
    responses(
        (status = 200, body = SignInAnswer),
        (status = 401, body = ProblemBody, description = "`invalid-passkey`: also for unknown, unverified and locked accounts, and for a challenge that has expired or was used"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`"),
    )
)]
pub async fn sign_in(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<PasskeySignIn>,
) -> Result<Written<Json<SignInAnswer>>, Problem> {
    let party = RelyingParty::of(&app.public_url)?;
    let ceremony = Ceremony::open(&app.keyring, Purpose::SignIn, &request.passkey.ceremony, caller.now);
    let shown = Shown::read(request.passkey.credential, None)?;
    let account = shown.account().ok_or(problem::MALFORMED)?;
    let ceremony = ceremony.ok_or(problem::INVALID_PASSKEY)?;
    let device = tokens::open_device(&app.keyring, account, request.device_token.as_deref());
    let attempt = Attempt { app: &app, caller: &caller, party, ceremony, shown, account, device };
    // What a refusal took must not tell whether there is such an account.
    let outcome = evenly_refused(attempt.sign_in()).await;
    let result = if outcome.is_ok() { "accepted" } else { "rejected" };
    metrics::counter!("watchbook_sign_in_total", "outcome" => result).increment(1);
    outcome
}

/// One sign-in.
struct Attempt<'a> {
    app: &'a App,
    caller: &'a Caller,
    party: RelyingParty,
    ceremony: Ceremony,
    shown: Shown,
    account: AccountId,
    device: Option<DeviceId>,
}

impl Attempt<'_> {
    async fn sign_in(self) -> Result<Written<Json<SignInAnswer>>, Problem> {
        let Self { app, account, .. } = self;
        if app.account(account).await?.id.is_none() {
            return Err(self.unknown().await?);
        }
        let start = StartPasskeySignIn {
            attempt: AttemptId(fresh::uuid()),
            challenge: self.ceremony.id,
            expires_at: self.ceremony.expires_at,
            device: self.device,
            proved: false,
            context: self.caller.context.clone(),
            now: self.caller.now,
        };
        let metadata = app.metadata(self.caller, None);
        match app.decide_guess(account, &metadata, |a| start.decide(a, &app.policy)).await {
            Ok(_) => self.resolve(start.attempt, problem::INVALID_PASSKEY.into()).await,
            Err(ExecuteError::Rejected(Rejection::Throttled { retry_after })) => {
                self.despite_the_throttle(start, Problem::too_many(retry_after)).await
            }
            Err(ExecuteError::Rejected(Rejection::AttemptOver)) => Err(problem::INVALID_PASSKEY.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Strangers' guesses are refused for now. A right signature is no guess: it passes. Anything else costs the
    /// account nothing and gets the refusal that it would have got anyway.
    async fn despite_the_throttle(
        &self,
        start: StartPasskeySignIn,
        refusal: Problem,
    ) -> Result<Written<Json<SignInAnswer>>, Problem> {
        let app = self.app;
        let account = app.account(self.account).await?;
        if self.party.asserted(&self.ceremony.state, &self.shown, &account).is_none() {
            return Err(refusal);
        }
        let start = StartPasskeySignIn { proved: true, ..start };
        let metadata = app.metadata(self.caller, None);
        match app.decide(self.account, &metadata, |a| start.decide(a, &app.policy)).await {
            Ok(_) => self.resolve(start.attempt, refusal).await,
            Err(ExecuteError::Rejected(_)) => Err(refusal),
            Err(error) => Err(error.into()),
        }
    }

    async fn resolve(
        &self,
        attempt: AttemptId,
        refusal: Problem,
    ) -> Result<Written<Json<SignInAnswer>>, Problem> {
        let app = self.app;
        let before = app.account(self.account).await?;
        let secret = Secret::fresh();
        let resolve = ResolvePasskeySignIn {
            attempt,
            assertion: self.party.asserted(&self.ceremony.state, &self.shown, &before),
            session: new_session(self.caller, &secret, self.device),
            now: app.clock.now(),
        };
        let metadata = app.metadata(self.caller, Some(self.account.0));
        let done = match app.decide(self.account, &metadata, |a| resolve.decide(a, &app.policy)).await {
            Ok(done) => done,
            // A lock slipped in.
            Err(ExecuteError::Rejected(_)) => return Err(refusal),
            Err(error) => return Err(error.into()),
        };
        if !done.events.iter().any(|event| matches!(event, AccountEvent::SignInSucceeded { .. })) {
            return Err(refusal);
        }
        signed_in(app, self.account, &secret, &before, &done)
    }

    /// An account that there is not: the budget, the appends and the answer of one that there is.
    async fn unknown(&self) -> Result<Problem, Problem> {
        let (app, caller) = (self.app, self.caller);
        let key = app.keyring.stream_key("passkey", &self.account.to_string());
        let today = caller.now.day();
        let stream = app.sources.stream(format!("{key}-{today}"));
        let before = app.sources.stream(format!("{key}-{}", day_before(caller.now)));
        let subject = source_subject(&today);
        let attempt = AttemptId(fresh::uuid());
        let start = StartUnknown {
            attempt,
            yesterday: Some((*app.sources.load(&before).await?.state).clone()),
            context: caller.context.clone(),
            now: caller.now,
        };
        let metadata = app.metadata(caller, None);
        let started = patiently(
            || app.sources.execute(&stream, subject, &metadata, |s| start.decide(s, &app.policy.guesses)),
            |error| matches!(error, ExecuteError::Rejected(Admission::Wait)),
        )
        .await;
        match started {
            Ok(_) => {}
            Err(ExecuteError::Rejected(Admission::Refuse { retry_after })) => {
                return Ok(Problem::too_many(retry_after));
            }
            Err(ExecuteError::Rejected(_) | ExecuteError::Contended) => return Err(Rejection::Busy.into()),
            Err(ExecuteError::Repository(error)) => return Err(error.into()),
        }
        let metadata = app.metadata(caller, None);
        let rejected = app.sources.execute(&stream, subject, &metadata, |_| {
            Ok::<_, Rejection>(vec![SourceEvent::Rejected { attempt }])
        });
        rejected.await?;
        Ok(problem::INVALID_PASSKEY.into())
    }
}
