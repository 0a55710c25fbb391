//! Every second factor is lost: two proofs, a wait in which the owner can stop it, then the factors go.
//!
//! It begins from a sign-in whose password was right, so that strangers cannot begin it. A proof is a link that was mailed
//! to the address or to the recovery address, a recovery code, or a code sent to the proved number; two different ones
//! are needed. Password and one mailbox are not two: who reads the mailbox can set the password. How codes are proved is
//! in [`super::factor_recovery_codes`].

use super::password_rules::required;
use super::session::end_all;
use super::{Account, AccountEvent, ChangeReason, EndReason, Rejection, Stage};
use crate::policy::{Policy, seconds};
use crate::{AttemptId, ClientContext, LinkId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a proof is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryProof {
    /// A link that was mailed to the address.
    Email,
    /// A link that was mailed to the recovery address.
    RecoveryEmail,
    /// A recovery code.
    RecoveryCode,
    /// A code sent to the proved number: the weakest, since numbers can be taken over.
    Sms,
}

/// How a recovery came to be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// By the link in a mail.
    Link,
    /// By a sign-in with the factor that was said to be lost.
    SignedIn,
}

/// A recovery of the second factor, and when the next may begin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorRecovery {
    /// The one under way.
    pub pending: Option<PendingFactorRecovery>,
    /// After one was stopped, there is none before this.
    pub(super) not_before: Timestamp,
}

/// A recovery under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingFactorRecovery {
    /// The link mailed to the address.
    pub email: LinkId,
    /// The link mailed to the recovery address.
    pub recovery_email: LinkId,
    /// The link that stops it, mailed to both.
    pub stop: LinkId,
    /// What was proved so far.
    pub proved: Vec<RecoveryProof>,
    /// The link that completes it, and from when on it works, once both are proved.
    pub scheduled: Option<(LinkId, Timestamp)>,
    /// It is void then.
    pub expires_at: Timestamp,
}

impl PendingFactorRecovery {
    /// Whether this proof would be one more.
    pub(super) fn awaits(&self, proof: RecoveryProof) -> bool {
        self.scheduled.is_none() && !self.proved.contains(&proof)
    }
}

impl FactorRecovery {
    /// The one under way at `now`.
    pub fn pending(&self, now: Timestamp) -> Option<&PendingFactorRecovery> {
        self.pending.as_ref().filter(|pending| now < pending.expires_at)
    }

    /// Folds what concerns recoveries; whatever changes password or addresses ends one.
    pub(super) fn evolve(&mut self, event: &AccountEvent, at: Timestamp) {
        use AccountEvent as E;
        match event {
            E::FactorRecoveryRequested { email, recovery_email, stop, expires_at, .. } => {
                self.pending = Some(PendingFactorRecovery {
                    email: *email,
                    recovery_email: *recovery_email,
                    stop: *stop,
                    proved: vec![],
                    scheduled: None,
                    expires_at: *expires_at,
                });
            }
            E::FactorRecoveryProved { link: _, proof } => {
                self.pending.iter_mut().for_each(|pending| pending.proved.push(*proof));
            }
            E::FactorRecoveryScheduled { link, completes_at, expires_at } => {
                self.pending.iter_mut().for_each(|pending| {
                    pending.scheduled = Some((*link, *completes_at));
                    pending.expires_at = *expires_at;
                });
            }
            E::FactorRecoveryStopped { reason: _, not_before } => {
                self.pending = None;
                self.not_before = (*not_before).max(at);
            }
            E::FactorRecoveryCompleted { .. }
            | E::Recovered { .. }
            | E::PasswordChanged { .. }
            | E::PasswordChangeRequired { .. }
            | E::Locked { .. }
            | E::EmailChanged { .. }
            | E::EmailChangeUndone { .. }
            | E::RecoveryEmailVerified { .. }
            | E::RecoveryEmailRemoved { .. } => self.pending = None,
            _ => {}
        }
    }
}

/// Asks for it, from a sign-in that waits for the second factor.
#[derive(Clone, Debug)]
pub struct RequestFactorRecovery {
    /// The sign-in, its password already right.
    pub attempt: AttemptId,
    /// The link to be mailed to the address.
    pub email: LinkId,
    /// The link to be mailed to the recovery address.
    pub recovery_email: LinkId,
    /// The link that stops it.
    pub stop: LinkId,
    /// Where the request came from.
    pub context: ClientContext,
    /// Now.
    pub now: Timestamp,
}

