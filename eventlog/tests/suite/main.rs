//! The whole event log, on a store in memory.

mod coherence;
mod common;
mod execution;
mod migration;
mod sealing;
