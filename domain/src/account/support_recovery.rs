//! What a support-led recovery does to the account. Stop and hand-over are decided here, on one stream, so that exactly
//! one of them wins; the case learns of it afterwards.

use super::session::end_all;
use super::{Account, AccountEvent, EndReason, Level, PendingLink, Phone, Rejection};
use crate::policy::seconds;
use crate::recovery_case::RecoveryPolicy;
use crate::{Email, LinkId, RecoveryCaseId, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What stopped a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryStop {
    /// The link that went to the account's own channels.
    Link,
    /// Somebody who was signed in.
    Owner,
    /// A sign-in with all that the account asks for: its owner has not lost it.
    SignIn,
    /// An operator.
    Operator,
    /// Another case concerns the same account already, or the account is not there any more.
    Unfit,
    /// Another account has the contact address by now.
    AddressTaken,
}

/// What an account knows of recoveries by support.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportRecovery {
    /// The one that cools off.
    pub pending: Option<PendingRecovery>,
    /// The last one that is over: it never starts again.
    over: Option<RecoveryCaseId>,
}

/// A recovery that cools off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRecovery {
    /// The case.
    pub case: RecoveryCaseId,
    /// The account is not handed over before then.
    pub executes_at: Timestamp,
    /// Somebody signed in meanwhile with all that the account asks for.
    pub owner_seen: bool,
}

impl PendingRecovery {
    /// The link that stops this recovery, the same on every channel.
    pub fn stop_link(case: RecoveryCaseId) -> LinkId {
        LinkId(Uuid::new_v5(&case.0, b"stop"))
    }
}

impl SupportRecovery {
    fn case(&self, case: RecoveryCaseId) -> Option<PendingRecovery> {
        self.pending.filter(|pending| pending.case == case)
    }

    fn end(&mut self, case: RecoveryCaseId) {
        if self.case(case).is_some() {
            self.pending = None;
        }
        self.over = Some(case);
    }
}

/// Two operators have approved: the owner is warned on every channel from now on.
#[derive(Clone, Copy, Debug)]
pub struct StartSupportRecovery {
    /// The case.
    pub case: RecoveryCaseId,
    /// The account is not handed over before then.
    pub executes_at: Timestamp,
}

impl StartSupportRecovery {
    /// Nothing to do when it has started already, or is over.
    ///
    /// # Errors
    /// `RecoveryUnderWay` when another case has, `NotRegistered`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        let recovery = &account.support_recovery;
        if recovery.over == Some(self.case) || recovery.case(self.case).is_some() {
            return Ok(vec![]);
        }
        if recovery.pending.is_some() {
            return Err(Rejection::RecoveryUnderWay);
        }
        Ok(vec![AccountEvent::SupportRecoveryStarted { case: self.case, executes_at: self.executes_at }])
    }
}

/// Who wants to stop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopping {
    /// Whoever follows the mailed link, its signature already checked.
    Link(LinkId),
    /// Whoever is signed in.
    Session(SessionId),
    /// An operator, this case.
    Operator(RecoveryCaseId),
}

/// Stops a recovery that cools off.
#[derive(Clone, Copy, Debug)]
pub struct StopSupportRecovery {
    /// Who.
    pub stopping: Stopping,
    /// Now.
    pub now: Timestamp,
}

impl StopSupportRecovery {
    /// # Errors
    /// `LinkInvalid` for a link whose recovery is over, `NoRecovery` when none cools off, `SessionOver`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        let pending = account.support_recovery.pending;
        let (case, by) = match self.stopping {
            Stopping::Link(link) => {
                let of_link = pending.filter(|pending| PendingRecovery::stop_link(pending.case) == link);
                (of_link.ok_or(Rejection::LinkInvalid)?.case, RecoveryStop::Link)
            }
            Stopping::Session(session) => {
                account.live_session(session, self.now)?;
                (pending.ok_or(Rejection::NoRecovery)?.case, RecoveryStop::Owner)
            }
            Stopping::Operator(case) => {
                account.support_recovery.case(case).ok_or(Rejection::NoRecovery)?;
                (case, RecoveryStop::Operator)
            }
        };
        Ok(vec![AccountEvent::SupportRecoveryStopped { case, by }])
    }
}

