//! The read side: one file per view (events in, rows out, queries beside them), and the projector.
//!
//! A page of events is folded in memory and written as few rows as have changed; rows and cursor commit together.
//! A rebuild builds new tables beside the live ones and swaps them in.

mod accounts;
mod activity;
mod alerts;
mod budgets;
mod cell;
mod database;
mod devices;
mod digest;
mod exports;
mod feed;
mod generations;
mod incidents;
mod leases;
mod looks;
mod notifications;
mod observer;
mod page;
mod projector;
mod reactor_states;
mod rebuild;
mod recovery_cases;
mod rows;
mod sessions;
mod table;
#[cfg(test)]
mod tests;
mod traces;
mod view;
mod views;

pub use accounts::AccountRow;
pub use activity::ActivityRow;
pub use alerts::{AlertFilter, AlertRow, AlertStatistics};
pub use budgets::Budgets;
pub use devices::DeviceRow;
pub use digest::digest;
pub use exports::ExportRow;
pub use incidents::{IncidentRow, IncidentText, Told};
pub use leases::Fence;
pub use looks::{LookRow, LooksOf};
pub use observer::observe;
pub use page::Stopped;
pub use projector::project;
pub use rebuild::{RebuildReport, rebuild};
pub use recovery_cases::RecoveryCaseRow;
pub use sessions::SessionRow;
pub use traces::{Trace, TraceRow, network};
pub use views::{Behind, Status, Views, ViewsError};
