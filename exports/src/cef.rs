//! ArcSight's Common Event Format: `CEF:0|Vendor|Product|Version|Class|Name|Severity|Extension`. A backslash goes before
//! `\` and `|` in the header, before `\` and `=` in the extension.

use crate::csv::raw;
use crate::ocsf::Facts;
use crate::record::{Carried, Record};
use std::fmt::Write as _;

/// Before the data, which is last.
const DATA: &str = " cs3Label=data cs3=";
const POSITION: &str = " cn2Label=position cn2=";

pub(crate) fn write(record: &Record<'_>, to: &mut Vec<u8>) {
    let (entry, event) = (record.entry, &record.entry.event);
    let Carried { position, erased, data } = record.carried;
    let facts = Facts::of(data);
    let mut line = String::with_capacity(640);
    let kind = event.event_type.replace('\\', "\\\\").replace('|', "\\|");
    // Writing into memory does not fail. The version is that of this layout.
    let _ = write!(
        line,
        "CEF:0|Watchbook|Watchbook|1|{kind}|{kind}|{}|rt={} externalId={} suid={}",
        severity(&event.event_type),
        event.recorded_at.micros().div_euclid(1_000),
        event.event_id.0,
        event.subject.0,
    );
    if let Some(address) = facts.address() {
        let _ = write!(line, " src={}", escaped(address));
    }
    if let Some(agent) = facts.user_agent() {
        let _ = write!(line, " requestClientApplication={}", escaped(agent));
    }
    let _ = write!(
        line,
        " cs1Label=stream cs1={} cs2Label=erased cs2={erased} cn1Label=index cn1={}{POSITION}{position} \
         cn3Label=version cn3={}",
        escaped(entry.stream.as_str()),
        entry.index,
        entry.version,
    );
    if let Some(data) = data {
        line.push_str(DATA);
        line.push_str(&escaped(data.get()));
    }
    to.extend_from_slice(line.as_bytes());
}

/// From 0 to 10: what refuses or locks stands out.
fn severity(kind: &str) -> u8 {
    match kind {
        "account.locked" | "sign_in.disowned" | "alert.raised" => 8,
        _ if kind.ends_with(".refused") || kind.ends_with("_rejected") || kind.ends_with(".rejected") => 5,
        _ => 2,
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('=', "\\=").replace('\n', "\\n").replace('\r', "\\r")
}

pub(crate) fn data(line: &str) -> Option<String> {
    let Some((_, escaped)) = line.split_once(DATA) else { return Some(String::new()) };
    let mut data = String::with_capacity(escaped.len());
    let mut characters = escaped.chars();
    while let Some(character) = characters.next() {
        data.push(if character == '\\' { characters.next()? } else { character });
    }
    Some(data)
}

pub(crate) fn read<'a>(line: &str, data: &'a str) -> Option<Carried<'a>> {
    // No value before has an unescaped equals sign, so the first of each is the field.
    let after = |field: &str| line.split_once(field).and_then(|(_, rest)| rest.split(' ').next());
    let position = after(POSITION)?.parse().ok()?;
    let erased = after(" cs2Label=erased cs2=")?.parse().ok()?;
    Some(Carried { position, erased, data: raw(data)? })
}
