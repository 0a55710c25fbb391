//! What somebody who keeps exports in a folder asks of them.

use crate::entries::Entries;
use crate::export::Progress;
use crate::folder::{ENTRIES, HEAD, MANIFEST, PROOF, SIGNATURE};
use crate::format::Format;
use crate::manifest::Manifest;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The manifest of a complete export.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn completed(folder: &Path) -> io::Result<Manifest> {
    Ok(serde_json::from_slice(&std::fs::read(folder.join(MANIFEST))?)?)
}

/// The names of the files of an export of that format.
pub fn files(format: Format) -> [&'static str; 6] {
    [format.file(), ENTRIES, PROOF, HEAD, MANIFEST, SIGNATURE]
}

/// Whether an export has an event about `subject`. Reads all of its entries.
///
/// # Errors
/// When they cannot be read.
pub fn concerns(folder: &Path, subject: Uuid) -> io::Result<bool> {
    for entry in Entries::open(&folder.join(ENTRIES))? {
        if entry?.0.event.subject.0 == subject {
            return Ok(true);
        }
    }
    Ok(false)
}

fn progress_file(folder: &Path, export: Uuid) -> PathBuf {
    folder.join(format!("{export}.progress"))
}

/// Writes down how far an export has come, beside its folder, for other processes. Not durable: it only informs.
///
/// # Errors
/// When it cannot be written.
pub fn keep_progress(folder: &Path, export: Uuid, progress: Progress) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let unfinished = folder.join(format!("{export}.progress.tmp"));
    let mut file =
        OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&unfinished)?;
    let Progress { looked_at, of, taken } = progress;
    write!(file, "{looked_at} {of} {taken}")?;
    std::fs::rename(unfinished, progress_file(folder, export))
}

/// How far an export had come when that was last written down.
pub fn kept_progress(folder: &Path, export: Uuid) -> Option<Progress> {
    let text = std::fs::read_to_string(progress_file(folder, export)).ok()?;
    let mut numbers = text.split(' ').map(|number| number.parse::<u64>().ok());
    let mut next = || numbers.next().flatten();
    Some(Progress { looked_at: next()?, of: next()?, taken: next()? })
}

/// Deletes an export with all that is known of it; not an error when there is none.
///
/// # Errors
/// When files cannot be deleted.
pub fn remove(folder: &Path, export: Uuid) -> io::Result<()> {
    let absent = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    let gone =
        |removed: io::Result<()>| removed.or_else(|error| if absent(&error) { Ok(()) } else { Err(error) });
    gone(std::fs::remove_dir_all(folder.join(export.to_string())))?;
    gone(std::fs::remove_file(progress_file(folder, export)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_found_until_the_export_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, export) = (folder.path(), Uuid::nil());
        assert_eq!(kept_progress(folder, export), None);
        let progress = Progress { looked_at: 3, of: 10, taken: 1 };
        keep_progress(folder, export, progress).unwrap();
        assert_eq!(kept_progress(folder, export), Some(progress));
        remove(folder, export).unwrap();
        remove(folder, export).unwrap();
        assert_eq!(kept_progress(folder, export), None);
    }
}
