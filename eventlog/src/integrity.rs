//! Whether a log keeps its own rules.

use crate::{EventLog, LogError, Position, StreamId, Version};
use std::collections::HashMap;

/// Events looked at in one round trip.
const PAGE: usize = 4_096;
/// Problems named; more of them say nothing new.
const MOST: usize = 20;

/// What [`EventLog::integrity_check`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntegrityReport {
    /// Events counted.
    pub events: u64,
    /// Streams counted.
    pub streams: u64,
    /// Empty when the log is sound.
    pub problems: Vec<IntegrityProblem>,
}

/// One thing that is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegrityProblem {
    /// The first bad position, where there is one.
    pub position: Option<Position>,
    /// For the operator's eyes: positions, versions and stream names, no content.
    pub what: String,
}

impl std::fmt::Display for IntegrityProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.position {
            Some(position) => write!(f, "at position {position}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// What can be found out by reading alone: positions rise, and each stream counts up by one.
pub(crate) async fn check<L: EventLog + ?Sized>(log: &L) -> Result<IntegrityReport, LogError> {
    let mut report = IntegrityReport::default();
    let mut versions = HashMap::<StreamId, Version>::new();
    let mut after = Position::START;
    loop {
        let page = log.read_changes(after, PAGE).await?;
        if page.is_empty() || report.problems.len() >= MOST {
            report.streams = versions.len() as u64;
            return Ok(report);
        }
        for change in page {
            let mut problem = |what: String| {
                report.problems.push(IntegrityProblem { position: Some(change.position), what });
            };
            if change.position <= after {
                problem(format!("it comes after position {after}"));
            }
            let version = versions.entry(change.stream).or_default();
            if change.version != version.plus(1) {
                problem(format!("stream version {} where {} is due", change.version, version.plus(1)));
            }
            *version = change.version;
            after = change.position.max(after);
            report.events += 1;
        }
    }
}
