//! A page of events: read, opened and decoded; then folded in memory and written as few rows as have changed.
//!
//! A page ends before an event that cannot be decoded. A full one ends between two commands where it can, which
//! spares looking up what the beginning of a command said.

use crate::ViewsError;
use crate::accounts::Accounts;
use crate::activity::Activity;
use crate::alerts::Alerts;
use crate::database::Transaction;
use crate::devices::Devices;
use crate::exports::Exports;
use crate::incidents::Incidents;
use crate::looks::Looks;
use crate::notifications::Notifications;
use crate::recovery_cases::RecoveryCases;
use crate::sessions::Sessions;
use crate::traces::Traces;
use crate::view::{Happened, View as _, What};
use watchbook_domain::alert::Alert;
use watchbook_domain::export::Export;
use watchbook_domain::incident::Incident;
use watchbook_domain::notification::Notification;
use watchbook_domain::observed::Observed;
use watchbook_domain::operator::Operator;
use watchbook_domain::recovery_case::RecoveryCase;
use watchbook_domain::{Account, AccountId, Aggregate, RecoveryCaseId, Timestamp};
use watchbook_eventlog::upcast::decode;
use watchbook_eventlog::{ERASED, EventLog, Opened, Position, RecordedEvent, SealError, Sealer};

/// Events opened before other tasks get their turn.
const BREATH: usize = 256;

/// The event at which a projection has stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Where it is.
    pub position: Position,
    /// Its type.
    pub event_type: String,
    /// Why it cannot be applied; nothing of its payload.
    pub error: String,
}

/// Events that the views care for, up to the first that cannot be decoded.
pub(crate) struct Page {
    happened: Vec<Happened>,
    /// Events of all kinds.
    pub(crate) events: u64,
    /// The last position this page answers for.
    pub(crate) end: Position,
    /// When the first event after the page's start was recorded; `None` when there is none.
    pub(crate) first_at: Option<Timestamp>,
    /// When the last event up to `end` was recorded.
    pub(crate) last_at: Timestamp,
    /// Whether the log had as much as was asked for.
    pub(crate) full: bool,
    /// Why the page ends where it does, if there is something after it that cannot be applied; and when that
    /// was recorded.
    pub(crate) stopped: Option<(Stopped, Timestamp)>,
}

/// Events as the log has them, still sealed.
pub(crate) struct Sealed {
    after: Position,
    events: Vec<RecordedEvent>,
    first_at: Option<Timestamp>,
    pub(crate) full: bool,
}

impl Sealed {
    /// Reads up to `limit` events after `after`.
    pub(crate) async fn read(log: &dyn EventLog, after: Position, limit: usize) -> Result<Self, ViewsError> {
        let mut events = log.read_all(after, limit).await?;
        let full = events.len() >= limit;
        let first_at = events.first().map(|first| first.event.recorded_at);
        if full {
            events.truncate(start_of_last_command(&events).unwrap_or(events.len()));
        }
        Ok(Self { after, events, first_at, full })
    }

    /// Position of the last event, or of the one before the page.
    pub(crate) fn end(&self) -> Position {
        self.events.last().map_or(self.after, |last| last.position)
    }
}

impl Page {
    /// Opens and decodes.
    ///
    /// # Errors
    /// When the vault does not answer.
    pub(crate) async fn open(sealer: &Sealer, sealed: Sealed) -> Result<Self, ViewsError> {
        let Sealed { after, mut events, first_at, full } = sealed;
        let mut page = Self {
            happened: Vec::with_capacity(events.len()),
            events: 0,
            end: after,
            first_at,
            last_at: Timestamp::default(),
            full,
            stopped: None,
        };
        if let Some(failed) = page.open_all(sealer, &events).await? {
            events.truncate(failed);
        }
        if let Some(last) = events.last() {
            page.end = last.position;
            page.last_at = last.event.recorded_at;
        }
        page.events = events.len() as u64;
        Ok(page)
    }

