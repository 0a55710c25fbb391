//! RFC 9162 as it is written, with nothing kept and nothing clever: what the real thing is held against.

use sha2::{Digest, Sha256};

pub(crate) type Raw = [u8; 32];

pub(crate) fn leaf(data: &[u8]) -> Raw {
    Sha256::digest([&[0], data].concat()).into()
}

/// The largest power of two smaller than n.
fn k(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// MTH (2.1.1).
pub(crate) fn mth(d: &[Raw]) -> Raw {
    match d {
        [] => Sha256::digest(b"").into(),
        [one] => *one,
        d => {
            let (left, right) = d.split_at(k(d.len()));
            Sha256::digest([[1].as_slice(), &mth(left), &mth(right)].concat()).into()
        }
    }
}

/// PATH (2.1.3.1).
pub(crate) fn path(m: usize, d: &[Raw]) -> Vec<Raw> {
    if d.len() == 1 {
        return vec![];
    }
    let k = k(d.len());
    let (mut path, other) =
        if m < k { (path(m, &d[..k]), mth(&d[k..])) } else { (path(m - k, &d[k..]), mth(&d[..k])) };
    path.push(other);
    path
}

/// SUBPROOF (2.1.4.1).
pub(crate) fn subproof(m: usize, d: &[Raw], complete: bool) -> Vec<Raw> {
    if m == d.len() {
        return if complete { vec![] } else { vec![mth(d)] };
    }
    let k = k(d.len());
    let (mut proof, other) = if m <= k {
        (subproof(m, &d[..k], complete), mth(&d[k..]))
    } else {
        (subproof(m - k, &d[k..], false), mth(&d[..k]))
    };
    proof.push(other);
    proof
}
