//! Tree heads: how large the log was and what was in it, signed (C2SP tlog-checkpoint).

use crate::hash::Hash;
use crate::note::{NoteError, Signer, Verifier};
use sha2::{Digest, Sha256};
use watchbook_eventlog::Keyring;

/// Begins the origin of every log; the rest is a digest of its public key.
const ORIGIN: &str = "watchbook/";

/// Size and root of a log's tree at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreeHead {
    /// Number of events.
    pub size: u64,
    /// Over all of them.
    pub root: Hash,
}

/// Signs the heads of one log.
#[derive(Debug)]
pub struct HeadSigner(Signer);

/// Checks the heads of one log. Shown and read as C2SP signed-note encodes keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadKey(Verifier);

impl HeadSigner {
    /// The key is derived from the root secret, so every node that shares a log signs with the same one, and a rotation
    /// of master keys leaves it as it is.
    pub fn new(keyring: &Keyring) -> Self {
        Self(Signer::new(origin, &keyring.tree_head_seed()))
    }

    /// What others need to check the heads.
    pub fn key(&self) -> HeadKey {
        HeadKey(self.0.verifier().clone())
    }

    /// The head as a signed note.
    pub fn sign(&self, head: TreeHead) -> String {
        self.0.sign(&format!("{}\n{}\n{}\n", self.0.verifier().name(), head.size, head.root))
    }

    /// A signed note over `text` that says what an export is. No head begins as it must: with a line that is not the
    /// log's origin.
    pub fn sign_export(&self, text: &str) -> String {
        debug_assert!(!text.starts_with(self.0.verifier().name()), "it could pass for a head");
        self.0.sign(text)
    }
}

impl HeadKey {
    /// The head in `note`, if it is of this log and signed. Lines after the third are passed over, as the format wants.
    ///
    /// # Errors
    /// See [`NoteError`].
    pub fn open(&self, note: &str) -> Result<TreeHead, NoteError> {
        let text = self.0.open(note)?;
        let mut lines = text.lines();
        let mut next = || lines.next().ok_or(NoteError::Malformed);
        let (origin, size, root) = (next()?, next()?, next()?);
        let number: u64 = size.parse().map_err(|_| NoteError::Malformed)?;
        if origin != self.0.name() || number.to_string() != size {
            return Err(NoteError::Malformed);
        }
        Ok(TreeHead { size: number, root: root.parse().map_err(|_| NoteError::Malformed)? })
    }

    /// The text of a note that says what an export is, if it is signed.
    ///
    /// # Errors
    /// See [`NoteError`].
    pub fn open_export<'n>(&self, note: &'n str) -> Result<&'n str, NoteError> {
        self.0.open(note)
    }
}

impl std::fmt::Display for HeadKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for HeadKey {
    type Err = crate::note::VerifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Unique to the key, and so to the log; the same under every configuration.
fn origin(public: &[u8; 32]) -> String {
    let digest = Sha256::digest(public);
    digest[..8].iter().fold(ORIGIN.to_owned(), |origin, byte| format!("{origin}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_opens_as_it_was_signed_whatever_became_of_the_master_key() {
        let keyring = Keyring::new([1; 32], [2; 32]);
        let head = TreeHead { size: 7, root: crate::leaf(b"x") };
        let note = HeadSigner::new(&keyring).sign(head);
        let rotated = keyring.rotated([3; 32]).without_previous();
        let key = HeadSigner::new(&rotated).key();
        assert_eq!(key.open(&note), Ok(head));
        assert_eq!(key.to_string().parse::<HeadKey>().unwrap(), key);
        let other = HeadSigner::new(&Keyring::new([1; 32], [4; 32])).key();
        assert_eq!(other.open(&note), Err(NoteError::Unsigned));
    }

    #[test]
    fn what_is_signed_but_no_head_is_refused() {
        let keyring = Keyring::new([1; 32], [2; 32]);
        let signer = HeadSigner::new(&keyring);
        let (name, root) = (signer.0.verifier().name().to_owned(), Hash::of_empty_tree());
        let open = |text: String| signer.key().open(&signer.0.sign(&text));
        assert!(open(format!("{name}\n0\n{root}\n")).is_ok());
        assert!(open(format!("{name}\n0\n{root}\nan extension\n")).is_ok());
        for text in [
            format!("other\n0\n{root}\n"),
            format!("{name}\n+1\n{root}\n"),
            format!("{name}\n01\n{root}\n"),
            format!("{name}\n1\n"),
            format!("{name}\n1\nAAAA\n"),
        ] {
            assert_eq!(open(text), Err(NoteError::Malformed));
        }
    }
}
