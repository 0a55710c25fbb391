//! A table of networks as CSV, as ip-location-db has it: first address, last address, number, name.

use std::net::IpAddr;
use watchbook_domain::Signals;

struct Range {
    first: u128,
    last: u128,
    asn: u32,
    name: u32,
}

/// Ranges in ascending order of their first addresses. Real tables have a few that overlap: the one that begins last
/// counts.
pub(crate) struct Ranges {
    ranges: Vec<Range>,
    names: Vec<Box<str>>,
}

/// IPv4 addresses as IPv6 maps them, so that one order holds all.
fn key(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl Ranges {
    /// # Errors
    /// The number of the first line, from 1, that is none of the table's.
    pub(crate) fn parse(text: &str) -> Result<Self, usize> {
        let mut ranges: Vec<Range> = Vec::new();
        let mut names: Vec<Box<str>> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let mut fields = line.splitn(4, ',');
            let mut next = || fields.next().map(|field| field.trim_matches('"'));
            let range = (|| {
                let first = key(next()?.parse().ok()?);
                let last = key(next()?.parse().ok()?);
                let asn = next()?.parse().ok()?;
                let name = next().unwrap_or_default();
                (first <= last && ranges.last().is_none_or(|before| before.first <= first)).then(|| {
                    if names.last().is_none_or(|last| **last != *name) {
                        names.push(name.chars().take(128).collect::<String>().into_boxed_str());
                    }
                    Range { first, last, asn, name: names.len() as u32 - 1 }
                })
            })();
            ranges.push(range.ok_or(number + 1)?);
        }
        ranges.shrink_to_fit();
        if ranges.is_empty() { Err(1) } else { Ok(Self { ranges, names }) }
    }

    pub(crate) fn describe(&self) -> String {
        format!("{} ranges of networks", self.ranges.len())
    }

    /// Fills in what is not known yet.
    pub(crate) fn look_up(&self, address: IpAddr, signals: &mut Signals) {
        let key = key(address);
        let after = self.ranges.partition_point(|range| range.first <= key);
        let range = after.checked_sub(1).and_then(|at| self.ranges.get(at)).filter(|range| key <= range.last);
        let Some(range) = range else { return };
        if signals.asn.is_none() {
            signals.asn = Some(range.asn);
            let name = self.names.get(range.name as usize).filter(|name| !name.is_empty());
            signals.network = name.map(|name| name.to_string());
        }
    }
}
