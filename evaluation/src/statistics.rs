//! The few numbers that a judgement needs.

/// A share with its 95 % interval by Wilson (1927), which is honest near 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Cases of the kind.
    pub of: usize,
    /// All cases.
    pub all: usize,
}

impl Share {
    /// Between 0 and 1; 0 when there are no cases.
    pub fn value(self) -> f64 {
        if self.all == 0 { 0.0 } else { self.of as f64 / self.all as f64 }
    }

    /// Lower and upper bound.
    pub fn interval(self) -> (f64, f64) {
        const Z: f64 = 1.959_963_985;
        if self.all == 0 {
            return (0.0, 1.0);
        }
        let (p, n) = (self.value(), self.all as f64);
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let all = 1.0 + Z * Z / n;
        (((middle - half) / all).max(0.0), ((middle + half) / all).min(1.0))
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (low, high) = self.interval();
        write!(f, "{:5.1} % [{:.1}, {:.1}]", self.value() * 100.0, low * 100.0, high * 100.0)
    }
}

/// The least score that at most `rate` of `scores` are above: alerting above it has that false-positive rate.
#[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "a share of a length")]
pub fn threshold(scores: &[f64], rate: f64) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let allowed = (rate * sorted.len() as f64).floor() as usize;
    sorted.get(allowed).copied().unwrap_or(f64::NEG_INFINITY)
}

/// How many are above.
pub fn above(scores: &[f64], threshold: f64) -> Share {
    Share { of: scores.iter().filter(|score| **score > threshold).count(), all: scores.len() }
}

/// The greatest threshold that at least `rate` of `scores` reach.
#[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "a share of a length")]
pub fn reached_by(scores: &[f64], rate: f64) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let needed = (rate * sorted.len() as f64).ceil() as usize;
    sorted.get(needed.saturating_sub(1)).copied().unwrap_or(f64::NEG_INFINITY)
}

/// The probability that one of `ones` scores above one of `others`, with half of its 95 % interval (Hanley and McNeil,
/// 1982). 0.5: they cannot be told apart.
pub fn auc(ones: &[f64], others: &[f64]) -> (f64, f64) {
    let mut all: Vec<_> = ones.iter().map(|s| (*s, true)).chain(others.iter().map(|s| (*s, false))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut wins, mut at) = (0.0, 0.0, 0);
    while at < all.len() {
        let tied = all[at..].iter().take_while(|next| next.0.total_cmp(&all[at].0).is_eq()).count();
        let mine = all[at..at + tied].iter().filter(|(_, one)| *one).count() as f64;
        let theirs = tied as f64 - mine;
        wins += mine * (below + theirs / 2.0);
        below += theirs;
        at += tied;
    }
    let (m, n) = (ones.len() as f64, others.len() as f64);
    let a = wins / (m * n).max(1.0);
    let (q1, q2) = (a / (2.0 - a), 2.0 * a * a / (1.0 + a));
    let variance = a * (1.0 - a) + (m - 1.0) * (q1 - a * a) + (n - 1.0) * (q2 - a * a);
    (a, 1.96 * (variance / (m * n).max(1.0)).max(0.0).sqrt())
}

/// The middle one; 0 of none.
pub fn median(values: &mut [usize]) -> usize {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_books() {
        let (low, high) = Share { of: 8, all: 10 }.interval();
        assert!((low - 0.4902).abs() < 1e-3 && (high - 0.9433).abs() < 1e-3, "{low} {high}");
        let (low, high) = Share { of: 0, all: 100 }.interval();
        assert!(low == 0.0 && (high - 0.0370).abs() < 1e-3, "{high}");
    }

    #[test]
    fn thresholds_keep_their_rates() {
        let scores: Vec<_> = (0..1_000).map(f64::from).collect();
        assert_eq!(above(&scores, threshold(&scores, 0.01)).of, 10);
        assert_eq!(above(&scores, threshold(&scores, 0.0)).of, 0);
        assert_eq!(reached_by(&scores, 0.99), 10.0);
        assert_eq!(above(&[1.0; 50], threshold(&[1.0; 50], 0.1)).of, 0, "ties alert nobody");
    }

    #[test]
    fn the_area_under_the_curve() {
        assert_eq!(auc(&[3.0, 4.0], &[1.0, 2.0]).0, 1.0);
        assert_eq!(auc(&[1.0, 1.0], &[1.0, 1.0]).0, 0.5);
        assert_eq!(auc(&[1.0, 4.0], &[2.0, 3.0]).0, 0.5);
        assert!(auc(&[1.0, 2.0, 3.0], &[1.5, 2.5]).1 > 0.1);
    }
}
