//! `/v1/totp`: the authenticator app, enrolled, confirmed and removed.

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, SignedIn, Written};
use crate::session::{TokenAnswer, token_answer};
use crate::sign_in::no_content;
use crate::sms_factor::discard_recovery_codes;
use crate::tokens::Secret;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Totp};
use utoipa::ToSchema;
use watchbook_domain::account::{ConfirmTotp, RemoveTotp, StartTotpEnrolment};
use watchbook_domain::policy::seconds;
use watchbook_domain::{Account, AccountId, CredentialId, Timestamp};
use watchbook_eventlog::{Purpose, SecretName, fresh};

/// An enrolment to be confirmed.
#[derive(Serialize, ToSchema)]
pub struct TotpEnrolmentAnswer {
    /// The seed in base32, for typing in.
    secret: String,
    /// The same as `otpauth://` URI.
    otpauth_uri: String,
    /// The same as a QR code, an SVG image.
    qr_svg: String,
    /// The enrolment is void then.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// The app's first code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpConfirmation {
    /// Six digits.
    code: String,
}

/// Starts the enrolment of an authenticator app.
#[utoipa::path(
    post, path = "/v1/totp", tag = "second factor", security(("session" = [])),
    responses(
        (status = 200, body = TotpEnrolmentAnswer),
        (status = 403, body = ProblemBody, description = "`reauthentication-required`"),
        (status = 409, body = ProblemBody, description = "`conflict`: one is enrolled"),
    )
)]
pub async fn start(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Written<Json<TotpEnrolmentAnswer>>, Problem> {
    let seed: [u8; 20] = fresh::bytes();
    let credential = CredentialId(fresh::uuid());
    let now = signed_in.caller.now;
    let command = StartTotpEnrolment { session: signed_in.session_id, credential, now };
    // Refused commands must not leave a seed in the vault; the decision itself is made again below.
    command.decide(&signed_in.account, &app.policy)?;
    let totp = generator(&app, &signed_in.account, &seed)?;
    let otpauth_uri = totp.to_url().map_err(|error| Problem::internal(&error))?;
    let qr = QrCode::new(otpauth_uri.as_bytes()).map_err(|error| Problem::internal(&error))?;

    app.sealer.put_secret(secret_name(signed_in.account_id, credential), &seed, now).await?;
    let metadata = signed_in.metadata(&app);
    let replaced = signed_in.account.totp_enrolment.map(|pending| pending.credential);
    let started = app.decide(signed_in.account_id, &metadata, |a| command.decide(a, &app.policy)).await;
    let started = match started {
        Ok(started) => started,
        Err(error) => {
            app.discard(signed_in.account_id, credential, Purpose::Totp).await;
            return Err(error.into());
        }
    };
    if let Some(replaced) = replaced {
        app.discard(signed_in.account_id, replaced, Purpose::Totp).await;
    }
    let answer = TotpEnrolmentAnswer {
        secret: totp.secret().to_base32(),
        otpauth_uri,
        qr_svg: qr
            .render()
            .min_dimensions(240, 240)
            .dark_color(svg::Color("#000"))
            .light_color(svg::Color("#fff"))
            .build(),
        expires_at: now + seconds(app.policy.attempt_seconds),
    };
    Ok(Written(started.position, Json(answer)))
}

/// Confirms the enrolment. The session is at `aal2` from now on and has a new token; the others end.
#[utoipa::path(
    post, path = "/v1/totp/confirm", tag = "second factor", security(("session" = [])), request_body = TotpConfirmation,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 403, body = ProblemBody, description = "`wrong-code`"),
        (status = 409, body = ProblemBody, description = "`conflict`: no enrolment is open"),
    )
)]
pub async fn confirm(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(request): Body<TotpConfirmation>,
) -> Result<Written<Json<TokenAnswer>>, Problem> {
    let pending = signed_in.account.totp_enrolment;
    let pending = pending.ok_or(watchbook_domain::account::Rejection::TotpNotEnrolled)?;
    let step = check_seed(&app, signed_in.account_id, pending.credential, &request.code).await?;
    let secret = Secret::fresh();
    let command = ConfirmTotp {
        session: signed_in.session_id,
        credential: pending.credential,
        step: step.ok_or(problem::WRONG_CODE)?,
        token_digest: secret.digest(),
        now: app.clock.now(),
    };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a, &app.policy)).await?;
    token_answer(signed_in.account_id, signed_in.session_id, &secret, &done)
}

