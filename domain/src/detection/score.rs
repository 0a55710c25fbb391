//! How unlikely a sign-in is, against the account's own history and everybody's: Freeman et al., "Who Are You? A
//! Statistical Approach to Measuring User Authenticity" (NDSS 2016), in the form and with the weights of Wiefling et
//! al. Higher is riskier.
//!
//! Counters only: a score costs the same after ten sign-ins and after ten million. Only successes are learnt, so that
//! failures never make a context look usual.

use super::bounded::Bounded;
use super::policy::ScorePolicy;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Weights of a feature's levels, the most specific first.
#[derive(Clone, Copy, Debug)]
pub struct Feature {
    /// What it is.
    pub name: &'static str,
    /// One for each level; they add up to 1.
    pub weights: &'static [f64],
}

/// Address, network and country; all that the client says, browser, system and kind of device.
pub const FEATURES: [Feature; 2] = [
    Feature { name: "address", weights: &[0.6, 0.3, 0.1] },
    Feature {
        name: "user_agent",
        weights: &[
            0.538_665_384_055_135_9,
            0.268_045_149_862_566_6,
            0.188_182_951_001_095_36,
            0.005_106_515_081_202_152_5,
        ],
    },
];

/// The values of a sign-in, of each feature in the order of its levels. A value that is not known is empty, and equal
/// to others that are not known.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// Address, network, country.
    pub address: [&'a str; 3],
    /// All that the client says, browser and version, system and version, kind of device.
    pub user_agent: [&'a str; 4],
}

impl<'a> Values<'a> {
    fn of(&self, feature: usize) -> &[&'a str] {
        if feature == 0 { &self.address } else { &self.user_agent }
    }
}

/// What a score says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Score {
    /// The user has signed in before.
    Risk {
        /// Relative to everybody, higher is riskier; not a probability.
        score: f64,
        /// The user's sign-ins before this one.
        history: u64,
    },
    /// The first sign-in of a user, of whom nothing can be said. A third of real takeovers are of this kind.
    ColdStart,
}

/// A value, of all users.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Global {
    /// Names the value in users' counters.
    symbol: u64,
    count: u64,
    /// Of a most specific value: values of each lower level that came with it.
    lower: Vec<BTreeSet<u64>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Level {
    values: Bounded<Box<str>, Global>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct User {
    sign_ins: u64,
    /// Per feature and level: symbols and counts.
    counts: Vec<Vec<Vec<(u64, u64)>>>,
}

impl User {
    fn count(&self, feature: usize, level: usize, symbol: Option<u64>) -> u64 {
        let counts = self.counts.get(feature).and_then(|levels| levels.get(level));
        let found = counts.and_then(|counts| counts.iter().find(|(known, _)| Some(*known) == symbol));
        found.map_or(0, |(_, count)| *count)
    }
}

/// Counters of everybody and of each user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RiskModel {
    sign_ins: u64,
    users_seen: u64,
    symbols: u64,
    levels: Vec<Vec<Level>>,
    users: Bounded<Uuid, User>,
}

impl RiskModel {
    /// Knows nothing yet.
    pub fn new(policy: &ScorePolicy) -> Self {
        let level = |_: &f64| Level { values: Bounded::new(policy.values) };
        Self {
            sign_ins: 0,
            users_seen: 0,
            symbols: 0,
            levels: FEATURES.iter().map(|feature| feature.weights.iter().map(level).collect()).collect(),
            users: Bounded::new(policy.users),
        }
    }

