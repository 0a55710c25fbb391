//! Impossible travel: two successes too far apart for the time between them.

use super::finding::{Confidence, Detector, Evidence, Finding, Severity};
use super::history::{Familiarity, Novelty};
use super::observation::{Happening, Observation};
use super::policy::DetectionPolicy;
use chrono::TimeDelta;

/// Looks at a success and the one before. Keeps nothing of its own: the account's history is enough.
///
/// Both accuracy radii are taken off the distance. Shared exits (VPN, relay, carrier) and known devices pass, and so
/// does every account until its history is long enough. Two that were told in the wrong order are as far apart.
pub(super) fn observe(
    seen: &Observation,
    novelty: &Novelty,
    policy: &DetectionPolicy,
    out: &mut Vec<Finding>,
) {
    let policy = &policy.impossible_travel;
    let Happening::SignedIn { .. } = seen.what else { return };
    let Some(last) = &novelty.last else { return };
    if novelty.successes < u64::from(policy.learn_sign_ins)
        || novelty.device == Familiarity::Known
        || seen.source.is_shared()
        || last.shared
    {
        return;
    }
    let (Some(here), Some(there)) = (seen.source.coordinates, last.coordinates) else { return };
    let km = here.at_least_km(&there);
    let elapsed = seen.at.since(last.at).abs().max(TimeDelta::seconds(1));
    let km_per_hour = km / (elapsed.num_milliseconds() as f64 / 3_600_000.0);
    if km < policy.least_km || km_per_hour <= policy.most_km_per_hour {
        return;
    }
    let new = novelty.device == Familiarity::New && !novelty.agent_seen;
    let mut evidence = vec![Evidence::Travel { km, seconds: elapsed.num_seconds(), km_per_hour }];
    let mut grade = (Severity::Medium, Confidence::Low);
    if new {
        evidence.push(Evidence::never_seen("device"));
        grade = (Severity::High, Confidence::Medium);
    }
    let finding = Finding::of_account(Detector::ImpossibleTravel, seen, grade, evidence);
    out.extend(finding.map(|finding| finding.resting_on([last.position])));
}
