//! Payloads, secrets and snapshots are sealed with their subject's key before any store sees them.
//!
//! XChaCha20-Poly1305 with random 24-byte nonces. The associated data names what is sealed and where it belongs,
//! each field preceded by its length: a ciphertext moved to another version, stream, type, schema version,
//! credential or purpose does not open. Destroying a subject's key makes everything sealed with it unreadable,
//! wherever copies of it lie.
//!
//! Keys are kept in memory for at most a minute before the vault is asked again. The node that destroys a key
//! forgets it at once; the others when they see the event [`ERASED`], or after that minute.

use std::sync::Arc;

use watchbook_domain::{SubjectId, Timestamp};
use zeroize::Zeroizing;

use crate::keyring::{self, Keyring, UnwrapError};
use crate::subject_keys::SubjectKeys;
use crate::{Purpose, RecordedEvent, SecretName, StreamId, Vault, VaultError, Version};

/// The event after which a subject's key is destroyed: nodes that see it forget the key.
pub const ERASED: &str = "personal_data.erased";

/// First byte of everything sealed: format, nonce, ciphertext and tag. A snapshot's subject stands in between.
const FORMAT: u8 = 1;

/// Why something cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The vault does not answer.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The subject's key does not open with the keyring at hand.
    #[error("the subject's key cannot be unwrapped")]
    Keyring(#[from] UnwrapError),
    /// Nothing new can be sealed for a subject whose key was destroyed.
    #[error("the subject's key was destroyed")]
    Erased,
    /// More than 256 GiB.
    #[error("too large to be sealed")]
    TooLarge,
    /// What is stored is not what was sealed for this place.
    #[error("{0} was tampered with")]
    Tampered(Place),
}

impl SealError {
    /// Whether the vault did not answer: trying again later can help.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Vault(VaultError::Unavailable(_)))
    }
}

/// Where something sealed lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The payload of the event at this version of the stream.
    Event(StreamId, Version),
    /// The snapshot of the stream at this version.
    Snapshot(StreamId, Version),
    /// A secret of this purpose.
    Secret(Purpose),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Event(stream, version) => write!(f, "the payload of {stream} at version {version}"),
            Self::Snapshot(stream, version) => write!(f, "the snapshot of {stream} at version {version}"),
            Self::Secret(purpose) => write!(f, "a secret ({})", purpose.as_str()),
        }
    }
}

/// What an event's sealed payload turned out to be.
#[derive(Clone, PartialEq, Eq)]
pub enum Opened {
    /// As it was before it was sealed.
    Payload(Vec<u8>),
    /// The subject's key was destroyed.
    Erased,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Payload(_) => "Payload(…)",
            Self::Erased => "Erased",
        })
    }
}

/// Subject keys per step of a rewrapping.
const REWRAP_PAGE: usize = 512;

/// Seals and opens. Shared by everything in the process that touches payloads or secrets.
pub struct Sealer {
    vault: Arc<dyn Vault>,
    keyring: Arc<Keyring>,
    keys: SubjectKeys,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    /// With the vault where the subjects' keys and the secrets lie.
    pub fn new(vault: Arc<dyn Vault>, keyring: Arc<Keyring>) -> Self {
        Self { keys: SubjectKeys::new(vault.clone(), keyring.clone()), vault, keyring }
    }

    /// The keys that lie outside the vault.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Seals the payload of the event that will be at `version` of `stream`. The subject's key is created on
    /// first use; the vault commits creations in groups, as the log does appends.
    ///
    /// # Errors
    /// `Vault`, `Keyring`, `Erased`.
    pub async fn seal_event(
        &self,
        stream: &StreamId,
        version: Version,
        event_type: &str,
        schema_version: u16,
        subject: SubjectId,
        payload: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let key = self.keys.for_sealing(subject).await?;
        let aad = event_aad(stream, version, event_type, schema_version);
        let sealed = keyring::seal(&key, payload, &aad).ok_or(SealError::TooLarge)?;
        Ok(with_header(&[FORMAT], &sealed))
    }

