//! What a person is told about their account: plain data, without links and without words. It is stored
//! sealed inside `notification.requested`, so the names here never change their meaning.

use crate::account::{ChangeReason, CodeUse, LockReason};
use crate::detection::{Action, Detector, LockCause};
use crate::{SmsCodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a person is told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    /// The address has to be proven.
    VerifyEmail {
        /// How long the link works.
        hours: u32,
    },
    /// Somebody tried to register an address that has an account; only its owner learns so.
    AlreadyRegistered,
    /// A new password was asked for.
    ResetPassword {
        /// How long the link works.
        minutes: u32,
        /// When it was asked for.
        at: Timestamp,
        /// What asked for it, in words.
        device: String,
        /// Where that seems to be, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<String>,
    },
    /// A sign-in from a device that was not known.
    NewDevice {
        /// When.
        at: Timestamp,
        /// The device in words.
        device: String,
        /// Where it seems to be, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<String>,
        /// Its network address.
        address: String,
    },
    /// The password is another one now.
    PasswordChanged {
        /// When.
        at: Timestamp,
        /// Over a mailed link, not by somebody who was signed in.
        by_reset: bool,
    },
    /// The password is void; a new one has to be set.
    PasswordChangeRequired {
        /// When.
        at: Timestamp,
        /// Why.
        reason: ChangeReason,
        /// How long the link works.
        hours: u32,
    },
    /// The second factor or its recovery codes are other ones now.
    SecondFactorChanged {
        /// When.
        at: Timestamp,
        /// What happened.
        change: FactorChange,
    },
    /// The account was locked.
    AccountLocked {
        /// When.
        at: Timestamp,
        /// Why.
        reason: LockReason,
    },
    /// The account is open again.
    AccountUnlocked {
        /// When.
        at: Timestamp,
    },
    /// The phone number is another one now, or there is none any more.
    PhoneChanged {
        /// When.
        at: Timestamp,
        /// What happened.
        change: PhoneChange,
        /// The number, but for its ending unreadable.
        masked: String,
    },
    /// A sign-in waits for the owner's word.
    ConfirmSignIn {
        /// How long the link works.
        minutes: u32,
        /// When it was tried.
        at: Timestamp,
        /// The device in words.
        device: String,
        /// Where it seems to be, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<String>,
        /// Its network address.
        address: String,
    },
    /// An address that somebody signed in has typed has to be proved.
    ProveAddress {
        /// How long the link works.
        hours: u32,
        /// What it is to be.
        contact: Contact,
    },
    /// The e-mail address or recovery address is another one now.
    ContactChanged {
        /// When.
        at: Timestamp,
        /// What happened.
        change: ContactChange,
        /// The address, but for its beginning and domain unreadable.
        masked: String,
    },
    /// Somebody wants this address for their own account; only its owner learns so.
    AddressWantedElsewhere {
        /// When.
        at: Timestamp,
    },
    /// A new password was asked for, but the link went to the address before.
    ResetHeld {
        /// When.
        at: Timestamp,
    },
    /// A recovery of the second factor.
    FactorRecovery {
        /// When.
        at: Timestamp,
        /// How far it is.
        step: RecoveryStep,
    },
    /// A code, by text message. It derives from its id when the message is written, and is stored nowhere.
    SmsCode {
        /// Which one.
        code: SmsCodeId,
        /// What it is good for.
        good_for: CodeUse,
        /// The first moment at which it does not work.
        expires_at: Timestamp,
    },
    /// Something about a recovery by support.
    Recovery(RecoveryNotice),
    /// Something about the account is suspicious.
    Suspicion {
        /// When it was found.
        at: Timestamp,
        /// What it looks like.
        cause: SuspicionCause,
        /// What is done about it.
        action: Action,
    },
    /// The account was locked because of alerts.
    LockedByAlert {
        /// When.
        at: Timestamp,
        /// Why.
        cause: LockCause,
    },
}

/// What is suspicious, as far as its owner needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspicionCause {
    /// Somebody guesses passwords.
    Passwords,
    /// Somebody who knows the password guesses codes.
    Codes,
    /// A sign-in.
    SignIn,
    /// A session goes on elsewhere.
    Session,
    /// The phone number was changed, and then used.
    Number,
    /// Ways back into the account were used or changed.
    Recovery,
}

