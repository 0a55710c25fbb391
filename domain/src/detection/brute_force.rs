//! Guessing at one account: failures in a row, on the account and from each source of it.
//!
//! A success ends the row of its own source and, from a known device, not that of others: an owner who signs in
//! during an attack does not hide it.

use super::bounded::Bounded;
use super::finding::{Confidence, Detector, Evidence, Finding, Severity};
use super::observation::{Happening, Observation, Prefix};
use super::policy::DetectionPolicy;
use super::window::Window;
use crate::AccountId;
use crate::policy::seconds;
use serde::{Deserialize, Serialize};

/// Failures in a row: positions.
type Row = Window<u64>;

/// Rows of failures.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BruteForce {
    accounts: Bounded<AccountId, Row>,
    pairs: Bounded<(AccountId, Prefix), Row>,
}

impl BruteForce {
    pub(super) fn new(policy: &DetectionPolicy) -> Self {
        let capacity = policy.memory.accounts;
        Self { accounts: Bounded::new(capacity), pairs: Bounded::new(capacity) }
    }

    /// The person is erased.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.accounts.remove(&account);
        self.pairs.retain(|(of, _), _| *of != account);
    }

    pub(super) fn observe(&mut self, seen: &Observation, policy: &DetectionPolicy, out: &mut Vec<Finding>) {
        let Some(account) = seen.target.account() else { return };
        let pair = seen.source.client().map(|client| (account, client));
        let policy = &policy.brute_force;
        match seen.what {
            what if what.is_failure() => {
                let (span, most) = (seconds(policy.window_seconds), policy.failures.max(1) as usize);
                let row = self.accounts.use_or(&account, Row::default);
                row.add(seen.at, seen.position, span, most);
                let mut found = (row.len() >= most).then(|| row.clone());
                if let Some(pair) = pair {
                    let row = self.pairs.use_or(&pair, Row::default);
                    row.add(seen.at, seen.position, span, most);
                    if found.is_none() && row.len() >= most {
                        found = Some(row.clone());
                    }
                }
                let Some(row) = found else { return };
                let evidence = vec![Evidence::count(row.len(), "failures"), Evidence::within(row.length())];
                let grade = (Severity::Medium, Confidence::High);
                let finding = Finding::of_account(Detector::BruteForce, seen, grade, evidence);
                out.extend(finding.map(|f| f.resting_on(row.iter().map(|(_, position)| *position))));
            }
            Happening::SignedIn { .. } => {
                self.accounts.remove(&account);
                if let Some(pair) = pair {
                    self.pairs.remove(&pair);
                }
            }
            _ => {}
        }
    }
}