    /// Opens the payload of a recorded event.
    ///
    /// # Errors
    /// `Vault`, `Keyring`, `Tampered`.
    pub async fn open_event(&self, recorded: &RecordedEvent) -> Result<Opened, SealError> {
        let event = &recorded.event;
        let Some(key) = self.keys.existing(event.subject).await? else { return Ok(Opened::Erased) };
        let aad = event_aad(&recorded.stream, recorded.version, &event.event_type, event.schema_version);
        without_format(&event.payload)
            .and_then(|sealed| keyring::open(&key, sealed, &aad))
            .map(Opened::Payload)
            .ok_or_else(|| SealError::Tampered(Place::Event(recorded.stream.clone(), recorded.version)))
    }

    /// Opens many events, in order, asking the vault at most once for all keys that are not in memory.
    ///
    /// # Errors
    /// As [`open_event`](Self::open_event), for the first that does not open.
    pub async fn open_page(&self, page: &[RecordedEvent]) -> Result<Vec<Opened>, SealError> {
        self.keys.prefetch(page.iter().map(|recorded| recorded.event.subject)).await?;
        let mut opened = Vec::with_capacity(page.len());
        for recorded in page {
            opened.push(self.open_event(recorded).await?);
        }
        Ok(opened)
    }

    /// Seals and stores a secret, overwriting the one of that name; durable when it returns.
    ///
    /// # Errors
    /// `Vault`, `Keyring`, `Erased`.
    pub async fn put_secret(&self, name: SecretName, secret: &[u8], now: Timestamp) -> Result<(), SealError> {
        let key = self.keys.for_sealing(name.subject).await?;
        let sealed = keyring::seal(&key, secret, &secret_aad(name)).ok_or(SealError::TooLarge)?;
        Ok(self.vault.put_secret(name, with_header(&[FORMAT], &sealed), now).await?)
    }

    /// The secret of that name, if there is one and its subject was not erased.
    ///
    /// # Errors
    /// `Vault`, `Keyring`, `Tampered`.
    pub async fn secret(&self, name: SecretName) -> Result<Option<Zeroizing<Vec<u8>>>, SealError> {
        let Some(sealed) = self.vault.secret(name).await? else { return Ok(None) };
        let Some(key) = self.keys.existing(name.subject).await? else { return Ok(None) };
        without_format(&sealed)
            .and_then(|sealed| keyring::open(&key, sealed, &secret_aad(name)))
            .map(|secret| Some(Zeroizing::new(secret)))
            .ok_or(SealError::Tampered(Place::Secret(name.purpose)))
    }

    /// Destroys a secret; not an error when there is none.
    ///
    /// # Errors
    /// `Vault`.
    pub async fn remove_secret(&self, name: SecretName) -> Result<(), SealError> {
        Ok(self.vault.remove_secret(name).await?)
    }

    /// Destroys the subject's key and secrets: from now on nobody can read what was sealed for it.
    ///
    /// # Errors
    /// `Vault`.
    pub async fn destroy_subject(&self, subject: SubjectId) -> Result<(), SealError> {
        self.vault.destroy_subject(subject).await?;
        self.forget(subject);
        Ok(())
    }

    /// Drops the subject's key from this process's memory; the next use asks the vault.
    pub fn forget(&self, subject: SubjectId) {
        self.keys.forget(subject);
    }

    /// Wraps all subject keys under the current master key, where they are not yet; answers with how many that
    /// were. When it has succeeded, and every node runs with the new keyring, the earlier master keys can be
    /// dropped ([`Keyring::without_previous`]). Can be stopped and repeated at any time.
    ///
    /// # Errors
    /// `Vault`, `Keyring`.
    pub async fn rewrap_all(&self) -> Result<u64, SealError> {
        let (mut rewrapped, mut after) = (0, None);
        loop {
            let page = self.vault.list_subject_keys(after, REWRAP_PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(rewrapped) };
            after = Some(*last);
            for (subject, wrapped) in page {
                if !self.keyring.is_current(&wrapped) {
                    let key = self.keyring.unwrap(subject, &wrapped)?;
                    let wrapped = self.keyring.wrap(subject, &key).ok_or(SealError::TooLarge)?;
                    self.vault.rewrap_subject_key(subject, wrapped).await?;
                    rewrapped += 1;
                }
            }
        }
    }

