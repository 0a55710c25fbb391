//! A whole server in each test, driven over HTTP as its clients would.

mod architecture;
mod attacks;
mod bad_luck;
mod crashes;
mod journeys;
mod openapi;
mod world;
