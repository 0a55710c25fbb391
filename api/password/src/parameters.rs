//! How much one hash costs, and how much a stored one may cost.

use thiserror::Error;

/// The costs of one Argon2id hash (RFC 9106, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    memory_kib: u32,
    iterations: u32,
    lanes: u32,
}

/// The costs are not ones Argon2 has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("Argon2 needs at least one iteration, one lane and 8 KiB of memory for each lane")]
pub struct ParametersError;

impl Parameters {
    /// Memory in KiB, passes over it, and lanes (computed one after the other).
    ///
    /// # Errors
    ///
    /// [`ParametersError`] for fewer than one pass, one lane, or 8 KiB a lane, and for more
    /// lanes than Argon2 knows (2^24 - 1).
    pub const fn new(memory_kib: u32, iterations: u32, lanes: u32) -> Result<Self, ParametersError> {
        if iterations == 0 || lanes == 0 || lanes >= 1 << 24 || memory_kib / 8 < lanes {
            return Err(ParametersError);
        }
        Ok(Self { memory_kib, iterations, lanes })
    }

    /// The memory of one hash, in KiB.
    #[must_use]
    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// How many times the memory is passed over.
    #[must_use]
    pub const fn iterations(self) -> u32 {
        self.iterations
    }

    /// The lanes of the memory.
    #[must_use]
    pub const fn lanes(self) -> u32 {
        self.lanes
    }

    /// Whether any cost is lower than that of `policy`.
    #[must_use]
    pub const fn is_below(self, policy: Self) -> bool {
        self.memory_kib < policy.memory_kib
            || self.iterations < policy.iterations
            || self.lanes < policy.lanes
    }

    /// The blocks of 1 KiB in use: a whole number for each of four slices of each lane.
    pub(crate) const fn blocks(self) -> usize {
        (self.memory_kib / (4 * self.lanes) * 4 * self.lanes) as usize
    }
}

impl Default for Parameters {
    /// 19 MiB, two passes, one lane: the least the OWASP password storage guidance takes with
    /// two passes.
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, lanes: 1 }
    }
}

/// The most a stored hash may cost. A verifier obeys what is stored, so one hostile row could
/// hold a core for minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterBounds {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub lanes: u32,
}

impl ParameterBounds {
    /// Whether a hash of these costs may be computed.
    #[must_use]
    pub const fn admit(self, parameters: Parameters) -> bool {
        parameters.memory_kib <= self.memory_kib
            && parameters.iterations <= self.iterations
            && parameters.lanes <= self.lanes
    }
}

impl Default for ParameterBounds {
    /// 64 MiB, ten passes, four lanes.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, iterations: 10, lanes: 4 }
    }
}
