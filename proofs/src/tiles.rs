//! The tree's hashes on disk, for reading.
//!
//! File `<level>` has the hashes of all complete subtrees of 256^level leaves, 32 bytes each, in order; 256 of them, at
//! a multiple of 256, are a tile (C2SP tlog-tiles). Together they are a little more than 32 bytes an event. File
//! `positions` has the position of each event, 8 bytes each, big-endian. File `size` says how many leaves of all this
//! are good: what comes after was not yet made durable. Everything follows from the log; losing it costs reading.

use crate::hash::{Hash, node};
use crate::proof::Subtrees;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use watchbook_eventlog::Position;

/// Binary levels of the tree in one level of tiles.
pub(crate) const HEIGHT: u32 = 8;
/// Of tiles, enough for 2^64 leaves.
pub(crate) const LEVELS: u32 = 8;
pub(crate) const SIZE: &str = "size";
pub(crate) const POSITIONS: &str = "positions";
const POSITION: usize = 8;

/// The tree's hashes, as they were made durable last. Opened anew for each use: another process may write them.
#[derive(Debug)]
pub struct Tiles {
    folder: PathBuf,
    size: u64,
}

impl Tiles {
    /// What is in `folder`; of size 0 when there is nothing.
    ///
    /// # Errors
    /// Of the file system; `InvalidData` when the folder is of something else.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let size = match std::fs::read_to_string(folder.join(SIZE)) {
            Ok(text) => text.trim_end().parse().map_err(|_| damaged("its size is no number"))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        Ok(Self { folder: folder.to_owned(), size })
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hash of one leaf.
    ///
    /// # Errors
    /// Of the file system; `NotFound` when the tree is smaller.
    pub fn leaf(&self, index: u64) -> io::Result<Hash> {
        self.subtree(0, index)
    }

    /// Up to `count` leaves from `from`: fewer at the end of the tree.
    ///
    /// # Errors
    /// Of the file system.
    pub fn leaves(&self, from: u64, count: u64) -> io::Result<Vec<Hash>> {
        self.hashes(0, from, count.min(self.size.saturating_sub(from)))
    }

    /// Where the event of a leaf is in the log.
    ///
    /// # Errors
    /// Of the file system; `NotFound` when the tree is smaller.
    pub fn position(&self, index: u64) -> io::Result<Position> {
        if index >= self.size {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.position_in(&mut File::open(self.folder.join(POSITIONS))?, index)
    }

    /// The leaf whose event is at `position`; `None` when the tree has none.
    ///
    /// # Errors
    /// Of the file system.
    pub fn index(&self, position: Position) -> io::Result<Option<u64>> {
        if self.size == 0 {
            return Ok(None);
        }
        let mut file = File::open(self.folder.join(POSITIONS))?;
        let (mut low, mut high) = (0, self.size);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.position_in(&mut file, middle)?.cmp(&position) {
                std::cmp::Ordering::Equal => return Ok(Some(middle)),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    fn position_in(&self, file: &mut File, index: u64) -> io::Result<Position> {
        let mut bytes = [0; POSITION];
        file.seek(SeekFrom::Start(index * POSITION as u64))?;
        file.read_exact(&mut bytes)?;
        Ok(Position(u64::from_be_bytes(bytes)))
    }

    fn hashes(&self, level: u32, from: u64, count: u64) -> io::Result<Vec<Hash>> {
        let end = (from + count).checked_mul(Hash::LENGTH as u64).ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = vec![0; (end - from * Hash::LENGTH as u64) as usize];
        let mut file = File::open(self.folder.join(level.to_string()))?;
        file.seek(SeekFrom::Start(from * Hash::LENGTH as u64))?;
        file.read_exact(&mut bytes)?;
        let (hashes, _) = bytes.as_chunks::<{ Hash::LENGTH }>();
        Ok(hashes.iter().copied().map(Hash).collect())
    }
}

impl Subtrees for Tiles {
    type Error = io::Error;

    /// Reads 128 hashes at most: those of one tile.
    fn subtree(&self, height: u32, index: u64) -> io::Result<Hash> {
        let end = index.checked_add(1).and_then(|end| end.checked_mul(1_u64.checked_shl(height)?));
        if end.is_none_or(|end| end > self.size) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let (level, above) = (height / HEIGHT, height % HEIGHT);
        let mut hashes = self.hashes(level, index << above, 1 << above)?;
        while hashes.len() > 1 {
            let (pairs, _) = hashes.as_chunks::<2>();
            hashes = pairs.iter().map(|[left, right]| node(*left, *right)).collect();
        }
        hashes.first().copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

pub(crate) fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the tree's folder is damaged: {what}"))
}