    /// Answers with the index of the event that cannot be opened or decoded, if there is one.
    async fn open_all(
        &mut self,
        sealer: &Sealer,
        events: &[RecordedEvent],
    ) -> Result<Option<usize>, ViewsError> {
        for (n, some) in events.chunks(BREATH).enumerate() {
            let opened = match sealer.open_page(some).await {
                Err(error) if error.is_unavailable() => return Err(error.into()),
                opened => opened.ok(),
            };
            let mut opened = opened.map(Vec::into_iter);
            for (at, recorded) in some.iter().enumerate() {
                let opened = match &mut opened {
                    Some(opened) => opened.next().map(Ok),
                    // One of them does not open: one by one, to find which.
                    None if is_seen(recorded) => Some(sealer.open_event(recorded).await),
                    None => continue,
                };
                let happened = match opened.unwrap_or(Ok(Opened::Erased)) {
                    Ok(opened) => happened(recorded, opened),
                    Err(error) if error.is_unavailable() => return Err(error.into()),
                    Err(error) => Err(in_full(&error)),
                };
                match happened {
                    Ok(happened) => self.happened.extend(happened),
                    Err(error) => {
                        let RecordedEvent { position, event, .. } = recorded;
                        let event_type = event.event_type.clone();
                        let stopped = Stopped { position: *position, event_type, error };
                        self.stopped = Some((stopped, event.recorded_at));
                        return Ok(Some(n * BREATH + at));
                    }
                }
            }
            tokio::task::yield_now().await;
        }
        Ok(None)
    }

    /// Applies the page to one generation of tables, within the caller's transaction.
    pub(crate) async fn apply(
        &self,
        transaction: &mut Transaction,
        generation: i64,
    ) -> Result<(), sqlx::Error> {
        let mut accounts = Accounts::default();
        let mut sessions = Sessions::default();
        let mut devices = Devices::default();
        let mut activity = Activity::default();
        let mut notifications = Notifications::default();
        let mut recovery_cases = RecoveryCases::default();
        let mut incidents = Incidents::default();
        let mut alerts = Alerts::default();
        let mut looks = Looks::default();
        let mut traces = Traces::default();
        let mut exports = Exports::default();
        macro_rules! each {
            ($view:ident => $do:expr) => {{
                {
                    let $view = &mut accounts;
                    $do;
                }
                {
                    let $view = &mut sessions;
                    $do;
                }
                {
                    let $view = &mut devices;
                    $do;
                }
                {
                    let $view = &mut activity;
                    $do;
                }
                {
                    let $view = &mut notifications;
                    $do;
                }
                {
                    let $view = &mut recovery_cases;
                    $do;
                }
                {
                    let $view = &mut incidents;
                    $do;
                }
                {
                    let $view = &mut alerts;
                    $do;
                }
                {
                    let $view = &mut looks;
                    $do;
                }
                {
                    let $view = &mut traces;
                    $do;
                }
                {
                    let $view = &mut exports;
                    $do;
                }
            }};
        }
        each!(view => self.happened.iter().for_each(|happened| view.plan(happened)));
        each!(view => view.load(transaction, generation).await?);
        for happened in &self.happened {
            accounts.apply(happened);
            match happened.what {
                What::Account(account, _) if accounts.knows(account) => {
                    sessions.apply(happened);
                    devices.apply(happened);
                    activity.apply(happened);
                    traces.apply(happened);
                }
                What::Notification(..) => notifications.apply(happened),
                What::Recovery(..) => recovery_cases.apply(happened),
                What::Incident(..) => incidents.apply(happened),
                What::Alert(..) => alerts.apply(happened),
                What::Operator(..) => looks.apply(happened),
                What::Export(..) => exports.apply(happened),
                What::Shredded(case) => {
                    recovery_cases.apply(happened);
                    // Its mails were sealed with its key.
                    notifications.erase(AccountId(case.0));
                }
                What::Erased(account) if accounts.knows(account) => each!(view => view.erase(account)),
                // A user of another system, of whom there may be alerts.
                What::Erased(user) => alerts.erase(user),
                What::Account(..) => {}
            }
        }
        each!(view => view.write(transaction, generation).await?);
        Ok(())
    }
}

