//! The responder: carries alerts about accounts to the accounts' own streams, which decide what follows. Whoever is
//! locked, held or signed out is counted by the brake first.
//!
//! A response is one append, decided at the account's exact version under a command id that derives from the alert's
//! event. So it happens once, whenever this process dies; the notifier mails because of it.

use crate::notifier::Failure;
use crate::reactor;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use watchbook_domain::account::{AnswerAlert, ClearAlert, Unanswered};
use watchbook_domain::alert::{Alert, AlertEvent};
use watchbook_domain::detection::{DetectionPolicy, Key, OpenAlert};
use watchbook_domain::response_brake::{AskBrake, KEY, ResponseBrake, subject};
use watchbook_domain::{Account, AccountId, Aggregate as _, AlertId, CommandId, SubjectId};
use watchbook_eventlog::upcast::decode;
use watchbook_eventlog::{
    Clock, Core, ERASED, ExecuteError, Metadata, Opened, Position, RecordedEvent, Repository, StatePart,
    Subscription,
};
use watchbook_projections::{Fence, Views};

/// Names the lease, the cursor, the state and the reactions.
const NAME: &str = "responder";
/// Events read at once.
const PAGE: usize = 1_000;
/// Between two cursors saved, as long as nothing was done.
const SAVE: Duration = Duration::from_secs(2);

/// Types of alerts' events that something may follow from.
const FOUND: [&str; 2] = ["alert.raised", "alert.repeated"];
const RESOLVED: &str = "alert.resolved";
/// What the number of accounts is told by.
const REGISTERED: &str = "account.registered";

/// The subject whose key seals what is remembered.
fn own_subject() -> SubjectId {
    SubjectId(Uuid::new_v5(&Uuid::NAMESPACE_URL, b"watchbook:responder"))
}

/// The parts of the responder.
#[derive(Clone)]
pub struct Responder {
    /// The log and the keys.
    pub core: Arc<Core>,
    /// Alerts.
    pub alerts: Repository<Alert>,
    /// Accounts.
    pub accounts: Repository<Account>,
    /// The brake.
    pub brakes: Repository<ResponseBrake>,
    /// Where the cursor is kept.
    pub views: Views,
    /// What follows from what.
    pub policy: Arc<DetectionPolicy>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What the responder remembers: how large the site is, for the brake.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Memory {
    accounts: u64,
}

impl Responder {
    /// Runs until `stop`, by lease.
    pub async fn run(self, stop: CancellationToken) {
        reactor::run(&self.views, NAME, &stop, |fence| self.follow(fence)).await;
    }

    async fn follow(&self, fence: Fence) -> Result<Infallible, Failure> {
        let (mut memory, cursor) = self.restore().await?;
        let mut subscription = Subscription::new(self.core.log.clone(), cursor);
        let mut saved_at = Instant::now();
        loop {
            let page = subscription.next_page(PAGE).await?;
            let mut acted = false;
            for recorded in &page {
                let kind = recorded.event.event_type.as_str();
                match recorded.stream.category() {
                    Account::CATEGORY if kind == REGISTERED => memory.accounts += 1,
                    Account::CATEGORY if kind == ERASED => {
                        memory.accounts = memory.accounts.saturating_sub(1);
                    }
                    Alert::CATEGORY if FOUND.contains(&kind) => {
                        acted = true;
                        self.found(recorded, memory.accounts).await?;
                    }
                    Alert::CATEGORY if kind == RESOLVED => {
                        acted = true;
                        self.resolved(recorded).await?;
                    }
                    _ => {}
                }
            }
            if acted || saved_at.elapsed() >= SAVE {
                self.save(memory, subscription.cursor(), fence).await?;
                saved_at = Instant::now();
            }
        }
    }

    async fn restore(&self) -> Result<(Memory, Position), Failure> {
        let (cursor, parts) = self.views.reactor_state(NAME).await?;
        let [sealed] = &parts[..] else { return Ok((Memory::default(), Position::START)) };
        let place = StatePart { name: NAME, cursor, part: 0, parts: 1 };
        let opened = self.core.sealer.open_state(place, own_subject(), sealed).await?;
        let memory = opened.and_then(|opened| serde_json::from_slice(&opened).ok());
        // Read once more from the beginning, what was answered is not answered again.
        Ok(memory.map_or((Memory::default(), Position::START), |memory| (memory, cursor)))
    }

    async fn save(&self, memory: Memory, cursor: Position, fence: Fence) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(&memory).map_err(Failure::new)?;
        let place = StatePart { name: NAME, cursor, part: 0, parts: 1 };
        let sealed = self.core.sealer.seal_state(place, own_subject(), &bytes).await?;
        Ok(self.views.set_reactor_state(NAME, cursor, &[sealed], fence).await?)
    }

    /// The alert behind an event; `None` when its person was erased.
    async fn alert(&self, recorded: &RecordedEvent) -> Result<Option<(AlertId, Arc<Alert>)>, Failure> {
        let id = recorded.stream.key().parse().map_err(|_| Failure::say("a stream's name holds no alert"))?;
        let alert = self.alerts.load_at_least(&recorded.stream, recorded.version).await?.state;
        Ok(alert.raised.is_some().then_some((id, alert)))
    }

