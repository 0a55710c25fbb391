//! Challenges for a passkey as second factor, of a sign-in or within a session.

use crate::app::App;
use crate::ceremony::{Ceremony, CeremonyAnswer, Purpose};
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Caller, SignedIn};
use crate::tokens;
use crate::webauthn::RelyingParty;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use watchbook_domain::account::{Rejection, Stage};
use watchbook_domain::policy::seconds;
use watchbook_domain::{Account, Timestamp};

/// The attempt that waits for a second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorOptions {
    /// As `/v1/sign-in` named it.
    attempt: String,
}

/// Gives out a challenge for the second factor of a sign-in. It ends with the attempt.
#[utoipa::path(
    post, path = "/v1/sign-in/second-factor/options", tag = "sign-in", request_body = SecondFactorOptions,
    responses(
        (status = 200, body = CeremonyAnswer),
        (status = 401, body = ProblemBody, description = "`attempt-over`"),
        (status = 404, body = ProblemBody, description = "the account has no passkey"),
    )
)]
pub async fn second_factor(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<SecondFactorOptions>,
) -> Result<Json<CeremonyAnswer>, Problem> {
    let (id, attempt) = tokens::open_attempt(&app.keyring, &request.attempt).ok_or(problem::ATTEMPT_OVER)?;
    let account = app.account(id).await?;
    let pending = account.attempts.get(&attempt).filter(|pending| {
        pending.stage == Stage::SecondFactor && pending.session.is_none() && caller.now < pending.expires_at
    });
    let expires_at = pending.ok_or(problem::ATTEMPT_OVER)?.expires_at;
    begin(&app, &account, Purpose::SecondFactor(id, attempt), caller.now, expires_at)
}

/// Gives out a challenge for a proof from within the session.
#[utoipa::path(
    post, path = "/v1/session/reauthenticate/options", tag = "sessions", security(("session" = [])),
    responses(
        (status = 200, body = CeremonyAnswer),
        (status = 404, body = ProblemBody, description = "the account has no passkey"),
    )
)]
pub async fn session(State(app): State<App>, signed_in: SignedIn) -> Result<Json<CeremonyAnswer>, Problem> {
    let now = signed_in.caller.now;
    let purpose = Purpose::Session(signed_in.account_id, signed_in.session_id);
    begin(&app, &signed_in.account, purpose, now, now + seconds(app.policy.attempt_seconds))
}

fn begin(
    app: &App,
    account: &Account,
    purpose: Purpose,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<Json<CeremonyAnswer>, Problem> {
    if account.passkeys.is_empty() {
        return Err(Rejection::PasskeyUnknown.into());
    }
    let left = u32::try_from(expires_at.since(now).num_seconds()).unwrap_or(0).max(1);
    let (options, state) = RelyingParty::of(&app.public_url)?.request(account.passkeys.values(), left)?;
    Ok(Json(Ceremony::begin(state, expires_at).answer(app, purpose, options)))
}
