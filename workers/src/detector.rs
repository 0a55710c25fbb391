//! The detector: shows the log to the detectors of suspicious sign-ins, and records what they say as alerts.
//!
//! What it remembers is made from the log alone, so that whoever reads the same events again, after a crash or on
//! another node, finds the same alerts under the same ids, and appends none twice. The state saved now and then is a
//! cache: one that is missing, damaged, or of other sizes is made again from the log.

mod memory;
mod reading;

pub use reading::{Heard, matters, observation};

use crate::notifier::Failure;
use crate::reactor;
use memory::Memory;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use watchbook_domain::alert::{Alert, AlertEvent};
use watchbook_domain::detection::{DetectionPolicy, Observation, Signal};
use watchbook_domain::{AccountId, CommandId};
use watchbook_eventlog::{
    Clock, Core, ERASED, ExecuteError, Metadata, Opened, Position, RecordedEvent, Repository,
    RepositoryError, SealError, Subscription,
};
use watchbook_projections::{Fence, Views};

/// Names the lease, the cursor and the state.
const NAME: &str = "detector";
/// Events read at once.
const PAGE: usize = 1_000;
/// Events looked at before other tasks get their turn.
const BREATH: usize = 256;
/// Between two states saved, at least; and so many times as long as saving took.
const SAVE: Duration = Duration::from_secs(5);
const SAVE_SHARE: u32 = 20;
/// What happened longer ago is learnt from, and alerts nobody: a log that was there before its detector.
const TOO_OLD: chrono::TimeDelta = chrono::TimeDelta::days(7);

/// The parts of the detector.
#[derive(Clone)]
pub struct Detector {
    /// The log and the keys.
    pub core: Arc<Core>,
    /// Alerts.
    pub alerts: Repository<Alert>,
    /// Where cursor and state are kept.
    pub views: Views,
    /// What detectors go by.
    pub policy: Arc<DetectionPolicy>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// A detector at work.
struct Work<'a> {
    parts: &'a Detector,
    namespace: Uuid,
    memory: Memory,
    /// Up to there, alerts were raised before.
    raised_to: Position,
    /// Somebody was erased since the state was saved: it must not keep what it has of them.
    erased: bool,
}

impl Detector {
    /// Runs until `stop`, by lease.
    pub async fn run(self, stop: CancellationToken) {
        reactor::run(&self.views, NAME, &stop, |fence| self.follow(fence)).await;
    }

    /// Goes on from the state that was saved last. After an error the state in memory is not to be trusted: half a page
    /// may be in it.
    async fn follow(&self, fence: Fence) -> Result<Infallible, Failure> {
        let (saved_to, parts) = self.views.reactor_state(NAME).await?;
        let saved = Memory::restore(&self.core.sealer, NAME, saved_to, parts, &self.policy).await?;
        let (memory, cursor) = match saved {
            Some(memory) => (memory, saved_to),
            None => {
                if saved_to > Position::START {
                    tracing::warn!("the detector's state cannot be used: it is made again from the log");
                }
                (Memory::new(&self.policy), Position::START)
            }
        };
        let namespace = self.core.sealer.keyring().alert_namespace();
        let mut work = Work { parts: self, namespace, memory, raised_to: saved_to, erased: false };
        let mut subscription = Subscription::new(self.core.log.clone(), cursor);
        let (mut saved_at, mut pause) = (Instant::now(), SAVE);
        loop {
            let page = subscription.next_page(PAGE).await?;
            work.take(&page).await?;
            let cursor = subscription.cursor();
            metrics::gauge!("watchbook_detector_position").set(cursor.0 as f64);
            // Nothing is saved behind what was known before: the cursor must not go back.
            let due = work.erased || saved_at.elapsed() >= pause;
            if due && cursor >= work.raised_to {
                let began = Instant::now();
                let (memory, parts) = work.memory.save(&self.core.sealer, NAME, cursor, &self.policy).await?;
                (work.memory, work.erased) = (memory, false);
                self.views.set_reactor_state(NAME, cursor, &parts, fence).await?;
                (saved_at, pause) = (Instant::now(), SAVE.max(began.elapsed() * SAVE_SHARE));
            }
        }
    }
}

impl Work<'_> {
    async fn take(&mut self, page: &[RecordedEvent]) -> Result<(), Failure> {
        let events: Vec<RecordedEvent> = page.iter().filter(|recorded| matters(recorded)).cloned().collect();
        for some in events.chunks(BREATH) {
            let opened = self.parts.core.sealer.open_page(some).await?;
            for (recorded, opened) in some.iter().zip(opened) {
                if recorded.event.event_type == ERASED {
                    self.memory.forget(AccountId(recorded.event.subject.0));
                    self.erased = true;
                } else if let Opened::Payload(payload) = opened
                    && let Some((seen, heard)) = self.memory.observation(recorded, &payload)?
                {
                    self.observe(&seen, heard, recorded).await?;
                }
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn observe(
        &mut self,
        seen: &Observation,
        heard: Heard,
        recorded: &RecordedEvent,
    ) -> Result<(), Failure> {
        let signals = self.memory.observe(seen, &self.parts.policy, self.namespace);
        if heard == Heard::No || recorded.position <= self.raised_to {
            return Ok(());
        }
        let now = self.parts.clock.now();
        for signal in signals.iter().filter(|signal| now.since(signal.finding.at) <= TOO_OLD) {
            self.raise(signal, recorded).await?;
        }
        Ok(())
    }

    /// Records what is new about an alert. Of a person who is erased meanwhile, nothing is recorded.
    async fn raise(&self, signal: &Signal, recorded: &RecordedEvent) -> Result<(), Failure> {
        let Detector { alerts, clock, .. } = self.parts;
        let finding = &signal.finding;
        let command = Uuid::new_v5(&signal.alert.0, format!("finding {}", signal.count).as_bytes());
        let metadata = Metadata {
            command_id: CommandId(command),
            recorded_at: clock.now(),
            actor: None,
            correlation_id: recorded.event.correlation_id,
            causation_id: Some(recorded.event.event_id),
        };
        let subject = finding.key.subject(finding.at);
        let decide = |alert: &Alert| Ok::<_, Infallible>(alert.record(signal));
        match alerts.execute(&alerts.stream(signal.alert), subject, &metadata, decide).await {
            Ok(done) => {
                let raised = |event: &AlertEvent| matches!(event, AlertEvent::Raised { .. });
                if done.events.iter().any(raised) && !done.replayed {
                    let name = finding.detector.name();
                    metrics::counter!("watchbook_alerts_total", "detector" => name).increment(1);
                }
                Ok(())
            }
            Err(ExecuteError::Repository(RepositoryError::Seal(SealError::Erased))) => Ok(()),
            Err(error) => Err(Failure::new(error)),
        }
    }
}
