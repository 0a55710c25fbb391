//! The view `sessions`: every session, live and ended.

use crate::page::{Happened, name_of};
use crate::table::{Table, table};
use crate::{Views, ViewsError};
use uuid::Uuid;
use watchbook_domain::account::{AccountEvent, Level};
use watchbook_domain::{AccountId, ClientContext, DeviceId, SessionId, Timestamp};

table!(StoredSession, "sessions", indexes ["account_id"], {
    session_id: String = "TEXT PRIMARY KEY",
    account_id: String = "TEXT NOT NULL",
    device_id: String = "TEXT NOT NULL",
    level: String = "TEXT NOT NULL",
    opened_at: i64 = "INTEGER NOT NULL",
    refreshed_at: i64 = "INTEGER NOT NULL",
    idle_expires_at: i64 = "INTEGER NOT NULL",
    expires_at: i64 = "INTEGER NOT NULL",
    ended_at: Option<i64> = "INTEGER",
    end_reason: Option<String> = "TEXT",
    address: String = "TEXT NOT NULL",
    place: Option<String> = "TEXT",
});

/// The session that an event is about.
pub(crate) fn session_of(event: &AccountEvent) -> Option<SessionId> {
    match event {
        AccountEvent::SessionOpened { session, .. }
        | AccountEvent::SessionRefreshed { session, .. }
        | AccountEvent::SessionEnded { session, .. } => Some(*session),
        _ => None,
    }
}

impl StoredSession {
    /// Applies an event of this session. `context` is of the sign-in that opened it.
    pub(crate) fn apply(
        &mut self,
        event: &AccountEvent,
        happened: &Happened,
        context: Option<&ClientContext>,
    ) {
        let at = happened.at.micros();
        match event {
            AccountEvent::SessionOpened { session, device, level, idle_expires_at, expires_at, .. } => {
                *self = Self {
                    session_id: session.to_string(),
                    account_id: happened.key.clone(),
                    device_id: device.to_string(),
                    level: level_name(*level).to_owned(),
                    opened_at: at,
                    refreshed_at: at,
                    idle_expires_at: idle_expires_at.micros(),
                    expires_at: expires_at.micros(),
                    ended_at: None,
                    end_reason: None,
                    address: context.map(|c| c.address.clone()).unwrap_or_default(),
                    place: context.and_then(|c| c.place.clone()),
                };
            }
            AccountEvent::SessionRefreshed { level, idle_expires_at, .. } => {
                self.level = level_name(*level).to_owned();
                self.refreshed_at = at;
                self.idle_expires_at = idle_expires_at.micros();
            }
            AccountEvent::SessionEnded { reason, .. } => {
                self.ended_at = Some(at);
                self.end_reason = name_of(reason);
            }
            _ => {}
        }
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Aal1 => "aal1",
        Level::Aal2 => "aal2",
    }
}

/// A live session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The session.
    pub session: SessionId,
    /// Its device.
    pub device: DeviceId,
    /// What the device is called.
    pub device_name: String,
    /// `aal1` or `aal2`.
    pub level: String,
    /// When it began.
    pub opened_at: Timestamp,
    /// When its token was last replaced.
    pub refreshed_at: Timestamp,
    /// It ends then in any case.
    pub expires_at: Timestamp,
    /// Where it was opened from.
    pub address: String,
    /// Where that is, if known.
    pub place: Option<String>,
}

const LIVE: &str = "WHERE account_id = $1 AND ended_at IS NULL AND idle_expires_at > $2 AND expires_at > $2 \
     ORDER BY opened_at DESC";

impl Views {
    /// The account's live sessions, newest first.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn sessions(&self, account: AccountId, now: Timestamp) -> Result<Vec<SessionRow>, ViewsError> {
        let rows = StoredSession::select(self.readers(), LIVE, &account.to_string(), now.micros()).await?;
        let devices = self.devices(account).await?;
        let session = |row: StoredSession| {
            let device = DeviceId(Uuid::parse_str(&row.device_id).ok()?);
            let name = devices.iter().find(|known| known.device == device).map(|known| known.name.clone());
            Some(SessionRow {
                session: SessionId(Uuid::parse_str(&row.session_id).ok()?),
                device,
                device_name: name.unwrap_or_default(),
                level: row.level,
                opened_at: Timestamp::from_micros(row.opened_at),
                refreshed_at: Timestamp::from_micros(row.refreshed_at),
                expires_at: Timestamp::from_micros(row.expires_at),
                address: row.address,
                place: row.place,
            })
        };
        Ok(rows.into_iter().filter_map(session).collect())
    }
}
