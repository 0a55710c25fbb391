//! The certificate of an erasure: what is left to be read when nothing else is. Stream `erasure-<uuid>`, by the id of
//! the account that is no more, sealed with a key of its own; it says nothing of the person.

use crate::aggregate::{Aggregate, events};
use crate::{AccountId, EventId, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

events! {
    /// An event of an erasure's stream.
    pub enum ErasureEvent {
        /// The key is destroyed, and the identifiers are free again.
        "erasure.completed" v 1 => Completed {
            /// The account that is no more.
            account: AccountId,
            /// The event that ordered it, in the account's stream; its clear part says who and when.
            ordered_by: EventId,
        },
    }
}

/// An erasure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The event that ordered it, and when all was done. `None` until then.
    pub completed: Option<(EventId, Timestamp)>,
}

impl Aggregate for Erasure {
    type Event = ErasureEvent;
    const CATEGORY: &'static str = "erasure";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &ErasureEvent, at: Timestamp) {
        let ErasureEvent::Completed { account: _, ordered_by } = event;
        self.completed = Some((*ordered_by, at));
    }
}

impl Erasure {
    /// Whose key seals the certificate: not the person's.
    pub fn subject(account: AccountId) -> SubjectId {
        SubjectId(Uuid::new_v5(&account.0, b"erasure"))
    }

    /// Certifies it, once.
    pub fn complete(&self, account: AccountId, ordered_by: EventId) -> Vec<ErasureEvent> {
        match self.completed {
            Some(_) => vec![],
            None => vec![ErasureEvent::Completed { account, ordered_by }],
        }
    }
}