impl From<Detector> for SuspicionCause {
    fn from(detector: Detector) -> Self {
        match detector {
            Detector::BruteForce
            | Detector::DistributedBruteForce
            | Detector::CredentialStuffing
            | Detector::PasswordSpraying => Self::Passwords,
            Detector::FactorFatigue | Detector::CodeGuessing => Self::Codes,
            Detector::SuccessAfterCampaign
            | Detector::ImpossibleTravel
            | Detector::UnfamiliarContext
            | Detector::DormantAccount
            | Detector::RiskScore => Self::SignIn,
            Detector::SessionHijack => Self::Session,
            Detector::SimSwap => Self::Number,
            Detector::RecoveryAbuse | Detector::TakeoverSequence => Self::Recovery,
        }
    }
}

/// A step of a recovery by support.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum RecoveryNotice {
    /// To the contact address: it has to be proved.
    ProveContact {
        /// How long the link works.
        hours: u32,
    },
    /// To the contact address: support wrote something; it is not in the mail.
    Message,
    /// To the contact address: support is against it.
    Rejected {
        /// Why.
        reason: String,
        /// Whether there can be an appeal.
        appeal: bool,
    },
    /// To the contact address: approved.
    Approved {
        /// The account is handed over then.
        until: Timestamp,
    },
    /// To the contact address: it was stopped.
    Stopped,
    /// To the contact address: nobody decided in time.
    Lapsed,
    /// To the contact address: the account is theirs.
    HandedOver {
        /// How long the link works that sets the password.
        hours: u32,
    },
    /// To every channel that the account had: it will be handed over unless it is stopped.
    Warning {
        /// When it was approved.
        at: Timestamp,
        /// The account is handed over then.
        until: Timestamp,
    },
    /// To every channel that the account had: it was handed over.
    Lost {
        /// When.
        at: Timestamp,
    },
}

/// What happened to the phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneChange {
    /// A number was proved; it replaces any earlier one.
    Set,
    /// The number was removed.
    Removed,
}

/// What an address is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// The account's address.
    Email,
    /// Its recovery address.
    RecoveryEmail,
}

/// What happened to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactChange {
    /// The account has another address.
    EmailChanged,
    /// It has the address before again.
    EmailRestored,
    /// A recovery address was proved; it replaces any earlier one.
    RecoveryEmailSet,
    /// The recovery address was removed.
    RecoveryEmailRemoved,
}

/// How far a recovery of the second factor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryStep {
    /// Somebody asks for it; the link proves that this mailbox is read.
    Prove,
    /// Somebody asks for it; the link stops it.
    Requested,
    /// It was proved and waits; the link stops it.
    Scheduled {
        /// Until when.
        until: Timestamp,
    },
    /// It was proved and waits; the link completes it.
    Complete {
        /// From when on.
        from: Timestamp,
    },
    /// It was stopped.
    Stopped,
    /// The second factors are gone.
    Completed,
}

/// What happened to the second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorChange {
    /// An authenticator app was set up.
    TotpEnrolled,
    /// The authenticator app was removed.
    TotpRemoved,
    /// New recovery codes replaced any earlier ones.
    RecoveryCodesGenerated,
    /// A passkey was added.
    PasskeyEnrolled,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A passkey was refused, since there may be a copy of it in other hands.
    PasskeyCopySuspected,
    /// A recovery code was used to sign in.
    RecoveryCodeUsed {
        /// How many are left.
        left: u8,
    },
    /// Codes by text message were set up.
    SmsEnrolled,
    /// Codes by text message were removed.
    SmsRemoved,
}

