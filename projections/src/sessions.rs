//! The view `sessions`: every session, live and ended.

use crate::activity::StoredActivity;
use crate::cell::Cell as _;
use crate::database::{Record, Transaction};
use crate::rows::Rows;
use crate::table::{self, Row as _, row, table_name};
use crate::view::{Happened, View, What, name_of};
use crate::{Views, ViewsError};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use watchbook_domain::account::{AccountEvent, EndReason, Level, PasswordChange};
use watchbook_domain::{AccountId, ClientContext, DeviceId, SessionId, Timestamp};

row! {
    pub(crate) struct StoredSession in "sessions" version 1 indexes [];
    key {
        account: AccountId = "account_id",
        session: SessionId = "session_id",
    }
    rest {
        device: DeviceId = "device_id",
        level: String = "level",
        opened_at: Timestamp = "opened_at",
        refreshed_at: Timestamp = "refreshed_at",
        idle_expires_at: Timestamp = "idle_expires_at",
        expires_at: Timestamp = "expires_at",
        ended_at: Option<Timestamp> = "ended_at",
        end_reason: Option<String> = "end_reason",
        address: String = "address",
        place: Option<String> = "place",
    }
}

#[derive(Default)]
pub(crate) struct Sessions {
    rows: Rows<StoredSession>,
    /// Accounts all of whose sessions end, and when.
    ending: Vec<(AccountId, Timestamp)>,
    /// Where each account signed in from last.
    signed_in: BTreeMap<AccountId, From>,
    /// Accounts whose session is opened by a sign-in of an earlier page.
    unknown: BTreeSet<AccountId>,
}

/// Address and place of a sign-in.
#[derive(Clone, Default)]
struct From {
    address: String,
    place: Option<String>,
}

/// Why an event ends all sessions of the account, if it does.
fn ends_all(event: &AccountEvent) -> Option<EndReason> {
    match event {
        AccountEvent::Locked { .. } => Some(EndReason::AccountLocked),
        AccountEvent::PasswordChanged { change: PasswordChange::Reset, .. } => {
            Some(EndReason::PasswordChanged)
        }
        AccountEvent::PasswordChangeRequired { .. } => Some(EndReason::PasswordChangeRequired),
        _ => None,
    }
}

impl View for Sessions {
    type Row = StoredSession;

    fn plan(&mut self, happened: &Happened) {
        let What::Account(account, event) = &happened.what else { return };
        match event {
            AccountEvent::SignInSucceeded { .. } => {
                self.signed_in.entry(*account).or_default();
            }
            AccountEvent::SessionOpened { session, .. } => {
                self.rows.will_make((*account, *session));
                if !self.signed_in.contains_key(account) {
                    self.unknown.insert(*account);
                }
            }
            AccountEvent::SessionRefreshed { session, .. } | AccountEvent::SessionEnded { session, .. } => {
                self.rows.want((*account, *session));
            }
            event if ends_all(event).is_some() => self.ending.push((*account, happened.at)),
            _ => {}
        }
    }

    async fn load(&mut self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.load(transaction, generation).await?;
        for (account, at) in &self.ending {
            let (columns, table) =
                (table::columns::<StoredSession>(), table_name::<StoredSession>(generation));
            let sql = AssertSqlSafe(format!(
                "SELECT {columns} FROM {table} WHERE account_id = $1 AND ended_at IS NULL AND idle_expires_at > $2"
            ));
            for live in transaction.fetch(sql, &[account.value(), at.value()]).await? {
                self.rows.admit(StoredSession::read(&live)?);
            }
        }
        for account in &self.unknown {
            let table = table_name::<StoredActivity>(generation);
            let sql = AssertSqlSafe(format!(
                "SELECT coalesce(address, ''), place FROM {table} WHERE account_id = $1
                 AND event_type = 'sign_in.succeeded' ORDER BY position DESC LIMIT 1"
            ));
            if let Some(last) = transaction.fetch(sql, &[account.value()]).await?.first() {
                let from = From { address: String::read(last, 0)?, place: Option::read(last, 1)? };
                self.signed_in.insert(*account, from);
            }
        }
        Ok(())
    }

