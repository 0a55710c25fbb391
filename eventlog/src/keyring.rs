//! The keys that lie outside the log and the vault.
//!
//! A keyring holds two kinds of secrets. The *master keys* wrap the subjects' keys; they can be rotated, so
//! there may be several, and each wrapped key names the one it needs. The *root secret* is behind everything that
//! must stay the same for ever (stream names, MACs, the password pepper) and is never rotated.
//! Nothing uses either directly: each use has its own key, derived with HKDF-SHA-256 (RFC 5869).

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use watchbook_domain::SubjectId;
use zeroize::Zeroizing;

use crate::fresh;

pub use crate::keyring_file::KeyringError;

pub(crate) type Key = Zeroizing<[u8; 32]>;

const WRAPPING: &str = "watchbook/1/subject-key-wrapping";
const STREAM_KEYS: &str = "watchbook/1/stream-keys";
const MACS: &str = "watchbook/1/macs";
const PEPPER: &str = "watchbook/1/password-pepper";
const TREE_HEADS: &str = "watchbook/1/tree-head-signing";

/// First byte of a wrapped key: format byte, key id, nonce, ciphertext and tag.
const FORMAT: u8 = 1;
const NONCE: usize = 24;

/// Why a wrapped key cannot be unwrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapError {
    /// It was wrapped under a master key that is not in the keyring.
    #[error("no master key with id {0:08x} in the keyring")]
    UnknownMasterKey(u32),
    /// Not what this program wraps, or changed since.
    #[error("the wrapped key is damaged")]
    Damaged,
}

/// Master keys and the root secret. Erased from memory on drop; `Debug` shows nothing.
pub struct Keyring {
    current: Master,
    previous: Vec<Master>,
    root: Key,
    stream_keys: Key,
    macs: Key,
    pepper: Key,
}

#[derive(Clone)]
struct Master {
    secret: Key,
    id: [u8; 4],
    wrapping: Key,
}

impl Master {
    fn new(secret: Key) -> Self {
        let digest: [u8; 32] = Sha256::digest(secret.as_slice()).into();
        Self { id: [digest[0], digest[1], digest[2], digest[3]], wrapping: derive(&secret, WRAPPING), secret }
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring(…)")
    }
}

impl Keyring {
    /// One master key and a root secret, 32 random bytes each.
    pub fn new(master: [u8; 32], root: [u8; 32]) -> Self {
        Self::assemble(Zeroizing::new(master), vec![], Zeroizing::new(root))
    }

    /// Fresh keys.
    pub fn generate() -> Self {
        Self::new(fresh::bytes(), fresh::bytes())
    }

    /// `previous` newest first.
    pub(crate) fn assemble(current: Key, previous: Vec<Key>, root: Key) -> Self {
        Self {
            current: Master::new(current),
            previous: previous.into_iter().map(Master::new).collect(),
            stream_keys: derive(&root, STREAM_KEYS),
            macs: derive(&root, MACS),
            pepper: derive(&root, PEPPER),
            root,
        }
    }

    /// This keyring with `master` as its current master key; the others stay, to unwrap what they wrapped.
    #[must_use]
    pub fn rotated(&self, master: [u8; 32]) -> Self {
        let previous = self.masters().cloned().collect();
        Self::assemble(Zeroizing::new(master), previous, self.root.clone())
    }

    /// This keyring with its current master key alone, once everything is wrapped under it.
    #[must_use]
    pub fn without_previous(&self) -> Self {
        Self::assemble(self.current.secret.clone(), vec![], self.root.clone())
    }

    /// The number of master keys before the current one.
    pub fn previous(&self) -> usize {
        self.previous.len()
    }

