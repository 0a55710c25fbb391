//! What rules are written with.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};
use uuid::Uuid;
use watchbook_domain::{CommandId, CredentialId, SubjectId, Timestamp};
use watchbook_eventlog::{
    Appended, EventLog, Expected, LogError, NewEvent, Position, RecordedEvent, StreamId, Version,
};

/// An id that no other test has; unique is enough here, unguessable is not needed.
pub fn id() -> Uuid {
    let half = || RandomState::new().hash_one(std::process::id());
    Uuid::from_u64_pair(half(), half())
}

/// A stream that no other test has.
pub fn stream() -> StreamId {
    StreamId::new("conformance", id())
}

/// A subject that no other test has.
pub fn subject() -> SubjectId {
    SubjectId(id())
}

/// A credential that no other test has.
pub fn credential() -> CredentialId {
    CredentialId(id())
}

/// `n` events of one command.
pub fn events(command: CommandId, n: usize) -> Vec<NewEvent> {
    (0..n)
        .map(|i| NewEvent {
            event_id: command.event_id(i),
            event_type: "conformance.happened".into(),
            schema_version: 1,
            recorded_at: Timestamp::from_micros(1_700_000_000_123_456),
            subject: SubjectId(command.0),
            actor: None,
            correlation_id: command.0,
            causation_id: None,
            payload: format!("event {i} of its command").into_bytes(),
        })
        .collect()
}

/// `n` events of a new command.
pub fn fresh_events(n: usize) -> Vec<NewEvent> {
    events(CommandId(id()), n)
}

/// Appends `n` new events at `version`; the append must succeed.
pub async fn append(log: &dyn EventLog, stream: &StreamId, version: Version, n: usize) -> Appended {
    log.append(stream, version.expected(), fresh_events(n)).await.unwrap()
}

/// The version that a conflict names; anything else breaks the rule.
pub fn conflict(answer: Result<Appended, LogError>) -> Version {
    match answer {
        Err(LogError::Conflict { actual }) => actual,
        other => panic!("a conflict was due, not {other:?}"),
    }
}

/// The whole stream, read in one go.
pub async fn whole(log: &dyn EventLog, stream: &StreamId) -> Vec<RecordedEvent> {
    log.read_stream(stream, Version::NONE, 1_000_000).await.unwrap()
}

/// All events of the log above `after`, read in pages of `page`.
pub async fn all_after(log: &dyn EventLog, after: Position, page: usize) -> Vec<RecordedEvent> {
    let mut all: Vec<RecordedEvent> = Vec::new();
    loop {
        let cursor = all.last().map_or(after, |event| event.position);
        let events = log.read_all(cursor, page).await.unwrap();
        assert!(events.len() <= page, "a page holds no more than was asked for");
        if events.is_empty() {
            return all;
        }
        all.extend(events);
    }
}

/// Appends one event whatever the stream's version, by loading again on each conflict.
pub async fn append_retrying(log: &dyn EventLog, stream: &StreamId, n: usize) -> Appended {
    let mut expected = Expected::NoStream;
    loop {
        match log.append(stream, expected, fresh_events(n)).await {
            Ok(appended) => return appended,
            Err(LogError::Conflict { actual }) => expected = actual.expected(),
            // Busy is no breach of a rule, if it passes.
            Err(LogError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => panic!("{error}"),
        }
    }
}
