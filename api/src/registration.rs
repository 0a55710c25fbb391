//! `/v1/registrations` and `/v1/email/…`: an account begins, and its address is proved.

use crate::app::{App, evenly};
use crate::language::Accepted;
use crate::limits::record_declined_mail;
use crate::passwords;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Caller, Written};
use crate::sign_in::no_content;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use watchbook_domain::account::{
    Register, Rejection, RepeatRegistration, RequestEmailVerification, VerifyEmail,
};
use watchbook_domain::claim::{ClaimIdentifier, ClaimRejection, HolderState};
use watchbook_domain::notification::LinkPurpose;
use watchbook_domain::{AccountId, CredentialId, Email, Identifier, LinkId, Locale, UserNumber};
use watchbook_eventlog::links::Link;
use watchbook_eventlog::{ExecuteError, Metadata, Position, Purpose, fresh};
use watchbook_password::Password;

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The address, which the person must be able to read mail at.
    #[schema(example = "ann@example.com")]
    email: String,
    /// At least 15 characters.
    password: String,
    /// The language to write to the person in (BCP 47). Without it, the first of `Accept-Language` that there are words
    /// in.
    #[schema(example = "pt-BR")]
    #[serde(default)]
    locale: Option<String>,
}

/// An address to write to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailRequest {
    /// The address.
    #[schema(example = "ann@example.com")]
    pub email: String,
}

/// The token of a mailed link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    /// From the link's `token` parameter.
    pub token: String,
}

/// What there is to do next, the same for everybody.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum CheckMail {
    /// If there is something to say, a mail says it.
    CheckMail,
}

/// The one answer to whoever types an address.
pub fn check_mail() -> (StatusCode, Json<CheckMail>) {
    (StatusCode::ACCEPTED, Json(CheckMail::CheckMail))
}

/// Registers an account. The answer is the same whether the address is new or not; its owner is told by
/// mail.
#[utoipa::path(
    post, path = "/v1/registrations", tag = "registration", request_body = Registration,
    responses(
        (status = 202, body = CheckMail),
        (status = 422, body = ProblemBody, description = "`malformed-email`, `malformed-locale`, `password-unacceptable`"),
    )
)]
pub async fn register(
    State(app): State<App>,
    caller: Caller,
    Accepted(accepted): Accepted,
    Body(request): Body<Registration>,
) -> Result<(StatusCode, Json<CheckMail>), Problem> {
    let locale = request.locale.as_deref().map(Locale::parse).transpose();
    let locale = locale.map_err(|_| problem::LOCALE_MALFORMED)?.or(accepted);
    let email = Email::parse(&request.email).map_err(|_| problem::EMAIL_MALFORMED)?;
    let password = passwords::read(request.password)?;
    app.passwords.check_new(&password, &words(&email, &app.site_name), app.policy.password.alone)?;
    evenly(create_or_tell(&app, &caller, email, password, locale)).await?;
    Ok(check_mail())
}

