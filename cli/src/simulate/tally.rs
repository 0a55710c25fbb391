//! What came of it all.

use super::client::Stop;
use super::plan::Kind;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Unexpected outcomes that are told one by one.
const EXAMPLES: usize = 12;

/// Ends of the journeys of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// As they should.
    pub expected: u64,
    /// Not gone through, for a reason that is in order.
    pub aside: u64,
    /// As they should not.
    pub unexpected: u64,
}

/// What went to and fro.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests that were sent.
    pub requests: u64,
    /// Mails that were read.
    pub mails: u64,
    /// Text messages that were read.
    pub texts: u64,
    /// CAPTCHAs that were solved.
    pub captchas: u64,
}

/// Counts while the journeys go on.
#[derive(Default)]
pub struct Tally(Mutex<Counts>);

#[derive(Clone, Default)]
struct Counts {
    ends: BTreeMap<Kind, Ends>,
    notes: BTreeMap<&'static str, u64>,
    asides: BTreeMap<&'static str, u64>,
    unexpected: BTreeMap<String, u64>,
    broken_off: u64,
    sign_ins: Vec<Duration>,
}

impl Tally {
    /// A journey has ended.
    pub fn ended(&self, kind: Kind, end: &Result<(), Stop>) {
        let mut counts = self.lock();
        let ends = counts.ends.entry(kind).or_default();
        match end {
            Ok(()) => ends.expected += 1,
            Err(Stop::Aside(why)) => {
                ends.aside += 1;
                *counts.asides.entry(why).or_default() += 1;
            }
            Err(Stop::Unexpected(what)) => {
                ends.unexpected += 1;
                *counts.unexpected.entry(format!("{}: {what}", kind.name())).or_default() += 1;
            }
        }
    }

    /// A journey was cut short before it could tell of itself.
    pub fn broken_off(&self) {
        self.lock().broken_off += 1;
    }

    /// Something worth a line in the summary happened.
    pub fn note(&self, what: &'static str) {
        *self.lock().notes.entry(what).or_default() += 1;
    }

    /// An accepted sign-in took this long, its password check included.
    pub fn signed_in(&self, took: Duration) {
        self.lock().sign_ins.push(took);
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The end result.
    pub fn summary(&self, traffic: Traffic, elapsed: Duration) -> Summary {
        let mut counts = self.lock().clone();
        counts.sign_ins.sort_unstable();
        Summary { counts, traffic, elapsed }
    }
}

/// What came of a run; displayed as a table for a terminal.
pub struct Summary {
    counts: Counts,
    traffic: Traffic,
    elapsed: Duration,
}

impl Summary {
    /// Whether anything happened that should not.
    pub fn failed(&self) -> bool {
        self.counts.broken_off > 0 || self.counts.ends.values().any(|ends| ends.unexpected > 0)
    }

    /// Ends of the journeys by kind.
    pub fn ends(&self) -> impl Iterator<Item = (Kind, Ends)> + '_ {
        self.counts.ends.iter().map(|(kind, ends)| (*kind, *ends))
    }

    /// Mails that were read.
    pub fn mails(&self) -> u64 {
        self.traffic.mails
    }

    /// How often something worth a line happened.
    pub fn noted(&self, what: &str) -> u64 {
        self.counts.notes.get(what).copied().unwrap_or(0)
    }

    /// The latency that `percent` of accepted sign-ins did not exceed (nearest rank); `None` without any.
    pub fn sign_in_latency(&self, percent: usize) -> Option<Duration> {
        let times = &self.counts.sign_ins;
        let rank = (times.len() * percent).div_ceil(100).max(1);
        times.get(rank - 1).copied()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sum = Ends::default();
        writeln!(
            f,
            "{:<24}{:>9}{:>10}{:>11}{:>12}",
            "journey", "ended", "expected", "set aside", "unexpected"
        )?;
        for (kind, ends) in self.ends() {
            row(f, kind.name(), ends)?;
            sum.expected += ends.expected;
            sum.aside += ends.aside;
            sum.unexpected += ends.unexpected;
        }
        row(f, "all", sum)?;
        section(f, "What happened on the way", &self.counts.notes)?;
        section(f, "Set aside because", &self.counts.asides)?;
        section(f, "Unexpected", self.counts.unexpected.iter().take(EXAMPLES))?;
        if self.counts.broken_off > 0 {
            writeln!(f, "\n{} journeys were broken off unfinished", self.counts.broken_off)?;
        }
        let more = self.counts.unexpected.len().saturating_sub(EXAMPLES);
        if more > 0 {
            writeln!(f, "  … and {more} more")?;
        }
        writeln!(f)?;
        write!(f, "accepted sign-ins: {}", self.counts.sign_ins.len())?;
        if let (Some(median), Some(p95)) = (self.sign_in_latency(50), self.sign_in_latency(95)) {
            write!(f, ", median {:.1} ms, p95 {:.1} ms", millis(median), millis(p95))?;
        }
        let Traffic { requests, mails, texts, captchas } = self.traffic;
        let seconds = self.elapsed.as_secs_f64();
        write!(f, "\n{requests} requests, {mails} mails, {texts} text messages, ")?;
        write!(f, "{captchas} CAPTCHAs solved, {seconds:.1} s")?;
        if self.failed() && mails == 0 {
            write!(f, "\nno mail was seen: does --mail name the folder that the server's mails land in?")?;
        }
        Ok(())
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, ends: Ends) -> fmt::Result {
    let Ends { expected, aside, unexpected } = ends;
    writeln!(f, "{name:<24}{:>9}{expected:>10}{aside:>11}{unexpected:>12}", expected + aside + unexpected)
}

fn section<'a, K: fmt::Display + 'a>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    lines: impl IntoIterator<Item = (K, &'a u64)>,
) -> fmt::Result {
    for (n, (what, count)) in lines.into_iter().enumerate() {
        if n == 0 {
            writeln!(f, "\n{title}")?;
        }
        writeln!(f, "{count:>8}  {what}")?;
    }
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_unexpected_end_fails_the_run_and_is_told() {
        let tally = Tally::default();
        tally.ended(Kind::Register, &Ok(()));
        tally.ended(Kind::SignIn, &Err(Stop::Aside("held off")));
        (1..=100).for_each(|ms| tally.signed_in(Duration::from_millis(ms)));
        let good = tally.summary(Traffic::default(), Duration::from_secs(3));
        assert!(!good.failed());
        assert_eq!(good.sign_in_latency(50), Some(Duration::from_millis(50)));
        assert_eq!(good.sign_in_latency(95), Some(Duration::from_millis(95)));

        tally.ended(Kind::Forgot, &Err(Stop::Unexpected("POST /v1/x: 500".into())));
        let bad = tally.summary(Traffic::default(), Duration::from_secs(3));
        assert!(bad.failed());
        let text = bad.to_string();
        assert!(text.contains("1  forgotten password: POST /v1/x: 500"), "{text}");
        assert!(text.contains("median 50.0 ms, p95 95.0 ms"), "{text}");
    }

    #[test]
    fn without_sign_ins_there_is_no_latency() {
        assert_eq!(Tally::default().summary(Traffic::default(), Duration::ZERO).sign_in_latency(95), None);
    }
}
