//! Mail to people: words ([`render`]), the message ([`OutgoingMail`]) and the way out ([`MailTransport`]).
//!
//! Nothing here reads the log or a clock. Rendering and composing are pure; a transport hands one message
//! over and says whether trying again makes sense. What is retried, and when, is the caller's.

mod contact_letters;
mod factor_recovery_letters;
mod file;
mod letter;
mod message;
mod password_letters;
mod plain;
mod recovery_letter;
mod render;
mod smtp;
mod smtp_config;
#[cfg(test)]
mod stub_server;
mod transport;

pub use file::FileTransport;
pub use message::{ComposeError, OutgoingMail, Sender, SenderError};
pub use render::{RenderContext, Rendered, render};
pub use smtp::SmtpTransport;
pub use smtp_config::{SmtpConfig, SmtpConfigError, SmtpPassword, SmtpSecurity};
pub use transport::{MailTransport, SendError, SendFailure, Stage};
