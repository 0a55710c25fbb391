//! The compression function with AVX2: a vector is two registers, and two rows or two columns
//! of the block fit at a time.
//!
//! The layout is the one [`super::block`] explains.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_alignr_epi8, _mm256_mul_epu32, _mm256_or_si256,
    _mm256_permute4x64_epi64, _mm256_setr_epi8, _mm256_shuffle_epi8, _mm256_shuffle_epi32, _mm256_srli_epi64,
    _mm256_xor_si256,
};

use bytemuck::must_cast;

use super::block::{Block, Step, Vector, xor};

/// Two halves of a vector.
type Pair = [__m256i; 2];

/// Two rows or two columns: `a`, `b`, `c` and `d`.
type Group = [Pair; 4];

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn step(memory: &mut [Block], at: Step) {
    let mut block = xor(&memory[at.previous], &memory[at.reference]);
    permute(&mut block);
    // A copy of the input would cost more than reading it again.
    for (vector, permuted) in block.iter().enumerate() {
        let new = xor_vectors(memory[at.previous][vector], memory[at.reference][vector]);
        let new = xor_vectors(new, *permuted);
        let current = &mut memory[at.current][vector];
        *current = if at.mix { xor_vectors(*current, new) } else { new };
    }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn compress(left: &Block, right: &Block) -> Block {
    let input = xor(left, right);
    let mut block = input;
    permute(&mut block);
    xor(&input, &block)
}

#[inline]
#[target_feature(enable = "avx2")]
fn permute(block: &mut Block) {
    for row in 0..4 {
        let at = [4 * row, 4 * row + 1, 4 * row + 2, 4 * row + 3];
        store(block, at, rows(load(block, at)));
    }
    for column in 0..4 {
        let at = [column, column + 4, column + 8, column + 12];
        store(block, at, columns(load(block, at)));
    }
}

#[inline(always)]
fn load(block: &Block, at: [usize; 4]) -> Group {
    at.map(|vector| must_cast(block[vector]))
}

#[inline(always)]
fn store(block: &mut Block, at: [usize; 4], [a, b, c, d]: Group) {
    block[at[0]] = must_cast(a);
    block[at[1]] = must_cast(b);
    block[at[2]] = must_cast(c);
    block[at[3]] = must_cast(d);
}

#[inline]
#[target_feature(enable = "avx2")]
fn xor_vectors(left: Vector, right: Vector) -> Vector {
    must_cast(xor_pairs(must_cast(left), must_cast(right)))
}

/// Each half of a vector is four words of one row.
#[inline]
#[target_feature(enable = "avx2")]
fn rows(group: Group) -> Group {
    let [a, b, c, d] = mix(group);
    let [a, b, c, d] = mix([a, turn::<0b00_11_10_01>(b), turn::<0b01_00_11_10>(c), turn::<0b10_01_00_11>(d)]);
    [a, turn::<0b10_01_00_11>(b), turn::<0b01_00_11_10>(c), turn::<0b00_11_10_01>(d)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn turn<const ORDER: i32>([low, high]: Pair) -> Pair {
    [_mm256_permute4x64_epi64::<ORDER>(low), _mm256_permute4x64_epi64::<ORDER>(high)]
}

/// Of each column, the low half of a vector has the first two words and the high half the rest.
#[inline]
#[target_feature(enable = "avx2")]
fn columns(group: Group) -> Group {
    let [a, b, c, d] = mix(group);
    let [a, b, c, d] = mix([a, turn_1(b), [c[1], c[0]], turn_3(d)]);
    [a, turn_3(b), [c[1], c[0]], turn_1(d)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn turn_1([low, high]: Pair) -> Pair {
    [_mm256_alignr_epi8::<8>(high, low), _mm256_alignr_epi8::<8>(low, high)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn turn_3([low, high]: Pair) -> Pair {
    [_mm256_alignr_epi8::<8>(low, high), _mm256_alignr_epi8::<8>(high, low)]
}

/// The function GB of RFC 9106, section 3.6, in eight lanes.
#[inline]
#[target_feature(enable = "avx2")]
fn mix([a, b, c, d]: Group) -> Group {
    let rotate_24 = _mm256_setr_epi8(
        3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8,
        9, 10,
    );
    let rotate_16 = _mm256_setr_epi8(
        2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15,
        8, 9,
    );
    let a = multiply_add(a, b);
    let [low, high] = xor_pairs(d, a);
    let d = [_mm256_shuffle_epi32::<0b10_11_00_01>(low), _mm256_shuffle_epi32::<0b10_11_00_01>(high)];
    let c = multiply_add(c, d);
    let [low, high] = xor_pairs(b, c);
    let b = [_mm256_shuffle_epi8(low, rotate_24), _mm256_shuffle_epi8(high, rotate_24)];
    let a = multiply_add(a, b);
    let [low, high] = xor_pairs(d, a);
    let d = [_mm256_shuffle_epi8(low, rotate_16), _mm256_shuffle_epi8(high, rotate_16)];
    let c = multiply_add(c, d);
    let [low, high] = xor_pairs(b, c);
    let b = [rotate_63(low), rotate_63(high)];
    [a, b, c, d]
}

#[inline]
#[target_feature(enable = "avx2")]
fn rotate_63(word: __m256i) -> __m256i {
    _mm256_or_si256(_mm256_add_epi64(word, word), _mm256_srli_epi64::<63>(word))
}

#[inline]
#[target_feature(enable = "avx2")]
fn xor_pairs(left: Pair, right: Pair) -> Pair {
    [_mm256_xor_si256(left[0], right[0]), _mm256_xor_si256(left[1], right[1])]
}

#[inline]
#[target_feature(enable = "avx2")]
fn multiply_add(left: Pair, right: Pair) -> Pair {
    [multiply_add_half(left[0], right[0]), multiply_add_half(left[1], right[1])]
}

#[inline]
#[target_feature(enable = "avx2")]
fn multiply_add_half(left: __m256i, right: __m256i) -> __m256i {
    let product = _mm256_mul_epu32(left, right);
    _mm256_add_epi64(_mm256_add_epi64(left, right), _mm256_add_epi64(product, product))
}
