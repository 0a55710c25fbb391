//! The tree's hashes on disk, as they grow.

use crate::frontier::Frontier;
use crate::hash::Hash;
use crate::proof::Subtrees as _;
use crate::tiles::{HEIGHT, LEVELS, POSITIONS, SIZE, Tiles, damaged};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use watchbook_eventlog::Position;

/// Appends leaves. One process at a time does: it holds the folder's lock. After an error it is to be dropped and
/// opened anew; what was not committed is taken away then.
#[derive(Debug)]
pub struct TilesWriter {
    folder: PathBuf,
    frontier: Frontier,
    position: Position,
    levels: Vec<BufWriter<File>>,
    positions: BufWriter<File>,
    committed: u64,
    _lock: File,
}

impl TilesWriter {
    /// Goes on with what is in `folder`, which is made if it is not there; `None` while another process writes.
    ///
    /// # Errors
    /// Of the file system; `InvalidData` when hashes are missing that were made durable.
    pub fn open(folder: &Path) -> io::Result<Option<Self>> {
        std::fs::create_dir_all(folder)?;
        let lock = File::create(folder.join("lock"))?;
        if lock.try_lock().is_err() {
            return Ok(None);
        }
        let tiles = Tiles::open(folder)?;
        let size = tiles.size();
        let mut peaks = Vec::new();
        for height in (0..u64::BITS).rev().filter(|height| size >> height & 1 == 1) {
            peaks.push(tiles.subtree(height, (size >> height) - 1)?);
        }
        let frontier = Frontier::from_peaks(size, peaks).ok_or_else(|| damaged("hashes are missing"))?;
        let position = if size == 0 { Position::START } else { tiles.position(size - 1)? };
        let mut levels = Vec::new();
        for level in 0..LEVELS {
            let due = size.checked_shr(level * HEIGHT).unwrap_or(0) * Hash::LENGTH as u64;
            if level > 0 && due == 0 {
                let _ = std::fs::remove_file(folder.join(level.to_string()));
                break;
            }
            levels.push(append_after(&folder.join(level.to_string()), due)?);
        }
        let positions = append_after(&folder.join(POSITIONS), size * 8)?;
        let folder = folder.to_owned();
        Ok(Some(Self { folder, frontier, position, levels, positions, committed: size, _lock: lock }))
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Of the last event; `Position::START` when there is none.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Number of leaves that are durable.
    pub fn committed(&self) -> u64 {
        self.committed
    }

    /// Over all leaves.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Appends the leaf of the event at `position`.
    ///
    /// # Errors
    /// Of the file system.
    pub fn push(&mut self, leaf: Hash, position: Position) -> io::Result<()> {
        let mut completed = [None; LEVELS as usize];
        self.frontier.push(leaf, |height, hash| {
            if height.is_multiple_of(HEIGHT) {
                completed[(height / HEIGHT) as usize] = Some(hash);
            }
        });
        for (level, hash) in completed.iter().enumerate() {
            let Some(hash) = hash else { break };
            if level == self.levels.len() {
                self.levels.push(append_after(&self.folder.join(level.to_string()), 0)?);
            }
            self.levels[level].write_all(&hash.0)?;
        }
        self.positions.write_all(&position.0.to_be_bytes())?;
        self.position = position;
        Ok(())
    }

    /// Makes all of it durable, then says so: readers see it from now on.
    ///
    /// # Errors
    /// Of the file system.
    pub fn commit(&mut self) -> io::Result<()> {
        if self.committed == self.size() {
            return Ok(());
        }
        for file in self.levels.iter_mut().chain([&mut self.positions]) {
            file.flush()?;
            file.get_ref().sync_data()?;
        }
        let (temporary, place) = (self.folder.join("size.tmp"), self.folder.join(SIZE));
        let mut file = File::create(&temporary)?;
        writeln!(file, "{}", self.size())?;
        file.sync_all()?;
        std::fs::rename(&temporary, &place)?;
        File::open(&self.folder)?.sync_all()?;
        self.committed = self.size();
        Ok(())
    }
}

/// Opens a file to append after its first `due` bytes; what follows them is taken away.
fn append_after(path: &Path, due: u64) -> io::Result<BufWriter<File>> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    if file.metadata()?.len() < due {
        return Err(damaged("hashes are missing"));
    }
    file.set_len(due)?;
    file.seek(SeekFrom::Start(due))?;
    Ok(BufWriter::new(file))
}
