//! A dormant account that a new device wakes.

use super::finding::{Confidence, Detector, Evidence, Finding, Severity};
use super::history::{Familiarity, Novelty};
use super::observation::{Happening, Observation};
use super::policy::DetectionPolicy;

/// Looks at a success and the one before. Keeps nothing of its own: the account's history is enough.
pub(super) fn observe(
    seen: &Observation,
    novelty: &Novelty,
    policy: &DetectionPolicy,
    out: &mut Vec<Finding>,
) {
    let (Happening::SignedIn { .. }, Some(last)) = (seen.what, &novelty.last) else { return };
    let idle = seen.at.since(last.at);
    if novelty.device != Familiarity::New || idle.num_days() < i64::from(policy.dormant_account.days) {
        return;
    }
    let evidence = vec![Evidence::Idle { days: idle.num_days() }, Evidence::never_seen("device")];
    let grade = (Severity::Medium, Confidence::Medium);
    let finding = Finding::of_account(Detector::DormantAccount, seen, grade, evidence);
    out.extend(finding.map(|finding| finding.resting_on([last.position])));
}
