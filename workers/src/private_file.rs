//! Files that only their owner may read, each written once and whole: for messages that land in a folder.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes `<folder>/<name>` unless it is there already. Under a name of its own first, so that whoever watches the
/// folder never sees half a message.
pub(crate) fn write_once(folder: &Path, name: &str, message: &[u8]) -> io::Result<()> {
    let complete = folder.join(name);
    if complete.try_exists()? {
        return Ok(());
    }
    make_folder(folder)?;
    let (mut file, partial) = create(folder, name)?;
    let written =
        file.write_all(message).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&partial, &complete));
    if written.is_err() {
        // Best effort: the first error is the one to report.
        let _ = fs::remove_file(&partial);
    }
    written?;
    fs::File::open(folder)?.sync_all()
}

/// Finds out whether a message could be written.
pub(crate) fn check(folder: &Path) -> io::Result<()> {
    make_folder(folder)?;
    let (_, probe) = create(folder, "check")?;
    fs::remove_file(probe)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// A new file under a temporary name; names left over from a crash are passed over.
fn create(folder: &Path, name: &str) -> io::Result<(fs::File, PathBuf)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".{name}.{}-{number}.tmp", std::process::id()));
        match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (file, path)),
        }
    }
}
