//! A page of events: opened, decoded, folded in memory, and written as few rows as there are changed keys.

use crate::accounts::StoredAccount;
use crate::activity::StoredActivity;
use crate::devices::{StoredDevice, device_of};
use crate::notifications::StoredNotification;
use crate::sessions::{StoredSession, session_of};
use crate::table::Table;
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use watchbook_domain::account::AccountEvent;
use watchbook_domain::notification::{Notification, NotificationEvent};
use watchbook_domain::{Account, Aggregate, ClientContext, Timestamp};
use watchbook_eventlog::upcast::decode;
use watchbook_eventlog::{Opened, Position, RecordedEvent, SealError, Sealer};

/// Where and when an event happened, and the key of its stream (an account's or notification's id).
pub(crate) struct Happened {
    pub(crate) key: String,
    pub(crate) position: Position,
    pub(crate) at: Timestamp,
}

enum Decoded {
    Account(AccountEvent),
    Notification(NotificationEvent),
    /// The subject's key was destroyed.
    Erased,
}

/// The event that stopped a page.
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
    events: Vec<(Happened, Decoded)>,
    /// The last position this page answers for.
    pub(crate) end: Position,
    /// When the last event was recorded.
    pub(crate) end_at: Timestamp,
    /// What comes right after `end`, if that is why the page ends.
    pub(crate) stopped: Option<Stopped>,
}

impl Page {
    /// Opens and decodes what was read after `after`.
    pub(crate) async fn open(
        sealer: &Sealer,
        after: Position,
        read: Vec<RecordedEvent>,
    ) -> Result<Self, SealError> {
        let all = read.len();
        let (end, end_at) =
            read.last().map_or((after, Timestamp::default()), |last| (last.position, last.event.recorded_at));
        let concerned = |event: &RecordedEvent| {
            let category = event.stream.category();
            category == Account::CATEGORY || category == Notification::CATEGORY
        };
        let wanted: Vec<RecordedEvent> = read.into_iter().filter(concerned).collect();
        let (opened, refused) = open_up_to_failure(sealer, &wanted).await?;
        let mut page = Self { events: Vec::with_capacity(all), end, end_at, stopped: None };
        for (recorded, opened) in wanted.iter().zip(opened.into_iter().map(Ok).chain(refused.map(Err))) {
            let event = &recorded.event;
            match opened.and_then(|opened| decoded(recorded, opened)) {
                Ok(decoded) => {
                    let key = recorded.stream.key().to_owned();
                    page.events.push((
                        Happened { key, position: recorded.position, at: event.recorded_at },
                        decoded,
                    ));
                }
                Err(error) => {
                    let (position, event_type) = (recorded.position, event.event_type.clone());
                    page.stopped = Some(Stopped { position, event_type, error });
                    page.end = page.events.last().map_or(after, |(happened, _)| happened.position);
                    break;
                }
            }
        }
        Ok(page)
    }

