//! Second factors: passkeys, codes by text message, and devices that need none for a while.

use super::client::{Call, Reply, Stop};
use super::entrance::session;
use super::life::{Life, Session};
use super::message::Kind as MailKind;
use super::people::Device;
use super::rng::Rng;
use reqwest::Method;
use serde_json::{Value, json};
use watchbook_authenticator::Authenticator;
use watchbook_eventlog::fresh;

/// Why a message does not come that nobody waits for.
const RATIONED: Stop = Stop::Aside("text messages are rationed");

impl Life {
    /// Makes ten recovery codes.
    ///
    /// # Errors
    /// When there are not ten.
    pub async fn make_recovery_codes(&mut self, session: &Session) -> Result<(), Stop> {
        let codes = self.within(session, Method::POST, "/v1/recovery-codes").await?.wanting(200)?;
        let codes = codes.body.get("codes").and_then(Value::as_array).cloned().unwrap_or_default();
        self.recovery_codes = codes.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let ten = self.recovery_codes.len() == 10;
        if ten { Ok(()) } else { Err(Stop::Unexpected("there are not ten recovery codes".into())) }
    }

    /// What a session shows beside the password to prove itself anew.
    ///
    /// # Errors
    /// When there is no challenge, or no message.
    pub async fn fresh_proof(&mut self, session: &Session) -> Result<Value, Stop> {
        if self.app.is_some() {
            return Ok(json!({ "code": self.next_code().await }));
        }
        if self.passkey.is_some() {
            let path = "/v1/session/reauthenticate/options";
            let options = self.within(session, Method::POST, path).await?.wanting(200)?;
            return Ok(json!({ "passkey": self.signed(&options)? }));
        }
        if self.sms {
            let mark = self.text_mark();
            let sent = self.within(session, Method::POST, "/v1/session/sms").await?;
            return Ok(json!({ "sms_code": self.code_of(sent, mark).await? }));
        }
        Ok(json!({}))
    }

    /// A passkey's signature over a challenge for the second step of a sign-in.
    pub(super) async fn signature(&mut self, attempt: &str, device: &Device) -> Result<Value, Stop> {
        let call = Call::post("/v1/sign-in/second-factor/options", json!({ "attempt": attempt }));
        let options = self.world.client.send(device, call).await?.wanting(200)?;
        self.signed(&options)
    }

    fn signed(&mut self, options: &Reply) -> Result<Value, Stop> {
        let ceremony = options.text("/ceremony")?;
        let challenge = options.body.get("options").unwrap_or(&Value::Null);
        let credential = self.passkey.as_mut().and_then(|passkey| passkey.get(challenge));
        let credential =
            credential.ok_or_else(|| Stop::Unexpected("there is no challenge to sign".into()))?;
        Ok(json!({ "ceremony": ceremony, "credential": credential }))
    }

    /// The code by text message for the second step of a sign-in.
    pub(super) async fn code_for(&self, attempt: &str, device: &Device) -> Result<String, Stop> {
        let mark = self.text_mark();
        let call = Call::post("/v1/sign-in/second-factor/sms", json!({ "attempt": attempt }));
        let sent = self.world.client.send(device, call).await?;
        self.code_of(sent, mark).await
    }

    fn text_mark(&self) -> usize {
        self.world.texts.mark(&self.person.phone(self.world.seed))
    }

    /// The code that comes to the person's number because of a request.
    async fn code_of(&self, sent: Reply, mark: usize) -> Result<String, Stop> {
        match (sent.status, sent.problem.as_str()) {
            (202, _) => {}
            (429, _) => return Err(RATIONED),
            (422, "phone-unsupported") => {
                return Err(Stop::Aside("this server sends no messages to invented numbers"));
            }
            _ => return Err(sent.unexpected("202")),
        }
        let (texts, patience) = (&self.world.texts, self.world.mail_patience);
        let number = self.person.phone(self.world.seed);
        let text = texts.wait(&number, mark, &[MailKind::Code], patience).await;
        let code = text.and_then(|text| text.token);
        code.ok_or_else(|| Stop::Unexpected("no text message with a code in time".into()))
    }

    /// Proves the person's number, if that was not done before.
    async fn prove_number(&mut self, session: &Session) -> Result<String, Stop> {
        let number = self.person.phone(self.world.seed);
        if self.phone.as_ref() == Some(&number) {
            return Ok(number);
        }
        let mark = self.text_mark();
        let asked = self.post_within(session, "/v1/phone", json!({ "number": number })).await?;
        if asked.problem == "conflict" && self.old {
            return Err(Stop::Aside("the number is the account's from an earlier run"));
        }
        let code = self.code_of(asked, mark).await?;
        let proved = self.post_within(session, "/v1/phone/confirm", json!({ "code": code })).await?;
        if proved.problem == "phone-taken" {
            return Err(Stop::Aside("the number is somebody's of an earlier run"));
        }
        proved.wanting(204)?;
        self.world.tally.note("a number was proved");
        self.phone = Some(number.clone());
        Ok(number)
    }

    /// Signs in with the user number, and with a phone number once it is proved.
    ///
    /// # Errors
    /// When something unexpected happens, as for all journeys.
    pub async fn sign_in_by_number(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let session = self.sign_in(rng).await?;
        let account = self.within(&session, Method::GET, "/v1/account").await?.wanting(200)?;
        let user_number = account.text("/user_number")?;
        let phone = self.prove_number(&session).await?;
        for identifier in [user_number, phone] {
            let (home, token) = (self.person.home.clone(), self.home_token.clone());
            let opened = self.expect_in_as(&identifier, home, token, rng).await?;
            if opened.account != session.account {
                return Err(Stop::Unexpected("a number opened another account".into()));
            }
            self.home_token = Some(opened.device_token);
        }
        self.world.tally.note("somebody signed in by user number and by phone number");
        Ok(())
    }

