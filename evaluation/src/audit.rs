//! Whether the generator can be trusted: what it made against what it was told to make, and whether a classifier tells
//! injected contexts from genuine ones without looking at the user. If it could, detectors would be praised for the
//! generator's mistakes.

use crate::population::{Kind, Population, Row};
use crate::rng::Rng;
use crate::statistics::{Share, above, auc, threshold};
use std::collections::{HashMap, HashSet};

/// A proportion as it is and as it should be.
#[derive(Clone, Debug)]
pub struct Proportion {
    /// Of what.
    pub name: &'static str,
    /// In the data set.
    pub told: f64,
    /// In this population.
    pub made: f64,
}

/// The population's proportions beside those of the data set.
pub fn proportions(population: &Population) -> Vec<Proportion> {
    let rows = &population.rows;
    let count = |kinds: &[Kind]| rows.iter().filter(|row| kinds.contains(&row.kind)).count() as f64;
    let (successes, failures) = (count(&[Kind::Success]), count(&[Kind::Failure, Kind::AttackFailure]));
    let (unknown, attacks) =
        (count(&[Kind::Unknown, Kind::AttackUnknown]), count(&[Kind::AttackFailure, Kind::AttackUnknown]));
    let (mut of_user, mut at_address) = (HashMap::<u32, u32>::new(), HashMap::<_, HashSet<u32>>::new());
    let (mut seen, mut known, mut new_address, mut elsewhere) = (HashSet::new(), 0.0, 0.0, 0.0);
    for row in rows.iter().filter(|row| row.kind == Kind::Success) {
        let (context, source) = (row.context, row.context.source());
        let before = of_user.entry(row.user).or_default();
        let new_place = seen.insert((row.user, Some(context.asn()), None));
        let new_here = seen.insert((row.user, None, source.address));
        if *before > 0 {
            known += 1.0;
            new_address += f64::from(u8::from(new_here));
            elsewhere += f64::from(u8::from(new_place));
        }
        *before += 1;
        at_address.entry(source.address).or_default().insert(row.user);
    }
    let mut counts: Vec<_> = of_user.values().copied().collect();
    counts.sort_unstable();
    let quantile =
        |share: f64| f64::from(counts.get((counts.len() as f64 * share) as usize).copied().unwrap_or(0));
    let once = counts.iter().filter(|count| **count == 1).count() as f64 / counts.len().max(1) as f64;
    let shared = at_address.values().filter(|users| (10..100).contains(&users.len())).count() as f64;
    let all = rows.len().max(1) as f64;
    let proportion = |name, told, made| Proportion { name, told, made };
    vec![
        proportion(
            "successes among rows of existing users, %",
            78.0,
            100.0 * successes / (successes + failures),
        ),
        proportion("rows of identifiers that nobody has, %", 45.0, 100.0 * unknown / all),
        proportion("rows of attack addresses, %", 9.9, 100.0 * attacks / all),
        proportion("sign-ins per user, median", 2.0, quantile(0.5)),
        proportion("sign-ins per user, 90th percentile", 9.0, quantile(0.9)),
        proportion("sign-ins per user, 99th percentile", 28.0, quantile(0.99)),
        proportion("users with exactly one, %", 40.0, 100.0 * once),
        proportion("new address of a known user, %", 41.0, 100.0 * new_address / f64::max(known, 1.0)),
        proportion("new network of a known user, %", 3.5, 100.0 * elsewhere / f64::max(known, 1.0)),
        proportion(
            "addresses of 10 to 99 users, for 1,000 users",
            11.4,
            1_000.0 * shared / of_user.len().max(1) as f64,
        ),
    ]
}

/// What a context shows without its user: country, network, hour, agent. Not whether the address is new, which is what
/// a targeted attacker is made of.
fn features(row: &Row) -> [u64; 5] {
    let context = row.context;
    [
        context.country.into(),
        context.asn().into(),
        (row.at.rem_euclid(86_400) / 10_800).unsigned_abs(),
        context.agent.into(),
        u64::from(context.agent) << 16 | u64::from(context.model),
    ]
}

/// Naive Bayes with one count added to each value.
#[derive(Default)]
struct Classifier {
    counts: [HashMap<u64, [f64; 2]>; 5],
    rows: [f64; 2],
}

impl Classifier {
    fn learn(&mut self, row: &Row, class: usize) {
        self.rows[class] += 1.0;
        for (counts, value) in self.counts.iter_mut().zip(features(row)) {
            counts.entry(value).or_default()[class] += 1.0;
        }
    }

    fn score(&self, row: &Row) -> f64 {
        let each = self.counts.iter().zip(features(row)).map(|(counts, value)| {
            let seen = counts.get(&value).copied().unwrap_or_default();
            let share = |class: usize| (seen[class] + 1.0) / (self.rows[class] + counts.len() as f64);
            (share(1) / share(0)).ln()
        });
        each.sum()
    }
}

/// How well injected contexts are told from as many genuine ones: area under the curve on the half that was not learnt,
/// and half of its 95 % interval.
pub fn tell_apart(population: &Population) -> (f64, f64) {
    let rng = &mut Rng::new(population.size.seed ^ 0xa0d1_7000);
    let of = |kind| population.rows.iter().filter(move |row| row.kind == kind).copied().collect::<Vec<_>>();
    let (injected, genuine) = (of(Kind::Takeover), of(Kind::Success));
    if injected.is_empty() || genuine.is_empty() {
        return (0.5, 0.5);
    }
    let (mut classifier, mut held) = (Classifier::default(), [Vec::new(), Vec::new()]);
    for row in &injected {
        for (class, row) in [(1, *row), (0, genuine[rng.index(genuine.len())])] {
            if rng.happens(0.5) {
                classifier.learn(&row, class);
            } else {
                held[class].push(row);
            }
        }
    }
    let [others, ones] = held.map(|rows| rows.iter().map(|row| classifier.score(row)).collect::<Vec<_>>());
    auc(&ones, &others)
}

/// Recall of a scorer that guesses, at each false-positive rate: it must be that rate.
pub fn guesses(genuine: usize, injected: usize, rates: &[f64], seed: u64) -> Vec<Share> {
    let rng = &mut Rng::new(seed ^ 0x9e55);
    let mut scores = |n: usize| (0..n).map(|_| rng.share()).collect::<Vec<_>>();
    let (genuine, injected) = (scores(genuine), scores(injected));
    rates.iter().map(|rate| above(&injected, threshold(&genuine, *rate))).collect()
}
