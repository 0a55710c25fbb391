//! Between what is on the wire and what is in the log.

#![expect(clippy::result_large_err, reason = "a status is what the server's traits return")]

use std::collections::HashMap;
use std::sync::Arc;

use ::uuid::Uuid;
use tonic::Status;

use crate::log::{Expected, Proposed, Record};
use crate::wire::streams::{Position, ReadResp, append_req, append_resp, read_req, read_resp};
use crate::wire::{Empty, StreamIdentifier, Uuid as WireUuid, uuid};

/// A filter by prefixes of stream names.
pub(crate) struct Pick(Option<Vec<String>>);

impl Pick {
    pub(crate) fn of(filter: Option<read_req::options::FilterOption>) -> Self {
        let Some(read_req::options::FilterOption::Filter(filter)) = filter else { return Self(None) };
        match filter.filter {
            Some(read_req::filter_options::Filter::StreamIdentifier(expression)) => {
                Self(Some(expression.prefix))
            }
            _ => Self(None),
        }
    }

    pub(crate) fn takes(&self, record: &Record) -> bool {
        let begins = |prefixes: &Vec<String>| prefixes.iter().any(|prefix| record.stream.starts_with(prefix));
        self.0.as_ref().is_none_or(begins)
    }
}

pub(crate) fn invalid() -> Status {
    Status::invalid_argument("not a request that the stand-in understands, or a position it did not give")
}

pub(crate) fn text(name: &StreamIdentifier) -> String {
    String::from_utf8_lossy(&name.stream_name).into_owned()
}

pub(crate) fn answer(content: read_resp::Content) -> ReadResp {
    ReadResp { content: Some(content) }
}

pub(crate) fn place(record: &Record) -> Position {
    Position { commit_position: record.position, prepare_position: record.position }
}

pub(crate) fn event(record: &Arc<Record>) -> ReadResp {
    let metadata = HashMap::from([
        ("type".to_owned(), record.event_type.clone()),
        ("content-type".to_owned(), record.content_type.clone()),
        ("created".to_owned(), "0".to_owned()),
    ]);
    let recorded = read_resp::RecordedEvent {
        id: Some(WireUuid { value: Some(uuid::Value::String(record.id.to_string())) }),
        stream_identifier: Some(StreamIdentifier { stream_name: record.stream.clone().into_bytes().into() }),
        stream_revision: record.revision,
        prepare_position: record.position,
        commit_position: record.position,
        metadata,
        custom_metadata: record.metadata.clone(),
        data: record.data.clone(),
    };
    answer(read_resp::Content::Event(read_resp::ReadEvent {
        event: Some(recorded),
        position: Some(read_resp::read_event::Position::CommitPosition(record.position)),
    }))
}

pub(crate) fn proposed(mut message: append_req::ProposedMessage) -> Result<Proposed, Status> {
    let id = match message.id.and_then(|id| id.value) {
        Some(uuid::Value::String(id)) => id.parse().map_err(|_| invalid())?,
        Some(uuid::Value::Structured(id)) => Uuid::from_u64_pair(
            id.most_significant_bits.cast_unsigned(),
            id.least_significant_bits.cast_unsigned(),
        ),
        None => return Err(invalid()),
    };
    Ok(Proposed {
        id,
        event_type: message.metadata.remove("type").ok_or_else(invalid)?,
        content_type: message.metadata.remove("content-type").ok_or_else(invalid)?,
        metadata: message.custom_metadata,
        data: message.data,
    })
}

pub(crate) fn wrong(current: Option<u64>, expected: Expected) -> append_resp::WrongExpectedVersion {
    use append_resp::wrong_expected_version::{CurrentRevisionOption, ExpectedRevisionOption};
    append_resp::WrongExpectedVersion {
        current_revision_option: Some(match current {
            Some(revision) => CurrentRevisionOption::CurrentRevision(revision),
            None => CurrentRevisionOption::CurrentNoStream(Empty {}),
        }),
        expected_revision_option: Some(match expected {
            Expected::Revision(revision) => ExpectedRevisionOption::ExpectedRevision(revision),
            Expected::Any => ExpectedRevisionOption::ExpectedAny(Empty {}),
            Expected::Exists => ExpectedRevisionOption::ExpectedStreamExists(Empty {}),
            Expected::NoStream => ExpectedRevisionOption::ExpectedNoStream(Empty {}),
        }),
    }
}
