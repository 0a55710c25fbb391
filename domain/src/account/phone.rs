//! The phone number: proved by a code, then good to sign in with and to send codes to.

use super::session::end_all;
use super::{Account, AccountEvent, EndReason, Rejection};
use crate::guess::GuessCounter;
use crate::policy::{Policy, seconds};
use crate::{AttemptId, PhoneNumber, SessionId, SmsCodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// What an account has of phones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// The proved number.
    pub number: Option<ProvedNumber>,
    /// Since when codes sent to it are a second factor, if they are.
    pub sms_enrolled_at: Option<Timestamp>,
    /// Whether there was a number before: removing one and adding another is a change too.
    pub(super) had_number: bool,
    pub(super) codes: Vec<SentCode>,
    /// Guesses from within sessions; those of sign-ins are counted with the other factors'.
    pub(super) guesses: GuessCounter,
}

/// A number that its owner has proved to read messages at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvedNumber {
    /// The number.
    pub number: PhoneNumber,
    /// When it was proved.
    pub proved_at: Timestamp,
    /// From when on codes sent to it may stand in for another second factor.
    pub sms_usable_at: Timestamp,
}

/// What a code sent by text message is good for, and for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum CodeUse {
    /// The second factor of this sign-in.
    SignIn {
        /// Its password already right.
        attempt: AttemptId,
    },
    /// The second factor of proving oneself anew in this session.
    Reauthentication {
        /// The session.
        session: SessionId,
    },
    /// One of two proofs that the second factor is lost.
    FactorRecovery {
        /// A sign-in, its password already right.
        attempt: AttemptId,
    },
    /// Proves a number that the account wants to have.
    Number {
        /// The session.
        session: SessionId,
    },
    /// Makes codes sent to the account's number its second factor.
    Enrolment {
        /// The session.
        session: SessionId,
    },
}

/// A code that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCode {
    /// The code derives from it.
    pub id: SmsCodeId,
    /// Where it went.
    pub number: PhoneNumber,
    /// What it is good for.
    pub good_for: CodeUse,
    /// The first moment at which it does not work.
    pub expires_at: Timestamp,
    /// Wrong guesses from within the session.
    pub wrong: u32,
}

impl Phone {
    /// The newest code for this use; the ones before it do not work any more.
    pub fn code(&self, good_for: CodeUse, now: Timestamp) -> Option<&SentCode> {
        self.codes.iter().find(|code| code.good_for == good_for && now < code.expires_at)
    }

    /// Folds what concerns the phone alone; everything else leaves it as it is.
    pub(super) fn evolve(&mut self, event: &AccountEvent, at: Timestamp) {
        use AccountEvent as E;
        match event {
            E::SmsCodeRequested { code, number, good_for, expires_at } => {
                self.codes.retain(|other| at < other.expires_at && other.good_for != *good_for);
                self.codes.push(SentCode {
                    id: *code,
                    number: number.clone(),
                    good_for: *good_for,
                    expires_at: *expires_at,
                    wrong: 0,
                });
            }
            E::SmsCodeGuessed { code: _, guess } => self.guesses.start(*guess, at),
            E::SmsCodeRejected { code, guess } => {
                self.guesses.fail(*guess, at);
                self.codes.iter_mut().filter(|sent| sent.id == *code).for_each(|sent| sent.wrong += 1);
            }
            E::PhoneVerified { code: _, guess, number, sms_usable_at } => {
                self.number = Some(ProvedNumber {
                    number: number.clone(),
                    proved_at: at,
                    sms_usable_at: *sms_usable_at,
                });
                self.had_number = true;
                self.proved(*guess);
            }
            E::PhoneRefused { code, guess, number: _ } => {
                self.spend(*code);
                self.guesses.settle(*guess);
            }
            E::PhoneRemoved { number: _ } => {
                self.number = None;
                self.codes.clear();
            }
            E::SmsEnrolled { code: _, guess } => {
                self.sms_enrolled_at = Some(at);
                self.proved(*guess);
            }
            E::SmsRemoved => {
                self.sms_enrolled_at = None;
                self.codes.clear();
            }
            E::SmsAccepted { attempt: _, guess: _, code } => self.spend(*code),
            E::Locked { .. } => self.codes.clear(),
            _ => {}
        }
    }

    fn proved(&mut self, guess: AttemptId) {
        self.codes.clear();
        self.guesses.settle(guess);
        self.guesses.clear();
    }

    fn spend(&mut self, code: SmsCodeId) {
        self.codes.retain(|sent| sent.id != code);
    }
}

impl Account {
    /// The proved number.
    pub fn phone_number(&self) -> Option<&PhoneNumber> {
        self.phone.number.as_ref().map(|proved| &proved.number)
    }

    /// Whether codes by text message are a second factor at `now`. For some days after a change of number they are
    /// not, unless the account has nothing else: it must not shut its owner out.
    pub fn sms_usable(&self, now: Timestamp) -> bool {
        let others = self.totp.is_some() || !self.passkeys.is_empty();
        let held = |proved: &ProvedNumber| others && now < proved.sms_usable_at;
        self.phone.sms_enrolled_at.is_some() && self.phone.number.as_ref().is_some_and(|proved| !held(proved))
    }
}

/// A right code has proved the number, which the account has claimed.
#[derive(Clone, Copy, Debug)]
pub struct ProvePhone {
    /// The session that asked for the code.
    pub session: SessionId,
    /// The code that was guessed.
    pub code: SmsCodeId,
    /// The reserved guess.
    pub guess: AttemptId,
    /// Whether another account has the number.
    pub taken: bool,
    /// Now.
    pub now: Timestamp,
}

impl ProvePhone {
    /// A number that another account has stays with it: carriers give numbers to new people, who must not get hold
    /// of an account with them. The code is spent in either case. When the number was a second factor, other
    /// sessions end.
    ///
    /// # Errors
    /// `SessionOver`, `CodeOver`, `ChangesHeld`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        let Self { session, code, guess, now, .. } = *self;
        account.live_session(session, now)?;
        account.changes_allowed(now)?;
        let sent = account.guessed_code(CodeUse::Number { session }, code, guess, now)?;
        let number = sent.number.clone();
        if self.taken {
            return Ok(vec![AccountEvent::PhoneRefused { code, guess, number }]);
        }
        let hold = if account.phone.had_number { policy.sms.change_hold_seconds } else { 0 };
        let sms_usable_at = now + seconds(hold);
        let mut events = vec![AccountEvent::PhoneVerified { code, guess, number, sms_usable_at }];
        if account.phone.sms_enrolled_at.is_some() {
            events.extend(end_all(account, Some(session), EndReason::SecondFactorChanged, now));
        }
        Ok(events)
    }
}

/// Removes the number, and with it the second factor that it is.
#[derive(Clone, Copy, Debug)]
pub struct RemovePhone {
    /// The session.
    pub session: SessionId,
    /// Now.
    pub now: Timestamp,
}

impl RemovePhone {
    /// # Errors
    /// `PhoneMissing`, `SessionOver`, `ReauthenticationRequired`, `PasswordTooShortAlone`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.fresh_session(self.session, policy, self.now)?;
        let number = account.phone_number().ok_or(Rejection::PhoneMissing)?.clone();
        let removed = AccountEvent::PhoneRemoved { number };
        if account.phone.sms_enrolled_at.is_none() {
            return Ok(vec![removed]);
        }
        account.keeps_short_password_company(1)?;
        let ends = end_all(account, Some(self.session), EndReason::SecondFactorChanged, self.now);
        Ok([AccountEvent::SmsRemoved, removed].into_iter().chain(ends).collect())
    }
}
