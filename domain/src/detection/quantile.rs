//! Where a score stands among earlier ones, from a histogram of fixed size.

use serde::{Deserialize, Serialize};

/// Bins for each power of ten.
const PER_DECADE: f64 = 16.0;
/// Scores below 10^-16 and above 10^8 share the outermost bins.
const LOWEST: f64 = -16.0;
const BINS: usize = 24 * 16;

/// Counts of scores by magnitude.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Quantiles {
    bins: Vec<u64>,
    total: u64,
}

impl Quantiles {
    #[expect(
        clippy::cast_sign_loss,
        clippy::cast_possible_truncation,
        reason = "clamped to the bins there are"
    )]
    fn bin(score: f64) -> usize {
        let bin = (score.max(f64::MIN_POSITIVE).log10() - LOWEST) * PER_DECADE;
        bin.clamp(0.0, (BINS - 1) as f64) as usize
    }

    /// How many were learnt.
    pub(super) const fn total(&self) -> u64 {
        self.total
    }

    /// The share of earlier scores that are lower by more than a bin's width.
    pub(super) fn share_below(&self, score: f64) -> f64 {
        let below: u64 = self.bins.iter().take(Self::bin(score)).sum();
        below as f64 / self.total.max(1) as f64
    }

    /// Learns a score.
    pub(super) fn learn(&mut self, score: f64) {
        self.bins.resize(BINS, 0);
        self.bins[Self::bin(score)] += 1;
        self.total += 1;
    }
}
