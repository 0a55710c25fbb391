//! Reactors: what happens because of events. Effects come after the event that orders them, are keyed, and
//! survive crashes.

mod contact_notices;
pub mod detector;
mod eraser;
mod exporter;
mod factor_recovery_notices;
mod former_addresses;
pub mod mail;
mod notices;
mod notifier;
mod outbox;
mod password_notices;
mod private_file;
mod reactor;
mod recovery;
mod recovery_notices;
mod responder;
mod signature;
pub mod sms;
mod sweeper;
mod tree_signer;
pub mod webhooks;

pub use detector::Detector;
pub use eraser::Eraser;
pub use exporter::Exporter;
pub use notifier::{Failure, Notifier};
pub use outbox::Outbox;
pub use recovery::RecoveryWorker;
pub use responder::Responder;
pub use sweeper::Sweeper;
pub use tree_signer::TreeSigner;
