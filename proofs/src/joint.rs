//! One proof for many leaves: the hashes of the subtrees that have none of them, from left to right. With the leaves
//! themselves they give the root. Adjoining leaves need no hash between them, so a proof for a whole tree is empty, and
//! one for a single leaf is as long as its inclusion proof. Both sides go through the leaves once, in order, and keep
//! one path of the tree in memory.

use crate::hash::{Hash, node};
use crate::proof::{Subtrees, half, over};
use std::iter::Peekable;

/// Why a joint proof cannot be made, or shows nothing.
#[derive(Debug, thiserror::Error)]
pub enum JointError<E> {
    /// The leaves, the tree or the proof cannot be read or written.
    #[error(transparent)]
    Source(E),
    /// Leaves must come once each, in order, and be in the tree.
    #[error("leaf {0} is out of order, or beyond the tree")]
    Order(u64),
    /// There are more hashes than the leaves call for, or fewer.
    #[error("the proof is not one for these leaves")]
    Length,
}

/// Emits the proof that the leaves numbered `indices`, ascending, are in the tree's first `size` leaves.
///
/// # Errors
/// `Source`, `Order`.
pub fn joint<S: Subtrees>(
    tree: &S,
    size: u64,
    indices: impl Iterator<Item = Result<u64, S::Error>>,
    mut emit: impl FnMut(Hash) -> Result<(), S::Error>,
) -> Result<(), JointError<S::Error>> {
    let mut indices = indices.peekable();
    cover(tree, 0, size, &mut indices, &mut emit)?;
    match indices.next().transpose().map_err(JointError::Source)? {
        Some(beyond) => Err(JointError::Order(beyond)),
        None => Ok(()),
    }
}

fn cover<S: Subtrees>(
    tree: &S,
    from: u64,
    to: u64,
    indices: &mut Peekable<impl Iterator<Item = Result<u64, S::Error>>>,
    emit: &mut impl FnMut(Hash) -> Result<(), S::Error>,
) -> Result<(), JointError<S::Error>> {
    if from == to {
        return Ok(());
    }
    if !ahead(indices, from, to, |index| *index)? {
        return over(tree, from, to).and_then(emit).map_err(JointError::Source);
    }
    if to - from == 1 {
        indices.next();
        return Ok(());
    }
    let middle = from + half(to - from);
    cover(tree, from, middle, indices, emit)?;
    cover(tree, middle, to, indices, emit)
}

/// The root of the tree of `size` leaves that these leaves, with their numbers ascending, and this proof give. Whoever
/// asks compares it with a root that was signed.
///
/// # Errors
/// See [`JointError`].
pub fn joint_root<E>(
    size: u64,
    leaves: impl Iterator<Item = Result<(u64, Hash), E>>,
    proof: impl Iterator<Item = Result<Hash, E>>,
) -> Result<Hash, JointError<E>> {
    let (mut leaves, mut proof) = (leaves.peekable(), proof);
    let root = if size == 0 { Hash::of_empty_tree() } else { fold(0, size, &mut leaves, &mut proof)? };
    if let Some((beyond, _)) = leaves.next().transpose().map_err(JointError::Source)? {
        return Err(JointError::Order(beyond));
    }
    match proof.next() {
        Some(_) => Err(JointError::Length),
        None => Ok(root),
    }
}

fn fold<E>(
    from: u64,
    to: u64,
    leaves: &mut Peekable<impl Iterator<Item = Result<(u64, Hash), E>>>,
    proof: &mut impl Iterator<Item = Result<Hash, E>>,
) -> Result<Hash, JointError<E>> {
    if !ahead(leaves, from, to, |(index, _)| *index)? {
        return proof.next().ok_or(JointError::Length)?.map_err(JointError::Source);
    }
    if to - from == 1 {
        let (_, leaf) = leaves.next().ok_or(JointError::Length)?.map_err(JointError::Source)?;
        return Ok(leaf);
    }
    let middle = from + half(to - from);
    let left = fold(from, middle, leaves, proof)?;
    Ok(node(left, fold(middle, to, leaves, proof)?))
}

/// Whether the next leaf is among those from `from` to before `to`. One before them was passed over, or came twice.
fn ahead<T, E>(
    leaves: &mut Peekable<impl Iterator<Item = Result<T, E>>>,
    from: u64,
    to: u64,
    index: impl Fn(&T) -> u64,
) -> Result<bool, JointError<E>> {
    match leaves.peek() {
        None => Ok(false),
        Some(Ok(leaf)) if index(leaf) < from => Err(JointError::Order(index(leaf))),
        Some(Ok(leaf)) => Ok(index(leaf) < to),
        // Taken out, so that the error can be handed on.
        Some(Err(_)) => match leaves.next() {
            Some(Err(error)) => Err(JointError::Source(error)),
            _ => Ok(false),
        },
    }
}
