//! Another e-mail address: asked for, proved by a mailed link, and undone over a link to the old one.

use super::contact::awaited;
use super::session::end_all;
use super::{Account, AccountEvent, EndReason, LockReason, Rejection};
use crate::policy::{Policy, seconds};
use crate::{ClientContext, Email, LinkId, SessionId, Timestamp};

/// Asks for another address, from within a session that has just proved itself.
#[derive(Clone, Debug)]
pub struct RequestEmailChange {
    /// The session.
    pub session: SessionId,
    /// The link to be mailed to the new address.
    pub link: LinkId,
    /// The new address.
    pub email: Email,
    /// Whether somebody else has it. Then no link is mailed; whoever asks is not told.
    pub taken: bool,
    /// Now.
    pub now: Timestamp,
}

impl RequestEmailChange {
    /// A newer request takes the place of the one before. As long as the last change can be undone there is no next one:
    /// who has got into a session must not bury the owner's address under a second change.
    ///
    /// # Errors
    /// `SessionOver`, `ReauthenticationRequired`, `EmailUnchanged`, `EmailChangedRecently`, `MailedRecently`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.fresh_session(self.session, policy, self.now)?;
        if account.has_address(&self.email) {
            return Err(Rejection::EmailUnchanged);
        }
        if account.contacts.undoable(self.now).is_some() {
            return Err(Rejection::EmailChangedRecently);
        }
        account.contacts.mailed.admit(policy, self.now)?;
        Ok(vec![AccountEvent::EmailChangeRequested {
            session: self.session,
            link: self.link,
            email: self.email.clone(),
            taken: self.taken,
            expires_at: self.now + seconds(policy.verification_link_seconds),
        }])
    }
}

impl Account {
    /// Another address is the account's: links to the one before are dead, and so are sign-ins under way.
    pub(super) fn move_to(&mut self, email: &Email) {
        self.email = Some(email.clone());
        self.email_verified = true;
        self.verification_links.clear();
        self.reset_links.clear();
        self.attempts.clear();
    }

    /// Whether it is its address or recovery address.
    pub(super) fn has_address(&self, email: &Email) -> bool {
        let recovery = self.contacts.recovery_email.as_ref().map(|recovery| &recovery.email);
        self.email.as_ref() == Some(email) || recovery == Some(email)
    }

    /// Whether its claim on `email` stands at `now`: it is the address, proved, or the one before it, as long as the
    /// change can be undone.
    pub fn keeps_address(&self, email: &Email, now: Timestamp) -> bool {
        let previous = self.contacts.undoable(now).is_some_and(|previous| previous.email == *email);
        previous || (self.email_verified && self.email.as_ref() == Some(email))
    }
}

/// Somebody signed in elsewhere has typed an address of this account: its owner is told, and nobody else.
#[derive(Clone, Debug)]
pub struct TellOfWantedEmail {
    /// The address.
    pub email: Email,
    /// Where the request came from.
    pub context: ClientContext,
    /// Now.
    pub now: Timestamp,
}

impl TellOfWantedEmail {
    /// # Errors
    /// `MailedRecently`, `NotRegistered`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        account.mails.admit(policy, self.now)?;
        let (email, context) = (self.email.clone(), self.context.clone());
        Ok(vec![AccountEvent::EmailWantedElsewhere { email, context }])
    }
}

/// The person does not want the other address after all.
#[derive(Clone, Copy, Debug)]
pub struct CancelEmailChange {
    /// The session.
    pub session: SessionId,
    /// Now.
    pub now: Timestamp,
}

impl CancelEmailChange {
    /// # Errors
    /// `SessionOver`, `NoPendingChange`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.live_session(self.session, self.now)?;
        let waiting = account.contacts.pending_email.as_ref().filter(|p| self.now < p.expires_at);
        let link = waiting.ok_or(Rejection::NoPendingChange)?.link;
        Ok(vec![AccountEvent::EmailChangeCancelled { link }])
    }
}

