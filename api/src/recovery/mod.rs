//! `/v1/recovery-case…`: what a person does who has lost every way in. They are not signed in; a token that was given
//! when the case was opened keeps their access to it, and to nothing else.

pub mod appeal;
pub mod contact;
pub mod documents;
pub mod messages;
pub mod open;
pub mod pages;
pub mod read;
pub mod stop;

use crate::app::App;
use crate::problem::{self, Problem};
use crate::request::{Caller, bearer};
use crate::tokens::parse_case_token;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::sync::Arc;
use watchbook_domain::RecoveryCaseId;
use watchbook_domain::recovery_case::{CaseRejection, RecoveryCase, RecoveryEvent};
use watchbook_eventlog::{ExecuteError, Executed, Metadata};

/// The person whose case it is.
pub struct CaseCaller {
    /// Who calls, as far as the connection tells.
    pub caller: Caller,
    /// The case's id.
    pub id: RecoveryCaseId,
    /// The case.
    pub case: Arc<RecoveryCase>,
}

impl FromRequestParts<App> for CaseCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let token = bearer(&parts.headers).and_then(parse_case_token);
        let (id, digest) = token.ok_or(problem::CASE_TOKEN_INVALID)?;
        let stream = app.recovery_cases.stream(id);
        let case = app.recovery_cases.load_until(&stream, |case| case.admits(&digest)).await?.state;
        if case.admits(&digest) {
            Ok(Self { caller, id, case })
        } else {
            Err(problem::CASE_TOKEN_INVALID.into())
        }
    }
}

impl App {
    /// Decides on a case and appends the outcome.
    ///
    /// # Errors
    /// The rejection, or why it could not be decided.
    pub async fn decide_case(
        &self,
        id: RecoveryCaseId,
        metadata: &Metadata,
        decide: impl Fn(&RecoveryCase) -> Result<Vec<RecoveryEvent>, CaseRejection> + Send + Sync,
    ) -> Result<Executed<RecoveryCase>, ExecuteError<CaseRejection>> {
        self.recovery_cases.execute(&self.recovery_cases.stream(id), id.into(), metadata, decide).await
    }
}

impl From<CaseRejection> for Problem {
    fn from(rejection: CaseRejection) -> Self {
        use CaseRejection as R;
        match rejection {
            R::Unknown | R::DocumentUnknown => problem::NOT_FOUND.into(),
            R::LinkInvalid => problem::LINK_INVALID.into(),
            R::DocumentTooLarge => problem::TOO_LARGE.into(),
            R::TextInvalid => Self::from(problem::MALFORMED).detail("a text: 1 to 4,000 characters"),
            R::Opened
            | R::WrongStage
            | R::TooManyDocuments
            | R::TooManyMessages
            | R::OwnAccount
            | R::AccountMismatch
            | R::ChecklistIncomplete
            | R::SameOperator
            | R::Disagreement
            | R::DecidedBefore
            | R::AppealedBefore
            | R::NotDue => Self::from(problem::CASE_CONFLICT).detail(rejection.to_string()),
        }
    }
}
