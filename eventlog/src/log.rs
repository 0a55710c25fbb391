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
