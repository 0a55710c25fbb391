//! `/v1/email/change…`: another e-mail address, proved by a mailed link, and taken back over a link to the old one.

use crate::app::{App, evenly};
use crate::limits::record_declined_mail;
use crate::problem::{self, Problem, ProblemBody};
use crate::registration::{CheckMail, EmailRequest, LinkToken, check_mail};
use crate::request::{Body, Caller, SignedIn, Written};
use crate::sign_in::no_content;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use watchbook_domain::account::{
    CancelEmailChange, ConfirmEmailChange, Rejection, RequestEmailChange, TellOfWantedEmail, UndoEmailChange,
};
use watchbook_domain::claim::ReleaseIdentifier;
use watchbook_domain::notification::LinkPurpose;
use watchbook_domain::policy::seconds;
use watchbook_domain::{AccountId, Email, Identifier, LinkId};
use watchbook_eventlog::links::Link;
use watchbook_eventlog::{ExecuteError, Position, fresh};

/// Asks for another address; a link goes there. The answer does not tell whether somebody else has it: only its owner is
/// told, by mail. A newer request takes the place of the one before.
#[utoipa::path(
    post, path = "/v1/email/change", tag = "contact", security(("session" = [])), request_body = EmailRequest,
    responses(
        (status = 202, body = CheckMail),
        (status = 403, body = ProblemBody, description = "`reauthentication-required`"),
        (status = 409, body = ProblemBody, description = "`conflict`: it is the account's already, or the last change can still be undone"),
        (status = 422, body = ProblemBody, description = "`malformed-email`"),
        (status = 429, body = ProblemBody, description = "`too-many-attempts`: a link was mailed a moment ago, or too many in a day"),
    )
)]
pub async fn request(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(request): Body<EmailRequest>,
) -> Result<Written<(StatusCode, Json<CheckMail>)>, Problem> {
    let email = Email::parse(&request.email).map_err(|_| problem::EMAIL_MALFORMED)?;
    let position = evenly(app.request_email_change(&signed_in, email)).await?;
    Ok(Written(position, check_mail()))
}

/// Calls off the change that waits for its proof.
#[utoipa::path(
    delete, path = "/v1/email/change", tag = "contact", security(("session" = [])),
    responses((status = 204), (status = 409, body = ProblemBody, description = "`conflict`: none waits"))
)]
pub async fn cancel(State(app): State<App>, signed_in: SignedIn) -> Result<Written<StatusCode>, Problem> {
    let command = CancelEmailChange { session: signed_in.session_id, now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a)).await?;
    Ok(no_content(done.position))
}

/// Proves the new address by the mailed link. It is what the person signs in with from now on. Every session but the
/// one that asked ends, with every link that sets a password.
#[utoipa::path(
    post, path = "/v1/email/change/confirm", tag = "contact", request_body = LinkToken,
    responses((status = 204), (status = 410, body = ProblemBody, description = "`link-invalid`"))
)]
pub async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LinkToken>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.confirm_email_change(&caller, &request.token).await?))
}

/// Takes the old address back, over the link that was mailed there. Every session ends, and the account is locked until
/// a new password is set over the old address.
#[utoipa::path(
    post, path = "/v1/email/change/undo", tag = "contact", request_body = LinkToken,
    responses((status = 204), (status = 410, body = ProblemBody, description = "`link-invalid`"))
)]
pub async fn undo(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<LinkToken>,
) -> Result<Written<StatusCode>, Problem> {
    Ok(no_content(app.undo_email_change(&caller, &request.token).await?))
}