    /// Sets codes by text message up, and recovery codes.
    ///
    /// # Errors
    /// When something unexpected happens.
    pub async fn enrol_sms(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let mut session = self.sign_in(rng).await?;
        self.prove_number(&session).await?;
        let mark = self.text_mark();
        let asked = self.within(&session, Method::POST, "/v1/sms").await?;
        let code = self.code_of(asked, mark).await?;
        let confirmed = self.post_within(&session, "/v1/sms/confirm", json!({ "code": code })).await?;
        session.token = confirmed.wanting(200)?.text("/token")?;
        self.sms = true;
        self.make_recovery_codes(&session).await?;
        self.world.tally.note("codes by text message were set up");
        Ok(())
    }

    /// Sets a passkey up, and recovery codes.
    ///
    /// # Errors
    /// When something unexpected happens.
    pub async fn enrol_passkey(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let mut session = self.sign_in(rng).await?;
        let options = self.within(&session, Method::POST, "/v1/passkeys/options").await?;
        if options.problem == "passkeys-unavailable" {
            return Err(Stop::Aside("passkeys need a public URL with a name in it"));
        }
        let options = options.wanting(200)?;
        let ceremony = options.text("/ceremony")?;
        let rp_id = options.text("/options/rp/id")?;
        let Some(origin) = self.origin.clone() else {
            return Err(Stop::Aside("no mail of this run said where the site is"));
        };
        let fault = || Stop::Unexpected("the options make no passkey".into());
        let passkey = Authenticator::new(fresh::bytes(), fresh::bytes(), &origin, &rp_id);
        let mut passkey = passkey.ok_or_else(fault)?;
        let credential = passkey.create(&options.body["options"]).ok_or_else(fault)?;
        let body = json!({ "ceremony": ceremony, "credential": credential, "name": "key ring" });
        let enrolled = self.post_within(&session, "/v1/passkeys", body).await?.wanting(200)?;
        session.token = enrolled.text("/token")?;
        session.position = enrolled.position;
        self.passkey = Some(passkey);
        self.make_recovery_codes(&session).await?;
        let listed = self.within(&session, Method::GET, "/v1/passkeys").await?.wanting(200)?;
        if listed.text("/passkeys/0/name")? != "key ring" {
            return Err(Stop::Unexpected("the passkey is not in the list".into()));
        }
        self.world.tally.note("a passkey was set up");
        Ok(())
    }

    /// Signs in with the passkey and nothing else; its signature counts once.
    ///
    /// # Errors
    /// When something unexpected happens.
    pub async fn passkey_alone(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        self.sign_in(rng).await?;
        if self.passkey.is_none() {
            return Err(Stop::Aside("there was no passkey"));
        }
        let device = self.person.home.clone();
        let call = Call::plain(Method::POST, "/v1/sign-in/passkey/options");
        let options = self.world.client.send(&device, call).await?.wanting(200)?;
        let body = json!({ "passkey": self.signed(&options)?, "device_token": self.home_token });
        let reply = self.at_home(Call::post("/v1/sign-in/passkey", body.clone())).await?.wanting(200)?;
        let level = reply.text("/session/level")?;
        if level != "aal2" {
            return Err(Stop::Unexpected(format!("a passkey opened a session at {level}")));
        }
        self.home_token = Some(session(&reply, device, true)?.device_token);
        self.world.tally.note("a passkey alone signed in");
        let again = self.at_home(Call::post("/v1/sign-in/passkey", body)).await?;
        again.wanting_problem(401, "invalid-passkey").map(drop)
    }

    /// Asks for trust in the device at home; the site's policy says whether it gets it.
    ///
    /// # Errors
    /// When the device list says one thing and the next sign-in another.
    pub async fn trust_device(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let known = self.sign_in(rng).await?;
        if !self.is_guarded() {
            return Err(Stop::Aside("there was no second factor"));
        }
        let (email, home, token) = (self.person.email.clone(), self.person.home.clone(), known.device_token);
        let refused = || Stop::Unexpected("the right password was refused".into());
        let reply = self.give_password(&email, &home, Some(&token), rng).await?.ok_or_else(refused)?;
        let reply = self.second_factor(reply, &home, Some(&token), true, rng).await?;
        let opened = session(&reply, home.clone(), true)?;
        let devices = self.within(&opened, Method::GET, "/v1/devices").await?.wanting(200)?;
        let devices = devices.body.get("devices").and_then(Value::as_array).cloned().unwrap_or_default();
        let here = devices.iter().find(|device| device["device_id"] == json!(opened.device_id));
        let trusted = here.is_some_and(|device| device["trusted_until"].is_string());
        let body = json!({
            "identifier": email, "password": self.password(), "device_token": opened.device_token,
        });
        let next = self.at_home(Call::post("/v1/sign-in", body)).await?.wanting(200)?.text("/status")?;
        self.home_token = Some(opened.device_token);
        match (trusted, next.as_str()) {
            (true, "signed_in") => self.world.tally.note("a trusted device needed no second factor"),
            (false, "second_factor_required") => self.world.tally.note("this site trusts no device"),
            _ => {
                return Err(Stop::Unexpected(format!(
                    "{next} on a device whose trust is said to be {trusted}"
                )));
            }
        }
        Ok(())
    }
}
