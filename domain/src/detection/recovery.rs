//! Recovery abuse: many requests for one account; a reset and soon a new factor or address on a new device; and a
//! takeover's steps: a new device, and then the account's ways back in change.

use super::bounded::Bounded;
use super::finding::{Confidence, Corroboration, Detector, Evidence, Finding, Severity};
use super::history::{Familiarity, Novelty};
use super::observation::{Happening, Observation};
use super::policy::DetectionPolicy;
use super::window::Window;
use crate::policy::seconds;
use crate::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Recovery {
    requests: Window<u64>,
    /// The last success on a new device.
    new_device: Option<(Timestamp, u64)>,
    /// The last reset.
    reset: Option<(Timestamp, u64)>,
}

/// Requests and resets of each account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecoveryAbuse {
    accounts: Bounded<AccountId, Recovery>,
}

/// What somebody who has taken an account changes to keep it, in words.
const fn change(what: Happening) -> Option<&'static str> {
    match what {
        Happening::PasswordReset => Some("password"),
        Happening::FactorAdded(_) | Happening::FactorRemoved(_) => Some("second factor"),
        Happening::EmailChanged => Some("e-mail address"),
        _ => None,
    }
}

impl RecoveryAbuse {
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
        let policy = &policy.recovery_abuse;
        match seen.what {
            Happening::RecoveryRequested => {
                let requests = &mut self.accounts.use_or(&account, Recovery::default).requests;
                let most = policy.requests.max(1) as usize;
                requests.add(seen.at, seen.position, seconds(policy.window_seconds), most);
                if requests.len() < most {
                    return;
                }
                let evidence = vec![
                    Evidence::count(requests.len(), "recovery requests"),
                    Evidence::within(requests.length()),
                ];
                let grade = (Severity::Medium, Confidence::Medium);
                let finding = Finding::of_account(Detector::RecoveryAbuse, seen, grade, evidence);
                out.extend(finding.map(|f| f.resting_on(requests.iter().map(|(_, position)| *position))));
            }
            Happening::SignedIn { .. } if novelty.device == Familiarity::New => {
                self.accounts.use_or(&account, Recovery::default).new_device = Some((seen.at, seen.position));
            }
            what => {
                let Some(change) = change(what) else { return };
                let state = self.accounts.use_or(&account, Recovery::default);
                let span = seconds(policy.sequence_seconds);
                let recent = |step: Option<(Timestamp, u64)>| {
                    step.filter(|(at, _)| *at <= seen.at && seen.at.since(*at) <= span)
                };
                let (new_device, reset) = (recent(state.new_device), recent(state.reset));
                if what == Happening::PasswordReset {
                    state.reset = Some((seen.at, seen.position));
                } else if let (Some((_, signed_in)), Some((at, reset))) = (new_device, reset) {
                    let evidence = vec![
                        Evidence::changed(change),
                        Evidence::after("reset", seen.at.since(at)),
                        Evidence::never_seen("device"),
                    ];
                    let grade = (Severity::High, Confidence::Medium);
                    let finding = Finding::of_account(Detector::RecoveryAbuse, seen, grade, evidence);
                    out.extend(finding.map(|f| f.resting_on([signed_in, reset])));
                }
                if let Some((at, signed_in)) = new_device {
                    let evidence = vec![
                        Evidence::changed(change),
                        Evidence::after("sign-in", seen.at.since(at)),
                        Evidence::never_seen("device"),
                    ];
                    let grade = (Severity::High, Confidence::Medium);
                    let finding = Finding::of_account(Detector::TakeoverSequence, seen, grade, evidence);
                    let corroboration = Some(Corroboration::Takeover);
                    out.extend(finding.map(|f| Finding { corroboration, ..f.resting_on([signed_in]) }));
                }
            }
        }
    }
}
