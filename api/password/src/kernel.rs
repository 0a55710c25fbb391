//! Argon2id as RFC 9106 describes it, with the block function chosen by what the
//! processor can do.
//!
//! The `argon2` crate is the reference: the tests compare every path with it bit by bit.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod block;
mod digest;
mod fill;

pub(crate) use block::Block;

use crate::Parameters;

/// Everything Argon2 is given besides its costs (RFC 9106, section 3.1).
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a> {
    pub(crate) password: &'a [u8],
    pub(crate) salt: &'a [u8],
    pub(crate) secret: &'a [u8],
    pub(crate) associated: &'a [u8],
}

/// Whether this processor has a path here that beats the `argon2` crate.
pub(crate) fn is_fast() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx2")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// Fills a 32-byte tag, using `memory`, which holds [`Parameters::blocks`] blocks.
///
/// What was in `memory` before does not matter, and what is left there is secret.
pub(crate) fn hash(parameters: Parameters, inputs: Inputs<'_>, memory: &mut [Block], tag: &mut [u8; 32]) {
    hash_by(fill::fill, parameters, inputs, memory, tag);
}

fn hash_by(
    fill: impl Fn(&mut [Block], Parameters),
    parameters: Parameters,
    inputs: Inputs<'_>,
    memory: &mut [Block],
    tag: &mut [u8; 32],
) {
    digest::first_blocks(parameters, inputs, memory);
    fill(memory, parameters);
    digest::finish(parameters, memory, tag);
}

#[cfg(test)]
mod tests;
