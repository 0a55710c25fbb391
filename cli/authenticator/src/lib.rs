//! A software authenticator with its browser: ES256, attestation `none`. It keeps its key in memory and asks nobody for a
//! touch, so it is of use to simulated people and to tests only, and no part of the server.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Flags of authenticator data (Web Authentication Level 3, 6.1).
pub const USER_PRESENT: u8 = 0x01;
/// See [`USER_PRESENT`].
pub const USER_VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A passkey, and what its authenticator and browser say when they use it. Tests change what they say.
#[derive(Clone)]
pub struct Authenticator {
    /// The passkey's key.
    pub key: SigningKey,
    /// What the authenticator calls it.
    pub credential_id: Vec<u8>,
    /// Whose it is, as the site said when it was made.
    pub user_handle: Option<String>,
    /// The signature counter.
    pub counter: u32,
    /// [`USER_PRESENT`] and [`USER_VERIFIED`], or less.
    pub flags: u8,
    /// The origin that the browser shows.
    pub origin: String,
    /// The relying party that the authenticator signs for.
    pub rp_id: String,
}

/// Unpadded base64url, as in the JSON forms of Web Authentication.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Authenticator {
    /// One whose user is there and verified; `None` in the one case of 2^32 in which `key` is no key of P-256.
    pub fn new(key: [u8; 32], credential_id: [u8; 16], origin: &str, rp_id: &str) -> Option<Self> {
        Some(Self {
            key: SigningKey::from_slice(&key).ok()?,
            credential_id: credential_id.to_vec(),
            user_handle: None,
            counter: 0,
            flags: USER_PRESENT | USER_VERIFIED,
            origin: origin.to_owned(),
            rp_id: rp_id.to_owned(),
        })
    }

    /// What `navigator.credentials.create()` gives; `None` when the options lack challenge or user.
    pub fn create(&mut self, options: &Value) -> Option<Value> {
        self.user_handle = Some(options["user"]["id"].as_str()?.into());
        let client_data = self.client_data("webauthn.create", &options["challenge"])?;
        let mut data = self.authenticator_data(self.flags | ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential_id.len()).ok()?.to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(self.cose_key()?);
        // {"fmt": "none", "attStmt": {}, "authData": data} in CBOR (RFC 8949).
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).ok()?);
        object.extend(&data);
        Some(json!({
            "id": base64(&self.credential_id),
            "rawId": base64(&self.credential_id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {"clientDataJSON": base64(client_data), "attestationObject": base64(object)},
        }))
    }

    /// What `navigator.credentials.get()` gives; `None` when the options lack a challenge.
    pub fn get(&mut self, options: &Value) -> Option<Value> {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", &options["challenge"])?;
        let data = self.authenticator_data(self.flags);
        let signed = [&data[..], &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.key.sign(&signed);
        Some(json!({
            "id": base64(&self.credential_id),
            "rawId": base64(&self.credential_id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64(client_data),
                "authenticatorData": base64(data),
                "signature": base64(signature.to_der()),
                "userHandle": self.user_handle,
            },
        }))
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> Option<Vec<u8>> {
        let challenge = challenge.as_str()?;
        // In the order that browsers keep (Web Authentication Level 3, 5.8.1.1).
        let origin = &self.origin;
        let data = format!(
            r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#
        );
        Some(data.into_bytes())
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.rp_id.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// {1: 2, 3: -7, -1: 1, -2: x, -3: y} in CBOR (RFC 9053, 7.1.1).
    fn cose_key(&self) -> Option<Vec<u8>> {
        let point = self.key.verifying_key().to_encoded_point(false);
        let mut key = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".to_vec();
        key.extend(point.x()?);
        key.extend(b"\x22\x58\x20");
        key.extend(point.y()?);
        Some(key)
    }
}
