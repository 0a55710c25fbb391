//! Sign-in by a passkey alone: no identifier, no password.

use super::passkey::{Assertion, Worth};
use super::session::open_session;
use super::sign_in::refusal;
use super::{Account, AccountEvent, Level, NewSession, Rejection, SecondFactor, Stage};
use crate::policy::Policy;
use crate::{AttemptId, ClientContext, DeviceId, Timestamp};

/// Spends a challenge and reserves a guess at a passkey. The signature is checked after this is in the log.
#[derive(Clone, Debug)]
pub struct StartPasskeySignIn {
    /// The new attempt.
    pub attempt: AttemptId,
    /// The challenge, which is this guess: no challenge is guessed at twice.
    pub challenge: AttemptId,
    /// The challenge ends then, and the attempt with it.
    pub expires_at: Timestamp,
    /// The device whose signed token came with the request.
    pub device: Option<DeviceId>,
    /// Whether the signature was found right already. A right one is no guess, so that no budget holds it up:
    /// the owner gets in while strangers' guesses are refused. A wrong one must not be sent as this command.
    pub proved: bool,
    /// Where the request came from.
    pub context: ClientContext,
    /// Now.
    pub now: Timestamp,
}

impl StartPasskeySignIn {
    /// A locked or unverified account takes guesses like any other, so that it looks like any other.
    ///
    /// # Errors
    /// `AttemptOver` when the challenge is spent or has expired; `Throttled`, `Busy`, `NotRegistered`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        if self.now >= self.expires_at || account.spent_challenges.contains_key(&self.challenge) {
            return Err(Rejection::AttemptOver);
        }
        let device = account.known_device(self.device);
        if !self.proved {
            account.guesses_at(SecondFactor::Passkey, device).admit(&policy.guesses, self.now).check()?;
        }
        Ok(vec![AccountEvent::PasskeySignInStarted {
            attempt: self.attempt,
            challenge: self.challenge,
            device,
            context: self.context.clone(),
            expires_at: self.expires_at,
        }])
    }
}

/// What became of the check of the signature.
#[derive(Clone, Debug)]
pub struct ResolvePasskeySignIn {
    /// The attempt.
    pub attempt: AttemptId,
    /// What was found right; `None` when anything was wrong.
    pub assertion: Option<Assertion>,
    /// The session to open.
    pub session: NewSession,
    /// Now.
    pub now: Timestamp,
}

impl ResolvePasskeySignIn {
    /// A lock that slipped in since the start has ended the attempt.
    ///
    /// # Errors
    /// `AttemptOver`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        let attempt = self.attempt;
        let pending = account.attempt(attempt, self.now)?;
        let (Stage::Passkey, Some(challenge)) = (pending.stage, pending.guess) else {
            return Err(Rejection::AttemptOver);
        };
        let rejected = AccountEvent::PasskeyRejected { attempt };
        let Some(assertion) = self.assertion else { return Ok(vec![rejected]) };
        match assertion.worth(account) {
            Worth::Unknown => return Ok(vec![rejected]),
            Worth::Copied(suspected) => return Ok(vec![*suspected, rejected]),
            Worth::Accepted => {}
        }
        if let Some(reason) = refusal(account) {
            return Ok(vec![AccountEvent::SignInRefused { attempt, reason }]);
        }
        let mut events = vec![assertion.accepted(attempt, challenge)];
        events.extend(open_session(account, attempt, &self.session, Level::Aal2, policy, self.now));
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;
    use crate::CredentialId;
    use crate::account::{Backup, LockReason, RemovePasskey};
    use chrono::TimeDelta;

    const CHALLENGE: u128 = 0xC0;

    fn begin(n: u128, challenge: u128, now: i64) -> StartPasskeySignIn {
        StartPasskeySignIn {
            attempt: AttemptId(id(n)),
            challenge: AttemptId(id(challenge)),
            expires_at: at(600),
            device: None,
            proved: false,
            context: ClientContext::default(),
            now: at(now),
        }
    }

    fn end(n: u128, counter: Option<u32>, now: i64) -> ResolvePasskeySignIn {
        let passkey = CredentialId(id(80));
        ResolvePasskeySignIn {
            attempt: AttemptId(id(n)),
            assertion: counter.map(|counter| Assertion { passkey, counter, backup: Backup::Present }),
            session: signed(n, 0, now).session,
            now: at(now),
        }
    }

