//! A code as one of the two proofs that the second factor is lost. It is a guess like any other at that factor: reserved
//! before it is checked, and counted in the same budget.

use super::factor_recovery::RecoveryProof;
use super::{Account, AccountEvent, Proof, Rejection, SecondFactor, StartSecondFactor};
use crate::policy::Policy;
use crate::{AttemptId, LinkId, Timestamp};

impl RecoveryProof {
    /// What is guessed at with such a proof; `None` when it is no code.
    pub fn factor(self) -> Option<SecondFactor> {
        match self {
            Self::RecoveryCode => Some(SecondFactor::RecoveryCode),
            Self::Sms => Some(SecondFactor::Sms),
            Self::Email | Self::RecoveryEmail => None,
        }
    }
}

impl Account {
    /// Refuses a proof that the recovery under way does not wait for.
    ///
    /// # Errors
    /// `AttemptOver`, `RecoveryUnavailable`.
    pub(super) fn waits_for_proof(
        &self,
        attempt: AttemptId,
        proof: RecoveryProof,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        self.at_second_factor(attempt, now)?;
        let awaited = self.factor_recovery.pending(now).is_some_and(|pending| pending.awaits(proof));
        let counts = self.loss_proofs(policy, now).contains(&proof);
        if awaited && counts { Ok(()) } else { Err(Rejection::RecoveryUnavailable) }
    }
}

/// Reserves a guess at a code that is to prove the loss.
#[derive(Clone, Debug)]
pub struct StartLossProof {
    /// The sign-in, its password already right.
    pub attempt: AttemptId,
    /// This guess.
    pub guess: AttemptId,
    /// What the code is.
    pub proof: RecoveryProof,
    /// Now.
    pub now: Timestamp,
}

impl StartLossProof {
    /// # Errors
    /// `AttemptOver` (also after too many wrong codes), `RecoveryUnavailable`, `Throttled`, `Busy`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        let Self { attempt, guess, proof, now } = *self;
        account.waits_for_proof(attempt, proof, policy, now)?;
        let factor = proof.factor().ok_or(Rejection::RecoveryUnavailable)?;
        StartSecondFactor { attempt, guess, factor, now }.decide(account, policy)
    }
}

/// What became of the check of such a code.
#[derive(Clone, Debug)]
pub struct ResolveLossProof {
    /// The sign-in.
    pub attempt: AttemptId,
    /// The guess.
    pub guess: AttemptId,
    /// What the check found: a recovery code, a code by text message, or a wrong one.
    pub found: Proof,
    /// The link that will complete the recovery, if this was the second proof.
    pub complete: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl ResolveLossProof {
    /// A right code is spent and proves the loss; it signs nobody in. A wrong one, or one that was spent meanwhile, is a
    /// wrong guess.
    ///
    /// # Errors
    /// `AttemptOver`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        let (attempt, guess) = (self.attempt, self.guess);
        account.at_second_factor(attempt, self.now)?;
        if account.attempt(attempt, self.now)?.guess != Some(guess) {
            return Err(Rejection::AttemptOver);
        }
        let wrong = |factor| Ok(vec![AccountEvent::SecondFactorRejected { attempt, guess, factor }]);
        let (proof, accepted) = match self.found {
            Proof::RecoveryCode { index } => {
                let left = account.recovery_codes.as_ref();
                if !left.is_some_and(|codes| index < codes.count && !codes.used.contains(&index)) {
                    return wrong(SecondFactor::RecoveryCode);
                }
                (RecoveryProof::RecoveryCode, AccountEvent::RecoveryCodeAccepted { attempt, guess, index })
            }
            Proof::Sms { code } => {
                if account.loss_code(attempt, self.now).is_none_or(|sent| sent.id != code) {
                    return wrong(SecondFactor::Sms);
                }
                (RecoveryProof::Sms, AccountEvent::SmsAccepted { attempt, guess, code })
            }
            Proof::Wrong(factor) => return wrong(factor),
            Proof::Totp { .. } => return wrong(SecondFactor::Totp),
            Proof::Passkey(_) => return wrong(SecondFactor::Passkey),
        };
        let pending = account.factor_recovery.pending(self.now).filter(|pending| pending.awaits(proof));
        let Some(pending) = pending.filter(|_| account.loss_proofs(policy, self.now).contains(&proof)) else {
            return Err(Rejection::AttemptOver);
        };
        // No link was followed: the guess stands for it.
        let named = (LinkId(guess.0), proof);
        let proved = account.loss_proved(pending, named, self.complete, policy, self.now);
        Ok([accepted].into_iter().chain(proved).collect())
    }
}
