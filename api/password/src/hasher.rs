//! Hashing beside an async runtime: as many hashes at once as there are cores, a short queue,
//! and a clear refusal beyond it.

use std::sync::Arc;
use std::thread::available_parallelism;

use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::{Argon2id, HashError, Password, PhcString, Verification, VerifyError};

/// How much runs and waits at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Hashes computed at once, each on a thread and with a memory of its own.
    pub running: usize,
    /// Callers that may wait for one of those.
    pub waiting: usize,
}

impl Default for Limits {
    /// One hash for each core, and 64 waiting for each of those.
    fn default() -> Self {
        Self::of(available_parallelism().map_or(1, usize::from))
    }
}

impl Limits {
    /// So many hashes at once, and 64 waiting for each of them.
    #[must_use]
    pub const fn of(running: usize) -> Self {
        Self { running, waiting: running.saturating_mul(64) }
    }
}

/// [`Argon2id`] for async callers. Clones share one queue.
#[derive(Clone, Debug)]
pub struct PasswordHasher {
    argon2id: Arc<Argon2id>,
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// Nothing came of a password.
#[derive(Debug, Error)]
pub enum HasherError {
    /// Too many are waiting already: the caller should come back later.
    #[error("too many passwords are being verified")]
    Busy,
    /// The runtime is shutting down.
    #[error("the password hasher has stopped")]
    Stopped,
    /// As [`Argon2id::hash`].
    #[error(transparent)]
    Hash(#[from] HashError),
    /// As [`Argon2id::verify`].
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

impl PasswordHasher {
    /// Shares out `limits`; at least one hash runs at a time.
    #[must_use]
    pub fn new(argon2id: Argon2id, limits: Limits) -> Self {
        let most = |wanted: usize| Arc::new(Semaphore::new(wanted.min(Semaphore::MAX_PERMITS)));
        Self {
            argon2id: Arc::new(argon2id),
            running: most(limits.running.max(1)),
            waiting: most(limits.waiting),
        }
    }

    /// See [`Argon2id::hash`].
    ///
    /// # Errors
    ///
    /// [`HasherError::Busy`], [`HasherError::Stopped`], [`HasherError::Hash`].
    pub async fn hash(&self, password: Password, salt: [u8; 16]) -> Result<PhcString, HasherError> {
        let hashed = self.run(move |argon2id| argon2id.hash(&password, salt)).await?;
        Ok(hashed?)
    }

    /// See [`Argon2id::verify`].
    ///
    /// # Errors
    ///
    /// [`HasherError::Busy`], [`HasherError::Stopped`], [`HasherError::Verify`].
    pub async fn verify(&self, password: Password, phc: PhcString) -> Result<Verification, HasherError> {
        let verified = self.run(move |argon2id| argon2id.verify(&password, &phc)).await?;
        Ok(verified?)
    }

    /// See [`Argon2id::verify_decoy`]. Waits in the same queue, so it cannot be told apart.
    ///
    /// # Errors
    ///
    /// [`HasherError::Busy`], [`HasherError::Stopped`], [`HasherError::Verify`].
    pub async fn verify_decoy(&self, password: Password) -> Result<Verification, HasherError> {
        let verified = self.run(move |argon2id| argon2id.verify_decoy(&password)).await?;
        Ok(verified?)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2id) -> T + Send + 'static,
    ) -> Result<T, HasherError> {
        let permit = self.permit().await?;
        let argon2id = Arc::clone(&self.argon2id);
        // A caller that goes away does not stop the thread: the permit is the thread's.
        let running = spawn_blocking(move || {
            let result = work(&argon2id);
            drop(permit);
            result
        });
        running.await.map_err(|_| HasherError::Stopped)
    }

    /// The right to run one hash, taken before a thread is.
    async fn permit(&self) -> Result<OwnedSemaphorePermit, HasherError> {
        if let Ok(permit) = Arc::clone(&self.running).try_acquire_owned() {
            return Ok(permit);
        }
        let _place = self.waiting.try_acquire().map_err(|_| HasherError::Busy)?;
        Arc::clone(&self.running).acquire_owned().await.map_err(|_| HasherError::Stopped)
    }
}

#[cfg(test)]
mod tests;
