//! The compression function with AVX-512F: a whole block in sixteen registers.
//!
//! The compiler does not find these instructions from the portable code by itself. The layout
//! is the one [`super::block`] explains.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_mul_epu32, _mm512_permutex_epi64, _mm512_permutexvar_epi64,
    _mm512_ror_epi64, _mm512_setr_epi64, _mm512_shuffle_i64x2, _mm512_xor_si512,
};

use bytemuck::must_cast;

use super::block::{Block, Step};

/// Four rows of four vectors.
type State = [[__m512i; 4]; 4];

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn step(memory: &mut [Block], at: Step) {
    let input = xor(load(&memory[at.previous]), load(&memory[at.reference]));
    let new = xor(input, columns(rows(input)));
    let current = &mut memory[at.current];
    let new = if at.mix { xor(new, load(current)) } else { new };
    *current = must_cast(new);
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(crate) fn compress(left: &Block, right: &Block) -> Block {
    let input = xor(load(left), load(right));
    must_cast(xor(input, columns(rows(input))))
}

#[inline(always)]
fn load(block: &Block) -> State {
    must_cast(*block)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn xor(left: State, right: State) -> State {
    let mut out = left;
    for (out, right) in out.as_flattened_mut().iter_mut().zip(right.as_flattened()) {
        *out = _mm512_xor_si512(*out, *right);
    }
    out
}

#[inline]
#[target_feature(enable = "avx512f")]
fn rows(mut state: State) -> State {
    mix(&mut state);
    for [_, b, c, d] in &mut state {
        *b = _mm512_permutex_epi64::<0b00_11_10_01>(*b);
        *c = _mm512_permutex_epi64::<0b01_00_11_10>(*c);
        *d = _mm512_permutex_epi64::<0b10_01_00_11>(*d);
    }
    mix(&mut state);
    for [_, b, c, d] in &mut state {
        *b = _mm512_permutex_epi64::<0b10_01_00_11>(*b);
        *c = _mm512_permutex_epi64::<0b01_00_11_10>(*c);
        *d = _mm512_permutex_epi64::<0b00_11_10_01>(*d);
    }
    state
}

#[inline]
#[target_feature(enable = "avx512f")]
fn columns(state: State) -> State {
    let one = _mm512_setr_epi64(1, 4, 3, 6, 5, 0, 7, 2);
    let three = _mm512_setr_epi64(5, 0, 7, 2, 1, 4, 3, 6);
    let mut state = transpose(state);
    mix(&mut state);
    for [_, b, c, d] in &mut state {
        *b = _mm512_permutexvar_epi64(one, *b);
        *c = _mm512_shuffle_i64x2::<0b01_00_11_10>(*c, *c);
        *d = _mm512_permutexvar_epi64(three, *d);
    }
    mix(&mut state);
    for [_, b, c, d] in &mut state {
        *b = _mm512_permutexvar_epi64(three, *b);
        *c = _mm512_shuffle_i64x2::<0b01_00_11_10>(*c, *c);
        *d = _mm512_permutexvar_epi64(one, *d);
    }
    transpose(state)
}

/// Names the registers anew; no instruction comes of it.
#[inline(always)]
fn transpose([a, b, c, d]: State) -> State {
    [[a[0], b[0], c[0], d[0]], [a[1], b[1], c[1], d[1]], [a[2], b[2], c[2], d[2]], [a[3], b[3], c[3], d[3]]]
}

/// The function GB of RFC 9106, section 3.6, in four times eight lanes. One step of all of them
/// before the next step of any, since each step waits for the one before.
#[inline]
#[target_feature(enable = "avx512f")]
fn mix(state: &mut State) {
    for [a, b, ..] in state.iter_mut() {
        *a = multiply_add(*a, *b);
    }
    for [a, _, _, d] in state.iter_mut() {
        *d = _mm512_ror_epi64::<32>(_mm512_xor_si512(*d, *a));
    }
    for [_, _, c, d] in state.iter_mut() {
        *c = multiply_add(*c, *d);
    }
    for [_, b, c, _] in state.iter_mut() {
        *b = _mm512_ror_epi64::<24>(_mm512_xor_si512(*b, *c));
    }
    for [a, b, ..] in state.iter_mut() {
        *a = multiply_add(*a, *b);
    }
    for [a, _, _, d] in state.iter_mut() {
        *d = _mm512_ror_epi64::<16>(_mm512_xor_si512(*d, *a));
    }
    for [_, _, c, d] in state.iter_mut() {
        *c = multiply_add(*c, *d);
    }
    for [_, b, c, _] in state.iter_mut() {
        *b = _mm512_ror_epi64::<63>(_mm512_xor_si512(*b, *c));
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn multiply_add(left: __m512i, right: __m512i) -> __m512i {
    let product = _mm512_mul_epu32(left, right);
    _mm512_add_epi64(_mm512_add_epi64(left, right), _mm512_add_epi64(product, product))
}
