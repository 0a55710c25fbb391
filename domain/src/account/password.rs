//! The password: changed by who knows it, reset over the mailed link.

use super::session::end_all;
use super::state::check_link;
use super::{
    Account, AccountEvent, EndReason, LockReason, NewPassword, PasswordChange, Rejection, UnlockReason,
};
use crate::policy::{Policy, seconds};
use crate::{ClientContext, CredentialId, LinkId, SessionId, Timestamp};

/// Replaces the password from within a session that has just proved it. Other sessions end.
#[derive(Clone, Debug)]
pub struct ChangePassword {
    /// The session.
    pub session: SessionId,
    /// The new password.
    pub new: NewPassword,
    /// Now.
    pub now: Timestamp,
}

impl ChangePassword {
    /// # Errors
    /// `SessionOver`, `ReauthenticationRequired`, `PasswordTooShort`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.fresh_session(self.session, policy, self.now)?;
        let (short, kept) = self.new.admit(account, &policy.password)?;
        let (credential, change) = (self.new.credential, PasswordChange::Changed);
        let changed = AccountEvent::PasswordChanged { credential, change, short, kept };
        let ends = end_all(account, Some(self.session), EndReason::PasswordChanged, self.now);
        Ok([changed].into_iter().chain(ends).collect())
    }
}

/// Moves the same password to a stronger hash.
#[derive(Clone, Debug)]
pub struct RehashPassword {
    /// The hash that was verified.
    pub old: CredentialId,
    /// The new hash's place in the vault.
    pub credential: CredentialId,
}

impl RehashPassword {
    /// Nothing to do if the password was replaced meanwhile.
    ///
    /// # Errors
    /// `NotRegistered`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        if account.password != Some(self.old) {
            return Ok(vec![]);
        }
        Ok(vec![AccountEvent::PasswordRehashed { credential: self.credential }])
    }
}

/// Asks for a reset link.
#[derive(Clone, Debug)]
pub struct RequestPasswordReset {
    /// The link to be mailed.
    pub link: LinkId,
    /// Where the request came from.
    pub context: ClientContext,
    /// Now.
    pub now: Timestamp,
}

impl RequestPasswordReset {
    /// # Errors
    /// `NotRegistered`, `MailedRecently`: the caller is told neither.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        account.mails.admit(policy, self.now)?;
        Ok(vec![AccountEvent::PasswordResetRequested {
            link: self.link,
            expires_at: self.now + seconds(policy.reset_link_seconds),
            context: self.context.clone(),
        }])
    }
}

/// Replaces the password by a mailed link, once. Ends every session and every other link. Lifts the lock
/// that "this was not me" or alerts put on, never an operator's, and never the second factor.
#[derive(Clone, Debug)]
pub struct ResetPassword {
    /// The link, its signature already checked.
    pub link: LinkId,
    /// The new password.
    pub new: NewPassword,
    /// Whether the address is still claimed by this account.
    pub holds_claim: bool,
    /// Now.
    pub now: Timestamp,
}

impl ResetPassword {
    /// Whether the link works at all, before a new password is hashed.
    ///
    /// # Errors
    /// `LinkInvalid`, `NotRegistered`.
    pub fn check(account: &Account, link: LinkId, now: Timestamp) -> Result<(), Rejection> {
        account.registered()?;
        check_link(&account.reset_links, link, now)
    }