    fn apply(&mut self, happened: &Happened) {
        let What::Account(account, event) = &happened.what else { return };
        let at = happened.at;
        match event {
            AccountEvent::SignInSucceeded { context: ClientContext { address, place, .. }, .. } => {
                self.signed_in.insert(*account, From { address: address.clone(), place: place.clone() });
            }
            AccountEvent::SessionOpened { session, device, level, idle_expires_at, expires_at, .. } => {
                let From { address, place } = self.signed_in.get(account).cloned().unwrap_or_default();
                self.rows.insert(StoredSession {
                    account: *account,
                    session: *session,
                    device: *device,
                    level: level_name(*level).to_owned(),
                    opened_at: at,
                    refreshed_at: at,
                    idle_expires_at: *idle_expires_at,
                    expires_at: *expires_at,
                    ended_at: None,
                    end_reason: None,
                    address,
                    place,
                });
            }
            AccountEvent::SessionRefreshed { session, level, idle_expires_at, .. } => {
                if let Some(row) = self.rows.get_mut((*account, *session)) {
                    level_name(*level).clone_into(&mut row.level);
                    row.refreshed_at = at;
                    row.idle_expires_at = *idle_expires_at;
                }
            }
            AccountEvent::SessionEnded { session, reason } => {
                if let Some(row) = self.rows.get_mut((*account, *session)) {
                    row.end(*reason, at);
                }
            }
            event => {
                if let Some(reason) = ends_all(event) {
                    let of_account = (*account, SessionId(Uuid::nil()))..=(*account, SessionId(Uuid::max()));
                    self.rows.change_all(of_account, |row| row.end(reason, at));
                }
            }
        }
    }

    fn erase(&mut self, account: AccountId) {
        self.rows.erase(account, |row| row.account);
    }

    async fn write(&self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.write(transaction, generation).await
    }
}

impl StoredSession {
    /// False if it was over before. One that has run out keeps its own end.
    fn end(&mut self, reason: EndReason, at: Timestamp) -> bool {
        let live = self.ended_at.is_none() && at < self.idle_expires_at && at < self.expires_at;
        if live {
            self.ended_at = Some(at);
            self.end_reason = name_of(&reason);
        }
        live
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

/// Without any value: they are personal.
impl std::fmt::Debug for SessionRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionRow").field("session", &self.session).finish_non_exhaustive()
    }
}

const LIVE: &str =
    "SELECT s.session_id, s.device_id, coalesce(d.name, ''), s.level, s.opened_at, s.refreshed_at,
        s.expires_at, s.address, s.place
    FROM sessions s LEFT JOIN devices d ON d.account_id = s.account_id AND d.device_id = s.device_id
    WHERE s.account_id = $1 AND s.ended_at IS NULL AND s.idle_expires_at > $2 AND s.expires_at > $2
    ORDER BY s.opened_at DESC, s.session_id";

impl Views {
    /// The account's live sessions, newest first.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn sessions(&self, account: AccountId, now: Timestamp) -> Result<Vec<SessionRow>, ViewsError> {
        let session = |live: &Record| {
            Ok(SessionRow {
                session: SessionId::read(live, 0)?,
                device: DeviceId::read(live, 1)?,
                device_name: String::read(live, 2)?,
                level: String::read(live, 3)?,
                opened_at: Timestamp::read(live, 4)?,
                refreshed_at: Timestamp::read(live, 5)?,
                expires_at: Timestamp::read(live, 6)?,
                address: String::read(live, 7)?,
                place: Option::read(live, 8)?,
            })
        };
        let live = self.database().fetch(LIVE, &[account.value(), now.value()]).await?;
        Ok(live.iter().map(session).collect::<Result<_, sqlx::Error>>()?)
    }
}
