//! Tamper evidence: whoever has seen a signed head of the log can tell whether the log is still the one it was.
//!
//! The recorded events are the leaves of a Merkle tree (RFC 9162, 2.1): [`leaf_of`] says which bytes of an event are
//! hashed, [`Frontier`] grows the tree, [`Tiles`] keeps its hashes so that [`inclusion`] and [`consistency`] can be
//! answered at any size. A [`TreeHead`] is size and root in a signed note (C2SP tlog-checkpoint); [`Heads`] is the
//! file of all that were signed. [`audit()`] reads the whole log again and names the first event that is not what it
//! was.

pub mod audit;
mod entry;
mod frontier;
mod hash;
mod head;
mod heads;
mod joint;
mod note;
mod proof;
mod tiles;
mod tiles_writer;

pub use audit::audit;
pub use entry::{Entry, decode, encode, leaf_of};
pub use frontier::Frontier;
pub use hash::{Hash, leaf, node};
pub use head::{HeadKey, HeadSigner, TreeHead};
pub use heads::Heads;
pub use joint::{JointError, joint, joint_root};
pub use note::{NoteError, Signer, Verifier};
pub use proof::{Subtrees, consistency, inclusion, root_at, verify_consistency, verify_inclusion};
pub use tiles::Tiles;
pub use tiles_writer::TilesWriter;
