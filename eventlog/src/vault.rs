//! Where keys and secrets lie: apart from the log, overwritten and destroyed on demand.
//!
//! A vault stores bytes that are already wrapped or sealed (see [`crate::sealing`]); it never sees a key
//! or a secret in the clear.

use async_trait::async_trait;
use uuid::Uuid;
use watchbook_domain::{CredentialId, SubjectId, Timestamp};

/// Why the vault could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The store cannot be reached, is full or too busy.
    #[error("the vault is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl VaultError {
    /// Wraps a store's own error.
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}

/// What a secret is for; part of the associated data it is sealed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// An Argon2id PHC string.
    Password,
    /// A TOTP seed.
    Totp,
    /// The digests of a set of recovery codes.
    RecoveryCodes,
    /// The digest of a service key.
    ServiceKey,
    /// A piece of a document of a recovery case.
    Document,
}

impl Purpose {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Totp => "totp",
            Self::RecoveryCodes => "recovery_codes",
            Self::ServiceKey => "service_key",
            Self::Document => "document",
        }
    }

    /// Of [`as_str`](Self::as_str).
    pub fn from_stored(stored: &str) -> Option<Self> {
        [Self::Password, Self::Totp, Self::RecoveryCodes, Self::ServiceKey, Self::Document]
            .into_iter()
            .find(|purpose| purpose.as_str() == stored)
    }
}

/// Names one secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecretName {
    /// Whose it is.
    pub subject: SubjectId,
    /// Which credential's.
    pub credential: CredentialId,
    /// What for.
    pub purpose: Purpose,
}

/// A secret's name with the moment it was put, for the sweep of orphans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// Whose it is.
    pub subject: SubjectId,
    /// Which credential's.
    pub credential: CredentialId,
    /// [`Purpose::as_str`].
    pub purpose: String,
    /// When it was put.
    pub put_at: Timestamp,
}

impl StoredSecret {
    /// Below the place of every secret: no purpose is empty.
    pub const LOWEST: (SubjectId, CredentialId, &str) =
        (SubjectId(Uuid::nil()), CredentialId(Uuid::nil()), "");

    /// Where it stands in the order of all secrets.
    pub fn place(&self) -> (SubjectId, CredentialId, &str) {
        (self.subject, self.credential, &self.purpose)
    }
}

/// Storage for wrapped subject keys and sealed secrets. Every change is durable when it returns.
#[async_trait]
pub trait Vault: Send + Sync + 'static {
    /// Stores `wrapped` as the subject's key unless it has one; answers with the one that is stored.
    /// A destroyed key stays destroyed: the answer is `None` then, and nothing is stored.
    async fn create_subject_key(
        &self,
        subject: SubjectId,
        wrapped: Vec<u8>,
    ) -> Result<Option<Vec<u8>>, VaultError>;

    /// The subject's wrapped key; `None` when there is none or it was destroyed.
    async fn subject_key(&self, subject: SubjectId) -> Result<Option<Vec<u8>>, VaultError>;

    /// The wrapped keys of many subjects at once, in no order, those that exist: for readers of the
    /// whole log.
    async fn subject_keys(&self, subjects: &[SubjectId]) -> Result<Vec<(SubjectId, Vec<u8>)>, VaultError>;

    /// Replaces a wrapped key by the same key wrapped anew (rotation of the master key).
    async fn rewrap_subject_key(&self, subject: SubjectId, wrapped: Vec<u8>) -> Result<(), VaultError>;

    /// Up to `limit` subjects with their wrapped keys, above `after`, in order of subject.
    async fn list_subject_keys(
        &self,
        after: Option<SubjectId>,
        limit: usize,
    ) -> Result<Vec<(SubjectId, Vec<u8>)>, VaultError>;

    /// Destroys the subject's key and all its secrets, and remembers that it did.
    async fn destroy_subject(&self, subject: SubjectId) -> Result<(), VaultError>;

    /// Stores a sealed secret, overwriting the one of that name.
    async fn put_secret(
        &self,
        name: SecretName,
        sealed: Vec<u8>,
        put_at: Timestamp,
    ) -> Result<(), VaultError>;

    /// The sealed secret of that name.
    async fn secret(&self, name: SecretName) -> Result<Option<Vec<u8>>, VaultError>;

    /// Destroys the secret of that name; not an error when there is none.
    async fn remove_secret(&self, name: SecretName) -> Result<(), VaultError>;

    /// Up to `limit` secrets put before `before`, ordered by (subject, credential, purpose), above the place of
    /// `after`: for the sweep of orphans.
    async fn list_secrets(
        &self,
        before: Timestamp,
        after: Option<&StoredSecret>,
        limit: usize,
    ) -> Result<Vec<StoredSecret>, VaultError>;
}

/// Storage for snapshots of folded states: a cache on disk, free to be lost.
#[async_trait]
pub trait Snapshots: Send + Sync + 'static {
    /// The latest snapshot of `stream` as (version, format, sealed bytes).
    async fn snapshot(
        &self,
        stream: &crate::StreamId,
    ) -> Result<Option<(crate::Version, u16, Vec<u8>)>, VaultError>;

    /// Replaces the snapshot of `stream`, unless a later one is there.
    async fn put_snapshot(
        &self,
        stream: &crate::StreamId,
        version: crate::Version,
        format: u16,
        sealed: Vec<u8>,
    ) -> Result<(), VaultError>;
}
