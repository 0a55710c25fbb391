//! JSON over HTTP, and the pages behind the links in mails. One endpoint a file.

mod account;
mod activity;
mod app;
mod devices;
mod disown;
mod health;
mod identify;
mod introspection;
mod limits;
mod operators;
mod pages;
mod password;
mod passwords;
mod phone;
pub mod problem;
mod recovery_codes;
mod registration;
mod request;
mod router;
mod second_factor;
mod service_keys;
mod session;
mod sessions;
mod setup;
mod sign_in;
mod sms_code;
mod sms_factor;
mod tokens;
mod totp;
mod user_agent;

pub use app::{App, Capacity, Parts};
pub use limits::{SourceLimits, SourcePolicy};
pub use passwords::Passwords;
pub use request::{AT_LEAST, POSITION, TrustedProxies};
pub use router::{health_router, openapi_json, router};
pub use service_keys::{ServiceKeyAnswer, issue_service_key};
