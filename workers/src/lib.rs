//! Reactors: what happens because of events. Effects come after the event that orders them, are keyed, and
//! survive crashes.

mod eraser;
pub mod mail;
mod notices;
mod notifier;
mod outbox;
mod private_file;
pub mod sms;
mod sweeper;
mod tree_signer;

pub use eraser::Eraser;
pub use notifier::Notifier;
pub use outbox::Outbox;
pub use sweeper::Sweeper;
pub use tree_signer::TreeSigner;
