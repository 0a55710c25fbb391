//! The view `activity`: what happened to each account, for its owner.

use crate::page::{Happened, name_of};
use crate::table::{Table, table};
use crate::{Views, ViewsError};
use sqlx::{AssertSqlSafe, Row, SqliteConnection};
use watchbook_domain::account::AccountEvent;
use watchbook_domain::{AccountId, ClientContext, Event, Timestamp};
use watchbook_eventlog::Position;

table!(StoredActivity, "activity", indexes ["account_id, position"], {
    position: u64 = "INTEGER PRIMARY KEY",
    account_id: String = "TEXT NOT NULL",
    at: i64 = "INTEGER NOT NULL",
    event_type: String = "TEXT NOT NULL",
    address: Option<String> = "TEXT",
    device: Option<String> = "TEXT",
    place: Option<String> = "TEXT",
    detail: Option<String> = "TEXT",
});

impl StoredActivity {
    /// Address and place of an account's latest sign-in, as the context it was recorded with.
    pub(crate) async fn last_sign_in(
        connection: &mut SqliteConnection,
        generation: i64,
        account: &str,
    ) -> Result<Option<ClientContext>, sqlx::Error> {
        let sql = format!(
            "SELECT coalesce(address, ''), place FROM {} WHERE account_id = $1
             AND event_type = 'sign_in.succeeded' ORDER BY position DESC LIMIT 1",
            Self::name(generation)
        );
        let row = sqlx::query(AssertSqlSafe(sql)).bind(account).fetch_optional(connection).await?;
        let Some(row) = row else { return Ok(None) };
        let (address, place) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Some(ClientContext { address, place, ..ClientContext::default() }))
    }

    /// What there is to say of an event; `None` for steps that only the machinery needs.
    pub(crate) fn of(event: &AccountEvent, happened: &Happened) -> Option<Self> {
        use AccountEvent as E;
        let (context, detail): (Option<&ClientContext>, Option<String>) = match event {
            E::Registered { context, .. }
            | E::RegistrationRepeated { context }
            | E::SignInStarted { context, .. }
            | E::SignInSucceeded { context, .. }
            | E::PasswordResetRequested { context, .. } => (Some(context), None),
            E::DeviceFirstSeen { context, name, .. } => (Some(context), Some(name.clone())),
            E::DeviceRenamed { name, .. } => (None, Some(name.clone())),
            E::SessionEnded { reason, .. } => (None, name_of(reason)),
            E::Locked { reason, .. } => (None, name_of(reason)),
            E::Unlocked { reason } => (None, name_of(reason)),
            E::SignInRefused { reason, .. } => (None, name_of(reason)),
            E::PasswordChanged { change, .. } => (None, name_of(change)),
            E::SecondFactorRejected { factor, .. } => (None, name_of(factor)),
            E::SecondFactorStarted { .. } | E::SessionRefreshed { .. } | E::PasswordRehashed { .. } => {
                return None;
            }
            _ => (None, None),
        };
        Some(Self {
            position: happened.position.0,
            account_id: happened.key.clone(),
            at: happened.at.micros(),
            event_type: event.event_type().to_owned(),
            address: context.map(|c| c.address.clone()),
            device: context.map(|c| c.device.clone()),
            place: context.and_then(|c| c.place.clone()),
            detail,
        })
    }
}

/// One thing that happened.
#[derive(Clone, PartialEq, Eq)]
pub struct ActivityRow {
    /// Place in the log.
    pub position: Position,
    /// When.
    pub at: Timestamp,
    /// The event's type.
    pub event_type: String,
    /// From where, if it was a request.
    pub address: Option<String>,
    /// The device in words.
    pub device: Option<String>,
    /// Where that is, if known.
    pub place: Option<String>,
    /// What else there is to say.
    pub detail: Option<String>,
}

impl Views {
    /// What happened to the account before a position, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn activity(
        &self,
        account: AccountId,
        before: Option<Position>,
        limit: u32,
    ) -> Result<Vec<ActivityRow>, ViewsError> {
        let page = format!("WHERE account_id = $1 AND position < $2 ORDER BY position DESC LIMIT {limit}");
        let before = before.map_or(i64::MAX, |position| i64::try_from(position.0).unwrap_or(i64::MAX));
        let rows = StoredActivity::select(self.readers(), &page, &account.to_string(), before).await?;
        let activity = |row: StoredActivity| ActivityRow {
            position: Position(row.position),
            at: Timestamp::from_micros(row.at),
            event_type: row.event_type,
            address: row.address,
            device: row.device,
            place: row.place,
            detail: row.detail,
        };
        Ok(rows.into_iter().map(activity).collect())
    }
}
