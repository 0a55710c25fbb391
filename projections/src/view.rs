//! What every view has: a table, and a way from events to its rows.

use crate::database::Transaction;
use crate::table::Row;
use watchbook_domain::account::AccountEvent;
use watchbook_domain::alert::AlertEvent;
use watchbook_domain::export::ExportEvent;
use watchbook_domain::incident::IncidentEvent;
use watchbook_domain::notification::NotificationEvent;
use watchbook_domain::operator::OperatorEvent;
use watchbook_domain::recovery_case::RecoveryEvent;
use watchbook_domain::{AccountId, AlertId, ExportId, IncidentId, NotificationId, RecoveryCaseId, Timestamp};
use watchbook_eventlog::{Position, Version};

/// An event that the views care for.
pub(crate) struct Happened {
    pub(crate) position: Position,
    pub(crate) version: Version,
    pub(crate) at: Timestamp,
    pub(crate) what: What,
}

pub(crate) enum What {
    Account(AccountId, AccountEvent),
    Notification(NotificationId, NotificationEvent),
    Recovery(RecoveryCaseId, RecoveryEvent),
    Incident(IncidentId, IncidentEvent),
    Alert(AlertId, AlertEvent),
    Operator(AccountId, OperatorEvent),
    Export(ExportId, ExportEvent),
    /// The person's key was destroyed: nothing of them stays.
    Erased(AccountId),
    /// A recovery case's key was, or is about to be.
    Shredded(RecoveryCaseId),
}

/// The mapping of one view, with the rows that one page of events touches.
pub(crate) trait View: Default + Send {
    /// Its table; carries the view's name and version.
    type Row: Row;

    /// Notes which rows an event needs.
    fn plan(&mut self, happened: &Happened);
    /// Loads them.
    async fn load(&mut self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error>;
    /// Changes them. Never fails: what is in the log happened.
    fn apply(&mut self, happened: &Happened);
    /// Drops all rows of a person.
    fn erase(&mut self, account: AccountId);
    /// Writes what has changed, by few statements.
    async fn write(&self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error>;
}

/// A unit variant's name, as it is serialised.
pub(crate) fn name_of(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}
