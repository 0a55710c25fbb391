//! Everything is lost, and support helps; and what only operators do.

use super::client::{Call, Reply, Stop};
use super::life::{LONGEST_PAUSE, Life, Session};
use super::message::Kind as MailKind;
use super::rng::Rng;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;
use watchbook_domain::Timestamp;

/// What a document begins with; what follows is nobody's business.
const DOCUMENT: &[u8] = b"%PDF-1.7 a passport of nobody";

/// The items of the reviewers' checklist.
const CHECKLIST: [&str; 5] =
    ["document_genuine", "identity_matches", "account_known", "contact_is_theirs", "no_takeover"];

/// Two operators, signed in with two factors.
pub struct Staff {
    /// Who looks first.
    pub one: Session,
    /// Who looks second.
    pub two: Session,
}

/// A case as its person has it.
struct Case {
    id: String,
    token: String,
    contact: String,
}

impl Life {
    /// Has lost everything, and opens a case; what becomes of it takes staff.
    ///
    /// # Errors
    /// When something unexpected happens, as for all journeys.
    pub async fn ask_support(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let case = self.open_case(rng).await?;
        let world = self.world.clone();
        let Some(staff) = world.staff.get() else {
            self.world.tally.note("a case waits for support: nobody of staff takes part");
            return Ok(());
        };
        let account = self.review(staff, &case).await?;
        if rng.chance(20) {
            return self.be_rejected(staff, &case).await;
        }
        let email = self.person.email.clone();
        let mark = self.mark(&email);
        let contact_mark = self.mark(&case.contact);
        let approval = json!({ "account": account, "move_address": false });
        self.decide(&staff.one, &case, "approve", approval.clone()).await?.wanting(204)?;
        let twice = self.decide(&staff.one, &case, "approve", approval.clone()).await?;
        twice.wanting_problem(409, "case-conflict")?;
        self.decide(&staff.two, &case, "approve", approval).await?.wanting(204)?;
        self.world.tally.note("a case was approved by two operators");

        let stop = self.link(&email, mark, MailKind::StopSupport, "about a hand-over").await?;
        let own = self.own_case(&case).await?;
        let until = own.text("/executes_at")?;
        let left = seconds_until(&until).ok_or_else(|| own.unexpected("a time of execution"))?;
        if left > LONGEST_PAUSE || rng.chance(40) {
            self.follow("/v1/recovery-stop", json!({ "token": stop })).await?.wanting(204)?;
            self.until_stage(&case, "stopped", self.world.mail_patience).await?;
            self.world.tally.note("a hand-over was stopped by its owner");
            return self.sign_in(rng).await.map(drop);
        }
        self.until_stage(&case, "executed", left + self.world.mail_patience).await?;
        self.lose_factors();
        (self.home_token, self.phone, self.second) = (None, None, false);
        let what = "to set a password after a hand-over";
        let token = self.link(&case.contact, contact_mark, MailKind::Reset, what).await?;
        self.set_password(&token).await?;
        self.sign_in(rng).await?;
        self.world.tally.note("an account was handed over by support");
        Ok(())
    }

    /// Up to where support sees it, with a document and a message in it.
    async fn open_case(&mut self, rng: &mut Rng) -> Result<Case, Stop> {
        let contact = self.person.address(&format!("rescue{}", rng.below(1_000_000)));
        let mark = self.mark(&contact);
        let body = json!({
            "registered_email": self.person.email, "contact_email": contact, "reason": "All of it is at the bottom of the sea.",
        });
        let opened = self.at_home(Call::post("/v1/recovery-cases", body)).await?;
        if opened.status == 429 {
            return Err(Stop::Aside("cases of one address are rationed"));
        }
        let opened = opened.wanting(202)?;
        let case = Case { id: opened.text("/case")?, token: opened.text("/token")?, contact };
        let link = self.link(&case.contact, mark, MailKind::ProveContact, "to the address of a case").await?;
        self.follow("/v1/recovery-cases/contact", json!({ "token": link })).await?.wanting(204)?;

        self.upload(&case, b"MZ no document at all").await?.wanting_problem(415, "document-type")?;
        self.upload(&case, DOCUMENT).await?.wanting(201)?;
        let message = json!({ "text": "This is my passport." });
        self.within_case(&case, Method::POST, "/v1/recovery-case/messages", Some(message))
            .await?
            .wanting(204)?;
        let own = self.own_case(&case).await?;
        let count = |what: &str| own.body[what].as_array().map_or(0, Vec::len);
        if own.text("/stage")? != "review" || (count("documents"), count("messages")) != (1, 1) {
            return Err(Stop::Unexpected("a case does not hold what was put into it".into()));
        }
        self.world.tally.note("a case was opened, with a document and a message");
        Ok(case)
    }

