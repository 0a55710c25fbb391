//! What the person does who has lost every way in.

use super::{Author, CaseRejection, CaseStage, DocumentKind, RecoveryCase, RecoveryEvent, RecoveryPolicy};
use crate::account::TokenDigest;
use crate::policy::seconds;
use crate::{AccountId, ClientContext, DocumentId, Email, LinkId, Locale, RecoveryCaseId, Timestamp};

/// Most characters of a message, a reason or an appeal.
const LONGEST_TEXT: usize = 4_000;
/// Most characters of a document's name.
const LONGEST_NAME: usize = 100;
/// Most messages of support in a case.
const MOST_OF_SUPPORT: usize = 500;

/// Trims a text and takes control characters out, but for line breaks.
///
/// # Errors
/// `TextInvalid` when nothing is left or it has more than 4,000 characters.
pub(super) fn text(raw: &str) -> Result<String, CaseRejection> {
    let text: String = raw.trim().chars().filter(|c| !c.is_control() || *c == '\n').collect();
    let sound = !text.is_empty() && text.chars().count() <= LONGEST_TEXT;
    if sound { Ok(text) } else { Err(CaseRejection::TextInvalid) }
}

/// Opens a case. No account is looked up: the answer cannot tell whether there is one.
#[derive(Clone, Debug)]
pub struct OpenCase {
    /// The new case.
    pub case: RecoveryCaseId,
    /// The address that the account was registered with.
    pub registered: Email,
    /// Where the person can be reached.
    pub contact: Email,
    /// What language the person is written to in.
    pub locale: Option<Locale>,
    /// What happened: at most 4,000 characters.
    pub reason: String,
    /// SHA-256 of the secret that keeps access to the case.
    pub token_digest: TokenDigest,
    /// The link that will prove the contact address.
    pub link: LinkId,
    /// Where the request came from.
    pub context: ClientContext,
    /// Now.
    pub now: Timestamp,
}

impl OpenCase {
    /// # Errors
    /// `TextInvalid`, `Opened`.
    pub fn decide(
        &self,
        case: &RecoveryCase,
        policy: &RecoveryPolicy,
    ) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        if case.id.is_some() {
            return Err(CaseRejection::Opened);
        }
        let requested = RecoveryEvent::Requested {
            case: self.case,
            registered: self.registered.clone(),
            contact: self.contact.clone(),
            reason: text(&self.reason)?,
            token_digest: self.token_digest,
            link: self.link,
            link_expires_at: self.now + seconds(policy.contact_link_seconds),
            context: self.context.clone(),
        };
        let chosen = self.locale.clone().map(|locale| RecoveryEvent::LocaleChosen { locale });
        Ok([requested].into_iter().chain(chosen).collect())
    }
}

/// Proves that the person reads mail at the contact address.
#[derive(Clone, Copy, Debug)]
pub struct ProveContact {
    /// The link, its signature already checked.
    pub link: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl ProveContact {
    /// # Errors
    /// `LinkInvalid`.
    pub fn decide(&self, case: &RecoveryCase) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        match case.proof {
            Some(proof) if proof.id == self.link && self.now < proof.expires_at => {
                Ok(vec![RecoveryEvent::ContactProved { link: self.link }])
            }
            _ => Err(CaseRejection::LinkInvalid),
        }
    }
}

/// Writes to the thread.
#[derive(Clone, Debug)]
pub struct WriteMessage {
    /// Who writes.
    pub from: Author,
    /// At most 4,000 characters.
    pub text: String,
}

impl WriteMessage {
    /// As long as it is looked at; support may also explain afterwards.
    ///
    /// # Errors
    /// `WrongStage`, `TextInvalid`, `TooManyMessages`.
    pub fn decide(
        &self,
        case: &RecoveryCase,
        policy: &RecoveryPolicy,
    ) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        case.opened()?;
        let is_person = self.from == Author::Person;
        let open = matches!(case.stage, CaseStage::Review | CaseStage::CoolingOff);
        if case.stage == CaseStage::Unproved || (is_person && !open) {
            return Err(CaseRejection::WrongStage);
        }
        let written = case.messages.iter().filter(|m| (m.from == Author::Person) == is_person).count();
        let most = if is_person { policy.messages as usize } else { MOST_OF_SUPPORT };
        if written >= most {
            return Err(CaseRejection::TooManyMessages);
        }
        Ok(vec![RecoveryEvent::MessageSent { from: self.from, text: text(&self.text)? }])
    }
}

/// Adds a document whose content lies in the vault already.
#[derive(Clone, Debug)]
pub struct AddDocument {
    /// The document.
    pub document: DocumentId,
    /// What its content says it is.
    pub kind: DocumentKind,
    /// What the person calls it: cut after 100 characters.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// In how many pieces it lies in the vault.
    pub chunks: u32,
}

impl AddDocument {
    /// Whether one more document is taken at all: asked before anything is stored.
    ///
    /// # Errors
    /// `WrongStage`, `TooManyDocuments`.
    pub fn check(case: &RecoveryCase, policy: &RecoveryPolicy) -> Result<(), CaseRejection> {
        case.in_review()?;
        if case.documents.len() >= policy.documents as usize {
            return Err(CaseRejection::TooManyDocuments);
        }
        Ok(())
    }

    /// # Errors
    /// `WrongStage`, `TooManyDocuments`, `DocumentTooLarge`.
    pub fn decide(
        &self,
        case: &RecoveryCase,
        policy: &RecoveryPolicy,
    ) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        Self::check(case, policy)?;
        if self.size > policy.document_bytes {
            return Err(CaseRejection::DocumentTooLarge);
        }
        let name: String = self
            .name
            .chars()
            .filter(|c| !c.is_control())
            .take(LONGEST_NAME)
            .collect::<String>()
            .trim()
            .into();
        Ok(vec![RecoveryEvent::DocumentAdded {
            document: self.document,
            kind: self.kind,
            name: if name.is_empty() { "document".to_owned() } else { name },
            size: self.size,
            sha256: self.sha256.clone(),
            chunks: self.chunks,
        }])
    }
}

/// Asks other operators to look once more.
#[derive(Clone, Debug)]
pub struct AppealCase {
    /// At most 4,000 characters.
    pub text: String,
}

impl AppealCase {
    /// # Errors
    /// `WrongStage`, `AppealedBefore`, `TextInvalid`.
    pub fn decide(&self, case: &RecoveryCase) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        case.opened()?;
        if case.stage != CaseStage::Rejected {
            return Err(CaseRejection::WrongStage);
        }
        if case.appealed {
            return Err(CaseRejection::AppealedBefore);
        }
        Ok(vec![RecoveryEvent::Appealed { text: text(&self.text)? }])
    }
}

impl Author {
    /// The operator, if one wrote.
    pub const fn operator(self) -> Option<AccountId> {
        match self {
            Self::Person => None,
            Self::Operator(operator) => Some(operator),
        }
    }
}
