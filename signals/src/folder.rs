//! The folder of files: what is in it, whether it has changed, and how a file gets there.

use crate::database::Database;
use crate::networks::{Kind, Networks};
use crate::ranges::Ranges;
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use watchbook_domain::Signals;

/// A file in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Its name.
    pub name: String,
    /// What it is, in words.
    pub what: String,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// It cannot be read or written.
    #[error("{} cannot be read or written", .0.display())]
    File(PathBuf, #[source] io::Error),
    /// Its name says nothing of what it is.
    #[error(
        "{} is none of what is used: *.mmdb, *.csv, hosting.txt, tor.txt, vpn.txt, relay.txt",
        .0.display()
    )]
    Unknown(PathBuf),
    /// It is no MaxMind DB, or a broken one.
    #[error("{} is no sound MaxMind DB file", .0.display())]
    Database(PathBuf, #[source] maxminddb::MaxMindDbError),
    /// A line is none.
    #[error("{}: line {} is not of the form that it must have", .0.display(), .1)]
    Line(PathBuf, usize),
}

enum Content {
    Database(Database),
    Ranges(Ranges),
    Networks(Networks),
}

impl Content {
    /// `None` of files that are not ours.
    fn read(path: &Path) -> Result<Option<Self>, UpdateError> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let kind = Kind::ALL.iter().find(|(file, _)| *file == name).map(|(_, kind)| *kind);
        let unreadable = |error| UpdateError::File(path.to_owned(), error);
        let wrong = |line| UpdateError::Line(path.to_owned(), line);
        let text = || fs::read_to_string(path).map_err(unreadable);
        Ok(match (kind, path.extension().and_then(|extension| extension.to_str())) {
            (Some(kind), _) => Some(Self::Networks(Networks::parse(kind, &text()?).map_err(wrong)?)),
            (None, Some("csv")) => Some(Self::Ranges(Ranges::parse(&text()?).map_err(wrong)?)),
            (None, Some("mmdb")) => {
                let bytes = fs::read(path).map_err(unreadable)?;
                let broken = |error| UpdateError::Database(path.to_owned(), error);
                Some(Self::Database(Database::open(bytes).map_err(broken)?))
            }
            _ => None,
        })
    }

    fn describe(&self) -> String {
        match self {
            Self::Database(database) => database.describe(),
            Self::Ranges(ranges) => ranges.describe(),
            Self::Networks(networks) => networks.describe(),
        }
    }

    fn look_up(&self, address: IpAddr, signals: &mut Signals) {
        match self {
            Self::Database(database) => database.look_up(address, signals),
            Self::Ranges(ranges) => ranges.look_up(address, signals),
            Self::Networks(networks) => networks.look_up(address, signals),
        }
    }
}

/// Name, size and time of change: what tells that a file was replaced.
type Stamp = (PathBuf, u64, Option<SystemTime>);

fn stamps(folder: &Path) -> Vec<Stamp> {
    let Ok(entries) = fs::read_dir(folder) else { return vec![] };
    let stamp = |entry: io::Result<fs::DirEntry>| {
        let entry = entry.ok()?;
        let metadata = fs::metadata(entry.path()).ok()?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        (metadata.is_file() && !hidden).then(|| (entry.path(), metadata.len(), metadata.modified().ok()))
    };
    let mut stamps: Vec<_> = entries.filter_map(stamp).collect();
    stamps.sort();
    stamps
}

/// What was read of the folder.
pub(crate) struct Loaded {
    stamps: Vec<Stamp>,
    contents: Vec<Content>,
    pub(crate) files: Vec<Installed>,
    pub(crate) problems: Vec<String>,
}

impl Loaded {
    pub(crate) fn read(folder: &Path) -> Self {
        let stamps = stamps(folder);
        let (mut contents, mut files, mut problems) = (vec![], vec![], vec![]);
        for (path, ..) in &stamps {
            match Content::read(path) {
                Ok(None) => {}
                Ok(Some(content)) => {
                    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    files.push(Installed { name, what: content.describe() });
                    contents.push(content);
                }
                Err(error) => {
                    tracing::error!(error = %error, "a file of location data cannot be used");
                    problems.push(error.to_string());
                }
            }
        }
        // Lists go by the system, which databases know.
        contents.sort_by_key(|content| matches!(content, Content::Networks(_)));
        Self { stamps, contents, files, problems }
    }

    pub(crate) fn is_current(&self, folder: &Path) -> bool {
        self.stamps == stamps(folder)
    }

    pub(crate) fn look_up(&self, address: IpAddr, signals: &mut Signals) {
        for content in &self.contents {
            content.look_up(address, signals);
        }
    }
}

/// Puts files into the folder: each is opened and looked at first, then copied under another name and moved into place,
/// so that a server finds the old one or the new one, never half of it.
///
/// # Errors
/// At the first file that cannot be used; those before it are in place.
pub fn update(folder: &Path, files: &[PathBuf]) -> Result<Vec<Installed>, UpdateError> {
    let mut installed = vec![];
    for path in files {
        let content = Content::read(path)?.ok_or_else(|| UpdateError::Unknown(path.clone()))?;
        let name = path.file_name().ok_or_else(|| UpdateError::Unknown(path.clone()))?;
        let target = folder.join(name);
        let copied = (|| {
            fs::create_dir_all(folder)?;
            let draft = folder.join(format!(".{}.new", name.to_string_lossy()));
            let mut file = File::create(&draft)?;
            io::copy(&mut File::open(path)?, &mut file)?;
            file.flush()?;
            file.sync_all()?;
            fs::rename(&draft, &target)?;
            File::open(folder)?.sync_all()
        })();
        copied.map_err(|error| UpdateError::File(target, error))?;
        installed.push(Installed { name: name.to_string_lossy().into_owned(), what: content.describe() });
    }
    Ok(installed)
}
