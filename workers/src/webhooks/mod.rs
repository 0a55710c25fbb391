//! Webhooks: selected events are posted to other systems, in the order of the log, each endpoint at its own pace.
//!
//! What an endpoint does not take is tried again, with growing pauses, for three days; then, or when it says that the
//! message itself is wrong, the delivery is parked, which is an event, and the next one's turn comes. A crash between a
//! delivery and the cursor repeats it under the same id.

mod endpoint;

pub use endpoint::{Endpoint, Refused, WebhookConfig, WebhookConfigError};

use crate::notifier::Failure;
use crate::reactor;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use watchbook_domain::webhook::{Webhook, WebhookEvent};
use watchbook_domain::{Aggregate as _, CommandId, EventId};
use watchbook_eventlog::upcast::decode;
use watchbook_eventlog::{
    Clock, Core, Metadata, Opened, Position, RecordedEvent, Repository, StreamId, Subscription, Version,
    fresh,
};
use watchbook_projections::{Fence, Views};

/// Events read at once.
const PAGE: usize = 1_000;
/// Between two tries of one delivery: doubles up to the second.
const TRIES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(900));
/// Tried for so long.
const PATIENCE: chrono::TimeDelta = chrono::TimeDelta::days(3);

/// The parts of one endpoint's worker.
#[derive(Clone)]
pub struct Webhooks {
    /// The log and the keys.
    pub core: Arc<Core>,
    /// Deliveries that were given up.
    pub deliveries: Repository<Webhook>,
    /// Where the cursor is kept.
    pub views: Views,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where events go.
    pub endpoint: Endpoint,
}

impl Webhooks {
    /// Runs until `stop`, by lease.
    pub async fn run(self, stop: CancellationToken) {
        let name = format!("webhook-{}", self.endpoint.name());
        reactor::run(&self.views, &name, &stop, |fence| self.follow(&name, fence)).await;
    }

    async fn follow(&self, name: &str, fence: Fence) -> Result<Infallible, Failure> {
        let mut cursor = self.views.reactor_cursor(name).await?;
        if cursor == Position::START {
            // A new endpoint is told what happens from now on, not the past.
            cursor = self.core.log.head().await?;
            self.views.set_reactor_cursor(name, cursor, fence).await?;
        }
        let mut subscription = Subscription::new(self.core.log.clone(), cursor);
        loop {
            for recorded in subscription.next_page(PAGE).await? {
                if self.endpoint.takes(&recorded) {
                    self.deliver(&recorded).await?;
                    self.views.set_reactor_cursor(name, recorded.position, fence).await?;
                }
            }
            self.views.set_reactor_cursor(name, subscription.cursor(), fence).await?;
        }
    }

    /// Until it is taken or parked.
    async fn deliver(&self, recorded: &RecordedEvent) -> Result<(), Failure> {
        let (began, mut pause, mut tries) = (self.clock.now(), TRIES.0, 0);
        loop {
            let now = self.clock.now();
            tries += 1;
            let refused = match self.endpoint.send(recorded, now).await {
                Ok(()) => {
                    self.count("delivered");
                    return Ok(());
                }
                Err(refused) => refused,
            };
            if refused.for_good || now.since(began) > PATIENCE {
                self.count("parked");
                let endpoint = self.endpoint.name();
                tracing::error!(endpoint, event = %recorded.event.event_id, %refused, "a webhook was parked");
                return self.park(recorded, tries, refused).await;
            }
            self.count("failed");
            if tries == 1 {
                tracing::warn!(endpoint = self.endpoint.name(), %refused, "a webhook was not taken");
            }
            // Up to a quarter more, so that many endpoints behind one door do not come at once.
            let more = pause.mul_f64(f64::from(fresh::bytes::<1>()[0]) / 1_024.0);
            tokio::time::sleep(pause + more).await;
            pause = (pause * 2).min(TRIES.1);
        }
    }

    fn count(&self, outcome: &'static str) {
        let labels = [("endpoint", self.endpoint.name().to_owned()), ("outcome", outcome.to_owned())];
        metrics::counter!("watchbook_webhooks_total", &labels).increment(1);
    }