    #[test]
    fn a_passkey_alone_opens_a_session_of_two_factors() {
        given(with_passkey(0))
            .when_at(100, |a| begin(1, CHALLENGE, 100).decide(a, &policy()))
            .then_types(&["sign_in.passkey_started"])
            .when_at(101, |a| end(1, Some(2), 101).decide(a, &policy()))
            .then_types(&["passkey.accepted", "sign_in.succeeded", "device.first_seen", "session.opened"])
            .check(|a| {
                assert_eq!(a.sessions.values().map(|s| s.level).min(), Some(Level::Aal2));
                assert_eq!(a.guesses_at(SecondFactor::Passkey, None), crate::guess::GuessCounter::default());
            });
    }

    #[test]
    fn row_08_a_challenge_is_spent_by_the_first_who_brings_it() {
        given(with_passkey(0))
            .when_at(100, |a| begin(1, CHALLENGE, 100).decide(a, &policy()))
            .then_accepted()
            .when(|a| begin(2, CHALLENGE, 100).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver)
            .when_at(101, |a| end(1, Some(2), 101).decide(a, &policy()))
            .then_accepted()
            .when(|a| begin(2, CHALLENGE, 102).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver)
            .when(|a| begin(2, CHALLENGE + 1, 600).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }

    #[test]
    fn wrong_ones_have_a_budget_that_a_right_one_passes() {
        let mut account = given(with_passkey(0));
        for n in 0..5 {
            account = account
                .when_at(100, |a| begin(n, CHALLENGE + n, 100).decide(a, &policy()))
                .then_accepted()
                .when_at(100, |a| end(n, None, 100).decide(a, &policy()))
                .then_types(&["sign_in.passkey_rejected"]);
        }
        let proved = StartPasskeySignIn { proved: true, ..begin(9, CHALLENGE + 9, 100) };
        account
            .when(|a| begin(9, CHALLENGE + 9, 100).decide(a, &policy()))
            .then_rejected(Rejection::Throttled { retry_after: TimeDelta::seconds(1) })
            .when_at(100, |a| proved.decide(a, &policy()))
            .then_accepted()
            .when_at(100, |a| end(9, Some(2), 100).decide(a, &policy()))
            .then_accepted()
            .when(|a| begin(10, CHALLENGE + 10, 100).decide(a, &policy()))
            .then_accepted();
    }

    #[test]
    fn it_does_not_clear_the_guesses_at_the_password() {
        given(with_passkey(0))
            .failures(5, None, 100)
            .when_at(100, |a| begin(1, CHALLENGE, 100).decide(a, &policy()))
            .then_accepted()
            .when_at(100, |a| end(1, Some(2), 100).decide(a, &policy()))
            .then_accepted()
            .when(|a| start(2, None, 100).decide(a, &policy()))
            .then_rejected(Rejection::Throttled { retry_after: TimeDelta::seconds(1) });
    }

    #[test]
    fn row_14_a_locked_account_takes_guesses_and_refuses_quietly() {
        let lock = || vec![AccountEvent::Locked { reason: LockReason::Operator, note: None }];
        given(with_passkey(0))
            .and(lock(), 50)
            .when_at(100, |a| begin(1, CHALLENGE, 100).decide(a, &policy()))
            .then_accepted()
            .when_at(101, |a| end(1, Some(2), 101).decide(a, &policy()))
            .then_types(&["sign_in.refused"]);
        given(with_passkey(0))
            .when_at(100, |a| begin(1, CHALLENGE, 100).decide(a, &policy()))
            .then_accepted()
            .and(lock(), 101)
            .when(|a| end(1, Some(2), 102).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }

    #[test]
    fn row_30_its_attempt_takes_nothing_else() {
        given(with_passkey(0))
            .when_at(100, |a| begin(1, CHALLENGE, 100).decide(a, &policy()))
            .then_accepted()
            .when(|a| start_passkey(1, 101).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver)
            .when(|a| resolve(1, true, 101).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver)
            .when(|a| code(1, CHALLENGE, Some(900), 101).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }

    #[test]
    fn a_removed_passkey_and_a_backward_counter_are_refused() {
        let session = crate::SessionId(id(session_of(0)));
        let remove = RemovePasskey { passkey: CredentialId(id(80)), session, now: at(20) };
        given(with_passkey(0))
            .when_at(20, |a| remove.decide(a, &policy()))
            .then_accepted()
            .when_at(100, |a| begin(1, CHALLENGE, 100).decide(a, &policy()))
            .then_accepted()
            .when(|a| end(1, Some(2), 101).decide(a, &policy()))
            .then_types(&["sign_in.passkey_rejected"]);
        given(with_passkey(0))
            .when_at(100, |a| begin(1, CHALLENGE, 100).decide(a, &policy()))
            .then_accepted()
            .when(|a| end(1, Some(1), 101).decide(a, &policy()))
            .then_types(&["passkey.copy_suspected", "sign_in.passkey_rejected"]);
    }
}
