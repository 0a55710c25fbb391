//! Signing in, with whatever it takes.

use super::client::{Call, Reply, Stop};
use super::life::{Life, Session};
use super::people::Device;
use super::rng::Rng;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// How long a person waits for guesses of strangers to be over.
pub(super) const PATIENCE: Duration = Duration::from_secs(75);

/// What came of a sign-in that did not end unexpectedly.
pub enum Entered {
    /// A session is open.
    In(Session),
    /// The password was wrong.
    Refused,
}

impl Life {
    /// Signs in at home, where the device is known; nothing may stand in the way there.
    ///
    /// # Errors
    /// When it does, or the second factor is from an earlier run.
    pub async fn sign_in(&mut self, rng: &mut Rng) -> Result<Session, Stop> {
        let home = self.person.home.clone();
        let token = self.home_token.clone();
        let session = self.expect_in(home, token, rng).await?;
        self.home_token = Some(session.device_token.clone());
        Ok(session)
    }

    /// Signs in on a device that the account has not seen.
    ///
    /// # Errors
    /// As for `sign_in`; `Aside` when strangers' guesses held the person off.
    pub async fn sign_in_elsewhere(&mut self, device: Device, rng: &mut Rng) -> Result<Session, Stop> {
        self.expect_in(device, None, rng).await
    }

    /// Signs in at home, but from elsewhere.
    pub(super) async fn expect_in_on(&mut self, device: Device, rng: &mut Rng) -> Result<Session, Stop> {
        let token = self.home_token.clone();
        self.expect_in(device, token, rng).await
    }

    /// Signs in with the right password.
    pub(super) async fn expect_in(
        &mut self,
        device: Device,
        token: Option<String>,
        rng: &mut Rng,
    ) -> Result<Session, Stop> {
        let identifier = self.person.email.clone();
        self.expect_in_as(&identifier, device, token, rng).await
    }

    /// Signs in with the right password, by any identifier.
    pub(super) async fn expect_in_as(
        &mut self,
        identifier: &str,
        device: Device,
        token: Option<String>,
        rng: &mut Rng,
    ) -> Result<Session, Stop> {
        match self.enter_as(identifier, device, token, rng).await? {
            Entered::In(session) => Ok(session),
            Entered::Refused => Err(Stop::Unexpected("the right password was refused".into())),
        }
    }

    /// Signs in with the password of the moment and, if asked for, a second factor.
    ///
    /// # Errors
    /// When an answer is none of those that a right password can get.
    pub async fn enter(
        &mut self,
        device: Device,
        token: Option<String>,
        rng: &mut Rng,
    ) -> Result<Entered, Stop> {
        let identifier = self.person.email.clone();
        self.enter_as(&identifier, device, token, rng).await
    }

    /// The same by another of the account's identifiers.
    ///
    /// # Errors
    /// As for `enter`.
    pub async fn enter_as(
        &mut self,
        identifier: &str,
        device: Device,
        token: Option<String>,
        rng: &mut Rng,
    ) -> Result<Entered, Stop> {
        let known = token.is_some();
        let Some(reply) = self.give_password(identifier, &device, token.as_deref(), rng).await? else {
            return Ok(Entered::Refused);
        };
        let opened = self.second_factor(reply, &device, token.as_deref(), false, rng).await?;
        session(&opened, device, known).map(Entered::In)
    }

    /// What the right password gets; `None` when it is taken for a wrong one.
    ///
    /// # Errors
    /// As for `enter`.
    pub async fn give_password(
        &mut self,
        identifier: &str,
        device: &Device,
        token: Option<&str>,
        rng: &mut Rng,
    ) -> Result<Option<Reply>, Stop> {
        let deadline = Instant::now() + PATIENCE;
        // Some have the app at hand and send the code at once.
        let mut with_code = self.app.is_some() && rng.chance(15);
        loop {
            let code = if with_code { self.next_code().await } else { None };
            let body = json!({
                "identifier": identifier, "password": self.password(), "code": code, "device_token": token,
            });
            let reply = self.world.client.send(device, Call::post("/v1/sign-in", body)).await?;
            match (reply.status, reply.problem.as_str()) {
                (200, _) => {
                    self.world.tally.signed_in(reply.took);
                    return Ok(Some(reply));
                }
                (401, "invalid-credentials") => return Ok(None),
                (429, _) if token.is_none() => {
                    self.hold_off(&reply, deadline).await?;
                    // With the code too, a stranger's guesses at the password are no obstacle.
                    with_code = self.app.is_some();
                }
                _ => return Err(reply.unexpected("200")),
            }
        }
    }

