//! The security checklist: what an account's owner could do better, and what they should look at now. Computed from the
//! folded account, never stored.

use super::{Account, AccountEvent, ChangeReason, review_due};
use crate::policy::Policy;
use crate::{CredentialId, DeviceId, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A device that was first seen within this time, and never since, should be looked at.
const NEW_DEVICE: TimeDelta = TimeDelta::days(30);
/// Fewest recovery codes with which one lost device shuts nobody out.
const FEW_CODES: u8 = 3;

/// Passkeys of which there may be a copy. Bounded by the passkeys that there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspectedPasskeys(BTreeSet<CredentialId>);

impl SuspectedPasskeys {
    /// Suspicion ends with the passkey.
    pub(super) fn evolve(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::PasskeyCopySuspected { passkey, .. } => {
                self.0.insert(*passkey);
            }
            AccountEvent::PasskeyRemoved { passkey } => {
                self.0.remove(passkey);
            }
            AccountEvent::Recovered { .. } => self.0.clear(),
            _ => {}
        }
    }
}

/// What is looked at. The names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemId {
    /// A second factor that cannot be diverted: an authenticator app or a passkey.
    SecondFactor,
    /// The password is not void.
    Password,
    /// A proved recovery address.
    RecoveryEmail,
    /// A proved phone number, where there is no better second way.
    Phone,
    /// Addresses and number were looked at lately.
    ContactReview,
    /// Enough recovery codes.
    RecoveryCodes,
    /// No device that may be somebody else's.
    UnknownDevices,
    /// No passkey of which there may be a copy.
    PasskeyCopies,
    /// Nobody is about to take the account over by support.
    SupportRecovery,
    /// Nobody is about to remove the second factors.
    FactorRecovery,
    /// No change of address waits for its proof.
    ContactChange,
}

/// How an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// As it should be.
    Done,
    /// It could be better.
    Advised,
    /// It should be looked at now.
    Urgent,
}

/// Why an item stands so, as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// There is none.
    Missing,
    /// There is none, and none is needed.
    NotNeeded,
    /// Codes by text message are the only second factor.
    SmsOnly,
    /// The password is void, and only a session without it is left.
    ChangeRequired {
        /// Why.
        reason: ChangeReason,
        /// Since when.
        since: Timestamp,
    },
    /// An address waits for its proof.
    WaitsForProof,
    /// Nothing was proved or confirmed for so long that it should be looked at.
    ReviewDue,
    /// Few are left.
    FewLeft {
        /// How many.
        left: u8,
    },
    /// Devices that were seen once, lately, and not named since.
    Devices {
        /// Which.
        devices: Vec<DeviceId>,
    },
    /// Passkeys of which there may be a copy.
    Passkeys {
        /// Which.
        passkeys: Vec<CredentialId>,
    },
    /// A recovery is under way.
    UnderWay {
        /// It cannot end before then, if that is known yet.
        not_before: Option<Timestamp>,
    },
}

/// One recommendation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Which one.
    pub id: ItemId,
    /// How it stands.
    pub state: ItemState,
    /// Why.
    pub reason: Option<Reason>,
}

/// Every recommendation, always in the same order. `here` is the device that asks: it is nobody else's to its user.
pub fn checklist(account: &Account, here: Option<DeviceId>, policy: &Policy, now: Timestamp) -> Vec<Item> {
    [
        (ItemId::SecondFactor, second_factor(account)),
        (ItemId::Password, password(account)),
        (ItemId::RecoveryEmail, recovery_email(account, now)),
        (ItemId::Phone, phone(account)),
        (ItemId::ContactReview, contact_review(account, policy, now)),
        (ItemId::RecoveryCodes, recovery_codes(account)),
        (ItemId::UnknownDevices, unknown_devices(account, here, now)),
        (ItemId::PasskeyCopies, passkey_copies(account)),
        (ItemId::SupportRecovery, support_recovery(account)),
        (ItemId::FactorRecovery, factor_recovery(account, now)),
        (ItemId::ContactChange, contact_change(account, now)),
    ]
    .map(|(id, (state, reason))| Item { id, state, reason })
    .into()
}

type Standing = (ItemState, Option<Reason>);

const DONE: Standing = (ItemState::Done, None);

