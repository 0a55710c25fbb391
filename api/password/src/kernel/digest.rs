//! What Argon2 does with BLAKE2b: the first blocks of each lane, and the tag (RFC 9106,
//! sections 3.2 and 3.3).

use blake2::{Blake2b256, Blake2b512, Digest as _};
use zeroize::{Zeroize as _, Zeroizing};

use super::Inputs;
use super::block::{Block, ZERO, place, xor};
use crate::Parameters;

const BLOCK_BYTES: usize = 1024;
const TAG_BYTES: u32 = 32;
const VERSION: u32 = 0x13;
const ARGON2ID: u32 = 2;

/// Writes the first two blocks of each lane.
pub(crate) fn first_blocks(parameters: Parameters, inputs: Inputs<'_>, memory: &mut [Block]) {
    let seed = seed(parameters, inputs);
    let lane_length = memory.len() / parameters.lanes() as usize;
    for (lane, blocks) in (0_u32..).zip(memory.chunks_exact_mut(lane_length)) {
        for (index, block) in (0_u32..).zip(blocks.iter_mut().take(2)) {
            *block = long_digest(&seed, index, lane);
        }
    }
}

/// The XOR of the last blocks of all lanes, digested to the tag.
pub(crate) fn finish(parameters: Parameters, memory: &[Block], tag: &mut [u8; 32]) {
    let lane_length = memory.len() / parameters.lanes() as usize;
    let mut last = memory
        .chunks_exact(lane_length)
        .filter_map(|lane| lane.last())
        .fold(ZERO, |sum, block| xor(&sum, block));
    let mut bytes = Zeroizing::new([0; BLOCK_BYTES]);
    for (word, bytes) in bytes.chunks_exact_mut(8).enumerate() {
        let (vector, lane) = place(word);
        bytes.copy_from_slice(&last[vector][lane].to_le_bytes());
    }
    last.zeroize();
    let mut digest = Blake2b256::new();
    digest.update(TAG_BYTES.to_le_bytes());
    digest.update(bytes.as_slice());
    tag.copy_from_slice(&digest.finalize());
}

/// H0: all inputs and parameters, each with its length.
fn seed(parameters: Parameters, inputs: Inputs<'_>) -> Zeroizing<[u8; 64]> {
    let mut digest = Blake2b512::new();
    for number in
        [parameters.lanes(), TAG_BYTES, parameters.memory_kib(), parameters.iterations(), VERSION, ARGON2ID]
    {
        digest.update(number.to_le_bytes());
    }
    for bytes in [inputs.password, inputs.salt, inputs.secret, inputs.associated] {
        digest.update((bytes.len() as u32).to_le_bytes());
        digest.update(bytes);
    }
    Zeroizing::new(digest.finalize().into())
}

/// H' of `seed || index || lane`, for the length of a block: half of each digest of a chain,
/// and the whole of the last one.
fn long_digest(seed: &[u8; 64], index: u32, lane: u32) -> Block {
    let mut bytes = Zeroizing::new([0; BLOCK_BYTES]);
    let mut digest = Blake2b512::new();
    digest.update((BLOCK_BYTES as u32).to_le_bytes());
    digest.update(seed);
    digest.update(index.to_le_bytes());
    digest.update(lane.to_le_bytes());
    let mut link = Zeroizing::new(<[u8; 64]>::from(digest.finalize()));
    let (most, end) = bytes.split_at_mut(BLOCK_BYTES - 64);
    for chunk in most.chunks_exact_mut(32) {
        chunk.copy_from_slice(&link[..32]);
        *link = Blake2b512::digest(link.as_slice()).into();
    }
    end.copy_from_slice(link.as_slice());

    let mut block = ZERO;
    for (word, bytes) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let (vector, lane) = place(word);
        block[vector][lane] = u64::from_le_bytes(*bytes);
    }
    block
}