impl Notice {
    /// The kind, as it is stored and as metrics and log lines name it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify_email",
            Self::AlreadyRegistered => "already_registered",
            Self::ResetPassword { .. } => "reset_password",
            Self::NewDevice { .. } => "new_device",
            Self::PasswordChanged { .. } => "password_changed",
            Self::PasswordChangeRequired { .. } => "password_change_required",
            Self::SecondFactorChanged { .. } => "second_factor_changed",
            Self::AccountLocked { .. } => "account_locked",
            Self::AccountUnlocked { .. } => "account_unlocked",
            Self::PhoneChanged { .. } => "phone_changed",
            Self::ConfirmSignIn { .. } => "confirm_sign_in",
            Self::SmsCode { .. } => "sms_code",
            Self::ProveAddress { .. } => "prove_address",
            Self::ContactChanged { .. } => "contact_changed",
            Self::AddressWantedElsewhere { .. } => "address_wanted_elsewhere",
            Self::ResetHeld { .. } => "reset_held",
            Self::FactorRecovery { .. } => "factor_recovery",
            Self::Recovery(_) => "recovery",
            Self::Suspicion { .. } => "suspicion",
            Self::LockedByAlert { .. } => "locked_by_alert",
        }
    }
}

/// Only the kind: the rest is personal.
impl std::fmt::Debug for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Notice({})", self.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Notice> {
        let at = Timestamp::from_micros(1_772_546_700_000_000);
        let device = || "Firefox on Windows".to_owned();
        let mut all = vec![
            Notice::VerifyEmail { hours: 24 },
            Notice::AlreadyRegistered,
            Notice::ResetPassword { minutes: 30, at, device: device(), place: None },
            Notice::NewDevice {
                at,
                device: device(),
                place: Some("Lisbon, Portugal".to_owned()),
                address: "192.0.2.7".to_owned(),
            },
            Notice::PasswordChanged { at, by_reset: true },
            Notice::AccountUnlocked { at },
            Notice::ProveAddress { hours: 24, contact: Contact::Email },
            Notice::ContactChanged {
                at,
                change: ContactChange::EmailChanged,
                masked: "a…@example.com".to_owned(),
            },
            Notice::AddressWantedElsewhere { at },
            Notice::ResetHeld { at },
            Notice::FactorRecovery { at, step: RecoveryStep::Scheduled { until: at } },
        ];
        let address = "192.0.2.7".to_owned();
        all.extend(
            [
                FactorChange::TotpEnrolled,
                FactorChange::TotpRemoved,
                FactorChange::RecoveryCodesGenerated,
                FactorChange::RecoveryCodeUsed { left: 3 },
                FactorChange::PasskeyEnrolled,
                FactorChange::PasskeyRemoved,
                FactorChange::PasskeyCopySuspected,
            ]
            .map(|change| Notice::SecondFactorChanged { at, change }),
        );
        all.push(Notice::Suspicion { at, cause: SuspicionCause::SignIn, action: Action::StepUp });
        all.push(Notice::LockedByAlert { at, cause: LockCause::Agreement });
        all.push(Notice::PasswordChangeRequired { at, reason: ChangeReason::Compromised, hours: 24 });
        all.push(Notice::ConfirmSignIn { minutes: 30, at, device: device(), place: None, address });
        all.extend(
            [LockReason::Disowned, LockReason::Operator, LockReason::Detected]
                .map(|reason| Notice::AccountLocked { at, reason }),
        );
        all
    }

    #[test]
    fn every_notice_survives_storage_under_its_kind() {
        for notice in all() {
            let stored = serde_json::to_value(&notice).unwrap();
            assert_eq!(stored["kind"], notice.kind());
            assert_eq!(serde_json::from_value::<Notice>(stored).unwrap(), notice);
        }
    }

    #[test]
    fn stored_names_stay_as_they_are() {
        let decoded: Notice = serde_json::from_str(
            r#"{"kind":"second_factor_changed","at":"2026-03-03T14:05:00.000000Z",
                "change":{"recovery_code_used":{"left":3}}}"#,
        )
        .unwrap();
        assert_eq!(decoded, all()[14]);
        let decoded: Notice = serde_json::from_str(
            r#"{"kind":"reset_password","minutes":30,"at":"2026-03-03T14:05:00.000000Z",
                "device":"Firefox on Windows"}"#,
        )
        .unwrap();
        assert_eq!(decoded, all()[2]);
    }

    #[test]
    fn debug_shows_only_the_kind() {
        assert_eq!(format!("{:?}", all()[3]), "Notice(new_device)");
    }
}
