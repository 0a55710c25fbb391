//! Snapshots: folded states on disk, so that a long stream loads as fast as a short one. A cache: whatever is
//! wrong with one, the log is read instead.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use watchbook_domain::{Aggregate, EventId, SubjectId};

use super::Repository;
use crate::state_cache::Folded;
use crate::{SealError, StreamId, VaultError, Version};

/// Events between two snapshots of a stream.
const EVERY: u64 = 128;

#[derive(Serialize, Deserialize)]
struct Snapshot<S> {
    /// The last event folded, to notice a log that was restored to an earlier or another past.
    last_event: EventId,
    state: S,
}

#[derive(Debug, thiserror::Error)]
enum SnapshotError {
    #[error(transparent)]
    Store(#[from] VaultError),
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The parser's own message is left out, because it quotes values.
    #[error("the state has no JSON form, or another one than it had")]
    Json,
    #[error(transparent)]
    Log(#[from] crate::LogError),
}

impl<A: Aggregate> Repository<A> {
    /// Where to start folding: the latest snapshot that fits the program and the log, else nothing.
    pub(super) async fn start_from_snapshot(&self, stream: &StreamId) -> Folded<A> {
        match self.find_snapshot(stream).await {
            Ok(found) => found.unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%stream, error = &error as &dyn std::error::Error, "snapshot not used");
                Folded::default()
            }
        }
    }

    async fn find_snapshot(&self, stream: &StreamId) -> Result<Option<Folded<A>>, SnapshotError> {
        let core = &self.0.core;
        let Some((version, format, sealed)) = core.snapshots.snapshot(stream).await? else { return Ok(None) };
        if format != A::SNAPSHOT_FORMAT || version == Version::NONE {
            return Ok(None);
        }
        let opened = core.sealer.open_snapshot(stream, version, format, &sealed).await?;
        let Some(opened) = opened else { return Ok(None) };
        let Snapshot { last_event, state } =
            serde_json::from_slice(&opened).map_err(|_| SnapshotError::Json)?;
        let there = core.log.read_stream(stream, Version(version.0 - 1), 1).await?;
        if there.first().is_none_or(|recorded| recorded.event.event_id != last_event) {
            tracing::warn!(%stream, %version, "snapshot does not fit the log");
            return Ok(None);
        }
        let (state, last_event) = (Arc::new(state), Some(last_event));
        Ok(Some(Folded { state, version, last_event, snapshot: version, watch: 0 }))
    }

    /// Writes a snapshot in the background when the last one is long ago.
    pub(super) fn snapshot_if_due(
        &self,
        stream: &StreamId,
        folded: &mut Folded<A>,
        subject: Option<SubjectId>,
    ) {
        let due = folded.version.0 >= folded.snapshot.0 + EVERY;
        let (true, Some(subject), Some(last_event)) = (due, subject, folded.last_event) else { return };
        folded.snapshot = folded.version;
        let (this, stream) = (self.clone(), stream.clone());
        let (state, version) = (folded.state.clone(), folded.version);
        tokio::spawn(async move {
            match this.put_snapshot(&stream, version, last_event, &state, subject).await {
                // Nothing is sealed for an erased subject any more, so its streams have no snapshots.
                Ok(()) | Err(SnapshotError::Seal(SealError::Erased)) => {}
                Err(error) => {
                    tracing::warn!(%stream, error = &error as &dyn std::error::Error, "snapshot not written");
                }
            }
        });
    }

    async fn put_snapshot(
        &self,
        stream: &StreamId,
        version: Version,
        last_event: EventId,
        state: &A,
        subject: SubjectId,
    ) -> Result<(), SnapshotError> {
        let core = &self.0.core;
        let format = A::SNAPSHOT_FORMAT;
        let snapshot = serde_json::to_vec(&Snapshot { last_event, state });
        let snapshot = snapshot.map_err(|_| SnapshotError::Json)?;
        let sealed = core.sealer.seal_snapshot(stream, version, format, subject, &snapshot).await?;
        Ok(core.snapshots.put_snapshot(stream, version, format, sealed).await?)
    }
}
