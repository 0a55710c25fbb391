//! SIM swap: the phone number changed, and soon a code by SMS lets a new device in.

use super::bounded::Bounded;
use super::finding::{Confidence, Detector, Evidence, Finding, Severity};
use super::history::{Familiarity, Novelty};
use super::observation::{Factor, Happening, Observation};
use super::policy::DetectionPolicy;
use crate::policy::seconds;
use crate::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

/// The last change of each account's number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SimSwap {
    accounts: Bounded<AccountId, (Timestamp, u64)>,
}

impl SimSwap {
    pub(super) fn new(policy: &DetectionPolicy) -> Self {
        Self { accounts: Bounded::new(policy.memory.accounts) }
    }

    /// The person is erased.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.accounts.remove(&account);
    }

    pub(super) fn observe(
        &mut self,
        seen: &Observation,
        novelty: &Novelty,
        policy: &DetectionPolicy,
        out: &mut Vec<Finding>,
    ) {
        let Some(account) = seen.target.account() else { return };
        let (grade, evidence, changed) = match seen.what {
            Happening::PhoneChanged => {
                self.accounts.insert(account, (seen.at, seen.position));
                let grade = (Severity::Medium, Confidence::Low);
                (grade, vec![Evidence::changed("phone number")], None)
            }
            Happening::SignedIn { factor: Some(Factor::Sms) } if novelty.device != Familiarity::Known => {
                let Some((at, position)) = self.accounts.get(&account) else { return };
                let since = seen.at.since(*at);
                let span = seconds(policy.sim_swap.after_seconds);
                if since > span || since < chrono::TimeDelta::zero() {
                    return;
                }
                let evidence = vec![
                    Evidence::By { factor: Factor::Sms },
                    Evidence::after("change of phone number", since),
                    Evidence::never_seen("device"),
                ];
                ((Severity::High, Confidence::Medium), evidence, Some(*position))
            }
            _ => return,
        };
        let finding = Finding::of_account(Detector::SimSwap, seen, grade, evidence);
        out.extend(finding.map(|finding| finding.resting_on(changed)));
    }
}
