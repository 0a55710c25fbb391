//! How long a password has to be, and when the one in use is void.
//!
//! A password that is only one of two factors may be shorter than one that stands alone (NIST SP 800-63B-4, 3.1.1.2).
//! Which of the two it is can change afterwards, so the fact is recorded with it: a short one keeps the last second
//! factor from being removed.

use super::session::end_all;
use super::{Account, AccountEvent, EndReason, Rejection};
use crate::policy::{PasswordPolicy, Policy, seconds};
use crate::{CredentialId, LinkId, Timestamp};
use serde::{Deserialize, Serialize};

/// Why a password is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeReason {
    /// There is evidence that somebody else has it (NIST SP 800-63B-4, 3.1.1.2).
    Compromised,
    /// It was long enough beside a second factor, and there is none any more.
    TooShortAlone,
}

/// What is known of the password in use, beside where it lies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordStanding {
    /// It is too short to stand alone.
    pub short: bool,
    /// It is void: why, and since when.
    pub change_required: Option<(ChangeReason, Timestamp)>,
    /// Former ones that must not come back, the newest first.
    pub former: Vec<CredentialId>,
}

impl PasswordStanding {
    /// Folds what concerns the password; `current` is the one before the event.
    pub(super) fn evolve(&mut self, event: &AccountEvent, at: Timestamp, current: Option<CredentialId>) {
        match event {
            AccountEvent::PasswordChanged { short, kept, .. } => {
                self.short = *short;
                self.change_required = None;
                self.former.splice(0..0, current);
                self.former.truncate(usize::from(*kept));
            }
            AccountEvent::PasswordChangeRequired { reason, .. } => self.change_required = Some((*reason, at)),
            AccountEvent::Recovered { .. } => *self = Self::default(),
            _ => {}
        }
    }
}

/// A new password as far as the rules look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPassword {
    /// Its place in the vault.
    pub credential: CredentialId,
    /// Its length in code points.
    pub length: u32,
}

impl NewPassword {
    /// The facts that are recorded with it: whether it is short, and how many former ones are kept.
    ///
    /// # Errors
    /// `PasswordTooShort`.
    pub(super) fn admit(self, account: &Account, policy: &PasswordPolicy) -> Result<(bool, u8), Rejection> {
        if self.length < account.shortest_password(policy) {
            return Err(Rejection::PasswordTooShort);
        }
        Ok((self.length < policy.alone, policy.history.saturating_sub(1)))
    }
}

impl Account {
    /// Fewest code points of a new password, as the account is now.
    pub fn shortest_password(&self, policy: &PasswordPolicy) -> u32 {
        if self.requires_second_factor() { policy.with_factor } else { policy.alone }
    }

    /// Former passwords, and the one in use, that a new one must not be.
    pub fn refused_passwords(&self, policy: &PasswordPolicy) -> Vec<CredentialId> {
        let standing = &self.password_standing;
        let history = usize::from(policy.history);
        let most = if standing.change_required.is_some() { history.max(1) } else { history };
        self.password.into_iter().chain(standing.former.iter().copied()).take(most).collect()
    }

    /// Whether the password in use is void: then it is answered and counted like a wrong one.
    pub fn password_void(&self) -> bool {
        self.password_standing.change_required.is_some()
    }

    /// Refuses to remove `removed` of the second factors, if none would be left beside a short password.
    pub(super) fn keeps_short_password_company(&self, removed: usize) -> Result<(), Rejection> {
        let factors = usize::from(self.totp.is_some())
            + self.passkeys.len()
            + usize::from(self.phone.sms_enrolled_at.is_some());
        if self.password_standing.short && factors <= removed {
            Err(Rejection::PasswordTooShortAlone)
        } else {
            Ok(())
        }
    }

    /// The password in use is void. What was begun with it ends; the mailed link replaces it.
    pub(super) fn void_password(&mut self, link: LinkId, expires_at: Timestamp, at: Timestamp) {
        self.sessions.clear();
        self.attempts.clear();
        super::state::push_link(&mut self.reset_links, link, expires_at, at);
    }
}

/// The event that voids the password.
pub(super) fn required(
    reason: ChangeReason,
    note: Option<String>,
    link: LinkId,
    policy: &Policy,
    now: Timestamp,
) -> AccountEvent {
    let expires_at = now + seconds(policy.password.required_link_seconds);
    AccountEvent::PasswordChangeRequired { reason, note, link, expires_at }
}

/// An operator has evidence that somebody else has the password (NIST SP 800-63B-4, 3.1.1.2: then a change is forced).
#[derive(Clone, Debug)]
pub struct RequirePasswordChange {
    /// What the evidence is, in words, for the record.
    pub note: Option<String>,
    /// The link that sets a new one.
    pub link: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl RequirePasswordChange {
    /// Every session ends. Nothing to do when the password is void already, or there is none.
    ///
    /// # Errors
    /// `NotRegistered`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        if account.password.is_none() || account.password_void() {
            return Ok(vec![]);
        }
        let ends = end_all(account, None, EndReason::PasswordChangeRequired, self.now);
        let reason = ChangeReason::Compromised;
        Ok(ends.chain([required(reason, self.note.clone(), self.link, policy, self.now)]).collect())
    }
}

#[cfg(test)]
#[path = "password_rules_tests.rs"]
mod tests;
