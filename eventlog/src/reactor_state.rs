//! What a reactor remembers, sealed in parts: a cache that can be made again from the log.

use watchbook_domain::SubjectId;

use crate::{Position, SealError, Sealer};

/// Which part of which state.
#[derive(Clone, Copy, Debug)]
pub struct StatePart<'a> {
    /// The reactor.
    pub name: &'a str,
    /// How far it had come.
    pub cursor: Position,
    /// Counted from 0.
    pub part: u32,
    /// Parts in all.
    pub parts: u32,
}

impl StatePart<'_> {
    /// Binds a part to its place: one of another state, or of an earlier one, does not open.
    pub(crate) fn aad(&self) -> Vec<u8> {
        let numbers =
            [&self.cursor.0.to_be_bytes()[..], &self.part.to_be_bytes(), &self.parts.to_be_bytes()].concat();
        [b"reactor-state\0", self.name.as_bytes(), b"\0", &numbers].concat()
    }
}

impl Sealer {
    /// Seals one part of what a reactor remembers, with the key of `subject`.
    ///
    /// # Errors
    /// `Vault`, `Keyring`, `Erased`.
    pub async fn seal_state(
        &self,
        part: StatePart<'_>,
        subject: SubjectId,
        bytes: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        self.seal_with(subject, bytes, &part.aad()).await
    }

    /// Opens it; `None` when it is not what was sealed for this place.
    ///
    /// # Errors
    /// `Vault`, `Keyring`.
    pub async fn open_state(
        &self,
        part: StatePart<'_>,
        subject: SubjectId,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, SealError> {
        self.open_with(subject, sealed, &part.aad()).await
    }
}
