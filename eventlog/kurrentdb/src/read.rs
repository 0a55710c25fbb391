//! The log's trait: reads, and waiting for the tail.

use std::sync::PoisonError;
use std::time::Duration;

use async_trait::async_trait;
use eventstore::{ReadAllOptions, ReadStreamOptions, ResolvedEvent, StreamPosition};
use watchbook_eventlog::{
    Appended, EventLog, Expected, LogError, NewEvent, Position, RecordedEvent, StreamId, Version,
};

use crate::KurrentLog;
use crate::known::Known;
use crate::open::Shared;
use crate::record::{self, Read};

/// Ids that are asked for at once.
const PAGE: usize = 4096;

#[async_trait]
impl EventLog for KurrentLog {
    async fn append(
        &self,
        stream: &StreamId,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, LogError> {
        let (shared, stream) = (self.shared.clone(), stream.clone());
        // A task of its own: what was sent is seen to its end, whether or not the caller waits.
        let appending = tokio::spawn(async move { shared.append(&stream, expected, events).await });
        appending.await.map_err(LogError::unavailable)?
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        after: Version,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let page = self.shared.read_stream(stream, after, limit).await?;
        Ok(page.into_iter().map(|read| read.recorded).collect())
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<RecordedEvent>, LogError> {
        self.shared.read_all(after, limit).await
    }

    async fn head(&self) -> Result<Position, LogError> {
        let head = self.shared.last_position().await?;
        self.shared.seen(head.0);
        Ok(head)
    }

    async fn wait(&self, after: Position, at_most: Duration) {
        let mut head = self.shared.head.subscribe();
        let _ = tokio::time::timeout(at_most, head.wait_for(|head| *head > after.0)).await;
    }
}

impl Shared {
    pub(crate) async fn read_stream(
        &self,
        stream: &StreamId,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Read>, LogError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let options = self.of_stream(limit).position(StreamPosition::Position(after.0));
        let page = self.stream_page(stream, &options).await?;
        page.iter().map(|event| record::read(event.get_original_event())).collect()
    }

    fn of_stream(&self, limit: usize) -> ReadStreamOptions {
        ReadStreamOptions::default()
            .max_count(limit)
            .requires_leader(true)
            .deadline(self.connection.deadline())
    }

    /// Empty when there is no such stream.
    async fn stream_page(
        &self,
        stream: &StreamId,
        options: &ReadStreamOptions,
    ) -> Result<Vec<ResolvedEvent>, LogError> {
        self.connection
            .read(|client| async move {
                let mut page = Vec::new();
                let read = client.read_stream(stream.as_str(), options).await;
                let mut events = match read {
                    Ok(events) => events,
                    Err(eventstore::Error::ResourceNotFound) => return Ok(page),
                    Err(error) => return Err(error),
                };
                loop {
                    match events.next().await {
                        Ok(Some(event)) => page.push(event),
                        Ok(None) | Err(eventstore::Error::ResourceNotFound) => return Ok(page),
                        Err(error) => return Err(error),
                    }
                }
            })
            .await
    }

    async fn all_page(&self, options: &ReadAllOptions) -> Result<Vec<ResolvedEvent>, LogError> {
        self.connection
            .read(|client| async move {
                let mut events = client.read_all(options).await?;
                let mut page = Vec::new();
                while let Some(event) = events.next().await? {
                    page.push(event);
                }
                Ok(page)
            })
            .await
    }

    fn of_all(&self, limit: usize) -> ReadAllOptions {
        ReadAllOptions::default()
            .max_count(limit)
            .filter(self.filter.clone())
            .requires_leader(true)
            .deadline(self.connection.deadline())
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<RecordedEvent>, LogError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        // A read begins at its position, not after it: one more, and the first dropped.
        let from = self.passed_over(after.0);
        let position = match from {
            0 => StreamPosition::Start,
            at => StreamPosition::Position(eventstore::Position { commit: at, prepare: at }),
        };
        let page = self.all_page(&self.of_all(limit.saturating_add(1)).position(position)).await;
        if page.is_err() && from != after.0 {
            // Should it be for the checkpoint: next time without.
            *self.quiet.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        let page = page?;
        let mut events = Vec::with_capacity(page.len().min(limit));
        for event in &page {
            let event = event.get_original_event();
            if event.position.commit > after.0 && events.len() < limit {
                events.push(record::read(event)?.recorded);
            }
        }
        Ok(events)
    }

    /// Where a read for what is above `after` can begin: further on, if it is known that nothing of ours lies between.
    fn passed_over(&self, after: u64) -> u64 {
        let quiet = *self.quiet.lock().unwrap_or_else(PoisonError::into_inner);
        quiet.filter(|(from, to)| (*from..*to).contains(&after)).map_or(after, |(_, to)| to)
    }

    /// Of the last event.
    pub(crate) async fn last_position(&self) -> Result<Position, LogError> {
        let page = self.all_page(&self.of_all(1).position(StreamPosition::End)).await?;
        page.first().map_or(Ok(Position::START), |event| record::position(event.get_original_event()))
    }

    /// The ids at the end of a stream, as it is now.
    pub(crate) async fn look_through(&self, stream: &StreamId) -> Result<Known, LogError> {
        let mut ids = Vec::new();
        let mut last = Version::NONE;
        let mut from = StreamPosition::End;
        while ids.len() < self.replay_window.max(1) {
            let limit = PAGE.min(self.replay_window.max(1) - ids.len());
            let page = self.stream_page(stream, &self.of_stream(limit).backwards().position(from)).await?;
            for event in &page {
                let event = event.get_original_event();
                if last == Version::NONE {
                    last = record::version(event);
                }
                if record::version(event).0 + ids.len() as u64 != last.0 {
                    return Err(gap(stream));
                }
                ids.push(record::event_id(event)?);
            }
            let oldest = page.last().map_or(0, |event| event.get_original_event().revision);
            if oldest == 0 {
                break;
            }
            from = StreamPosition::Position(oldest - 1);
        }
        Ok(Known::from_end(last, ids.into_iter()))
    }

    /// The ids that came since.
    pub(crate) async fn catch_up(&self, stream: &StreamId, known: &mut Known) -> Result<(), LogError> {
        loop {
            let from = StreamPosition::Position(known.version().0);
            let page = self.stream_page(stream, &self.of_stream(PAGE).position(from)).await?;
            for event in &page {
                let event = event.get_original_event();
                if record::version(event) != known.version().plus(1) {
                    return Err(gap(stream));
                }
                known.push(record::event_id(event)?, self.replay_window);
            }
            if page.len() < PAGE {
                return Ok(());
            }
        }
    }
}

fn gap(stream: &StreamId) -> LogError {
    LogError::Corrupt(format!("{stream} has a gap: it was truncated"))
}