    /// Applies the page to one generation of tables, within the caller's transaction.
    pub(crate) async fn apply(
        &self,
        connection: &mut SqliteConnection,
        generation: i64,
    ) -> Result<(), sqlx::Error> {
        let mut accounts = Rows::<StoredAccount>::default();
        let mut sessions = Rows::<StoredSession>::default();
        let mut devices = Rows::<StoredDevice>::default();
        let mut notifications = Rows::<StoredNotification>::default();
        let mut erased = BTreeSet::new();
        for (happened, event) in &self.events {
            match event {
                Decoded::Account(event) => {
                    accounts.want(happened.key.clone());
                    sessions.want(session_of(event).map(|id| id.to_string()));
                    devices.want(device_of(event).map(|id| id.to_string()));
                }
                Decoded::Notification(_) => notifications.want(happened.key.clone()),
                Decoded::Erased => {
                    erased.insert(happened.key.as_str());
                }
            }
        }
        accounts.load(connection, generation, |row| &row.account_id).await?;
        sessions.load(connection, generation, |row| &row.session_id).await?;
        devices.load(connection, generation, |row| &row.device_id).await?;
        notifications.load(connection, generation, |row| &row.notification_id).await?;

        let mut activity = Vec::new();
        let mut sign_ins = BTreeMap::<&str, Cow<'_, ClientContext>>::new();
        for (happened, event) in &self.events {
            match event {
                Decoded::Account(event) => {
                    let key = happened.key.as_str();
                    if let AccountEvent::SignInSucceeded { context, .. } = event {
                        sign_ins.insert(key, Cow::Borrowed(context));
                    }
                    // Where a page ends must not show: the sign-in may lie in the one before.
                    if matches!(event, AccountEvent::SessionOpened { .. })
                        && !sign_ins.contains_key(key)
                        && let Some(context) =
                            StoredActivity::last_sign_in(connection, generation, key).await?
                    {
                        sign_ins.insert(key, Cow::Owned(context));
                    }
                    let context = sign_ins.get(key).map(Cow::as_ref);
                    accounts.change(&happened.key, |row| row.apply(event, happened));
                    if let Some(id) = session_of(event) {
                        sessions.change(&id.to_string(), |row| row.apply(event, happened, context));
                    }
                    if let Some(id) = device_of(event) {
                        devices.change(&id.to_string(), |row| row.apply(event, happened));
                    }
                    activity.extend(StoredActivity::of(event, happened));
                }
                Decoded::Notification(event) => {
                    notifications.change(&happened.key, |row| row.apply(event, happened));
                }
                Decoded::Erased => {}
            }
        }
        // A row without its key was never begun: its first event is not of this log.
        StoredAccount::store(connection, generation, &accounts.begun(|row| &row.account_id)).await?;
        StoredSession::store(connection, generation, &sessions.begun(|row| &row.session_id)).await?;
        StoredDevice::store(connection, generation, &devices.begun(|row| &row.device_id)).await?;
        StoredNotification::store(connection, generation, &notifications.begun(|row| &row.notification_id))
            .await?;
        StoredActivity::store(connection, generation, &activity.iter().collect::<Vec<_>>()).await?;
        for key in erased {
            for (table, column) in [
                (StoredAccount::name(generation), "account_id"),
                (StoredSession::name(generation), "account_id"),
                (StoredDevice::name(generation), "account_id"),
                (StoredActivity::name(generation), "account_id"),
                (StoredNotification::name(generation), "account_id"),
                (StoredNotification::name(generation), "notification_id"),
            ] {
                let sql = AssertSqlSafe(format!("DELETE FROM {table} WHERE {column} = $1"));
                sqlx::query(sql).bind(key).execute(&mut *connection).await?;
            }
        }
        Ok(())
    }
}

/// Opens events up to the first that cannot be, and says why that one cannot.
async fn open_up_to_failure(
    sealer: &Sealer,
    wanted: &[RecordedEvent],
) -> Result<(Vec<Opened>, Option<String>), SealError> {
    match sealer.open_page(wanted).await {
        Ok(opened) => return Ok((opened, None)),
        Err(error) if error.is_unavailable() => return Err(error),
        Err(_) => {}
    }
    // One by one, to find the event that is to blame.
    let mut opened = Vec::with_capacity(wanted.len());
    for recorded in wanted {
        match sealer.open_event(recorded).await {
            Ok(one) => opened.push(one),
            Err(error) if error.is_unavailable() => return Err(error),
            Err(error) => return Ok((opened, Some(error.to_string()))),
        }
    }
    Ok((opened, None))
}

fn decoded(recorded: &RecordedEvent, opened: Opened) -> Result<Decoded, String> {
    let (event_type, version) = (&recorded.event.event_type, recorded.event.schema_version);
    let decoded = match opened {
        Opened::Erased => Ok(Decoded::Erased),
        Opened::Payload(payload) if recorded.stream.category() == Account::CATEGORY => {
            decode(event_type, version, &payload).map(Decoded::Account)
        }
        Opened::Payload(payload) => decode(event_type, version, &payload).map(Decoded::Notification),
    };
    decoded.map_err(|error| error.to_string())
}

/// Rows that a page touches, by key.
struct Rows<T>(BTreeMap<String, T>);

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Table + Default + Clone> Rows<T> {
    fn want(&mut self, keys: impl Into<Option<String>>) {
        if let Some(key) = keys.into() {
            self.0.entry(key).or_default();
        }
    }

    async fn load(
        &mut self,
        connection: &mut SqliteConnection,
        generation: i64,
        key: impl Fn(&T) -> &String,
    ) -> Result<(), sqlx::Error> {
        let keys: Vec<&str> = self.0.keys().map(String::as_str).collect();
        for row in T::load(connection, generation, &keys).await? {
            self.0.insert(key(&row).clone(), row);
        }
        Ok(())
    }

    fn change(&mut self, key: &str, change: impl FnOnce(&mut T)) {
        if let Some(row) = self.0.get_mut(key) {
            change(row);
        }
    }

    fn begun(&self, key: impl Fn(&T) -> &String) -> Vec<&T> {
        self.0.values().filter(|row| !key(row).is_empty()).collect()
    }
}

/// A unit variant's name, as it is serialised.
pub(crate) fn name_of(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}
