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
//!
//! For whoever runs the server:
//!
//! - Version 22.10 or later: earlier ones do not tell the positions of a stream's events.
//! - A database of its own. The streams of [`CATEGORIES`] must be written by this program alone, and must not have
//!   `$maxAge`, `$maxCount` or `$tb`: a stream that was truncated or deleted is reported as corrupt. Scavenging what
//!   was truncated or deleted breaks the proofs that the log is complete.
//! - A user that may read `$all`, which by default takes the group `$admins` or a changed `$settings`.
//! - `MaxAppendSize` (1 MiB by default) bounds one command's events together.
//! - Name and password in the connection string are taken as they are, without percent-decoding.
//! - The client leaves Nagle's algorithm on and sends a request in two parts, so a lone request waits for the server's
//!   delayed acknowledgement, 40 ms on Linux. `quickack 1` on the server's route to its clients spares that. A log
//!   that is copied into KurrentDB has one request under way at a time: about 25 a second without.

mod append;
mod connection;
mod error;
mod known;
mod open;
mod read;
mod record;
mod tail;

pub use open::{CATEGORIES, KurrentLog, OpenError, Options};