    /// Proves the second factor, if that is what the answer asks for.
    ///
    /// # Errors
    /// When a right proof is refused, or the second factor is from an earlier run.
    pub async fn second_factor(
        &mut self,
        reply: Reply,
        device: &Device,
        token: Option<&str>,
        trust: bool,
        rng: &mut Rng,
    ) -> Result<Reply, Stop> {
        if reply.body.get("status").and_then(Value::as_str) != Some("second_factor_required") {
            return Ok(reply);
        }
        let attempt = reply.text("/attempt")?;
        let factors = reply.body.get("factors").and_then(Value::as_array).cloned().unwrap_or_default();
        let offered = |factor: &str| factors.iter().any(|offered| offered == factor);
        let recovery = if rng.chance(12) { self.recovery_codes.pop() } else { None };
        let factor = match &self.app {
            _ if recovery.is_some() => Factor::RecoveryCode,
            _ if self.passkey.is_some() && offered("passkey") => Factor::Passkey,
            Some(_) if offered("totp") => Factor::App,
            _ if self.sms && offered("sms") => Factor::Sms(self.code_for(&attempt, device).await?),
            _ => return Err(self.leave("the second factor is of an earlier run")),
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut body = json!({ "attempt": attempt, "device_token": token, "trust_device": trust });
            match &factor {
                Factor::RecoveryCode => body["recovery_code"] = json!(recovery),
                Factor::App => body["code"] = json!(self.next_code().await),
                Factor::Sms(code) => body["sms_code"] = json!(code),
                Factor::Passkey => body["passkey"] = self.signature(&attempt, device).await?,
            }
            let reply = self.world.client.send(device, Call::post("/v1/sign-in/second-factor", body)).await?;
            match reply.status {
                200 => {
                    self.world.tally.note(factor.used());
                    return Ok(reply);
                }
                429 if token.is_none() => self.hold_off(&reply, deadline).await?,
                _ => return Err(reply.unexpected("200")),
            }
        }
    }

    pub(super) async fn hold_off(&self, reply: &Reply, deadline: Instant) -> Result<(), Stop> {
        self.world.tally.note("somebody on a new device waited for an attack to pass");
        let again = Instant::now() + reply.retry_after.ok_or_else(|| reply.unexpected("a Retry-After"))?;
        if again > deadline {
            return Err(Stop::Aside("an attack held off a new device for longer than people wait"));
        }
        tokio::time::sleep_until(again).await;
        Ok(())
    }
}

/// What is shown beside the password.
enum Factor {
    RecoveryCode,
    Passkey,
    App,
    Sms(String),
}

impl Factor {
    fn used(&self) -> &'static str {
        match self {
            Self::RecoveryCode => "a recovery code was used",
            Self::Passkey => "a passkey was used beside the password",
            Self::App => "a code of an app was used",
            Self::Sms(_) => "a code by text message was used",
        }
    }
}

/// The session that an answer opens, on a device that was known or not.
///
/// # Errors
/// When it opens none, or takes the device for the contrary.
pub fn session(reply: &Reply, device: Device, known: bool) -> Result<Session, Stop> {
    let new = reply.body.pointer("/session/device/new").and_then(Value::as_bool);
    if new == Some(known) {
        return Err(Stop::Unexpected(format!(
            "a device that {} known was taken for the contrary",
            if known { "is" } else { "is not" }
        )));
    }
    let (token, device_token) = (reply.text("/session/token")?, reply.text("/session/device/token")?);
    let (id, device_id) = (reply.text("/session/session_id")?, reply.text("/session/device/id")?);
    let account = reply.text("/session/account_id")?;
    Ok(Session { token, id, account, device, device_id, device_token, position: reply.position })
}
