//! `/v1/passkeys`: the account's passkeys, enrolled, listed, named and removed.

use crate::app::App;
use crate::ceremony::{Ceremony, CeremonyAnswer, Purpose};
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Id, SignedIn, Written};
use crate::session::{TokenAnswer, token_answer};
use crate::sign_in::no_content;
use crate::tokens::Secret;
use crate::webauthn::RelyingParty;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use watchbook_domain::account::{Backup, BeginPasskeyEnrolment, EnrolPasskey, RemovePasskey, RenamePasskey};
use watchbook_domain::policy::seconds;
use watchbook_domain::{CredentialId, Timestamp};
use watchbook_eventlog::{Purpose as SecretPurpose, fresh};

/// What the authenticator made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyEnrolment {
    /// As `/v1/passkeys/options` gave it.
    ceremony: String,
    /// What `navigator.credentials.create()` gave, by its `toJSON()`.
    #[schema(value_type = Object)]
    credential: Value,
    /// What to call it: 1 to 64 characters.
    #[schema(example = "My phone")]
    name: String,
}

/// A passkey is enrolled; the session has a new token.
#[derive(Serialize, ToSchema)]
pub struct PasskeyEnrolled {
    /// The passkey.
    passkey_id: Uuid,
    /// The session's new token; the old one is dead.
    #[serde(flatten)]
    session: TokenAnswer,
}

/// The passkeys of the account.
#[derive(Serialize, ToSchema)]
pub struct PasskeysAnswer {
    /// Oldest first.
    passkeys: Vec<PasskeyItem>,
}

/// A passkey.
#[derive(Serialize, ToSchema)]
pub struct PasskeyItem {
    /// The passkey.
    passkey_id: Uuid,
    /// What it is called.
    name: String,
    /// When it was enrolled.
    #[schema(value_type = String, format = DateTime)]
    enrolled_at: Timestamp,
    /// When it was last accepted; absent if never.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    /// Whether it has copies with its provider: `impossible`, `possible` or `present`.
    #[schema(value_type = String, example = "present")]
    backup: Backup,
}

/// A passkey's new name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyName {
    /// 1 to 64 characters.
    #[schema(example = "Key ring")]
    name: String,
}

/// Starts the enrolment of a passkey.
#[utoipa::path(
    post, path = "/v1/passkeys/options", tag = "passkeys", security(("session" = [])),
    responses(
        (status = 200, body = CeremonyAnswer),
        (status = 403, body = ProblemBody, description = "`reauthentication-required`"),
        (status = 409, body = ProblemBody, description = "`conflict`: as many as there may be; `passkeys-unavailable`"),
    )
)]
pub async fn options(State(app): State<App>, signed_in: SignedIn) -> Result<Json<CeremonyAnswer>, Problem> {
    let (session, now) = (signed_in.session_id, signed_in.caller.now);
    BeginPasskeyEnrolment { session, now }.check(&signed_in.account, &app.policy)?;
    let lifetime = app.policy.attempt_seconds;
    let party = RelyingParty::of(&app.public_url)?;
    let (options, state) = party.creation(&signed_in.account, &app.site_name, lifetime)?;
    let purpose = Purpose::Enrolment(signed_in.account_id, session);
    let ceremony = Ceremony::begin(state, now + seconds(lifetime));
    Ok(Json(ceremony.answer(&app, purpose, options)))
}

/// Enrols a passkey. The session is at `aal2` from now on and has a new token; the others end.
#[utoipa::path(
    post, path = "/v1/passkeys", tag = "passkeys", security(("session" = [])), request_body = PasskeyEnrolment,
    responses(
        (status = 200, body = PasskeyEnrolled),
        (status = 401, body = ProblemBody, description = "`invalid-passkey`: also when the challenge has expired"),
        (status = 409, body = ProblemBody, description = "`conflict`: enrolled already"),
    )
)]
pub async fn enrol(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(request): Body<PasskeyEnrolment>,
) -> Result<Written<Json<PasskeyEnrolled>>, Problem> {
    let (account, session, now) = (signed_in.account_id, signed_in.session_id, signed_in.caller.now);
    let party = RelyingParty::of(&app.public_url)?;
    let purpose = Purpose::Enrolment(account, session);
    let ceremony = Ceremony::open(&app.keyring, purpose, &request.ceremony, now);
    let made = party.attested(&ceremony.ok_or(problem::INVALID_PASSKEY)?.state, request.credential)?;
    let secret = Secret::fresh();
    let command = EnrolPasskey {
        session,
        passkey: CredentialId(fresh::uuid()),
        credential_id: made.credential_id,
        public_key: made.public_key,
        counter: made.counter,
        backup: made.backup,
        name: request.name,
        token_digest: secret.digest(),
        now,
    };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(account, &metadata, |a| command.decide(a, &app.policy)).await?;
    let Written(position, Json(session)) = token_answer(account, session, &secret, &done)?;
    Ok(Written(position, Json(PasskeyEnrolled { passkey_id: command.passkey.0, session })))
}

/// Lists the passkeys.
#[utoipa::path(get, path = "/v1/passkeys", tag = "passkeys", security(("session" = [])), responses((status = 200, body = PasskeysAnswer)))]
pub async fn list(signed_in: SignedIn) -> Json<PasskeysAnswer> {
    let mut passkeys: Vec<_> = signed_in
        .account
        .passkeys
        .iter()
        .map(|(id, passkey)| PasskeyItem {
            passkey_id: id.0,
            name: passkey.name.clone(),
            enrolled_at: passkey.enrolled_at,
            last_used_at: passkey.last_used_at,
            backup: passkey.backup,
        })
        .collect();
    passkeys.sort_by_key(|passkey| passkey.enrolled_at);
    Json(PasskeysAnswer { passkeys })
}

/// Names a passkey.
#[utoipa::path(
    patch, path = "/v1/passkeys/{id}", tag = "passkeys", security(("session" = [])), params(("id" = Uuid, Path,)),
    request_body = PasskeyName,
    responses((status = 204), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody, description = "`name-invalid`"))
)]
pub async fn rename(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(passkey): Id<CredentialId>,
    Body(request): Body<PasskeyName>,
) -> Result<Written<StatusCode>, Problem> {
    let command = RenamePasskey { passkey, name: request.name };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a)).await?;
    Ok(no_content(done.position))
}

/// Removes a passkey; the recovery codes go with the last second factor. Other sessions end.
#[utoipa::path(
    delete, path = "/v1/passkeys/{id}", tag = "passkeys", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses(
        (status = 204),
        (status = 403, body = ProblemBody, description = "`reauthentication-required`"),
        (status = 404, body = ProblemBody),
    )
)]
pub async fn remove(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(passkey): Id<CredentialId>,
) -> Result<Written<StatusCode>, Problem> {
    let command = RemovePasskey { passkey, session: signed_in.session_id, now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a, &app.policy)).await?;
    if let (Some(codes), None) = (&signed_in.account.recovery_codes, &done.state.recovery_codes) {
        app.discard(signed_in.account_id, codes.credential, SecretPurpose::RecoveryCodes).await;
    }
    Ok(no_content(done.position))
}
