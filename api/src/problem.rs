//! Errors as `application/problem+json` (RFC 9457), with types that never change their meaning.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Serialize;
use watchbook_domain::account::Rejection;
use watchbook_eventlog::{ExecuteError, LogError, RepositoryError, SealError};
use watchbook_password::HasherError;
use watchbook_projections::ViewsError;

/// One kind of problem: its slug, status and title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(pub &'static str, pub StatusCode, pub &'static str);

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $slug:literal $status:ident $title:literal;)*) => {
        $($(#[$doc])* pub const $name: Kind = Kind($slug, StatusCode::$status, $title);)*
        /// Every kind, for the documentation.
        pub const KINDS: &[Kind] = &[$($name),*];
    };
}

kinds! {
    /// The body, path or query cannot be read.
    MALFORMED = "malformed-request" BAD_REQUEST "The request cannot be read";
    /// The forwarded address cannot be read: nobody is let in on a guess.
    BAD_FORWARDED = "malformed-forwarded-address" BAD_REQUEST "The forwarded client address cannot be read";
    /// The e-mail address has no plausible shape.
    EMAIL_MALFORMED = "malformed-email" UNPROCESSABLE_ENTITY "The e-mail address is malformed";
    /// The language tag is not well-formed (BCP 47).
    LOCALE_MALFORMED = "malformed-locale" UNPROCESSABLE_ENTITY "The language tag is malformed";
    /// The phone number is not in international form.
    PHONE_MALFORMED = "malformed-phone" UNPROCESSABLE_ENTITY "The phone number is malformed";
    /// No text messages go to numbers that begin like this one.
    PHONE_UNSUPPORTED = "phone-unsupported" UNPROCESSABLE_ENTITY "Text messages are not sent to this country";
    /// The new password breaks a rule; `detail` says which.
    PASSWORD_UNACCEPTABLE = "password-unacceptable" UNPROCESSABLE_ENTITY "The password is not acceptable";
    /// The password is too short to be without a second factor.
    PASSWORD_TOO_SHORT_ALONE = "password-too-short-alone" CONFLICT "Set a longer password before the last second factor goes";
    /// The name breaks a rule.
    NAME_INVALID = "name-invalid" UNPROCESSABLE_ENTITY "The name is not acceptable";
    /// Wrong identifier or password, or an account that may not sign in: all look alike.
    INVALID_CREDENTIALS = "invalid-credentials" UNAUTHORIZED "The identifier or password is wrong";
    /// The second factor was wrong, or used before.
    INVALID_CODE = "invalid-code" UNAUTHORIZED "The code is wrong or was used before";
    /// The passkey is not the account's, its signature is wrong, or its challenge has expired or was used; also
    /// when the account may not sign in: all look alike.
    INVALID_PASSKEY = "invalid-passkey" UNAUTHORIZED "The passkey was not accepted";
    /// The public URL has no domain name, so that no browser would offer passkeys.
    PASSKEYS_UNAVAILABLE = "passkeys-unavailable" CONFLICT "Passkeys need a site with a domain name";
    /// The sign-in attempt has ended.
    ATTEMPT_OVER = "attempt-over" UNAUTHORIZED "The sign-in attempt is over; start again";
    /// No live session behind the token.
    SESSION_OVER = "session-over" UNAUTHORIZED "The session is over";
    /// No valid service key.
    SERVICE_KEY_INVALID = "service-key-invalid" UNAUTHORIZED "The service key is not valid";
    /// The service key lacks the scope.
    SCOPE_MISSING = "scope-missing" FORBIDDEN "The service key may not do this";
    /// The caller is no operator, lacks the role, or has not proved two factors.
    FORBIDDEN = "forbidden" FORBIDDEN "This needs an operator with the role for it and two proved factors";
    /// The current password is wrong.
    WRONG_PASSWORD = "wrong-password" FORBIDDEN "The current password is wrong";
    /// The code is wrong, in a session.
    WRONG_CODE = "wrong-code" FORBIDDEN "The code is wrong or was used before";
    /// A code of the authenticator app must come along.
    CODE_REQUIRED = "code-required" FORBIDDEN "This account needs a code of its second factor";
    /// The last proof of identity is too old for this change.
    REAUTHENTICATION_REQUIRED = "reauthentication-required" FORBIDDEN "This needs a fresh proof of identity";
    /// This source has to solve a CAPTCHA first: `GET /v1/captcha`.
    CAPTCHA_REQUIRED = "captcha-required" FORBIDDEN "A CAPTCHA has to be solved first";
    /// The solution is wrong, too late, another source's, or was used before.
    CAPTCHA_INVALID = "captcha-invalid" FORBIDDEN "The solution of the CAPTCHA does not count";
    /// No case behind the token.
    CASE_TOKEN_INVALID = "case-token-invalid" UNAUTHORIZED "There is no recovery case behind this token";
    /// The case's state forbids it; `detail` says why.
    CASE_CONFLICT = "case-conflict" CONFLICT "The recovery case does not allow this now";
    /// The incident is over, or has as many updates as it may; `detail` says which.
    INCIDENT_CONFLICT = "incident-conflict" CONFLICT "The incident does not allow this now";
    /// The export is not under way, or has no files; `detail` says which.
    EXPORT_CONFLICT = "export-conflict" CONFLICT "The export does not allow this now";
    /// The content is no PNG, JPEG or PDF.
    DOCUMENT_TYPE = "document-type" UNSUPPORTED_MEDIA_TYPE "A document must be a PNG or JPEG image or a PDF";
    /// Nothing there.
    NOT_FOUND = "not-found" NOT_FOUND "There is nothing here";
    /// The path knows other methods.
    METHOD_NOT_ALLOWED = "method-not-allowed" METHOD_NOT_ALLOWED "This method is not allowed here";
    /// The state forbids it.
    CONFLICT = "conflict" CONFLICT "The account's state does not allow this";
    /// Something was suspicious, so that changes wait; `GET /v1/account` says until when.
    CHANGES_HELD = "changes-held" CONFLICT "Changes to this account wait for a while";
    /// The alert's state forbids it; `detail` says why.
    ALERT_CONFLICT = "alert-conflict" CONFLICT "The alert does not allow this now";
    /// The number was proved, but another account has it.
    PHONE_TAKEN = "phone-taken" CONFLICT "Another account has this phone number";
    /// The link is unknown, expired or spent.
    LINK_INVALID = "link-invalid" GONE "The link does not work any more";
    /// More than this server reads.
    TOO_LARGE = "body-too-large" PAYLOAD_TOO_LARGE "The request is too large";
    /// Not JSON by its content type.
    UNSUPPORTED = "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "The request must be JSON";
    /// A budget is spent for now.
    TOO_MANY = "too-many-attempts" TOO_MANY_REQUESTS "Too many attempts";
    /// The view has not reached the asked position yet.
    VIEW_BEHIND = "view-behind" SERVICE_UNAVAILABLE "The view has not caught up yet";
    /// A part the answer depends on is down or overloaded: nobody is let in, nothing is half done.
    UNAVAILABLE = "unavailable" SERVICE_UNAVAILABLE "The service is unavailable for the moment";
    /// The request took too long.
    TIMEOUT = "timeout" SERVICE_UNAVAILABLE "The request took too long";
    /// A fault of ours.
    INTERNAL = "internal" INTERNAL_SERVER_ERROR "Something is wrong on our side";
}

/// A problem on its way to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which one.
    pub kind: Kind,
    /// What there is to say beyond the title; never a secret, an address or a stack.
    pub detail: Option<String>,
    /// Which of several rules was broken, by a name that never changes its meaning.
    pub reason: Option<&'static str>,
    /// Whole seconds to wait before trying again.
    pub retry_after: Option<u64>,
}

