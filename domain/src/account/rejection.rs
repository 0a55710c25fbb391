//! Why a command was refused.

use crate::Timestamp;
use crate::guess::Admission;
use chrono::TimeDelta;

/// A refused command. What it means to a caller is the API's business; here it is only the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The stream holds an account already.
    #[error("the account is registered already")]
    AlreadyRegistered,
    /// There is no such account.
    #[error("there is no such account")]
    NotRegistered,
    /// The user number is not this account's.
    #[error("the account has another user number")]
    NumberWrong,
    /// It must not be erased.
    #[error("a legal hold forbids it")]
    LegalHold,
    /// The budget of guesses is spent for now.
    #[error("too many attempts")]
    Throttled {
        /// At least one second.
        retry_after: TimeDelta,
    },
    /// Guesses in flight must have an outcome first: ask again shortly.
    #[error("other attempts are being checked")]
    Busy,
    /// No such attempt, or it has ended, or it belongs to another step.
    #[error("the sign-in attempt is over")]
    AttemptOver,
    /// The link is unknown, expired, spent, or a newer one was sent.
    #[error("the link does not work any more")]
    LinkInvalid,
    /// No such session, or it has ended, or the token is not its newest.
    #[error("the session is over")]
    SessionOver,
    /// The new password is too short for an account without, or with, a second factor.
    #[error("the password is too short")]
    PasswordTooShort,
    /// The password is too short to stand alone, so that the last second factor cannot be removed.
    #[error("the password is too short to stand alone: set a longer one first")]
    PasswordTooShortAlone,
    /// The change needs a fresh proof of the password (and second factor).
    #[error("the change needs a fresh proof of identity")]
    ReauthenticationRequired,
    /// An alert holds changes for a while.
    #[error("changes wait, because something about this account was suspicious")]
    ChangesHeld {
        /// Until then.
        until: Timestamp,
    },
    /// No such device.
    #[error("there is no such device")]
    DeviceUnknown,
    /// A name is empty, too long or holds control characters.
    #[error("the name is not acceptable")]
    NameInvalid,
    /// An authenticator app is enrolled already.
    #[error("an authenticator app is enrolled already")]
    TotpEnrolled,
    /// The account has no second factor.
    #[error("the account has no second factor")]
    NoSecondFactor,
    /// No authenticator app is enrolled, or no enrolment has been started.
    #[error("no authenticator app is enrolled")]
    TotpNotEnrolled,
    /// The account has this phone number already.
    #[error("the account has this phone number already")]
    PhoneUnchanged,
    /// The account has no proved phone number.
    #[error("the account has no proved phone number")]
    PhoneMissing,
    /// Codes by text message are a second factor already.
    #[error("codes by text message are a second factor already")]
    SmsEnrolled,
    /// Codes by text message are no second factor of this account, or not yet again after a change of number.
    #[error("codes by text message are no second factor of this account now")]
    SmsUnavailable,
    /// No code was asked for, it is expired or spent, or there were too many wrong guesses at it.
    #[error("no code is waited for; ask for a new one")]
    CodeOver,
    /// The account has this passkey already.
    #[error("the passkey is enrolled already")]
    PasskeyEnrolled,
    /// No such passkey.
    #[error("there is no such passkey")]
    PasskeyUnknown,
    /// The account has as many passkeys as it may.
    #[error("the account has as many passkeys as it may")]
    TooManyPasskeys,
    /// The account is locked.
    #[error("the account is locked")]
    Locked,
    /// The account is not locked.
    #[error("the account is not locked")]
    NotLocked,
    /// The address is verified already.
    #[error("the address is verified already")]
    AlreadyVerified,
    /// The owner has not confirmed the sign-in yet.
    #[error("the sign-in waits for its owner's confirmation")]
    Unconfirmed,
    /// It is the account's address or recovery address already.
    #[error("the account has this address already")]
    EmailUnchanged,
    /// The last change of address can still be undone.
    #[error("the last change of the e-mail address can still be undone; until then there is no other")]
    EmailChangedRecently,
    /// No change waits for its proof.
    #[error("no change waits for its proof")]
    NoPendingChange,
    /// The account has no recovery address.
    #[error("the account has no recovery address")]
    RecoveryEmailMissing,
    /// A recovery needs a proved recovery address that was not changed lately.
    #[error("the account has no recovery address that counts yet")]
    RecoveryUnavailable,
    /// A recovery is under way, or was stopped a short while ago.
    #[error("a recovery is under way, or was stopped a short while ago")]
    RecoveryPending,
    /// A mail of that kind was sent a moment ago, or too many in a day.
    #[error("a mail was sent already")]
    MailedRecently,
    /// Another recovery by support is under way.
    #[error("another recovery is under way")]
    RecoveryUnderWay,
    /// No recovery by support cools off, or not this one, or it is not due.
    #[error("no recovery is under way")]
    NoRecovery,
}

impl Admission {
    /// As the result of a decision.
    pub(crate) fn check(self) -> Result<(), Rejection> {
        match self {
            Self::Proceed => Ok(()),
            Self::Wait => Err(Rejection::Busy),
            Self::Refuse { retry_after } => Err(Rejection::Throttled { retry_after }),
        }
    }
}
