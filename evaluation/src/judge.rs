//! Replays a population with past events only, as detectors would have met it.

use crate::population::{Kind, Population};
use crate::statistics::{Share, above, median, reached_by, threshold};
use std::collections::BTreeMap;
use std::collections::HashMap;
use uuid::Uuid;
use watchbook_domain::detection::score::Score;
use watchbook_domain::detection::{Detection, DetectionPolicy, Detector};

/// False-positive rates at which recall is told.
pub const RATES: [f64; 3] = [0.01, 0.001, 0.000_1];
/// True-positive rates at which the price is told: how often the people are asked again.
pub const CAUGHT: [f64; 2] = [0.99, 0.9];
/// The people's sign-ins after which the price is told, as in the literature.
pub const AFTER: u64 = 12;

/// A genuine success that has a score.
#[derive(Clone, Copy, Debug)]
struct Genuine {
    user: u32,
    /// Successes of the user before.
    history: u64,
    score: f64,
}

/// What came out of a replay.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    genuine: Vec<Genuine>,
    injected: Vec<f64>,
    /// Genuine successes, with history or without.
    pub successes: usize,
    /// Takeovers, those without a score included.
    pub takeovers: usize,
    /// Takeovers without a score.
    pub cold: usize,
    /// Alerts on what the people did, by detector.
    pub false_alerts: BTreeMap<Detector, usize>,
    /// Alerts on campaigns' tries.
    pub campaign_alerts: BTreeMap<Detector, usize>,
    /// Takeovers that a detector alerted on at once.
    pub caught: BTreeMap<Detector, usize>,
    /// Takeovers that some detector other than the score alerted on.
    pub caught_by_rules: usize,
}

/// Replays a population under a policy; `every` is told how many rows are done, now and then.
pub fn judge(population: &Population, policy: &DetectionPolicy, mut every: impl FnMut(u64)) -> Outcome {
    let mut detection = Detection::new(policy);
    let mut outcome = Outcome::default();
    for (position, row) in (1..).zip(&population.rows) {
        let seen = row.observation(position);
        let score = match row.kind {
            Kind::Success | Kind::Takeover => detection.score(&seen),
            _ => None,
        };
        let signals = detection.observe(&seen, policy, Uuid::nil());
        match (row.kind, score) {
            (Kind::Success, Some(Score::Risk { score, history })) => {
                outcome.genuine.push(Genuine { user: row.user, history, score });
            }
            (Kind::Takeover, Some(Score::Risk { score, .. })) => outcome.injected.push(score),
            (Kind::Takeover, _) => outcome.cold += 1,
            _ => {}
        }
        let (mut detectors, new) = (Vec::new(), signals.iter().filter(|signal| signal.count == 1));
        match row.kind {
            Kind::Takeover => {
                outcome.takeovers += 1;
                detectors.extend(signals.iter().map(|signal| signal.finding.detector));
                detectors.sort_unstable();
                detectors.dedup();
                let rules = detectors.iter().any(|detector| *detector != Detector::RiskScore);
                outcome.caught_by_rules += usize::from(rules);
                detectors.iter().for_each(|detector| *outcome.caught.entry(*detector).or_default() += 1);
            }
            Kind::AttackFailure | Kind::AttackUnknown => {
                new.for_each(|s| *outcome.campaign_alerts.entry(s.finding.detector).or_default() += 1);
            }
            Kind::Success | Kind::Failure | Kind::Unknown => {
                outcome.successes += usize::from(row.kind == Kind::Success);
                new.for_each(|s| *outcome.false_alerts.entry(s.finding.detector).or_default() += 1);
            }
        }
        if position % 10_000 == 0 {
            every(position);
        }
    }
    outcome
}

/// How often the people are asked again, if so many attackers are to be.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    /// Of all genuine successes of users with history.
    pub all: Share,
    /// Of those after fewer than [`AFTER`] sign-ins, and of the others.
    pub short_and_long: [Share; 2],
    /// Times in a user's first [`AFTER`] sign-ins, median over users with that many.
    pub median: usize,
}

impl Outcome {
    fn genuine_scores(&self) -> Vec<f64> {
        self.genuine.iter().map(|genuine| genuine.score).collect()
    }

    /// Genuine successes that have a score.
    pub const fn scored(&self) -> usize {
        self.genuine.len()
    }

    /// Takeovers that have one.
    pub const fn scored_takeovers(&self) -> usize {
        self.injected.len()
    }

    /// Takeovers whose score is above the threshold of each of [`RATES`].
    pub fn recall(&self) -> Vec<Share> {
        let genuine = self.genuine_scores();
        RATES.iter().map(|rate| above(&self.injected, threshold(&genuine, *rate))).collect()
    }

    /// The price of catching this share of the attackers by score.
    pub fn price(&self, caught: f64) -> Price {
        let threshold = reached_by(&self.injected, caught);
        let asked = |genuine: &Genuine| genuine.score >= threshold;
        let share = |of: &dyn Fn(&Genuine) -> bool| {
            let cases = self.genuine.iter().filter(|genuine| of(genuine));
            let (all, of) = cases.fold((0, 0), |(all, n), case| (all + 1, n + usize::from(asked(case))));
            Share { of, all }
        };
        let mut users = HashMap::<u32, (u64, usize)>::new();
        for genuine in self.genuine.iter().filter(|genuine| genuine.history < AFTER) {
            let (longest, times) = users.entry(genuine.user).or_default();
            *longest = genuine.history.max(*longest);
            *times += usize::from(asked(genuine));
        }
        let long = users.into_values().filter(|(longest, _)| *longest == AFTER - 1);
        let mut times: Vec<_> = long.map(|(_, times)| times).collect();
        Price {
            all: share(&|_| true),
            short_and_long: [share(&|g| g.history < AFTER), share(&|g| g.history >= AFTER)],
            median: median(&mut times),
        }
    }
}
