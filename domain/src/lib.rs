//! The rules of Watchbook: events, commands and aggregates, pure and synchronous.
//!
//! Nothing here reads a clock, draws randomness or does I/O: time, ids and checked facts are arguments.
//! A command is a struct with a pure `decide`; it returns events or a rejection. [`Aggregate::evolve`] folds
//! events into the state that the next decision is made on.

pub mod account;
pub mod aggregate;
pub mod alert;
pub mod captcha;
pub mod claim;
mod context;
pub mod detection;
pub mod erasure;
pub mod export;
pub mod guess;
mod id;
mod identifier;
pub mod incident;
pub mod installation;
mod locale;
pub mod notice;
pub mod notification;
pub mod observed;
pub mod operator;
mod phone;
pub mod policy;
pub mod recovery_case;
pub mod response_brake;
pub mod service_key;
pub mod sms_budget;
pub mod source;
pub mod status;
mod time;
pub mod webhook;

pub use account::Account;
pub use aggregate::{Aggregate, Event};
pub use context::{ClientContext, Signals};
pub use id::{
    AccountId, AlertId, AttemptId, CommandId, CredentialId, DeviceId, DocumentId, EventId, ExportId,
    IncidentId, LinkId, NotificationId, RecoveryCaseId, ServiceKeyId, SessionId, SmsCodeId, SubjectId,
};
pub use identifier::{Email, Identifier, IdentifierError, UserNumber};
pub use locale::{Locale, LocaleError};
pub use phone::{Destinations, PhoneNumber};
pub use policy::Policy;
pub use time::Timestamp;
