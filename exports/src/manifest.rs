//! The manifest: what was asked for, by whom, and what came of it. Signed with the key that signs the log's tree heads.

use crate::format::Format;
use crate::selection::Selection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use uuid::Uuid;
use watchbook_domain::Timestamp;

/// Of this layout.
pub(crate) const VERSION: u32 = 1;
/// Begins the text that is signed, so that no manifest can pass for a tree head.
const SIGNED: &str = "watchbook-export/1";

/// What an export is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Of this layout: 1.
    pub version: u32,
    /// The export.
    pub export: Uuid,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// Who asked for it, in words.
    pub by: String,
    /// What was asked for.
    pub selection: Selection,
    /// How it is written.
    pub format: Format,
    /// Events of the log that were looked at: all that the tree head covers.
    pub log_size: u64,
    /// Events taken.
    pub events: u64,
    /// How many of them are of erased subjects, without data.
    pub erased: u64,
    /// The files, beside the manifest and its signature.
    pub files: Vec<FileDigest>,
}

/// A file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// In the export's folder.
    pub name: String,
    /// How long it is.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

impl FileDigest {
    pub(crate) fn of(folder: &Path, name: &str) -> io::Result<Self> {
        let mut file = File::open(folder.join(name))?;
        let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 20]);
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hash.update(&buffer[..read]);
            bytes += read as u64;
        }
        Ok(Self { name: name.to_owned(), bytes, sha256: hex(&hash.finalize()) })
    }
}

/// The text whose signature vouches for a manifest's bytes.
pub(crate) fn signed_text(manifest: &[u8]) -> String {
    format!("{SIGNED}\n{}\n", hex(&Sha256::digest(manifest)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.extend(
            [byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0')),
        );
        text
    })
}
