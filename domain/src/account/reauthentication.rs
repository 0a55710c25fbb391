//! Proving oneself anew within a session, before a sensitive change (OWASP ASVS 7.5.1).

use super::session::refreshed;
use super::{Account, AccountEvent, Level, Rejection, Stage, TokenDigest};
use crate::policy::{Policy, seconds};
use crate::{AttemptId, SessionId, Timestamp};

/// Reserves a guess at the password from within a session.
#[derive(Clone, Debug)]
pub struct StartReauthentication {
    /// The new attempt.
    pub attempt: AttemptId,
    /// The session.
    pub session: SessionId,
    /// Now.
    pub now: Timestamp,
}

impl StartReauthentication {
    /// # Errors
    /// `SessionOver`, `Throttled`, `Busy`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        let session = account.live_session(self.session, self.now)?;
        let device = account.known_device(Some(session.device));
        account.password_guesses.of(device).admit(&policy.guesses, self.now).check()?;
        Ok(vec![AccountEvent::ReauthenticationStarted {
            attempt: self.attempt,
            session: self.session,
            expires_at: self.now + seconds(policy.attempt_seconds),
        }])
    }
}

/// What became of the password check.
#[derive(Clone, Debug)]
pub struct ResolveReauthentication {
    /// The attempt.
    pub attempt: AttemptId,
    /// Whether the password was right.
    pub correct: bool,
    /// SHA-256 of the session's new token, if this was all that is due.
    pub token_digest: TokenDigest,
    /// Now.
    pub now: Timestamp,
}

impl ResolveReauthentication {
    /// # Errors
    /// `AttemptOver`, `SessionOver`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        let attempt = self.attempt;
        let pending = account.attempt(attempt, self.now)?;
        let (Stage::Password, Some(session)) = (pending.stage, pending.session) else {
            return Err(Rejection::AttemptOver);
        };
        if !self.correct || account.password_void() {
            return Ok(vec![AccountEvent::ReauthenticationRejected { attempt, session }]);
        }
        if account.requires_second_factor() {
            return Ok(vec![AccountEvent::PasswordAccepted { attempt }]);
        }
        Ok(vec![
            AccountEvent::ReauthenticationSucceeded { attempt, session },
            refreshed(account, session, self.token_digest, Level::Aal1, policy, self.now)?,
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;
    use chrono::TimeDelta;

    fn begin(attempt: u128, now: i64) -> StartReauthentication {
        StartReauthentication {
            attempt: AttemptId(id(attempt)),
            session: SessionId(id(session_of(0))),
            now: at(now),
        }
    }

    fn end(attempt: u128, correct: bool, now: i64) -> ResolveReauthentication {
        ResolveReauthentication {
            attempt: AttemptId(id(attempt)),
            correct,
            token_digest: digest(7),
            now: at(now),
        }
    }

    #[test]
    fn it_renews_proof_and_token() {
        given(signed_in(0))
            .when_at(1_000, |a| begin(5, 1_000).decide(a, &policy()))
            .then_accepted()
            .when_at(1_001, |a| end(5, true, 1_001).decide(a, &policy()))
            .then_types(&["reauthentication.succeeded", "session.refreshed"])
            .check(|a| {
                let session = SessionId(id(session_of(0)));
                assert_eq!(a.sessions[&session].authenticated_at, at(1_001));
                assert!(a.session(session, &digest(7), at(1_001)).is_ok());
            });
    }

    #[test]
    fn row_32_wrong_passwords_are_refused_and_counted() {
        let mut account = given(signed_in(0));
        for n in 0..5 {
            account = account
                .when_at(100, |a| begin(50 + n, 100).decide(a, &policy()))
                .then_accepted()
                .when_at(100, |a| end(50 + n, false, 100).decide(a, &policy()))
                .then_types(&["reauthentication.rejected"]);
        }
        account
            .when(|a| begin(60, 100).decide(a, &policy()))
            .then_rejected(Rejection::Throttled { retry_after: TimeDelta::seconds(1) });
    }

    #[test]
    fn it_asks_for_every_factor_that_the_account_has() {
        given(with_totp(0))
            .when_at(1_000, |a| begin(5, 1_000).decide(a, &policy()))
            .then_accepted()
            .when_at(1_001, |a| end(5, true, 1_001).decide(a, &policy()))
            .then_types(&["sign_in.password_accepted"])
            .code(5, 900, 1_002)
            .check(|a| assert_eq!(a.sessions[&SessionId(id(session_of(0)))].authenticated_at, at(1_002)));
    }

    #[test]
    fn a_sign_in_attempt_cannot_be_resolved_as_a_reauthentication() {
        given(signed_in(0))
            .when_at(10, |a| start(5, None, 10).decide(a, &policy()))
            .then_accepted()
            .when(|a| end(5, true, 11).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }
}
