//! A block of 1 KiB, and the compression function G in portable Rust.
//!
//! RFC 9106 sees a block as an 8x8 matrix of pairs of words, and permutes first its rows, then
//! its columns. Stored here as sixteen vectors of eight words, each vector holds a 2x2 square of
//! pairs. So four vectors side by side are two whole rows, four vectors below one another are
//! two whole columns, and neither pass has to gather its words first.

/// 128 words: vector `4 * (row / 2) + (column / 2)` holds the pairs of a 2x2 square.
pub(crate) type Block = [Vector; 16];

/// Eight words: one register with AVX-512, two with AVX2.
pub(crate) type Vector = [u64; 8];

pub(crate) const ZERO: Block = [[0; 8]; 16];

/// Where a word of the RFC's block is kept: vector, then lane.
pub(crate) const fn place(word: usize) -> (usize, usize) {
    let (row, column) = (word / 16, word % 16);
    (4 * (row / 2) + column / 4, 4 * (row % 2) + column % 4)
}

/// Which blocks one step reads and writes.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) previous: usize,
    pub(crate) reference: usize,
    pub(crate) current: usize,
    /// From the second pass on, the new block is mixed into the old one.
    pub(crate) mix: bool,
}

#[inline(always)]
pub(crate) fn step(memory: &mut [Block], at: Step) {
    let new = compress(&memory[at.previous], &memory[at.reference]);
    let current = &mut memory[at.current];
    *current = if at.mix { xor(current, &new) } else { new };
}

#[inline(always)]
pub(crate) fn xor(left: &Block, right: &Block) -> Block {
    let mut out = *left;
    for (out, right) in out.iter_mut().zip(right) {
        *out = map(*out, *right, |x, y| x ^ y);
    }
    out
}

#[inline(always)]
pub(crate) fn compress(left: &Block, right: &Block) -> Block {
    let input = xor(left, right);
    let mut block = input;
    for row in 0..4 {
        let at = [4 * row, 4 * row + 1, 4 * row + 2, 4 * row + 3];
        permute(&mut block, at, [ROW_1, ROW_2, ROW_3]);
    }
    for column in 0..4 {
        let at = [column, column + 4, column + 8, column + 12];
        permute(&mut block, at, [COLUMN_1, COLUMN_2, COLUMN_3]);
    }
    xor(&input, &block)
}

// Rotations of four words by one, two and three places. Two rows lie one after the other in a
// vector; of two columns, one has the words 0, 1, 4, 5 and the other 2, 3, 6, 7.
const ROW_1: [usize; 8] = [1, 2, 3, 0, 5, 6, 7, 4];
const ROW_2: [usize; 8] = [2, 3, 0, 1, 6, 7, 4, 5];
const ROW_3: [usize; 8] = [3, 0, 1, 2, 7, 4, 5, 6];
const COLUMN_1: [usize; 8] = [1, 4, 3, 6, 5, 0, 7, 2];
const COLUMN_2: [usize; 8] = [4, 5, 6, 7, 0, 1, 2, 3];
const COLUMN_3: [usize; 8] = [5, 0, 7, 2, 1, 4, 3, 6];

/// The permutation P of RFC 9106, section 3.6, on two rows or two columns at once.
#[inline(always)]
fn permute(block: &mut Block, at: [usize; 4], [one, two, three]: [[usize; 8]; 3]) {
    let [mut a, mut b, mut c, mut d] = at.map(|vector| block[vector]);
    mix(&mut a, &mut b, &mut c, &mut d);
    (b, c, d) = (pick(b, one), pick(c, two), pick(d, three));
    mix(&mut a, &mut b, &mut c, &mut d);
    (b, c, d) = (pick(b, three), pick(c, two), pick(d, one));
    for (vector, value) in at.into_iter().zip([a, b, c, d]) {
        block[vector] = value;
    }
}

/// The function GB of RFC 9106, section 3.6, in eight lanes.
#[inline(always)]
fn mix(a: &mut Vector, b: &mut Vector, c: &mut Vector, d: &mut Vector) {
    *a = multiply_add(*a, *b);
    *d = xor_rotate::<32>(*d, *a);
    *c = multiply_add(*c, *d);
    *b = xor_rotate::<24>(*b, *c);
    *a = multiply_add(*a, *b);
    *d = xor_rotate::<16>(*d, *a);
    *c = multiply_add(*c, *d);
    *b = xor_rotate::<63>(*b, *c);
}

#[inline(always)]
fn multiply_add(left: Vector, right: Vector) -> Vector {
    map(left, right, |x, y| {
        let product = (x & 0xffff_ffff) * (y & 0xffff_ffff);
        x.wrapping_add(y).wrapping_add(product).wrapping_add(product)
    })
}

#[inline(always)]
fn xor_rotate<const BITS: u32>(left: Vector, right: Vector) -> Vector {
    map(left, right, |x, y| (x ^ y).rotate_right(BITS))
}

#[inline(always)]
fn map(left: Vector, right: Vector, op: impl Fn(u64, u64) -> u64) -> Vector {
    let mut out = [0; 8];
    for lane in 0..8 {
        out[lane] = op(left[lane], right[lane]);
    }
    out
}

#[inline(always)]
fn pick(from: Vector, lanes: [usize; 8]) -> Vector {
    lanes.map(|lane| from[lane])
}
