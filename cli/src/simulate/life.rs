//! A person with what the person knows and holds, and the steps that journeys are made of.

use super::client::{Call, Client, Reply, Stop};
use super::mailbox::Mailbox;
use super::message::Kind as MailKind;
use super::people::{Device, Person};
use super::rng::Rng;
use super::support::Staff;
use super::tally::Tally;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::Instant;
use watchbook_authenticator::Authenticator;

/// The longest pause between two requests that people wait out.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(65);

/// What everybody shares.
pub struct World {
    /// The way to the server.
    pub client: Client,
    /// Everybody's mail.
    pub mailbox: Arc<Mailbox>,
    /// Everybody's text messages.
    pub texts: Arc<Mailbox>,
    /// The counts.
    pub tally: Tally,
    /// How long a mail may take.
    pub mail_patience: Duration,
    /// How far apart mails are that somebody causes by typing an address.
    pub mail_pause: Duration,
    /// Names the population.
    pub seed: u64,
    /// Operators, once there are some.
    pub staff: OnceLock<Staff>,
}

/// An authenticator app.
pub struct App {
    pub(super) totp: totp_rs::Totp,
    /// The last step whose code was used.
    pub(super) last_step: u64,
}

/// A session that the person has open.
pub struct Session {
    /// The bearer token.
    pub token: String,
    /// Names it.
    pub id: String,
    /// Names the account.
    pub account: String,
    /// Where it was opened.
    pub device: Device,
    /// Names the device.
    pub device_id: String,
    /// What the device is to keep.
    pub device_token: String,
    /// Where the sign-in went.
    pub position: Option<u64>,
}

