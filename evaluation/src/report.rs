//! What came out, as tables.

use crate::attackers::Model;
use crate::audit::{Proportion, guesses};
use crate::judge::{AFTER, CAUGHT, Outcome, RATES};
use crate::population::{Population, Size};
use crate::statistics::Share;
use watchbook_domain::detection::Detector;

/// One attacker model's replay.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Which.
    pub model: Model,
    /// Whether injected contexts can be told from genuine ones, with half of the 95 % interval.
    pub told_apart: (f64, f64),
    /// What came out.
    pub outcome: Outcome,
}

/// The population, and whether it is like the one it imitates.
pub fn population(population: &Population, proportions: &[Proportion]) -> Vec<String> {
    let Size { users, days, seed } = population.size;
    let mut lines = vec![
        format!("{users} users, {} rows in {days} days, seed {seed}", population.rows.len()),
        format!("{:<46} {:>9} {:>9}", "", "data set", "made"),
    ];
    lines.extend(
        proportions
            .iter()
            .map(|Proportion { name, told, made }| format!("{name:<46} {told:>9.1} {made:>9.1}")),
    );
    lines
}

/// Recall, price, and the audit, by attacker.
pub fn score(judged: &[Judged], seed: u64) -> Vec<String> {
    let rates = RATES.map(|rate| format!("{:<22}", format!("recall at FPR {} %", rate * 100.0))).join(" ");
    let mut lines =
        vec![format!("{:<12} {:>9} {:>13}   {}", "attacker", "takeovers", "AUC of audit", rates.trim_end())];
    let row = |name: &str, takeovers: usize, audit: String, recall: &[Share]| {
        let recall = recall.iter().map(|share| format!("{:<22}", share.to_string())).collect::<Vec<_>>();
        format!("{name:<12} {takeovers:>9} {audit:>13}   {}", recall.join(" ")).trim_end().to_owned()
    };
    for Judged { model, told_apart: (auc, half), outcome } in judged {
        // An attacker of a campaign is told by what a campaign is; one without history has no score.
        let audit = match model {
            Model::Campaign => "-".to_owned(),
            _ => format!("{auc:.3} ±{half:.3}"),
        };
        let scored = outcome.scored_takeovers();
        lines.push(if scored == 0 {
            format!(
                "{:<12} {:>9} {audit:>13}   no score: {} of {} come first",
                model.name(),
                0,
                outcome.cold,
                outcome.takeovers
            )
        } else {
            row(model.name(), scored, audit, &outcome.recall())
        });
    }
    if let Some(Judged { outcome, .. }) = judged.first() {
        let takeovers = outcome.scored_takeovers();
        lines.push(row(
            "(guessing)",
            takeovers,
            String::new(),
            &guesses(outcome.scored(), takeovers, &RATES, seed),
        ));
    }
    lines.push(String::new());
    lines.push(format!(
        "{:<12} {:>6}   {:<22} {:<22} {:<22} {}",
        "attacker",
        "caught",
        "people asked again",
        format!("before {AFTER} sign-ins"),
        "later",
        format_args!("median in the first {AFTER}")
    ));
    for Judged { model, outcome, .. } in judged.iter().filter(|judged| judged.outcome.scored_takeovers() > 0)
    {
        for caught in CAUGHT {
            let price = outcome.price(caught);
            let [short, long] = price.short_and_long.map(|share| format!("{:<22}", share.to_string()));
            lines.push(format!(
                "{:<12} {:>4.0} %   {:<22} {short} {long} {}",
                model.name(),
                caught * 100.0,
                price.all.to_string(),
                price.median
            ));
        }
    }
    lines
}

/// Alerts of each detector on a population without takeovers, and takeovers that it catches.
pub fn detectors(quiet: &Outcome, judged: &[Judged]) -> Vec<String> {
    let per_10_000 = |alerts: usize| alerts as f64 * 10_000.0 / quiet.successes.max(1) as f64;
    let models: String = judged.iter().map(|judged| format!(" {:>10}", judged.model.name())).collect();
    let mut lines = vec![format!("{:<24} {:>12} {:>10}  {models}", "detector", "false/10,000", "campaigns")];
    let share = |caught: usize, all: usize| format!(" {:>8.1} %", 100.0 * caught as f64 / all.max(1) as f64);
    let of = |alerts: &std::collections::BTreeMap<Detector, usize>, detector| {
        alerts.get(&detector).copied().unwrap_or(0)
    };
    for detector in Detector::ALL.iter().copied() {
        let caught: String = judged
            .iter()
            .map(|judged| share(of(&judged.outcome.caught, detector), judged.outcome.takeovers))
            .collect();
        let (alerts, campaigns) = (of(&quiet.false_alerts, detector), of(&quiet.campaign_alerts, detector));
        lines.push(format!("{:<24} {:>12.2} {campaigns:>10}  {caught}", detector.name(), per_10_000(alerts)));
    }
    let rules: String =
        judged.iter().map(|judged| share(judged.outcome.caught_by_rules, judged.outcome.takeovers)).collect();
    lines.push(format!("{:<24} {:>12} {:>10}  {rules}", "any but the score", "", ""));
    lines.push(format!(
        "{} genuine successes, {} of them without history",
        quiet.successes,
        quiet.successes - quiet.scored()
    ));
    lines
}
