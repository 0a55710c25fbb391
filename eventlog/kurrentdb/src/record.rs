//! Events as KurrentDB stores them: the payload as the event's data, opaque bytes; all else that is in the clear as
//! JSON in its metadata, correlation and causation under the names that KurrentDB gives them.

use eventstore::{EventData, RecordedEvent as Stored};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use watchbook_domain::{EventId, SubjectId, Timestamp};
use watchbook_eventlog::{LogError, NewEvent, Position, RecordedEvent, StreamId, Version};

use crate::error::Cause;

/// <https://docs.kurrent.io/server/latest/features/streams.html#reserved-names>
#[derive(Serialize, Deserialize)]
struct Clear {
    #[serde(rename = "$correlationId")]
    correlation_id: Uuid,
    #[serde(rename = "$causationId", default, skip_serializing_if = "Option::is_none")]
    causation_id: Option<Uuid>,
    event_id: Uuid,
    schema_version: u16,
    /// Microseconds since 1970.
    recorded_at: i64,
    subject: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actor: Option<Uuid>,
}

/// All that a look-up of ids needs.
#[derive(Deserialize)]
struct ClearId {
    event_id: Uuid,
}

/// One append as it is sent, and sent again: the same ids every time.
///
/// KurrentDB answers an append whose ids it finds where it would have put them as if it were that earlier one,
/// whatever else differs. Two processes that decide on one command at once would then both believe that their
/// events are stored. So what KurrentDB takes for an event's id is made anew for each append; ours is in the metadata.
#[derive(Clone)]
pub(crate) struct Attempt(Uuid);

impl Attempt {
    pub(crate) fn new(nonce: Uuid) -> Self {
        Self(nonce)
    }

    /// What KurrentDB takes for the event's id.
    pub(crate) fn id(&self, event: Uuid) -> Uuid {
        Uuid::new_v5(&self.0, event.as_bytes())
    }

    pub(crate) fn data(&self, event: NewEvent) -> Result<EventData, LogError> {
        let clear = Clear {
            correlation_id: event.correlation_id,
            causation_id: event.causation_id.map(|id| id.0),
            event_id: event.event_id.0,
            schema_version: event.schema_version,
            recorded_at: event.recorded_at.micros(),
            subject: event.subject.0,
            actor: event.actor,
        };
        let data = EventData::binary(event.event_type, event.payload.into()).id(self.id(event.event_id.0));
        data.metadata_as_json(&clear).map_err(LogError::unavailable)
    }
}

/// An event that was read, with the id that KurrentDB has for it.
pub(crate) struct Read {
    pub(crate) stored_id: Uuid,
    pub(crate) recorded: RecordedEvent,
}

/// Our id of an event.
pub(crate) fn event_id(stored: &Stored) -> Result<Uuid, LogError> {
    let clear: ClearId = serde_json::from_slice(&stored.custom_metadata).map_err(|_| foreign(stored))?;
    Ok(clear.event_id)
}

pub(crate) fn version(stored: &Stored) -> Version {
    Version(stored.revision.saturating_add(1))
}

/// Commit and prepare position are one, but for events of explicit transactions, which nobody can write any more.
pub(crate) fn position(stored: &Stored) -> Result<Position, LogError> {
    let position = stored.position;
    if position.commit > i64::MAX as u64 {
        return Err(LogError::unavailable(Cause::TooOld));
    }
    if position.commit != position.prepare || position.commit == 0 {
        return Err(foreign(stored));
    }
    Ok(Position(position.commit))
}

pub(crate) fn read(stored: &Stored) -> Result<Read, LogError> {
    let clear: Clear = serde_json::from_slice(&stored.custom_metadata).map_err(|_| foreign(stored))?;
    let event = NewEvent {
        event_id: EventId(clear.event_id),
        event_type: stored.event_type.clone(),
        schema_version: clear.schema_version,
        recorded_at: Timestamp::from_micros(clear.recorded_at),
        subject: SubjectId(clear.subject),
        actor: clear.actor,
        correlation_id: clear.correlation_id,
        causation_id: clear.causation_id.map(EventId),
        payload: stored.data.to_vec(),
    };
    let recorded = RecordedEvent {
        position: position(stored)?,
        stream: StreamId::from_stored(stored.stream_id().to_owned()),
        version: version(stored),
        event,
    };
    Ok(Read { stored_id: stored.id, recorded })
}

fn foreign(stored: &Stored) -> LogError {
    let (stream, version) = (stored.stream_id(), version(stored));
    LogError::Corrupt(format!("version {version} of {stream} was not written by this log"))
}