/// A link that was followed: endpoint and body.
pub type SpentLink = (&'static str, Value);

/// A person in the course of the run.
pub struct Life {
    /// What everybody shares.
    pub world: Arc<World>,
    /// Who it is.
    pub person: Person,
    /// How often the password was changed.
    pub version: u32,
    /// What the device at home keeps.
    pub home_token: Option<String>,
    /// The app, once confirmed.
    pub app: Option<App>,
    /// The passkey, once enrolled.
    pub passkey: Option<Authenticator>,
    /// The number, once proved.
    pub phone: Option<String>,
    /// Whether codes by text message are a second factor.
    pub sms: bool,
    /// Whether there is a recovery address.
    pub second: bool,
    /// Where the site is, as its mails say.
    pub origin: Option<String>,
    /// Foreign networks that were used.
    pub networks: usize,
    /// Recovery codes that are left.
    pub recovery_codes: Vec<String>,
    /// Links that were followed.
    pub spent: Vec<SpentLink>,
    /// When a mail was last asked for by typing the address.
    pub asked_at: Option<Instant>,
    /// Whether the account is from an earlier run.
    pub old: bool,
    /// Why the person takes no further part.
    pub out: Option<&'static str>,
}

impl Life {
    /// Somebody who has done nothing yet.
    pub fn new(world: Arc<World>, person: Person) -> Self {
        let (app, home_token, asked_at, out) = (None, None, None, None);
        let old = world.mailbox.knew(&person.email);
        Self {
            world,
            person,
            version: 0,
            home_token,
            app,
            passkey: None,
            phone: None,
            sms: false,
            second: false,
            origin: None,
            networks: 0,
            recovery_codes: vec![],
            spent: vec![],
            asked_at,
            old,
            out,
        }
    }

    /// The password at the moment.
    pub fn password(&self) -> String {
        self.person.password(self.version)
    }

    /// Sends with the device at home.
    pub async fn at_home(&self, call: Call<'_>) -> Result<Reply, Stop> {
        self.world.client.send(&self.person.home, call).await
    }

    /// From home; when told that it is too often, waits as told and sends again.
    pub async fn at_home_patiently<'a>(&self, call: impl Fn() -> Call<'a>) -> Result<Reply, Stop> {
        let mut left = 10;
        loop {
            let reply = self.at_home(call()).await?;
            let pause = reply.retry_after.filter(|pause| reply.status == 429 && *pause <= LONGEST_PAUSE);
            let Some(pause) = pause.filter(|_| left > 0) else { return Ok(reply) };
            left -= 1;
            tokio::time::sleep(pause + Duration::from_secs(1)).await;
        }
    }

    /// In a session.
    pub async fn within(&self, session: &Session, method: Method, path: &str) -> Result<Reply, Stop> {
        let call = Call { at_least: session.position, ..Call::with_session(method, path, &session.token) };
        self.world.client.send(&session.device, call).await
    }

    /// In a session, with a body.
    pub async fn post_within(&self, session: &Session, path: &str, body: Value) -> Result<Reply, Stop> {
        let call = Call { body: Some(body), ..Call::with_session(Method::POST, path, &session.token) };
        self.world.client.send(&session.device, call).await
    }

    /// Mistypes the password now and then, once or twice in a row, and is refused.
    pub async fn mistype(&self, rng: &mut Rng) -> Result<(), Stop> {
        let times = if rng.chance(20) { 1 + rng.below(2) } else { 0 };
        for _ in 0..times {
            let mut wrong = self.password();
            let at = rng.below(wrong.len());
            // The letters of passwords are ASCII, so that any place is between two of them.
            wrong.remove(at);
            wrong.insert(at, '#');
            let body = json!({ "identifier": self.person.email, "password": wrong, "device_token": self.home_token });
            let reply = self.at_home(Call::post("/v1/sign-in", body)).await?;
            let held_off = reply.status == 429 && self.home_token.is_none();
            if !held_off {
                reply.wanting_problem(401, "invalid-credentials")?;
            }
            self.world.tally.note("a password was mistyped and refused");
        }
        Ok(())
    }

    /// Sets the next password by a mailed link.
    pub async fn set_password(&mut self, token: &str) -> Result<(), Stop> {
        let body = json!({ "token": token, "new_password": self.person.password(self.version + 1) });
        self.follow("/v1/password/reset", body).await?.wanting(204)?;
        self.version += 1;
        Ok(())
    }

    /// Follows a mailed link once, and remembers it as spent.
    pub async fn follow(&mut self, path: &'static str, body: Value) -> Result<Reply, Stop> {
        let reply = self.at_home_patiently(|| Call::post(path, body.clone())).await?;
        if reply.status == 204 {
            self.spent.push((path, body));
        }
        Ok(reply)
    }

    /// The code of a step that was not used yet, of now or the next half minute; waits if there is none
    /// (RFC 6238, 5.2: a code is accepted once).
    pub async fn next_code(&mut self) -> Option<String> {
        let app = self.app.as_mut()?;
        loop {
            let now = super::now_seconds() / 30;
            let step = now.max(app.last_step + 1);
            if step <= now + 1 {
                app.last_step = step;
                return Some(app.totp.generate(step * 30).to_string());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Asks for a reset link until the mail is there; sets the next password.
    pub async fn reset_password(&mut self) -> Result<(), Stop> {
        let token = self.reset_token().await?;
        self.set_password(&token).await?;
        self.world.tally.note("a password was reset by mail");
        Ok(())
    }

    async fn reset_token(&mut self) -> Result<String, Stop> {
        for _ in 0..2 {
            self.pause_for_mail().await;
            let mark = self.world.mailbox.mark(&self.person.email);
            let body = json!({ "identifier": self.person.email });
            self.at_home(Call::post("/v1/password/forgot", body)).await?.wanting(202)?;
            let mail = self.mail(mark, &[MailKind::Reset]).await;
            if let Some(token) = mail.and_then(|mail| mail.token) {
                return Ok(token);
            }
        }
        // Of an account that had mails before, the day's share may be used up.
        if self.old {
            Err(self.leave("mails are rationed after earlier runs"))
        } else {
            Err(no_mail("to reset the password"))
        }
    }

    /// Typing an address causes one mail in a while, for whoever types it.
    pub async fn pause_for_mail(&mut self) {
        if let Some(asked_at) = self.asked_at {
            tokio::time::sleep_until(asked_at + self.world.mail_pause + Duration::from_secs(1)).await;
        }
        self.asked_at = Some(Instant::now());
    }

    /// The first mail of the kinds after the mark.
    pub async fn mail(&self, mark: usize, kinds: &[MailKind]) -> Option<super::message::Message> {
        self.world.mailbox.wait(&self.person.email, mark, kinds, self.world.mail_patience).await
    }

    /// How many mails an address of the person's has: what comes after is an answer to what happens next.
    pub fn mark(&self, address: &str) -> usize {
        self.world.mailbox.mark(address)
    }

    /// The link of the first mail of that kind to an address after the mark.
    ///
    /// # Errors
    /// When none comes; `what` says what it would have been about.
    pub async fn link(&self, address: &str, mark: usize, kind: MailKind, what: &str) -> Result<String, Stop> {
        let mail = self.world.mailbox.wait(address, mark, &[kind], self.world.mail_patience).await;
        mail.and_then(|mail| mail.token).ok_or_else(|| no_mail(what))
    }

    /// That a token opens nothing any more.
    pub async fn is_over(&self, session: &Session) -> Result<(), Stop> {
        let call = Call::with_session(Method::GET, "/v1/account", &session.token);
        let reply = self.world.client.send(&session.device, call).await?;
        reply.wanting_problem(401, "session-over").map(drop)
    }

    /// Sends what has a pause of its own between two, and waits once for it to pass.
    pub async fn post_patiently(&self, session: &Session, path: &str, body: Value) -> Result<Reply, Stop> {
        let reply = self.post_within(session, path, body.clone()).await?;
        let pause = reply.retry_after.filter(|pause| reply.status == 429 && *pause <= LONGEST_PAUSE);
        let Some(pause) = pause else { return Ok(reply) };
        tokio::time::sleep(pause + Duration::from_secs(1)).await;
        self.post_within(session, path, body).await
    }

    /// That there is no second factor any more.
    pub fn lose_factors(&mut self) {
        (self.app, self.passkey, self.sms) = (None, None, false);
        self.recovery_codes.clear();
    }

    /// Whether there is a second factor.
    pub fn is_guarded(&self) -> bool {
        self.app.is_some() || self.passkey.is_some() || self.sms
    }

    /// Takes no further part.
    pub fn leave(&mut self, why: &'static str) -> Stop {
        self.out = Some(why);
        Stop::Aside(why)
    }
}

/// That a mail did not come.
pub fn no_mail(what: &str) -> Stop {
    Stop::Unexpected(format!("no mail {what} in time"))
}
