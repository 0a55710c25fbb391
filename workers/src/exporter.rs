//! The exporter: makes the exports that operators asked for, one after the other, by lease. What it was at when the
//! process died, it goes on with, to the same bytes. It also deletes what must not lie about any longer.

use crate::eraser;
use crate::notifier::Failure;
use crate::reactor;
use sha2::{Digest as _, Sha256};
use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use watchbook_domain::export::{DiscardReason, Export, ExportEvent, ExportFailure, ExportStage};
use watchbook_domain::operator::{Operator, Role};
use watchbook_domain::{Account, AccountId, Aggregate as _, CommandId, EventId, ExportId, SubjectId};
use watchbook_eventlog::{
    Clock, Core, ERASED, Metadata, RecordedEvent, Repository, Subscription, Version, fresh,
};
use watchbook_exports::{
    ExportError, Manifest, Order, Progress, Selection, Sources, completed, concerns, export, keep_progress,
    remove,
};
use watchbook_projections::{Fence, Views};

/// Names the exporter's cursor and lease.
const NAME: &str = "exporter";
/// Events read at once.
const PAGE: usize = 1_000;
/// Between tries while something is down, and until the first head is signed.
const PAUSE: Duration = Duration::from_secs(1);
/// Between looks whether an export is still wanted, and whether who wants it still may.
const LOOK: Duration = Duration::from_millis(250);
/// Between looks for files whose time is over.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(3_600);
/// How long the files of an export stay.
const KEPT: chrono::TimeDelta = chrono::TimeDelta::days(7);

/// The parts of the exporter.
#[derive(Clone)]
pub struct Exporter {
    /// The log and the keys.
    pub core: Arc<Core>,
    /// What was asked for.
    pub exports: Repository<Export>,
    /// Who may.
    pub operators: Repository<Operator>,
    /// Where the cursor is kept.
    pub views: Views,
    /// Where exports come from.
    pub sources: Sources,
    /// Each export's folder is in there, by its id.
    pub folder: PathBuf,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// How the making of an export ended.
enum Ended {
    Made(Manifest),
    Not(ExportFailure),
    /// Nobody wants it any more; that is on record already.
    Unwanted,
}

impl Exporter {
    /// Runs until `stop`, by lease.
    pub async fn run(self, stop: CancellationToken) {
        reactor::run(&self.views, NAME, &stop, |fence| self.follow(fence)).await;
    }

    async fn follow(&self, fence: Fence) -> Result<Infallible, Failure> {
        let cursor = self.views.reactor_cursor(NAME).await?;
        let mut subscription = Subscription::new(self.core.log.clone(), cursor);
        let mut sweep_at = Instant::now();
        loop {
            if Instant::now() >= sweep_at {
                self.sweep().await?;
                sweep_at = Instant::now() + BETWEEN_SWEEPS;
            }
            let Ok(page) = timeout_at(sweep_at, subscription.next_page(PAGE)).await else { continue };
            for recorded in page? {
                match (recorded.stream.category(), recorded.event.event_type.as_str()) {
                    (Export::CATEGORY, "export.requested") => self.make(&recorded).await?,
                    (Account::CATEGORY, ERASED) => self.withdraw(recorded.event.subject).await?,
                    _ => {}
                }
            }
            self.views.set_reactor_cursor(NAME, subscription.cursor(), fence).await?;
        }
    }

    fn folder_of(&self, id: ExportId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    async fn state(&self, id: ExportId, at_least: Version) -> Result<Arc<Export>, Failure> {
        let stream = self.exports.stream(id);
        Ok(self.exports.load_at_least(&stream, at_least).await?.state)
    }

    async fn make(&self, requested: &RecordedEvent) -> Result<(), Failure> {
        let id: ExportId = requested.stream.key().parse().map_err(Failure::new)?;
        let state = self.state(id, requested.version).await?;
        // Who was to be erased before it was asked for is erased before it is made. Who is later, is found later.
        while self.views.reactor_cursor(eraser::NAME).await? < requested.position {
            sleep(LOOK).await;
        }
        if state.stage == ExportStage::Pending {
            let outcome = match self.work(id, &state).await? {
                Ended::Made(manifest) => Some(self.completion(id, &manifest)?),
                Ended::Not(reason) => Some(ExportEvent::Failed { reason }),
                Ended::Unwanted => None,
            };
            if let Some(outcome) = outcome {
                let because = Some(requested.event.event_id);
                self.record(id, because, move |state| state.end(outcome.clone())).await?;
            }
        }
        self.clear(id).await
    }

    /// Makes it, unless it is stopped: by who does not want it any more, or because who wants it may not any more.
    async fn work(&self, id: ExportId, state: &Export) -> Result<Ended, Failure> {
        let Some((by, asked_at)) = state.requested else { return Ok(Ended::Unwanted) };
        let Ok(format) = state.query.format.parse() else { return Ok(Ended::Not(ExportFailure::Log)) };
        let query = state.query.clone();
        let selection =
            Selection { subjects: query.subjects, types: query.types, from: query.from, to: query.to };
        let order = Order { selection, format, by: format!("operator {by}") };
        let folder = self.folder_of(id);
        loop {
            if let Some(ended) = self.must_end(id, by).await? {
                return Ok(ended);
            }
            let reached = Mutex::new(None);
            let tell = |progress: Progress| {
                *reached.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
            };
            let making = export(&self.sources, order.clone(), &folder, (id.0, asked_at), tell);
            let made = tokio::select! {
                made = making => made,
                stopped = self.watch(id, by, &reached) => return stopped,
            };
            let error = match made {
                Ok(manifest) => return Ok(Ended::Made(manifest)),
                // Made before a crash; what was left was to say so.
                Err(ExportError::Complete) => {
                    return Ok(Ended::Made(completed(&folder).map_err(Failure::new)?));
                }
                Err(ExportError::ErasedMeanwhile) => {
                    return Ok(Ended::Not(ExportFailure::ErasedMeanwhile));
                }
                Err(ExportError::Files(error)) => {
                    tracing::error!(%error, export = %id, "an export cannot be written");
                    return Ok(Ended::Not(ExportFailure::Files));
                }
                Err(
                    error @ (ExportError::NoHead
                    | ExportError::Busy
                    | ExportError::Stopped
                    | ExportError::Log(watchbook_eventlog::LogError::Unavailable(_))),
                ) => error,
                Err(ExportError::Seal(error)) if error.is_unavailable() => ExportError::Seal(error),
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, export = %id, "an export failed");
                    return Ok(Ended::Not(ExportFailure::Log));
                }
            };
            tracing::debug!(error = &error as &dyn std::error::Error, "the export goes on later");
            tokio::select! {
                () = sleep(PAUSE) => {}
                stopped = self.watch(id, by, &reached) => return stopped,
            }
        }
    }

