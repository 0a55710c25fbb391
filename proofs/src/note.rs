//! Signed notes (C2SP signed-note): a text, an empty line, and lines with signatures, here of Ed25519.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Of Ed25519, in key ids and encoded keys.
const ED25519: u8 = 0x01;
/// Begins a signature line: an em dash and a space.
pub(crate) const DASH: &str = "— ";
const KEY_ID: usize = 4;

/// Why a note cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// No text, empty line and signature lines.
    #[error("it is not a signed note")]
    Malformed,
    /// Others may have signed it.
    #[error("it is not signed with this key")]
    Unsigned,
    /// The text was changed, or somebody signed with another key under this one's name and id.
    #[error("its signature does not fit")]
    Wrong,
}

/// A name and a public key. Shown and read as C2SP signed-note encodes it: `name+key id+key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key: VerifyingKey,
}

/// A name and a private key, erased from memory on drop.
pub struct Signer {
    verifier: Verifier,
    key: SigningKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({}, …)", self.verifier.name)
    }
}

impl Signer {
    /// `name` is given the public key, and must have neither spaces nor plus signs. `seed` is the private key
    /// (RFC 8032, 5.1.5).
    pub fn new(name: impl FnOnce(&[u8; 32]) -> String, seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        let public = key.verifying_key();
        Self { verifier: Verifier { name: name(public.as_bytes()), key: public }, key }
    }

    /// What others need to check what this signs.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The note over `text`, which must end with a line break.
    pub fn sign(&self, text: &str) -> String {
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let signed = [self.verifier.key_id().as_slice(), &signature].concat();
        format!("{text}\n{DASH}{} {}\n", self.verifier.name, STANDARD.encode(signed))
    }
}

impl Verifier {
    /// What the key is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells keys of one name apart.
    fn key_id(&self) -> [u8; KEY_ID] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// The text of `note`, if this key signed it. Other signatures are passed over.
    ///
    /// # Errors
    /// See [`NoteError`].
    pub fn open<'n>(&self, note: &'n str) -> Result<&'n str, NoteError> {
        let end = note.rfind("\n\n").ok_or(NoteError::Malformed)? + 1;
        let (text, signatures) = (&note[..end], &note[end + 1..]);
        if signatures.is_empty() || !signatures.ends_with('\n') {
            return Err(NoteError::Malformed);
        }
        for line in signatures.lines() {
            let line = line.strip_prefix(DASH).ok_or(NoteError::Malformed)?;
            let (name, signed) = line.split_once(' ').ok_or(NoteError::Malformed)?;
            let signed = STANDARD.decode(signed).map_err(|_| NoteError::Malformed)?;
            let (id, signature) = signed.split_first_chunk::<KEY_ID>().ok_or(NoteError::Malformed)?;
            if name == self.name && *id == self.key_id() {
                let signature = Signature::from_slice(signature).map_err(|_| NoteError::Wrong)?;
                let valid = self.key.verify_strict(text.as_bytes(), &signature);
                return valid.map(|()| text).map_err(|_| NoteError::Wrong);
            }
        }
        Err(NoteError::Unsigned)
    }
}

impl std::fmt::Display for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = [[ED25519].as_slice(), self.key.as_bytes()].concat();
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.key_id()), STANDARD.encode(key))
    }
}

/// The text is no encoded Ed25519 key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a public key is written name+key id+key, as `watchbook keys show` prints it")]
pub struct VerifierError;

impl std::str::FromStr for Verifier {
    type Err = VerifierError;

    fn from_str(text: &str) -> Result<Self, VerifierError> {
        let read = || {
            let mut parts = text.splitn(3, '+');
            let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
            let key = STANDARD.decode(key).ok()?;
            let key: &[u8; 32] = key.strip_prefix(&[ED25519])?.try_into().ok()?;
            let verifier = Self { name: name.to_owned(), key: VerifyingKey::from_bytes(key).ok()? };
            let named = !name.is_empty() && !name.contains(char::is_whitespace);
            (named && id == format!("{:08x}", u32::from_be_bytes(verifier.key_id()))).then_some(verifier)
        };
        read().ok_or(VerifierError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(seed: u8) -> Signer {
        Signer::new(|_| "example.com/log".into(), &[seed; 32])
    }

    #[test]
    fn a_note_opens_with_its_key_and_with_no_other() {
        let note = signer(1).sign("one\n\ntwo\n");
        assert_eq!(signer(1).verifier().open(&note), Ok("one\n\ntwo\n"));
        assert_eq!(signer(2).verifier().open(&note), Err(NoteError::Unsigned));
        assert_eq!(signer(1).verifier().open(&note.replace("one", "One")), Err(NoteError::Wrong));
        for cut in (0..note.len()).filter(|cut| note.is_char_boundary(*cut)) {
            signer(1).verifier().open(&note[..cut]).unwrap_err();
        }
    }

    #[test]
    fn other_signatures_are_passed_over() {
        let text = "text\n";
        let (mine, other) = (signer(1).sign(text), signer(2).sign(text));
        let both = format!("{other}{}", &mine[text.len() + 1..]);
        assert_eq!(signer(1).verifier().open(&both), Ok(text));
        assert_eq!(signer(2).verifier().open(&both), Ok(text));
        assert_eq!(signer(3).verifier().open(&both), Err(NoteError::Unsigned));
    }

    #[test]
    fn keys_are_read_as_they_are_shown() {
        let shown = signer(1).verifier().to_string();
        assert_eq!(shown.parse::<Verifier>().unwrap(), *signer(1).verifier());
        for wrong in ["", "a+b+c", &shown.replace("example", "Example"), &shown[..shown.len() - 4]] {
            wrong.parse::<Verifier>().unwrap_err();
        }
    }
}
