//! Accounts as `history --at` and `diff` show them: who is meant, and what was so at a moment.

use super::Failure;
use crate::stores::Stores;
use std::collections::BTreeMap;
use std::sync::Arc;
use watchbook_api::PastAccount;
use watchbook_domain::claim::Claim;
use watchbook_domain::{Account, AccountId, Identifier};
use watchbook_eventlog::{Core, Moment, Past, Repository};

/// The account that an id, an address or a number names.
pub(super) async fn find(stores: &Stores, core: &Arc<Core>, who: &str) -> Result<AccountId, Failure> {
    if let Ok(account) = who.parse::<AccountId>() {
        return Ok(account);
    }
    let claims = Repository::<Claim>::new(core.clone(), 1);
    let identifier = Identifier::parse(who)?;
    let stream = claims.stream(stores.keyring.stream_key("claim", &identifier.claim_key()));
    let holder = claims.load(&stream).await?.state.holder;
    Ok(holder.ok_or("nobody has this identifier")?.0)
}

/// An account at a moment.
pub(super) struct State {
    past: Past<Account>,
    shown: PastAccount,
}

impl State {
    pub(super) async fn at(
        accounts: &Repository<Account>,
        account: AccountId,
        moment: Moment,
    ) -> Result<Self, Failure> {
        let past = accounts.load_at(&accounts.stream(account), moment).await?;
        let shown = PastAccount::new(account, moment, &past);
        let shown = shown.ok_or_else(|| format!("there was no such account at {moment}"))?;
        Ok(Self { past, shown })
    }

    pub(super) fn json(&self) -> Result<String, Failure> {
        Ok(serde_json::to_string(&self.shown)?)
    }

    /// Every fact on its own, by its path.
    pub(super) fn facts(&self) -> BTreeMap<String, String> {
        self.shown.facts()
    }

    pub(super) fn words(&self) -> String {
        let account = &self.past.state;
        let short = |id: &dyn std::fmt::Display| id.to_string().chars().take(8).collect::<String>();
        let mut text = format!("account {} as of {}\n", self.shown.account, self.shown.as_of);
        let mut line = |name: &str, value: String| text += &format!("{name:<16} {value}\n");
        line(
            "events",
            match self.past.erased {
                0 => format!("{}, the last at position {}", self.past.version, self.past.position),
                erased => format!(
                    "{} ({erased} erased), the last at position {}",
                    self.past.version, self.past.position
                ),
            },
        );
        let email = account.email.as_ref().map_or("none".into(), |email| email.as_str().to_owned());
        line(
            "email",
            format!("{email}, {}", if account.email_verified { "verified" } else { "not verified" }),
        );
        line("user number", account.number.as_ref().map_or("none".into(), ToString::to_string));
        line("registered", account.registered_at.to_string());
        let locked = account.locked.map(|reason| serde_json::to_value(reason).unwrap_or_default());
        line("locked", locked.map_or("no".into(), |reason| reason.as_str().unwrap_or("yes").to_owned()));
        let password = account.password.map(|id| format!("{}, set {}", short(&id), account.password_set_at));
        line("password", password.unwrap_or_else(|| "none".into()));
        let totp =
            account.totp.map(|totp| format!("{}, enrolled {}", short(&totp.credential), totp.enrolled_at));
        line("authenticator", totp.unwrap_or_else(|| "none".into()));
        let codes =
            account.recovery_codes.as_ref().map(|codes| format!("{} of {} left", codes.left(), codes.count));
        line("recovery codes", codes.unwrap_or_else(|| "none".into()));
        for (id, device) in &account.devices {
            let (first, last) = (device.first_seen, device.last_seen);
            line("device", format!("{} \"{}\", first seen {first}, last {last}", short(id), device.name));
        }
        let now = self.shown.as_of;
        for (id, session) in account.sessions.iter().filter(|(_, session)| session.live(now)) {
            let level = serde_json::to_value(session.level).unwrap_or_default();
            let level = level.as_str().unwrap_or_default();
            let ends = session.idle_expires_at.min(session.expires_at);
            let (device, opened) = (short(&session.device), session.opened_at);
            line(
                "session",
                format!("{} on device {device}, {level}, opened {opened}, ends {ends}", short(id)),
            );
        }
        for (id, attempt) in account.attempts.iter().filter(|(_, attempt)| now < attempt.expires_at) {
            line("attempt", format!("{} under way, started {}", short(id), attempt.started_at));
        }
        let last =
            account.last_sign_in.map(|(at, device)| format!(", last {at} on device {}", short(&device)));
        line("sign-ins", format!("{}{}", account.sign_ins, last.unwrap_or_default()));
        line("failures since", account.failures_since_sign_in.to_string());
        // Counters of guesses are the aggregate's own: shown as they are recorded.
        for (path, value) in self.facts() {
            if path.ends_with(".failures") && value != "0" {
                line("guesses", format!("{path}: {value}"));
            }
        }
        text.trim_end().to_owned()
    }
}