impl App {
    async fn request_email_change(
        &self,
        signed_in: &SignedIn,
        email: Email,
    ) -> Result<Option<Position>, Problem> {
        let (account, caller) = (signed_in.account_id, &signed_in.caller);
        let owner = self.keeper(caller, &email).await?.filter(|owner| *owner != account);
        let command = RequestEmailChange {
            session: signed_in.session_id,
            link: LinkId(fresh::uuid()),
            email: email.clone(),
            taken: owner.is_some(),
            now: caller.now,
        };
        let metadata = signed_in.metadata(self);
        let done = self.decide(account, &metadata, |a| command.decide(a, &self.policy)).await;
        let done = done.map_err(|error| self.contact_problem(error))?;
        if let Some(owner) = owner {
            let tell = TellOfWantedEmail { email, context: caller.context.clone(), now: caller.now };
            let metadata = self.metadata(caller, None);
            match self.decide(owner, &metadata, |a| tell.decide(a, &self.policy)).await {
                Ok(_) => {}
                Err(ExecuteError::Rejected(_)) => record_declined_mail(self, caller).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(done.position)
    }

    /// What a refused request for a link is to whoever is signed in.
    pub(crate) fn contact_problem(&self, error: ExecuteError<Rejection>) -> Problem {
        match error {
            ExecuteError::Rejected(Rejection::MailedRecently) => {
                Problem::too_many(seconds(self.policy.mail_pause_seconds))
            }
            error => error.into(),
        }
    }

    /// Whose claim on the address stands.
    async fn keeper(&self, caller: &Caller, email: &Email) -> Result<Option<AccountId>, Problem> {
        let claim = self.claims.load(&self.claim_stream(&Identifier::Email(email.clone()))).await?;
        let Some((holder, _)) = claim.state.holder else { return Ok(None) };
        Ok(self.account(holder).await?.keeps_address(email, caller.now).then_some(holder))
    }

    /// Acts on the token of a link that proves a new address.
    ///
    /// # Errors
    /// `LINK_INVALID`.
    pub async fn confirm_email_change(
        &self,
        caller: &Caller,
        token: &str,
    ) -> Result<Option<Position>, Problem> {
        let link = Link::open(&self.keyring, LinkPurpose::ChangeEmail, token).ok_or(problem::LINK_INVALID)?;
        let (id, account) = (link.id, link.account);
        let before = self.account(account).await?;
        let email = ConfirmEmailChange::wanted(&before, id, caller.now).map_err(|_| problem::LINK_INVALID)?;
        let identifier = Identifier::Email(email.clone());
        // Claimed first: a node that dies in between leaves a claim that gives way after a minute.
        let holds_claim = self.claim(caller, account, &identifier).await?.is_none();
        let undo = LinkId(fresh::uuid());
        let command = ConfirmEmailChange { link: id, holds_claim, undo, now: caller.now };
        let metadata = self.metadata(caller, Some(account.0));
        match self.decide(account, &metadata, |a| command.decide(a, &self.policy)).await {
            Ok(done) => {
                // A release of the same address, if it was this account's long ago, may just have come between.
                self.claim(caller, account, &identifier).await?;
                Ok(done.position)
            }
            Err(error) => {
                self.give_up_address(caller, account, email).await;
                Err(match error {
                    ExecuteError::Rejected(_) => problem::LINK_INVALID.into(),
                    error => error.into(),
                })
            }
        }
    }

    /// Acts on the token of a link that undoes a change.
    ///
    /// # Errors
    /// `LINK_INVALID`.
    pub async fn undo_email_change(&self, caller: &Caller, token: &str) -> Result<Option<Position>, Problem> {
        let link =
            Link::open(&self.keyring, LinkPurpose::UndoEmailChange, token).ok_or(problem::LINK_INVALID)?;
        let before = self.account(link.account).await?;
        let command = UndoEmailChange { link: link.id, now: caller.now };
        let metadata = self.metadata(caller, Some(link.account.0));
        match self.decide(link.account, &metadata, |a| command.decide(a)).await {
            Ok(done) => {
                if let Some(undone) = &before.email {
                    self.give_up_address(caller, link.account, undone).await;
                }
                Ok(done.position)
            }
            Err(ExecuteError::Rejected(_)) => Err(problem::LINK_INVALID.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives up a claim on an address that is not the account's. One that stays by mischance gives way to anybody.
    async fn give_up_address(&self, caller: &Caller, account: AccountId, email: &Email) {
        let Ok(state) = self.account(account).await else { return };
        if state.email.as_ref() == Some(email) || state.keeps_address(email, caller.now) {
            return;
        }
        let release = ReleaseIdentifier { account };
        let metadata = self.metadata(caller, Some(account.0));
        let stream = self.claim_stream(&Identifier::Email(email.clone()));
        let decide = |claim: &_| Ok::<_, std::convert::Infallible>(release.decide(claim));
        let released = self.claims.execute(&stream, account.into(), &metadata, decide).await;
        if let Err(ExecuteError::Contended | ExecuteError::Repository(_)) = released {
            tracing::warn!("a claim on an address was not released");
        }
    }
}
