//! The view `recovery_cases`: support's queue. It holds no word of what a person wrote; that is in the case's stream.

use crate::cell::Cell as _;
use crate::database::Transaction;
use crate::rows::Rows;
use crate::table::{self, row, table_name};
use crate::view::{Happened, View, What};
use crate::{Views, ViewsError};
use sqlx::AssertSqlSafe;
use watchbook_domain::recovery_case::{Author, CaseStage, RecoveryEvent};
use watchbook_domain::{AccountId, RecoveryCaseId, Timestamp};
use watchbook_eventlog::Position;

row! {
    /// A case as support's queue shows it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RecoveryCaseRow in "recovery_cases" version 2
        indexes ["(stage, changed_at)", "(executes_at) WHERE stage = 'cooling_off'", "(closed_at) WHERE closed_at IS NOT NULL"];
    key {
        /// The case.
        case: RecoveryCaseId = "case_id",
    }
    rest {
        /// The account that was approved, once it was.
        account: Option<AccountId> = "account_id",
        /// Where it stands: [`CaseStage::as_str`].
        stage: String = "stage",
        /// When it was opened.
        opened_at: Timestamp = "opened_at",
        /// When something last happened.
        changed_at: Timestamp = "changed_at",
        /// When the account is handed over.
        executes_at: Option<Timestamp> = "executes_at",
        /// When it was closed.
        closed_at: Option<Timestamp> = "closed_at",
        /// Documents.
        documents: u32 = "documents",
        /// Messages of both sides.
        messages: u32 = "messages",
        /// Whether the person said or sent the last thing: it waits for support.
        awaits_support: bool = "awaits_support",
        /// Approvals so far.
        approvals: u32 = "approvals",
        /// Whether it is an appeal.
        appealed: bool = "appealed",
        /// Of the last event in this row.
        position: Position = "position",
    }
}

#[derive(Default)]
pub(crate) struct RecoveryCases {
    rows: Rows<RecoveryCaseRow>,
    shredded: Vec<RecoveryCaseId>,
}

impl View for RecoveryCases {
    type Row = RecoveryCaseRow;

    fn plan(&mut self, happened: &Happened) {
        match &happened.what {
            What::Recovery(case, RecoveryEvent::Requested { .. }) => self.rows.will_make((*case,)),
            What::Recovery(case, _) => self.rows.want((*case,)),
            _ => {}
        }
    }

    async fn load(&mut self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.load(transaction, generation).await
    }

    fn apply(&mut self, happened: &Happened) {
        match &happened.what {
            What::Shredded(case) => {
                self.rows.remove((*case,));
                self.shredded.push(*case);
            }
            What::Recovery(case, RecoveryEvent::Requested { .. }) => self.rows.insert(RecoveryCaseRow {
                case: *case,
                account: None,
                stage: CaseStage::Unproved.as_str().to_owned(),
                opened_at: happened.at,
                changed_at: happened.at,
                executes_at: None,
                closed_at: None,
                documents: 0,
                messages: 0,
                awaits_support: true,
                approvals: 0,
                appealed: false,
                position: happened.position,
            }),
            What::Recovery(case, event) => {
                if let Some(row) = self.rows.get_mut((*case,)) {
                    row.position = happened.position;
                    row.changed_at = happened.at;
                    row.apply(event, happened.at);
                }
            }
            _ => {}
        }
    }

    /// A case outlives the account's erasure: it has a key of its own, and of the account it names the id alone.
    fn erase(&mut self, _: AccountId) {}

    async fn write(&self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        for case in &self.shredded {
            let table = table_name::<RecoveryCaseRow>(generation);
            let sql = AssertSqlSafe(format!("DELETE FROM {table} WHERE case_id = $1"));
            transaction.fetch(sql, &[case.value()]).await?;
        }
        self.rows.write(transaction, generation).await
    }
}

impl RecoveryCaseRow {
    fn enter(&mut self, stage: CaseStage) {
        stage.as_str().clone_into(&mut self.stage);
    }

    fn close(&mut self, stage: CaseStage, at: Timestamp) {
        self.enter(stage);
        self.closed_at = Some(at);
        self.awaits_support = false;
    }

