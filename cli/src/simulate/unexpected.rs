//! Sign-ins from where nobody would expect them, and the way back from a lock.

use super::client::{Call, Reply, Stop};
use super::entrance::{Entered, session};
use super::life::Life;
use super::message::Kind as MailKind;
use super::people::{Device, elsewhere, in_network};
use super::rng::Rng;
use reqwest::Method;
use serde_json::json;

impl Life {
    /// Signs in from a network that nobody here knows, on a new device.
    async fn knock(&mut self, rng: &mut Rng) -> Result<(Reply, Device, usize), Stop> {
        // Where the own network is known, a foreign one can be told from it.
        let here = self.person.in_own_network(rng);
        let token = self.home_token.clone();
        if token.is_none() {
            self.sign_in(rng).await?;
        }
        let own = self.expect_in_on(here, rng).await?;
        self.home_token = Some(own.device_token);
        self.networks += 1;
        let there = in_network(self.person.number * 7 + self.networks, rng);
        let mark = self.mark(&self.person.email);
        let email = self.person.email.clone();
        let refused = || Stop::Unexpected("the right password was refused".into());
        let reply = self.give_password(&email, &there, None, rng).await?.ok_or_else(refused)?;
        let reply = self.second_factor(reply, &there, None, false, rng).await?;
        Ok((reply, there, mark))
    }

    /// Whether a sign-in from there waits for the owner; whoever showed app or passkey need not.
    fn waits(&self, reply: &Reply) -> Result<bool, Stop> {
        let strong = self.app.is_some() || self.passkey.is_some();
        match (reply.text("/status")?.as_str(), strong) {
            ("confirmation_required", false) => Ok(true),
            ("confirmation_required", true) if self.recovery_codes.len() < 10 => Ok(true),
            ("signed_in", true) => {
                self.world.tally.note("whoever showed a strong factor was not asked by mail");
                Ok(false)
            }
            ("signed_in", false) if self.old => Err(Stop::Aside("the network is known from an earlier run")),
            (status, _) => Err(Stop::Unexpected(format!("{status} from where nobody would expect it"))),
        }
    }

    /// Signs in from an unexpected place, and says by mail that it is all right.
    ///
    /// # Errors
    /// When it goes on without that word, or not with it.
    pub async fn approve_unexpected(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let (reply, there, mark) = self.knock(rng).await?;
        if !self.waits(&reply)? {
            return Ok(());
        }
        let waiting = json!({ "attempt": reply.text("/attempt")?, "secret": reply.text("/secret")? });
        let ask = || self.world.client.send(&there, Call::post("/v1/sign-in/confirmation", waiting.clone()));
        if ask().await?.wanting(200)?.text("/status")? != "confirmation_required" {
            return Err(Stop::Unexpected("a sign-in went on before its owner said a word".into()));
        }
        let email = self.person.email.clone();
        let what = "about an unexpected sign-in";
        let link = self.link(&email, mark, MailKind::Confirm, what).await?;
        let approved = self.at_home(Call::post("/v1/sign-in/confirmation/approve", json!({ "token": link })));
        approved.await?.wanting(204)?;
        let opened = session(&ask().await?.wanting(200)?, there.clone(), false)?;
        self.within(&opened, Method::GET, "/v1/account").await?.wanting(200)?;
        ask().await?.wanting_problem(401, "attempt-over")?;
        self.world.tally.note("an unexpected sign-in was approved by mail");
        Ok(())
    }

    /// Somebody else signs in from an unexpected place; the owner says by mail that it is not.
    ///
    /// # Errors
    /// When the other gets in, or the account does not lock.
    pub async fn deny_unexpected(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let (reply, there, mark) = self.knock(rng).await?;
        if !self.waits(&reply)? {
            return Ok(());
        }
        let waiting = json!({ "attempt": reply.text("/attempt")?, "secret": reply.text("/secret")? });
        let email = self.person.email.clone();
        let what = "about an unexpected sign-in";
        let link = self.link(&email, mark, MailKind::Confirm, what).await?;
        let denied = self.at_home(Call::post("/v1/sign-in/confirmation/deny", json!({ "token": link })));
        denied.await?.wanting(204)?;
        let ask = self.world.client.send(&there, Call::post("/v1/sign-in/confirmation", waiting));
        ask.await?.wanting_problem(401, "attempt-over")?;
        self.world.tally.note("an unexpected sign-in was denied by mail");
        self.come_back_after_lock(rng).await
    }

    /// The account is locked: the right password is as good as a wrong one, and the way back is by mail.
    ///
    /// # Errors
    /// When the lock lets somebody in, or the way back does not lead back.
    pub async fn come_back_after_lock(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        self.home_token = None;
        match self.enter(elsewhere(rng), None, rng).await {
            Ok(Entered::Refused) | Err(Stop::Aside(_)) => {}
            Ok(Entered::In(_)) => return Err(Stop::Unexpected("a locked account let somebody in".into())),
            Err(stop) => return Err(stop),
        }
        self.reset_password().await?;
        self.sign_in(rng).await.map(drop)
    }
}
