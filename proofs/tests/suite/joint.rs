//! Joint proofs against the naive tree's root, and proofs that must not hold.

use crate::tree::{Memory, tree};
use proptest::prelude::*;
use std::convert::Infallible;
use watchbook_proofs::{Hash, JointError, inclusion, joint, joint_root, root_at};

fn proof(memory: &Memory, size: u64, chosen: &[u64]) -> Result<Vec<Hash>, JointError<Infallible>> {
    let mut hashes = Vec::new();
    joint(memory, size, chosen.iter().copied().map(Ok), |hash| {
        hashes.push(hash);
        Ok(())
    })?;
    Ok(hashes)
}

fn root(size: u64, leaves: &[(u64, Hash)], proof: &[Hash]) -> Result<Hash, JointError<Infallible>> {
    joint_root(size, leaves.iter().copied().map(Ok), proof.iter().copied().map(Ok))
}

proptest! {
    #[test]
    fn any_choice_of_leaves_leads_to_the_root(chosen in prop::collection::vec(any::<bool>(), 0..70)) {
        let (memory, raw) = tree(chosen.len());
        let size = raw.len() as u64;
        let chosen: Vec<u64> = (0..size).filter(|n| chosen[*n as usize]).collect();
        let leaves: Vec<_> = chosen.iter().map(|n| (*n, Hash(raw[*n as usize]))).collect();
        let hashes = proof(&memory, size, &chosen).unwrap();
        let right = root_at(&memory, size).unwrap();
        prop_assert_eq!(root(size, &leaves, &hashes).unwrap(), right);
        // Whatever is changed leads elsewhere, or nowhere.
        for at in 0..leaves.len() {
            let mut other = leaves.clone();
            other[at].1.0[0] ^= 1;
            prop_assert_ne!(root(size, &other, &hashes).ok(), Some(right));
            let mut fewer = leaves.clone();
            fewer.remove(at);
            prop_assert_ne!(root(size, &fewer, &hashes).ok(), Some(right));
            let mut twice = leaves.clone();
            twice.insert(at, leaves[at]);
            prop_assert!(root(size, &twice, &hashes).is_err());
        }
        for at in 0..hashes.len() {
            let mut fewer = hashes.clone();
            fewer.remove(at);
            prop_assert_ne!(root(size, &leaves, &fewer).ok(), Some(right));
        }
        let more = [hashes.as_slice(), &[right]].concat();
        prop_assert!(root(size, &leaves, &more).is_err());
    }
}

#[test]
fn it_is_empty_for_a_whole_tree_and_an_inclusion_proof_for_one_leaf() {
    let (memory, _) = tree(100);
    let all: Vec<u64> = (0..100).collect();
    assert!(proof(&memory, 100, &all).unwrap().is_empty());
    let mut one = proof(&memory, 100, &[37]).unwrap();
    let mut path = inclusion(&memory, 37, 100).unwrap().unwrap();
    one.sort_unstable();
    path.sort_unstable();
    assert_eq!(one, path);
}

#[test]
fn leaves_out_of_order_or_beyond_the_tree_are_refused() {
    let (memory, _) = tree(10);
    for (chosen, wrong) in [(vec![3, 2], 2), (vec![3, 3], 3), (vec![10], 10)] {
        let error = proof(&memory, 10, &chosen).unwrap_err();
        assert!(matches!(error, JointError::Order(index) if index == wrong), "{error}");
    }
}