/// As serialised (RFC 9457, section 3).
#[derive(Serialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// A URI that names the kind of problem.
    #[schema(example = "https://watchbook.dev/problems/invalid-credentials")]
    r#type: String,
    /// The kind in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What there is to say beyond the title.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Which of several rules was broken: of a password, `too-short`, `too-long`, `common`, `repetition`, `own-name`,
    /// `breached`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl Problem {
    /// Says more.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Says which rule was broken.
    #[must_use]
    pub fn reason(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Says when to come again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// The budget is spent for this long.
    pub fn too_many(retry_after: TimeDelta) -> Self {
        Self::from(TOO_MANY).retry_after(retry_after.num_seconds().max(1).unsigned_abs())
    }

    /// As serialised.
    pub fn body(&self) -> ProblemBody {
        let Kind(slug, status, title) = self.kind;
        let r#type = format!("https://watchbook.dev/problems/{slug}");
        ProblemBody {
            r#type,
            title,
            status: status.as_u16(),
            detail: self.detail.clone(),
            reason: self.reason,
        }
    }

    /// Something is down. The cause is logged once, here, where it leaves the system.
    pub fn unavailable(cause: &dyn std::error::Error) -> Self {
        tracing::warn!(cause = chain(cause), "unavailable");
        Self::from(UNAVAILABLE).retry_after(2)
    }

    /// Something is wrong with us. The cause is logged once, here.
    pub fn internal(cause: &dyn std::error::Error) -> Self {
        tracing::error!(cause = chain(cause), "internal error");
        Self::from(INTERNAL)
    }
}