    /// Whether it is not wanted any more, or who wants it may not any more.
    async fn must_end(&self, id: ExportId, by: AccountId) -> Result<Option<Ended>, Failure> {
        if self.state(id, Version::NONE).await?.stage != ExportStage::Pending {
            return Ok(Some(Ended::Unwanted));
        }
        let operator = self.operators.load(&self.operators.stream(by)).await?.state;
        let may = operator.has_one_of(&[Role::Compliance]);
        Ok((!may).then_some(Ended::Not(ExportFailure::AuthorityLost)))
    }

    /// Ends when the export must; writes down how far it has come meanwhile.
    async fn watch(
        &self,
        id: ExportId,
        by: AccountId,
        reached: &Mutex<Option<Progress>>,
    ) -> Result<Ended, Failure> {
        let mut kept = None;
        loop {
            sleep(LOOK).await;
            if let Some(ended) = self.must_end(id, by).await? {
                return Ok(ended);
            }
            let now = *reached.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(progress) = now.filter(|_| now != kept) {
                kept = now;
                // Who asks how far it is, is told what was said before.
                if let Err(error) = keep_progress(&self.folder, id.0, progress) {
                    tracing::debug!(%error, "progress is not written down");
                }
            }
        }
    }

    fn completion(&self, id: ExportId, manifest: &Manifest) -> Result<ExportEvent, Failure> {
        let text = std::fs::read(self.folder_of(id).join("manifest.json")).map_err(Failure::new)?;
        let digest = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        let Manifest { events, erased, log_size, .. } = *manifest;
        Ok(ExportEvent::Completed { events, erased, log_size, manifest_sha256: digest })
    }

    /// Somebody was erased: what was made of them goes too, as far as it is here.
    async fn withdraw(&self, subject: SubjectId) -> Result<(), Failure> {
        for id in self.there()? {
            if self.state(id, Version::NONE).await?.stage != ExportStage::Completed {
                continue;
            }
            let folder = self.folder_of(id);
            let has = tokio::task::spawn_blocking(move || concerns(&folder, subject.0)).await;
            if has.map_err(Failure::new)?.map_err(Failure::new)? {
                self.discard(id, DiscardReason::Erased).await?;
            }
        }
        Ok(())
    }

    /// Deletes what is too old, and what a crash has left.
    async fn sweep(&self) -> Result<(), Failure> {
        for id in self.there()? {
            let state = self.state(id, Version::NONE).await?;
            let over = |at| at + KEPT < self.clock.now();
            if state.outcome.as_ref().is_some_and(|outcome| over(outcome.completed_at)) {
                self.discard(id, DiscardReason::Expired).await?;
            }
            self.clear(id).await?;
        }
        Ok(())
    }

    async fn discard(&self, id: ExportId, reason: DiscardReason) -> Result<(), Failure> {
        self.record(id, None, move |state| state.discard(reason)).await?;
        self.clear(id).await
    }

    /// Deletes the files of an export that is neither under way nor to be had.
    async fn clear(&self, id: ExportId) -> Result<(), Failure> {
        let stage = self.state(id, Version::NONE).await?.stage;
        if matches!(stage, ExportStage::Pending | ExportStage::Completed) {
            return Ok(());
        }
        let folder = self.folder.clone();
        let removed = tokio::task::spawn_blocking(move || remove(&folder, id.0)).await;
        removed.map_err(Failure::new)?.map_err(Failure::new)
    }

    /// The exports that have a folder here.
    fn there(&self) -> Result<Vec<ExportId>, Failure> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
            entries => entries.map_err(Failure::new)?,
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.filter_map(|name| name.parse().ok()).collect())
    }

    async fn record(
        &self,
        id: ExportId,
        because: Option<EventId>,
        decide: impl Fn(&Export) -> Vec<ExportEvent> + Send + Sync,
    ) -> Result<(), Failure> {
        let metadata = Metadata {
            command_id: CommandId(fresh::uuid()),
            recorded_at: self.clock.now(),
            actor: None,
            correlation_id: fresh::uuid(),
            causation_id: because,
        };
        let stream = self.exports.stream(id);
        let decide = |state: &Export| Ok::<_, Infallible>(decide(state));
        let done = self.exports.execute(&stream, id.into(), &metadata, decide).await;
        done.map(drop).map_err(Failure::new)
    }
}
