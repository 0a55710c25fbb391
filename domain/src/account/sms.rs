//! Codes by text message: asked for, guessed at from within a session, and enrolled as second factor. The phone network
//! is a restricted authenticator (NIST SP 800-63B-4, 3.1.3.3): it is offered after all others.

use super::factor_recovery::RecoveryProof;
use super::phone::{CodeUse, SentCode};
use super::session::{end_all, refreshed};
use super::{Account, AccountEvent, EndReason, Level, Rejection, Stage, TokenDigest};
use crate::policy::{Policy, seconds};
use crate::{AttemptId, PhoneNumber, SessionId, SmsCodeId, Timestamp};

/// Asks for a code. To be sent only after the message was reserved in its budgets ([`crate::sms_budget`]).
#[derive(Clone, Debug)]
pub struct RequestSmsCode {
    /// The new code.
    pub code: SmsCodeId,
    /// What it will be good for.
    pub good_for: CodeUse,
    /// The number to be proved; for all other uses the account's own.
    pub number: Option<PhoneNumber>,
    /// Now.
    pub now: Timestamp,
}

impl RequestSmsCode {
    /// Where the code goes, if it may be asked for.
    ///
    /// # Errors
    /// `SessionOver`, `ReauthenticationRequired`, `AttemptOver`, `PhoneUnchanged`, `PhoneMissing`, `SmsEnrolled`,
    /// `SmsUnavailable`, `RecoveryUnavailable`.
    pub fn destination(&self, account: &Account, policy: &Policy) -> Result<PhoneNumber, Rejection> {
        let own = account.phone_number();
        match self.good_for {
            CodeUse::Number { session } => {
                account.fresh_session(session, policy, self.now)?;
                let wanted = self.number.as_ref().ok_or(Rejection::PhoneMissing)?;
                if own == Some(wanted) { Err(Rejection::PhoneUnchanged) } else { Ok(wanted.clone()) }
            }
            CodeUse::Enrolment { session } => {
                account.fresh_session(session, policy, self.now)?;
                if account.phone.sms_enrolled_at.is_some() {
                    return Err(Rejection::SmsEnrolled);
                }
                own.cloned().ok_or(Rejection::PhoneMissing)
            }
            CodeUse::Reauthentication { session } => {
                account.live_session(session, self.now)?;
                own.filter(|_| account.sms_usable(self.now)).cloned().ok_or(Rejection::SmsUnavailable)
            }
            CodeUse::FactorRecovery { attempt } => {
                account.waits_for_proof(attempt, RecoveryProof::Sms, policy, self.now)?;
                if account.attempt(attempt, self.now)?.wrong_codes >= policy.guesses.codes_per_attempt {
                    return Err(Rejection::AttemptOver);
                }
                own.cloned().ok_or(Rejection::PhoneMissing)
            }
            CodeUse::SignIn { attempt } => {
                let pending = account.attempt(attempt, self.now)?;
                let waits = pending.stage == Stage::SecondFactor && pending.session.is_none();
                if !waits || pending.wrong_codes >= policy.guesses.codes_per_attempt {
                    return Err(Rejection::AttemptOver);
                }
                own.filter(|_| account.sms_usable(self.now)).cloned().ok_or(Rejection::SmsUnavailable)
            }
        }
    }

    /// Whether it is asked for on a device that the account knows: strangers must not use up its owner's messages.
    pub fn from_known_device(&self, account: &Account) -> bool {
        match self.good_for {
            CodeUse::SignIn { attempt } | CodeUse::FactorRecovery { attempt } => {
                account.attempts.get(&attempt).is_some_and(|a| a.device.is_some())
            }
            _ => true,
        }
    }

    /// The code before it, for the same use, does not work any more.
    ///
    /// # Errors
    /// As [`Self::destination`].
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        let number = self.destination(account, policy)?;
        let expires_at = self.now + seconds(policy.sms.code_seconds);
        let expires_at = match self.good_for {
            CodeUse::SignIn { attempt } | CodeUse::FactorRecovery { attempt } => {
                account.attempt(attempt, self.now)?.expires_at.min(expires_at)
            }
            _ => expires_at,
        };
        Ok(vec![AccountEvent::SmsCodeRequested {
            code: self.code,
            number,
            good_for: self.good_for,
            expires_at,
        }])
    }
}

/// Reserves a guess at a code from within a session. The code is checked after this is in the log, never before.
#[derive(Clone, Copy, Debug)]
pub struct StartCodeGuess {
    /// The session.
    pub session: SessionId,
    /// What the code is for.
    pub good_for: CodeUse,
    /// This guess.
    pub guess: AttemptId,
    /// Now.
    pub now: Timestamp,
}