fn advised(reason: Reason) -> Standing {
    (ItemState::Advised, Some(reason))
}

fn urgent(reason: Reason) -> Standing {
    (ItemState::Urgent, Some(reason))
}

fn strong_factor(account: &Account) -> bool {
    account.totp.is_some() || !account.passkeys.is_empty()
}

fn second_factor(account: &Account) -> Standing {
    match (strong_factor(account), account.requires_second_factor()) {
        (true, _) => DONE,
        (false, true) => advised(Reason::SmsOnly),
        (false, false) => urgent(Reason::Missing),
    }
}

fn password(account: &Account) -> Standing {
    let required = account.password_standing.change_required;
    required.map_or(DONE, |(reason, since)| urgent(Reason::ChangeRequired { reason, since }))
}

fn recovery_email(account: &Account, now: Timestamp) -> Standing {
    let contacts = &account.contacts;
    let waits = contacts.pending_recovery_email.as_ref().is_some_and(|pending| now < pending.expires_at);
    match &contacts.recovery_email {
        Some(_) => DONE,
        None if waits => advised(Reason::WaitsForProof),
        None => advised(Reason::Missing),
    }
}

fn phone(account: &Account) -> Standing {
    match account.phone_number() {
        Some(_) => DONE,
        None if strong_factor(account) => (ItemState::Done, Some(Reason::NotNeeded)),
        None => advised(Reason::Missing),
    }
}

fn contact_review(account: &Account, policy: &Policy, now: Timestamp) -> Standing {
    let contacts = &account.contacts;
    let proved = [
        contacts.email_proved_at,
        contacts.recovery_email.as_ref().map(|recovery| recovery.proved_at),
        account.phone.number.as_ref().map(|number| number.proved_at),
    ];
    if review_due(proved, contacts.confirmed_at, policy, now) { advised(Reason::ReviewDue) } else { DONE }
}

fn recovery_codes(account: &Account) -> Standing {
    if !account.requires_second_factor() {
        return (ItemState::Done, Some(Reason::NotNeeded));
    }
    match account.recovery_codes.as_ref().map(super::state::RecoveryCodes::left) {
        None => advised(Reason::Missing),
        Some(0) => urgent(Reason::FewLeft { left: 0 }),
        Some(left) if left < FEW_CODES => advised(Reason::FewLeft { left }),
        Some(_) => DONE,
    }
}

fn unknown_devices(account: &Account, here: Option<DeviceId>, now: Timestamp) -> Standing {
    // The first device of all came with the registration.
    let first = account.devices.values().map(|device| device.first_seen).min();
    let unknown = account.devices.iter().filter(|(id, device)| {
        let once = device.last_seen == device.first_seen && !device.named;
        let later =
            Some(device.first_seen) != first || device.first_seen.since(account.registered_at) > NEW_DEVICE;
        once && later && Some(**id) != here && now.since(device.first_seen) < NEW_DEVICE
    });
    let devices: Vec<_> = unknown.map(|(id, _)| *id).collect();
    if devices.is_empty() { DONE } else { advised(Reason::Devices { devices }) }
}

fn passkey_copies(account: &Account) -> Standing {
    let passkeys: Vec<_> = account.suspected_passkeys.0.iter().copied().collect();
    if passkeys.is_empty() { DONE } else { urgent(Reason::Passkeys { passkeys }) }
}

fn support_recovery(account: &Account) -> Standing {
    let pending = account.support_recovery.pending;
    pending.map_or(DONE, |pending| urgent(Reason::UnderWay { not_before: Some(pending.executes_at) }))
}

fn factor_recovery(account: &Account, now: Timestamp) -> Standing {
    let pending = account.factor_recovery.pending(now);
    let not_before = |scheduled: Option<(crate::LinkId, Timestamp)>| scheduled.map(|(_, at)| at);
    pending.map_or(DONE, |pending| urgent(Reason::UnderWay { not_before: not_before(pending.scheduled) }))
}

fn contact_change(account: &Account, now: Timestamp) -> Standing {
    let waits = account.contacts.pending_email.as_ref().is_some_and(|pending| now < pending.expires_at);
    if waits { advised(Reason::WaitsForProof) } else { DONE }
}

#[cfg(test)]
#[path = "checklist_tests.rs"]
mod tests;
