//! The view `devices`: the devices that accounts know, and those they knew.

use crate::page::Happened;
use crate::table::{Table, table};
use crate::{Views, ViewsError};
use uuid::Uuid;
use watchbook_domain::account::AccountEvent;
use watchbook_domain::{AccountId, DeviceId, Timestamp};

table!(StoredDevice, "devices", indexes ["account_id"], {
    device_id: String = "TEXT PRIMARY KEY",
    account_id: String = "TEXT NOT NULL",
    name: String = "TEXT NOT NULL",
    kind: String = "TEXT NOT NULL",
    first_seen: i64 = "INTEGER NOT NULL",
    last_seen: i64 = "INTEGER NOT NULL",
    place: Option<String> = "TEXT",
    removed_at: Option<i64> = "INTEGER",
});

/// The device that an event changes.
pub(crate) fn device_of(event: &AccountEvent) -> Option<DeviceId> {
    match event {
        AccountEvent::DeviceFirstSeen { device, .. }
        | AccountEvent::DeviceRenamed { device, .. }
        | AccountEvent::DeviceRemoved { device } => Some(*device),
        // A new device gets its row by the event that follows.
        AccountEvent::SignInSucceeded { device, new_device: false, .. } => Some(*device),
        _ => None,
    }
}

impl StoredDevice {
    /// Applies an event of this device.
    pub(crate) fn apply(&mut self, event: &AccountEvent, happened: &Happened) {
        let at = happened.at.micros();
        match event {
            AccountEvent::DeviceFirstSeen { device, name, context } => {
                *self = Self {
                    device_id: device.to_string(),
                    account_id: happened.key.clone(),
                    name: name.clone(),
                    kind: context.device.clone(),
                    first_seen: at,
                    last_seen: at,
                    place: context.place.clone(),
                    removed_at: None,
                };
            }
            AccountEvent::DeviceRenamed { name, .. } => self.name.clone_from(name),
            AccountEvent::DeviceRemoved { .. } => self.removed_at = Some(at),
            AccountEvent::SignInSucceeded { context, .. } => {
                self.last_seen = at;
                self.place.clone_from(&context.place);
            }
            _ => {}
        }
    }
}

/// A known device.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// The device.
    pub device: DeviceId,
    /// What it is called.
    pub name: String,
    /// Its first sign-in.
    pub first_seen: Timestamp,
    /// Its latest sign-in.
    pub last_seen: Timestamp,
    /// Where that was, if known.
    pub place: Option<String>,
}

impl Views {
    /// The devices that the account knows, last seen first.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn devices(&self, account: AccountId) -> Result<Vec<DeviceRow>, ViewsError> {
        let known = "WHERE account_id = $1 AND removed_at IS NULL ORDER BY last_seen DESC LIMIT $2";
        let rows = StoredDevice::select(self.readers(), known, &account.to_string(), 1_000).await?;
        let device = |row: StoredDevice| {
            Some(DeviceRow {
                device: DeviceId(Uuid::parse_str(&row.device_id).ok()?),
                name: row.name,
                first_seen: Timestamp::from_micros(row.first_seen),
                last_seen: Timestamp::from_micros(row.last_seen),
                place: row.place,
            })
        };
        Ok(rows.into_iter().filter_map(device).collect())
    }
}
