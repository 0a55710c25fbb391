//! Second-factor fatigue: prompt after prompt, until the owner says yes to have peace.

use super::bounded::Bounded;
use super::finding::{Confidence, Corroboration, Detector, Evidence, Finding, Severity};
use super::observation::{Happening, Observation};
use super::policy::DetectionPolicy;
use super::window::Window;
use crate::AccountId;
use crate::policy::seconds;
use serde::{Deserialize, Serialize};

/// Prompts denied or not answered, of each account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fatigue {
    accounts: Bounded<AccountId, Window<u64>>,
}

impl Fatigue {
    pub(super) fn new(policy: &DetectionPolicy) -> Self {
        Self { accounts: Bounded::new(policy.memory.accounts) }
    }

    /// The person is erased.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.accounts.remove(&account);
    }

    pub(super) fn observe(&mut self, seen: &Observation, policy: &DetectionPolicy, out: &mut Vec<Finding>) {
        let Some(account) = seen.target.account() else { return };
        let policy = &policy.factor_fatigue;
        let span = seconds(policy.window_seconds);
        let (count, storm, grade, corroboration) = match seen.what {
            Happening::FactorDenied(_) | Happening::FactorTimedOut(_) => {
                let storm = self.accounts.use_or(&account, Window::default);
                let most = policy.prompts.max(policy.before_success) as usize;
                storm.add(seen.at, seen.position, span, most);
                (policy.prompts, &*storm, (Severity::Medium, Confidence::High), None)
            }
            Happening::FactorAccepted(_) => {
                let Some(storm) = self.accounts.get(&account) else { return };
                let grade = (Severity::High, Confidence::High);
                (policy.before_success, storm, grade, Some(Corroboration::AcceptedAfterStorm))
            }
            _ => return,
        };
        let positions: Vec<u64> = storm.before(seen.at, span).map(|(_, position)| *position).collect();
        if positions.len() < count as usize {
            return;
        }
        let mut evidence = vec![Evidence::count(positions.len(), "prompts denied or not answered")];
        match corroboration {
            Some(_) => evidence.push(Evidence::changed("then the answer")),
            None => evidence.push(Evidence::within(storm.length())),
        }
        let finding = Finding::of_account(Detector::FactorFatigue, seen, grade, evidence);
        out.extend(finding.map(|f| Finding { corroboration, ..f.resting_on(positions) }));
    }
}