async fn create_or_tell(
    app: &App,
    caller: &Caller,
    email: Email,
    password: Password,
    locale: Option<Locale>,
) -> Result<(), Problem> {
    let account = AccountId(fresh::uuid());
    let credential = app.store_password(account, password).await?;
    match app.create_account(caller, account, email.clone(), credential, locale).await {
        Ok(Created::Registered) => {}
        Ok(Created::Taken(holder)) => {
            app.discard(account, credential, Purpose::Password).await;
            let repeat = RepeatRegistration { email, context: caller.context.clone(), now: caller.now };
            let metadata = app.metadata(caller, None);
            match app.decide(holder, &metadata, |a| repeat.decide(a, &app.policy)).await {
                Ok(_) => {}
                Err(ExecuteError::Rejected(_)) => record_declined_mail(app, caller).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(problem) => {
            app.discard(account, credential, Purpose::Password).await;
            return Err(problem);
        }
    }
    Ok(())
}

/// What a person must not use as a password.
pub fn words<'a>(email: &'a Email, site_name: &'a str) -> [&'a str; 3] {
    let local = email.as_str().split('@').next().unwrap_or_default();
    [email.as_str(), local, site_name]
}

/// What came of a registration.
pub enum Created {
    /// The account exists.
    Registered,
    /// A verified account holds the address.
    Taken(AccountId),
}

impl App {
    /// Claims the identifiers, then registers the account: a node that dies in between leaves a claim
    /// without an account, which gives way after a minute.
    ///
    /// # Errors
    /// When the log is unavailable.
    pub async fn create_account(
        &self,
        caller: &Caller,
        account: AccountId,
        email: Email,
        password: CredentialId,
        locale: Option<Locale>,
    ) -> Result<Created, Problem> {
        let identifier = Identifier::Email(email.clone());
        if let Some(holder) = self.claim(caller, account, &identifier).await? {
            return Ok(Created::Taken(holder));
        }
        let number = loop {
            let number = UserNumber::from_random(u32::from_be_bytes(fresh::bytes()));
            if self.claim(caller, account, &Identifier::UserNumber(number)).await?.is_none() {
                break number;
            }
        };
        let register = Register {
            account,
            email,
            number,
            password,
            locale,
            link: LinkId(fresh::uuid()),
            context: caller.context.clone(),
            now: caller.now,
        };
        let metadata = self.metadata(caller, Some(account.0));
        self.decide(account, &metadata, |a| register.decide(a, &self.policy)).await?;
        Ok(Created::Registered)
    }

    /// Claims an identifier; answers with the holder that keeps it.
    ///
    /// # Errors
    /// When the log is unavailable.
    pub async fn claim(
        &self,
        caller: &Caller,
        account: AccountId,
        identifier: &Identifier,
    ) -> Result<Option<AccountId>, Problem> {
        let stream = self.claim_stream(identifier);
        loop {
            let seen = self.claims.load(&stream).await?.state.holder;
            let holder = match seen {
                None => None,
                Some((holder, _)) => {
                    let state = self.account(holder).await?;
                    let state = match (state.id, identifier) {
                        (None, _) => HolderState::Absent,
                        (_, Identifier::Email(email)) if state.keeps_address(email, caller.now) => {
                            HolderState::Verified
                        }
                        (_, Identifier::Email(email)) if state.email.as_ref() == Some(email) => {
                            HolderState::Unverified
                        }
                        (_, Identifier::Email(_)) => HolderState::Absent,
                        // Proved and not recorded yet, or not the account's any more.
                        (_, Identifier::Phone(number)) if state.phone_number() != Some(number) => {
                            HolderState::Absent
                        }
                        _ => HolderState::Verified,
                    };
                    Some((holder, state))
                }
            };
            let claim = ClaimIdentifier { account, holder, now: caller.now };
            let metadata = self.metadata(caller, Some(account.0));
            match self.claims.execute(&stream, account.into(), &metadata, |c| claim.decide(c)).await {
                Ok(_) => return Ok(None),
                Err(ExecuteError::Rejected(ClaimRejection::Taken(holder))) => return Ok(Some(holder)),
                Err(ExecuteError::Rejected(ClaimRejection::HolderChanged)) => {}
                Err(ExecuteError::Contended) => return Err(Rejection::Busy.into()),
                Err(ExecuteError::Repository(error)) => return Err(error.into()),
            }
        }
    }

    /// Proves an address by the token of a mailed link.
    ///
    /// # Errors
    /// `LINK_INVALID`.
    pub async fn verify_email(&self, caller: &Caller, token: &str) -> Result<Option<Position>, Problem> {
        let link = Link::open(&self.keyring, LinkPurpose::VerifyEmail, token).ok_or(problem::LINK_INVALID)?;
        let verify = VerifyEmail {
            link: link.id,
            holds_claim: self.holds_its_address(link.account).await?,
            now: caller.now,
        };
        let metadata: Metadata = self.metadata(caller, Some(link.account.0));
        match self.decide(link.account, &metadata, |a| verify.decide(a)).await {
            Ok(done) => Ok(done.position),
            Err(ExecuteError::Rejected(_)) => Err(problem::LINK_INVALID.into()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Asks for one more verification mail. The answer is always the same.
#[utoipa::path(
    post, path = "/v1/email/verification", tag = "registration", request_body = EmailRequest,
    responses((status = 202, body = CheckMail))
)]
pub async fn resend(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<EmailRequest>,
) -> Result<(StatusCode, Json<CheckMail>), Problem> {
    let email = Email::parse(&request.email).map_err(|_| problem::EMAIL_MALFORMED)?;
    evenly(async {
        let Some(account) = app.holder(&Identifier::Email(email)).await? else {
            return record_declined_mail(&app, &caller).await;
        };
        let command = RequestEmailVerification { link: LinkId(fresh::uuid()), now: caller.now };
        let metadata = app.metadata(&caller, None);
        match app.decide(account, &metadata, |a| command.decide(a, &app.policy)).await {
            Ok(_) => Ok(()),
            Err(ExecuteError::Rejected(_)) => record_declined_mail(&app, &caller).await,
            Err(error) => Err(error.into()),
        }
    })
    .await?;
    Ok(check_mail())
}

/// Proves the address.
#[utoipa::path(
    post, path = "/v1/email/verify", tag = "registration", request_body = LinkToken,
    responses((status = 204), (status = 410, body = ProblemBody, description = "`link-invalid`"))
)]
pub async fn verify(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LinkToken>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.verify_email(&caller, &request.token).await?))
}
