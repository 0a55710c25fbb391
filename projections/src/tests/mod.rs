//! Tests of the views over generated histories.

mod agreement;
mod history;
mod nodes;
mod projecting;
mod rebuilding;
mod world;
