//! What stuffing and spraying have in common: one source that tries many accounts.

use super::finding::{Confidence, Detector, Evidence, Finding, Key, Severity};
use super::history::{Familiarity, Novelty};
use super::observation::{Happening, Observation};
use super::tries::{End, Tries, Try};
use crate::{AccountId, Timestamp};

/// A campaign as it was found, with the successes it may have had before.
#[derive(Clone, Debug)]
pub(super) struct Campaign {
    pub(super) finding: Finding,
    /// Time, position, account.
    pub(super) hits: Vec<(Timestamp, u64, AccountId)>,
}

/// The try that an observation is, if it is one.
pub(super) fn try_of(seen: &Observation, novelty: &Novelty) -> Option<Try> {
    let end = match seen.what {
        Happening::PasswordRejected => End::Failed,
        Happening::SignedIn { .. } => {
            End::Succeeded { known: novelty.device == Familiarity::Known || seen.is_strong() }
        }
        Happening::SignInRefused => End::Refused,
        _ => return None,
    };
    Some(Try { position: seen.position, target: seen.target, end })
}

/// What the tries of `key`'s source amount to.
pub(super) fn campaign(detector: Detector, key: Key, at: Timestamp, tries: &Tries) -> Campaign {
    let confidence = if matches!(key, Key::Source(_)) { Confidence::High } else { Confidence::Medium };
    let finding = Finding {
        detector,
        key,
        at,
        severity: Severity::Medium,
        confidence,
        evidence: vec![
            Evidence::count(tries.tried_little() as usize, "accounts"),
            Evidence::count(tries.failed() as usize, "failures"),
            Evidence::Failing { share: tries.failing_share() },
            Evidence::within(tries.length()),
        ],
        positions: Vec::new(),
        accounts: tries.accounts(),
        corroboration: None,
    };
    let hits = tries.hits().filter_map(|(at, hit)| Some((at, hit.position, hit.target.account()?)));
    Campaign { finding: finding.resting_on(tries.positions()), hits: hits.collect() }
}
