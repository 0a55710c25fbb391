//! The composition root and the subcommands of the `watchbook` binary.

pub mod commands;
pub mod config;
mod import;
mod listener;
mod metrics;
pub mod server;
pub mod simulate;
pub mod stores;

pub use config::Config;
pub use server::{Role, Server, StartError, start, start_as};
