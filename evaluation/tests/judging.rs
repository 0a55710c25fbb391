//! The generator keeps to its proportions, the injected cannot be told by its mistakes, and judging orders attackers as
//! what they know should.

use std::sync::LazyLock;
use watchbook_domain::detection::{DetectionPolicy, Detector};
use watchbook_evaluation::attackers::{Model, inject};
use watchbook_evaluation::judge::judge;
use watchbook_evaluation::report::{self, Judged};
use watchbook_evaluation::{Kind, Population, Size, audit};

static POPULATION: LazyLock<Population> =
    LazyLock::new(|| Population::new(Size { users: 6_000, days: 395, seed: 7 }));

fn judged(model: Model) -> Judged {
    let attacked = inject(&POPULATION, model, 600);
    let told_apart = audit::tell_apart(&attacked);
    Judged { model, told_apart, outcome: judge(&attacked, &DetectionPolicy::default(), |_| {}) }
}

#[test]
fn proportions_are_those_of_the_data_set() {
    for made in audit::proportions(&POPULATION) {
        let tolerance = if made.name.contains("percentile") { 0.15 } else { 0.25 };
        let off = (made.made - made.told).abs() / made.told;
        assert!(off <= tolerance, "{}: {} instead of {}", made.name, made.made, made.told);
    }
}

#[test]
fn the_same_seed_gives_the_same_people() {
    let size = Size { users: 500, days: 60, seed: 3 };
    let words = |population: &Population| format!("{:?}", population.rows);
    assert_eq!(words(&Population::new(size)), words(&Population::new(size)));
    assert_ne!(words(&Population::new(size)), words(&Population::new(Size { seed: 4, ..size })));
    assert!(POPULATION.rows.is_sorted_by_key(|row| row.at));
    // Addresses are such as somebody may have.
    for row in POPULATION.rows.iter().step_by(97) {
        let address = row.context.source().address.unwrap();
        let std::net::IpAddr::V4(address) = address else { continue };
        assert!(!(address.is_private() || address.is_loopback() || address.is_documentation()), "{address}");
    }
}

#[test]
fn takeovers_follow_a_genuine_sign_in_or_come_before_all() {
    for model in Model::ALL {
        let attacked = inject(&POPULATION, model, 300);
        let (mut last, mut count) = (std::collections::HashMap::new(), 0);
        for row in &attacked.rows {
            match row.kind {
                Kind::Success => drop(last.insert(row.user, row.at)),
                Kind::Takeover => {
                    count += 1;
                    let before = last.get(&row.user).copied();
                    assert_eq!(before.is_none(), model == Model::NoHistory, "{model:?}");
                    if ![Model::NoHistory, Model::Campaign].contains(&model) {
                        assert!(row.at - before.unwrap() <= 72 * 3_600, "{model:?}");
                    }
                }
                _ => {}
            }
        }
        assert!(count >= 290, "{model:?}: {count}");
    }
}

#[test]
fn who_knows_more_is_harder_to_tell() {
    let all = Model::ALL.map(judged);
    let recall = |model: Model| all.iter().find(|j| j.model == model).unwrap().outcome.recall()[0].value();
    assert!(recall(Model::Naive) > recall(Model::Vpn) && recall(Model::Vpn) > recall(Model::Targeted));
    for judged in &all {
        let (auc, half) = judged.told_apart;
        match judged.model {
            Model::Campaign => assert!(auc > 0.7, "its networks are data centres'"),
            _ => assert!((auc - 0.5).abs() <= half + 0.03, "{:?}: {auc} ±{half}", judged.model),
        }
        assert_eq!(judged.outcome.scored_takeovers() == 0, judged.model == Model::NoHistory);
    }
    let campaign = &all[3].outcome;
    let caught = campaign.caught.get(&Detector::SuccessAfterCampaign).copied().unwrap_or(0);
    assert!(caught * 10 > campaign.takeovers, "{caught} of {}", campaign.takeovers);
    let lines = report::score(&all, 7).join("\n");
    assert!(lines.contains("no score: 600 of 600 come first"), "{lines}");
}

#[test]
fn guessing_catches_as_many_as_it_bothers() {
    for (rate, share) in [0.01, 0.001].iter().zip(audit::guesses(50_000, 20_000, &[0.01, 0.001], 1)) {
        let (low, high) = share.interval();
        assert!(low <= *rate && *rate <= high, "{rate}: {share}");
    }
}
