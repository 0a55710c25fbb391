//! Web Authentication (Level 3) by way of its library: options for the browser, and the check of what it
//! brings back. Nothing here decides; what is right becomes a fact that the account decides on.

use crate::problem::{self, Problem};
use axum::http::Uri;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::num::NonZeroU32;
use uuid::Uuid;
use watchbook_domain::account::{Assertion, Backup, Passkey, PublicKey};
use watchbook_domain::{Account, AccountId};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::{
    AuthenticationVerificationOptions, AuthenticatorAttachmentEnforcement, SignatureCounterEnforcement,
};
use webauthn_rp::request::register::{
    PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle, Username,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::auth::ser_relaxed::DiscoverableAuthenticationRelaxed16;
use webauthn_rp::response::register::ser_relaxed::RegistrationRelaxed;
use webauthn_rp::response::register::{
    AuthenticatorExtensionOutputStaticState, CompressedP256PubKey, CompressedP384PubKey, CompressedPubKey,
    CredentialProtectionPolicy, DynamicState, Ed25519PubKey, RsaPubKey, StaticState, UncompressedPubKey,
};
use webauthn_rp::response::{AuthTransports, AuthenticatorAttachment, Backup as ShownBackup, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState, DiscoverableCredentialRequestOptions,
    PublicKeyCredentialCreationOptions, RegistrationServerState,
};

/// Who asks for passkeys: the site at its public URL, and no other.
pub struct RelyingParty {
    id: RpId,
    origin: String,
}

/// A passkey that was just made.
pub struct Attested {
    /// What the authenticator calls it, in unpadded base64url.
    pub credential_id: String,
    /// Its public key.
    pub public_key: PublicKey,
    /// Its signature counter.
    pub counter: u32,
    /// Whether it has copies.
    pub backup: Backup,
}

/// An assertion as it was sent, taken apart but not checked.
pub struct Shown(DiscoverableAuthenticationRelaxed16);

impl Shown {
    /// Reads the JSON form (Web Authentication Level 3, 5.1.8). `known` is whose passkey it must be, where
    /// that was settled before: some authenticators leave the user handle out then.
    ///
    /// # Errors
    /// `MALFORMED`.
    pub fn read(mut credential: Value, known: Option<AccountId>) -> Result<Self, Problem> {
        let response = credential.get_mut("response").and_then(Value::as_object_mut);
        if let (Some(account), Some(response)) = (known, response) {
            let handle = response.entry("userHandle").or_insert(Value::Null);
            if handle.is_null() {
                *handle = Value::String(URL_SAFE_NO_PAD.encode(account.0));
            }
        }
        let shown = serde_json::from_value(credential);
        shown.map(Self).map_err(|_| Problem::from(problem::MALFORMED).detail("credential: not an assertion"))
    }

    /// Whose passkey it says it is.
    pub fn account(&self) -> Option<AccountId> {
        let handle = self.0.0.response().user_handle();
        Uuid::from_slice(handle.as_ref()).ok().map(AccountId)
    }
}

impl RelyingParty {
    /// The site at `public_url`, whose host must be a domain name (Web Authentication Level 3, 5.1.2): at a
    /// bare network address there are no passkeys.
    ///
    /// # Errors
    /// `PASSKEYS_UNAVAILABLE`.
    pub fn of(public_url: &str) -> Result<Self, Problem> {
        let parsed = public_url.parse::<Uri>().ok().and_then(|url| {
            let (scheme, host) = (url.scheme_str()?.to_owned(), url.host()?.to_ascii_lowercase());
            if host.starts_with('[') || host.parse::<IpAddr>().is_ok() {
                return None;
            }
            let port = url.port_u16().filter(|port| (scheme.as_str(), *port) != ("https", 443));
            let port = port.filter(|port| (scheme.as_str(), *port) != ("http", 80));
            let origin = match port {
                Some(port) => format!("{scheme}://{host}:{port}"),
                None => format!("{scheme}://{host}"),
            };
            Some(Self { id: RpId::Domain(AsciiDomain::try_from(host).ok()?), origin })
        });
        parsed.ok_or_else(|| problem::PASSKEYS_UNAVAILABLE.into())
    }

    /// Options of `navigator.credentials.create()`, and the state that the check of its outcome needs.
    /// Attestation is not asked for: any authenticator will do that verifies its user and keeps the passkey.
    ///
    /// # Errors
    /// Faults of ours only.
    pub fn creation(
        &self,
        account: &Account,
        site_name: &str,
        seconds: u32,
    ) -> Result<(Value, Vec<u8>), Problem> {
        let id = account.id.ok_or(problem::INTERNAL)?;
        let Ok(handle) = UserHandle::<16>::decode(id.0.into_bytes());
        let number = account.number.map(|number| number.to_string()).unwrap_or_default();
        let email = account.email.as_ref().map_or("", |email| email.as_str());
        let name = Username::try_from(email).or_else(|_| Username::try_from(number));
        let name = name.map_err(|error| Problem::internal(&error))?;
        let user = PublicKeyCredentialUserEntity { name, id: &handle, display_name: None };
        let exclude = account.passkeys.values().filter_map(|passkey| descriptor(&passkey.credential_id));
        let mut options = PublicKeyCredentialCreationOptions::passkey(&self.id, user, exclude.collect());
        options.timeout = milliseconds(seconds);
        let (server, client) = options.start_ceremony().map_err(|error| Problem::internal(&error))?;
        let mut client = serde_json::to_value(&client).map_err(|error| Problem::internal(&error))?;
        client["rp"]["name"] = json!(site_name);
        Ok((client, server.encode().map_err(|error| Problem::internal(&error))?))
    }

    /// Checks what `navigator.credentials.create()` gave.
    ///
    /// # Errors
    /// `MALFORMED` when it cannot be read, `INVALID_PASSKEY` when anything in it is not as it must be.
    pub fn attested(&self, state: &[u8], credential: Value) -> Result<Attested, Problem> {
        let registration: RegistrationRelaxed = serde_json::from_value(credential)
            .map_err(|_| Problem::from(problem::MALFORMED).detail("credential: not an attestation"))?;
        let state = RegistrationServerState::<16>::decode(state).map_err(|_| problem::INVALID_PASSKEY)?;
        let options = RegistrationVerificationOptions::<String, String> {
            allowed_origins: std::slice::from_ref(&self.origin),
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let verified = state.verify(&self.id, &registration.0, &options).map_err(|error| {
            tracing::debug!(%error, "an attestation was refused");
            problem::INVALID_PASSKEY
        })?;
        let (id, _, _, fixed, changing, _) = verified.into_parts();
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let public_key = match fixed.credential_public_key {
            UncompressedPubKey::P256(key) => PublicKey::Es256 { x: encode(key.x()), y: encode(key.y()) },
            UncompressedPubKey::P384(key) => PublicKey::Es384 { x: encode(key.x()), y: encode(key.y()) },
            UncompressedPubKey::Ed25519(key) => PublicKey::Ed25519 { x: encode(key.into_inner()) },
            UncompressedPubKey::Rsa(key) => PublicKey::Rs256 { n: encode(key.n()), e: key.e() },
        };
        Ok(Attested {
            credential_id: encode(id.as_ref()),
            public_key,
            counter: changing.sign_count,
            backup: backup(changing.backup),
        })
    }

    /// Options of `navigator.credentials.get()`, and the state that the check of its outcome needs. Without
    /// `passkeys` the authenticator offers what it has for this site.
    ///
    /// # Errors
    /// Faults of ours only.
    pub fn request<'a>(
        &self,
        passkeys: impl Iterator<Item = &'a Passkey>,
        seconds: u32,
    ) -> Result<(Value, Vec<u8>), Problem> {
        let mut options = DiscoverableCredentialRequestOptions::passkey(&self.id);
        options.0.timeout = milliseconds(seconds);
        let (server, client) = options.start_ceremony().map_err(|error| Problem::internal(&error))?;
        let mut client = serde_json::to_value(&client).map_err(|error| Problem::internal(&error))?;
        client["allowCredentials"] =
            passkeys.map(|passkey| json!({"type": "public-key", "id": passkey.credential_id})).collect();
        Ok((client, server.encode().map_err(|error| Problem::internal(&error))?))
    }

    /// Checks what `navigator.credentials.get()` gave: type, challenge, origin, relying party, user
    /// verification, signature, and that the passkey is one of the account's. `None` when any of it is wrong.
    /// Whether the signature counter is acceptable is for the account to decide.
    pub fn asserted(&self, state: &[u8], shown: &Shown, account: &Account) -> Option<Assertion> {
        let state = DiscoverableAuthenticationServerState::decode(state).ok()?;
        let Ok(handle) = UserHandle::<16>::decode(account.id?.0.into_bytes());
        let shown = &shown.0.0;
        let named = URL_SAFE_NO_PAD.encode(shown.raw_id());
        let (id, passkey) = account.passkeys.iter().find(|(_, known)| known.credential_id == named)?;
        let fixed = StaticState {
            credential_public_key: key(&passkey.public_key)?,
            extensions: AuthenticatorExtensionOutputStaticState {
                cred_protect: CredentialProtectionPolicy::None,
                hmac_secret: None,
            },
        };
        let changing = DynamicState {
            user_verified: true,
            backup: match passkey.backup {
                Backup::Impossible => ShownBackup::NotEligible,
                Backup::Possible => ShownBackup::Eligible,
                Backup::Present => ShownBackup::Exists,
            },
            // The account compares; from 0, every counter passes here.
            sign_count: 0,
            authenticator_attachment: AuthenticatorAttachment::None,
        };
        let mut credential = AuthenticatedCredential::new(shown.raw_id(), &handle, fixed, changing).ok()?;
        let options = AuthenticationVerificationOptions::<String, String> {
            allowed_origins: std::slice::from_ref(&self.origin),
            error_on_unsolicited_extensions: false,
            auth_attachment_enforcement: AuthenticatorAttachmentEnforcement::Ignore(false),
            sig_counter_enforcement: SignatureCounterEnforcement::Update,
            ..AuthenticationVerificationOptions::default()
        };
        if let Err(error) = state.verify(&self.id, shown, &mut credential, &options) {
            tracing::debug!(%error, "an assertion was refused");
            return None;
        }
        let now = credential.dynamic_state();
        Some(Assertion { passkey: *id, counter: now.sign_count, backup: backup(now.backup) })
    }
}

fn descriptor(credential_id: &str) -> Option<PublicKeyCredentialDescriptor<Vec<u8>>> {
    let id = CredentialId::decode(URL_SAFE_NO_PAD.decode(credential_id).ok()?).ok()?;
    Some(PublicKeyCredentialDescriptor { id, transports: AuthTransports::decode(0).ok()? })
}

/// A public key as the library takes it: Ed25519, P-256, P-384, RSA.
type OwnedKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

fn key(public: &PublicKey) -> Option<OwnedKey> {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let odd = |y: &str| Some(bytes(y)?.last()? & 1 == 1);
    Some(match public {
        PublicKey::Es256 { x, y } => {
            let x: [u8; 32] = bytes(x)?.try_into().ok()?;
            CompressedPubKey::P256(CompressedP256PubKey::from((x, odd(y)?)))
        }
        PublicKey::Es384 { x, y } => {
            let x: [u8; 48] = bytes(x)?.try_into().ok()?;
            CompressedPubKey::P384(CompressedP384PubKey::from((x, odd(y)?)))
        }
        PublicKey::Ed25519 { x } => {
            let x: [u8; 32] = bytes(x)?.try_into().ok()?;
            CompressedPubKey::Ed25519(Ed25519PubKey::from(x))
        }
        PublicKey::Rs256 { n, e } => CompressedPubKey::Rsa(RsaPubKey::try_from((bytes(n)?, *e)).ok()?),
    })
}

fn backup(shown: ShownBackup) -> Backup {
    match shown {
        ShownBackup::NotEligible => Backup::Impossible,
        ShownBackup::Eligible => Backup::Possible,
        ShownBackup::Exists => Backup::Present,
    }
}

fn milliseconds(seconds: u32) -> NonZeroU32 {
    NonZeroU32::new(seconds.saturating_mul(1_000)).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_38_the_origin_is_exact_and_addresses_have_no_passkeys() {
        let origin = |url: &str| RelyingParty::of(url).ok().map(|party| party.origin);
        for (url, expected) in [
            ("https://login.Example.com", Some("https://login.example.com")),
            ("https://example.com:443", Some("https://example.com")),
            ("https://example.com:8443", Some("https://example.com:8443")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("http://127.0.0.1:8080", None),
            ("http://[::1]:8080", None),
            ("", None),
        ] {
            assert_eq!(origin(url).as_deref(), expected, "{url}");
        }
    }
}
