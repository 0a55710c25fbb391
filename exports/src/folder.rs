//! The folder of an export, and how far one that was interrupted had come.

use crate::export::Order;
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use uuid::Uuid;
use watchbook_domain::Timestamp;

pub(crate) const ENTRIES: &str = "entries";
pub(crate) const PROOF: &str = "proof";
pub(crate) const HEAD: &str = "head";
pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const SIGNATURE: &str = "manifest.sig";
const PROGRESS: &str = "progress.json";

/// What is on disk for good: written after the files it speaks of were synced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reached {
    pub(crate) export: Uuid,
    pub(crate) begun_at: Timestamp,
    pub(crate) order: Order,
    /// The signed tree head up to which it goes.
    pub(crate) head: String,
    /// Events of the log looked at.
    pub(crate) index: u64,
    /// Of the last of them.
    pub(crate) position: u64,
    pub(crate) events: u64,
    pub(crate) erased: u64,
    pub(crate) event_bytes: u64,
    pub(crate) entry_bytes: u64,
}

/// A folder that nobody else reads. What is in it is personal data.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        Ok(Self(path.to_owned()))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.0
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    pub(crate) fn is_empty(&self) -> io::Result<bool> {
        Ok(self.0.read_dir()?.next().is_none())
    }

    /// Whether the file is at least that long.
    pub(crate) fn reaches(&self, name: &str, bytes: u64) -> io::Result<bool> {
        match std::fs::metadata(self.path(name)) {
            Ok(metadata) => Ok(metadata.len() >= bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(bytes == 0),
            Err(error) => Err(error),
        }
    }

    /// The file, cut to what is known to be good, and ready to be gone on with. Another process must not have it.
    pub(crate) fn go_on(&self, name: &str, bytes: u64) -> io::Result<File> {
        let mut file =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(self.path(name))?;
        file.try_lock()?;
        file.set_len(bytes)?;
        file.seek(SeekFrom::End(0))?;
        Ok(file)
    }

    /// Writes a whole file, durably, or leaves what was there.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let unfinished = self.path(&format!("{name}.tmp"));
        let mut file =
            OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, self.path(name))?;
        File::open(&self.0)?.sync_all()
    }

    pub(crate) fn reached(&self) -> io::Result<Option<Reached>> {
        match std::fs::read(self.path(PROGRESS)) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn keep(&self, reached: &Reached) -> io::Result<()> {
        self.write(PROGRESS, &serde_json::to_vec(reached)?)
    }

    pub(crate) fn finished(&self) -> io::Result<()> {
        std::fs::remove_file(self.path(PROGRESS))
    }

    /// Takes away all that was written.
    pub(crate) fn discard(&self, files: &[&str]) -> io::Result<()> {
        // What says how far it had come goes last: interrupted, it is discarded again.
        for name in files.iter().chain(&[PROGRESS]) {
            match std::fs::remove_file(self.path(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        File::open(&self.0)?.sync_all()
    }
}
