//! What every figure is measured with: alternating rounds, medians, and the table at the end.

use std::time::Instant;

/// What a figure should reach.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// Its ratio should be this or more.
    AtLeast(f64),
    /// Its ratio should be this or less.
    AtMost(f64),
    /// It is only shown.
    Shown,
}

/// One line of the table.
pub(crate) struct Line {
    /// With the units of the two values.
    name: String,
    ours: f64,
    reference: Option<f64>,
    ratio: Option<f64>,
    goal: Goal,
}

impl Line {
    /// `ours` divided by `reference`.
    pub(crate) fn ratio(name: &str, [ours, reference]: [f64; 2], goal: Goal) -> Self {
        let (reference, ratio) = (Some(reference), Some(ours / reference));
        Self { name: name.into(), ours, reference, ratio, goal }
    }

    /// `ours` less `reference`, where the distance is the point.
    pub(crate) fn difference(name: &str, [ours, reference]: [f64; 2], goal: Goal) -> Self {
        let (reference, ratio) = (Some(reference), Some(ours - reference));
        Self { name: name.into(), ours, reference, ratio, goal }
    }

    /// A value to be held against its goal itself.
    pub(crate) fn value(name: &str, ours: f64, goal: Goal) -> Self {
        Self { name: name.into(), ours, reference: None, ratio: None, goal }
    }

    fn reached(&self) -> Option<bool> {
        let judged = self.ratio.unwrap_or(self.ours);
        match self.goal {
            Goal::AtLeast(goal) => Some(judged >= goal),
            Goal::AtMost(goal) => Some(judged <= goal),
            Goal::Shown => None,
        }
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let or_dash = |value: Option<f64>| value.map_or("-".to_owned(), digits);
        let goal = match self.goal {
            Goal::AtLeast(goal) => format!(">= {}", digits(goal)),
            Goal::AtMost(goal) => format!("<= {}", digits(goal)),
            Goal::Shown => "-".to_owned(),
        };
        let missed = if self.reached() == Some(false) { " (missed)" } else { "" };
        let (ours, reference, ratio) = (digits(self.ours), or_dash(self.reference), or_dash(self.ratio));
        write!(f, "{}\t{ours}\t{reference}\t{ratio}\t{goal}{missed}", self.name)
    }
}

/// As many decimals as mean something.
fn digits(value: f64) -> String {
    match value.abs() {
        1_000.0.. => format!("{value:.0}"),
        100.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The middle one, or the mean of the middle two.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// Medians of all sides over `rounds` rounds. The machine is not ours alone, so the sides take turns, and turns at
/// going first.
pub(crate) fn alternate<const N: usize>(rounds: usize, sides: [&mut dyn FnMut() -> f64; N]) -> [f64; N] {
    let mut values = [const { Vec::new() }; N];
    for round in 0..rounds {
        for turn in 0..N {
            let side = (round + turn) % N;
            values[side].push(sides[side]());
        }
    }
    values.map(|values| median(&values))
}

/// How many of `count` things `work` does in a second.
pub(crate) fn per_second(count: usize, work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    count as f64 / began.elapsed().as_secs_f64()
}

/// How many milliseconds `work` takes.
pub(crate) fn milliseconds(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64() * 1e3
}
