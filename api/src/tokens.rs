//! What clients hold: session tokens, sign-in attempts, device tokens, service keys.
//!
//! Session tokens and service keys are random, their digests stored. Attempts and device tokens are names
//! that the keyring vouches for: they prove nothing alone, but nobody can make them up.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use watchbook_domain::account::TokenDigest;
use watchbook_domain::{AccountId, AttemptId, DeviceId, RecoveryCaseId, ServiceKeyId, SessionId};
use watchbook_eventlog::{Keyring, fresh};

const SESSION_PREFIX: &str = "wbs_";
const SERVICE_KEY_PREFIX: &str = "wbk_";
const CASE_PREFIX: &str = "wbc_";

/// A secret of 256 random bits (NIST SP 800-63B-4, 5.1 asks for 64, OWASP ASVS 7.2.3 for 128), to be
/// shown once.
pub struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    pub fn fresh() -> Self {
        Self(fresh::bytes())
    }

    /// SHA-256, as stored.
    pub fn digest(&self) -> TokenDigest {
        digest(&self.0)
    }

    /// The bearer token of a session with this secret.
    pub fn session_token(&self, account: AccountId, session: SessionId) -> String {
        format!("{SESSION_PREFIX}{}", encode(&[account.0.as_bytes(), session.0.as_bytes(), &self.0]))
    }

    /// What a client shows that waits for its owner's word.
    pub fn waiting(&self) -> String {
        encode(&[&self.0])
    }

    /// The token of a recovery case with this secret.
    pub fn case_token(&self, case: RecoveryCaseId) -> String {
        format!("{CASE_PREFIX}{}", encode(&[case.0.as_bytes(), &self.0]))
    }

    /// The service key with this secret.
    pub fn service_key(&self, key: ServiceKeyId) -> String {
        format!("{SERVICE_KEY_PREFIX}{}", encode(&[key.0.as_bytes(), &self.0]))
    }
}

/// A session token taken apart.
pub struct SessionToken {
    /// Whose it says it is.
    pub account: AccountId,
    /// Of which session.
    pub session: SessionId,
    /// SHA-256 of its secret, to be compared with the stored one.
    pub digest: TokenDigest,
}

impl SessionToken {
    /// `None` when it has not the form of one.
    pub fn parse(token: &str) -> Option<Self> {
        let bytes: [u8; 64] = decode(token.strip_prefix(SESSION_PREFIX)?)?;
        let (account, session) = (uuid_at(&bytes, 0)?, uuid_at(&bytes, 16)?);
        Some(Self {
            account: AccountId(account),
            session: SessionId(session),
            digest: digest(bytes.get(32..)?),
        })
    }
}

/// SHA-256 of a waiting client's secret; `None` when it has not the form of one.
pub fn parse_waiting(secret: &str) -> Option<TokenDigest> {
    Some(digest(&decode::<32>(secret)?))
}

/// A service key taken apart: its id and the SHA-256 of its secret.
pub fn parse_service_key(key: &str) -> Option<(ServiceKeyId, TokenDigest)> {
    let bytes: [u8; 48] = decode(key.strip_prefix(SERVICE_KEY_PREFIX)?)?;
    Some((ServiceKeyId(uuid_at(&bytes, 0)?), digest(bytes.get(16..)?)))
}

/// The token of a recovery case taken apart: its id and the SHA-256 of its secret.
pub fn parse_case_token(token: &str) -> Option<(RecoveryCaseId, TokenDigest)> {
    let bytes: [u8; 48] = decode(token.strip_prefix(CASE_PREFIX)?)?;
    Some((RecoveryCaseId(uuid_at(&bytes, 0)?), digest(bytes.get(16..)?)))
}

/// A pair of ids that the keyring vouches for, within one purpose.
struct Vouched {
    purpose: &'static str,
}

const ATTEMPT: Vouched = Vouched { purpose: "attempt" };
const DEVICE: Vouched = Vouched { purpose: "device" };

impl Vouched {
    fn token(&self, keyring: &Keyring, account: AccountId, id: Uuid) -> String {
        let name = [*account.0.as_bytes(), *id.as_bytes()].concat();
        let mac = keyring.mac(self.purpose, &name);
        encode(&[&name, &mac])
    }

    fn open(&self, keyring: &Keyring, token: &str) -> Option<(AccountId, Uuid)> {
        let bytes: [u8; 64] = decode(token)?;
        let (name, mac) = bytes.split_at(32);
        if !keyring.verify_mac(self.purpose, name, mac) {
            return None;
        }
        Some((AccountId(uuid_at(name, 0)?), uuid_at(name, 16)?))
    }
}

/// Names a sign-in attempt to its client.
pub fn attempt_token(keyring: &Keyring, account: AccountId, attempt: AttemptId) -> String {
    ATTEMPT.token(keyring, account, attempt.0)
}

/// The attempt that a client names; `None` when we did not give it that name.
pub fn open_attempt(keyring: &Keyring, token: &str) -> Option<(AccountId, AttemptId)> {
    ATTEMPT.open(keyring, token).map(|(account, id)| (account, AttemptId(id)))
}

/// What a device keeps to be known again. Bound to the account; proves no identity.
pub fn device_token(keyring: &Keyring, account: AccountId, device: DeviceId) -> String {
    DEVICE.token(keyring, account, device.0)
}

/// The device that a client says it is; `None` unless we gave it that token for this account.
pub fn open_device(keyring: &Keyring, account: AccountId, token: Option<&str>) -> Option<DeviceId> {
    DEVICE.open(keyring, token?).filter(|(of, _)| *of == account).map(|(_, id)| DeviceId(id))
}

fn digest(secret: &[u8]) -> TokenDigest {
    TokenDigest(Sha256::digest(secret).into())
}

fn encode(parts: &[&[u8]]) -> String {
    URL_SAFE_NO_PAD.encode(parts.concat())
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    // Longer than any of ours: not worth decoding.
    if text.len() > 128 {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn uuid_at(bytes: &[u8], from: usize) -> Option<Uuid> {
    Uuid::from_slice(bytes.get(from..from + 16)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_open_as_what_they_are_and_nothing_else() {
        let keyring = Keyring::generate();
        let (account, other) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let device = device_token(&keyring, account, DeviceId(Uuid::from_u128(3)));
        assert_eq!(open_device(&keyring, account, Some(&device)), Some(DeviceId(Uuid::from_u128(3))));
        assert_eq!(open_device(&keyring, other, Some(&device)), None, "row 7: another account's device");
        assert_eq!(open_device(&keyring, account, None), None, "row 7: an absent device matches nothing");
        assert_eq!(open_attempt(&keyring, &device), None, "a token of one purpose is none of another");
        assert_eq!(open_device(&Keyring::generate(), account, Some(&device)), None);
        for bad in ["", "x", &device[1..], &"A".repeat(4_000)] {
            assert_eq!(open_device(&keyring, account, Some(bad)), None);
            assert!(SessionToken::parse(bad).is_none());
        }
    }

    #[test]
    fn a_session_token_carries_what_is_stored() {
        let secret = Secret::fresh();
        let token = secret.session_token(AccountId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        let parsed = SessionToken::parse(&token).unwrap();
        assert_eq!((parsed.account.0.as_u128(), parsed.session.0.as_u128()), (1, 2));
        assert!(parsed.digest.matches(&secret.digest()));
        assert!(parse_service_key(&token).is_none());
    }
}
