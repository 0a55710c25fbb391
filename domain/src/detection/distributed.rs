//! Guessing at one account from many addresses, each of which stays below every limit of its own.

use super::bounded::Bounded;
use super::finding::{Confidence, Detector, Evidence, Finding, Severity};
use super::observation::{Country, Network, Observation, Prefix};
use super::policy::DetectionPolicy;
use super::window::Window;
use crate::AccountId;
use crate::policy::seconds;
use serde::{Deserialize, Serialize};

/// Failures of one account that are looked at, at most.
const MOST: usize = 64;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Failure {
    position: u64,
    client: Option<Prefix>,
    country: Option<Country>,
    network: Option<Network>,
}

/// Failures of each account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Distributed {
    accounts: Bounded<AccountId, Window<Failure>>,
}

fn distinct<T: Ord>(values: impl Iterator<Item = Option<T>>) -> usize {
    let mut values: Vec<T> = values.flatten().collect();
    values.sort_unstable();
    values.dedup();
    values.len()
}

impl Distributed {
    pub(super) fn new(policy: &DetectionPolicy) -> Self {
        Self { accounts: Bounded::new(policy.memory.accounts) }
    }

    /// The person is erased.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.accounts.remove(&account);
    }

    pub(super) fn observe(&mut self, seen: &Observation, policy: &DetectionPolicy, out: &mut Vec<Finding>) {
        let Some(account) = seen.target.account().filter(|_| seen.what.is_failure()) else { return };
        let policy = &policy.distributed_brute_force;
        let source = &seen.source;
        let failure = Failure {
            position: seen.position,
            client: source.client(),
            country: source.country,
            network: source.network(),
        };
        let failures = self.accounts.use_or(&account, Window::default);
        let most = MOST.max(policy.failures as usize);
        failures.add(seen.at, failure, seconds(policy.window_seconds), most);
        if failures.len() < policy.failures as usize {
            return;
        }
        let addresses = distinct(failures.iter().map(|(_, failure)| failure.client));
        if addresses < policy.addresses as usize {
            return;
        }
        let countries = distinct(failures.iter().map(|(_, failure)| failure.country));
        let networks = distinct(failures.iter().map(|(_, failure)| failure.network));
        if countries < policy.countries as usize && networks < policy.networks as usize {
            return;
        }
        let evidence = vec![
            Evidence::count(failures.len(), "failures"),
            Evidence::count(addresses, "addresses"),
            Evidence::count(networks, "networks"),
            Evidence::count(countries, "countries"),
            Evidence::within(failures.length()),
        ];
        let grade = (Severity::Medium, Confidence::High);
        let finding = Finding::of_account(Detector::DistributedBruteForce, seen, grade, evidence);
        out.extend(finding.map(|f| f.resting_on(failures.iter().map(|(_, failure)| failure.position))));
    }
}
