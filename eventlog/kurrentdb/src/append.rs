//! Appending: once, at the exact version, and with a known outcome.

use std::collections::HashSet;

use eventstore::{AppendToStreamOptions, EventData, StreamState};
use uuid::Uuid;
use watchbook_eventlog::{Appended, Expected, LogError, NewEvent, Position, StreamId, Version, fresh};

use crate::connection::Patience;
use crate::error::Failed;
use crate::known::Known;
use crate::open::Shared;
use crate::record::Attempt;

/// An append, ready to be sent as often as it takes.
struct Ready {
    attempt: Attempt,
    ids: Vec<Uuid>,
    first: Uuid,
    data: Vec<EventData>,
}

impl Ready {
    fn new(events: Vec<NewEvent>) -> Result<Self, LogError> {
        let ids: Vec<_> = events.iter().map(|event| event.event_id.0).collect();
        let Some(first) = ids.first().copied() else {
            return Err(LogError::Corrupt("an append without events".into()));
        };
        if ids.iter().collect::<HashSet<_>>().len() < ids.len() {
            return Err(LogError::Corrupt("an event id is taken".into()));
        }
        let attempt = Attempt::new(fresh::uuid());
        let data = events.into_iter().map(|event| attempt.data(event)).collect::<Result<_, _>>()?;
        Ok(Self { attempt, ids, first, data })
    }
}

impl Shared {
    pub(crate) async fn append(
        &self,
        stream: &StreamId,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, LogError> {
        if !self.categories.iter().any(|category| category == stream.category()) {
            let category = stream.category();
            return Err(LogError::Corrupt(format!("streams of the kind {category} are not part of the log")));
        }
        let ready = Ready::new(events)?;
        let _turn = self.turn(stream).await;
        let remembered = self.streams.take(stream);
        // Of a stream that must not exist there is nothing to look through, unless KurrentDB says otherwise.
        let (mut known, assumed) = match remembered {
            Some(known) => (known, false),
            None if expected == Expected::NoStream => (Known::nothing(), true),
            None => (self.look_through(stream).await?, false),
        };
        let outcome = self.append_knowing(stream, expected.version(), &ready, &mut known, assumed).await;
        if let Ok(appended) = &outcome {
            self.seen(appended.position.0);
        }
        // After an error what was assumed may be wrong.
        if outcome.is_ok() || !assumed {
            self.streams.put(stream, known);
        }
        outcome
    }

    async fn append_knowing(
        &self,
        stream: &StreamId,
        at: Version,
        ready: &Ready,
        known: &mut Known,
        mut assumed: bool,
    ) -> Result<Appended, LogError> {
        let mut patience = self.connection.patience();
        loop {
            if known.version() < at {
                self.catch_up(stream, known).await?;
            }
            if let Some(appended) = self.find(stream, ready, known).await? {
                return Ok(appended);
            }
            if known.version() != at {
                return self.conflict(stream, ready, known).await;
            }
            match self.send(stream, at, ready, &patience).await {
                Ok(position) => return self.written(stream, at, ready, known, position).await,
                Err(Failed::Conflict(_)) if assumed => {
                    *known = self.look_through(stream).await?;
                    assumed = false;
                }
                Err(Failed::Conflict(_)) => return self.conflict(stream, ready, known).await,
                Err(failed @ (Failed::Moved(_) | Failed::Unclear(_) | Failed::NotFound)) => {
                    if !patience.pause().await {
                        return Err(failed.into());
                    }
                    // What became of it is read, not guessed. If it is not there it is sent again, with the same ids and
                    // at the same version: should the first still arrive, only one of the two is written.
                    self.catch_up(stream, known).await?;
                }
                Err(failed) => return Err(failed.into()),
            }
        }
    }

    /// The stream is somewhere else than expected: because this very command was there before, or not. What is known may
    /// be of a log that was since set back, so it is looked at anew.
    async fn conflict(
        &self,
        stream: &StreamId,
        ready: &Ready,
        known: &mut Known,
    ) -> Result<Appended, LogError> {
        *known = self.look_through(stream).await?;
        match self.find(stream, ready, known).await? {
            Some(appended) => Ok(appended),
            None => Err(LogError::Conflict { actual: known.version() }),
        }
    }

    /// Where the command's events are, if its first one is in the stream.
    async fn find(
        &self,
        stream: &StreamId,
        ready: &Ready,
        known: &Known,
    ) -> Result<Option<Appended>, LogError> {
        for version in known.candidates(ready.first) {
            let before = Version(version.0.saturating_sub(1));
            let page = self.read_stream(stream, before, ready.ids.len()).await?;
            if page.first().is_none_or(|read| read.recorded.event.event_id.0 != ready.first) {
                continue;
            }
            // A replay may find other events than it would append: those that were decided then.
            let ours = page.iter().take_while(|read| ready.ids.contains(&read.recorded.event.event_id.0));
            return Ok(ours.last().map(|last| Appended {
                version: last.recorded.version,
                position: last.recorded.position,
                replayed: last.stored_id != ready.attempt.id(last.recorded.event.event_id.0),
            }));
        }
        Ok(None)
    }

    async fn send(
        &self,
        stream: &StreamId,
        at: Version,
        ready: &Ready,
        patience: &Patience,
    ) -> Result<Position, Failed> {
        let state = match at.0.checked_sub(1) {
            None => StreamState::NoStream,
            Some(revision) => StreamState::StreamRevision(revision),
        };
        let options = AppendToStreamOptions::default()
            .stream_state(state)
            .requires_leader(true)
            .deadline(self.connection.deadline());
        let (options, data) = (&options, ready.data.clone());
        let written =
            self.connection
                .once(patience, |client| async move {
                    client.append_to_stream(stream.as_str(), options, data).await
                })
                .await?;
        Ok(Position(written.position.commit))
    }

    async fn written(
        &self,
        stream: &StreamId,
        at: Version,
        ready: &Ready,
        known: &mut Known,
        position: Position,
    ) -> Result<Appended, LogError> {
        ready.ids.iter().for_each(|id| known.push(*id, self.replay_window));
        let version = at.plus(ready.ids.len() as u64);
        if position != Position::START {
            return Ok(Appended { version, position, replayed: false });
        }
        // The server may keep the position to itself.
        let last = self.read_stream(stream, Version(version.0 - 1), 1).await?;
        let position = last.first().map(|read| read.recorded.position);
        let position =
            position.ok_or_else(|| LogError::Corrupt(format!("{stream} lost what was written")))?;
        Ok(Appended { version, position, replayed: false })
    }
}