    async fn park(&self, recorded: &RecordedEvent, tries: u32, refused: Refused) -> Result<(), Failure> {
        let (endpoint, event) = (self.endpoint.name(), recorded.event.event_id);
        let parked = WebhookEvent::Parked {
            endpoint: endpoint.to_owned(),
            event,
            stream: recorded.stream.as_str().to_owned(),
            version: recorded.version.0,
            position: recorded.position.0,
            event_type: recorded.event.event_type.clone(),
            tries,
            status: refused.status,
        };
        let metadata = Metadata {
            command_id: CommandId::reaction(event, &format!("park-{endpoint}")),
            recorded_at: self.clock.now(),
            actor: None,
            correlation_id: recorded.event.correlation_id,
            causation_id: Some(event),
        };
        let stream = self.deliveries.stream(Webhook::id(endpoint, event));
        let park = |delivery: &Webhook| Ok::<_, Infallible>(delivery.park(parked.clone()));
        let done = self.deliveries.execute(&stream, Webhook::subject(endpoint), &metadata, park).await;
        done.map(drop).map_err(Failure::new)
    }

    /// Hands a parked delivery over after all.
    ///
    /// # Errors
    /// The refusal, or why the log could not be asked.
    pub async fn replay(&self, parked: &Parked) -> Result<Result<(), Refused>, Failure> {
        let stream = StreamId::from_stored(parked.stream.clone());
        let before = Version(parked.version.saturating_sub(1));
        let page = self.core.log.read_stream(&stream, before, 1).await?;
        let recorded = page.first().filter(|recorded| recorded.event.event_id == parked.event);
        let recorded = recorded.ok_or_else(|| Failure::say("the event is not where it was"))?;
        if let Err(refused) = self.endpoint.send(recorded, self.clock.now()).await {
            return Ok(Err(refused));
        }
        let metadata = Metadata {
            command_id: CommandId(fresh::uuid()),
            recorded_at: self.clock.now(),
            actor: None,
            correlation_id: fresh::uuid(),
            causation_id: Some(parked.event),
        };
        let stream = self.deliveries.stream(Webhook::id(&parked.endpoint, parked.event));
        let replayed = |delivery: &Webhook| Ok::<_, Infallible>(delivery.replayed());
        let done =
            self.deliveries.execute(&stream, Webhook::subject(&parked.endpoint), &metadata, replayed).await;
        done.map_err(Failure::new)?;
        Ok(Ok(()))
    }
}

/// A delivery that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The endpoint's name.
    pub endpoint: String,
    /// What was to be delivered.
    pub event: EventId,
    /// Its stream,
    pub stream: String,
    /// and its version there.
    pub version: u64,
    /// Where it is in the log.
    pub position: u64,
    /// Of which type.
    pub event_type: String,
    /// Tries.
    pub tries: u32,
    /// What was answered last.
    pub status: Option<u16>,
}

/// All deliveries that wait, the oldest first. Reads the whole log.
///
/// # Errors
/// When it cannot be read.
pub async fn parked(core: &Core) -> Result<Vec<Parked>, Failure> {
    let (mut waiting, mut after) = (Vec::<(String, Parked)>::new(), Position::START);
    loop {
        let mut page = core.log.read_all(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        page.retain(|recorded| recorded.stream.category() == Webhook::CATEGORY);
        for (recorded, opened) in page.iter().zip(core.sealer.open_page(&page).await.map_err(Failure::new)?) {
            let Opened::Payload(payload) = opened else { continue };
            let event = &recorded.event;
            let stream = recorded.stream.as_str().to_owned();
            let event = decode(&event.event_type, event.schema_version, &payload).map_err(Failure::new)?;
            waiting.retain(|(other, _)| *other != stream);
            let WebhookEvent::Parked {
                endpoint,
                event,
                stream: of,
                version,
                position,
                event_type,
                tries,
                status,
            } = event
            else {
                continue;
            };
            let parked = Parked { endpoint, event, stream: of, version, position, event_type, tries, status };
            waiting.push((stream, parked));
        }
    }
    Ok(waiting.into_iter().map(|(_, parked)| parked).collect())
}
