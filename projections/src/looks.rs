//! The view `looks`: which operator has looked at whom, for compliance.

use crate::cell::{Cell as _, Value};
use crate::database::Transaction;
use crate::table::{self, row, table_name};
use crate::view::{Happened, View, What};
use crate::{Views, ViewsError};
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use uuid::Uuid;
use watchbook_domain::operator::OperatorEvent;
use watchbook_domain::{AccountId, RecoveryCaseId, Timestamp};
use watchbook_eventlog::Position;

row! {
    /// One account that was looked at; for a look at nobody in particular, one row with the nil id.
    pub(crate) struct StoredLook in "looks" version 1
        indexes ["(account_id, position)", "(operator_id, position)"];
    key {
        position: Position = "position",
        account: AccountId = "account_id",
    }
    rest {
        operator: AccountId = "operator_id",
        at: Timestamp = "at",
        what: String = "what",
        case: Option<RecoveryCaseId> = "case_id",
    }
}

/// A look at somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookRow {
    /// Place in the log.
    pub position: Position,
    /// Who was looked at; `None` for nobody in particular.
    pub account: Option<AccountId>,
    /// By whom.
    pub operator: AccountId,
    /// When.
    pub at: Timestamp,
    /// At what.
    pub what: String,
    /// The recovery case, if it was one.
    pub case: Option<RecoveryCaseId>,
}

#[derive(Default)]
pub(crate) struct Looks {
    rows: Vec<StoredLook>,
    erased: Vec<AccountId>,
}

impl View for Looks {
    type Row = StoredLook;

    fn plan(&mut self, _: &Happened) {}

    async fn load(&mut self, _: &mut Transaction, _: i64) -> Result<(), sqlx::Error> {
        Ok(())
    }

    fn apply(&mut self, happened: &Happened) {
        let What::Operator(operator, OperatorEvent::HistoryViewed { what, accounts, case }) = &happened.what
        else {
            return;
        };
        let mut accounts: BTreeSet<AccountId> = accounts.iter().copied().collect();
        if accounts.is_empty() {
            accounts.insert(AccountId(Uuid::nil()));
        }
        self.rows.extend(accounts.into_iter().map(|account| StoredLook {
            position: happened.position,
            account,
            operator: *operator,
            at: happened.at,
            what: what.as_str().to_owned(),
            case: *case,
        }));
    }

    /// An operator's looks are sealed with the operator's key, and go with it. Of who was looked at, there is only an id
    /// that leads nowhere any more.
    fn erase(&mut self, account: AccountId) {
        self.rows.retain(|row| row.operator != account);
        self.erased.push(account);
    }

    async fn write(&self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        let table = table_name::<StoredLook>(generation);
        for account in &self.erased {
            let sql = AssertSqlSafe(format!("DELETE FROM {table} WHERE operator_id = $1"));
            transaction.fetch(sql, &[account.value()]).await?;
        }
        let rows: Vec<_> = self.rows.iter().collect();
        transaction.upsert(&table, &rows).await
    }
}

const OF_ACCOUNT: &str = "WHERE account_id = $1 AND position < $2 ORDER BY position DESC LIMIT $3";
const BY_OPERATOR: &str =
    "WHERE operator_id = $1 AND position < $2 ORDER BY position DESC, account_id LIMIT $3";
const ALL: &str = "WHERE position < $1 ORDER BY position DESC, account_id LIMIT $2";

/// Whose looks are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LooksOf {
    /// At this account.
    Account(AccountId),
    /// By this operator.
    Operator(AccountId),
    /// All.
    Everybody,
}

impl Views {
    /// Looks before a position, newest first, at most `limit`. A look at several accounts has a row for each.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn looks(
        &self,
        of: LooksOf,
        before: Option<Position>,
        limit: u32,
    ) -> Result<Vec<LookRow>, ViewsError> {
        let before = before.unwrap_or(Position(u64::MAX));
        let (sql, who) = match of {
            LooksOf::Account(account) => (OF_ACCOUNT, Some(account)),
            LooksOf::Operator(operator) => (BY_OPERATOR, Some(operator)),
            LooksOf::Everybody => (ALL, None),
        };
        let mut values: Vec<Value<'_>> = who.iter().map(|who| who.value()).collect();
        values.extend([before.value(), limit.value()]);
        let rows: Vec<StoredLook> = table::query(self.database(), sql, &values).await?;
        let look = |row: StoredLook| {
            let StoredLook { position, account, operator, at, what, case } = row;
            let account = Some(account).filter(|account| !account.0.is_nil());
            LookRow { position, account, operator, at, what, case }
        };
        Ok(rows.into_iter().map(look).collect())
    }
}
