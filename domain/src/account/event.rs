//! What can happen to an account.

use super::phone::CodeUse;
use super::{Backup, ChangeReason, PublicKey, RecoveryProof, RecoveryStop, Risk, StopReason};
use crate::aggregate::events;
use crate::detection::{Action, Corroboration, Detector, LockCause, Severity};
use crate::{
    AccountId, AlertId, AttemptId, ClientContext, CredentialId, DeviceId, Email, LinkId, Locale, PhoneNumber,
    RecoveryCaseId, SessionId, SmsCodeId, Timestamp, UserNumber,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How much was proved (NIST SP 800-63B-4 authentication assurance levels).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// One factor.
    Aal1,
    /// Two different factors.
    Aal2,
}

/// What a second factor was proved with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// A code of an authenticator app (RFC 6238).
    Totp,
    /// One of the saved recovery codes.
    RecoveryCode,
    /// A code sent by text message: the weakest, since messages and numbers can be diverted.
    Sms,
    /// A passkey (Web Authentication Level 3).
    Passkey,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The person signed out.
    SignedOut,
    /// The person ended it from another session.
    EndedByOwner,
    /// The password was changed or reset.
    PasswordChanged,
    /// A second factor was added or removed.
    SecondFactorChanged,
    /// Its device was removed.
    DeviceRemoved,
    /// The account was locked.
    AccountLocked,
    /// A newer session took its place.
    Evicted,
    /// The e-mail address was changed, or the change undone.
    EmailChanged,
    /// Support handed the account over.
    Recovered,
    /// The password is void.
    PasswordChangeRequired,
    /// The person was erased.
    AccountErased,
    /// An alert says that somebody else may use it.
    Suspected,
}

/// Why an account was locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockReason {
    /// The owner said "this was not me". Lifted by a password reset over the verified e-mail address.
    Disowned,
    /// An operator's decision. Lifted by an operator.
    Operator,
    /// Alerts that corroborate a takeover. Lifted by a password reset over the verified e-mail address.
    Detected,
}

/// How a lock was lifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnlockReason {
    /// The owner reset the password over the verified e-mail address.
    PasswordReset,
    /// An operator's decision.
    Operator,
}

/// How a password came to be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordChange {
    /// By somebody who knew the old one.
    Changed,
    /// By a mailed link.
    Reset,
}

/// Why right credentials did not sign in. Never told to the client, who may be anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The account is locked.
    Locked,
    /// The e-mail address was never verified.
    Unverified,
    /// Its owner would have had to confirm it, and was asked too often in this hour.
    ConfirmationsSpent,
}

