//! The second factor of a sign-in or re-authentication.

use super::confirmation::conclude;
use super::passkey::{Assertion, Worth};
use super::session::refreshed;
use super::{Account, AccountEvent, Level, NewSession, Rejection, SecondFactor, Stage};
use crate::policy::Policy;
use crate::{AttemptId, SmsCodeId, Timestamp};

/// Reserves a guess at a second factor. The code is checked after this is in the log, never before.
#[derive(Clone, Debug)]
pub struct StartSecondFactor {
    /// The attempt, its password already right.
    pub attempt: AttemptId,
    /// This guess; of a passkey, the challenge, so that none is used twice.
    pub guess: AttemptId,
    /// What is guessed at.
    pub factor: SecondFactor,
    /// Now.
    pub now: Timestamp,
}

impl StartSecondFactor {
    /// # Errors
    /// `AttemptOver` (also after too many wrong codes), `Throttled`, `Busy`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        let pending = account.attempt(self.attempt, self.now)?;
        if pending.stage != Stage::SecondFactor || pending.wrong_codes >= policy.guesses.codes_per_attempt {
            return Err(Rejection::AttemptOver);
        }
        if account.spent_challenges.contains_key(&self.guess) {
            return Err(Rejection::AttemptOver);
        }
        if pending.guess.is_some() {
            return Err(Rejection::Busy);
        }
        account.guesses_at(self.factor, pending.device).admit(&policy.guesses, self.now).check()?;
        Ok(vec![AccountEvent::SecondFactorStarted {
            attempt: self.attempt,
            guess: self.guess,
            factor: self.factor,
            device: pending.device,
        }])
    }
}

/// What the check of a code found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The code was wrong.
    Wrong(SecondFactor),
    /// The time-based code of this step.
    Totp {
        /// Seconds since 1970 divided by 30 (RFC 6238, 4.2).
        step: u64,
    },
    /// This recovery code of the set.
    RecoveryCode {
        /// From 0.
        index: u8,
    },
    /// The code that was sent by text message.
    Sms {
        /// Which one.
        code: SmsCodeId,
    },
    /// A passkey's signature.
    Passkey(Assertion),
}

/// What became of the check of a second factor.
#[derive(Clone, Debug)]
pub struct ResolveSecondFactor {
    /// The attempt.
    pub attempt: AttemptId,
    /// The guess.
    pub guess: AttemptId,
    /// What the check found.
    pub proof: Proof,
    /// The session to open; of a re-authentication, its new token.
    pub session: NewSession,
    /// Now.
    pub now: Timestamp,
}

impl ResolveSecondFactor {
    /// A code of a step that was used, or a spent recovery code, is a wrong one, also when two requests
    /// bring it at once: the second decides on the state that the first has left.
    ///
    /// # Errors
    /// `AttemptOver`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        let (attempt, guess) = (self.attempt, self.guess);
        let pending = account.attempt(attempt, self.now)?;
        if pending.stage != Stage::SecondFactor || pending.guess != Some(guess) {
            return Err(Rejection::AttemptOver);
        }
        let accepted = match self.proof {
            Proof::Wrong(factor) => Err(factor),
            Proof::Totp { step } => match account.totp {
                Some(totp) if step > totp.last_step => {
                    Ok(AccountEvent::TotpAccepted { attempt, guess, step })
                }
                _ => Err(SecondFactor::Totp),
            },
            Proof::RecoveryCode { index } => match &account.recovery_codes {
                Some(codes) if index < codes.count && !codes.used.contains(&index) => {
                    Ok(AccountEvent::RecoveryCodeAccepted { attempt, guess, index })
                }
                _ => Err(SecondFactor::RecoveryCode),
            },
            Proof::Sms { code } => match account.sms_code_of(attempt, self.now) {
                Some(sent) if sent.id == code => Ok(AccountEvent::SmsAccepted { attempt, guess, code }),
                _ => Err(SecondFactor::Sms),
            },
            Proof::Passkey(assertion) => match assertion.worth(account) {
                Worth::Accepted => Ok(assertion.accepted(attempt, guess)),
                Worth::Unknown => Err(SecondFactor::Passkey),
                Worth::Copied(suspected) => {
                    let factor = SecondFactor::Passkey;
                    return Ok(vec![
                        *suspected,
                        AccountEvent::SecondFactorRejected { attempt, guess, factor },
                    ]);
                }
            },
        };
        let accepted = match accepted {
            Ok(event) => event,
            Err(factor) => return Ok(vec![AccountEvent::SecondFactorRejected { attempt, guess, factor }]),
        };
        let mut events = vec![accepted];
        match pending.session {
            None => {
                let strong = matches!(self.proof, Proof::Totp { .. } | Proof::Passkey(_));
                let new = &self.session;
                events.extend(conclude(account, attempt, new, Level::Aal2, strong, policy, self.now));
            }
            Some(session) => {
                account.live_session(session, self.now)?;
                events.push(AccountEvent::ReauthenticationSucceeded { attempt, session });
                events.push(refreshed(
                    account,
                    session,
                    self.session.token_digest,
                    Level::Aal2,
                    policy,
                    self.now,
                )?);
            }
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn row_24_a_code_is_accepted_once() {
        given(with_totp(0))
            .password(1, 100)
            .code(1, 900, 101)
            .password(2, 102)
            .when_at(103, |a| start_code(2, 103).decide(a, &policy()))
            .then_accepted()
            .when(|a| code(2, guess_of(2), Some(900), 103).decide(a, &policy()))
            .then_types(&["second_factor.rejected"]);
    }

    #[test]
    fn row_24_the_code_of_the_enrolment_is_spent() {
        given(with_totp(0))
            .password(1, 100)
            .when_at(101, |a| start_code(1, 101).decide(a, &policy()))
            .then_accepted()
            .when(|a| code(1, guess_of(1), Some(ENROLMENT_STEP), 101).decide(a, &policy()))
            .then_types(&["second_factor.rejected"]);
    }

    #[test]
    fn row_02_one_budget_across_attempts() {
        let mut account = given(with_totp(0));
        for n in 0..5 {
            account = account.password(n, 100).wrong_code(n, 100);
        }
        account
            .password(9, 100)
            .when(|a| start_code(9, 100).decide(a, &policy()))
            .then_rejected(Rejection::Throttled { retry_after: TimeDelta::seconds(1) });
    }

    #[test]
    fn row_30_no_second_factor_before_the_password() {
        given(with_totp(0))
            .when_at(10, |a| start(1, None, 10).decide(a, &policy()))
            .then_accepted()
            .when(|a| start_code(1, 11).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver)
            .when(|a| code(1, guess_of(1), Some(900), 11).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }

    #[test]
    fn a_recovery_code_is_accepted_once() {
        let spend = |attempt, now| ResolveSecondFactor {
            proof: Proof::RecoveryCode { index: 3 },
            ..code(attempt, guess_of(attempt), None, now)
        };
        given(with_totp(0))
            .password(1, 100)
            .when_at(100, |a| start_code(1, 100).decide(a, &policy()))
            .then_accepted()
            .when_at(100, |a| spend(1, 100).decide(a, &policy()))
            .then_types(&[
                "second_factor.recovery_code_accepted",
                "sign_in.succeeded",
                "device.first_seen",
                "session.opened",
            ])
            .password(2, 101)
            .when_at(101, |a| start_code(2, 101).decide(a, &policy()))
            .then_accepted()
            .when(|a| spend(2, 101).decide(a, &policy()))
            .then_types(&["second_factor.rejected"]);
    }
}
