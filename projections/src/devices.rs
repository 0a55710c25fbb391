//! The view `devices`: the devices that accounts know, and those they knew.

use crate::cell::Cell as _;
use crate::database::Transaction;
use crate::rows::Rows;
use crate::table::{self, row};
use crate::view::{Happened, View, What};
use crate::{Views, ViewsError};
use watchbook_domain::account::AccountEvent;
use watchbook_domain::{AccountId, DeviceId, Timestamp};

row! {
    pub(crate) struct StoredDevice in "devices" version 1 indexes [];
    key {
        account: AccountId = "account_id",
        device: DeviceId = "device_id",
    }
    rest {
        name: String = "name",
        kind: String = "kind",
        first_seen: Timestamp = "first_seen",
        last_seen: Timestamp = "last_seen",
        place: Option<String> = "place",
        removed_at: Option<Timestamp> = "removed_at",
    }
}

#[derive(Default)]
pub(crate) struct Devices {
    rows: Rows<StoredDevice>,
}

impl View for Devices {
    type Row = StoredDevice;

    fn plan(&mut self, happened: &Happened) {
        let What::Account(account, event) = &happened.what else { return };
        match event {
            AccountEvent::DeviceFirstSeen { device, .. } => self.rows.will_make((*account, *device)),
            AccountEvent::DeviceRenamed { device, .. }
            | AccountEvent::DeviceRemoved { device }
            | AccountEvent::SignInSucceeded { device, new_device: false, .. } => {
                self.rows.want((*account, *device))
            }
            _ => {}
        }
    }

    async fn load(&mut self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.load(transaction, generation).await
    }

    fn apply(&mut self, happened: &Happened) {
        let What::Account(account, event) = &happened.what else { return };
        let at = happened.at;
        match event {
            AccountEvent::DeviceFirstSeen { device, name, context } => self.rows.insert(StoredDevice {
                account: *account,
                device: *device,
                name: name.clone(),
                kind: context.device.clone(),
                first_seen: at,
                last_seen: at,
                place: context.place.clone(),
                removed_at: None,
            }),
            AccountEvent::DeviceRenamed { device, name } => {
                if let Some(row) = self.rows.get_mut((*account, *device)) {
                    row.name.clone_from(name);
                }
            }
            AccountEvent::DeviceRemoved { device } => {
                if let Some(row) = self.rows.get_mut((*account, *device)) {
                    row.removed_at = Some(at);
                }
            }
            AccountEvent::SignInSucceeded { device, new_device: false, context, .. } => {
                if let Some(row) = self.rows.get_mut((*account, *device)) {
                    row.last_seen = at;
                    row.place.clone_from(&context.place);
                }
            }
            _ => {}
        }
    }

    fn erase(&mut self, account: AccountId) {
        self.rows.erase(account, |row| row.account);
    }

    async fn write(&self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.write(transaction, generation).await
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

/// Without any value: they are personal.
impl std::fmt::Debug for DeviceRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceRow").field("device", &self.device).finish_non_exhaustive()
    }
}

const KNOWN: &str = "WHERE account_id = $1 AND removed_at IS NULL ORDER BY last_seen DESC, device_id";

impl Views {
    /// The devices that the account knows, last seen first.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn devices(&self, account: AccountId) -> Result<Vec<DeviceRow>, ViewsError> {
        let rows: Vec<StoredDevice> = table::query(self.database(), KNOWN, &[account.value()]).await?;
        let device = |row: StoredDevice| {
            let StoredDevice { device, name, first_seen, last_seen, place, .. } = row;
            DeviceRow { device, name, first_seen, last_seen, place }
        };
        Ok(rows.into_iter().map(device).collect())
    }
}