impl RequestFactorRecovery {
    /// One at a time, so that whoever knows the password adds little to the stream, and few mails.
    ///
    /// # Errors
    /// `AttemptOver`, `RecoveryUnavailable` (fewer than two proofs that could be given), `RecoveryPending` (one is under way,
    /// or was stopped a short while ago).
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.at_second_factor(self.attempt, self.now)?;
        if account.loss_proofs(policy, self.now).len() < 2 {
            return Err(Rejection::RecoveryUnavailable);
        }
        let recoveries = &account.factor_recovery;
        if recoveries.pending(self.now).is_some() || self.now < recoveries.not_before {
            return Err(Rejection::RecoveryPending);
        }
        Ok(vec![AccountEvent::FactorRecoveryRequested {
            attempt: self.attempt,
            email: self.email,
            recovery_email: self.recovery_email,
            stop: self.stop,
            expires_at: self.now + seconds(policy.factor_recovery.proof_seconds),
            context: self.context.clone(),
        }])
    }
}

impl Account {
    /// What could prove now that the second factor is lost. A recovery address or number that is new does not count yet.
    pub fn loss_proofs(&self, policy: &Policy, now: Timestamp) -> Vec<RecoveryProof> {
        let recovery = self.contacts.recovery_email.as_ref();
        let recovery = recovery.is_some_and(|recovery| recovery.usable_at <= now);
        let codes = self.recovery_codes.as_ref().is_some_and(|codes| codes.left() > 0);
        let held = seconds(policy.sms.change_hold_seconds);
        let number = self.phone.number.as_ref().is_some_and(|number| now.since(number.proved_at) >= held);
        let all = [
            (RecoveryProof::Email, self.email_verified),
            (RecoveryProof::RecoveryEmail, recovery),
            (RecoveryProof::RecoveryCode, codes),
            (RecoveryProof::Sms, number),
        ];
        all.into_iter().filter_map(|(proof, counts)| counts.then_some(proof)).collect()
    }

    /// A proof was given. With the second, the wait begins: a day, or three when an address or number was changed lately or
    /// one of the proofs came by text message.
    pub(super) fn loss_proved(
        &self,
        pending: &PendingFactorRecovery,
        (link, proof): (LinkId, RecoveryProof),
        complete: LinkId,
        policy: &Policy,
        now: Timestamp,
    ) -> Vec<AccountEvent> {
        let proved = AccountEvent::FactorRecoveryProved { link, proof };
        if pending.proved.is_empty() {
            return vec![proved];
        }
        let by_message = proof == RecoveryProof::Sms || pending.proved.contains(&RecoveryProof::Sms);
        let longer = by_message || self.contact_changed_lately(policy, now);
        let recovery = &policy.factor_recovery;
        let wait = if longer { recovery.changed_wait_seconds } else { recovery.wait_seconds };
        let completes_at = now + seconds(wait);
        let scheduled = AccountEvent::FactorRecoveryScheduled {
            link: complete,
            completes_at,
            expires_at: completes_at + seconds(recovery.complete_seconds),
        };
        vec![proved, scheduled]
    }

    /// Refuses all but a sign-in whose password was right and whose second factor is due.
    pub(super) fn at_second_factor(&self, attempt: AttemptId, now: Timestamp) -> Result<(), Rejection> {
        let pending = self.attempt(attempt, now)?;
        let waits = pending.stage == Stage::SecondFactor && pending.session.is_none();
        if waits && self.locked.is_none() { Ok(()) } else { Err(Rejection::AttemptOver) }
    }

    /// The end of a recovery, since whoever signs in has the factor.
    pub(super) fn recovery_stopped(&self, policy: &Policy, now: Timestamp) -> Option<AccountEvent> {
        let not_before = now + seconds(policy.factor_recovery.changed_wait_seconds);
        let stopped = AccountEvent::FactorRecoveryStopped { reason: StopReason::SignedIn, not_before };
        self.factor_recovery.pending(now).map(|_| stopped)
    }

