//! Sign-in by password, up to the session or the second factor.

use super::confirmation::conclude;
use super::{Account, AccountEvent, Level, NewSession, RefusalReason, Rejection, SecondFactor, Stage};
use crate::policy::{Policy, seconds};
use crate::{AttemptId, ClientContext, DeviceId, Timestamp};

/// Reserves a guess at the password. The password is checked after this is in the log, never before.
#[derive(Clone, Debug)]
pub struct StartSignIn {
    /// The new attempt.
    pub attempt: AttemptId,
    /// The device whose signed token came with the request.
    pub device: Option<DeviceId>,
    /// Where the request came from.
    pub context: ClientContext,
    /// Now.
    pub now: Timestamp,
}

impl StartSignIn {
    /// A locked or unverified account takes guesses like any other, so that it looks like any other.
    ///
    /// # Errors
    /// `Throttled`, `Busy`, `NotRegistered`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        let device = account.known_device(self.device);
        account.password_guesses.of(device).admit(&policy.guesses, self.now).check()?;
        Ok(vec![self.started(device, policy)])
    }

    fn started(&self, device: Option<DeviceId>, policy: &Policy) -> AccountEvent {
        AccountEvent::SignInStarted {
            attempt: self.attempt,
            device,
            context: self.context.clone(),
            expires_at: self.now + seconds(policy.attempt_seconds),
        }
    }
}

/// Starts a sign-in with password and time-based code together, while strangers' guesses at the password
/// are refused: so the owner gets in during an attack from a device that the account does not know.
///
/// To be sent only after the password was found right. A wrong one costs the account nothing and is
/// answered like the refusal it would have got anyway, so that the answer tells nothing of the password
/// alone; and only who knows the password can use up the budget of codes.
#[derive(Clone, Debug)]
pub struct StartJointSignIn {
    /// What an ordinary start would be.
    pub start: StartSignIn,
    /// The guess at the code.
    pub guess: AttemptId,
}

impl StartJointSignIn {
    /// # Errors
    /// `Throttled`, `Busy` for the code's own budget; `TotpNotEnrolled`, `Locked`, `NotRegistered`: all to
    /// be answered alike.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        if account.locked.is_some() || !account.email_verified || account.password_void() {
            return Err(Rejection::Locked);
        }
        if account.totp.is_none() {
            return Err(Rejection::TotpNotEnrolled);
        }
        let device = account.known_device(self.start.device);
        account.guesses_at(SecondFactor::Totp, device).admit(&policy.guesses, self.start.now).check()?;
        Ok(vec![
            self.start.started(device, policy),
            AccountEvent::PasswordAccepted { attempt: self.start.attempt },
            AccountEvent::SecondFactorStarted {
                attempt: self.start.attempt,
                guess: self.guess,
                factor: SecondFactor::Totp,
                device,
            },
        ])
    }
}

/// What became of the password check.
#[derive(Clone, Debug)]
pub struct ResolvePassword {
    /// The attempt.
    pub attempt: AttemptId,
    /// Whether the password was right.
    pub correct: bool,
    /// The session to open if nothing more is due.
    pub session: NewSession,
    /// Now.
    pub now: Timestamp,
}

/// What a caller learns of the password check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordOutcome {
    /// Wrong, or right but of no use: the two must look alike.
    Rejected,
    /// A second factor is due.
    SecondFactorDue,
    /// The owner's word is due, by mail.
    ConfirmationDue,
    /// It would be, but the owner was asked too often in this hour.
    ConfirmationsSpent,
    /// A session is open.
    SignedIn,
}

impl PasswordOutcome {
    /// Reads the outcome from the events of [`ResolvePassword`].
    pub fn of(events: &[AccountEvent]) -> Self {
        events
            .iter()
            .find_map(|event| match event {
                AccountEvent::PasswordAccepted { .. } => Some(Self::SecondFactorDue),
                AccountEvent::SignInSucceeded { .. } => Some(Self::SignedIn),
                AccountEvent::ConfirmationRequested { .. } => Some(Self::ConfirmationDue),
                AccountEvent::SignInRefused { reason: RefusalReason::ConfirmationsSpent, .. } => {
                    Some(Self::ConfirmationsSpent)
                }
                _ => None,
            })
            .unwrap_or(Self::Rejected)
    }
}

impl ResolvePassword {
    /// A void password is a wrong one. What is required is computed here, from the credentials as they are now; a lock that slipped in
    /// since the start has ended the attempt.
    ///
    /// # Errors
    /// `AttemptOver`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        let attempt = self.attempt;
        let pending = account.attempt(attempt, self.now)?;
        if pending.stage != Stage::Password || pending.session.is_some() {
            return Err(Rejection::AttemptOver);
        }
        if !self.correct || account.password_void() {
            return Ok(vec![AccountEvent::PasswordRejected { attempt }]);
        }
        if let Some(reason) = refusal(account) {
            return Ok(vec![AccountEvent::SignInRefused { attempt, reason }]);
        }
        let trusted = || account.trusts(pending.device, &self.session.context, policy, self.now);
        if account.requires_second_factor() && !trusted() {
            return Ok(vec![AccountEvent::PasswordAccepted { attempt }]);
        }
        Ok(conclude(account, attempt, &self.session, Level::Aal1, false, policy, self.now))
    }
}

