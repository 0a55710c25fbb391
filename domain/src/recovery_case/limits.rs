//! How many cases may be opened in a day: by one source, with one contact address. Stream
//! `recovery_budget-<hmac>-<day>`, keyed by what is counted. A case is counted before it is opened.

use crate::Timestamp;
use crate::aggregate::{Aggregate, events};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a budget's stream.
    pub enum RecoveryBudgetEvent {
        /// One case was counted, before it was opened.
        "recovery_budget.reserved" v 1 => Reserved,
    }
}

/// One day of one budget.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryBudget {
    in_day: u32,
}

/// None is left today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no case is left in this budget today")]
pub struct BudgetSpent;

impl RecoveryBudget {
    /// Counts one case against at most `per_day`.
    ///
    /// # Errors
    /// `BudgetSpent`.
    pub fn reserve(&self, per_day: u32) -> Result<Vec<RecoveryBudgetEvent>, BudgetSpent> {
        if self.in_day < per_day { Ok(vec![RecoveryBudgetEvent::Reserved]) } else { Err(BudgetSpent) }
    }
}

impl Aggregate for RecoveryBudget {
    type Event = RecoveryBudgetEvent;
    const CATEGORY: &'static str = "recovery_budget";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &RecoveryBudgetEvent, _at: Timestamp) {
        match event {
            RecoveryBudgetEvent::Reserved => self.in_day = self.in_day.saturating_add(1),
        }
    }
}
