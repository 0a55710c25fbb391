//! Passwords between the requests, the hasher and the vault.

use crate::app::App;
use crate::breached::Breached;
use crate::problem::{self, Problem};
use std::collections::HashSet;
use uuid::Uuid;
use watchbook_domain::account::RehashPassword;
use watchbook_domain::{Account, AccountId, CredentialId};
use watchbook_eventlog::{Metadata, Purpose, SecretName, fresh};
use watchbook_password::{Password, PasswordHasher, PhcString, Verification};

/// The commonest passwords of at least 15 characters, one a line, lower case.
const COMMON: &str = include_str!("common_passwords.txt");
/// The commonest of 8 to 14 characters, which beside a second factor are long enough.
const COMMON_SHORT: &str = include_str!("common_short_passwords.txt");

/// The hasher and the rules for new passwords.
pub struct Passwords {
    hasher: PasswordHasher,
    common: HashSet<&'static str>,
    breached: Option<Breached>,
}

impl Passwords {
    /// Over a hasher, with a list of breached passwords if there is one.
    pub fn new(hasher: PasswordHasher, breached: Option<Breached>) -> Self {
        let common = COMMON.lines().chain(COMMON_SHORT.lines()).filter(|line| !line.is_empty()).collect();
        Self { hasher, common, breached }
    }

    /// Checks a password against the rules of NIST SP 800-63B-4, 3.1.1.2: at least `shortest` code points, a
    /// blocklist of whole passwords (common ones, breached ones, and the person's own address and the site's name),
    /// no composition rules.
    ///
    /// # Errors
    /// `PASSWORD_UNACCEPTABLE` with the reason; `UNAVAILABLE` when the list of breached ones cannot be read.
    pub fn check_new(&self, password: &Password, context: &[&str], shortest: u32) -> Result<(), Problem> {
        let refuse = |reason: &'static str, words: &str| {
            Err(Problem::from(problem::PASSWORD_UNACCEPTABLE).detail(words).reason(reason))
        };
        let text = password.expose();
        if length(password) < shortest {
            return Err(too_short(shortest));
        }
        let lower = text.to_lowercase();
        if self.common.contains(lower.as_str()) {
            return refuse("common", "it is among the most common passwords");
        }
        let first = lower.chars().next();
        if lower.chars().all(|c| Some(c) == first) {
            return refuse("repetition", "it repeats one character");
        }
        let bare =
            |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let own = bare(text);
        if context.iter().any(|word| !word.is_empty() && bare(word) == own) {
            return refuse("own-name", "it is your address, your name here, or the name of this site");
        }
        if let Some(breached) = &self.breached {
            match breached.contains(text) {
                Ok(false) => {}
                Ok(true) => return refuse("breached", "it is known from a breach, here or elsewhere"),
                Err(error) => {
                    tracing::error!(%error, "the list of breached passwords cannot be read");
                    return Err(problem::UNAVAILABLE.into());
                }
            }
        }
        Ok(())
    }
}

/// In code points.
pub fn length(password: &Password) -> u32 {
    u32::try_from(password.expose().chars().count()).unwrap_or(u32::MAX)
}

/// The refusal of a password with fewer code points than `shortest`.
pub fn too_short(shortest: u32) -> Problem {
    Problem::from(problem::PASSWORD_UNACCEPTABLE)
        .detail(format!("it must have at least {shortest} characters"))
        .reason("too-short")
}

/// Takes a password from a request.
///
/// # Errors
/// `PASSWORD_UNACCEPTABLE` when it is longer than anybody's.
pub fn read(password: String) -> Result<Password, Problem> {
    Password::new(password).map_err(|error| {
        Problem::from(problem::PASSWORD_UNACCEPTABLE).detail(error.to_string()).reason("too-long")
    })
}

impl App {
    /// Hashes a password and puts it into the vault; the event that names the credential comes after.
    ///
    /// # Errors
    /// When the hasher is overloaded or the vault unavailable.
    pub async fn store_password(
        &self,
        account: AccountId,
        password: Password,
    ) -> Result<CredentialId, Problem> {
        let hash = self.passwords.hasher.hash(password, fresh::bytes()).await?;
        let credential = CredentialId(fresh::uuid());
        let name = SecretName { subject: account.into(), credential, purpose: Purpose::Password };
        self.sealer.put_secret(name, hash.as_str().as_bytes(), self.clock.now()).await?;
        Ok(credential)
    }

