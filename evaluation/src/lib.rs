//! Judges detectors where the truth is known: a generated population with the proportions of a large public log, and
//! attackers of known kinds among it. Pure and deterministic: the same seed gives the same numbers.
//!
//! [`Population`] makes the people, [`attackers`] injects, [`audit`] asks whether the injected can be told by what the
//! generator did rather than by what an attacker is, [`judge`] replays, and [`report`] puts it into words.

pub mod attackers;
pub mod audit;
pub mod judge;
mod population;
pub mod report;
mod rng;
pub mod statistics;
mod world;

pub use population::{Kind, Population, Row, Size};
pub use rng::Rng;
