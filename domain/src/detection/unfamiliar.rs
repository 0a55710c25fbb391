//! A new device together with a new country or network. One of them alone is everyday life, a new address is none of
//! them.

use super::finding::{Confidence, Detector, Evidence, Finding, Severity};
use super::history::{Familiarity, Novelty};
use super::observation::{Happening, Observation};

/// Looks at a success. Keeps nothing of its own: the account's history is enough.
pub(super) fn observe(seen: &Observation, novelty: &Novelty, out: &mut Vec<Finding>) {
    let Happening::SignedIn { .. } = seen.what else { return };
    if novelty.device != Familiarity::New || !(novelty.new_country || novelty.new_network) {
        return;
    }
    let mut evidence = vec![Evidence::never_seen("device")];
    if novelty.new_country {
        evidence.push(Evidence::never_seen("country"));
    }
    if novelty.new_network {
        evidence.push(Evidence::never_seen("network"));
    }
    let grade = (Severity::Medium, if novelty.new_country { Confidence::Medium } else { Confidence::Low });
    let finding = Finding::of_account(Detector::UnfamiliarContext, seen, grade, evidence);
    out.extend(finding.map(|f| f.resting_on(novelty.last.iter().map(|last| last.position))));
}