    /// Destroys the secret of a credential that is not used any more. A failure leaves an orphan, which
    /// the sweep finds.
    pub async fn discard(&self, account: AccountId, credential: CredentialId, purpose: Purpose) {
        let name = SecretName { subject: account.into(), credential, purpose };
        if self.sealer.remove_secret(name).await.is_err() {
            tracing::warn!(purpose = purpose.as_str(), "an unused secret is left for the sweep");
        }
    }

    /// Whether `password` is the account's. An account without one costs the same.
    ///
    /// # Errors
    /// When the hasher is overloaded or the vault unavailable: then nobody knows, and nobody gets in.
    pub async fn verify_password(
        &self,
        account: &Account,
        password: Password,
        metadata: &Metadata,
    ) -> Result<bool, Problem> {
        let (Some(id), Some(credential)) = (account.id, account.password) else {
            return self.verify_decoy(password).await;
        };
        let name = SecretName { subject: id.into(), credential, purpose: Purpose::Password };
        let Some(hash) = self.sealer.secret(name).await? else {
            return self.verify_decoy(password).await;
        };
        let Ok(hash) = std::str::from_utf8(&hash).map(str::to_owned) else {
            return self.verify_decoy(password).await;
        };
        match self.passwords.hasher.verify(password.clone(), PhcString::from(hash)).await? {
            Verification::Mismatch => Ok(false),
            Verification::Match { rehash } => {
                if rehash {
                    self.rehash(id, credential, password, *metadata);
                }
                Ok(true)
            }
        }
    }

    /// Refuses a new password that is one of the last, or the one that is void. Costs a hash for each, so that only who
    /// has proved to be the owner may cause it.
    ///
    /// # Errors
    /// `PASSWORD_UNACCEPTABLE`; when the hasher is overloaded or the vault unavailable.
    pub async fn refuse_former(&self, account: &Account, password: &Password) -> Result<(), Problem> {
        let Some(id) = account.id else { return Ok(()) };
        for credential in account.refused_passwords(&self.policy.password) {
            let name = SecretName { subject: id.into(), credential, purpose: Purpose::Password };
            let Some(hash) = self.sealer.secret(name).await? else { continue };
            let Ok(hash) = std::str::from_utf8(&hash).map(str::to_owned) else { continue };
            if self.passwords.hasher.verify(password.clone(), PhcString::from(hash)).await?
                != Verification::Mismatch
            {
                return Err(Problem::from(problem::PASSWORD_UNACCEPTABLE)
                    .detail("it was used here before")
                    .reason("used-before"));
            }
        }
        Ok(())
    }

    /// Destroys what a change of password has left without use.
    pub async fn discard_former(&self, account: AccountId, before: &Account, after: &Account) {
        let kept = &after.password_standing.former;
        for old in before.password.iter().chain(&before.password_standing.former) {
            if after.password != Some(*old) && !kept.contains(old) {
                self.discard(account, *old, Purpose::Password).await;
            }
        }
    }

    /// Costs what a check costs, and is never right.
    ///
    /// # Errors
    /// When the hasher is overloaded.
    pub async fn verify_decoy(&self, password: Password) -> Result<bool, Problem> {
        let _ = self.passwords.hasher.verify_decoy(password).await?;
        Ok(false)
    }

    /// Moves a password to today's parameters, off the request's path.
    fn rehash(&self, account: AccountId, old: CredentialId, password: Password, metadata: Metadata) {
        let app = self.clone();
        tokio::spawn(async move {
            let Ok(credential) = app.store_password(account, password).await else { return };
            let command_id = watchbook_domain::CommandId(Uuid::new_v5(&metadata.command_id.0, b"rehash"));
            let metadata = Metadata { command_id, ..metadata };
            let rehash = RehashPassword { old, credential };
            let done = app.decide(account, &metadata, |a| rehash.decide(a)).await;
            let replaced = done.is_ok_and(|executed| !executed.events.is_empty());
            let unused = if replaced { old } else { credential };
            app.discard(account, unused, Purpose::Password).await;
        });
    }
}
