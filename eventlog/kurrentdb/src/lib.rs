//! The event log on KurrentDB (formerly EventStoreDB), through its official client.
//!
//! Only the log: vault and snapshots lie elsewhere in such a deployment.
//!
//! - An append carries the exact revision that the stream must have. KurrentDB keeps no index of event ids, so a
//!   command sent again is found by looking through the end of its stream ([`Options::replay_window`]), and an event
//!   id that is taken by *another* stream is not noticed. When the answer to an append is lost, the stream is read
//!   to find out what became of it; nothing is guessed.
//! - A [`Position`](watchbook_eventlog::Position) is the commit position of the event in `$all`: its place in
//!   bytes in the transaction log, so positions rise but have gaps.
//! - The whole log is `$all` filtered to our kinds of streams ([`CATEGORIES`]), by the reader's own cursor. One
//!   subscription per process wakes who waits, and learns from checkpoints what a reader need not pass over again.
//! - The client never recovers from a failed first connection and clings to a node that is gone. It is discarded
//!   whenever it fails and made anew with growing pauses.
//!
//! Every request asks for the leader, so whatever is read is as new as what was appended.

mod append;
mod connection;
mod error;
mod known;
mod open;
mod read;
mod record;
mod tail;

pub use open::{CATEGORIES, KurrentLog, OpenError, Options};
