//! Challenges of passkeys. The server keeps nothing of one until it is used: what the check needs goes to the
//! client and back, vouched for by the keyring, bound to what it is for, with an end and an id. The account's
//! stream remembers the ids of those that were used.

use crate::app::App;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use watchbook_domain::{AccountId, AttemptId, SessionId, Timestamp};
use watchbook_eventlog::{Keyring, fresh};

/// What a challenge is for. One of one purpose is none of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A new passkey, from within a session.
    Enrolment(AccountId, SessionId),
    /// A proof from within a session.
    Session(AccountId, SessionId),
    /// The second factor of a sign-in.
    SecondFactor(AccountId, AttemptId),
    /// A sign-in without identifier and password.
    SignIn,
}

impl Purpose {
    fn label(self) -> &'static str {
        match self {
            Self::Enrolment(..) => "passkey.enrolment",
            Self::Session(..) => "passkey.session",
            Self::SecondFactor(..) => "passkey.second_factor",
            Self::SignIn => "passkey.sign_in",
        }
    }

    /// 32 bytes, all of the same purpose.
    fn bound_to(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let (account, id) = match self {
            Self::Enrolment(account, session) | Self::Session(account, session) => (account.0, session.0),
            Self::SecondFactor(account, attempt) => (account.0, attempt.0),
            Self::SignIn => (Uuid::nil(), Uuid::nil()),
        };
        bytes[..16].copy_from_slice(account.as_bytes());
        bytes[16..].copy_from_slice(id.as_bytes());
        bytes
    }
}

/// A challenge that the keyring vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    /// Names it; the guess at it has the same id.
    pub id: AttemptId,
    /// It ends then.
    pub expires_at: Timestamp,
    /// What the check of the answer needs.
    pub state: Vec<u8>,
}

/// A passkey's signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyProof {
    /// As it came with the options.
    pub ceremony: String,
    /// What `navigator.credentials.get()` gave, by its `toJSON()`.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// What a client needs to ask for a passkey.
#[derive(Serialize, ToSchema)]
pub struct CeremonyAnswer {
    /// To be sent back with what the authenticator gives. Works once.
    ceremony: String,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.
    #[schema(value_type = Object)]
    options: Value,
    /// The challenge ends then.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Longest token that is worth decoding; ours have about 200 characters.
const LONGEST: usize = 512;

impl Ceremony {
    /// A new one.
    pub fn begin(state: Vec<u8>, expires_at: Timestamp) -> Self {
        Self { id: AttemptId(fresh::uuid()), expires_at, state }
    }

    /// The answer to whoever is to show a passkey.
    pub fn answer(&self, app: &App, purpose: Purpose, options: Value) -> CeremonyAnswer {
        let ceremony = self.token(&app.keyring, purpose);
        CeremonyAnswer { ceremony, options, expires_at: self.expires_at }
    }

    fn token(&self, keyring: &Keyring, purpose: Purpose) -> String {
        let name = [self.id.0.as_bytes(), &self.expires_at.micros().to_be_bytes()[..], &self.state].concat();
        let mac = keyring.mac(purpose.label(), &[&purpose.bound_to()[..], &name].concat());
        URL_SAFE_NO_PAD.encode([&mac[..], &name].concat())
    }

    /// The challenge behind a token; `None` when we did not give it out for this purpose, or it has expired.
    /// Whether it was used is for the account to decide.
    pub fn open(keyring: &Keyring, purpose: Purpose, token: &str, now: Timestamp) -> Option<Self> {
        if token.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (mac, name) = bytes.split_at_checked(32)?;
        if !keyring.verify_mac(purpose.label(), &[&purpose.bound_to()[..], name].concat(), mac) {
            return None;
        }
        let (id, rest) = name.split_at_checked(16)?;
        let (expires_at, state) = rest.split_first_chunk::<8>()?;
        let expires_at = Timestamp::from_micros(i64::from_be_bytes(*expires_at));
        let id = AttemptId(Uuid::from_slice(id).ok()?);
        (now < expires_at).then(|| Self { id, expires_at, state: state.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_28_a_challenge_is_bound_to_its_purpose_account_and_time() {
        let keyring = Keyring::generate();
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let at = Timestamp::from_micros;
        let ceremony = Ceremony { id: AttemptId(two), expires_at: at(10), state: vec![7; 30] };
        let purposes = [
            Purpose::Enrolment(AccountId(one), SessionId(two)),
            Purpose::Session(AccountId(one), SessionId(two)),
            Purpose::SecondFactor(AccountId(one), AttemptId(two)),
            Purpose::SecondFactor(AccountId(two), AttemptId(two)),
            Purpose::SecondFactor(AccountId(one), AttemptId(one)),
            Purpose::SignIn,
        ];
        for purpose in purposes {
            let token = ceremony.token(&keyring, purpose);
            for other in purposes {
                let opened = Ceremony::open(&keyring, other, &token, at(9));
                assert_eq!(opened, (purpose == other).then(|| ceremony.clone()));
            }
            assert_eq!(Ceremony::open(&keyring, purpose, &token, at(10)), None, "expired");
            assert_eq!(Ceremony::open(&Keyring::generate(), purpose, &token, at(9)), None);
            for bad in ["", "A", &token[1..], &token[..40], &"A".repeat(4_000)] {
                assert_eq!(Ceremony::open(&keyring, purpose, bad, at(9)), None);
            }
        }
    }
}