/// Proves the new address by the mailed link, once. It is what the person signs in with from now on.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmEmailChange {
    /// The link, its signature already checked.
    pub link: LinkId,
    /// Whether the account holds the claim on the new address.
    pub holds_claim: bool,
    /// The link that will undo it, mailed to the old address.
    pub undo: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl ConfirmEmailChange {
    /// The address that the link would prove.
    ///
    /// # Errors
    /// `LinkInvalid`, `NotRegistered`.
    pub fn wanted(account: &Account, link: LinkId, now: Timestamp) -> Result<&Email, Rejection> {
        account.registered()?;
        account.changes_allowed(now)?;
        let pending = awaited(account.contacts.pending_email.as_ref(), link, now)?;
        // A recovery address that was proved meanwhile must stay another one.
        let free = !account.has_address(&pending.email) && account.contacts.undoable(now).is_none();
        if free && account.locked.is_none() { Ok(&pending.email) } else { Err(Rejection::LinkInvalid) }
    }

    /// Every other session ends, with every link that sets a password and every sign-in under way.
    ///
    /// # Errors
    /// `LinkInvalid`, `NotRegistered`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        let email = Self::wanted(account, self.link, self.now)?.clone();
        let previous = account.email.clone().ok_or(Rejection::LinkInvalid)?;
        if !self.holds_claim {
            return Err(Rejection::LinkInvalid);
        }
        let asked_by = account.contacts.pending_email.as_ref().map(|pending| pending.session);
        let changed = AccountEvent::EmailChanged {
            link: self.link,
            email,
            previous,
            undo: self.undo,
            undo_until: self.now + seconds(policy.contact.undo_seconds),
            held_until: self.now + seconds(policy.contact.change_hold_seconds),
        };
        let ends = end_all(account, asked_by, EndReason::EmailChanged, self.now);
        Ok([changed].into_iter().chain(ends).collect())
    }
}

/// The owner of the old address takes it back, over the link that was mailed there, once.
#[derive(Clone, Copy, Debug)]
pub struct UndoEmailChange {
    /// The link, its signature already checked.
    pub link: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl UndoEmailChange {
    /// Whoever made the change knew the password: the account is locked like after "this was not me", and opens by a new
    /// password over the old address. A recovery address that came after the change goes with it. An operator's lock
    /// stays.
    ///
    /// # Errors
    /// `LinkInvalid`, `NotRegistered`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        let previous = account.contacts.undoable(self.now).filter(|previous| previous.undo == self.link);
        previous.ok_or(Rejection::LinkInvalid)?;
        let mut events: Vec<_> = undone(account, self.now).collect();
        events.extend(end_all(account, None, EndReason::EmailChanged, self.now));
        events.extend(account.devices.keys().map(|device| AccountEvent::DeviceRemoved { device: *device }));
        if account.locked.is_none() {
            events.push(AccountEvent::Locked { reason: LockReason::Disowned, note: None });
        }
        Ok(events)
    }
}

/// The old address is the account's again, if the change can be undone. A recovery address that came after it goes.
pub(super) fn undone(account: &Account, now: Timestamp) -> impl Iterator<Item = AccountEvent> {
    let change = account.contacts.undoable(now).zip(account.email.as_ref());
    let restored = change.map(|(previous, email)| AccountEvent::EmailChangeUndone {
        link: previous.undo,
        email: previous.email.clone(),
        undone: email.clone(),
    });
    let recovery = account.contacts.recovery_email.as_ref().zip(change);
    let removed = recovery.filter(|(recovery, (previous, _))| recovery.proved_at >= previous.changed_at);
    let removed =
        removed.map(|(recovery, _)| AccountEvent::RecoveryEmailRemoved { email: recovery.email.clone() });
    restored.into_iter().chain(removed)
}

/// The change cannot be undone any more: the claim on the old address is to be given up.
#[derive(Clone, Copy, Debug)]
pub struct ReleasePreviousEmail {
    /// Now.
    pub now: Timestamp,
}

impl ReleasePreviousEmail {
    /// The old address, if its time is over.
    pub fn due(account: &Account, now: Timestamp) -> Option<&Email> {
        let previous = account.contacts.previous_email.as_ref();
        previous.filter(|previous| now >= previous.undo_until).map(|previous| &previous.email)
    }

    /// Nothing to do before its time.
    ///
    /// # Errors
    /// None.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        let released = |email: &Email| AccountEvent::PreviousEmailReleased { email: email.clone() };
        Ok(Self::due(account, self.now).map(released).into_iter().collect())
    }
}
