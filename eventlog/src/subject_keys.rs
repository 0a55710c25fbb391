//! The subjects' keys in memory: fetched from the vault, unwrapped, and kept for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::time::Instant;
use watchbook_domain::SubjectId;
use zeroize::Zeroizing;

use crate::keyring::{Key, Keyring};
use crate::sealing::SealError;
use crate::{Vault, fresh};

/// A key that another node destroyed is used here no longer than this.
const REVALIDATE_AFTER: Duration = Duration::from_secs(60);

/// About 150 bytes each.
const CAPACITY: usize = 100_000;

#[derive(Clone)]
struct Cached {
    /// `None`: destroyed.
    key: Option<Arc<Key>>,
    fetched: Instant,
}

pub(crate) struct SubjectKeys {
    vault: Arc<dyn Vault>,
    keyring: Arc<Keyring>,
    cache: Cache<SubjectId, Cached>,
    /// Counts [`forget`](Self::forget), so that a fetch that was under way does not bring back what it forgot.
    forgotten: AtomicU64,
}

impl SubjectKeys {
    pub(crate) fn new(vault: Arc<dyn Vault>, keyring: Arc<Keyring>) -> Self {
        Self { vault, keyring, cache: Cache::new(CAPACITY), forgotten: AtomicU64::new(0) }
    }

    pub(crate) fn forget(&self, subject: SubjectId) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.cache.remove(&subject);
    }

    /// The subject's key; `None` when it has none, or none any more.
    pub(crate) async fn existing(&self, subject: SubjectId) -> Result<Option<Arc<Key>>, SealError> {
        if let Some(cached) = self.cached(subject) {
            return Ok(cached.key);
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let Some(wrapped) = self.vault.subject_key(subject).await? else { return Ok(None) };
        let key = Arc::new(self.keyring.unwrap(subject, &wrapped)?);
        self.remember(subject, Some(key.clone()), forgotten);
        Ok(Some(key))
    }

    /// The subject's key, created on first use.
    pub(crate) async fn for_sealing(&self, subject: SubjectId) -> Result<Arc<Key>, SealError> {
        // Asked first, because creating costs a durable write even if the key is there.
        if let Some(key) = self.existing(subject).await? {
            return Ok(key);
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let wrapped = self.keyring.wrap(subject, &Zeroizing::new(fresh::bytes()));
        let wrapped = wrapped.ok_or(SealError::TooLarge)?;
        let stored = self.vault.create_subject_key(subject, wrapped).await?.ok_or(SealError::Erased)?;
        let key = Arc::new(self.keyring.unwrap(subject, &stored)?);
        self.remember(subject, Some(key.clone()), forgotten);
        Ok(key)
    }

    /// Fetches at once the keys of `subjects` that are not in memory. They have sealed something, so a key that
    /// does not exist has been destroyed, which is remembered too.
    pub(crate) async fn prefetch(&self, subjects: impl Iterator<Item = SubjectId>) -> Result<(), SealError> {
        let mut missing: Vec<_> = subjects.filter(|subject| self.cached(*subject).is_none()).collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        for (subject, wrapped) in self.vault.subject_keys(&missing).await? {
            let key = Arc::new(self.keyring.unwrap(subject, &wrapped)?);
            self.remember(subject, Some(key), forgotten);
            if let Ok(index) = missing.binary_search(&subject) {
                missing.remove(index);
            }
        }
        for subject in missing {
            self.remember(subject, None, forgotten);
        }
        Ok(())
    }

    fn cached(&self, subject: SubjectId) -> Option<Cached> {
        self.cache.get(&subject).filter(|cached| cached.fetched.elapsed() < REVALIDATE_AFTER)
    }

    fn remember(&self, subject: SubjectId, key: Option<Arc<Key>>, forgotten: u64) {
        self.cache.insert(subject, Cached { key, fetched: Instant::now() });
        if self.forgotten.load(Ordering::SeqCst) != forgotten {
            self.cache.remove(&subject);
        }
    }
}
