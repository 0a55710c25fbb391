//! Several kinds of stores at once: logs and vaults copied from one to the other.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod copies;
mod interruptions;
mod world;
