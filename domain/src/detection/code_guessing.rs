//! Guessing at codes, within one challenge or from challenge to challenge. Whoever comes so far has the password.

use super::bounded::Bounded;
use super::finding::{Confidence, Detector, Evidence, Finding, Severity};
use super::observation::{Happening, Observation};
use super::policy::DetectionPolicy;
use super::window::Window;
use crate::policy::seconds;
use crate::{AccountId, AttemptId};
use serde::{Deserialize, Serialize};

/// Wrong codes of each account: position and challenge.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CodeGuessing {
    accounts: Bounded<AccountId, Window<(u64, Option<AttemptId>)>>,
}

impl CodeGuessing {
    pub(super) fn new(policy: &DetectionPolicy) -> Self {
        Self { accounts: Bounded::new(policy.memory.accounts) }
    }

    /// The person is erased.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.accounts.remove(&account);
    }

    pub(super) fn observe(&mut self, seen: &Observation, policy: &DetectionPolicy, out: &mut Vec<Finding>) {
        let (Some(account), Happening::FactorRejected(_)) = (seen.target.account(), seen.what) else {
            return;
        };
        let policy = &policy.code_guessing;
        let most = policy.per_account.max(policy.per_challenge) as usize;
        let wrong = self.accounts.use_or(&account, Window::default);
        wrong.add(seen.at, (seen.position, seen.attempt), seconds(policy.window_seconds), most);
        let same = |(_, attempt): &(u64, Option<AttemptId>)| attempt.is_some() && *attempt == seen.attempt;
        let here = wrong.iter().filter(|(_, it)| same(it)).count();
        let evidence = if wrong.len() >= policy.per_account as usize {
            vec![Evidence::count(wrong.len(), "wrong codes"), Evidence::within(wrong.length())]
        } else if here >= policy.per_challenge as usize {
            vec![Evidence::count(here, "wrong codes in one challenge")]
        } else {
            return;
        };
        let grade = (Severity::Medium, Confidence::High);
        let finding = Finding::of_account(Detector::CodeGuessing, seen, grade, evidence);
        out.extend(finding.map(|f| f.resting_on(wrong.iter().map(|(_, (position, _))| *position))));
    }
}
