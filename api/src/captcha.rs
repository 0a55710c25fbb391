//! CAPTCHA by proof of work (ALTCHA, <https://altcha.org/docs/v2/proof-of-work>): a source that asks much has to work
//! for it. Nobody else is asked, no third party takes part, and what is asked about makes no difference.

use crate::app::{App, source_subject};
use crate::limits::source;
use crate::problem::{self, Problem};
use crate::request::Caller;
use altcha::{Challenge, CreateChallengeOptions, Payload, VerifySolutionOptions};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use watchbook_domain::{Signals, Timestamp};
use watchbook_eventlog::{ExecuteError, Keyring};

/// Request header with the solution: the payload that ALTCHA's widget gives, JSON in base64.
pub const SOLUTION: &str = "watchbook-captcha";

/// The longest header that is read.
const LONGEST: usize = 2_048;

/// When a source has to solve a CAPTCHA, and how hard it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaptchaPolicy {
    /// Asked for when a source has fewer requests left than this; 0 for never. Default 30, half of the burst.
    pub below: u32,
    /// Rounds of PBKDF2 for each of some 256 tries. Default 5,000: about a second of a telephone, and two milliseconds
    /// of ours.
    pub cost: u32,
    /// How long a challenge can be solved, in seconds. Default 600.
    pub life_seconds: u32,
    /// Networks from which who signs in, registers or has forgotten a password has to solve one each time, whatever is
    /// asked about. Default none: back ends of the site itself may stand in a data centre.
    pub networks: Vec<NetworkKind>,
}

/// A kind of network that location data names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// Data centres.
    Hosting,
    /// Exits of the Tor network.
    Tor,
    /// VPNs.
    Vpn,
    /// Relay services.
    Relay,
}

/// Where attempts begin: the only requests that a network's kind makes dearer.
const ENTRANCES: [&str; 4] =
    ["/v1/sign-in", "/v1/sign-in/passkey", "/v1/registrations", "/v1/password/forgot"];

impl CaptchaPolicy {
    /// Whether a request costs a CAPTCHA because of where it comes from.
    pub fn by_network(&self, path: &str, signals: &Signals) -> bool {
        let of = |kind: &NetworkKind| match kind {
            NetworkKind::Hosting => signals.hosting,
            NetworkKind::Tor => signals.tor,
            NetworkKind::Vpn => signals.vpn,
            NetworkKind::Relay => signals.relay,
        };
        ENTRANCES.contains(&path) && self.networks.iter().any(of)
    }
}

impl Default for CaptchaPolicy {
    fn default() -> Self {
        Self { below: 30, cost: 5_000, life_seconds: 600, networks: vec![] }
    }
}

/// A challenge for the source that asks. Nothing is kept of it: it is signed.
#[utoipa::path(
    get, path = "/v1/captcha", tag = "sign-in",
    responses((status = 200, body = Value, description = "An ALTCHA challenge (version 2), for its widget or any solver"))
)]
pub async fn challenge(State(app): State<App>, caller: Caller) -> Result<Json<Challenge>, Problem> {
    let expires_at = caller.now + TimeDelta::seconds(app.captcha.life_seconds.into());
    let data = BTreeMap::from([
        (SOURCE.to_owned(), json!(source_name(&app, &caller))),
        (EXPIRES.to_owned(), json!(expires_at.micros())),
    ]);
    let options = CreateChallengeOptions {
        cost: app.captcha.cost,
        data: Some(data),
        hmac_signature_secret: Some(secret(&app.keyring)),
        ..CreateChallengeOptions::default()
    };
    let challenge = altcha::create_challenge(options).map_err(|_| problem::INTERNAL)?;
    Ok(Json(challenge))
}

/// What is signed beside the challenge itself: whom it is for, and until when, by this server's clock.
const SOURCE: &str = "source";
const EXPIRES: &str = "expires";

/// Lets a request pass that brings a solution nobody has used.
///
/// # Errors
/// `CAPTCHA_REQUIRED` without one; `CAPTCHA_INVALID` when it is wrong, expired, of another source, or used before;
/// when the log is unavailable.
pub async fn check(app: &App, caller: &Caller, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(header) = headers.get(SOLUTION) else { return Err(problem::CAPTCHA_REQUIRED.into()) };
    let payload = (header.len() <= LONGEST).then(|| STANDARD.decode(header).ok()).flatten();
    let payload = payload.and_then(|json| serde_json::from_slice::<Payload>(&json).ok());
    let payload = payload.ok_or(problem::CAPTCHA_INVALID)?;
    let source = source_name(app, caller);
    if !is_for(&payload, &source, caller.now) {
        return Err(problem::CAPTCHA_INVALID.into());
    }
    // The name of the stream is random and signed: nobody spends another's.
    let stream = app.captchas.stream(&payload.challenge.parameters.nonce);
    let secret = secret(&app.keyring);
    let verified = tokio::task::spawn_blocking(move || {
        let options = VerifySolutionOptions::new(&payload.challenge, &payload.solution, secret);
        altcha::verify_solution(options).is_ok_and(|result| result.verified)
    });
    if !verified.await.unwrap_or(false) {
        return Err(problem::CAPTCHA_INVALID.into());
    }
    let metadata = app.metadata(caller, None);
    let subject = source_subject(&caller.now.day());
    match app.captchas.execute(&stream, subject, &metadata, |captcha| captcha.spend(&source)).await {
        Ok(_) => Ok(()),
        Err(ExecuteError::Rejected(_) | ExecuteError::Contended) => Err(problem::CAPTCHA_INVALID.into()),
        Err(ExecuteError::Repository(error)) => Err(error.into()),
    }
}

/// Claims that the signature covers; whether it is ours is looked at with the solution.
fn is_for(payload: &Payload, source: &str, now: Timestamp) -> bool {
    let parameters = &payload.challenge.parameters;
    let said = |name: &str| parameters.data.as_ref()?.get(name);
    let is_hex = parameters.nonce.len() == 32 && parameters.nonce.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex
        && said(SOURCE).and_then(Value::as_str) == Some(source)
        && said(EXPIRES).and_then(Value::as_i64).is_some_and(|until| now.micros() < until)
}

fn source_name(app: &App, caller: &Caller) -> String {
    app.keyring.stream_key("address", &source(caller.address).to_string())
}

fn secret(keyring: &Keyring) -> String {
    STANDARD.encode(keyring.mac("captcha", b"challenges"))
}
