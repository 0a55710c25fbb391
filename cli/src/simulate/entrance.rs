//! Signing in, with whatever it takes.

use super::client::{Call, Reply, Stop};
use super::life::{Life, Session};
use super::people::Device;
use super::rng::Rng;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// How long a person waits for guesses of strangers to be over.
const PATIENCE: Duration = Duration::from_secs(75);

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

    async fn expect_in(
        &mut self,
        device: Device,
        token: Option<String>,
        rng: &mut Rng,
    ) -> Result<Session, Stop> {
        match self.enter(device, token, rng).await? {
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
        let deadline = Instant::now() + PATIENCE;
        // Some have the app at hand and send the code at once.
        let mut with_code = self.app.is_some() && rng.chance(15);
        loop {
            let code = if with_code { self.next_code().await } else { None };
            let body = json!({
                "identifier": self.person.email, "password": self.password(), "code": code, "device_token": token,
            });
            let reply = self.world.client.send(&device, Call::post("/v1/sign-in", body)).await?;
            match (reply.status, reply.problem.as_str()) {
                (200, _) => {
                    self.world.tally.signed_in(reply.took);
                    let opened = self.second_factor(reply, &device, token.as_deref(), rng).await?;
                    return session(&opened, device, token.is_some()).map(Entered::In);
                }
                (401, "invalid-credentials") => return Ok(Entered::Refused),
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
    async fn second_factor(
        &mut self,
        reply: Reply,
        device: &Device,
        token: Option<&str>,
        rng: &mut Rng,
    ) -> Result<Reply, Stop> {
        if reply.body.get("status").and_then(Value::as_str) == Some("signed_in") {
            return Ok(reply);
        }
        let attempt = reply.text("/attempt")?;
        if self.app.is_none() {
            return Err(self.leave("the authenticator app is of an earlier run"));
        }
        let deadline = Instant::now() + PATIENCE;
        let recovery = if rng.chance(12) { self.recovery_codes.pop() } else { None };
        loop {
            let mut body = json!({ "attempt": attempt, "device_token": token });
            match &recovery {
                Some(code) => body["recovery_code"] = json!(code),
                None => body["code"] = json!(self.next_code().await),
            }
            let reply = self.world.client.send(device, Call::post("/v1/sign-in/second-factor", body)).await?;
            match reply.status {
                200 => {
                    self.world.tally.note(if recovery.is_some() {
                        "a recovery code was used"
                    } else {
                        "a code of an app was used"
                    });
                    return Ok(reply);
                }
                429 if token.is_none() => self.hold_off(&reply, deadline).await?,
                _ => return Err(reply.unexpected("200")),
            }
        }
    }

    async fn hold_off(&self, reply: &Reply, deadline: Instant) -> Result<(), Stop> {
        self.world.tally.note("somebody on a new device waited for an attack to pass");
        let again = Instant::now() + reply.retry_after.ok_or_else(|| reply.unexpected("a Retry-After"))?;
        if again > deadline {
            return Err(Stop::Aside("an attack held off a new device for longer than people wait"));
        }
        tokio::time::sleep_until(again).await;
        Ok(())
    }
}

fn session(reply: &Reply, device: Device, known: bool) -> Result<Session, Stop> {
    let new = reply.body.pointer("/session/device/new").and_then(Value::as_bool);
    if new == Some(known) {
        return Err(Stop::Unexpected(format!(
            "a device that {} known was taken for the contrary",
            if known { "is" } else { "is not" }
        )));
    }
    let (token, device_token) = (reply.text("/session/token")?, reply.text("/session/device/token")?);
    Ok(Session { token, device, device_token, position: reply.position })
}
