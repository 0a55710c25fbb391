//! The passes over the memory (RFC 9106, sections 3.2 to 3.4), compiled once for each kind of
//! processor and chosen when the program runs.

use multiversion::{multiversion, target::match_target};

use super::block::{self, Block, Step, ZERO, place};
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};
use crate::Parameters;

const SLICES: usize = 4;
const ADDRESSES_IN_BLOCK: usize = 128;
const ARGON2ID: u64 = 2;

/// Fills the memory, whose first two blocks of each lane are already there.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
pub(crate) fn fill(memory: &mut [Block], parameters: Parameters) {
    match_target! {
        "x86_64+avx512f" => passes(
            memory,
            parameters,
            |memory, at| avx512::step(memory, at),
            |left, right| avx512::compress(left, right),
        ),
        "x86_64+avx2" => passes(
            memory,
            parameters,
            |memory, at| avx2::step(memory, at),
            |left, right| avx2::compress(left, right),
        ),
        _ => passes(memory, parameters, block::step, block::compress),
    }
}

/// What a processor with AVX2 and no more is given.
#[cfg(test)]
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn fill_avx2(memory: &mut [Block], parameters: Parameters) {
    match_target! {
        "x86_64+avx2" => passes(
            memory,
            parameters,
            |memory, at| avx2::step(memory, at),
            |left, right| avx2::compress(left, right),
        ),
        _ => passes(memory, parameters, block::step, block::compress),
    }
}

/// What every other processor would be given.
#[cfg(test)]
pub(crate) fn fill_portable(memory: &mut [Block], parameters: Parameters) {
    passes(memory, parameters, block::step, block::compress);
}

#[inline(always)]
fn passes(
    memory: &mut [Block],
    parameters: Parameters,
    step: impl Fn(&mut [Block], Step),
    compress: impl Fn(&Block, &Block) -> Block,
) {
    for pass in 0..parameters.iterations() as usize {
        for slice in 0..SLICES {
            for lane in 0..parameters.lanes() as usize {
                segment(memory, parameters, Position { pass, slice, lane }, &step, &compress);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Position {
    pass: usize,
    slice: usize,
    lane: usize,
}

#[inline(always)]
fn segment(
    memory: &mut [Block],
    parameters: Parameters,
    at: Position,
    step: &impl Fn(&mut [Block], Step),
    compress: &impl Fn(&Block, &Block) -> Block,
) {
    let lanes = parameters.lanes() as usize;
    let lane_length = memory.len() / lanes;
    let length = lane_length / SLICES;
    // Argon2id: the first half of the first pass does not look at the data, the rest does.
    let independent = at.pass == 0 && at.slice < SLICES / 2;
    let mut input = ZERO;
    let mut addresses = ZERO;
    if independent {
        let words = [
            at.pass as u64,
            at.lane as u64,
            at.slice as u64,
            memory.len() as u64,
            u64::from(parameters.iterations()),
            ARGON2ID,
        ];
        for (word, value) in words.into_iter().enumerate() {
            *word_mut(&mut input, word) = value;
        }
    }
    let first = if at.pass == 0 && at.slice == 0 { 2 } else { 0 };
    for index in first..length {
        let here = at.slice * length + index;
        let current = at.lane * lane_length + here;
        let previous = if here == 0 { current + lane_length - 1 } else { current - 1 };
        let random = if independent {
            if index == first || index % ADDRESSES_IN_BLOCK == 0 {
                *word_mut(&mut input, 6) += 1;
                addresses = compress(&ZERO, &compress(&ZERO, &input));
            }
            *word_mut(&mut addresses, index % ADDRESSES_IN_BLOCK)
        } else {
            memory[previous][0][0]
        };
        let reference_lane = if lanes == 1 || (at.pass == 0 && at.slice == 0) {
            at.lane
        } else {
            (random >> 32) as usize % lanes
        };
        let reference = reference_lane * lane_length
            + reference_index(at, lane_length, index, random, reference_lane == at.lane);
        step(memory, Step { previous, reference, current, mix: at.pass > 0 });
    }
}

/// Which block of its lane a random word points at (RFC 9106, section 3.4.2).
#[inline(always)]
fn reference_index(at: Position, lane_length: usize, index: usize, random: u64, same_lane: bool) -> usize {
    let length = lane_length / SLICES;
    let finished = if at.pass == 0 { at.slice * length } else { lane_length - length };
    let area = if same_lane { finished + index - 1 } else { finished - usize::from(index == 0) };
    let x = random & 0xffff_ffff;
    let back = ((area as u64 * ((x * x) >> 32)) >> 32) as usize;
    let start = if at.pass > 0 && at.slice < SLICES - 1 { (at.slice + 1) * length } else { 0 };
    let found = start + area - 1 - back;
    if found >= lane_length { found - lane_length } else { found }
}

#[inline(always)]
fn word_mut(block: &mut Block, word: usize) -> &mut u64 {
    let (vector, lane) = place(word);
    &mut block[vector][lane]
}
