//! What operators do with a case.

use super::person::text;
use super::{CaseRejection, CaseStage, CheckItem, RecoveryCase, RecoveryEvent, RecoveryPolicy};
use crate::policy::seconds;
use crate::{AccountId, DocumentId, Timestamp};

/// Downloads a document. Decided, and so recorded, before the content is read.
#[derive(Clone, Copy, Debug)]
pub struct ViewDocument {
    /// The document.
    pub document: DocumentId,
    /// Who.
    pub operator: AccountId,
}

impl ViewDocument {
    /// # Errors
    /// `Unknown`, `DocumentUnknown`.
    pub fn decide(&self, case: &RecoveryCase) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        case.seen_by_support()?;
        if !case.documents.contains_key(&self.document) {
            return Err(CaseRejection::DocumentUnknown);
        }
        Ok(vec![RecoveryEvent::DocumentViewed { document: self.document, operator: self.operator }])
    }
}

/// Answers an item of the checklist; a later answer takes the place of an earlier one.
#[derive(Clone, Debug)]
pub struct CheckCase {
    /// Who.
    pub operator: AccountId,
    /// Which item.
    pub item: CheckItem,
    /// Whether it holds.
    pub met: bool,
    /// What they say of it: at most 4,000 characters.
    pub note: Option<String>,
}

impl CheckCase {
    /// # Errors
    /// `WrongStage`, `DecidedBefore`, `TextInvalid`.
    pub fn decide(&self, case: &RecoveryCase) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        case.decided_by(self.operator)?;
        let note = self.note.as_deref().map(text).transpose()?;
        Ok(vec![RecoveryEvent::Checked { operator: self.operator, item: self.item, met: self.met, note }])
    }
}

/// Approves. The second approval, by another operator and of the same, starts the cooling-off.
#[derive(Clone, Copy, Debug)]
pub struct ApproveCase {
    /// Who.
    pub operator: AccountId,
    /// The account that is to be handed over.
    pub account: AccountId,
    /// Whether the contact address becomes the account's.
    pub move_address: bool,
    /// Whether the account holds the address that the case says it was registered with.
    pub holds_registered: bool,
    /// Now.
    pub now: Timestamp,
}

impl ApproveCase {
    /// # Errors
    /// `WrongStage`, `DecidedBefore`, `OwnAccount`, `AccountMismatch`, `ChecklistIncomplete`, `SameOperator`,
    /// `Disagreement`.
    pub fn decide(
        &self,
        case: &RecoveryCase,
        policy: &RecoveryPolicy,
    ) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        let Self { operator, account, move_address, .. } = *self;
        case.decided_by(operator)?;
        if operator == account {
            return Err(CaseRejection::OwnAccount);
        }
        if !self.holds_registered {
            return Err(CaseRejection::AccountMismatch);
        }
        if CheckItem::ALL.iter().any(|item| case.checks.get(item).is_none_or(|check| !check.met)) {
            return Err(CaseRejection::ChecklistIncomplete);
        }
        let approved = RecoveryEvent::Approved { operator, account, move_address };
        let Some(first) = case.approvals.first() else { return Ok(vec![approved]) };
        if first.operator == operator {
            return Err(CaseRejection::SameOperator);
        }
        if (first.account, first.move_address) != (account, move_address) {
            return Err(CaseRejection::Disagreement);
        }
        let executes_at = self.now + seconds(policy.cooling_off_seconds);
        Ok(vec![approved, RecoveryEvent::CoolingOffStarted { account, move_address, executes_at }])
    }
}

/// Rejects. During the cooling-off, a stop on the account takes its place.
#[derive(Clone, Debug)]
pub struct RejectCase {
    /// Who.
    pub operator: AccountId,
    /// Why, for the person to read: at most 4,000 characters.
    pub reason: String,
}

impl RejectCase {
    /// # Errors
    /// `WrongStage`, `DecidedBefore`, `TextInvalid`.
    pub fn decide(&self, case: &RecoveryCase) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        case.decided_by(self.operator)?;
        Ok(vec![RecoveryEvent::Rejected { operator: self.operator, reason: text(&self.reason)? }])
    }
}

impl RecoveryCase {
    /// Support sees a case once its contact address is proved.
    ///
    /// # Errors
    /// `Unknown`: to support there is none before.
    pub fn seen_by_support(&self) -> Result<(), CaseRejection> {
        self.opened()?;
        if self.stage == CaseStage::Unproved { Err(CaseRejection::Unknown) } else { Ok(()) }
    }

    fn decided_by(&self, operator: AccountId) -> Result<(), CaseRejection> {
        self.seen_by_support()?;
        self.in_review()?;
        if self.decided_before.contains(&operator) { Err(CaseRejection::DecidedBefore) } else { Ok(()) }
    }
}