    pub(crate) async fn seal_with(
        &self,
        subject: SubjectId,
        plain: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let key = self.keys.for_sealing(subject).await?;
        let sealed = keyring::seal(&key, plain, aad).ok_or(SealError::TooLarge)?;
        Ok(with_header(&[FORMAT], &sealed))
    }

    /// `None` when it does not open, or the subject's key is no more.
    pub(crate) async fn open_with(
        &self,
        subject: SubjectId,
        sealed: &[u8],
        aad: &[u8],
    ) -> Result<Option<Vec<u8>>, SealError> {
        let Some(key) = self.keys.existing(subject).await? else { return Ok(None) };
        Ok(without_format(sealed).and_then(|sealed| keyring::open(&key, sealed, aad)))
    }

    /// Seals a snapshot with the key of `subject`, which it names in the clear.
    pub(crate) async fn seal_snapshot(
        &self,
        stream: &StreamId,
        version: Version,
        format: u16,
        subject: SubjectId,
        snapshot: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let key = self.keys.for_sealing(subject).await?;
        let aad = snapshot_aad(stream, version, format);
        let sealed = keyring::seal(&key, snapshot, &aad).ok_or(SealError::TooLarge)?;
        Ok(with_header(&[&[FORMAT], subject.0.as_bytes().as_slice()].concat(), &sealed))
    }

    /// `None` when its subject was erased.
    pub(crate) async fn open_snapshot(
        &self,
        stream: &StreamId,
        version: Version,
        format: u16,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, SealError> {
        let parts = without_format(sealed).and_then(|rest| rest.split_first_chunk::<16>());
        let tampered = || SealError::Tampered(Place::Snapshot(stream.clone(), version));
        let (subject, sealed) = parts.ok_or_else(tampered)?;
        let subject = SubjectId(uuid::Uuid::from_bytes(*subject));
        let Some(key) = self.keys.existing(subject).await? else { return Ok(None) };
        keyring::open(&key, sealed, &snapshot_aad(stream, version, format)).map(Some).ok_or_else(tampered)
    }
}

fn event_aad(stream: &StreamId, version: Version, event_type: &str, schema_version: u16) -> Vec<u8> {
    aad(&[
        b"event",
        stream.as_str().as_bytes(),
        &version.0.to_be_bytes(),
        event_type.as_bytes(),
        &schema_version.to_be_bytes(),
    ])
}

fn secret_aad(name: SecretName) -> Vec<u8> {
    aad(&[
        b"secret",
        name.subject.0.as_bytes(),
        name.credential.0.as_bytes(),
        name.purpose.as_str().as_bytes(),
    ])
}

fn snapshot_aad(stream: &StreamId, version: Version, format: u16) -> Vec<u8> {
    aad(&[b"snapshot", stream.as_str().as_bytes(), &version.0.to_be_bytes(), &format.to_be_bytes()])
}

/// Each field with its length before it, so that fields cannot run into each other.
fn aad(fields: &[&[u8]]) -> Vec<u8> {
    let mut aad = Vec::with_capacity(fields.iter().map(|field| field.len() + 8).sum());
    for field in fields {
        aad.extend_from_slice(&(field.len() as u64).to_be_bytes());
        aad.extend_from_slice(field);
    }
    aad
}

fn with_header(header: &[u8], sealed: &[u8]) -> Vec<u8> {
    [header, sealed].concat()
}

fn without_format(sealed: &[u8]) -> Option<&[u8]> {
    sealed.split_first().filter(|(format, _)| **format == FORMAT).map(|(_, rest)| rest)
}
