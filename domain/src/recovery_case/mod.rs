//! Recovery with the help of support, for who has lost every way in. Stream `recovery-<uuid>`.
//!
//! The case has a key of its own in the vault: destroying it erases the documents and every payload. What it does to an
//! account is decided on the account's own stream (`account::support_recovery`), so that a stop and the hand-over can
//! never both win.

mod event;
mod limits;
mod person;
mod policy;
mod rejection;
mod review;
mod timer;

pub use event::RecoveryEvent;
pub use limits::{BudgetSpent, RecoveryBudget, RecoveryBudgetEvent};
pub use person::{AddDocument, AppealCase, OpenCase, ProveContact, WriteMessage};
pub use policy::RecoveryPolicy;
pub use rejection::CaseRejection;
pub use review::{ApproveCase, CheckCase, RejectCase, ViewDocument};
pub use timer::{FinishCase, LapseCase, ShredCase, StopCase};

use crate::account::{PendingLink, RecoveryStop, TokenDigest};
use crate::aggregate::Aggregate;
use crate::{AccountId, DocumentId, Email, Locale, RecoveryCaseId, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

impl From<RecoveryCaseId> for SubjectId {
    fn from(id: RecoveryCaseId) -> Self {
        Self(id.0)
    }
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStage {
    /// The contact address is not proved: nobody of support sees it.
    #[default]
    Unproved,
    /// Support looks at it.
    Review,
    /// Approved twice; it can be stopped.
    CoolingOff,
    /// Support was against it.
    Rejected,
    /// Stopped while it cooled off.
    Stopped,
    /// The account was handed over.
    Executed,
    /// Nobody decided in time.
    Lapsed,
}

impl CaseStage {
    /// Every stage.
    pub const ALL: [Self; 7] = [
        Self::Unproved,
        Self::Review,
        Self::CoolingOff,
        Self::Rejected,
        Self::Stopped,
        Self::Executed,
        Self::Lapsed,
    ];

    /// As stored in views and said by the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unproved => "unproved",
            Self::Review => "review",
            Self::CoolingOff => "cooling_off",
            Self::Rejected => "rejected",
            Self::Stopped => "stopped",
            Self::Executed => "executed",
            Self::Lapsed => "lapsed",
        }
    }
}

/// What a document is, told by its first bytes and never by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A PNG image (ISO/IEC 15948, 5.2).
    Png,
    /// A JPEG image (ISO/IEC 10918-1, B.1.1.3: it begins with SOI and another marker).
    Jpeg,
    /// A PDF document (ISO 32000-1, 7.5.2).
    Pdf,
}

impl DocumentKind {
    /// Bytes that suffice to tell.
    pub const SIGNATURE: usize = 8;

    /// What `content` begins as; `None` when it is nothing that is taken.
    pub fn of(content: &[u8]) -> Option<Self> {
        const KINDS: [(&[u8], DocumentKind); 3] = [
            (b"\x89PNG\r\n\x1a\n", DocumentKind::Png),
            (b"\xff\xd8\xff", DocumentKind::Jpeg),
            (b"%PDF-", DocumentKind::Pdf),
        ];
        KINDS.into_iter().find(|(signature, _)| content.starts_with(signature)).map(|(_, kind)| kind)
    }

    /// The extension that its name gets when it is downloaded.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Pdf => "pdf",
        }
    }
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The person who opened the case.
    Person,
    /// An operator.
    Operator(AccountId),
}

/// What a reviewer has to look at before anybody can approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckItem {
    /// The identity document is genuine and in force.
    DocumentGenuine,
    /// It names the person whom the account is known to belong to.
    IdentityMatches,
    /// They know of the account what its owner would: dates, balances, devices.
    AccountKnown,
    /// The contact address is the person's own, not a helper's.
    ContactIsTheirs,
    /// Nothing in the account's history looks like an attempt to take it over.
    NoTakeover,
}

impl CheckItem {
    /// The whole checklist.
    pub const ALL: [Self; 5] = [
        Self::DocumentGenuine,
        Self::IdentityMatches,
        Self::AccountKnown,
        Self::ContactIsTheirs,
        Self::NoTakeover,
    ];
}

/// A document, without its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What its content says it is.
    pub kind: DocumentKind,
    /// What the person calls it.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// In how many pieces it lies in the vault.
    pub chunks: u32,
    /// When it came in.
    pub added_at: Timestamp,
}

/// A message of the thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseMessage {
    /// Who wrote.
    pub from: Author,
    /// What.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// The newest answer to an item of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Who answered.
    pub operator: AccountId,
    /// Whether it holds.
    pub met: bool,
    /// What they say of it.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// One operator's approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub operator: AccountId,
    /// Of handing over which account.
    pub account: AccountId,
    /// Whether the contact address becomes the account's.
    pub move_address: bool,
    /// When.
    pub at: Timestamp,
}

