//! What people do.

use super::client::{Call, Stop};
use super::entrance::{Entered, session};
use super::life::{App, Life, Session, no_mail};
use super::message::Kind as MailKind;
use super::people::elsewhere;
use super::rng::Rng;
use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

impl Life {
    /// Registers and signs in for the first time. Who has an account from an earlier run finds the way
    /// back to it.
    ///
    /// # Errors
    /// When something unexpected happens, as for all journeys.
    pub async fn register(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let mark = self.world.mailbox.mark(&self.person.email);
        let body = json!({ "email": self.person.email, "password": self.password() });
        self.at_home(Call::post("/v1/registrations", body)).await?.wanting(202)?;
        self.asked_at = Some(tokio::time::Instant::now());
        let mail = self.mail(mark, &[MailKind::Verify, MailKind::AlreadyRegistered]).await;
        match mail {
            Some(mail) if mail.kind == MailKind::Verify => {
                self.origin = mail.origin;
                let token = mail.token.unwrap_or_default();
                self.follow("/v1/email/verify", json!({ "token": token })).await?.wanting(204)?;
                self.world.tally.note("an address was verified");
                self.old = false;
            }
            Some(_) => self.old = true,
            None if self.old => {}
            None => return Err(no_mail("about the registration")),
        }
        let home = self.person.home.clone();
        if let Entered::In(session) = self.enter(home, None, rng).await? {
            self.home_token = Some(session.device_token);
            return Ok(());
        }
        if !self.old {
            return Err(Stop::Unexpected("the first sign-in was refused".into()));
        }
        self.world.tally.note("somebody came back to an account of an earlier run");
        // Any number that earlier runs have hardly reached: the new password must be a new one.
        self.version = 1_000 + rng.below(1_000_000) as u32;
        self.reset_password().await?;
        self.sign_in(rng).await.map(drop)
    }

    /// An ordinary day.
    ///
    /// # Errors
    /// When something unexpected happens.
    pub async fn ordinary(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        self.mistype(rng).await?;
        let session = self.sign_in(rng).await?;
        self.look_around(&session).await?;
        self.maybe_sign_out(session, rng).await
    }

    /// Sessions, devices, activity.
    async fn look_around(&self, session: &Session) -> Result<(), Stop> {
        self.within(session, Method::GET, "/v1/account").await?.wanting(200)?;
        let sessions = self.within(session, Method::GET, "/v1/sessions").await?.wanting(200)?;
        let items = sessions.body.get("sessions").and_then(Value::as_array);
        let current = items.is_some_and(|items| items.iter().any(|item| item["current"] == json!(true)));
        if !current {
            return Err(Stop::Unexpected("the session at hand is missing in the list of sessions".into()));
        }
        self.within(session, Method::GET, "/v1/devices").await?.wanting(200)?;
        let activity = self.within(session, Method::GET, "/v1/activity?limit=20").await?.wanting(200)?;
        if activity.body.get("activity").and_then(Value::as_array).is_none_or(Vec::is_empty) {
            return Err(Stop::Unexpected("the activity is empty".into()));
        }
        Ok(())
    }

    async fn maybe_sign_out(&self, session: Session, rng: &mut Rng) -> Result<(), Stop> {
        if !rng.chance(50) {
            return Ok(());
        }
        self.within(&session, Method::DELETE, "/v1/session").await?.wanting(204)?;
        self.is_over(&session).await
    }

    /// Sets up the app and the recovery codes.
    ///
    /// # Errors
    /// When something unexpected happens.
    pub async fn enrol_app(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let mut session = self.sign_in(rng).await?;
        let begun = self.within(&session, Method::POST, "/v1/totp").await?.wanting(200)?;
        let secret = Secret::try_from_base32(begun.text("/secret")?);
        let secret = secret.map_err(|_| Stop::Unexpected("the secret is not base32".into()))?;
        let totp = Builder::new().with_secret(secret).build();
        let totp = totp.map_err(|_| Stop::Unexpected("the secret makes no authenticator app".into()))?;
        self.app = Some(App { totp, last_step: 0 });
        let code = self.next_code().await;
        let confirmed = self.post_within(&session, "/v1/totp/confirm", json!({ "code": code })).await?;
        if confirmed.status != 200 {
            self.app = None;
            return Err(confirmed.unexpected("200"));
        }
        session.token = confirmed.text("/token")?;
        self.make_recovery_codes(&session).await?;
        self.world.tally.note("an app was set up");
        Ok(())
    }

    /// Gives the app up.
    ///
    /// # Errors
    /// When something unexpected happens.
    pub async fn remove_app(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let session = self.sign_in(rng).await?;
        if self.app.is_none() {
            return Err(Stop::Aside("there was no app to remove"));
        }
        self.within(&session, Method::DELETE, "/v1/totp").await?.wanting(204)?;
        self.lose_factors();
        self.sign_in(rng).await.map(drop)
    }

