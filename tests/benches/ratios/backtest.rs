//! Detection alone, on one thread: every detector over a generated year, and how much it keeps in mind.

use std::net::Ipv4Addr;
use watchbook_domain::detection::{Detection, DetectionPolicy, Observation, Source, Target};
use watchbook_domain::{AccountId, Timestamp};
use watchbook_evaluation::{Kind, Population, Row, Size};

use crate::measure::{Goal, Line, median, per_second};
use uuid::Uuid;

const SIZE: Size = Size { users: 40_000, days: 395, seed: 1 };
const ROUNDS: usize = 3;
const ACCOUNTS: u32 = 1_000_000;
const SOURCES: u32 = 100_000;

pub(crate) fn measure() -> Vec<Line> {
    let policy = DetectionPolicy::default();
    // First: memory that something else has given back would be used again and not be counted.
    let template = Population::new(Size { users: 1, ..SIZE }).rows[0];
    let memory = crowd(&template, &policy);
    let rows = Population::new(SIZE).rows;
    let seen: Vec<_> = (1..).zip(&rows).map(|(position, row)| row.observation(position)).collect();
    let round = |_| {
        let mut detection = Detection::new(&policy);
        let mut told = 0;
        let rate = per_second(seen.len(), || {
            seen.iter().for_each(|seen| told += detection.observe(seen, &policy, Uuid::nil()).len());
        });
        assert!(told > 0, "campaigns are among it");
        rate
    };
    let rates: Vec<_> = (0..ROUNDS).map(round).collect();
    vec![
        Line::value("backtest (events/s on one thread)", median(&rates), Goal::AtLeast(100_000.0)),
        Line::value(
            "backtest_memory (MiB after 1,000,000 accounts from 100,000 sources)",
            memory,
            Goal::Shown,
        ),
    ]
}

/// Two sign-ins of everybody, the first with a wrong password.
fn crowd(template: &Row, policy: &DetectionPolicy) -> f64 {
    let before = resident();
    let mut detection = Detection::new(policy);
    for n in 0..2 * u64::from(ACCOUNTS) {
        let account = u32::try_from(n / 2).unwrap();
        let kind = if n.is_multiple_of(2) { Kind::Failure } else { Kind::Success };
        let seen = Row { user: account, kind, ..*template }.observation(n);
        let address = Ipv4Addr::from_bits(0x0100_0000 + account % SOURCES * 7);
        let source = Source { address: Some(address.into()), ..seen.source.clone() };
        let target = Target::Account(AccountId(Uuid::from_u128(u128::from(account))));
        let at = Timestamp::from_micros(1_700_000_000_000_000 + i64::try_from(n).unwrap() * 50_000);
        detection.observe(&Observation { source, target, at, ..seen }, policy, Uuid::nil());
    }
    let grown = resident() - before;
    drop(detection);
    grown
}

/// MiB of this process in memory.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
