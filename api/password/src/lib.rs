//! Passwords: Argon2id at the speed of the processor.
//!
//! - [`Password`] is what somebody typed, in Unicode normal form C.
//! - [`Argon2id`] hashes and verifies on the calling thread.
//! - [`PasswordHasher`] does so beside an async runtime, with a bounded queue.
//!
//! A password is first keyed with a secret that is kept apart from the hashes (HMAC-SHA-256;
//! NIST SP 800-63B-4, section 3.1.1.2), and the result is what Argon2id (RFC 9106) is given. A
//! stolen table of hashes alone is then of no use for guessing.

mod argon;
mod hasher;
mod kernel;
mod memory;
mod parameters;
mod password;
mod phc;

pub use argon::{Argon2id, HashError, Verification, VerifyError};
pub use hasher::{HasherError, Limits, PasswordHasher};
pub use parameters::{ParameterBounds, Parameters, ParametersError};
pub use password::{Password, PasswordError};
pub use phc::PhcString;
