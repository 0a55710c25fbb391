//! The tree, its hashes on disk, and the audit of logs that were tampered with.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod audit;
mod joint;
mod naive;
mod tiles;
mod tree;