    /// An operator reads, downloads, asks, and goes through the checklist. Says which account it is about.
    async fn review(&self, staff: &Staff, case: &Case) -> Result<String, Stop> {
        let path = format!("/v1/operator/recovery-cases/{}", case.id);
        let seen = self.as_staff(&staff.one, Method::GET, &path, None).await?.wanting(200)?;
        let document = seen.text("/documents/0/document")?;
        let document = format!("{path}/documents/{document}");
        self.as_staff(&staff.one, Method::GET, &document, None).await?.wanting(200)?;
        let mark = self.mark(&case.contact);
        self.decide(&staff.one, case, "messages", json!({ "text": "And the back of it?" }))
            .await?
            .wanting(204)?;
        let told = [MailKind::SupportWrote];
        let mail = self.world.mailbox.wait(&case.contact, mark, &told, self.world.mail_patience).await;
        mail.ok_or_else(|| super::life::no_mail("about a message of support"))?;
        let early = json!({ "account": seen.text("/account")?, "move_address": false });
        self.decide(&staff.one, case, "approve", early).await?.wanting_problem(409, "case-conflict")?;
        for item in CHECKLIST {
            self.decide(&staff.one, case, "checks", json!({ "item": item, "met": true }))
                .await?
                .wanting(204)?;
        }
        seen.text("/account")
    }

    async fn be_rejected(&self, staff: &Staff, case: &Case) -> Result<(), Stop> {
        let mark = self.mark(&case.contact);
        let reason = json!({ "reason": "The picture shows somebody else." });
        self.decide(&staff.two, case, "reject", reason).await?.wanting(204)?;
        let told = [MailKind::SupportRejected];
        let mail = self.world.mailbox.wait(&case.contact, mark, &told, self.world.mail_patience).await;
        mail.ok_or_else(|| super::life::no_mail("about a rejected case"))?;
        let appeal = || Some(json!({ "text": "It is an old picture." }));
        let path = "/v1/recovery-case/appeal";
        self.within_case(case, Method::POST, path, appeal()).await?.wanting(204)?;
        let once = self.within_case(case, Method::POST, path, appeal()).await?;
        once.wanting_problem(409, "case-conflict")?;
        self.until_stage(case, "review", self.world.mail_patience).await?;
        self.world.tally.note("a case was rejected, and appealed once");
        Ok(())
    }

    /// Support has evidence that somebody else has the password.
    ///
    /// # Errors
    /// When the void password opens anything, or the link does not lead back.
    pub async fn be_forced(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let session = self.sign_in(rng).await?;
        let world = self.world.clone();
        let Some(staff) = world.staff.get() else { return Err(Stop::Aside("nobody of staff takes part")) };
        let email = self.person.email.clone();
        let mark = self.mark(&email);
        let path = format!("/v1/operator/accounts/{}/require-password-change", session.account);
        let note = Some(json!({ "note": "It is in a list that is for sale." }));
        self.as_staff(&staff.one, Method::POST, &path, note).await?.wanting(204)?;
        self.is_over(&session).await?;
        let body = json!({
            "identifier": email, "password": self.password(), "device_token": self.home_token,
        });
        self.at_home(Call::post("/v1/sign-in", body)).await?.wanting_problem(401, "invalid-credentials")?;
        let token = self.link(&email, mark, MailKind::Reset, "about a void password").await?;
        self.set_password(&token).await?;
        self.world.tally.note("a password was voided by support, and set anew");
        self.sign_in(rng).await.map(drop)
    }

    async fn own_case(&self, case: &Case) -> Result<Reply, Stop> {
        self.within_case(case, Method::GET, "/v1/recovery-case", None).await?.wanting(200)
    }

    async fn within_case(
        &self,
        case: &Case,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Reply, Stop> {
        let call = || Call { body: body.clone(), ..Call::with_session(method.clone(), path, &case.token) };
        self.at_home_patiently(call).await
    }

    async fn upload(&self, case: &Case, content: &[u8]) -> Result<Reply, Stop> {
        let path = "/v1/recovery-case/documents?name=passport";
        let call = Call::with_session(Method::POST, path, &case.token);
        self.at_home(Call { upload: Some(content.to_vec()), ..call }).await
    }

    async fn decide(&self, by: &Session, case: &Case, what: &str, body: Value) -> Result<Reply, Stop> {
        let path = format!("/v1/operator/recovery-cases/{}/{what}", case.id);
        self.as_staff(by, Method::POST, &path, Some(body)).await
    }

    async fn as_staff(
        &self,
        by: &Session,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Reply, Stop> {
        let call = Call { body, ..Call::with_session(method, path, &by.token) };
        let reply = self.world.client.send(&by.device, call).await?;
        if reply.problem == "session-over" {
            return Err(Stop::Aside("the operators' sessions have run out"));
        }
        Ok(reply)
    }

    async fn until_stage(&self, case: &Case, stage: &str, patience: Duration) -> Result<(), Stop> {
        let deadline = Instant::now() + patience;
        loop {
            let now = self.own_case(case).await?.text("/stage")?;
            if now == stage {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Stop::Unexpected(format!("a case stays at {now} and does not come to {stage}")));
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

/// How long until a time as the API says it; none when it is over.
fn seconds_until(text: &str) -> Option<Duration> {
    let then = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    let left = Timestamp::from_datetime(then.to_utc()).unix_seconds() - super::now_seconds() as i64;
    Some(Duration::from_secs(u64::try_from(left).unwrap_or(0)))
}
