//! Hashing and verifying on the calling thread.

use std::fmt;
use std::io;

use argon2::{Algorithm, Argon2, Params, Version};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::kernel::{self, Inputs};
use crate::memory::Pool;
use crate::phc::Stored;
use crate::{ParameterBounds, Parameters, Password, PhcString};

const DECOY_SALT: [u8; 16] = *b"watchbook/decoy/";

/// Argon2id (RFC 9106) over a keyed password.
///
/// Each call takes milliseconds to seconds and megabytes: call it through
/// [`PasswordHasher`](crate::PasswordHasher) from async code.
pub struct Argon2id {
    policy: Parameters,
    bounds: ParameterBounds,
    /// HMAC takes a key of one block; zeros at the end do not change it.
    pepper: Zeroizing<[u8; 64]>,
    pool: Pool,
    decoy: PhcString,
}

/// The outcome of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a password that was not looked at is not a verified one"]
pub enum Verification {
    /// It is the password.
    Match {
        /// The stored hash costs less than the policy asks: store a fresh one.
        rehash: bool,
    },
    /// It is another password.
    Mismatch,
}

/// A hash could not be computed.
#[derive(Debug, Error)]
pub enum HashError {
    /// The policy itself is more than the bounds on stored hashes admit.
    #[error("the password policy is above the bounds on stored hashes")]
    PolicyOutOfBounds,
    /// The system gave no memory.
    #[error("no memory for a password hash")]
    Memory(#[source] io::Error),
    /// The Argon2 implementation refused its input.
    #[error("Argon2 refused its input")]
    Refused,
}

/// A password could not be compared with a stored hash.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// Not a PHC string as [`Argon2id::hash`] writes them: Argon2id, version 19, a salt of 16
    /// bytes and a tag of 32.
    #[error("the stored password hash is malformed")]
    Malformed,
    /// It would cost more than the bounds admit. Nothing was computed.
    #[error("the stored password hash asks for {0:?}, which is out of bounds")]
    ParametersOutOfBounds(Parameters),
    /// The hash could not be computed.
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl Argon2id {
    /// Takes the costs of new hashes, the most a stored one may cost, and the pepper: a secret
    /// of 32 bytes kept apart from the hashes. Without the same pepper no hash verifies.
    ///
    /// Computes one hash, for [`Self::verify_decoy`].
    ///
    /// # Errors
    ///
    /// [`HashError::PolicyOutOfBounds`], or as [`Self::hash`].
    pub fn new(policy: Parameters, bounds: ParameterBounds, pepper: &[u8; 32]) -> Result<Self, HashError> {
        if !bounds.admit(policy) {
            return Err(HashError::PolicyOutOfBounds);
        }
        let mut padded = Zeroizing::new([0; 64]);
        padded[..32].copy_from_slice(pepper);
        let mut made = Self {
            policy,
            bounds,
            pepper: padded,
            pool: Pool::default(),
            decoy: PhcString::from(String::new()),
        };
        made.decoy = made.seal(&made.key(b"decoy"), DECOY_SALT)?;
        Ok(made)
    }

    /// The costs of new hashes.
    #[must_use]
    pub const fn policy(&self) -> Parameters {
        self.policy
    }

    /// Hashes a password with a fresh random salt, given by the caller.
    ///
    /// # Errors
    ///
    /// [`HashError::Memory`] when the system has none.
    pub fn hash(&self, password: &Password, salt: [u8; 16]) -> Result<PhcString, HashError> {
        self.seal(&self.key(password.expose().as_bytes()), salt)
    }

    /// Compares a password with a stored hash, in time that does not depend on how much of the
    /// result is the same.
    ///
    /// # Errors
    ///
    /// [`VerifyError::Malformed`] and [`VerifyError::ParametersOutOfBounds`] before any work,
    /// [`VerifyError::Hash`] as [`Self::hash`].
    pub fn verify(&self, password: &Password, phc: &PhcString) -> Result<Verification, VerifyError> {
        let stored = Stored::read(phc, self.bounds)?;
        let key = self.key(password.expose().as_bytes());
        let tag = self.tag(stored.parameters, &key, stored.salt)?;
        if bool::from(tag.ct_eq(&stored.tag)) {
            Ok(Verification::Match { rehash: stored.parameters.is_below(self.policy) })
        } else {
            Ok(Verification::Mismatch)
        }
    }

    /// Does the work of [`Self::verify`] for somebody who has no stored hash, so that the time
    /// taken does not tell who has an account. Never a match.
    ///
    /// # Errors
    ///
    /// [`VerifyError::Hash`] as [`Self::hash`].
    pub fn verify_decoy(&self, password: &Password) -> Result<Verification, VerifyError> {
        self.verify(password, &self.decoy).map(|_| Verification::Mismatch)
    }

    fn seal(&self, key: &[u8; 32], salt: [u8; 16]) -> Result<PhcString, HashError> {
        let tag = *self.tag(self.policy, key, salt)?;
        let stored = Stored { parameters: self.policy, salt, tag };
        stored.write().ok_or(HashError::Refused)
    }

    /// HMAC-SHA-256 under the pepper: what Argon2id is given in place of the password.
    fn key(&self, password: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new((&*self.pepper).into());
        mac.update(password);
        Zeroizing::new(mac.finalize().into_bytes().into())
    }

    fn tag(
        &self,
        parameters: Parameters,
        key: &[u8; 32],
        salt: [u8; 16],
    ) -> Result<Zeroizing<[u8; 32]>, HashError> {
        let mut tag = Zeroizing::new([0; 32]);
        if !kernel::is_fast() {
            reference(parameters, key, &salt, &mut tag)?;
            return Ok(tag);
        }
        let inputs = Inputs { password: key, salt: &salt, secret: &[], associated: &[] };
        self.pool
            .with(parameters.blocks(), self.policy.blocks(), |memory| {
                kernel::hash(parameters, inputs, memory, &mut tag);
            })
            .map_err(HashError::Memory)?;
        Ok(tag)
    }
}

/// The `argon2` crate, for processors without a path of our own.
fn reference(
    parameters: Parameters,
    key: &[u8; 32],
    salt: &[u8; 16],
    tag: &mut [u8; 32],
) -> Result<(), HashError> {
    let (m, t, p) = (parameters.memory_kib(), parameters.iterations(), parameters.lanes());
    Params::new(m, t, p, Some(32))
        .map(|params| Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
        .and_then(|argon2| argon2.hash_password_into(key, salt, tag))
        .map_err(|_| HashError::Refused)
}

impl fmt::Debug for Argon2id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Argon2id")
            .field("policy", &self.policy)
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
