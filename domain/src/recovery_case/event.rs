//! What can happen to a recovery case.

use super::{Author, CheckItem, DocumentKind};
use crate::account::{RecoveryStop, TokenDigest};
use crate::aggregate::events;
use crate::{AccountId, ClientContext, DocumentId, Email, LinkId, Locale, RecoveryCaseId, Timestamp};

events! {
    /// An event of the stream `recovery-<uuid>`. Sealed with the case's own key.
    pub enum RecoveryEvent {
        /// Somebody who has lost every way in asks for help. Nobody has looked whether there is such an account.
        "recovery.requested" v 1 => Requested {
            /// The case's own id.
            case: RecoveryCaseId,
            /// The address that the account was registered with, as they say.
            registered: Email,
            /// Where they can be reached.
            contact: Email,
            /// What happened, in their words.
            reason: String,
            /// SHA-256 of the secret that keeps access to the case.
            token_digest: TokenDigest,
            /// The link that proves the contact address.
            link: LinkId,
            /// It works until then.
            link_expires_at: Timestamp,
            /// Where the request came from.
            context: ClientContext,
        },
        /// What language they are written to in.
        "recovery.locale_chosen" v 1 => LocaleChosen {
            /// The language.
            locale: Locale,
        },
        /// They read mail at the contact address: support sees the case from now on.
        "recovery.contact_proved" v 1 => ContactProved {
            /// The link that proved it.
            link: LinkId,
        },
        /// A document came in. Its content lies in the vault.
        "recovery.document_added" v 1 => DocumentAdded {
            /// The document.
            document: DocumentId,
            /// What its content says it is.
            kind: DocumentKind,
            /// What the person calls it.
            name: String,
            /// In bytes.
            size: u64,
            /// SHA-256 of the content, in hexadecimal.
            sha256: String,
            /// In how many pieces it lies in the vault.
            chunks: u32,
        },
        /// An operator downloaded a document; recorded before they got it.
        "recovery.document_viewed" v 1 => DocumentViewed {
            /// The document.
            document: DocumentId,
            /// Who.
            operator: AccountId,
        },
        /// Person and support write to each other.
        "recovery.message_sent" v 1 => MessageSent {
            /// Who wrote.
            from: Author,
            /// What.
            text: String,
        },
        /// An operator answered an item of the checklist.
        "recovery.checked" v 1 => Checked {
            /// Who.
            operator: AccountId,
            /// Which item.
            item: CheckItem,
            /// Whether it holds.
            met: bool,
            /// What they say of it.
            note: Option<String>,
        },
        /// An operator is for it.
        "recovery.approved" v 1 => Approved {
            /// Who.
            operator: AccountId,
            /// The account that is to be handed over.
            account: AccountId,
            /// Whether the contact address becomes the account's.
            move_address: bool,
        },
        /// Two different operators are for it: the account is handed over unless somebody stops it.
        "recovery.cooling_off_started" v 1 => CoolingOffStarted {
            /// The account.
            account: AccountId,
            /// Whether the contact address becomes the account's.
            move_address: bool,
            /// Not before then.
            executes_at: Timestamp,
        },
        /// An operator is against it.
        "recovery.rejected" v 1 => Rejected {
            /// Who.
            operator: AccountId,
            /// Why: the person is told.
            reason: String,
        },
        /// The person asks other operators to look once more.
        "recovery.appealed" v 1 => Appealed {
            /// In their words.
            text: String,
        },
        /// It was stopped while it cooled off.
        "recovery.stopped" v 1 => Stopped {
            /// By what.
            by: RecoveryStop,
        },
        /// The account was handed over.
        "recovery.executed" v 1 => Executed {
            /// The account.
            account: AccountId,
        },
        /// Nobody decided in time: it is closed.
        "recovery.lapsed" v 1 => Lapsed,
        /// The time of keeping is over: the case's key and documents are destroyed because of this event.
        "personal_data.erased" v 1 => Shredded,
    }
}
