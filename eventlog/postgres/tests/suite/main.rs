//! What the conformance suite cannot ask: crashes, cut connections, several nodes, foreign schemas.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod common;
mod crash;
mod locks;
mod maintenance;
mod nodes;
mod opening;
mod outcome;
mod proxy;
