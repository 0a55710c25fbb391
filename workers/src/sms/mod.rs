//! Text messages: words ([`words`]) and the way out ([`SmsProvider`]).
//!
//! Nothing here reads the log or a clock. A provider hands one message over and says whether trying again makes sense.
//! What is retried, and when, is the caller's.

mod config;
mod file;
mod http;
mod provider;
mod twilio;
mod webhook;
mod words;

pub(crate) use http::client as http_client;

pub use config::{SmsConfig, SmsConfigError, SmsProviderKind, SmsSecret};
pub use file::FileProvider;
pub use provider::{OutgoingSms, SmsError, SmsFailure, SmsProvider};
pub use twilio::TwilioProvider;
pub use webhook::WebhookProvider;
pub use words::{recovery_words, words};
