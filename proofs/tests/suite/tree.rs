//! The tree against the naive one: roots, proofs, and proofs that must not hold.

use crate::naive;
use proptest::prelude::*;
use std::convert::Infallible;
use watchbook_proofs::{
    Frontier, Hash, Subtrees, consistency, inclusion, leaf, root_at, verify_consistency, verify_inclusion,
};

/// Every complete subtree, as the frontier tells of them.
#[derive(Default)]
pub(crate) struct Memory {
    frontier: Frontier,
    heights: Vec<Vec<Hash>>,
}

impl Memory {
    fn push(&mut self, leaf: Hash) {
        let heights = &mut self.heights;
        self.frontier.push(leaf, |height, hash| {
            heights.resize_with(heights.len().max(height as usize + 1), Vec::new);
            heights[height as usize].push(hash);
        });
    }
}

impl Subtrees for Memory {
    type Error = Infallible;
    fn subtree(&self, height: u32, index: u64) -> Result<Hash, Infallible> {
        Ok(self.heights[height as usize][index as usize])
    }
}

pub(crate) fn tree(size: usize) -> (Memory, Vec<naive::Raw>) {
    let mut memory = Memory::default();
    let leaves: Vec<_> = (0..size).map(|n| naive::leaf(&n.to_be_bytes())).collect();
    leaves.iter().for_each(|leaf| memory.push(Hash(*leaf)));
    (memory, leaves)
}

fn raw(hashes: Vec<Hash>) -> Vec<naive::Raw> {
    hashes.into_iter().map(|hash| hash.0).collect()
}

/// The tree of RFC 6962's reference implementation: its eight inputs, and the roots of its first leaves.
#[test]
fn the_reference_tree_of_certificate_transparency() {
    let inputs: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let hex = |hash: Hash| hash.0.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut frontier = Frontier::default();
    assert_eq!(hex(frontier.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (input, root) in inputs.into_iter().zip(roots) {
        frontier.push(leaf(input), |_, _| {});
        assert_eq!(hex(frontier.root()), root, "{} leaves", frontier.size());
    }
}

#[test]
fn roots_and_proofs_of_every_size_and_index_are_those_of_the_rfc() {
    for size in 1..=140 {
        let (tree, leaves) = tree(size);
        let root = root_at(&tree, size as u64).unwrap();
        assert_eq!(root.0, naive::mth(&leaves));
        assert_eq!(root, tree.frontier.root());
        for index in 0..size {
            let path = inclusion(&tree, index as u64, size as u64).unwrap().unwrap();
            assert_eq!(raw(path.clone()), naive::path(index, &leaves), "{index} of {size}");
            assert!(verify_inclusion(Hash(leaves[index]), index as u64, size as u64, &path, root));
        }
        for from in 1..=size {
            let old = Hash(naive::mth(&leaves[..from]));
            let proof = consistency(&tree, from as u64, size as u64).unwrap().unwrap();
            assert_eq!(raw(proof.clone()), naive::subproof(from, &leaves, true), "{from} in {size}");
            assert!(verify_consistency(from as u64, size as u64, &proof, old, root));
        }
    }
}

#[test]
fn what_is_not_in_the_tree_has_no_proof() {
    let (tree, _) = tree(5);
    assert_eq!(inclusion(&tree, 5, 5), Ok(None));
    assert_eq!(inclusion(&tree, 0, 0), Ok(None));
    assert_eq!(consistency(&tree, 0, 5), Ok(None));
    assert_eq!(consistency(&tree, 5, 4), Ok(None));
    assert_eq!(consistency(&tree, 5, 5), Ok(Some(vec![])));
}

proptest! {
    /// A proof holds for its own leaf, index, sizes and roots, and for nothing near them.
    #[test]
    fn a_proof_holds_for_nothing_else(size in 2_u64..700, index: u64, from: u64, at: usize, flip in 0_usize..32) {
        let (index, from) = (index % size, 1 + from % (size - 1));
        let (tree, leaves) = tree(size as usize);
        let root = root_at(&tree, size).unwrap();
        let leaf = Hash(leaves[index as usize]);
        let path = inclusion(&tree, index, size).unwrap().unwrap();
        prop_assert!(verify_inclusion(leaf, index, size, &path, root));
        let flipped = |mut hash: Hash| { hash.0[flip] ^= 1; hash };
        prop_assert!(!verify_inclusion(flipped(leaf), index, size, &path, root));
        prop_assert!(!verify_inclusion(leaf, index, size, &path, flipped(root)));
        prop_assert!(!verify_inclusion(leaf, index ^ 1, size, &path, root));
        prop_assert!(!verify_inclusion(leaf, size, size, &path, root));
        prop_assert!(!verify_inclusion(leaf, index, size, &path[1..], root));
        prop_assert!(!verify_inclusion(leaf, index, size, &[path.as_slice(), &[root]].concat(), root));
        let mut changed = path.clone();
        let at_path = at % path.len();
        changed[at_path] = flipped(changed[at_path]);
        prop_assert!(!verify_inclusion(leaf, index, size, &changed, root));

        let old = root_at(&tree, from).unwrap();
        let proof = consistency(&tree, from, size).unwrap().unwrap();
        prop_assert!(verify_consistency(from, size, &proof, old, root));
        prop_assert!(!verify_consistency(from, size, &proof, flipped(old), root));
        prop_assert!(!verify_consistency(from, size, &proof, old, flipped(root)));
        prop_assert!(!verify_consistency(from, size, &[], old, root));
        prop_assert!(!verify_consistency(size, from, &proof, old, root));
        prop_assert!(!verify_consistency(from, size, &[proof.as_slice(), &[root]].concat(), old, root));
        let mut changed = proof.clone();
        let at_proof = at % proof.len();
        changed[at_proof] = flipped(changed[at_proof]);
        prop_assert!(!verify_consistency(from, size, &changed, old, root));
    }
}