    /// The score of a sign-in of `user`, against what was learnt so far:
    /// `S(u,x) = ∏ P_global(x_k) / P_user(x_k) · (1/U) / (n_u/N)`.
    pub fn score(&self, user: Uuid, values: &Values<'_>) -> Score {
        let Some(known) = self.users.get(&user) else { return Score::ColdStart };
        let all = self.sign_ins as f64;
        let own = known.sign_ins as f64;
        let mut score = (1.0 / self.users_seen as f64) / (own / all);
        for (k, feature) in FEATURES.iter().enumerate() {
            let (mut global, mut local) = (0.0, 0.0);
            for (h, (weight, value)) in feature.weights.iter().zip(values.of(k)).enumerate() {
                let found = self.levels[k][h].values.get(*value);
                let count = found.map_or(0, |found| found.count) as f64;
                local += weight * known.count(k, h, found.map(|found| found.symbol)) as f64 / own;
                global += weight * if h == 0 { self.most_specific(k, found) } else { count / all };
            }
            // A feature of which nothing was ever seen with this user must come out risky, not safe.
            score *= if local == 0.0 { UNSEEN } else { global / local };
        }
        Score::Risk { score, history: known.sign_ins }
    }

    /// The smoothed probability of a most specific value: some of it is kept for values that were never seen.
    fn most_specific(&self, feature: usize, found: Option<&Global>) -> f64 {
        let all = self.sign_ins as f64;
        let lower: usize = self.levels[feature].iter().skip(1).map(|level| level.values.len()).sum();
        let unseen = 1.0 + lower as f64;
        match found.filter(|found| found.count > 0) {
            None => 1.0 / (all + unseen),
            Some(found) => {
                let count = found.count as f64;
                let within = 1.0 + found.lower.iter().map(BTreeSet::len).sum::<usize>() as f64;
                count / all * (1.0 - unseen / (all + unseen)) * (1.0 - within / (count + within))
            }
        }
    }

    /// Learns a success.
    pub fn learn(&mut self, user: Uuid, values: &Values<'_>, policy: &ScorePolicy) {
        self.sign_ins += 1;
        if self.users.get(&user).is_none() {
            self.users_seen += 1;
        }
        let known = self.users.use_or(&user, User::default);
        known.sign_ins += 1;
        known.counts.resize_with(FEATURES.len(), Vec::new);
        for (k, levels) in self.levels.iter_mut().enumerate() {
            let mut symbols = [0; 4];
            known.counts[k].resize_with(levels.len(), Vec::new);
            for (h, (level, value)) in levels.iter_mut().zip(values.of(k)).enumerate().rev() {
                let entry = level.values.use_or(&Box::from(*value), || {
                    self.symbols += 1;
                    Global { symbol: self.symbols, ..Global::default() }
                });
                entry.count += 1;
                symbols[h] = entry.symbol;
                if h == 0 {
                    let lower = &symbols[1..FEATURES[k].weights.len()];
                    entry.lower.resize_with(lower.len(), BTreeSet::new);
                    for (seen, symbol) in entry.lower.iter_mut().zip(lower) {
                        if seen.len() < MOST_WITHIN {
                            seen.insert(*symbol);
                        }
                    }
                }
                count(&mut known.counts[k][h], entry.symbol, policy.values_of_user);
            }
        }
    }

    /// Forgets what was learnt of a user: it cannot be told any more which of it was the owner's.
    pub fn forget(&mut self, user: Uuid) {
        if self.users.remove(&user).is_some() {
            self.users_seen = self.users_seen.saturating_sub(1);
        }
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        let values: usize = self.levels.iter().flatten().map(|level| level.values.len()).sum();
        let counts = |user: &User| user.counts.iter().flatten().map(Vec::len).sum::<usize>();
        values + self.users.in_order().map(|(_, user)| counts(user)).sum::<usize>()
    }
}

/// The ratio of a feature of which this user has shown nothing: the user's own probability is taken to be a quarter of
/// everybody's.
const UNSEEN: f64 = 4.0;

/// Most lower values that are told apart within one most specific value.
const MOST_WITHIN: usize = 1_024;

/// Counts `symbol`; the one least recently counted makes room.
fn count(counts: &mut Vec<(u64, u64)>, symbol: u64, most: usize) {
    let entry = match counts.iter().position(|(known, _)| *known == symbol) {
        Some(at) => {
            let (symbol, count) = counts.remove(at);
            (symbol, count + 1)
        }
        None => (symbol, 1),
    };
    if counts.len() >= most.max(1) {
        counts.remove(0);
    }
    counts.push(entry);
}