/// An error with its sources, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind.2)?;
        self.detail.iter().try_for_each(|detail| write!(f, ": {detail}"))
    }
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        Self { kind, detail: None, reason: None, retry_after: None }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.kind.1;
        let mut response = (status, Json(self.body())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Rejection> for Problem {
    /// What a refused command means to the caller of an ordinary endpoint. Sign-in, registration and
    /// forgot password answer more guardedly and map theirs themselves.
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Throttled { retry_after } => Self::too_many(retry_after),
            Rejection::Busy => Self::from(TOO_MANY).retry_after(1),
            Rejection::AttemptOver => ATTEMPT_OVER.into(),
            Rejection::Unconfirmed => Self::from(TOO_MANY).retry_after(2),
            Rejection::LinkInvalid => LINK_INVALID.into(),
            Rejection::SessionOver => SESSION_OVER.into(),
            Rejection::ReauthenticationRequired => REAUTHENTICATION_REQUIRED.into(),
            Rejection::ChangesHeld { .. } => CHANGES_HELD.into(),
            Rejection::DeviceUnknown | Rejection::PasskeyUnknown | Rejection::NotRegistered => {
                NOT_FOUND.into()
            }
            Rejection::PasswordTooShort => Self::from(PASSWORD_UNACCEPTABLE).detail(rejection.to_string()),
            Rejection::PasswordTooShortAlone => PASSWORD_TOO_SHORT_ALONE.into(),
            Rejection::NameInvalid => NAME_INVALID.into(),
            Rejection::AlreadyRegistered
            | Rejection::AlreadyVerified
            | Rejection::MailedRecently
            | Rejection::NoSecondFactor
            | Rejection::PasskeyEnrolled
            | Rejection::TooManyPasskeys
            | Rejection::TotpEnrolled
            | Rejection::TotpNotEnrolled
            | Rejection::PhoneUnchanged
            | Rejection::PhoneMissing
            | Rejection::SmsEnrolled
            | Rejection::SmsUnavailable
            | Rejection::CodeOver
            | Rejection::EmailUnchanged
            | Rejection::RecoveryUnavailable
            | Rejection::RecoveryPending
            | Rejection::EmailChangedRecently
            | Rejection::NoPendingChange
            | Rejection::RecoveryEmailMissing
            | Rejection::RecoveryUnderWay
            | Rejection::NoRecovery
            | Rejection::Locked
            | Rejection::NotLocked
            | Rejection::NumberWrong
            | Rejection::LegalHold => Self::from(CONFLICT).detail(rejection.to_string()),
        }
    }
}

impl From<RepositoryError> for Problem {
    fn from(error: RepositoryError) -> Self {
        match &error {
            RepositoryError::Log(LogError::Unavailable(_) | LogError::Conflict { .. }) => {
                Self::unavailable(&error)
            }
            RepositoryError::Seal(SealError::Vault(_)) => Self::unavailable(&error),
            _ => Self::internal(&error),
        }
    }
}

impl<R: Into<Problem>> From<ExecuteError<R>> for Problem {
    fn from(error: ExecuteError<R>) -> Self {
        match error {
            ExecuteError::Rejected(rejection) => rejection.into(),
            ExecuteError::Contended => Self::from(UNAVAILABLE).retry_after(1),
            ExecuteError::Repository(error) => error.into(),
        }
    }
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        if matches!(error, SealError::Vault(_)) { Self::unavailable(&error) } else { Self::internal(&error) }
    }
}

impl From<ViewsError> for Problem {
    fn from(error: ViewsError) -> Self {
        Self::unavailable(&error)
    }
}

impl From<HasherError> for Problem {
    fn from(error: HasherError) -> Self {
        Self::unavailable(&error)
    }
}
