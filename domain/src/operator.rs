//! Operators: the site's staff. Stream `operator-<uuid>`, by the id of the account they sign in with.
//!
//! An operator's credentials are those of an ordinary account, with the same limits and factors; this
//! stream holds the authority, and whom they have looked at. It is looked at on every use, together with the session's
//! level.

use crate::aggregate::{Aggregate, events};
use crate::{AccountId, RecoveryCaseId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What an operator does at the site. None includes another: who does two things has two roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Helps people: recovery cases, locks.
    Support,
    /// Finds out what happened: histories, alerts, search.
    Analyst,
    /// Answers for what is kept, shown and taken away: exports, erasure, who looked at whom.
    Compliance,
    /// Keeps the installation: service keys, what the public is told.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Support, Self::Analyst, Self::Compliance, Self::Administrator];

    /// As written in commands, API and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Analyst => "analyst",
            Self::Compliance => "compliance",
            Self::Administrator => "administrator",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| format!("one of {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// What an operator looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// An account as it is.
    State,
    /// An account as it was at a moment.
    History,
    /// What changed about an account between two moments.
    Difference,
    /// The events of an account.
    Timeline,
    /// An alert, with its evidence.
    Alert,
    /// A recovery case.
    RecoveryCase,
    /// A document of a recovery case.
    RecoveryDocument,
    /// Events of the whole log, or of one account, as they come.
    Tail,
    /// What accounts share with others.
    Search,
    /// An export that names accounts.
    Export,
    /// The archive that a person asked for.
    SubjectAccess,
}

impl Look {
    /// As stored in views and said by the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::History => "history",
            Self::Difference => "difference",
            Self::Timeline => "timeline",
            Self::Alert => "alert",
            Self::RecoveryCase => "recovery_case",
            Self::RecoveryDocument => "recovery_document",
            Self::Tail => "tail",
            Self::Search => "search",
            Self::Export => "export",
            Self::SubjectAccess => "subject_access",
        }
    }
}

events! {
    /// An event of an operator's stream.
    pub enum OperatorEvent {
        /// The account's owner is an operator with these roles, and no others, from now on.
        "operator.appointed" v 2 => Appointed {
            /// The account.
            account: AccountId,
            /// At least one.
            roles: BTreeSet<Role>,
        },
        /// Not any more.
        "operator.dismissed" v 1 => Dismissed {
            /// The account.
            account: AccountId,
        },
        /// They are about to be shown something of other people. Recorded before the answer goes out. Names accounts by
        /// their ids alone, so that nothing of a person stays here when they are erased.
        "history.viewed" v 1 => HistoryViewed {
            /// What.
            what: Look,
            /// Whose; empty for a look at nobody in particular.
            accounts: Vec<AccountId>,
            /// The recovery case, if it was one.
            case: Option<RecoveryCaseId>,
        },
    }
}

/// The authority of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// What they do; empty for who is no operator, or none any more.
    pub roles: BTreeSet<Role>,
}

impl Operator {
    /// Whether they have one of these roles.
    pub fn has_one_of(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }

    /// Gives these roles in place of those before; none dismisses. Nothing happens when they are the same.
    pub fn appoint(&self, account: AccountId, roles: &BTreeSet<Role>) -> Vec<OperatorEvent> {
        if self.roles == *roles {
            return vec![];
        }
        vec![match roles.is_empty() {
            true => OperatorEvent::Dismissed { account },
            false => OperatorEvent::Appointed { account, roles: roles.clone() },
        }]
    }
}

impl Aggregate for Operator {
    type Event = OperatorEvent;
    const CATEGORY: &'static str = "operator";
    const SNAPSHOT_FORMAT: u16 = 2;

    fn evolve(&mut self, event: &OperatorEvent, _at: Timestamp) {
        match event {
            OperatorEvent::Appointed { account: _, roles } => self.roles.clone_from(roles),
            OperatorEvent::Dismissed { .. } => self.roles.clear(),
            OperatorEvent::HistoryViewed { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn roles_are_those_of_the_last_appointment() {
        let account = AccountId(Uuid::nil());
        let mut operator = Operator::default();
        let mut appoint = |roles: &[Role]| {
            let events = operator.appoint(account, &roles.iter().copied().collect());
            events.iter().for_each(|event| operator.evolve(event, Timestamp::from_micros(0)));
            (events.len(), operator.clone())
        };
        let (_, both) = appoint(&[Role::Support, Role::Analyst]);
        assert!(both.has_one_of(&[Role::Analyst, Role::Compliance]) && !both.has_one_of(&[Role::Compliance]));
        assert_eq!(appoint(&[Role::Analyst, Role::Support]).0, 0, "the same");
        let (_, other) = appoint(&[Role::Compliance]);
        assert!(!other.has_one_of(&[Role::Support, Role::Analyst, Role::Administrator]));
        let (_, none) = appoint(&[]);
        assert!(!none.has_one_of(&Role::ALL));
        assert_eq!(appoint(&[]).0, 0, "nobody is dismissed twice");
    }

    #[test]
    fn names_are_those_of_the_events() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert_eq!(serde_json::to_value(Look::RecoveryDocument).unwrap(), Look::RecoveryDocument.as_str());
        "admin".parse::<Role>().unwrap_err();
    }
}
