//! The recovery address: a second one, for the day on which the first cannot be read. Nobody signs in with it, and
//! several accounts may have the same.

use super::contact::awaited;
use super::{Account, AccountEvent, Rejection};
use crate::policy::{Policy, seconds};
use crate::{Email, LinkId, SessionId, Timestamp};

/// Asks for a recovery address, from within a session that has just proved itself.
#[derive(Clone, Debug)]
pub struct RequestRecoveryEmail {
    /// The session.
    pub session: SessionId,
    /// The link to be mailed there.
    pub link: LinkId,
    /// The address.
    pub email: Email,
    /// Now.
    pub now: Timestamp,
}

impl RequestRecoveryEmail {
    /// # Errors
    /// `SessionOver`, `ReauthenticationRequired`, `EmailUnchanged` when it is the account's address or recovery address
    /// already, `MailedRecently`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.fresh_session(self.session, policy, self.now)?;
        if account.has_address(&self.email) {
            return Err(Rejection::EmailUnchanged);
        }
        account.contacts.mailed.admit(policy, self.now)?;
        Ok(vec![AccountEvent::RecoveryEmailRequested {
            session: self.session,
            link: self.link,
            email: self.email.clone(),
            expires_at: self.now + seconds(policy.verification_link_seconds),
        }])
    }
}

/// Proves the recovery address by the mailed link, once. It replaces the one before.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmRecoveryEmail {
    /// The link, its signature already checked.
    pub link: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl ConfirmRecoveryEmail {
    /// # Errors
    /// `LinkInvalid`, `NotRegistered`, `ChangesHeld`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        account.changes_allowed(self.now)?;
        let pending = awaited(account.contacts.pending_recovery_email.as_ref(), self.link, self.now)?;
        if account.locked.is_some() || account.has_address(&pending.email) {
            return Err(Rejection::LinkInvalid);
        }
        Ok(vec![AccountEvent::RecoveryEmailVerified {
            link: self.link,
            email: pending.email.clone(),
            usable_at: self.now + seconds(policy.contact.change_hold_seconds),
        }])
    }
}

/// Removes the recovery address, and one that waits for its proof.
#[derive(Clone, Copy, Debug)]
pub struct RemoveRecoveryEmail {
    /// The session.
    pub session: SessionId,
    /// Now.
    pub now: Timestamp,
}

impl RemoveRecoveryEmail {
    /// # Errors
    /// `SessionOver`, `ReauthenticationRequired`, `RecoveryEmailMissing`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.fresh_session(self.session, policy, self.now)?;
        let contacts = &account.contacts;
        let waiting = contacts.pending_recovery_email.as_ref().filter(|p| self.now < p.expires_at);
        let cancelled = waiting.map(|p| AccountEvent::RecoveryEmailCancelled { link: p.link });
        let proved = contacts.recovery_email.as_ref();
        let removed = proved.map(|r| AccountEvent::RecoveryEmailRemoved { email: r.email.clone() });
        let events: Vec<_> = cancelled.into_iter().chain(removed).collect();
        if events.is_empty() { Err(Rejection::RecoveryEmailMissing) } else { Ok(events) }
    }
}
