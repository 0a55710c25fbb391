//! JSON lines: the clear part of each event as the log has it, and the payload's data as it was recorded.

use crate::format::json;
use crate::record::{Carried, CarriedLine, Record};
use serde::Serialize;
use uuid::Uuid;
use watchbook_domain::Timestamp;

#[derive(Serialize)]
struct Line<'a> {
    index: u64,
    stream: &'a str,
    version: u64,
    event_id: Uuid,
    r#type: &'a str,
    schema_version: u16,
    recorded_at: Timestamp,
    subject: Uuid,
    actor: Option<Uuid>,
    correlation_id: Uuid,
    causation_id: Option<Uuid>,
    #[serde(flatten)]
    carried: CarriedLine<'a>,
}

pub(crate) fn write(record: &Record<'_>, to: &mut Vec<u8>) {
    let (entry, event) = (record.entry, &record.entry.event);
    let Carried { position, erased, data } = record.carried;
    json(
        to,
        &Line {
            index: entry.index,
            stream: entry.stream.as_str(),
            version: entry.version.0,
            event_id: event.event_id.0,
            r#type: &event.event_type,
            schema_version: event.schema_version,
            recorded_at: event.recorded_at,
            subject: event.subject.0,
            actor: event.actor,
            correlation_id: event.correlation_id,
            causation_id: event.causation_id.map(|id| id.0),
            carried: CarriedLine { position, erased, data },
        },
    );
}

pub(crate) fn read(line: &str) -> Option<Carried<'_>> {
    serde_json::from_str::<CarriedLine<'_>>(line).ok().map(Carried::from)
}