impl StartCodeGuess {
    /// One budget for all codes of the account, however many are sent.
    ///
    /// # Errors
    /// `SessionOver`, `CodeOver` (none asked for, expired, or too many wrong guesses), `Throttled`, `Busy`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.live_session(self.session, self.now)?;
        let sent = account.phone.code(self.good_for, self.now).ok_or(Rejection::CodeOver)?;
        if sent.wrong >= policy.guesses.codes_per_attempt {
            return Err(Rejection::CodeOver);
        }
        account.phone.guesses.admit(&policy.guesses, self.now).check()?;
        Ok(vec![AccountEvent::SmsCodeGuessed { code: sent.id, guess: self.guess }])
    }
}

/// A guess from within a session was wrong.
#[derive(Clone, Copy, Debug)]
pub struct RejectCodeGuess {
    /// The code.
    pub code: SmsCodeId,
    /// The guess.
    pub guess: AttemptId,
}

impl RejectCodeGuess {
    /// # Errors
    /// `CodeOver` when the guess has an outcome already.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        if account.phone.guesses.awaits(self.guess) {
            Ok(vec![AccountEvent::SmsCodeRejected { code: self.code, guess: self.guess }])
        } else {
            Err(Rejection::CodeOver)
        }
    }
}

/// A right code makes the account's number a second factor. The session now has two factors behind it and gets a
/// new token; the others end.
#[derive(Clone, Copy, Debug)]
pub struct EnrolSms {
    /// The session that asked for the code.
    pub session: SessionId,
    /// The code that was guessed.
    pub code: SmsCodeId,
    /// The reserved guess.
    pub guess: AttemptId,
    /// SHA-256 of the session's new token.
    pub token_digest: TokenDigest,
    /// Now.
    pub now: Timestamp,
}

impl EnrolSms {
    /// # Errors
    /// `SmsEnrolled`, `CodeOver`, `SessionOver`, `ChangesHeld`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        let Self { session, code, guess, now, .. } = *self;
        account.live_session(session, now)?;
        account.changes_allowed(now)?;
        if account.phone.sms_enrolled_at.is_some() {
            return Err(Rejection::SmsEnrolled);
        }
        account.guessed_code(CodeUse::Enrolment { session }, code, guess, now)?;
        let mut events = vec![
            AccountEvent::SmsEnrolled { code, guess },
            refreshed(account, session, self.token_digest, Level::Aal2, policy, now)?,
        ];
        events.extend(end_all(account, Some(session), EndReason::SecondFactorChanged, now));
        Ok(events)
    }
}

/// Codes by text message are no second factor any more; the number stays. Other sessions end.
#[derive(Clone, Copy, Debug)]
pub struct RemoveSms {
    /// The session.
    pub session: SessionId,
    /// Now.
    pub now: Timestamp,
}

impl RemoveSms {
    /// # Errors
    /// `SmsUnavailable`, `SessionOver`, `ReauthenticationRequired`, `PasswordTooShortAlone`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.fresh_session(self.session, policy, self.now)?;
        account.phone.sms_enrolled_at.ok_or(Rejection::SmsUnavailable)?;
        account.keeps_short_password_company(1)?;
        let ends = end_all(account, Some(self.session), EndReason::SecondFactorChanged, self.now);
        Ok([AccountEvent::SmsRemoved].into_iter().chain(ends).collect())
    }
}

impl Account {
    /// The code that an attempt's second factor is to be compared with, if one was asked for.
    pub fn sms_code_of(&self, attempt: AttemptId, now: Timestamp) -> Option<&SentCode> {
        let good_for = match self.attempts.get(&attempt)?.session {
            None => CodeUse::SignIn { attempt },
            Some(session) => CodeUse::Reauthentication { session },
        };
        self.phone.code(good_for, now).filter(|_| self.sms_usable(now))
    }

    /// The code that is to prove in this sign-in that the second factor is lost, if one was asked for.
    pub fn loss_code(&self, attempt: AttemptId, now: Timestamp) -> Option<&SentCode> {
        self.phone.code(CodeUse::FactorRecovery { attempt }, now)
    }

    /// The code that a reserved guess was made at, if it still is the newest for its use.
    pub(super) fn guessed_code(
        &self,
        good_for: CodeUse,
        code: SmsCodeId,
        guess: AttemptId,
        now: Timestamp,
    ) -> Result<&SentCode, Rejection> {
        let sent = self.phone.code(good_for, now).filter(|sent| sent.id == code);
        sent.filter(|_| self.phone.guesses.awaits(guess)).ok_or(Rejection::CodeOver)
    }
}

#[cfg(test)]
#[path = "sms_tests.rs"]
mod tests;
