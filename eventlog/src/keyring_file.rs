//! The keyring on disk or in the environment: lines of text, one key each.
//!
//! ```text
//! watchbook-master-key-1:<base64 of 32 bytes>     newest first
//! watchbook-master-key-1:<base64 of 32 bytes>     the one before, until everything is wrapped anew
//! watchbook-root-secret-1:<base64 of 32 bytes>    never changes
//! ```

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::fresh;
use crate::keyring::{Key, Keyring};

const MASTER: &str = "watchbook-master-key-1:";
const ROOT: &str = "watchbook-root-secret-1:";

/// Why there is no keyring.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// No such file.
    #[error("there is no key file at {}", .0.display())]
    Missing(PathBuf),
    /// A fresh keyring never replaces one that is there: what it wrapped would be lost.
    #[error("there is a key file at {} already", .0.display())]
    Exists(PathBuf),
    /// Others on this machine can read the keys.
    #[error("the key file {} has mode {mode:03o}: make it readable by its owner only (chmod 600)", .path.display())]
    ReadableByOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Neither a master key nor a root secret. Lines count from 1.
    #[error("line {line} of the keyring is not a key")]
    Malformed {
        /// Which line.
        line: usize,
    },
    /// No line with a master key.
    #[error("the keyring has no master key")]
    NoMasterKey,
    /// Not exactly one line with a root secret.
    #[error("the keyring has {0} root secrets instead of one")]
    RootSecrets(usize),
    /// The file system refuses.
    #[error("the key file {} cannot be {action}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// "read" or "written".
        action: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Keyring {
    /// Reads the keyring at `path`.
    ///
    /// # Errors
    /// See [`KeyringError`]; `ReadableByOthers` on Unix only.
    pub fn load(path: &Path) -> Result<Self, KeyringError> {
        let io = |source| KeyringError::Io { path: path.into(), action: "read", source };
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(KeyringError::Missing(path.into()));
            }
            Err(error) => return Err(io(error)),
        };
        refuse_readable_by_others(path, &metadata)?;
        Self::from_text(&Zeroizing::new(fs::read_to_string(path).map_err(io)?))
    }

    /// Writes a fresh keyring to a new file at `path`, durably, for its owner's eyes only (mode 600). Of several
    /// processes that do so at once, one succeeds.
    ///
    /// # Errors
    /// `Exists`, `Io`.
    pub fn create(path: &Path) -> Result<Self, KeyringError> {
        let keyring = Self::generate();
        // A link never replaces a file, unlike a rename.
        match write(path, &keyring, |from, to| fs::hard_link(from, to)) {
            Err(KeyringError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {
                Err(KeyringError::Exists(path.into()))
            }
            Err(error) => Err(error),
            Ok(()) => Ok(keyring),
        }
    }

    /// Puts a fresh master key before the others in the file at `path`, atomically and durably; answers with what
    /// is in the file then. Subject keys are still wrapped under the earlier ones: see
    /// [`Sealer::rewrap_all`](crate::Sealer::rewrap_all).
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn rotate(path: &Path) -> Result<Self, KeyringError> {
        let rotated = Self::load(path)?.rotated(fresh::bytes());
        rotated.save(path)?;
        Ok(rotated)
    }

    /// Replaces the file at `path` by this keyring, atomically and durably: after
    /// [`without_previous`](Self::without_previous).
    ///
    /// # Errors
    /// `Io`.
    pub fn save(&self, path: &Path) -> Result<(), KeyringError> {
        write(path, self, |from, to| fs::rename(from, to))
    }

    /// From text as in the file, for keys that come through the environment. Keys may be separated by line
    /// breaks, spaces or commas.
    ///
    /// # Errors
    /// `Malformed`, `NoMasterKey`, `RootSecrets`.
    pub fn parse(text: &str) -> Result<Self, KeyringError> {
        Self::from_text(&Zeroizing::new(text.replace([' ', ','], "\n")))
    }

    fn from_text(text: &str) -> Result<Self, KeyringError> {
        let (mut masters, mut roots) = (Vec::new(), Vec::new());
        for (index, line) in text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty()) {
            let malformed = KeyringError::Malformed { line: index + 1 };
            let (keys, encoded) = if let Some(encoded) = line.strip_prefix(MASTER) {
                (&mut masters, encoded)
            } else if let Some(encoded) = line.strip_prefix(ROOT) {
                (&mut roots, encoded)
            } else {
                return Err(malformed);
            };
            keys.push(decode(encoded).ok_or(malformed)?);
        }
        let root = match roots.len() {
            1 => roots.swap_remove(0),
            others => return Err(KeyringError::RootSecrets(others)),
        };
        let mut masters = masters.into_iter();
        let current = masters.next().ok_or(KeyringError::NoMasterKey)?;
        Ok(Self::assemble(current, masters.collect(), root))
    }

    /// As in the file: to be shown to nobody, but written wherever the keys are kept.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(256 + 70 * self.previous()));
        let lines = self.masters().map(|key| (MASTER, key)).chain([(ROOT, self.root())]);
        for (prefix, key) in lines {
            text.push_str(prefix);
            text.push_str(&Zeroizing::new(STANDARD.encode(key.as_slice())));
            text.push('\n');
        }
        text
    }
}