    /// Signs in from elsewhere; a mail must tell of it.
    ///
    /// # Errors
    /// When something unexpected happens.
    pub async fn new_device(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let mark = self.world.mailbox.mark(&self.person.email);
        let session = self.sign_in_elsewhere(elsewhere(rng), rng).await?;
        self.mail(mark, &[MailKind::NewDevice]).await.ok_or_else(|| no_mail("about the new device"))?;
        self.world.tally.note("a mail told of a new device");
        self.look_around(&session).await?;
        self.maybe_sign_out(session, rng).await
    }

    /// Does not know the password any more.
    ///
    /// # Errors
    /// When something unexpected happens.
    pub async fn forgot(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let before = self.sign_in(rng).await?;
        self.mistype(rng).await?;
        self.reset_password().await?;
        self.is_over(&before).await?;
        self.sign_in(rng).await.map(drop)
    }

    /// Changes the password; the one of before does not work any more.
    ///
    /// # Errors
    /// When something unexpected happens.
    pub async fn change_password(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let other = self.sign_in(rng).await?;
        let session = self.sign_in(rng).await?;
        let old = self.password();
        let mut body = self.fresh_proof(&session).await?;
        body["current_password"] = json!(old);
        body["new_password"] = json!(self.person.password(self.version + 1));
        self.post_within(&session, "/v1/password", body).await?.wanting(200)?;
        self.version += 1;
        self.is_over(&other).await?;
        let body =
            json!({ "identifier": self.person.email, "password": old, "device_token": self.home_token });
        self.at_home(Call::post("/v1/sign-in", body)).await?.wanting_problem(401, "invalid-credentials")?;
        self.world.tally.note("a password was changed");
        self.sign_in(rng).await.map(drop)
    }

    /// Ends the sessions on other devices.
    ///
    /// # Errors
    /// When something unexpected happens.
    pub async fn end_others(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let there = self.sign_in_elsewhere(elsewhere(rng), rng).await?;
        let here = self.sign_in(rng).await?;
        self.within(&there, Method::GET, "/v1/account").await?.wanting(200)?;
        self.within(&here, Method::POST, "/v1/sessions/end-others").await?.wanting(204)?;
        self.is_over(&there).await?;
        self.within(&here, Method::GET, "/v1/account").await?.wanting(200).map(drop)
    }

    /// Somebody else was in: with the password, and for those with an app with a code too.
    ///
    /// # Errors
    /// When something unexpected happens.
    pub async fn disown(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let mark = self.world.mailbox.mark(&self.person.email);
        let thief = self.sign_in_elsewhere(elsewhere(rng), rng).await?;
        let mail =
            self.mail(mark, &[MailKind::NewDevice]).await.ok_or_else(|| no_mail("about the new device"))?;
        let token =
            mail.token.ok_or_else(|| Stop::Unexpected("the mail about the new device has no link".into()))?;
        self.follow("/v1/disown", json!({ "token": token })).await?.wanting(204)?;
        self.world.tally.note("a sign-in was disowned");
        self.is_over(&thief).await?;
        self.come_back_after_lock(rng).await
    }

    /// Ends one session, and forgets one device.
    ///
    /// # Errors
    /// When what was ended goes on, or something else ends with it.
    pub async fn end_one(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let device = elsewhere(rng);
        let there = self.sign_in_elsewhere(device.clone(), rng).await?;
        let here = self.sign_in(rng).await?;
        self.within(&here, Method::DELETE, &format!("/v1/sessions/{}", there.id)).await?.wanting(204)?;
        self.is_over(&there).await?;
        self.within(&here, Method::GET, "/v1/account").await?.wanting(200)?;
        let again = self.expect_in(device.clone(), Some(there.device_token.clone()), rng).await?;
        let path = format!("/v1/devices/{}", again.device_id);
        self.within(&here, Method::DELETE, &path).await?.wanting(204)?;
        self.is_over(&again).await?;
        self.within(&here, Method::GET, "/v1/account").await?.wanting(200)?;
        self.world.tally.note("a session was ended, and a device forgotten");
        // A forgotten device shows a token that is worth nothing.
        let refused = || Stop::Unexpected("the right password was refused".into());
        let email = self.person.email.clone();
        let forgotten = Some(again.device_token.as_str());
        let mark = self.mark(&email);
        let reply = self.give_password(&email, &device, forgotten, rng).await?.ok_or_else(refused)?;
        let reply = self.second_factor(reply, &device, forgotten, false, rng).await?;
        session(&reply, device, false)?;
        self.mail(mark, &[MailKind::NewDevice])
            .await
            .map(drop)
            .ok_or_else(|| no_mail("about a forgotten device"))
    }
}
