//! Locking and unlocking, by the owner's "this was not me" or by an operator.

use super::email_change::undone;
use super::session::end_all;
use super::{Account, AccountEvent, EndReason, LockReason, Rejection, UnlockReason};
use crate::{LinkId, Timestamp};

/// The owner repudiates what a mail told: the account is locked, everything ends, no device is known any
/// more, and only a password reset over the address opens it again: over the old one, if it was changed a short while
/// ago, since whoever is not the owner may have changed it.
#[derive(Clone, Debug)]
pub struct Disown {
    /// The link, its signature already checked.
    pub link: LinkId,
    /// Until when the link works, from its signed token.
    pub link_expires_at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

impl Disown {
    /// # Errors
    /// `LinkInvalid` when it is spent or expired, `NotRegistered`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        if self.now >= self.link_expires_at || account.spent_links.iter().any(|spent| spent.id == self.link) {
            return Err(Rejection::LinkInvalid);
        }
        let mut events =
            vec![AccountEvent::SignInDisowned { link: self.link, link_expires_at: self.link_expires_at }];
        events.extend(undone(account, self.now));
        events.extend(end_all(account, None, EndReason::AccountLocked, self.now));
        events.extend(account.devices.keys().map(|device| AccountEvent::DeviceRemoved { device: *device }));
        if account.locked.is_none() {
            events.push(AccountEvent::Locked { reason: LockReason::Disowned, note: None });
        }
        Ok(events)
    }
}

/// An operator locks the account: everything ends.
#[derive(Clone, Debug)]
pub struct Lock {
    /// In words, for the record.
    pub note: Option<String>,
    /// Now.
    pub now: Timestamp,
}

impl Lock {
    /// An operator's lock also replaces the owner's, which a password reset would lift.
    ///
    /// # Errors
    /// `Locked` when an operator has locked it already, `NotRegistered`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        if account.locked == Some(LockReason::Operator) {
            return Err(Rejection::Locked);
        }
        let locked = AccountEvent::Locked { reason: LockReason::Operator, note: self.note.clone() };
        Ok(end_all(account, None, EndReason::AccountLocked, self.now).chain([locked]).collect())
    }
}

/// An operator lifts a lock of any kind.
#[derive(Clone, Debug)]
pub struct Unlock;

impl Unlock {
    /// # Errors
    /// `NotLocked`, `NotRegistered`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        account.locked.ok_or(Rejection::NotLocked)?;
        Ok(vec![AccountEvent::Unlocked { reason: UnlockReason::Operator }])
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;

    fn disown(link: u128, now: i64) -> Disown {
        Disown { link: LinkId(id(link)), link_expires_at: at(1_000), now: at(now) }
    }

    #[test]
    fn row_20_a_lock_ends_everything_that_was_begun() {
        given(with_totp(0))
            .sign_in_with_code(4, 900, 50)
            .password(5, 100)
            .when_at(101, |a| disown(90, 101).decide(a))
            .then_accepted()
            .when(|a| start_code(5, 102).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver)
            .check(|a| assert!(a.sessions.is_empty() && a.devices.is_empty() && a.attempts.is_empty()));
    }

    #[test]
    fn row_35_a_link_disowns_once_and_not_after_its_time() {
        given(signed_in(0))
            .when_at(100, |a| disown(90, 100).decide(a))
            .then_accepted()
            .and(vec![AccountEvent::Unlocked { reason: UnlockReason::Operator }], 200)
            .when(|a| disown(90, 300).decide(a))
            .then_rejected(Rejection::LinkInvalid)
            .when(|a| disown(91, 1_000).decide(a))
            .then_rejected(Rejection::LinkInvalid);
    }

    #[test]
    fn an_operators_lock_is_stronger_than_the_owners() {
        given(signed_in(0))
            .when_at(100, |a| disown(90, 100).decide(a))
            .then_accepted()
            .when_at(101, |a| Lock { note: Some("reported".into()), now: at(101) }.decide(a))
            .then_types(&["account.locked"])
            .when(|a| Lock { note: None, now: at(102) }.decide(a))
            .then_rejected(Rejection::Locked)
            .when_at(103, |a| Unlock.decide(a))
            .then_types(&["account.unlocked"])
            .when(|a| Unlock.decide(a))
            .then_rejected(Rejection::NotLocked);
    }
}
