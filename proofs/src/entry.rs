//! Which bytes of an event are hashed. Written down in docs/src/proofs.md; never changed, only followed by a
//! version 2.

use crate::hash::{Hash, leaf};
use uuid::Uuid;
use watchbook_domain::{EventId, SubjectId, Timestamp};
use watchbook_eventlog::{NewEvent, RecordedEvent, StreamId, Version};

/// Names the encoding, so that no entry of another can pass for one of this.
const VERSION_1: &[u8] = b"watchbook/log-entry/1\n";
/// Of everything but stream, type and payload, with their lengths; a little more does no harm.
const ABOUT: usize = 256;

/// The canonical encoding, version 1, of the event that is the `index`th of its log, from 0: the name of the encoding,
/// then index, stream, stream version, event id, type, schema version, time of recording, subject, actor, correlation
/// id, causation id and sealed payload, each after its length in bytes (four, big-endian). Numbers are big-endian: 8
/// bytes, the schema version 2; times are microseconds since 1970, signed; ids are 16 bytes, none at all when absent;
/// text is UTF-8.
///
/// The position is left out: a copy of the log in another store has others, and the same tree.
pub fn encode(index: u64, recorded: &RecordedEvent) -> Vec<u8> {
    // Written out, so that a new field is not forgotten.
    let RecordedEvent { position: _, stream, version, event } = recorded;
    let NewEvent {
        event_id,
        event_type,
        schema_version,
        recorded_at,
        subject,
        actor,
        correlation_id,
        causation_id,
        payload,
    } = event;
    let mut entry = Vec::with_capacity(ABOUT + stream.as_str().len() + event_type.len() + payload.len());
    entry.extend_from_slice(VERSION_1);
    let mut field = |bytes: &[u8]| {
        // A store that takes four gibibytes in one payload does not exist.
        entry.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
        entry.extend_from_slice(bytes);
    };
    field(&index.to_be_bytes());
    field(stream.as_str().as_bytes());
    field(&version.0.to_be_bytes());
    field(event_id.0.as_bytes());
    field(event_type.as_bytes());
    field(&schema_version.to_be_bytes());
    field(&recorded_at.micros().to_be_bytes());
    field(subject.0.as_bytes());
    field(actor.as_ref().map_or(&[][..], |id| id.as_bytes()));
    field(correlation_id.as_bytes());
    field(causation_id.as_ref().map_or(&[][..], |id| id.0.as_bytes()));
    field(payload);
    entry
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Number of the event in its log, from 0.
    pub index: u64,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Place in its stream, from 1.
    pub version: Version,
    /// The rest, the payload sealed.
    pub event: NewEvent,
}

/// What the bytes of an entry say. `None` when they are no entry that [`encode`] could have made.
pub fn decode(entry: &[u8]) -> Option<Entry> {
    let mut rest = entry.strip_prefix(VERSION_1)?;
    let mut field = || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (field, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = after;
        Some(field)
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_be_bytes);
    let id = |bytes: &[u8]| Uuid::from_slice(bytes).ok();
    // None at all when it is absent.
    let optional = |bytes: &[u8]| if bytes.is_empty() { Some(None) } else { id(bytes).map(Some) };
    let decoded = Entry {
        index: number(field()?)?,
        stream: StreamId::from_stored(text(field()?)?),
        version: Version(number(field()?)?),
        event: NewEvent {
            event_id: EventId(id(field()?)?),
            event_type: text(field()?)?,
            schema_version: field()?.try_into().ok().map(u16::from_be_bytes)?,
            recorded_at: field()?.try_into().ok().map(i64::from_be_bytes).map(Timestamp::from_micros)?,
            subject: SubjectId(id(field()?)?),
            actor: optional(field()?)?,
            correlation_id: id(field()?)?,
            causation_id: optional(field()?)?.map(EventId),
            payload: field()?.to_vec(),
        },
    };
    rest.is_empty().then_some(decoded)
}

/// The leaf of that event: the hash of its [encoding](encode).
pub fn leaf_of(index: u64, recorded: &RecordedEvent) -> Hash {
    leaf(&encode(index, recorded))
}
