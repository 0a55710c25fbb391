//! The event log, the vault and the snapshots in one SQLite file.
//!
//! One task writes: it takes whatever waits in its queue, appends it in one transaction with one `fsync`, and then
//! acknowledges it all. Readers have connections of their own. Other processes may open the same file; each
//! transaction reads where the log ends before it adds to it.

mod append;
mod error;
mod maintenance;
mod open;
mod read;
mod snapshots;
mod vault;
mod writer;

pub use maintenance::Stats;
pub use open::{OpenError, Options, SqliteLog};
