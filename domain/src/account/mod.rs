//! The account: one consistency boundary for credentials, sign-in attempts, sessions, devices and locks.
//!
//! Each command is a struct with a pure `decide` in the file of its feature; `state.rs` folds the events.

pub mod checklist;
mod confirmation;
mod contact;
mod device;
mod email_change;
mod erasure;
mod event;
mod factor_recovery;
mod factor_recovery_codes;
mod locale;
mod lock;
mod passkey;
mod passkey_sign_in;
mod password;
mod password_rules;
mod phone;
mod reauthentication;
mod recovery_codes;
mod recovery_email;
mod registration;
mod rejection;
mod response;
mod risk;
mod second_factor;
mod session;
mod sign_in;
mod sms;
mod state;
mod subject_access;
mod support_recovery;
mod totp;
mod trusted_device;
mod usual;

#[cfg(test)]
mod scenario;

pub use confirmation::{ConfirmSignIn, Confirmation, DenySignIn, RedeemConfirmation};
pub use contact::{ConfirmContact, Contacts, PendingEmail, PreviousEmail, RecoveryEmail, review_due};
pub use device::{RemoveDevice, RenameDevice};
pub use email_change::{
    CancelEmailChange, ConfirmEmailChange, ReleasePreviousEmail, RequestEmailChange, TellOfWantedEmail,
    UndoEmailChange,
};
pub use erasure::{Erase, LiftLegalHold, PlaceLegalHold};
pub use event::{
    AccountEvent, EndReason, Level, LockReason, PasswordChange, RefusalReason, SecondFactor, TokenDigest,
    UnlockReason,
};
pub use factor_recovery::{
    CompleteFactorRecovery, FactorRecovery, PendingFactorRecovery, ProveFactorRecovery, RecoveryProof,
    RequestFactorRecovery, StopFactorRecovery, StopReason,
};
pub use factor_recovery_codes::{ResolveLossProof, StartLossProof};
pub use locale::ChangeLocale;
pub use lock::{Disown, Lock, Unlock};
pub use passkey::{
    Assertion, Backup, BeginPasskeyEnrolment, EnrolPasskey, Passkey, PublicKey, RemovePasskey, RenamePasskey,
};
pub use passkey_sign_in::{ResolvePasskeySignIn, StartPasskeySignIn};
pub use password::{ChangePassword, RehashPassword, RequestPasswordReset, ResetPassword};
pub use password_rules::{ChangeReason, NewPassword, PasswordStanding, RequirePasswordChange};
pub use phone::{CodeUse, Phone, ProvePhone, ProvedNumber, RemovePhone, SentCode};
pub use reauthentication::{ResolveReauthentication, StartReauthentication};
pub use recovery_codes::GenerateRecoveryCodes;
pub use recovery_email::{ConfirmRecoveryEmail, RemoveRecoveryEmail, RequestRecoveryEmail};
pub use registration::{Register, RepeatRegistration, RequestEmailVerification, VerifyEmail};
pub use rejection::Rejection;
pub use response::{AnswerAlert, ClearAlert, Suspicion, Unanswered};
pub use risk::{Risk, RiskLevel, RiskReason};
pub use second_factor::{Proof, ResolveSecondFactor, StartSecondFactor};
pub use session::{EndOtherSessions, EndSession, NewSession, RefreshSession};
pub use sign_in::{PasswordOutcome, ResolvePassword, StartJointSignIn, StartSignIn};
pub use sms::{EnrolSms, RejectCodeGuess, RemoveSms, RequestSmsCode, StartCodeGuess};
pub use state::{Account, Attempt, Device, Session, Stage, Totp};
pub use subject_access::CopyData;
pub use support_recovery::{
    ExecuteSupportRecovery, PendingRecovery, RecoveryStop, StartSupportRecovery, StopSupportRecovery,
    Stopping, SupportRecovery,
};
pub use totp::{ConfirmTotp, RemoveTotp, StartTotpEnrolment};
pub use usual::Sight;

/// A link that was mailed, and until when it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PendingLink {
    /// The link.
    pub id: crate::LinkId,
    /// The first moment at which it does not work.
    pub expires_at: crate::Timestamp,
}
