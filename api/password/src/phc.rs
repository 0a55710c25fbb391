//! The stored form: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>`.

use std::fmt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Params, Version};

use crate::{ParameterBounds, Parameters, VerifyError};

/// No string this crate writes is longer than 120 bytes; much longer ones are not even read.
const MAX_BYTES: usize = 160;

/// A stored password hash, as a string in the PHC format.
///
/// Not checked until something is verified against it: it may come from anywhere.
#[derive(Clone, PartialEq, Eq)]
pub struct PhcString(String);

impl PhcString {
    /// The string to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PhcString {
    fn from(stored: String) -> Self {
        Self(stored)
    }
}

impl From<PhcString> for String {
    fn from(phc: PhcString) -> Self {
        phc.0
    }
}

impl fmt::Debug for PhcString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhcString(..)")
    }
}

/// What a PHC string of ours says.
pub(crate) struct Stored {
    pub(crate) parameters: Parameters,
    pub(crate) salt: [u8; 16],
    pub(crate) tag: [u8; 32],
}

impl Stored {
    /// Writes the string; `None` only if the format could not hold it.
    pub(crate) fn write(&self) -> Option<PhcString> {
        let costs = self.parameters;
        let params = Params::new(costs.memory_kib(), costs.iterations(), costs.lanes(), None).ok()?;
        let hash = PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(params).ok()?,
            salt: Some(Salt::new(&self.salt).ok()?),
            hash: Some(Output::new(&self.tag).ok()?),
        };
        Some(PhcString(hash.to_string()))
    }

    /// Reads a string, and refuses what this crate would not have written or may not compute.
    pub(crate) fn read(phc: &PhcString, bounds: ParameterBounds) -> Result<Self, VerifyError> {
        let text = phc.as_str();
        if text.len() > MAX_BYTES {
            return Err(VerifyError::Malformed);
        }
        let hash = PasswordHash::new(text).map_err(|_| VerifyError::Malformed)?;
        let params = Params::try_from(&hash).map_err(|_| VerifyError::Malformed)?;
        let ours = hash.algorithm == ARGON2ID_IDENT
            && hash.version == Some(Version::V0x13.into())
            && params.keyid().is_empty()
            && params.data().is_empty();
        let parameters = Parameters::new(params.m_cost(), params.t_cost(), params.p_cost());
        let (true, Ok(parameters), Some(salt), Some(tag)) = (ours, parameters, hash.salt, hash.hash) else {
            return Err(VerifyError::Malformed);
        };
        if !bounds.admit(parameters) {
            return Err(VerifyError::ParametersOutOfBounds(parameters));
        }
        let malformed = |_| VerifyError::Malformed;
        let stored = Self {
            parameters,
            salt: salt.as_ref().try_into().map_err(malformed)?,
            tag: tag.as_bytes().try_into().map_err(malformed)?,
        };
        // The reader fills in costs that are left out; there is only one way to write a hash.
        if stored.write().is_some_and(|same| same == *phc) { Ok(stored) } else { Err(VerifyError::Malformed) }
    }
}
