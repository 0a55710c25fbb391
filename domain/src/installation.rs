//! The installation itself: whether its first operator has been set up. Stream `installation-watchbook`.

use crate::aggregate::{Aggregate, events};
use crate::{AccountId, LinkId, Timestamp};
use serde::{Deserialize, Serialize};

events! {
    /// An event of the installation's stream.
    pub enum InstallationEvent {
        /// A set-up link was printed; it replaces the one before.
        "installation.setup_link_issued" v 1 => SetupLinkIssued {
            /// The link.
            link: LinkId,
            /// It works until then.
            expires_at: Timestamp,
        },
        /// The first operator is set up; no set-up link works any more.
        "installation.set_up" v 1 => SetUp {
            /// The link that was used.
            link: LinkId,
            /// The first operator's account.
            account: AccountId,
        },
    }
}

/// How far the installation has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// The link that works, and until when.
    pub link: Option<(LinkId, Timestamp)>,
    /// The first operator's account.
    pub first_operator: Option<AccountId>,
}

/// The link is unknown, expired, replaced or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the set-up link does not work any more")]
pub struct SetupLinkInvalid;

impl Installation {
    /// The only stream of its category.
    pub const KEY: &'static str = "watchbook";

    /// Issues a set-up link; nothing to do once there is an operator.
    pub fn issue_link(&self, link: LinkId, expires_at: Timestamp) -> Vec<InstallationEvent> {
        match self.first_operator {
            Some(_) => vec![],
            None => vec![InstallationEvent::SetupLinkIssued { link, expires_at }],
        }
    }

    /// Spends the link for `account`.
    ///
    /// # Errors
    /// When the link does not work (any more).
    pub fn set_up(
        &self,
        link: LinkId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<InstallationEvent>, SetupLinkInvalid> {
        match (self.first_operator, self.link) {
            (None, Some((issued, expires_at))) if issued == link && now < expires_at => {
                Ok(vec![InstallationEvent::SetUp { link, account }])
            }
            _ => Err(SetupLinkInvalid),
        }
    }
}

impl Aggregate for Installation {
    type Event = InstallationEvent;
    const CATEGORY: &'static str = "installation";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &InstallationEvent, _at: Timestamp) {
        match event {
            InstallationEvent::SetupLinkIssued { link, expires_at } => self.link = Some((*link, *expires_at)),
            InstallationEvent::SetUp { account, link: _ } => {
                *self = Self { link: None, first_operator: Some(*account) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_newest_link_works_once_and_in_time() {
        let at = |s: i64| Timestamp::from_micros(s * 1_000_000);
        let (old, new) = (LinkId(Uuid::from_u128(1)), LinkId(Uuid::from_u128(2)));
        let account = AccountId(Uuid::from_u128(3));
        let mut installation = Installation::default();
        for link in [old, new] {
            for event in installation.issue_link(link, at(100)) {
                installation.evolve(&event, at(0));
            }
        }
        assert_eq!(installation.set_up(old, account, at(1)), Err(SetupLinkInvalid));
        assert_eq!(installation.set_up(new, account, at(100)), Err(SetupLinkInvalid));
        for event in installation.set_up(new, account, at(99)).unwrap() {
            installation.evolve(&event, at(99));
        }
        assert_eq!(installation.set_up(new, account, at(99)), Err(SetupLinkInvalid));
        assert!(installation.issue_link(old, at(200)).is_empty());
    }
}
