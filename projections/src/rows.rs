//! The rows of one table that a page of events touches, in memory.

use crate::cell::Cell as _;
use crate::database::Transaction;
use crate::table::{Row, table_name};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use watchbook_domain::AccountId;

struct Slot<R> {
    row: Option<R>,
    /// Not known from the page itself.
    wanted: bool,
    changed: bool,
}

/// First plan, then load, then change, then write.
pub(crate) struct Rows<R: Row> {
    slots: BTreeMap<R::Key, Slot<R>>,
    erased: Vec<AccountId>,
}

impl<R: Row> Default for Rows<R> {
    fn default() -> Self {
        Self { slots: BTreeMap::new(), erased: Vec::new() }
    }
}

impl<R: Row> Rows<R> {
    /// An event of the page needs this row, if there is one.
    pub(crate) fn want(&mut self, key: R::Key) {
        self.slots.entry(key).or_insert(Slot { row: None, wanted: true, changed: false });
    }

    /// An event of the page makes this row anew.
    pub(crate) fn will_make(&mut self, key: R::Key) {
        self.slots.entry(key).or_insert(Slot { row: None, wanted: false, changed: false });
    }

    /// Loads what is wanted.
    pub(crate) async fn load(
        &mut self,
        transaction: &mut Transaction,
        generation: i64,
    ) -> Result<(), sqlx::Error> {
        let wanted: Vec<_> = self.slots.iter().filter(|(_, slot)| slot.wanted).map(|(key, _)| *key).collect();
        for row in transaction.load::<R>(&table_name::<R>(generation), &wanted).await? {
            self.admit(row);
        }
        Ok(())
    }

    /// A row that was loaded otherwise.
    pub(crate) fn admit(&mut self, row: R) {
        let slot = self.slots.entry(row.key()).or_insert(Slot { row: None, wanted: false, changed: false });
        slot.row.get_or_insert(row);
    }

    /// The row, to be changed.
    pub(crate) fn get_mut(&mut self, key: R::Key) -> Option<&mut R> {
        let slot = self.slots.get_mut(&key)?;
        slot.changed |= slot.row.is_some();
        slot.row.as_mut()
    }

    /// Changes those of some rows for which `change` says that it did.
    pub(crate) fn change_all(&mut self, keys: RangeInclusive<R::Key>, change: impl Fn(&mut R) -> bool) {
        for (_, slot) in self.slots.range_mut(keys) {
            if let Some(row) = &mut slot.row {
                slot.changed |= change(row);
            }
        }
    }

    /// A new row, or one that takes another's place.
    pub(crate) fn insert(&mut self, row: R) {
        self.slots.insert(row.key(), Slot { row: Some(row), wanted: false, changed: true });
    }

    /// Drops a row from memory; who calls this deletes it from the table.
    pub(crate) fn remove(&mut self, key: R::Key) {
        if let Some(slot) = self.slots.get_mut(&key) {
            slot.row = None;
        }
    }

    /// Drops all rows of an account, in memory and when the page is written. `of` tells whose a row is.
    pub(crate) fn erase(&mut self, account: AccountId, of: impl Fn(&R) -> AccountId) {
        self.erased.push(account);
        for slot in self.slots.values_mut() {
            if slot.row.as_ref().is_some_and(|row| of(row) == account) {
                slot.row = None;
            }
        }
    }

    /// Writes what has changed.
    pub(crate) async fn write(
        &self,
        transaction: &mut Transaction,
        generation: i64,
    ) -> Result<(), sqlx::Error> {
        delete_accounts::<R>(transaction, generation, &self.erased).await?;
        let changed: Vec<&R> =
            self.slots.values().filter(|slot| slot.changed).filter_map(|slot| slot.row.as_ref()).collect();
        transaction.upsert(&table_name::<R>(generation), &changed).await
    }
}

/// Deletes all rows of some accounts.
pub(crate) async fn delete_accounts<R: Row>(
    transaction: &mut Transaction,
    generation: i64,
    accounts: &[AccountId],
) -> Result<(), sqlx::Error> {
    for account in accounts {
        let sql = AssertSqlSafe(format!("DELETE FROM {} WHERE account_id = $1", table_name::<R>(generation)));
        transaction.fetch(sql, &[account.value()]).await?;
    }
    Ok(())
}
