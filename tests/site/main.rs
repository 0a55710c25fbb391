//! A whole server in each test, driven over HTTP as its clients would.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on must fail"
)]

mod architecture;
mod archive;
mod attacks;
mod authenticator;
mod bad_luck;
mod captcha;
mod checklist;
mod confirmation;
mod contact;
mod crashes;
mod deployments;
mod detection;
mod erasure;
mod exports;
mod factor_recovery;
mod journeys;
mod mmdb;
mod nodes;
mod observations;
mod openapi;
mod operators;
mod passkeys;
mod password_rules;
mod proofs;
mod recovery;
mod search;
mod simulate;
mod sms;
mod status;
mod tail;
mod tampering;
mod trusted_devices;
mod webhooks;
mod words;
mod world;