    fn apply(&mut self, event: &RecoveryEvent, at: Timestamp) {
        use RecoveryEvent as E;
        match event {
            E::Requested { .. }
            | E::LocaleChosen { .. }
            | E::DocumentViewed { .. }
            | E::Checked { .. }
            | E::Shredded => {}
            E::ContactProved { .. } => self.enter(CaseStage::Review),
            E::DocumentAdded { .. } => {
                self.documents += 1;
                self.awaits_support = true;
            }
            E::MessageSent { from, .. } => {
                self.messages += 1;
                self.awaits_support = *from == Author::Person;
            }
            E::Approved { account, .. } => {
                self.approvals += 1;
                self.account = Some(*account);
            }
            E::CoolingOffStarted { executes_at, .. } => {
                self.enter(CaseStage::CoolingOff);
                self.executes_at = Some(*executes_at);
                self.awaits_support = false;
            }
            E::Rejected { .. } => self.close(CaseStage::Rejected, at),
            E::Appealed { .. } => {
                self.enter(CaseStage::Review);
                self.messages += 1;
                self.approvals = 0;
                self.account = None;
                self.closed_at = None;
                self.appealed = true;
                self.awaits_support = true;
            }
            E::Stopped { .. } => self.close(CaseStage::Stopped, at),
            E::Executed { .. } => self.close(CaseStage::Executed, at),
            E::Lapsed => self.close(CaseStage::Lapsed, at),
        }
    }
}

const QUEUE: &str = "WHERE stage = $1 AND (changed_at > $2 OR (changed_at = $2 AND case_id > $3))
    ORDER BY changed_at, case_id LIMIT $4";
const DUE: &str = "SELECT case_id FROM recovery_cases WHERE stage = 'cooling_off' AND executes_at <= $1
    ORDER BY executes_at LIMIT $2";
const UNDECIDED: &str = "SELECT case_id FROM recovery_cases WHERE stage = 'review' AND changed_at <= $1
    ORDER BY changed_at LIMIT $2";
const TO_SHRED: &str = "SELECT case_id FROM recovery_cases
    WHERE closed_at <= $1 OR (stage = 'unproved' AND opened_at <= $2) LIMIT $3";

impl Views {
    /// Cases at a stage, the one that has waited longest first, after the one that `after` names.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn recovery_cases(
        &self,
        stage: CaseStage,
        after: Option<(Timestamp, RecoveryCaseId)>,
        limit: u32,
    ) -> Result<Vec<RecoveryCaseRow>, ViewsError> {
        let (at, case) = after.unwrap_or((Timestamp::from_micros(0), RecoveryCaseId(uuid::Uuid::nil())));
        let stage = stage.as_str().to_owned();
        let values = [stage.value(), at.value(), case.value(), limit.value()];
        Ok(table::query(self.database(), QUEUE, &values).await?)
    }

    /// Cases that have cooled off, the longest due first.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn recoveries_due(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<RecoveryCaseId>, ViewsError> {
        let due = self.database().fetch(DUE, &[now.value(), limit.value()]).await?;
        Ok(due.iter().map(|due| RecoveryCaseId::read(due, 0)).collect::<Result<_, _>>()?)
    }

    /// Cases in review in which nothing has happened since `until`, the longest first.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn recoveries_undecided(
        &self,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<RecoveryCaseId>, ViewsError> {
        let due = self.database().fetch(UNDECIDED, &[until.value(), limit.value()]).await?;
        Ok(due.iter().map(|due| RecoveryCaseId::read(due, 0)).collect::<Result<_, _>>()?)
    }

    /// Cases that were closed at `closed_until` or before, and those opened at `unproved_until` or before whose contact
    /// address was never proved.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn recoveries_to_shred(
        &self,
        closed_until: Timestamp,
        unproved_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<RecoveryCaseId>, ViewsError> {
        let values = [closed_until.value(), unproved_until.value(), limit.value()];
        let due = self.database().fetch(TO_SHRED, &values).await?;
        Ok(due.iter().map(|due| RecoveryCaseId::read(due, 0)).collect::<Result<_, _>>()?)
    }
}
