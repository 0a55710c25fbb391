//! A software authenticator: ES256, attestation `none`, and every way to get it wrong.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use watchbook_eventlog::fresh;

pub(crate) const ORIGIN: &str = "http://localhost:8080";
pub(crate) const RP_ID: &str = "localhost";

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A passkey, and what its authenticator and browser say when they use it. Tests change what they say.
#[derive(Clone)]
pub(crate) struct Authenticator {
    pub(crate) key: SigningKey,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) user_handle: Option<String>,
    pub(crate) counter: u32,
    pub(crate) flags: u8,
    pub(crate) origin: String,
    pub(crate) rp_id: String,
}

pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Authenticator {
    pub(crate) fn new() -> Self {
        Self {
            key: SigningKey::from_slice(&fresh::bytes::<32>()).unwrap(),
            credential_id: fresh::bytes::<16>().to_vec(),
            user_handle: None,
            counter: 0,
            flags: USER_PRESENT | USER_VERIFIED,
            origin: ORIGIN.into(),
            rp_id: RP_ID.into(),
        }
    }

    pub(crate) fn without_user_verification(mut self) -> Self {
        self.flags &= !USER_VERIFIED;
        self
    }

    /// What `navigator.credentials.create()` gives.
    pub(crate) fn create(&mut self, options: &Value) -> Value {
        self.user_handle = Some(options["user"]["id"].as_str().unwrap().into());
        let client_data = self.client_data("webauthn.create", &options["challenge"]);
        let mut data = self.authenticator_data(self.flags | ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": data} in CBOR (RFC 8949).
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(&data);
        json!({
            "id": base64(&self.credential_id),
            "rawId": base64(&self.credential_id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {"clientDataJSON": base64(client_data), "attestationObject": base64(object)},
        })
    }

    /// What `navigator.credentials.get()` gives.
    pub(crate) fn get(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", &options["challenge"]);
        let data = self.authenticator_data(self.flags);
        let signed = [&data[..], &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.key.sign(&signed);
        json!({
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
        })
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        let challenge = challenge.as_str().unwrap();
        // In the order that browsers keep (Web Authentication Level 3, 5.8.1.1).
        format!(
            r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{}","crossOrigin":false}}"#,
            self.origin
        )
        .into_bytes()
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.rp_id.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// {1: 2, 3: -7, -1: 1, -2: x, -3: y} in CBOR (RFC 9053, 7.1.1).
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_encoded_point(false);
        let mut key = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".to_vec();
        key.extend(point.x().unwrap());
        key.extend(b"\x22\x58\x20");
        key.extend(point.y().unwrap());
        key
    }
}