    /// Newest first.
    pub(crate) fn masters(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.previous).map(|master| &master.secret)
    }

    pub(crate) fn root(&self) -> &Key {
        &self.root
    }

    /// Names a stream after something personal without telling it: HMAC-SHA-256 over `kind` and `value`,
    /// 16 bytes in lower-case hex. The same on every node and after every rotation.
    pub fn stream_key(&self, kind: &str, value: &str) -> String {
        hex(&labelled(&self.stream_keys, kind, value.as_bytes()).finalize().into_bytes()[..16])
    }

    /// Vouches for `message` within one `purpose`: HMAC-SHA-256, good for nothing under another purpose.
    pub fn mac(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        labelled(&self.macs, purpose, message).finalize().into_bytes().into()
    }

    /// Whether `mac` is [`mac`](Self::mac) of `purpose` and `message`, in constant time.
    #[must_use]
    pub fn verify_mac(&self, purpose: &str, message: &[u8], mac: &[u8]) -> bool {
        labelled(&self.macs, purpose, message).verify_slice(mac).is_ok()
    }

    /// The namespace of alerts' ids: without it, who knows an address could tell its alerts in the log's clear part.
    pub fn alert_namespace(&self) -> uuid::Uuid {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = self.mac("alert-ids", b"");
        uuid::Uuid::from_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
    }

    /// What every password is hashed with besides its salt (NIST SP 800-63B-4, 3.1.1.2). The copy is the caller's
    /// to erase.
    pub fn password_pepper(&self) -> [u8; 32] {
        *self.pepper
    }

    /// The private key (Ed25519, RFC 8032, 5.1.5) that tree heads are signed with: the same on every node and after
    /// every rotation, so that old signatures stay good.
    pub fn tree_head_seed(&self) -> Zeroizing<[u8; 32]> {
        derive(&self.root, TREE_HEADS)
    }

    /// Wraps a subject's key under the current master key, bound to the subject. `None` does not happen: see
    /// [`seal`].
    pub(crate) fn wrap(&self, subject: SubjectId, key: &[u8; 32]) -> Option<Vec<u8>> {
        let sealed = seal(&self.current.wrapping, key, subject.0.as_bytes())?;
        Some([&[FORMAT], self.current.id.as_slice(), &sealed].concat())
    }

    /// Takes back what [`wrap`](Self::wrap) gave.
    pub(crate) fn unwrap(&self, subject: SubjectId, wrapped: &[u8]) -> Result<Key, UnwrapError> {
        let (id, rest) = Self::wrapped_under(wrapped).ok_or(UnwrapError::Damaged)?;
        let master = std::iter::once(&self.current)
            .chain(&self.previous)
            .find(|master| master.id == id)
            .ok_or(UnwrapError::UnknownMasterKey(u32::from_be_bytes(id)))?;
        let opened = open(&master.wrapping, rest, subject.0.as_bytes()).map(Zeroizing::new);
        let opened = opened.ok_or(UnwrapError::Damaged)?;
        let key: &[u8; 32] = opened.as_slice().try_into().map_err(|_| UnwrapError::Damaged)?;
        Ok(Zeroizing::new(*key))
    }

    /// Whether `wrapped` needs the current master key and no earlier one.
    pub(crate) fn is_current(&self, wrapped: &[u8]) -> bool {
        Self::wrapped_under(wrapped).is_some_and(|(id, _)| id == self.current.id)
    }

    fn wrapped_under(wrapped: &[u8]) -> Option<([u8; 4], &[u8])> {
        let (format, rest) = wrapped.split_first()?;
        let (id, rest) = rest.split_first_chunk::<4>()?;
        (*format == FORMAT).then_some((*id, rest))
    }
}

/// Gives nonce, ciphertext and tag. `None` only beyond 256 GiB.
pub(crate) fn seal(key: &[u8; 32], plain: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
    let nonce: [u8; NONCE] = fresh::bytes();
    let cipher = XChaCha20Poly1305::new(key.into());
    let ciphertext = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad }).ok()?;
    Some([nonce.as_slice(), &ciphertext].concat())
}

/// `sealed` is nonce, ciphertext and tag. `None` when anything differs from what was sealed.
pub(crate) fn open(key: &[u8; 32], sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>()?;
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad }).ok()
}