/// A rejection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRejected {
    /// Who.
    pub operator: AccountId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// A case. Everything in it is bounded.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RecoveryCase {
    /// Its id; `None` until it is opened, and again once it is shredded.
    pub id: Option<RecoveryCaseId>,
    /// The address that the account was registered with, as the person says.
    pub registered: Option<Email>,
    /// Where the person can be reached.
    pub contact: Option<Email>,
    /// What language the person is written to in.
    pub locale: Option<Locale>,
    /// What happened, in their words.
    pub reason: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When something last happened.
    pub changed_at: Timestamp,
    /// Where it stands.
    pub stage: CaseStage,
    /// What came in.
    pub documents: BTreeMap<DocumentId, Document>,
    /// The thread.
    pub messages: Vec<CaseMessage>,
    /// Answers to the checklist.
    pub checks: BTreeMap<CheckItem, Check>,
    /// At most two, of different operators.
    pub approvals: Vec<Approval>,
    /// When the account is handed over, once it cools off.
    pub executes_at: Option<Timestamp>,
    /// The last rejection.
    pub rejection: Option<CaseRejected>,
    /// Whether the one appeal was used.
    pub appealed: bool,
    /// What stopped it.
    pub stopped_by: Option<RecoveryStop>,
    /// When it was closed; a rejected one can be opened once more.
    pub closed_at: Option<Timestamp>,
    token_digest: Option<TokenDigest>,
    proof: Option<PendingLink>,
    /// Operators who have decided before an appeal: others decide after it.
    decided_before: BTreeSet<AccountId>,
}

/// Nothing of what it holds: all of it is personal.
impl std::fmt::Debug for RecoveryCase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecoveryCase")
            .field("id", &self.id)
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}

impl RecoveryCase {
    /// Whether `digest` is of the secret that was given out when the case was opened.
    #[must_use]
    pub fn admits(&self, digest: &TokenDigest) -> bool {
        self.token_digest.is_some_and(|own| own.matches(digest))
    }

    /// The account that two operators named, once it cools off.
    pub fn approved(&self) -> Option<Approval> {
        self.approvals.last().copied().filter(|_| self.approvals.len() > 1)
    }

    fn opened(&self) -> Result<RecoveryCaseId, CaseRejection> {
        self.id.ok_or(CaseRejection::Unknown)
    }

    fn in_review(&self) -> Result<(), CaseRejection> {
        self.opened()?;
        if self.stage == CaseStage::Review { Ok(()) } else { Err(CaseRejection::WrongStage) }
    }

    fn close(&mut self, stage: CaseStage, at: Timestamp) {
        self.stage = stage;
        self.closed_at = Some(at);
    }
}

impl Aggregate for RecoveryCase {
    type Event = RecoveryEvent;
    const CATEGORY: &'static str = "recovery";
    const SNAPSHOT_FORMAT: u16 = 2;

    fn evolve(&mut self, event: &RecoveryEvent, at: Timestamp) {
        use RecoveryEvent as E;
        self.changed_at = at;
        match event.clone() {
            E::Requested {
                case,
                registered,
                contact,
                reason,
                token_digest,
                link,
                link_expires_at,
                context: _,
            } => {
                *self = Self {
                    id: Some(case),
                    registered: Some(registered),
                    contact: Some(contact),
                    reason,
                    opened_at: at,
                    changed_at: at,
                    token_digest: Some(token_digest),
                    proof: Some(PendingLink { id: link, expires_at: link_expires_at }),
                    ..Self::default()
                };
            }
            E::LocaleChosen { locale } => self.locale = Some(locale),
            E::ContactProved { link: _ } => {
                self.proof = None;
                self.stage = CaseStage::Review;
            }
            E::DocumentAdded { document, kind, name, size, sha256, chunks } => {
                let added = Document { kind, name, size, sha256, chunks, added_at: at };
                self.documents.insert(document, added);
            }
            E::DocumentViewed { document: _, operator: _ } => {}
            E::MessageSent { from, text } => self.messages.push(CaseMessage { from, text, at }),
            E::Checked { operator, item, met, note } => {
                self.checks.insert(item, Check { operator, met, note, at });
            }
            E::Approved { operator, account, move_address } => {
                self.approvals.push(Approval { operator, account, move_address, at });
            }
            E::CoolingOffStarted { account: _, move_address: _, executes_at } => {
                self.stage = CaseStage::CoolingOff;
                self.executes_at = Some(executes_at);
            }
            E::Rejected { operator, reason } => {
                self.rejection = Some(CaseRejected { operator, reason, at });
                self.close(CaseStage::Rejected, at);
            }
            E::Appealed { text } => {
                self.decided_before.extend(self.approvals.iter().map(|approval| approval.operator));
                self.decided_before.extend(self.rejection.as_ref().map(|rejection| rejection.operator));
                self.approvals.clear();
                self.checks.clear();
                self.appealed = true;
                self.stage = CaseStage::Review;
                self.closed_at = None;
                self.messages.push(CaseMessage { from: Author::Person, text, at });
            }
            E::Stopped { by } => {
                self.stopped_by = Some(by);
                self.close(CaseStage::Stopped, at);
            }
            E::Executed { account: _ } => self.close(CaseStage::Executed, at),
            E::Lapsed => self.close(CaseStage::Lapsed, at),
            E::Shredded => *self = Self::default(),
        }
    }
}

#[cfg(test)]
mod tests;
