//! The second factor is lost, or somebody says so.

use super::client::{Call, Reply, Stop};
use super::life::{LONGEST_PAUSE, Life};
use super::message::Kind as MailKind;
use super::people::elsewhere;
use super::rng::Rng;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// No site waits for less.
const SHORTEST_WAIT: Duration = Duration::from_secs(10);

/// What is said of it in the mails.
const ABOUT: &str = "about a lost second factor";

impl Life {
    /// Two proofs say that it is so; then the owner stops it, or it comes to its end where the site's waiting time allows
    /// to see that.
    ///
    /// # Errors
    /// When one proof is enough, the wait is not kept, or a stop stops nothing.
    pub async fn lose_factor(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        if !self.is_guarded() {
            self.sign_in(rng).await?;
            return Err(Stop::Aside("there was no second factor"));
        }
        // One mailbox and a recovery code, or two mailboxes.
        let mut code = if rng.chance(40) { self.recovery_codes.pop() } else { None };
        if code.is_none() {
            self.have_recovery_address(rng).await?;
        }
        let (email, second) = (self.person.email.clone(), self.person.address("second"));
        let marks = (self.mark(&email), self.mark(&second));
        let Some((attempt, by_address)) = self.say_lost(rng).await? else { return Ok(()) };
        if code.is_none() && !by_address {
            self.world.tally.note("a lost second factor: the recovery address is too new to prove it");
            code = self.recovery_codes.pop();
        }
        let stop = self.link(&email, marks.0, MailKind::StopLoss, ABOUT).await?;
        self.follow_proof(&email, marks.0).await?;
        match code {
            None if by_address => self.follow_proof(&second, marks.1).await?,
            // One proof is all there is: nothing comes of it.
            None => return self.sign_in(rng).await.map(drop),
            Some(code) => {
                let body = json!({ "attempt": attempt, "recovery_code": code });
                let path = "/v1/recovery/second-factor/code";
                self.at_home(Call::post(path, body.clone())).await?.wanting(204)?;
                self.at_home(Call::post(path, body)).await?.wanting_problem(409, "conflict")?;
                self.world.tally.note("a lost second factor: a recovery code was one of the proofs");
            }
        }
        let proved = Instant::now();
        let complete = self.link(&email, marks.0, MailKind::CompleteLoss, ABOUT).await?;
        let early = self.complete(&complete, rng).await?;
        // On a machine that is very busy, a short wait may be over by now.
        let over = early.status == 204 && proved.elapsed() > SHORTEST_WAIT;
        if !over {
            let early = early.wanting_problem(429, "too-many-attempts")?;
            let wait = early.retry_after.ok_or_else(|| early.unexpected("a Retry-After"))?;
            self.world.tally.note("a lost second factor: the wait was kept");
            if wait > LONGEST_PAUSE || rng.chance(40) {
                return self.stop_it(&stop, &complete, rng).await;
            }
            tokio::time::sleep(wait + Duration::from_secs(1)).await;
            self.complete(&complete, rng).await?.wanting(204)?;
        }
        self.lose_factors();
        self.home_token = None;
        // The device at home is a stranger's now, and the password is all it takes.
        self.sign_in(rng).await?;
        self.world.tally.note("a lost second factor was given up after two proofs");
        Ok(())
    }

    async fn follow_proof(&mut self, address: &str, mark: usize) -> Result<(), Stop> {
        let token = self.link(address, mark, MailKind::ProveLoss, ABOUT).await?;
        self.follow("/v1/recovery/second-factor/prove", json!({ "token": token })).await?.wanting(204)?;
        Ok(())
    }

    /// By the link, or by signing in with what is said to be lost.
    async fn stop_it(&mut self, stop: &str, complete: &str, rng: &mut Rng) -> Result<(), Stop> {
        if rng.chance(50) {
            let path = "/v1/recovery/second-factor/stop";
            self.follow(path, json!({ "token": stop })).await?.wanting(204)?;
            self.world.tally.note("a lost second factor: the owner stopped it by the link");
        } else {
            // A new device, so that a trusted one does not get by without the factor.
            self.sign_in_elsewhere(elsewhere(rng), rng).await?;
            self.world.tally.note("a lost second factor: the owner stopped it by using it");
        }
        self.complete(complete, rng).await?.wanting_problem(410, "link-invalid")?;
        self.sign_in(rng).await.map(drop)
    }

    /// The attempt from which a recovery began, and whether the recovery address can prove it: a site may hold new ones
    /// for days.
    async fn say_lost(&mut self, rng: &mut Rng) -> Result<Option<(String, bool)>, Stop> {
        for last in [false, true] {
            let attempt = self.stuck(rng).await?;
            let call = Call::post("/v1/recovery/second-factor", json!({ "attempt": attempt }));
            let reply = self.at_home(call).await?;
            match (reply.status, reply.problem.as_str()) {
                (202, _) => {
                    let proofs = reply.body.get("proofs").and_then(serde_json::Value::as_array);
                    let by_address = proofs.is_some_and(|proofs| proofs.contains(&json!("recovery_email")));
                    return Ok(Some((attempt, by_address)));
                }
                (409, "conflict") if last => {}
                (409, "conflict") => tokio::time::sleep(Duration::from_secs(3)).await,
                _ => return Err(reply.unexpected("202")),
            }
        }
        self.world.tally.note(
            "a lost second factor: no way yet, as the recovery address is new or one was stopped lately",
        );
        self.sign_in(rng).await?;
        Ok(None)
    }

    async fn complete(&mut self, token: &str, rng: &mut Rng) -> Result<Reply, Stop> {
        let attempt = self.stuck(rng).await?;
        let body = json!({ "attempt": attempt, "token": token });
        self.at_home(Call::post("/v1/recovery/second-factor/complete", body)).await
    }

    /// A sign-in with the right password that waits for its second factor.
    async fn stuck(&mut self, rng: &mut Rng) -> Result<String, Stop> {
        let (email, home) = (self.person.email.clone(), self.person.home.clone());
        let token = self.home_token.clone();
        let body = json!({ "identifier": email, "password": self.password(), "device_token": token });
        let mut reply = self.at_home(Call::post("/v1/sign-in", body)).await?;
        if reply.status == 200 && reply.text("/status")? == "signed_in" {
            // A trusted device: without its token, it is nobody's.
            let refused = || Stop::Unexpected("the right password was refused".into());
            self.home_token = None;
            let app = self.app.take();
            let given = self.give_password(&email, &home, None, rng).await;
            self.app = app;
            reply = given?.ok_or_else(refused)?;
        }
        let reply = reply.wanting(200)?;
        if reply.text("/status")? == "second_factor_required" {
            reply.text("/attempt")
        } else {
            Err(Stop::Unexpected("no second factor was asked for".into()))
        }
    }
}
