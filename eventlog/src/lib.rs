//! The event log: what a store must offer, how payloads are sealed, how commands are executed.
//!
//! A store implements [`EventLog`], [`Vault`] and [`Snapshots`]; it sees sealed bytes only. [`Sealer`] holds the
//! keys. [`Repository`] runs commands: load, decide, seal, append at the exact version, and decide again when
//! somebody else was first. [`Subscription`] reads the whole log in order. [`migration`] copies it to another store.

pub mod codes;
mod core;
pub mod documents;
mod envelope;
mod follower;
pub mod fresh;
mod integrity;
mod keyring;
mod keyring_file;
pub mod links;
mod log;
pub mod migration;
mod observations;
mod own_appends;
mod reactor_state;
mod repository;
mod sealing;
mod state_cache;
mod subject_keys;
mod subscription;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod upcast;
mod vault;

pub use crate::core::Core;
pub use envelope::{
    Appended, Change, Expected, Metadata, NewEvent, Position, RecordedEvent, StreamId, Version,
};
pub use follower::follow;
pub use fresh::{Clock, ManualClock, SystemClock};
pub use integrity::{IntegrityProblem, IntegrityReport};
pub use keyring::{Keyring, KeyringError, UnwrapError};
pub use log::{EventLog, LogError};
pub use observations::{Observations, Recorded, Reporter};
pub use reactor_state::StatePart;
pub use repository::{
    ExecuteError, Executed, Loaded, Moment, MomentError, Past, Repository, RepositoryError,
};
pub use sealing::{ERASED, Opened, Place, SealError, Sealer};
pub use subscription::Subscription;
pub use upcast::{DecodeError, decode};
pub use vault::{Purpose, SecretName, Snapshots, StoredSecret, Vault, VaultError};
pub use zeroize::Zeroizing;
