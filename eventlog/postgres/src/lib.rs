//! The event log, the vault and the snapshots in one PostgreSQL schema, for any number of nodes.
//!
//! One writer per node: it takes whatever waits in its queue, appends it in one transaction, and then acknowledges it
//! all. The transaction is one statement, so that no message travels while the log is locked: the row that knows where
//! the log ends is, so that positions are assigned in the order of commits, whichever node commits. When the connection
//! is cut in mid-commit, the writer finds out what became of it before it answers. Readers have a pool of their own and
//! are woken by `NOTIFY` beside polling.

mod append;
mod at_once;
mod error;
mod integrity;
mod listener;
mod migrate;
mod open;
mod options;
mod read;
mod session;
mod snapshots;
mod vault;
mod writer;

pub use error::is_unreachable;
pub use integrity::Stats;
pub use open::{OpenError, PostgresLog};
pub use options::{Options, connect_options};
