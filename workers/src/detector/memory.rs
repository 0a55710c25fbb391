//! What the detector remembers, and how it is kept.

use super::reading::{Heard, observation};
use crate::notifier::Failure;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use watchbook_domain::detection::policy::{MemoryPolicy, ScorePolicy};
use watchbook_domain::detection::{Detection, DetectionPolicy, NoLookup, Normaliser, Observation, Signal};
use watchbook_domain::{AccountId, SubjectId};
use watchbook_eventlog::{Position, RecordedEvent, SealError, Sealer, StatePart};

/// Raised whenever the serialised form changes, or what it is made from the same events.
const FORMAT: u16 = 1;

/// Bytes of a part before it is sealed.
const PART: usize = 1 << 20;

/// The subject whose key seals the state.
fn subject() -> SubjectId {
    SubjectId(Uuid::new_v5(&Uuid::NAMESPACE_URL, b"watchbook:detector"))
}

/// What the detectors have learnt, and attempts and sessions under way.
#[derive(Serialize, Deserialize)]
pub(super) struct Memory {
    detection: Detection,
    normaliser: Normaliser,
}

/// As it is kept: with the sizes that it was made for.
#[derive(Serialize)]
struct Saved<'a> {
    format: u16,
    sizes: &'a MemoryPolicy,
    score: &'a ScorePolicy,
    memory: &'a Memory,
}

#[derive(Deserialize)]
struct Restored {
    format: u16,
    sizes: MemoryPolicy,
    score: ScorePolicy,
    memory: Memory,
}

impl Memory {
    pub(super) fn new(policy: &DetectionPolicy) -> Self {
        Self { detection: Detection::new(policy), normaliser: Normaliser::new(policy.memory.sessions) }
    }

    /// See [`observation`]. What was not looked up when it happened is not looked up now: the same log gives the same
    /// alerts on every node.
    pub(super) fn observation(
        &mut self,
        recorded: &RecordedEvent,
        payload: &[u8],
    ) -> Result<Option<(Observation, Heard)>, Failure> {
        observation(&mut self.normaliser, recorded, payload, &NoLookup)
    }

    pub(super) fn observe(
        &mut self,
        seen: &Observation,
        policy: &DetectionPolicy,
        namespace: Uuid,
    ) -> Vec<Signal> {
        self.detection.observe(seen, policy, namespace)
    }

    pub(super) fn forget(&mut self, account: AccountId) {
        self.detection.forget(account);
        self.normaliser.forget(account);
    }

    /// Gives itself back with its sealed parts. Serialised off the runtime: it can be large.
    pub(super) async fn save(
        self,
        sealer: &Sealer,
        name: &str,
        cursor: Position,
        policy: &DetectionPolicy,
    ) -> Result<(Self, Vec<Vec<u8>>), Failure> {
        let (sizes, score) = (policy.memory.clone(), policy.risk_score.clone());
        let serialised = tokio::task::spawn_blocking(move || {
            let saved = Saved { format: FORMAT, sizes: &sizes, score: &score, memory: &self };
            let bytes = serde_json::to_vec(&saved);
            (self, bytes)
        });
        let (memory, bytes) = serialised.await.map_err(Failure::new)?;
        let bytes = bytes.map_err(|_| Failure::say("the detector's state has no JSON form"))?;
        let chunks = bytes.chunks(PART);
        let parts = u32::try_from(chunks.len()).unwrap_or(u32::MAX);
        let mut sealed = Vec::with_capacity(chunks.len());
        for (part, chunk) in (0..).zip(chunks) {
            let place = StatePart { name, cursor, part, parts };
            sealed.push(sealer.seal_state(place, subject(), chunk).await?);
        }
        metrics::gauge!("watchbook_detector_state_bytes").set(bytes.len() as f64);
        Ok((memory, sealed))
    }

    /// What was saved at `cursor`; `None` when there is nothing, or nothing of use.
    pub(super) async fn restore(
        sealer: &Sealer,
        name: &str,
        cursor: Position,
        sealed: Vec<Vec<u8>>,
        policy: &DetectionPolicy,
    ) -> Result<Option<Self>, SealError> {
        let parts = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
        let mut bytes = Vec::new();
        for (part, sealed) in (0..).zip(&sealed) {
            let place = StatePart { name, cursor, part, parts };
            let Some(opened) = sealer.open_state(place, subject(), sealed).await? else { return Ok(None) };
            bytes.extend(opened);
        }
        drop(sealed);
        let restored = tokio::task::spawn_blocking(move || serde_json::from_slice::<Restored>(&bytes).ok());
        let restored = restored.await.ok().flatten();
        let fits = |restored: &Restored| {
            restored.format == FORMAT
                && restored.sizes == policy.memory
                && restored.score == policy.risk_score
        };
        Ok(restored.filter(fits).map(|restored| restored.memory))
    }
}
