//! Proofs that a leaf is in a tree, and that a tree is the beginning of another: made and verified.

use crate::hash::{Hash, node};

/// Where hashes of complete subtrees come from.
pub trait Subtrees {
    /// Why there is none.
    type Error;

    /// The hash over the leaves from `index * 2^height`, `2^height` of them.
    ///
    /// # Errors
    /// When the tree is smaller or cannot be read.
    fn subtree(&self, height: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// The root of the tree's first `size` leaves.
///
/// # Errors
/// Those of `tree`.
pub fn root_at<S: Subtrees>(tree: &S, size: u64) -> Result<Hash, S::Error> {
    if size == 0 { Ok(Hash::of_empty_tree()) } else { over(tree, 0, size) }
}

/// The path from leaf `index` to the root of the tree's first `size` leaves, from below (RFC 9162, 2.1.3.1). `None`
/// when there is no such leaf in it.
///
/// # Errors
/// Those of `tree`.
pub fn inclusion<S: Subtrees>(tree: &S, index: u64, size: u64) -> Result<Option<Vec<Hash>>, S::Error> {
    if index >= size {
        return Ok(None);
    }
    let (mut from, mut to) = (0, size);
    let mut path = Vec::new();
    while to - from > 1 {
        let middle = from + half(to - from);
        if index < middle {
            path.push(over(tree, middle, to)?);
            to = middle;
        } else {
            path.push(over(tree, from, middle)?);
            from = middle;
        }
    }
    path.reverse();
    Ok(Some(path))
}

/// The hashes that show that the tree of `from` leaves is the beginning of the one of `to` (RFC 9162, 2.1.4.1). `None`
/// unless `0 < from <= to`.
///
/// # Errors
/// Those of `tree`.
pub fn consistency<S: Subtrees>(tree: &S, from: u64, to: u64) -> Result<Option<Vec<Hash>>, S::Error> {
    if from == 0 || from > to {
        return Ok(None);
    }
    let (mut begin, mut end) = (0, to);
    let mut path = Vec::new();
    // Until what is left is a subtree that both trees have.
    while end > from {
        let middle = begin + half(end - begin);
        if from <= middle {
            path.push(over(tree, middle, end)?);
            end = middle;
        } else {
            path.push(over(tree, begin, middle)?);
            begin = middle;
        }
    }
    // The verifier has it when it is the whole old tree.
    if begin > 0 {
        path.push(over(tree, begin, end)?);
    }
    path.reverse();
    Ok(Some(path))
}

/// Over the leaves from `from` to before `to`, at least one; `from` must be a place where the tree of `to` leaves
/// divides.
pub(crate) fn over<S: Subtrees>(tree: &S, from: u64, to: u64) -> Result<Hash, S::Error> {
    let count = to - from;
    if count.is_power_of_two() {
        let height = count.trailing_zeros();
        return tree.subtree(height, from >> height);
    }
    let middle = from + half(count);
    Ok(node(over(tree, from, middle)?, over(tree, middle, to)?))
}

/// The largest power of two below `count`, which is above 1.
pub(crate) fn half(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// Whether `path` shows that `leaf` is number `index` of the tree of `size` leaves whose root is `root`
/// (RFC 9162, 2.1.3.2).
#[must_use]
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, path: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = leaf;
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(*sibling, hash);
            skip_to_right_child(&mut at, &mut last);
        } else {
            hash = node(hash, *sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && hash == root
}

/// Whether `path` shows that the tree of `from` leaves with root `old` is the beginning of the one of `to` leaves with
/// root `new` (RFC 9162, 2.1.4.2).
#[must_use]
pub fn verify_consistency(from: u64, to: u64, path: &[Hash], old: Hash, new: Hash) -> bool {
    if from == 0 || from > to {
        return false;
    }
    if from == to {
        return path.is_empty() && old == new;
    }
    let mut path = path.iter().copied();
    let first = if from.is_power_of_two() { Some(old) } else { path.next() };
    let Some(first) = first else { return false };
    let (mut at, mut last) = (from - 1, to - 1);
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let (mut then, mut now) = (first, first);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            (then, now) = (node(sibling, then), node(sibling, now));
            skip_to_right_child(&mut at, &mut last);
        } else {
            now = node(now, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && then == old && now == new
}

/// Up through levels where the node has no sibling.
fn skip_to_right_child(at: &mut u64, last: &mut u64) {
    while *at & 1 == 0 && *at != 0 {
        (*at, *last) = (*at >> 1, *last >> 1);
    }
}