    /// Whether a way to the owner was changed within the longer wait.
    fn contact_changed_lately(&self, policy: &Policy, now: Timestamp) -> bool {
        let contacts = &self.contacts;
        let changes = [
            contacts.previous_email.as_ref().map(|previous| previous.changed_at),
            contacts.recovery_email.as_ref().map(|recovery| recovery.proved_at),
            self.phone.number.as_ref().map(|number| number.proved_at),
        ];
        let lately = |at: Timestamp| now.since(at) < seconds(policy.factor_recovery.changed_wait_seconds);
        changes.into_iter().flatten().any(lately)
    }
}

/// A mailed link was followed.
#[derive(Clone, Copy, Debug)]
pub struct ProveFactorRecovery {
    /// The link, its signature already checked.
    pub link: LinkId,
    /// The link that will complete it, if this was the second proof.
    pub complete: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl ProveFactorRecovery {
    /// Each link once. A recovery address that did not count when it was asked for does not count now.
    ///
    /// # Errors
    /// `LinkInvalid`, `NotRegistered`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        let pending = account.factor_recovery.pending(self.now).ok_or(Rejection::LinkInvalid)?;
        let proof = match self.link {
            link if link == pending.email => RecoveryProof::Email,
            link if link == pending.recovery_email => RecoveryProof::RecoveryEmail,
            _ => return Err(Rejection::LinkInvalid),
        };
        let counts = account.loss_proofs(policy, self.now).contains(&proof);
        if !counts || !pending.awaits(proof) || account.locked.is_some() {
            return Err(Rejection::LinkInvalid);
        }
        Ok(account.loss_proved(pending, (self.link, proof), self.complete, policy, self.now))
    }
}

/// The owner stops it.
#[derive(Clone, Copy, Debug)]
pub struct StopFactorRecovery {
    /// The link, its signature already checked.
    pub link: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl StopFactorRecovery {
    /// There is no next one for some days.
    ///
    /// # Errors
    /// `LinkInvalid`, `NotRegistered`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        let pending = account.factor_recovery.pending(self.now).filter(|pending| pending.stop == self.link);
        pending.ok_or(Rejection::LinkInvalid)?;
        let not_before = self.now + seconds(policy.factor_recovery.changed_wait_seconds);
        Ok(vec![AccountEvent::FactorRecoveryStopped { reason: StopReason::Link, not_before }])
    }
}

/// The wait is over: whoever knows the password and reads the address again loses the second factors.
#[derive(Clone, Copy, Debug)]
pub struct CompleteFactorRecovery {
    /// A sign-in, its password already right.
    pub attempt: AttemptId,
    /// The link, its signature already checked.
    pub link: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl CompleteFactorRecovery {
    /// Every factor goes, every session, and every known device. Nobody is signed in by it. A password that was short
    /// beside a factor is void without one.
    ///
    /// # Errors
    /// `AttemptOver`, `LinkInvalid`, `Throttled` while the wait is not over, `ChangesHeld`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.at_second_factor(self.attempt, self.now)?;
        let pending = account.factor_recovery.pending(self.now);
        let scheduled = pending.and_then(|pending| pending.scheduled).filter(|(link, _)| *link == self.link);
        let (link, completes_at) = scheduled.ok_or(Rejection::LinkInvalid)?;
        if self.now < completes_at {
            return Err(Rejection::Throttled { retry_after: completes_at.since(self.now) });
        }
        account.changes_allowed(self.now)?;
        let mut events = vec![AccountEvent::FactorRecoveryCompleted { link }];
        events.extend(end_all(account, None, EndReason::SecondFactorChanged, self.now));
        events.extend(account.devices.keys().map(|device| AccountEvent::DeviceRemoved { device: *device }));
        events.extend(
            account.passkeys.keys().map(|passkey| AccountEvent::PasskeyRemoved { passkey: *passkey }),
        );
        events.extend(account.phone.sms_enrolled_at.map(|_| AccountEvent::SmsRemoved));
        events.extend(account.totp.map(|totp| AccountEvent::TotpRemoved { credential: totp.credential }));
        if account.password_standing.short {
            let reset = LinkId(Uuid::new_v5(&link.0, b"reset"));
            events.push(required(ChangeReason::TooShortAlone, None, reset, policy, self.now));
        }
        Ok(events)
    }
}