/// Removes the authenticator app, and the recovery codes if it was the last second factor. Other sessions end.
#[utoipa::path(
    delete, path = "/v1/totp", tag = "second factor", security(("session" = [])),
    responses((status = 204), (status = 403, body = ProblemBody, description = "`reauthentication-required`"))
)]
pub async fn remove(State(app): State<App>, signed_in: SignedIn) -> Result<Written<StatusCode>, Problem> {
    let command = RemoveTotp { session: signed_in.session_id, now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a, &app.policy)).await?;
    if let Some(totp) = signed_in.account.totp {
        app.discard(signed_in.account_id, totp.credential, Purpose::Totp).await;
    }
    discard_recovery_codes(&app, &signed_in, &done.state).await;
    Ok(no_content(done.position))
}

/// The time step of a right code: of this half minute or one to either side (RFC 6238, 5.2). Whether it was
/// used before is for the account to decide.
///
/// # Errors
/// When the vault is unavailable.
pub async fn check(app: &App, account: &Account, code: &str) -> Result<Option<u64>, Problem> {
    let (Some(id), Some(totp)) = (account.id, account.totp) else { return Ok(None) };
    check_seed(app, id, totp.credential, code).await
}

async fn check_seed(
    app: &App,
    account: AccountId,
    credential: CredentialId,
    code: &str,
) -> Result<Option<u64>, Problem> {
    let Some(seed) = app.sealer.secret(secret_name(account, credential)).await? else { return Ok(None) };
    let totp =
        Builder::new().with_secret(seed.to_vec()).build().map_err(|error| Problem::internal(&error))?;
    if code.len() > 16 {
        return Ok(None);
    }
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = u64::try_from(app.clock.now().unix_seconds()).unwrap_or(0);
    Ok(totp.check(&code, now))
}

fn generator(app: &App, account: &Account, seed: &[u8; 20]) -> Result<Totp, Problem> {
    let name = account.email.as_ref().map_or("account", |email| email.as_str()).to_owned();
    let issuer: String = app.site_name.chars().filter(|c| *c != ':').collect();
    let builder = Builder::new().with_secret(seed.to_vec()).with_account_name(name).with_issuer(Some(issuer));
    builder.build().map_err(|error| Problem::internal(&error))
}

fn secret_name(account: AccountId, credential: CredentialId) -> SecretName {
    SecretName { subject: account.into(), credential, purpose: Purpose::Totp }
}

#[cfg(test)]
mod tests {
    use totp_rs::{Algorithm, Builder};

    /// RFC 6238, appendix B: time, then the 8-digit codes for SHA-1, SHA-256 and SHA-512.
    const VECTORS: [(u64, &str, &str, &str); 6] = [
        (59, "94287082", "46119246", "90693936"),
        (1_111_111_109, "07081804", "68084774", "25091201"),
        (1_111_111_111, "14050471", "67062674", "99943326"),
        (1_234_567_890, "89005924", "91819424", "93441116"),
        (2_000_000_000, "69279037", "90698825", "38618901"),
        (20_000_000_000, "65353130", "77737706", "47863826"),
    ];

    #[test]
    fn rfc_6238_vectors() {
        let key = |length| "1234567890".bytes().cycle().take(length).collect::<Vec<u8>>();
        for (time, sha1, sha256, sha512) in VECTORS {
            for (algorithm, length, expected) in [
                (Algorithm::SHA1, 20, sha1),
                (Algorithm::SHA256, 32, sha256),
                (Algorithm::SHA512, 64, sha512),
            ] {
                let totp = Builder::new()
                    .with_algorithm(algorithm)
                    .with_digits(8)
                    .with_secret(key(length))
                    .build()
                    .unwrap();
                assert_eq!(totp.generate(time).to_string(), expected);
                assert_eq!(totp.check(expected, time), Some(time / 30));
            }
        }
    }
}