/// Hands the account over: no factor, password, session or device of before is good any more, and the new password is
/// set over a link to the address that the case has proved. An operator's lock stays.
#[derive(Clone, Debug)]
pub struct ExecuteSupportRecovery {
    /// The case.
    pub case: RecoveryCaseId,
    /// The address that the case has proved.
    pub contact: Email,
    /// Whether it becomes the account's; it is claimed already then.
    pub move_address: bool,
    /// Whether the address could be claimed.
    pub address_free: bool,
    /// The link that sets the password.
    pub link: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl ExecuteSupportRecovery {
    /// Stops it instead when the owner was seen meanwhile, or the address is another's by now. Nothing to do when it is
    /// over.
    ///
    /// # Errors
    /// `NoRecovery` when it is not due, `NotRegistered`.
    pub fn decide(&self, account: &Account, policy: &RecoveryPolicy) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        let recovery = &account.support_recovery;
        if recovery.over == Some(self.case) {
            return Ok(vec![]);
        }
        let pending = recovery.case(self.case).filter(|pending| pending.executes_at <= self.now);
        let pending = pending.ok_or(Rejection::NoRecovery)?;
        let stop = |by| Ok(vec![AccountEvent::SupportRecoveryStopped { case: self.case, by }]);
        if pending.owner_seen {
            return stop(RecoveryStop::SignIn);
        }
        if self.move_address && !self.address_free {
            return stop(RecoveryStop::AddressTaken);
        }
        let ends = end_all(account, None, EndReason::Recovered, self.now);
        let devices = account.devices.keys().map(|device| AccountEvent::DeviceRemoved { device: *device });
        let recovered = AccountEvent::Recovered {
            case: self.case,
            contact: self.contact.clone(),
            move_address: self.move_address,
            former_email: account.email.clone(),
            former_number: account.phone.number.as_ref().map(|proved| proved.number.clone()),
            link: self.link,
            link_expires_at: self.now + seconds(policy.password_link_seconds),
        };
        Ok(ends.chain(devices).chain([recovered]).collect())
    }
}

impl Account {
    /// Folds what concerns recoveries by support; everything else leaves them as they are.
    pub(super) fn evolve_support_recovery(&mut self, event: &AccountEvent) {
        use AccountEvent as E;
        match event {
            E::SupportRecoveryStarted { case, executes_at } => {
                let pending = PendingRecovery { case: *case, executes_at: *executes_at, owner_seen: false };
                self.support_recovery.pending = Some(pending);
            }
            E::SupportRecoveryStopped { case, by: _ } => self.support_recovery.end(*case),
            E::SessionOpened { level, .. } => {
                let proved = *level >= Level::Aal2 || !self.requires_second_factor();
                if let Some(pending) = &mut self.support_recovery.pending {
                    pending.owner_seen |= proved;
                }
            }
            E::Recovered { case, contact, move_address, link, link_expires_at, .. } => {
                self.support_recovery.end(*case);
                if *move_address {
                    self.email = Some(contact.clone());
                    self.email_verified = true;
                }
                self.lose_all_credentials();
                self.reset_links = vec![PendingLink { id: *link, expires_at: *link_expires_at }];
            }
            _ => {}
        }
    }

    fn lose_all_credentials(&mut self) {
        self.password = None;
        self.totp = None;
        self.totp_enrolment = None;
        self.recovery_codes = None;
        self.passkeys.clear();
        self.phone =
            Phone { had_number: self.phone.had_number || self.phone.number.is_some(), ..Phone::default() };
        self.sessions.clear();
        self.attempts.clear();
        self.devices.clear();
        self.verification_links.clear();
        self.password_guesses = super::state::GuessesByClass::default();
        self.second_factor_guesses.clear();
    }
}

#[cfg(test)]
#[path = "support_recovery_tests.rs"]
mod tests;