/// Whether the views care for events of this stream.
fn is_seen(recorded: &RecordedEvent) -> bool {
    let category = recorded.stream.category();
    const SEEN: [&str; 8] = [
        Account::CATEGORY,
        Notification::CATEGORY,
        RecoveryCase::CATEGORY,
        Incident::CATEGORY,
        Alert::CATEGORY,
        Operator::CATEGORY,
        Observed::CATEGORY,
        Export::CATEGORY,
    ];
    SEEN.contains(&category)
}

fn happened(recorded: &RecordedEvent, opened: Opened) -> Result<Option<Happened>, String> {
    let event = &recorded.event;
    let key = recorded.stream.key();
    let payload = match opened {
        Opened::Payload(payload) if event.event_type != ERASED => Some(payload),
        _ => None,
    };
    let what = match (recorded.stream.category(), payload) {
        (Account::CATEGORY, Some(payload)) => {
            let account = key.parse().map_err(|_| "the stream's name holds no account".to_owned())?;
            let event = decode(&event.event_type, event.schema_version, &payload);
            What::Account(account, event.map_err(|error| in_full(&error))?)
        }
        (Notification::CATEGORY, Some(payload)) => {
            let id = key.parse().map_err(|_| "the stream's name holds no notification".to_owned())?;
            let event = decode(&event.event_type, event.schema_version, &payload);
            What::Notification(id, event.map_err(|error| in_full(&error))?)
        }
        (Incident::CATEGORY, Some(payload)) => {
            let id = key.parse().map_err(|_| "the stream's name holds no incident".to_owned())?;
            let event = decode(&event.event_type, event.schema_version, &payload);
            What::Incident(id, event.map_err(|error| in_full(&error))?)
        }
        (Alert::CATEGORY, Some(payload)) => {
            let id = key.parse().map_err(|_| "the stream's name holds no alert".to_owned())?;
            let event = decode(&event.event_type, event.schema_version, &payload);
            What::Alert(id, event.map_err(|error| in_full(&error))?)
        }
        (Operator::CATEGORY, Some(payload)) => {
            let id = key.parse().map_err(|_| "the stream's name holds no operator".to_owned())?;
            let event = decode(&event.event_type, event.schema_version, &payload);
            What::Operator(id, event.map_err(|error| in_full(&error))?)
        }
        (Export::CATEGORY, Some(payload)) => {
            let id = key.parse().map_err(|_| "the stream's name holds no export".to_owned())?;
            let event = decode(&event.event_type, event.schema_version, &payload);
            What::Export(id, event.map_err(|error| in_full(&error))?)
        }
        (RecoveryCase::CATEGORY, payload) => {
            let case: RecoveryCaseId =
                key.parse().map_err(|_| "the stream's name holds no recovery case".to_owned())?;
            match payload {
                Some(payload) => {
                    let event = decode(&event.event_type, event.schema_version, &payload);
                    What::Recovery(case, event.map_err(|error| in_full(&error))?)
                }
                None => What::Shredded(case),
            }
        }
        (Account::CATEGORY | Notification::CATEGORY, None) => What::Erased(AccountId(event.subject.0)),
        (Observed::CATEGORY, None) if event.event_type == ERASED => What::Erased(AccountId(event.subject.0)),
        _ => return Ok(None),
    };
    Ok(Some(Happened { position: recorded.position, version: recorded.version, at: event.recorded_at, what }))
}

/// An error with its causes; none of those says anything of a payload.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The events of a command lie side by side, on one stream, out of one request. `None` when there is but one
/// command, too long for a page.
fn start_of_last_command(events: &[RecordedEvent]) -> Option<usize> {
    let last = events.last()?;
    let other = |event: &RecordedEvent| {
        event.stream != last.stream || event.event.correlation_id != last.event.correlation_id
    };
    events.iter().rposition(other).map(|before| before + 1)
}

impl From<SealError> for ViewsError {
    fn from(error: SealError) -> Self {
        Self::Seal(error)
    }
}
