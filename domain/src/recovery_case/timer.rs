//! What becomes of a case by itself: the account's stream has decided, or time has passed.

use super::{CaseRejection, CaseStage, RecoveryCase, RecoveryEvent, RecoveryPolicy};
use crate::account::RecoveryStop;
use crate::{AccountId, Timestamp};
use chrono::TimeDelta;

/// Records that the account's stream says no.
#[derive(Clone, Copy, Debug)]
pub struct StopCase {
    /// By what.
    pub by: RecoveryStop,
}

impl StopCase {
    /// Nothing to do when it does not cool off (any more).
    ///
    /// # Errors
    /// `Unknown`.
    pub fn decide(&self, case: &RecoveryCase) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        case.opened()?;
        let cools_off = case.stage == CaseStage::CoolingOff;
        Ok(cools_off.then_some(RecoveryEvent::Stopped { by: self.by }).into_iter().collect())
    }
}

/// Records that the account was handed over.
#[derive(Clone, Copy, Debug)]
pub struct FinishCase {
    /// The account.
    pub account: AccountId,
}

impl FinishCase {
    /// Nothing to do when it does not cool off (any more).
    ///
    /// # Errors
    /// `Unknown`.
    pub fn decide(&self, case: &RecoveryCase) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        case.opened()?;
        let cools_off = case.stage == CaseStage::CoolingOff;
        Ok(cools_off.then_some(RecoveryEvent::Executed { account: self.account }).into_iter().collect())
    }
}

/// Closes a case that nobody decides: it would keep its documents for ever.
#[derive(Clone, Copy, Debug)]
pub struct LapseCase {
    /// Now.
    pub now: Timestamp,
}

impl LapseCase {
    /// One that support sees, and in which nothing has happened for so long.
    ///
    /// # Errors
    /// `Unknown`, `WrongStage`, `NotDue`.
    pub fn decide(
        &self,
        case: &RecoveryCase,
        policy: &RecoveryPolicy,
    ) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        case.in_review()?;
        let due = case.changed_at + days(policy.undecided_days);
        if due <= self.now { Ok(vec![RecoveryEvent::Lapsed]) } else { Err(CaseRejection::NotDue) }
    }
}

/// Ends the keeping of a case.
#[derive(Clone, Copy, Debug)]
pub struct ShredCase {
    /// Now.
    pub now: Timestamp,
}

impl ShredCase {
    /// # Errors
    /// `Unknown`, `NotDue`.
    pub fn decide(
        &self,
        case: &RecoveryCase,
        policy: &RecoveryPolicy,
    ) -> Result<Vec<RecoveryEvent>, CaseRejection> {
        case.opened()?;
        let due = match (case.stage, case.closed_at) {
            (CaseStage::Unproved, _) => Some(case.opened_at + days(policy.unproved_days)),
            (_, closed_at) => closed_at.map(|at| at + days(policy.retention_days)),
        };
        if due.is_some_and(|due| due <= self.now) {
            Ok(vec![RecoveryEvent::Shredded])
        } else {
            Err(CaseRejection::NotDue)
        }
    }
}

fn days(days: u32) -> TimeDelta {
    TimeDelta::days(i64::from(days))
}
