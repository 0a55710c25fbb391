//! The claim on an identifier: at most one account holds it. Stream `claim-<hmac>`.

use crate::aggregate::{Aggregate, events};
use crate::{AccountId, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

events! {
    /// An event of a claim stream.
    pub enum ClaimEvent {
        /// An account holds the identifier from now on.
        "identifier.claimed" v 1 => Claimed {
            /// The holder.
            account: AccountId,
        },
        /// Nobody holds it any more.
        "identifier.released" v 1 => Released {
            /// The former holder.
            account: AccountId,
        },
    }
}

/// Who holds an identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The holder, and since when.
    pub holder: Option<(AccountId, Timestamp)>,
}

impl Aggregate for Claim {
    type Event = ClaimEvent;
    const CATEGORY: &'static str = "claim";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &ClaimEvent, at: Timestamp) {
        self.holder = match event {
            ClaimEvent::Claimed { account } => Some((*account, at)),
            ClaimEvent::Released { .. } => None,
        };
    }
}

/// What is known of the account that holds a claim, looked up by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderState {
    /// Its stream is empty: a registration under way, or one whose node died between claim and account.
    Absent,
    /// Registered, but nobody has proved to read mail at the address.
    Unverified,
    /// Its owner has proved the address.
    Verified,
}

/// A registration whose node died holds its claim for this long.
const ABANDONED_AFTER: TimeDelta = TimeDelta::seconds(60);

/// Claims an identifier for a new account.
#[derive(Clone, Copy, Debug)]
pub struct ClaimIdentifier {
    /// The new account.
    pub account: AccountId,
    /// What is known of the holder that was seen, if there was one.
    pub holder: Option<(AccountId, HolderState)>,
    /// Now.
    pub now: Timestamp,
}

/// Why an identifier cannot be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimRejection {
    /// An account holds it for good.
    #[error("the identifier is claimed")]
    Taken(AccountId),
    /// The holder is not the one whose state was looked up: look again.
    #[error("the holder has changed")]
    HolderChanged,
}

impl ClaimIdentifier {
    /// A verified holder keeps its claim. An unverified one loses it, so that nobody can squat on an
    /// address they do not read, nor have its owner verify an account whose password they chose.
    ///
    /// # Errors
    /// `Taken`, `HolderChanged`.
    pub fn decide(&self, claim: &Claim) -> Result<Vec<ClaimEvent>, ClaimRejection> {
        let claimed = ClaimEvent::Claimed { account: self.account };
        let Some((holder, since)) = claim.holder else { return Ok(vec![claimed]) };
        if holder == self.account {
            return Ok(vec![]);
        }
        let free = match self.holder {
            Some((seen, state)) if seen == holder => match state {
                HolderState::Verified => false,
                HolderState::Unverified => true,
                HolderState::Absent => self.now.since(since) >= ABANDONED_AFTER,
            },
            _ => return Err(ClaimRejection::HolderChanged),
        };
        if free {
            Ok(vec![ClaimEvent::Released { account: holder }, claimed])
        } else {
            Err(ClaimRejection::Taken(holder))
        }
    }
}

/// Gives up the claim of an account that has another identifier in its stead, or none.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseIdentifier {
    /// The account.
    pub account: AccountId,
}

impl ReleaseIdentifier {
    /// Nothing to do when it is another's by now.
    pub fn decide(&self, claim: &Claim) -> Vec<ClaimEvent> {
        let held = claim.holder.filter(|(holder, _)| *holder == self.account);
        held.map(|(account, _)| ClaimEvent::Released { account }).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_verified_holder_keeps_its_claim_and_others_lose_it() {
        let (old, new) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let at = |s: i64| Timestamp::from_micros(s * 1_000_000);
        let mut claim = Claim::default();
        claim.evolve(&ClaimEvent::Claimed { account: old }, at(0));
        let decide = |state, now| {
            ClaimIdentifier { account: new, holder: Some((old, state)), now: at(now) }.decide(&claim)
        };
        let moved = Ok(vec![ClaimEvent::Released { account: old }, ClaimEvent::Claimed { account: new }]);

        assert_eq!(decide(HolderState::Verified, 1_000), Err(ClaimRejection::Taken(old)));
        assert_eq!(decide(HolderState::Unverified, 1), moved);
        assert_eq!(decide(HolderState::Absent, 59), Err(ClaimRejection::Taken(old)), "still under way");
        assert_eq!(decide(HolderState::Absent, 60), moved, "its node died");
        let blind = ClaimIdentifier { account: new, holder: None, now: at(1) };
        assert_eq!(blind.decide(&claim), Err(ClaimRejection::HolderChanged));
        assert_eq!(ClaimIdentifier { account: old, ..blind }.decide(&claim), Ok(vec![]));
    }
}