fn decode(encoded: &str) -> Option<Key> {
    let bytes = Zeroizing::new(STANDARD.decode(encoded).ok()?);
    let key: &[u8; 32] = bytes.as_slice().try_into().ok()?;
    Some(Zeroizing::new(*key))
}

/// Written beside the target first, so that no one ever sees half a keyring.
fn write(
    path: &Path,
    keyring: &Keyring,
    place: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> Result<(), KeyringError> {
    let io = |source| KeyringError::Io { path: path.into(), action: "written", source };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let temporary = folder.join(format!(".watchbook-key-{}.tmp", fresh::uuid()));
    let written = (|| {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        file.write_all(keyring.to_text().as_bytes())?;
        file.sync_all()?;
        place(&temporary, path)?;
        // Without this a crash could lose the name of a file whose content is safe.
        fs::File::open(folder)?.sync_all()
    })();
    let _ = fs::remove_file(&temporary);
    written.map_err(io)
}

#[cfg(unix)]
fn refuse_readable_by_others(path: &Path, metadata: &fs::Metadata) -> Result<(), KeyringError> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyringError::ReadableByOthers { path: path.into(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_readable_by_others(_: &Path, _: &fs::Metadata) -> Result<(), KeyringError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_created_keyring_is_read_again_and_is_the_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let created = Keyring::create(&path).unwrap();
        assert_eq!(created.to_text(), Keyring::load(&path).unwrap().to_text());
        assert!(matches!(Keyring::create(&path), Err(KeyringError::Exists(_))));
        assert_eq!(created.to_text(), Keyring::load(&path).unwrap().to_text());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            mode(0o640);
            assert!(matches!(Keyring::load(&path), Err(KeyringError::ReadableByOthers { mode: 0o640, .. })));
            assert!(matches!(Keyring::rotate(&path), Err(KeyringError::ReadableByOthers { .. })));
            mode(0o400);
            assert!(Keyring::load(&path).is_ok());
        }
    }

    #[test]
    fn of_many_processes_that_create_at_once_one_succeeds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let created: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(|| Keyring::create(&path))).collect();
            threads.into_iter().filter_map(|thread| thread.join().unwrap().ok()).collect()
        });
        assert_eq!(created.len(), 1);
        assert_eq!(created[0].to_text(), Keyring::load(&path).unwrap().to_text());
    }

    #[test]
    fn a_rotated_keyring_survives_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        Keyring::create(&path).unwrap();
        let rotated = Keyring::rotate(&path).unwrap();
        let loaded = Keyring::load(&path).unwrap();
        assert_eq!(loaded.previous(), 1);
        assert_eq!(loaded.to_text(), rotated.to_text());
        loaded.without_previous().save(&path).unwrap();
        assert_eq!(Keyring::load(&path).unwrap().previous(), 0);
    }

    #[test]
    fn missing_and_malformed_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Keyring::load(&folder.path().join("none")), Err(KeyringError::Missing(_))));
        let text = Keyring::generate().to_text();
        let root = text.lines().last().unwrap();
        assert!(Keyring::parse(&text.replace('\n', " ")).is_ok());
        assert!(matches!(
            Keyring::parse("watchbook-master-key-1:abc"),
            Err(KeyringError::Malformed { line: 1 })
        ));
        assert!(matches!(Keyring::parse(root), Err(KeyringError::NoMasterKey)));
        assert!(matches!(Keyring::parse(""), Err(KeyringError::RootSecrets(0))));
        let twice = format!("{}\n{root}", *text);
        assert!(matches!(Keyring::parse(&twice), Err(KeyringError::RootSecrets(2))));
    }
}
