//! Comma-separated values (RFC 4180). All columns but the last are tokens of our own without commas or quotes; the data
//! begins with a brace, so that no spreadsheet takes it for a formula.

use crate::record::{Carried, Record};
use serde_json::value::RawValue;
use std::fmt::Write as _;

pub(crate) const HEADER: &str = "index,position,recorded_at,stream,version,event_id,type,schema_version,subject,actor,\
correlation_id,causation_id,erased,data\n";

pub(crate) fn write(record: &Record<'_>, to: &mut Vec<u8>) {
    let (entry, event) = (record.entry, &record.entry.event);
    let Carried { position, erased, data } = record.carried;
    let mut line = String::with_capacity(512);
    // Writing into memory does not fail.
    let _ = write!(
        line,
        "{},{position},{},{},{},{},{},{},{},{},{},{},{erased},",
        entry.index,
        event.recorded_at,
        entry.stream,
        entry.version,
        event.event_id.0,
        event.event_type,
        event.schema_version,
        event.subject.0,
        event.actor.map(|id| id.to_string()).unwrap_or_default(),
        event.correlation_id,
        event.causation_id.map(|id| id.0.to_string()).unwrap_or_default(),
    );
    if let Some(data) = data {
        line.push('"');
        line.push_str(&data.get().replace('"', "\"\""));
        line.push('"');
    }
    to.extend_from_slice(line.as_bytes());
}

/// The data column as it was before quoting; empty when there is none.
pub(crate) fn data(line: &str) -> Option<String> {
    let data = line.splitn(14, ',').nth(13)?;
    if data.is_empty() {
        return Some(String::new());
    }
    Some(data.strip_prefix('"')?.strip_suffix('"')?.replace("\"\"", "\""))
}

pub(crate) fn read<'a>(line: &str, data: &'a str) -> Option<Carried<'a>> {
    let mut columns = line.splitn(14, ',');
    let position = columns.nth(1)?.parse().ok()?;
    let erased = columns.nth(10)?.parse().ok()?;
    Some(Carried { position, erased, data: raw(data)? })
}

/// JSON in text, or none in no text.
pub(crate) fn raw(text: &str) -> Option<Option<&RawValue>> {
    if text.is_empty() { Some(None) } else { serde_json::from_str(text).ok().map(Some) }
}
