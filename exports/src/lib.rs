//! Exports of the log that prove themselves.
//!
//! [`export()`] writes a folder: the events in a [`Format`] that people and other systems read, each event as it is
//! hashed in the log's tree (`entries`), the hashes that lead from those to a signed tree head (`proof`, `head`), and a
//! signed [`Manifest`]. [`verify()`] checks all of it with nothing but the folder and the log's public key.

mod cef;
mod csv;
mod entries;
mod export;
mod folder;
mod format;
mod json_lines;
mod kept;
mod manifest;
mod ocsf;
mod record;
mod selection;
mod verify;

pub use export::{ExportError, Order, Progress, Sources, export};
pub use format::Format;
pub use kept::{completed, concerns, files, keep_progress, kept_progress, remove};
pub use manifest::{FileDigest, Manifest};
pub use record::Record;
pub use selection::Selection;
pub use verify::{Fault, Verified, VerifyError, verify};
