//! The authenticator app (TOTP, RFC 6238).

use super::session::{end_all, refreshed};
use super::{Account, AccountEvent, EndReason, Level, Rejection, TokenDigest};
use crate::policy::{Policy, seconds};
use crate::{CredentialId, SessionId, Timestamp};

/// Starts the enrolment of an app; a second start replaces the first.
#[derive(Clone, Debug)]
pub struct StartTotpEnrolment {
    /// The session.
    pub session: SessionId,
    /// The seed's place in the vault.
    pub credential: CredentialId,
    /// Now.
    pub now: Timestamp,
}

impl StartTotpEnrolment {
    /// # Errors
    /// `TotpEnrolled`, `SessionOver`, `ReauthenticationRequired`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.fresh_session(self.session, policy, self.now)?;
        if account.totp.is_some() {
            return Err(Rejection::TotpEnrolled);
        }
        let expires_at = self.now + seconds(policy.attempt_seconds);
        Ok(vec![AccountEvent::TotpEnrolmentStarted { credential: self.credential, expires_at }])
    }
}

/// Confirms the enrolment by the app's first code. The session now has two factors behind it and gets a
/// new token; the others end.
#[derive(Clone, Debug)]
pub struct ConfirmTotp {
    /// The session.
    pub session: SessionId,
    /// The seed that the code was checked with.
    pub credential: CredentialId,
    /// The time step of the code.
    pub step: u64,
    /// SHA-256 of the session's new token.
    pub token_digest: TokenDigest,
    /// Now.
    pub now: Timestamp,
}

impl ConfirmTotp {
    /// # Errors
    /// `TotpEnrolled`, `TotpNotEnrolled` (none started, expired, or replaced by a later start),
    /// `SessionOver`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.live_session(self.session, self.now)?;
        account.changes_allowed(self.now)?;
        if account.totp.is_some() {
            return Err(Rejection::TotpEnrolled);
        }
        let pending =
            account.totp_enrolment.filter(|e| e.credential == self.credential && self.now < e.expires_at);
        pending.ok_or(Rejection::TotpNotEnrolled)?;
        let mut events = vec![
            AccountEvent::TotpEnrolled { credential: self.credential, step: self.step },
            refreshed(account, self.session, self.token_digest, Level::Aal2, policy, self.now)?,
        ];
        events.extend(end_all(account, Some(self.session), EndReason::SecondFactorChanged, self.now));
        Ok(events)
    }
}

/// Removes the app; the recovery codes go with the last second factor. Other sessions end.
#[derive(Clone, Debug)]
pub struct RemoveTotp {
    /// The session.
    pub session: SessionId,
    /// Now.
    pub now: Timestamp,
}

impl RemoveTotp {
    /// # Errors
    /// `TotpNotEnrolled`, `SessionOver`, `ReauthenticationRequired`, `PasswordTooShortAlone`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.fresh_session(self.session, policy, self.now)?;
        let totp = account.totp.ok_or(Rejection::TotpNotEnrolled)?;
        account.keeps_short_password_company(1)?;
        let removed = AccountEvent::TotpRemoved { credential: totp.credential };
        let ends = end_all(account, Some(self.session), EndReason::SecondFactorChanged, self.now);
        Ok([removed].into_iter().chain(ends).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;

    const SESSION: fn() -> SessionId = || SessionId(id(session_of(0)));

    fn begin(credential: u128, now: i64) -> StartTotpEnrolment {
        StartTotpEnrolment { session: SESSION(), credential: CredentialId(id(credential)), now: at(now) }
    }

    fn confirm(credential: u128, now: i64) -> ConfirmTotp {
        ConfirmTotp {
            session: SESSION(),
            credential: CredentialId(id(credential)),
            step: 1,
            token_digest: digest(8),
            now: at(now),
        }
    }

    #[test]
    fn only_the_latest_enrolment_is_confirmed_and_only_in_time() {
        given(signed_in(0))
            .when_at(10, |a| begin(80, 10).decide(a, &policy()))
            .then_accepted()
            .when_at(11, |a| begin(81, 11).decide(a, &policy()))
            .then_accepted()
            .when(|a| confirm(80, 12).decide(a, &policy()))
            .then_rejected(Rejection::TotpNotEnrolled)
            .when(|a| confirm(81, 611).decide(a, &policy()))
            .then_rejected(Rejection::TotpNotEnrolled)
            .when_at(12, |a| confirm(81, 12).decide(a, &policy()))
            .then_types(&["totp.enrolled", "session.refreshed"])
            .check(|a| assert_eq!(a.sessions[&SESSION()].level, Level::Aal2))
            .when(|a| begin(82, 13).decide(a, &policy()))
            .then_rejected(Rejection::TotpEnrolled);
    }

    #[test]
    fn removal_needs_a_fresh_proof_and_voids_the_recovery_codes() {
        let remove = |now| RemoveTotp { session: SESSION(), now: at(now) };
        given(with_totp(0))
            .when(|a| remove(1_000).decide(a, &policy()))
            .then_rejected(Rejection::ReauthenticationRequired)
            .when_at(100, |a| remove(100).decide(a, &policy()))
            .then_types(&["totp.removed"])
            .check(|a| assert!(a.recovery_codes.is_none() && !a.requires_second_factor()));
    }

    #[test]
    fn row_16_a_pending_sign_in_does_not_survive_a_new_factor() {
        given(signed_in(0))
            .when_at(10, |a| start(5, None, 10).decide(a, &policy()))
            .then_accepted()
            .when_at(10, |a| begin(80, 10).decide(a, &policy()))
            .then_accepted()
            .when_at(12, |a| confirm(80, 12).decide(a, &policy()))
            .then_accepted()
            .when(|a| resolve(5, true, 13).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }
}