events! {
    /// An event of the stream `account-<uuid>`.
    pub enum AccountEvent {
        /// The account exists; its address is not verified yet.
        "account.registered" v 1 => Registered {
            /// The account's own id.
            account: AccountId,
            /// The address it was registered with.
            email: Email,
            /// The number it can also sign in with.
            number: UserNumber,
            /// The password's place in the vault.
            password: CredentialId,
            /// Where the request came from.
            context: ClientContext,
        },
        /// Somebody registered once more with this account's address.
        "registration.repeated" v 1 => RegistrationRepeated {
            /// Where the request came from.
            context: ClientContext,
        },
        /// A verification link is due.
        "email_verification.requested" v 1 => EmailVerificationRequested {
            /// The link.
            link: LinkId,
            /// It works until then.
            expires_at: Timestamp,
        },
        /// The address is the person's own.
        "email.verified" v 1 => EmailVerified {
            /// The link that proved it.
            link: LinkId,
        },
        /// A guess at the password was reserved.
        "sign_in.started" v 1 => SignInStarted {
            /// This attempt.
            attempt: AttemptId,
            /// The known device it comes from, if any: its own budget pays.
            device: Option<DeviceId>,
            /// Where the request came from.
            context: ClientContext,
            /// The attempt ends then unless it has succeeded.
            expires_at: Timestamp,
        },
        /// The password was wrong.
        "sign_in.password_rejected" v 1 => PasswordRejected {
            /// The attempt that has ended.
            attempt: AttemptId,
        },
        /// The password was right; a second factor is due.
        "sign_in.password_accepted" v 1 => PasswordAccepted {
            /// The attempt that goes on.
            attempt: AttemptId,
        },
        /// The credentials were right, but the account may not sign in.
        "sign_in.refused" v 1 => SignInRefused {
            /// The attempt that has ended.
            attempt: AttemptId,
            /// Why.
            reason: RefusalReason,
        },
        /// A guess at a second factor was reserved.
        "second_factor.started" v 1 => SecondFactorStarted {
            /// The sign-in or re-authentication it belongs to.
            attempt: AttemptId,
            /// This guess.
            guess: AttemptId,
            /// What is guessed at.
            factor: SecondFactor,
            /// The known device it comes from, if any: its own budget pays.
            device: Option<DeviceId>,
        },
        /// The second factor was wrong, or right but used before.
        "second_factor.rejected" v 1 => SecondFactorRejected {
            /// The sign-in or re-authentication it belongs to.
            attempt: AttemptId,
            /// This guess.
            guess: AttemptId,
            /// What was guessed at.
            factor: SecondFactor,
        },
        /// A time-based code was right.
        "second_factor.totp_accepted" v 1 => TotpAccepted {
            /// The sign-in or re-authentication it belongs to.
            attempt: AttemptId,
            /// This guess.
            guess: AttemptId,
            /// The time step of the code; no step up to it is accepted again (RFC 6238, 5.2).
            step: u64,
        },
        /// A recovery code was right and is spent.
        "second_factor.recovery_code_accepted" v 1 => RecoveryCodeAccepted {
            /// The sign-in or re-authentication it belongs to.
            attempt: AttemptId,
            /// This guess.
            guess: AttemptId,
            /// Which of the set, counted from 0.
            index: u8,
        },
        /// Everything asked for was proved.
        "sign_in.succeeded" v 1 => SignInSucceeded {
            /// The attempt that has ended.
            attempt: AttemptId,
            /// The device it came from.
            device: DeviceId,
            /// Whether that device was seen for the first time.
            new_device: bool,
            /// Sign-ins of the account before this one.
            earlier_sign_ins: u64,
            /// Where the request came from.
            context: ClientContext,
            /// What was thought of it; absent in old events.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            risk: Option<Risk>,
        },
        /// A device signed in for the first time.
        "device.first_seen" v 1 => DeviceFirstSeen {
            /// The device.
            device: DeviceId,
            /// What it is called until the person names it.
            name: String,
            /// Where it was seen.
            context: ClientContext,
        },
        /// The person named a device.
        "device.renamed" v 1 => DeviceRenamed {
            /// The device.
            device: DeviceId,
            /// Its new name.
            name: String,
        },
        /// A device is not known any more.
        "device.removed" v 1 => DeviceRemoved {
            /// The device.
            device: DeviceId,
        },
        /// A session began.
        "session.opened" v 1 => SessionOpened {
            /// The session.
            session: SessionId,
            /// Its device.
            device: DeviceId,
            /// SHA-256 of the token.
            token_digest: TokenDigest,
            /// How much was proved.
            level: Level,
            /// It ends then unless refreshed.
            idle_expires_at: Timestamp,
            /// It ends then in any case.
            expires_at: Timestamp,
        },
        /// A session got a new token; the old one is dead.
        "session.refreshed" v 1 => SessionRefreshed {
            /// The session.
            session: SessionId,
            /// SHA-256 of the new token.
            token_digest: TokenDigest,
            /// How much is proved now.
            level: Level,
            /// It ends then unless refreshed again.
            idle_expires_at: Timestamp,
            /// Where the request came from, if network, browser or system are not those of before.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            context: Option<ClientContext>,
        },
        /// A session ended.
        "session.ended" v 1 => SessionEnded {
            /// The session.
            session: SessionId,
            /// Why.
            reason: EndReason,
        },
        /// A guess at the password was reserved, from within a session.
        "reauthentication.started" v 1 => ReauthenticationStarted {
            /// This attempt.
            attempt: AttemptId,
            /// The session.
            session: SessionId,
            /// The attempt ends then unless it has succeeded.
            expires_at: Timestamp,
        },
        /// The password was wrong.
        "reauthentication.rejected" v 1 => ReauthenticationRejected {
            /// The attempt that has ended.
            attempt: AttemptId,
            /// The session.
            session: SessionId,
        },
        /// All that the account has was proved anew.
        "reauthentication.succeeded" v 1 => ReauthenticationSucceeded {
            /// The attempt that has ended.
            attempt: AttemptId,
            /// The session.
            session: SessionId,
        },
        /// The password was replaced.
        "password.changed" v 1 => PasswordChanged {
            /// The new password's place in the vault.
            credential: CredentialId,
            /// How it came about.
            change: PasswordChange,
            /// Whether it is too short to stand alone, without a second factor; not in old events.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            short: bool,
            /// How many former ones, the one before included, are kept to be refused; not in old events.
            #[serde(default, skip_serializing_if = "no")]
            kept: u8,
        },
        /// The password in use is void: it signs in nobody, and a link that sets another one is due.
        "password.change_required" v 1 => PasswordChangeRequired {
            /// Why.
            reason: ChangeReason,
            /// An operator's words.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            note: Option<String>,
            /// The link.
            link: LinkId,
            /// It works until then.
            expires_at: Timestamp,
        },
        /// The same password was hashed anew, with today's parameters.
        "password.rehashed" v 1 => PasswordRehashed {
            /// The new hash's place in the vault.
            credential: CredentialId,
        },
        /// A reset link is due.
        "password_reset.requested" v 1 => PasswordResetRequested {
            /// The link.
            link: LinkId,
            /// It works until then.
            expires_at: Timestamp,
            /// Where the request came from.
            context: ClientContext,
        },
        /// An authenticator app is to be confirmed by its first code.
        "totp.enrolment_started" v 1 => TotpEnrolmentStarted {
            /// The seed's place in the vault.
            credential: CredentialId,
            /// The enrolment is void then.
            expires_at: Timestamp,
        },
        /// The authenticator app is the second factor from now on.
        "totp.enrolled" v 1 => TotpEnrolled {
            /// The seed's place in the vault.
            credential: CredentialId,
            /// The time step of the confirming code; it is spent.
            step: u64,
        },
        /// The authenticator app is no second factor any more.
        "totp.removed" v 1 => TotpRemoved {
            /// The seed that is to be destroyed.
            credential: CredentialId,
        },
        /// A new set of recovery codes replaces the last.
        "recovery_codes.generated" v 1 => RecoveryCodesGenerated {
            /// The digests' place in the vault.
            credential: CredentialId,
            /// How many.
            count: u8,
        },
        /// The owner said "this was not me".
        "sign_in.disowned" v 1 => SignInDisowned {
            /// The mailed link, spent.
            link: LinkId,
            /// After this moment nobody needs to remember the link.
            link_expires_at: Timestamp,
        },
        /// Nobody can sign in.
        "account.locked" v 1 => Locked {
            /// Why.
            reason: LockReason,
            /// An operator's words.
            note: Option<String>,
        },
        /// The lock is lifted.
        "account.unlocked" v 1 => Unlocked {
            /// How.
            reason: UnlockReason,
        },
        /// A text message with a code is due; the code before it, for the same use, does not work any more.
        "sms_code.requested" v 1 => SmsCodeRequested {
            /// The code derives from it.
            code: SmsCodeId,
            /// Where it goes.
            number: PhoneNumber,
            /// What it is good for.
            good_for: CodeUse,
            /// It works until then.
            expires_at: Timestamp,
        },
        /// A guess at a code was reserved, from within a session.
        "sms_code.guessed" v 1 => SmsCodeGuessed {
            /// The code.
            code: SmsCodeId,
            /// This guess.
            guess: AttemptId,
        },
        /// The guess was wrong.
        "sms_code.rejected" v 1 => SmsCodeRejected {
            /// The code.
            code: SmsCodeId,
            /// This guess.
            guess: AttemptId,
        },
        /// The number is the person's own, and replaces the one before.
        "phone.verified" v 1 => PhoneVerified {
            /// The code that proved it, spent.
            code: SmsCodeId,
            /// The guess that was right.
            guess: AttemptId,
            /// The number.
            number: PhoneNumber,
            /// From when on codes sent to it may stand in for another second factor.
            sms_usable_at: Timestamp,
        },
        /// The number was proved, but another account has it.
        "phone.refused" v 1 => PhoneRefused {
            /// The code that proved it, spent.
            code: SmsCodeId,
            /// The guess that was right.
            guess: AttemptId,
            /// The number.
            number: PhoneNumber,
        },
        /// The account has no number any more.
        "phone.removed" v 1 => PhoneRemoved {
            /// The one it had.
            number: PhoneNumber,
        },
        /// Codes sent to the account's number are a second factor from now on.
        "sms.enrolled" v 1 => SmsEnrolled {
            /// The code that proved it, spent.
            code: SmsCodeId,
            /// The guess that was right.
            guess: AttemptId,
        },
        /// They are none any more.
        "sms.removed" v 1 => SmsRemoved,
        /// A code sent by text message was right and is spent.
        "second_factor.sms_accepted" v 1 => SmsAccepted {
            /// The sign-in or re-authentication it belongs to.
            attempt: AttemptId,
            /// This guess.
            guess: AttemptId,
            /// The code.
            code: SmsCodeId,
        },
        /// A passkey is a second factor, and a way to sign in by itself, from now on.
        "passkey.enrolled" v 1 => PasskeyEnrolled {
            /// Its id here.
            passkey: CredentialId,
            /// What the authenticator calls it, in unpadded base64url.
            credential_id: String,
            /// What its signatures are checked with.
            public_key: PublicKey,
            /// The signature counter that it showed.
            counter: u32,
            /// Whether it has copies.
            backup: Backup,
            /// What its owner calls it.
            name: String,
        },
        /// The person named a passkey.
        "passkey.renamed" v 1 => PasskeyRenamed {
            /// The passkey.
            passkey: CredentialId,
            /// Its new name.
            name: String,
        },
        /// A passkey is of no use any more.
        "passkey.removed" v 1 => PasskeyRemoved {
            /// The passkey.
            passkey: CredentialId,
        },
        /// An otherwise right signature was refused, because its counter did not grow: somebody may have a copy.
        "passkey.copy_suspected" v 1 => PasskeyCopySuspected {
            /// The passkey.
            passkey: CredentialId,
            /// The counter that came with the signature.
            counter: u32,
            /// The counter as last seen.
            last_counter: u32,
        },
        /// A passkey's signature was right, as second factor or alone.
        "passkey.accepted" v 1 => PasskeyAccepted {
            /// The sign-in or re-authentication it belongs to.
            attempt: AttemptId,
            /// The challenge that was signed.
            guess: AttemptId,
            /// The passkey.
            passkey: CredentialId,
            /// The counter that came with the signature.
            counter: u32,
            /// Whether it has copies now.
            backup: Backup,
        },
        /// A challenge was spent and a guess at a passkey reserved: a sign-in without identifier and password.
        "sign_in.passkey_started" v 1 => PasskeySignInStarted {
            /// This attempt.
            attempt: AttemptId,
            /// The challenge; nobody can use it again.
            challenge: AttemptId,
            /// The known device it comes from, if any: its own budget pays.
            device: Option<DeviceId>,
            /// Where the request came from.
            context: ClientContext,
            /// Challenge and attempt end then.
            expires_at: Timestamp,
        },
        /// The signature was wrong, or of a passkey that is not the account's, or its counter did not grow.
        "sign_in.passkey_rejected" v 1 => PasskeyRejected {
            /// The attempt that has ended.
            attempt: AttemptId,
        },
        /// Everything asked for was proved, but the sign-in is unexpected: its owner is asked by mail.
        "sign_in.confirmation_requested" v 1 => ConfirmationRequested {
            /// The attempt that waits.
            attempt: AttemptId,
            /// The link that confirms or disowns it.
            link: LinkId,
            /// SHA-256 of the secret that the waiting client asks for its session with.
            secret_digest: TokenDigest,
            /// How much was proved.
            level: Level,
            /// Where the request came from.
            context: ClientContext,
            /// What was thought of it.
            risk: Risk,
            /// Attempt and link end then.
            expires_at: Timestamp,
        },
        /// The owner confirmed that the sign-in is theirs; the waiting client may go on.
        "sign_in.confirmed" v 1 => SignInConfirmed {
            /// The attempt.
            attempt: AttemptId,
            /// The link, spent.
            link: LinkId,
        },
        /// A device that proved a second factor needs none for a while.
        "device.trusted" v 1 => DeviceTrusted {
            /// The device.
            device: DeviceId,
            /// Until then.
            until: Timestamp,
        },
        /// Another e-mail address is to be the account's, once it is proved.
        "email_change.requested" v 1 => EmailChangeRequested {
            /// The session that asked.
            session: SessionId,
            /// The link that proves the address.
            link: LinkId,
            /// The address.
            email: Email,
            /// Whether somebody else has it: then no link is mailed.
            taken: bool,
            /// The link works until then.
            expires_at: Timestamp,
        },
        /// The person does not want it after all.
        "email_change.cancelled" v 1 => EmailChangeCancelled {
            /// The link, dead.
            link: LinkId,
        },
        /// The new address is proved and is the account's; links that set a password are dead.
        "email.changed" v 1 => EmailChanged {
            /// The link that proved it, spent.
            link: LinkId,
            /// The new address.
            email: Email,
            /// The one before, which stays claimed as long as the change can be undone.
            previous: Email,
            /// The link that undoes the change.
            undo: LinkId,
            /// It works until then.
            undo_until: Timestamp,
            /// Until then, links that set a password go to the address before.
            held_until: Timestamp,
        },
        /// The owner of the address before took it back.
        "email_change.undone" v 1 => EmailChangeUndone {
            /// The link, spent.
            link: LinkId,
            /// The account's address again.
            email: Email,
            /// The one that is not any more.
            undone: Email,
        },
        /// The change cannot be undone any more.
        "previous_email.released" v 1 => PreviousEmailReleased {
            /// The address before, free for anybody.
            email: Email,
        },
        /// Somebody signed in elsewhere wants this account's address for their own account.
        "email.wanted_elsewhere" v 1 => EmailWantedElsewhere {
            /// The address.
            email: Email,
            /// Where the request came from.
            context: ClientContext,
        },
        /// A second address is to be the recovery address, once it is proved.
        "recovery_email.requested" v 1 => RecoveryEmailRequested {
            /// The session that asked.
            session: SessionId,
            /// The link that proves the address.
            link: LinkId,
            /// The address.
            email: Email,
            /// The link works until then.
            expires_at: Timestamp,
        },
        /// The recovery address is proved, and replaces the one before.
        "recovery_email.verified" v 1 => RecoveryEmailVerified {
            /// The link that proved it, spent.
            link: LinkId,
            /// The address.
            email: Email,
            /// From when on it counts as a proof in a recovery.
            usable_at: Timestamp,
        },
        /// The person does not want it after all.
        "recovery_email.cancelled" v 1 => RecoveryEmailCancelled {
            /// The link, dead.
            link: LinkId,
        },
        /// There is no recovery address any more.
        "recovery_email.removed" v 1 => RecoveryEmailRemoved {
            /// The one that there was.
            email: Email,
        },
        /// The person looked at addresses and phone number, and said that they are right.
        "contact.confirmed" v 1 => ContactConfirmed,
        /// Somebody who knows the password says that every second factor is lost.
        "factor_recovery.requested" v 1 => FactorRecoveryRequested {
            /// The sign-in that waits for a second factor.
            attempt: AttemptId,
            /// The link mailed to the address.
            email: LinkId,
            /// The link mailed to the recovery address.
            recovery_email: LinkId,
            /// The link that stops it.
            stop: LinkId,
            /// Both links must be followed until then.
            expires_at: Timestamp,
            /// Where the request came from.
            context: ClientContext,
        },
        /// One proof of two: a link was followed, or a code was right.
        "factor_recovery.proved" v 1 => FactorRecoveryProved {
            /// The link, spent; of a code, the id of the guess.
            link: LinkId,
            /// What it was.
            proof: RecoveryProof,
        },
        /// It was the second; the wait begins.
        "factor_recovery.scheduled" v 1 => FactorRecoveryScheduled {
            /// The link that completes it.
            link: LinkId,
            /// From when on that link works.
            completes_at: Timestamp,
            /// Until when.
            expires_at: Timestamp,
        },
        /// It was stopped.
        "factor_recovery.stopped" v 1 => FactorRecoveryStopped {
            /// How.
            reason: StopReason,
            /// There is no next one before.
            not_before: Timestamp,
        },
        /// The second factors are to go.
        "factor_recovery.completed" v 1 => FactorRecoveryCompleted {
            /// The link, spent.
            link: LinkId,
        },
        /// Two operators have approved a recovery case: the account is handed over unless somebody stops it.
        "support_recovery.started" v 1 => SupportRecoveryStarted {
            /// The case.
            case: RecoveryCaseId,
            /// Not before then.
            executes_at: Timestamp,
        },
        /// It is not handed over.
        "support_recovery.stopped" v 1 => SupportRecoveryStopped {
            /// The case.
            case: RecoveryCaseId,
            /// By what.
            by: RecoveryStop,
        },
        /// Support handed the account over: password, factors, phone number, sessions and devices are gone.
        "account.recovered" v 1 => Recovered {
            /// The case.
            case: RecoveryCaseId,
            /// The address that the case has proved; the link goes there.
            contact: Email,
            /// Whether it is the account's address from now on.
            move_address: bool,
            /// The address that the account had.
            former_email: Option<Email>,
            /// The phone number that it had.
            former_number: Option<PhoneNumber>,
            /// The link that sets a password.
            link: LinkId,
            /// It works until then.
            link_expires_at: Timestamp,
        },
        /// The account must not be erased.
        "legal_hold.placed" v 1 => LegalHoldPlaced {
            /// Why, in an operator's words.
            note: String,
        },
        /// It may be erased again.
        "legal_hold.lifted" v 1 => LegalHoldLifted,
        /// The person's key is due to be destroyed. The last event of an account; its clear part outlives it.
        "personal_data.erased" v 1 => PersonalDataErased,
        /// An alert was answered.
        "detection.responded" v 1 => DetectionResponded {
            /// The alert.
            alert: AlertId,
            /// Which finding of it, counted from 1.
            count: u64,
            /// Which detector.
            detector: Detector,
            /// How bad.
            severity: Severity,
            /// Whether it alone corroborates a takeover.
            corroboration: Option<Corroboration>,
            /// When what it found happened.
            happened_at: Timestamp,
            /// What is done.
            action: Action,
            /// Why the account is locked, if it is.
            lock: Option<LockCause>,
            /// What would be done if no detector were in shadow mode.
            without_shadow: Action,
            /// Whether the brake made less of it.
            braked: bool,
            /// Causes that the owner is told of.
            mailed: BTreeSet<Detector>,
            /// Until when more proof is asked for, or changes are held.
            until: Option<Timestamp>,
        },
        /// An alert was resolved: it counts no more.
        "detection.cleared" v 1 => DetectionCleared {
            /// The alert.
            alert: AlertId,
        },
        /// An archive of what is kept about the person is about to be handed over: to them, or by compliance.
        "personal_data.copied" v 1 => PersonalDataCopied,
        /// The person is written to in this language from now on.
        "locale.changed" v 1 => LocaleChanged {
            /// The language.
            locale: Locale,
        },
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn no(count: &u8) -> bool {
    *count == 0
}

/// SHA-256 of a session token. Tokens are 256 random bits, so that their digest tells nothing of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenDigest(pub [u8; 32]);

impl TokenDigest {
    /// In constant time.
    pub fn matches(&self, other: &Self) -> bool {
        use subtle::ConstantTimeEq;
        self.0.ct_eq(&other.0).into()
    }
}

impl std::fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenDigest(…)")
    }
}

impl Serialize for TokenDigest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut hex = String::with_capacity(64);
        for byte in self.0 {
            hex.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            hex.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        }
        serializer.serialize_str(&hex)
    }
}

impl<'de> Deserialize<'de> for TokenDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let mut digest = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(serde::de::Error::custom("a digest is 64 hexadecimal digits"));
        }
        for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digit =
                |b: u8| char::from(b).to_digit(16).ok_or_else(|| serde::de::Error::custom("not hexadecimal"));
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Ok(Self(digest))
    }
}
