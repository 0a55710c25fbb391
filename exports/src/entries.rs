//! The file of entries: each event as it is hashed, after its length in four bytes, big-endian.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::Path;
use watchbook_proofs::{Entry, Hash, decode, leaf};

/// No event comes near it; a damaged length must not ask for all memory.
const LARGEST: u32 = 64 << 20;

/// Appends an entry.
pub(crate) fn write(entry: &[u8], to: &mut Vec<u8>) {
    to.extend_from_slice(&(entry.len() as u32).to_be_bytes());
    to.extend_from_slice(entry);
}

/// Reads a file of entries in order.
pub(crate) struct Entries(BufReader<File>);

impl Entries {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(BufReader::with_capacity(1 << 20, File::open(path)?)))
    }

    fn read(&mut self) -> io::Result<Option<(Entry, Hash)>> {
        let mut length = [0; 4];
        match self.0.read(&mut length[..1])? {
            0 => return Ok(None),
            _ => self.0.read_exact(&mut length[1..])?,
        }
        let length = u32::from_be_bytes(length);
        if length > LARGEST {
            return Err(damaged());
        }
        let mut bytes = vec![0; length as usize];
        self.0.read_exact(&mut bytes)?;
        let entry = decode(&bytes).ok_or_else(damaged)?;
        Ok(Some((entry, leaf(&bytes))))
    }
}

impl Iterator for Entries {
    type Item = io::Result<(Entry, Hash)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// Reads a file of hashes, 32 bytes each.
pub(crate) struct Hashes(BufReader<File>);

impl Hashes {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(BufReader::new(File::open(path)?)))
    }
}

impl Iterator for Hashes {
    type Item = io::Result<Hash>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut hash = [0; Hash::LENGTH];
        match self.0.read(&mut hash[..1]) {
            Ok(0) => None,
            Ok(_) => Some(self.0.read_exact(&mut hash[1..]).map(|()| Hash(hash))),
            Err(error) => Some(Err(error)),
        }
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the file of entries is damaged")
}
