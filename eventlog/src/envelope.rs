//! What the log stores of each event: the envelope in the clear, the payload sealed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use watchbook_domain::{CommandId, EventId, SubjectId, Timestamp};

/// The name of a stream, such as `account-6f0c…`: a category, a dash, and what identifies it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamId(String);

impl StreamId {
    /// `category` must not contain a dash.
    pub fn new(category: &str, id: impl std::fmt::Display) -> Self {
        debug_assert!(!category.contains('-'), "a category has no dash");
        Self(format!("{category}-{id}"))
    }

    /// A name read back from a store.
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The part before the first dash.
    pub fn category(&self) -> &str {
        self.0.split_once('-').map_or(self.0.as_str(), |(category, _)| category)
    }

    /// The part after the first dash.
    pub fn key(&self) -> &str {
        self.0.split_once('-').map_or("", |(_, key)| key)
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for StreamId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for StreamId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Place of an event in the whole log: total order in commit order, without late arrivals below it.
/// Opaque but for its order; `START` lies before every event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Number of events in a stream; the first event of a stream has version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    /// Of a stream that has no events.
    pub const NONE: Self = Self(0);

    /// The version `n` events later.
    #[must_use]
    pub const fn plus(self, n: u64) -> Self {
        Self(self.0 + n)
    }

    /// What an append that was decided at this version must expect.
    pub const fn expected(self) -> Expected {
        if self.0 == 0 { Expected::NoStream } else { Expected::Exact(self) }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The stream version on which a decision was made. There is no "any": every append is a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The stream has no events.
    NoStream,
    /// The stream's last event has this version.
    Exact(Version),
}

impl Expected {
    /// The version expected, `Version::NONE` for no stream.
    pub const fn version(self) -> Version {
        match self {
            Self::NoStream => Version::NONE,
            Self::Exact(version) => version,
        }
    }
}

/// Who and what an event comes from; the same for all events of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Names the command; sending it again appends nothing.
    pub command_id: CommandId,
    /// Taken once at the edge, truncated to microseconds.
    pub recorded_at: Timestamp,
    /// The account or service key that acts; none for a stranger and for workers.
    pub actor: Option<Uuid>,
    /// Ties together all that came from one request.
    pub correlation_id: Uuid,
    /// The event that a reactor acted on.
    pub causation_id: Option<EventId>,
}

/// An event on its way into the log, payload already sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Unique in the whole log.
    pub event_id: EventId,
    /// Such as `session.opened`.
    pub event_type: String,
    /// Of the payload.
    pub schema_version: u16,
    /// When it was decided.
    pub recorded_at: Timestamp,
    /// Whose key seals the payload.
    pub subject: SubjectId,
    /// Who acted.
    pub actor: Option<Uuid>,
    /// Request it came from.
    pub correlation_id: Uuid,
    /// Event it reacts to.
    pub causation_id: Option<EventId>,
    /// Sealed bytes; opaque to every store.
    pub payload: Vec<u8>,
}

/// An event as the log returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Place in the whole log.
    pub position: Position,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Place in its stream, from 1.
    pub version: Version,
    /// The rest, as it was appended.
    pub event: NewEvent,
}

impl RecordedEvent {
    /// What an append of this event alone must expect.
    pub const fn expected(&self) -> Expected {
        Version(self.version.0.saturating_sub(1)).expected()
    }
}

/// That a stream grew: an event without its content, for those who only keep track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Place in the whole log.
    pub position: Position,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Place in its stream, from 1.
    pub version: Version,
    /// Such as `session.opened`.
    pub event_type: String,
    /// Whose key seals the payload.
    pub subject: SubjectId,
}

/// Proof of a durable append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Of the last of these events. A replay may find only some of them, when the decision was another then.
    pub version: Version,
    /// Of that same event.
    pub position: Position,
    /// True when the events were already there: the command was sent before.
    pub replayed: bool,
}
