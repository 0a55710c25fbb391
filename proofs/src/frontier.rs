//! The tree as it grows: the roots of its complete subtrees, and nothing else.

use crate::hash::{Hash, node};

/// What must be known of a tree to append to it: as many hashes as its size has binary ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Of complete subtrees, widest first: one for each binary one of `size`.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree of `size` leaves; `peaks` of its complete subtrees, widest first. `None` when their number is wrong.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (size.count_ones() as usize == peaks.len()).then_some(Self { size, peaks })
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf. `complete` is told of each subtree that this completes, lowest first: its height (the leaf's own
    /// is 0) and its hash.
    pub fn push(&mut self, leaf: Hash, mut complete: impl FnMut(u32, Hash)) {
        let (mut hash, mut height) = (leaf, 0);
        complete(height, hash);
        while self.size >> height & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = node(left, hash);
            height += 1;
            complete(height, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root over all leaves (RFC 9162, 2.1.1).
    pub fn root(&self) -> Hash {
        let peaks = self.peaks.iter().rev().copied();
        peaks.reduce(|right, left| node(left, right)).unwrap_or_else(Hash::of_empty_tree)
    }
}
