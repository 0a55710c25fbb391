//! Documents of recovery cases: pieces in the vault, sealed with the case's own key. An event holds what a document is,
//! never its content. Destroying the case's key and secrets destroys its documents with them.

use crate::{Purpose, SealError, Sealer, SecretName};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use watchbook_domain::recovery_case::Document;
use watchbook_domain::{CredentialId, DocumentId, RecoveryCaseId, Timestamp};

/// Bytes of a piece; the last one may be shorter.
pub const CHUNK: usize = 256 * 1024;

/// Why a document cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// A piece cannot be opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A piece is missing, or the whole is not what the event says.
    #[error("the document in the vault is not the one that was added")]
    Damaged,
}

/// The name of a piece in the vault. The seal binds a piece to its place, so that none stands in for another.
pub fn chunk_name(case: RecoveryCaseId, document: DocumentId, index: u32) -> SecretName {
    SecretName {
        subject: case.into(),
        credential: CredentialId(Uuid::new_v5(&document.0, &index.to_be_bytes())),
        purpose: Purpose::Document,
    }
}

/// Takes a document as it comes, and puts it into the vault piece by piece.
pub struct DocumentWriter<'a> {
    sealer: &'a Sealer,
    case: RecoveryCaseId,
    document: DocumentId,
    now: Timestamp,
    buffer: Vec<u8>,
    hash: Sha256,
    size: u64,
    chunks: u32,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenDocument {
    /// In bytes.
    pub size: u64,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// Pieces.
    pub chunks: u32,
}

impl<'a> DocumentWriter<'a> {
    /// For a document that is nowhere yet.
    pub fn new(sealer: &'a Sealer, case: RecoveryCaseId, document: DocumentId, now: Timestamp) -> Self {
        Self {
            sealer,
            case,
            document,
            now,
            buffer: Vec::with_capacity(CHUNK),
            hash: Sha256::new(),
            size: 0,
            chunks: 0,
        }
    }

    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// When the vault does not take a piece.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), SealError> {
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() == CHUNK {
                self.put().await?;
            }
        }
        Ok(())
    }

    /// Puts what is left.
    ///
    /// # Errors
    /// When the vault does not take it.
    pub async fn finish(&mut self) -> Result<WrittenDocument, SealError> {
        if !self.buffer.is_empty() {
            self.put().await?;
        }
        let digest: [u8; 32] = self.hash.clone().finalize().into();
        Ok(WrittenDocument { size: self.size, sha256: hex(&digest), chunks: self.chunks })
    }

    /// Destroys what was put: no event will name it. What a crash leaves, the sweep finds.
    ///
    /// # Errors
    /// When the vault does not answer.
    pub async fn discard(&self) -> Result<(), SealError> {
        for index in 0..self.chunks {
            self.sealer.remove_secret(chunk_name(self.case, self.document, index)).await?;
        }
        Ok(())
    }

    async fn put(&mut self) -> Result<(), SealError> {
        let name = chunk_name(self.case, self.document, self.chunks);
        self.chunks += 1;
        self.sealer.put_secret(name, &self.buffer, self.now).await?;
        self.buffer.clear();
        Ok(())
    }
}

/// Reads a document back and compares it with its event.
///
/// # Errors
/// See [`DocumentError`].
pub async fn read_document(
    sealer: &Sealer,
    case: RecoveryCaseId,
    id: DocumentId,
    document: &Document,
) -> Result<Vec<u8>, DocumentError> {
    let mut content = Vec::with_capacity(usize::try_from(document.size).unwrap_or(0));
    for index in 0..document.chunks {
        let chunk = sealer.secret(chunk_name(case, id, index)).await?.ok_or(DocumentError::Damaged)?;
        content.extend_from_slice(&chunk);
    }
    let digest: [u8; 32] = Sha256::digest(&content).into();
    if content.len() as u64 == document.size && hex(&digest) == document.sha256 {
        Ok(content)
    } else {
        Err(DocumentError::Damaged)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