fn derive(secret: &Key, label: &str) -> Key {
    let mut key = Zeroizing::new([0; 32]);
    // 32 bytes are within HKDF's limit of 8160, so this cannot fail.
    let _ = Hkdf::<Sha256>::new(None, secret.as_slice()).expand(label.as_bytes(), key.as_mut_slice());
    key
}

/// HMAC pads a short key with zeros to a block (RFC 2104); done here, so that it cannot fail.
fn mac(key: &Key) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key.as_slice());
    <Hmac<Sha256> as KeyInit>::new((&*block).into())
}

/// The label comes with its length before it, so that label and message cannot run into each other.
fn labelled(key: &Key, label: &str, message: &[u8]) -> Hmac<Sha256> {
    let mut mac = mac(key);
    mac.update(&(label.len() as u64).to_be_bytes());
    mac.update(label.as_bytes());
    mac.update(message);
    mac
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const SUBJECT: SubjectId = SubjectId(Uuid::from_u128(7));

    #[test]
    fn rotation_changes_neither_names_nor_signatures_nor_the_pepper() {
        let old = Keyring::new([1; 32], [2; 32]);
        let new = old.rotated([3; 32]);
        assert_eq!(old.stream_key("email", "a@example.org"), new.stream_key("email", "a@example.org"));
        assert!(new.verify_mac("link", b"m", &old.mac("link", b"m")));
        assert_eq!(old.password_pepper(), new.password_pepper());
        assert_ne!(Keyring::new([1; 32], [4; 32]).password_pepper(), old.password_pepper());
    }

    #[test]
    fn a_rotated_keyring_unwraps_what_the_old_key_wrapped_until_it_is_dropped() {
        let old = Keyring::new([1; 32], [2; 32]);
        let wrapped = old.wrap(SUBJECT, &[9; 32]).unwrap();
        let new = old.rotated([3; 32]);
        assert_eq!(*new.unwrap(SUBJECT, &wrapped).unwrap(), [9; 32]);
        assert!(!new.is_current(&wrapped));
        assert!(new.is_current(&new.wrap(SUBJECT, &[9; 32]).unwrap()));
        let gone = new.without_previous().unwrap(SUBJECT, &wrapped);
        assert!(matches!(gone, Err(UnwrapError::UnknownMasterKey(_))));
    }

    #[test]
    fn a_wrapped_key_is_bound_to_its_subject_and_to_every_byte() {
        let keyring = Keyring::generate();
        let wrapped = keyring.wrap(SUBJECT, &[9; 32]).unwrap();
        assert!(keyring.unwrap(SubjectId(Uuid::nil()), &wrapped).is_err());
        for byte in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[byte] ^= 1;
            assert!(keyring.unwrap(SUBJECT, &changed).is_err(), "byte {byte}");
            assert!(keyring.unwrap(SUBJECT, &wrapped[..byte]).is_err(), "cut at {byte}");
        }
    }

    #[test]
    fn stream_keys_tell_nothing_and_keep_kinds_apart() {
        let keyring = Keyring::new([1; 32], [2; 32]);
        let name = keyring.stream_key("email", "a@example.org");
        assert_eq!(name.len(), 32);
        assert!(name.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()));
        assert_ne!(name, keyring.stream_key("phone", "a@example.org"));
        assert_ne!(keyring.stream_key("ab", "c"), keyring.stream_key("a", "bc"));
    }

    #[test]
    fn a_mac_of_another_message_purpose_or_length_is_refused() {
        let keyring = Keyring::generate();
        let mac = keyring.mac("link", b"a");
        assert!(keyring.verify_mac("link", b"a", &mac));
        assert!(!keyring.verify_mac("link", b"b", &mac));
        assert!(!keyring.verify_mac("device", b"a", &mac));
        assert!(!keyring.verify_mac("lin", b"ka", &mac));
        assert!(!keyring.verify_mac("link", b"a", &mac[..16]));
        assert!(!keyring.verify_mac("link", b"a", &[]));
        assert!(!Keyring::generate().verify_mac("link", b"a", &mac));
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", Keyring::new([1; 32], [2; 32])), "Keyring(…)");
    }
}