/// Why the account may not sign in, whatever was proved.
pub(super) fn refusal(account: &Account) -> Option<RefusalReason> {
    match account {
        Account { locked: Some(_), .. } => Some(RefusalReason::Locked),
        Account { email_verified: false, .. } => Some(RefusalReason::Unverified),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;
    use crate::account::LockReason;
    use chrono::TimeDelta;

    #[test]
    fn a_right_password_opens_a_session_on_a_new_device() {
        given(verified(0))
            .when_at(10, |a| start(1, None, 10).decide(a, &policy()))
            .then_accepted()
            .when_at(11, |a| resolve(1, true, 11).decide(a, &policy()))
            .then_types(&["sign_in.succeeded", "device.first_seen", "session.opened"]);
    }

    #[test]
    fn an_attempt_has_one_outcome() {
        given(verified(0))
            .when_at(10, |a| start(1, None, 10).decide(a, &policy()))
            .then_accepted()
            .when_at(11, |a| resolve(1, false, 11).decide(a, &policy()))
            .then_types(&["sign_in.password_rejected"])
            .when(|a| resolve(1, true, 12).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }

    #[test]
    fn strangers_are_throttled_and_the_known_device_is_not() {
        let account = given(signed_in(0)).failures(5, None, 100);
        account
            .clone()
            .when(|a| start(50, None, 100).decide(a, &policy()))
            .then_rejected(Rejection::Throttled { retry_after: TimeDelta::seconds(1) });
        account.when(|a| start(51, Some(DEVICE), 100).decide(a, &policy())).then_accepted();
    }

    #[test]
    fn a_device_of_another_account_is_a_stranger() {
        given(signed_in(0))
            .failures(5, None, 100)
            .when(|a| start(50, Some(DEVICE + 1), 100).decide(a, &policy()))
            .then_rejected(Rejection::Throttled { retry_after: TimeDelta::seconds(1) });
    }

    #[test]
    fn a_success_clears_its_own_class_only() {
        let account = given(signed_in(0)).failures(5, None, 100).sign_in(60, Some(DEVICE), 100);
        account
            .when(|a| start(61, None, 100).decide(a, &policy()))
            .then_rejected(Rejection::Throttled { retry_after: TimeDelta::seconds(1) });
    }

    #[test]
    fn a_lock_that_slips_in_wins() {
        given(verified(0))
            .when_at(10, |a| start(1, None, 10).decide(a, &policy()))
            .then_accepted()
            .and(vec![AccountEvent::Locked { reason: LockReason::Operator, note: None }], 11)
            .when(|a| resolve(1, true, 12).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }

    #[test]
    fn a_locked_account_takes_guesses_and_refuses_quietly() {
        given(verified(0))
            .and(vec![AccountEvent::Locked { reason: LockReason::Operator, note: None }], 1)
            .when_at(10, |a| start(1, None, 10).decide(a, &policy()))
            .then_accepted()
            .when_at(11, |a| resolve(1, true, 11).decide(a, &policy()))
            .then_types(&["sign_in.refused"])
            .check(|a| assert_eq!(a.password_guesses.of(None).failures(), 0, "the password was not wrong"));
    }

    #[test]
    fn an_unverified_account_does_not_sign_in() {
        given(registered(0))
            .when_at(10, |a| start(1, None, 10).decide(a, &policy()))
            .then_accepted()
            .when_at(11, |a| resolve(1, true, 11).decide(a, &policy()))
            .then_types(&["sign_in.refused"]);
    }

    #[test]
    fn password_and_code_together_pass_during_an_attack() {
        given(with_totp(0))
            .failures(8, None, 1000)
            .when(|a| start(50, None, 1000).decide(a, &policy()))
            .then_rejected(Rejection::Throttled { retry_after: TimeDelta::seconds(8) })
            .when_at(1000, |a| joint(51, 1000).decide(a, &policy()))
            .then_types(&["sign_in.started", "sign_in.password_accepted", "second_factor.started"])
            .when_at(1001, |a| code(51, guess_of(51), Some(900), 1001).decide(a, &policy()))
            .then_types(&[
                "second_factor.totp_accepted",
                "sign_in.succeeded",
                "device.first_seen",
                "session.opened",
            ]);
    }

    #[test]
    fn the_joint_way_has_the_budget_of_codes() {
        let mut account = given(with_totp(0)).failures(8, None, 1000);
        for n in 0..5 {
            account = account
                .when_at(1000, |a| joint(60 + n, 1000).decide(a, &policy()))
                .then_accepted()
                .when_at(1000, |a| code(60 + n, guess_of(60 + n), None, 1000).decide(a, &policy()))
                .then_types(&["second_factor.rejected"]);
        }
        account
            .when(|a| joint(70, 1000).decide(a, &policy()))
            .then_rejected(Rejection::Throttled { retry_after: TimeDelta::seconds(1) });
    }
}
