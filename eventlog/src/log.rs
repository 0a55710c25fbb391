//! What every store of events must offer. The conformance suite holds adapters to it.

use crate::{
    Appended, Change, Expected, IntegrityReport, NewEvent, Position, RecordedEvent, StreamId, Version,
};
use async_trait::async_trait;
use std::time::Duration;

/// Why the log could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Somebody else appended first: load again, decide again.
    #[error("the stream is at version {actual}")]
    Conflict {
        /// The stream's version now.
        actual: Version,
    },
    /// The store cannot be reached, is full or too busy; the append did not happen or its outcome is
    /// unknown. Sending the same command again is safe.
    #[error("the log is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is stored breaks the log's own rules.
    #[error("the log is corrupt: {0}")]
    Corrupt(String),
}

impl LogError {
    /// Wraps a store's own error.
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }

    /// An event of another log is here in another place than there.
    pub fn misplaced() -> Self {
        Self::Corrupt("an event is in another place than in the log that it comes from".into())
    }
}

/// Of events that go in one append, and of their payloads together: stores bound its size.
const RUN_EVENTS: usize = 256;
const RUN_BYTES: usize = 256 << 10;

/// How many of the first events follow each other in one stream and can go in one append; at least one.
fn run_length(events: &[RecordedEvent]) -> usize {
    let mut bytes = 0;
    let pairs = events.windows(2).take(RUN_EVENTS - 1);
    let follow = pairs.take_while(|pair| {
        bytes += pair[0].event.payload.len();
        pair[1].stream == pair[0].stream
            && pair[1].version == pair[0].version.plus(1)
            && bytes + pair[1].event.payload.len() <= RUN_BYTES
    });
    1 + follow.count()
}

/// An append-only log of streams with one total order.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// Appends `events` (at least one) to `stream` as a whole, durably, if it is at `expected`.
    ///
    /// If the first event's id is already in that stream, the command was sent before: nothing is
    /// appended and the answer is where it went, with `replayed` set, whatever `expected` says.
    ///
    /// # Errors
    /// `Conflict` when the stream is at another version; `Unavailable`; `Corrupt` when an event id is
    /// taken by another stream, in stores that index ids over all streams.
    async fn append(
        &self,
        stream: &StreamId,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, LogError>;

    /// Appends `events`, which another log recorded, in this order and each at its own version; their positions
    /// are left behind. One that is in its place already is passed over, so that a copy that broke off can be
    /// repeated from anywhere.
    ///
    /// After an error the first of them may be in the log, never one without all those before it.
    ///
    /// # Errors
    /// `Conflict` when a stream does not end right before the event; `Unavailable`; `Corrupt` when the event is
    /// in another place.
    async fn append_recorded(&self, events: Vec<RecordedEvent>) -> Result<(), LogError> {
        let mut rest = events.as_slice();
        while let Some(first) = rest.first() {
            let run = &rest[..run_length(rest)];
            let run_events = run.iter().map(|recorded| recorded.event.clone()).collect();
            let appended = self.append(&first.stream, first.expected(), run_events).await?;
            // What was broken off may have ended within the run.
            let there = (appended.version.0 + 1).checked_sub(first.version.0).map(usize::try_from);
            match there {
                Some(Ok(there)) if (1..=run.len()).contains(&there) => rest = &rest[there..],
                _ => return Err(LogError::misplaced()),
            }
        }
        Ok(())
    }

    /// Up to `limit` events of `stream` with a version above `after`, in order.
    async fn read_stream(
        &self,
        stream: &StreamId,
        after: Version,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError>;

    /// Up to `limit` events of the whole log above `after`, in order. A reader that has seen position
    /// *p* never later finds a new event at or below *p*. An empty answer means: nothing there yet.
    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<RecordedEvent>, LogError>;

    /// [`read_all`](Self::read_all) without the content. Stores do better than this where they can.
    async fn read_changes(&self, after: Position, limit: usize) -> Result<Vec<Change>, LogError> {
        let change = |recorded: RecordedEvent| Change {
            position: recorded.position,
            stream: recorded.stream,
            version: recorded.version,
            event_type: recorded.event.event_type,
            subject: recorded.event.subject,
        };
        Ok(self.read_all(after, limit).await?.into_iter().map(change).collect())
    }

    /// Whether positions count events: the first has 1, and none is left out.
    fn has_dense_positions(&self) -> bool {
        false
    }

    /// Checks the log's rules: positions rise, streams have no holes. Reads all envelopes, for as long as that takes.
    /// Stores look deeper where they can.
    ///
    /// # Errors
    /// `Unavailable`, and `Corrupt` when the log is too damaged to be checked.
    async fn integrity_check(&self) -> Result<IntegrityReport, LogError> {
        crate::integrity::check(self).await
    }

    /// Position of the last event, `Position::START` when there is none.
    async fn head(&self) -> Result<Position, LogError>;

    /// Returns when there may be events above `after`, or after `at_most`: a wake-up beside polling,
    /// never the only way to learn of an event.
    async fn wait(&self, after: Position, at_most: Duration);
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use watchbook_domain::{EventId, SubjectId, Timestamp};

    fn recorded(stream: u32, version: u64, bytes: usize) -> RecordedEvent {
        let event = NewEvent {
            event_id: EventId(Uuid::from_u64_pair(stream.into(), version)),
            event_type: "counter.added".into(),
            schema_version: 1,
            recorded_at: Timestamp::from_micros(0),
            subject: SubjectId(Uuid::nil()),
            actor: None,
            correlation_id: Uuid::nil(),
            causation_id: None,
            payload: vec![0; bytes],
        };
        let stream = StreamId::new("account", stream);
        RecordedEvent { position: Position::START, stream, version: Version(version), event }
    }

    #[test]
    fn a_run_is_of_one_stream_and_of_bounded_size() {
        let run = |events: &[(u32, u64, usize)]| {
            let events: Vec<_> = events.iter().map(|&(s, v, bytes)| recorded(s, v, bytes)).collect();
            run_length(&events)
        };
        assert_eq!(run(&[(1, 1, 9)]), 1);
        assert_eq!(run(&[(1, 4, 9), (1, 5, 9), (2, 1, 9), (1, 6, 9)]), 2);
        assert_eq!(run(&[(1, 4, 9), (1, 6, 9)]), 1, "a hole");
        assert_eq!(run(&[(1, 1, RUN_BYTES), (1, 2, 1)]), 1);
        assert_eq!(run(&[(1, 1, 1), (1, 2, RUN_BYTES)]), 1);
        assert_eq!(run(&[(1, 1, RUN_BYTES / 2), (1, 2, RUN_BYTES / 2), (1, 3, 1)]), 2);
        assert_eq!(run(&[(1, 1, RUN_BYTES + 1)]), 1, "too large alone is for the store to say");
        let many: Vec<_> = (1..1000).map(|version| (1, version, 0)).collect();
        assert_eq!(run(&many), RUN_EVENTS);
    }
}