    async fn found(&self, recorded: &RecordedEvent, accounts: u64) -> Result<(), Failure> {
        let now = self.clock.now();
        let policy = &self.policy.response;
        let act_within = chrono::TimeDelta::seconds(i64::from(policy.act_within_seconds));
        // Looked at before the alert is opened: a log that is read from its beginning has many.
        if now.since(recorded.event.recorded_at) > act_within {
            return Ok(());
        }
        let Some((id, alert)) = self.alert(recorded).await? else { return Ok(()) };
        let (Some(open), Some(account)) = (alert.open(id), about(&alert)) else { return Ok(()) };
        let Some((count, open)) = self.finding(recorded, open).await? else { return Ok(()) };
        if now.since(open.at) > act_within {
            return Ok(());
        }
        let mut answer = AnswerAlert { alert: open, count, granted: None, now };
        let stream = self.accounts.stream(account);
        let metadata = self.metadata(recorded, NAME);
        loop {
            let decide = |account: &Account| answer.decide(account, policy);
            match self.accounts.execute(&stream, account.into(), &metadata, decide).await {
                Ok(done) => {
                    if !done.events.is_empty() && !done.replayed {
                        metrics::counter!("watchbook_responses_total").increment(1);
                    }
                    return Ok(());
                }
                Err(ExecuteError::Rejected(Unanswered::NotRegistered)) => return Ok(()),
                Err(ExecuteError::Rejected(Unanswered::AskBrake)) => {
                    answer.granted = Some(self.ask_brake(recorded, id, accounts).await?);
                }
                Err(error) => return Err(Failure::new(error)),
            }
        }
    }

    /// Which finding an event tells of, and the alert as this finding has it: what earlier ones were, was answered then.
    async fn finding(
        &self,
        recorded: &RecordedEvent,
        open: OpenAlert,
    ) -> Result<Option<(u64, OpenAlert)>, Failure> {
        let Opened::Payload(payload) = self.core.sealer.open_event(recorded).await? else { return Ok(None) };
        let event = &recorded.event;
        let found = match decode::<AlertEvent>(&event.event_type, event.schema_version, &payload)? {
            AlertEvent::Raised { severity, corroboration, happened_at, .. } => {
                (1, OpenAlert { severity, corroboration, at: happened_at, ..open })
            }
            AlertEvent::Repeated { count, severity, corroboration, happened_at, .. } => {
                (count, OpenAlert { severity, corroboration, at: happened_at, ..open })
            }
            _ => return Ok(None),
        };
        Ok(Some(found))
    }

    /// Counts one more account, unless the hour has had its share.
    async fn ask_brake(
        &self,
        recorded: &RecordedEvent,
        alert: AlertId,
        accounts: u64,
    ) -> Result<bool, Failure> {
        let ask = AskBrake { alert, accounts, now: self.clock.now() };
        let metadata = self.metadata(recorded, "brake");
        let decide = |brake: &ResponseBrake| Ok::<_, Infallible>(ask.decide(brake, &self.policy.response));
        let stream = self.brakes.stream(KEY);
        let asked = self.brakes.execute(&stream, subject(), &metadata, decide).await.map_err(Failure::new)?;
        let granted = asked.state.grants(alert, ask.now);
        if !granted {
            metrics::counter!("watchbook_responses_braked_total").increment(1);
            tracing::error!("the brake holds back locks, holds and ended sessions: too many within an hour");
        }
        Ok(granted)
    }

    /// A resolved alert counts no more.
    async fn resolved(&self, recorded: &RecordedEvent) -> Result<(), Failure> {
        let Some((id, alert)) = self.alert(recorded).await? else { return Ok(()) };
        let (None, Some(account)) = (alert.open(id), about(&alert)) else { return Ok(()) };
        let clear = ClearAlert { alert: id };
        let metadata = self.metadata(recorded, NAME);
        let stream = self.accounts.stream(account);
        match self.accounts.execute(&stream, account.into(), &metadata, |account| clear.decide(account)).await
        {
            Ok(_) | Err(ExecuteError::Rejected(_)) => Ok(()),
            Err(error) => Err(Failure::new(error)),
        }
    }

    fn metadata(&self, cause: &RecordedEvent, name: &str) -> Metadata {
        Metadata {
            command_id: CommandId::reaction(cause.event.event_id, name),
            recorded_at: self.clock.now(),
            actor: None,
            correlation_id: cause.event.correlation_id,
            causation_id: Some(cause.event.event_id),
        }
    }
}

/// The account that an alert is about. Campaigns are about sources: no account is to blame for being tried.
fn about(alert: &Alert) -> Option<AccountId> {
    match alert.raised.as_ref()?.key {
        Key::Account(account) => Some(account),
        Key::Source(_) | Key::Agent { .. } => None,
    }
}
