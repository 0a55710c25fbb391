//! Why a command to a case was refused.

/// A refused command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseRejection {
    /// There is no such case, or it was shredded.
    #[error("there is no such case")]
    Unknown,
    /// A case of that id was opened before.
    #[error("the case is open already")]
    Opened,
    /// The case is at another stage.
    #[error("the case is not at a stage that allows this")]
    WrongStage,
    /// The link is unknown, expired or spent.
    #[error("the link does not work any more")]
    LinkInvalid,
    /// A text is empty or too long.
    #[error("the text is empty or too long")]
    TextInvalid,
    /// The case has as many documents as it may.
    #[error("the case has as many documents as it may")]
    TooManyDocuments,
    /// The document is larger than it may be.
    #[error("the document is too large")]
    DocumentTooLarge,
    /// The case has no such document.
    #[error("there is no such document")]
    DocumentUnknown,
    /// The thread has as many messages as it may.
    #[error("the thread is full")]
    TooManyMessages,
    /// The operator would decide about their own account.
    #[error("nobody decides about their own account")]
    OwnAccount,
    /// The account does not hold the address that the case says.
    #[error("the account does not hold the address that the case names")]
    AccountMismatch,
    /// Not every item of the checklist holds.
    #[error("not every item of the checklist is met")]
    ChecklistIncomplete,
    /// The second approval takes another operator.
    #[error("the second approval takes another operator")]
    SameOperator,
    /// The two approvals do not say the same.
    #[error("the first approval says otherwise")]
    Disagreement,
    /// An appeal takes operators who have not decided before.
    #[error("an appeal is decided by other operators")]
    DecidedBefore,
    /// There is one appeal.
    #[error("there was an appeal already")]
    AppealedBefore,
    /// It is not due yet.
    #[error("it is not due yet")]
    NotDue,
}
