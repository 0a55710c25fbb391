//! How the owner is reached: what was proved and when, changes that wait for proof, and the review of it all.

use super::state::MailCounter;
use super::{Account, AccountEvent, Rejection};
use crate::policy::{Policy, seconds};
use crate::{Email, LinkId, SessionId, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// A person who presses the button again and again is recorded once in this time.
const CONFIRMED_AGAIN_AFTER: TimeDelta = TimeDelta::hours(1);

/// What an account knows of the ways to its owner, beside the address itself and the phone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contacts {
    /// When the e-mail address was last proved by a mailed link.
    pub email_proved_at: Option<Timestamp>,
    /// An address that is to be the account's, and waits for its proof.
    pub pending_email: Option<PendingEmail>,
    /// The address before, as long as the change is remembered.
    pub previous_email: Option<PreviousEmail>,
    /// The second address. Nobody signs in with it.
    pub recovery_email: Option<RecoveryEmail>,
    /// A second address that waits for its proof.
    pub pending_recovery_email: Option<PendingEmail>,
    /// When the person last said that all of it is still right.
    pub confirmed_at: Option<Timestamp>,
    /// Links that were mailed to addresses which somebody signed in has typed.
    pub(super) mailed: MailCounter,
}

/// An address that waits for its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingEmail {
    /// The address.
    pub email: Email,
    /// The link that proves it.
    pub link: LinkId,
    /// The session that asked. When it is ended, the change is off.
    pub session: SessionId,
    /// The first moment at which the link does not work.
    pub expires_at: Timestamp,
}

/// The address before a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousEmail {
    /// The address, claimed until it is released.
    pub email: Email,
    /// The link that undoes the change.
    pub undo: LinkId,
    /// The first moment at which it does not work.
    pub undo_until: Timestamp,
    /// Until then, links that set a new password go to this address.
    pub held_until: Timestamp,
    /// When the change was made.
    pub changed_at: Timestamp,
}

/// A proved second address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryEmail {
    /// The address.
    pub email: Email,
    /// When it was proved.
    pub proved_at: Timestamp,
    /// From when on it counts as a proof in a recovery.
    pub usable_at: Timestamp,
}

impl Contacts {
    /// The change that can still be undone at `now`.
    pub fn undoable(&self, now: Timestamp) -> Option<&PreviousEmail> {
        self.previous_email.as_ref().filter(|previous| now < previous.undo_until)
    }

    /// Where links that set a new password go at `now`, if not to the address itself: who sits in somebody's session
    /// and moves the address must not get the password with it.
    pub fn reset_address(&self, now: Timestamp) -> Option<&Email> {
        let held = self.previous_email.as_ref().filter(|previous| now < previous.held_until);
        held.map(|previous| &previous.email)
    }

    /// Folds what concerns contacts; everything else leaves them as they are.
    pub(super) fn evolve(&mut self, event: &AccountEvent, at: Timestamp) {
        use AccountEvent as E;
        match event {
            E::EmailVerified { .. } => self.email_proved_at = Some(at),
            E::EmailChangeRequested { session, link, email, expires_at, .. } => {
                self.mailed.count(at);
                self.pending_email = Some(pending(email, *link, *session, *expires_at));
            }
            E::EmailChangeCancelled { .. } => self.pending_email = None,
            E::EmailChanged { previous, undo, undo_until, held_until, .. } => {
                self.pending_email = None;
                self.email_proved_at = Some(at);
                self.previous_email = Some(PreviousEmail {
                    email: previous.clone(),
                    undo: *undo,
                    undo_until: *undo_until,
                    held_until: *held_until,
                    changed_at: at,
                });
            }
            E::EmailChangeUndone { .. } => {
                self.previous_email = None;
                self.email_proved_at = Some(at);
                self.forget_pending();
            }
            E::PreviousEmailReleased { .. } => self.previous_email = None,
            E::RecoveryEmailRequested { session, link, email, expires_at } => {
                self.mailed.count(at);
                self.pending_recovery_email = Some(pending(email, *link, *session, *expires_at));
            }
            E::RecoveryEmailVerified { email, usable_at, .. } => {
                self.pending_recovery_email = None;
                self.recovery_email =
                    Some(RecoveryEmail { email: email.clone(), proved_at: at, usable_at: *usable_at });
            }
            E::RecoveryEmailCancelled { .. } => self.pending_recovery_email = None,
            E::RecoveryEmailRemoved { .. } => self.recovery_email = None,
            // Whoever had the account before may read there.
            E::Recovered { .. } => {
                self.recovery_email = None;
                self.email_proved_at = Some(at);
                self.forget_pending();
            }
            E::ContactConfirmed => self.confirmed_at = Some(at),
            E::SessionEnded { session, .. } => {
                self.pending_email.take_if(|pending| pending.session == *session);
                self.pending_recovery_email.take_if(|pending| pending.session == *session);
            }
            E::PasswordChanged { .. } | E::PasswordChangeRequired { .. } | E::Locked { .. } => {
                self.forget_pending()
            }
            _ => {}
        }
    }

    fn forget_pending(&mut self) {
        self.pending_email = None;
        self.pending_recovery_email = None;
    }
}

fn pending(email: &Email, link: LinkId, session: SessionId, expires_at: Timestamp) -> PendingEmail {
    PendingEmail { email: email.clone(), link, session, expires_at }
}

/// What a link proves, if it is the one that is waited for.
pub(super) fn awaited(
    pending: Option<&PendingEmail>,
    link: LinkId,
    now: Timestamp,
) -> Result<&PendingEmail, Rejection> {
    pending.filter(|pending| pending.link == link && now < pending.expires_at).ok_or(Rejection::LinkInvalid)
}

/// Whether a contact needs another look: none of `proved` (of the contacts that there are) may lie longer ago than the
/// policy says, unless the person has confirmed them since.
pub fn review_due(
    proved: impl IntoIterator<Item = Option<Timestamp>>,
    confirmed_at: Option<Timestamp>,
    policy: &Policy,
    now: Timestamp,
) -> bool {
    let oldest = proved.into_iter().flatten().map(|at| confirmed_at.map_or(at, |c| at.max(c))).min();
    oldest.is_some_and(|at| now.since(at) >= seconds(policy.contact.review_seconds))
}

/// The person has looked at address, recovery address and phone number, and they are right.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmContact {
    /// The session.
    pub session: SessionId,
    /// Now.
    pub now: Timestamp,
}

impl ConfirmContact {
    /// Nothing to record when it was said a moment ago.
    ///
    /// # Errors
    /// `SessionOver`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.live_session(self.session, self.now)?;
        let again = |at: Timestamp| self.now.since(at) < CONFIRMED_AGAIN_AFTER;
        if account.contacts.confirmed_at.is_some_and(again) {
            return Ok(vec![]);
        }
        Ok(vec![AccountEvent::ContactConfirmed])
    }
}

#[cfg(test)]
#[path = "contact_tests.rs"]
mod tests;
