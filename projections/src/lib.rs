//! The read side: one file per view (events in, rows out, queries beside them), and the projector.
//!
//! Rows and cursor commit together. A rebuild builds new tables beside the live ones and swaps them in.

mod accounts;
mod activity;
mod devices;
mod notifications;
mod page;
mod projector;
mod rebuild;
mod sessions;
mod table;
mod views;

pub use accounts::AccountRow;
pub use activity::ActivityRow;
pub use devices::DeviceRow;
pub use page::Stopped;
pub use projector::project;
pub use rebuild::{RebuildReport, digest, rebuild};
pub use sessions::SessionRow;
pub use views::{Behind, Status, Views, ViewsError};