    /// # Errors
    /// `LinkInvalid`, `NotRegistered`, `PasswordTooShort`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        Self::check(account, self.link, self.now)?;
        if !self.holds_claim {
            return Err(Rejection::LinkInvalid);
        }
        let (short, kept) = self.new.admit(account, &policy.password)?;
        let mut events: Vec<_> = end_all(account, None, EndReason::PasswordChanged, self.now).collect();
        events.push(AccountEvent::PasswordChanged {
            credential: self.new.credential,
            change: PasswordChange::Reset,
            short,
            kept,
        });
        if !account.email_verified {
            // Who follows the mailed link reads mail at the address.
            events.push(AccountEvent::EmailVerified { link: self.link });
        }
        if matches!(account.locked, Some(LockReason::Disowned | LockReason::Detected)) {
            events.push(AccountEvent::Unlocked { reason: UnlockReason::PasswordReset });
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;
    use chrono::TimeDelta;

    fn request(link: u128, now: i64) -> RequestPasswordReset {
        RequestPasswordReset { link: LinkId(id(link)), context: ClientContext::default(), now: at(now) }
    }

    fn reset(link: u128, now: i64) -> ResetPassword {
        ResetPassword { link: LinkId(id(link)), new: new_password(77), holds_claim: true, now: at(now) }
    }

    #[test]
    fn a_change_ends_the_other_sessions() {
        let change = |now| ChangePassword {
            session: SessionId(id(session_of(0))),
            new: new_password(77),
            now: at(now),
        };
        given(signed_in(0))
            .sign_in(5, None, 10)
            .when_at(20, |a| change(20).decide(a, &policy()))
            .then_types(&["password.changed", "session.ended"])
            .check(|a| assert_eq!(a.sessions.len(), 1))
            .when(|a| change(700).decide(a, &policy()))
            .then_rejected(Rejection::ReauthenticationRequired);
    }

    #[test]
    fn row_33_a_reset_ends_sessions_attempts_and_links() {
        given(with_totp(0))
            .password(5, 5_000)
            .when_at(5_000, |a| request(90, 5_000).decide(a, &policy()))
            .then_accepted()
            .when_at(5_100, |a| request(91, 5_100).decide(a, &policy()))
            .then_accepted()
            .sign_in_with_code(6, 950, 5_110)
            .when_at(5_120, |a| reset(90, 5_120).decide(a, &policy()))
            .then_types(&["session.ended", "password.changed"])
            .when(|a| reset(91, 5_121).decide(a, &policy()))
            .then_rejected(Rejection::LinkInvalid)
            .when(|a| start_code(5, 5_122).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver)
            .check(|a| {
                assert!(a.sessions.is_empty());
                assert!(a.requires_second_factor(), "row 23: a reset does not lift the second factor");
            });
    }

    #[test]
    fn row_08_a_link_works_once_and_not_for_long() {
        given(signed_in(0))
            .when_at(100, |a| request(90, 100).decide(a, &policy()))
            .then_accepted()
            .when(|a| reset(90, 3_700).decide(a, &policy()))
            .then_rejected(Rejection::LinkInvalid)
            .when_at(3_699, |a| reset(90, 3_699).decide(a, &policy()))
            .then_accepted()
            .when(|a| reset(90, 3_699).decide(a, &policy()))
            .then_rejected(Rejection::LinkInvalid);
    }

    #[test]
    fn a_reset_lifts_the_owners_lock_and_not_the_operators() {
        for (reason, types) in [
            (LockReason::Disowned, &["password.changed", "account.unlocked"][..]),
            (LockReason::Detected, &["password.changed", "account.unlocked"][..]),
            (LockReason::Operator, &["password.changed"][..]),
        ] {
            given(verified(0))
                .and(vec![AccountEvent::Locked { reason, note: None }], 50)
                .when_at(100, |a| request(90, 100).decide(a, &policy()))
                .then_accepted()
                .when_at(101, |a| reset(90, 101).decide(a, &policy()))
                .then_types(types);
        }
    }

    #[test]
    fn the_throttle_ends_with_the_password() {
        given(verified(0))
            .failures(9, None, 99)
            .when(|a| start(50, None, 99).decide(a, &policy()))
            .then_rejected(Rejection::Throttled { retry_after: TimeDelta::seconds(16) })
            .when_at(99, |a| request(90, 99).decide(a, &policy()))
            .then_accepted()
            .when_at(99, |a| reset(90, 99).decide(a, &policy()))
            .then_accepted()
            .when(|a| start(50, None, 99).decide(a, &policy()))
            .then_accepted();
    }
}
