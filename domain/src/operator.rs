//! Operators: the site's staff. Stream `operator-<uuid>`, by the id of the account they sign in with.
//!
//! An operator's credentials are those of an ordinary account, with the same limits and factors; this
//! stream holds the authority. It is looked at on every use, together with the session's level.

use crate::aggregate::{Aggregate, events};
use crate::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

events! {
    /// An event of an operator's stream.
    pub enum OperatorEvent {
        /// The account's owner is an operator from now on.
        "operator.appointed" v 1 => Appointed {
            /// The account.
            account: AccountId,
        },
        /// Not any more.
        "operator.dismissed" v 1 => Dismissed {
            /// The account.
            account: AccountId,
        },
    }
}

/// The authority of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Whether they have it.
    pub appointed: bool,
}

impl Aggregate for Operator {
    type Event = OperatorEvent;
    const CATEGORY: &'static str = "operator";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &OperatorEvent, _at: Timestamp) {
        self.appointed = matches!(event, OperatorEvent::Appointed { .. });
    }
}
