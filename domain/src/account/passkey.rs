//! Passkeys (Web Authentication Level 3): enrolled, named, removed, and what an assertion of one is worth.
//!
//! The signature is checked outside, with the public key that lies here; whether it is accepted is decided
//! here. User verification is required of every passkey, so that one proves two factors: the device and what
//! unlocks it (NIST SP 800-63B-4, 2.2.1 and 3.1.7).

use super::device::name_of;
use super::session::{end_all, refreshed};
use super::{Account, AccountEvent, EndReason, Level, Rejection, TokenDigest};
use crate::policy::Policy;
use crate::{AttemptId, CredentialId, SessionId, Timestamp};
use serde::{Deserialize, Serialize};

/// Most passkeys of an account, so that its state and its challenges stay small.
const MOST: usize = 20;

/// The public key of a passkey. Numbers and points are big-endian bytes in unpadded base64url, as in a JSON Web
/// Key (RFC 7518, section 6; RFC 8037, section 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "algorithm", rename_all = "lowercase")]
pub enum PublicKey {
    /// ECDSA on P-256 with SHA-256.
    Es256 {
        /// 32 bytes.
        x: String,
        /// 32 bytes.
        y: String,
    },
    /// ECDSA on P-384 with SHA-384.
    Es384 {
        /// 48 bytes.
        x: String,
        /// 48 bytes.
        y: String,
    },
    /// Ed25519.
    Ed25519 {
        /// 32 bytes.
        x: String,
    },
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256 {
        /// The modulus.
        n: String,
        /// The exponent.
        e: u32,
    },
}

/// Whether a passkey has copies, as far as its authenticator says (Web Authentication Level 3, 6.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backup {
    /// It never leaves the authenticator. This does not change.
    Impossible,
    /// It may be copied to its provider.
    Possible,
    /// A copy lies with its provider.
    Present,
}

/// An enrolled passkey. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// What the authenticator calls it, in unpadded base64url.
    pub credential_id: String,
    /// What its signatures are checked with.
    pub public_key: PublicKey,
    /// The signature counter as last seen; 0 when the authenticator has none.
    pub counter: u32,
    /// Whether it has copies.
    pub backup: Backup,
    /// What its owner calls it.
    pub name: String,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// When it was last accepted.
    pub last_used_at: Option<Timestamp>,
}

/// An assertion whose signature, challenge, origin and user verification were found right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Which passkey signed.
    pub passkey: CredentialId,
    /// The signature counter that it showed.
    pub counter: u32,
    /// Whether it has copies.
    pub backup: Backup,
}

/// What an assertion is worth.
pub(super) enum Worth {
    /// It proves the passkey.
    Accepted,
    /// The passkey is not enrolled (any more).
    Unknown,
    /// The counter did not grow: there may be a copy of the private key. To be put on record.
    Copied(Box<AccountEvent>),
}

impl Assertion {
    /// A counter that is used at all must grow with every signature (Web Authentication Level 3, 7.2, step 22).
    pub(super) fn worth(&self, account: &Account) -> Worth {
        match account.passkeys.get(&self.passkey) {
            None => Worth::Unknown,
            Some(passkey) if (passkey.counter, self.counter) != (0, 0) && self.counter <= passkey.counter => {
                Worth::Copied(Box::new(AccountEvent::PasskeyCopySuspected {
                    passkey: self.passkey,
                    counter: self.counter,
                    last_counter: passkey.counter,
                }))
            }
            Some(_) => Worth::Accepted,
        }
    }

    pub(super) fn accepted(&self, attempt: AttemptId, guess: AttemptId) -> AccountEvent {
        let Self { passkey, counter, backup } = *self;
        AccountEvent::PasskeyAccepted { attempt, guess, passkey, counter, backup }
    }
}

/// Whether a passkey may be enrolled from this session now; nothing is recorded until it is.
#[derive(Clone, Copy, Debug)]
pub struct BeginPasskeyEnrolment {
    /// The session.
    pub session: SessionId,
    /// Now.
    pub now: Timestamp,
}

impl BeginPasskeyEnrolment {
    /// # Errors
    /// `SessionOver`, `ReauthenticationRequired`, `TooManyPasskeys`.
    pub fn check(&self, account: &Account, policy: &Policy) -> Result<(), Rejection> {
        account.fresh_session(self.session, policy, self.now)?;
        if account.passkeys.len() < MOST { Ok(()) } else { Err(Rejection::TooManyPasskeys) }
    }
}

/// Enrols a passkey. The session now has two factors behind it and gets a new token; the others end.
#[derive(Clone, Debug)]
pub struct EnrolPasskey {
    /// The session, which [`BeginPasskeyEnrolment`] found fresh when the challenge was given out.
    pub session: SessionId,
    /// The id it gets here.
    pub passkey: CredentialId,
    /// What the authenticator calls it, in unpadded base64url.
    pub credential_id: String,
    /// What its signatures are checked with.
    pub public_key: PublicKey,
    /// The signature counter that it showed.
    pub counter: u32,
    /// Whether it has copies.
    pub backup: Backup,
    /// What its owner calls it: 1 to 64 characters, none of them a control character.
    pub name: String,
    /// SHA-256 of the session's new token.
    pub token_digest: TokenDigest,
    /// Now.
    pub now: Timestamp,
}

impl EnrolPasskey {
    /// # Errors
    /// `SessionOver`, `PasskeyEnrolled` (the account has that one), `TooManyPasskeys`, `NameInvalid`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.live_session(self.session, self.now)?;
        account.changes_allowed(self.now)?;
        if account.passkeys.values().any(|passkey| passkey.credential_id == self.credential_id) {
            return Err(Rejection::PasskeyEnrolled);
        }
        if account.passkeys.len() >= MOST {
            return Err(Rejection::TooManyPasskeys);
        }
        let mut events = vec![
            AccountEvent::PasskeyEnrolled {
                passkey: self.passkey,
                credential_id: self.credential_id.clone(),
                public_key: self.public_key.clone(),
                counter: self.counter,
                backup: self.backup,
                name: name_of(&self.name)?.to_owned(),
            },
            refreshed(account, self.session, self.token_digest, Level::Aal2, policy, self.now)?,
        ];
        events.extend(end_all(account, Some(self.session), EndReason::SecondFactorChanged, self.now));
        Ok(events)
    }
}

/// Names a passkey.
#[derive(Clone, Debug)]
pub struct RenamePasskey {
    /// The passkey.
    pub passkey: CredentialId,
    /// Its name: 1 to 64 characters, none of them a control character.
    pub name: String,
}

impl RenamePasskey {
    /// # Errors
    /// `PasskeyUnknown`, `NameInvalid`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        let known = account.passkeys.get(&self.passkey).ok_or(Rejection::PasskeyUnknown)?;
        let name = name_of(&self.name)?;
        if known.name == name {
            return Ok(vec![]);
        }
        Ok(vec![AccountEvent::PasskeyRenamed { passkey: self.passkey, name: name.to_owned() }])
    }
}

/// Removes a passkey; the recovery codes go with the last second factor. Other sessions end.
#[derive(Clone, Debug)]
pub struct RemovePasskey {
    /// The passkey.
    pub passkey: CredentialId,
    /// The session.
    pub session: SessionId,
    /// Now.
    pub now: Timestamp,
}

impl RemovePasskey {
    /// # Errors
    /// `PasskeyUnknown`, `SessionOver`, `ReauthenticationRequired`, `PasswordTooShortAlone`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.fresh_session(self.session, policy, self.now)?;
        account.passkeys.get(&self.passkey).ok_or(Rejection::PasskeyUnknown)?;
        account.keeps_short_password_company(1)?;
        let removed = AccountEvent::PasskeyRemoved { passkey: self.passkey };
        let ends = end_all(account, Some(self.session), EndReason::SecondFactorChanged, self.now);
        Ok([removed].into_iter().chain(ends).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;

    const SESSION: fn() -> SessionId = || SessionId(id(session_of(0)));

    fn enrol(n: u128, now: i64) -> EnrolPasskey {
        EnrolPasskey {
            session: SESSION(),
            passkey: CredentialId(id(n)),
            credential_id: format!("credential-{n}"),
            public_key: PublicKey::Ed25519 { x: String::new() },
            counter: 1,
            backup: Backup::Impossible,
            name: " phone ".into(),
            token_digest: digest(8),
            now: at(now),
        }
    }

    fn remove(n: u128, now: i64) -> RemovePasskey {
        RemovePasskey { passkey: CredentialId(id(n)), session: SESSION(), now: at(now) }
    }

    #[test]
    fn an_enrolled_passkey_is_required_and_ends_what_was_begun() {
        given(signed_in(0))
            .sign_in(5, None, 9)
            .when_at(10, |a| start(6, None, 10).decide(a, &policy()))
            .then_accepted()
            .when_at(11, |a| enrol(80, 11).decide(a, &policy()))
            .then_types(&["passkey.enrolled", "session.refreshed", "session.ended"])
            .check(|a| {
                assert!(a.requires_second_factor());
                assert_eq!(a.sessions[&SESSION()].level, Level::Aal2);
                assert_eq!(a.passkeys[&CredentialId(id(80))].name, "phone");
            })
            .when(|a| resolve(6, true, 12).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }

    #[test]
    fn the_same_passkey_is_enrolled_once_and_only_so_many() {
        let mut account = given(signed_in(0));
        for n in 0..20 {
            account = account.when_at(10, |a| enrol(80 + n, 10).decide(a, &policy())).then_accepted();
        }
        let begin = BeginPasskeyEnrolment { session: SESSION(), now: at(10) };
        account
            .when(|a| enrol(85, 10).decide(a, &policy()))
            .then_rejected(Rejection::PasskeyEnrolled)
            .when(|a| enrol(100, 10).decide(a, &policy()))
            .then_rejected(Rejection::TooManyPasskeys)
            .check(|a| assert_eq!(begin.check(a, &policy()), Err(Rejection::TooManyPasskeys)));
    }

    #[test]
    fn enrolment_begins_with_a_fresh_proof() {
        let begin = |now| BeginPasskeyEnrolment { session: SESSION(), now: at(now) };
        given(signed_in(0)).check(|a| {
            assert_eq!(begin(599).check(a, &policy()), Ok(()));
            assert_eq!(begin(601).check(a, &policy()), Err(Rejection::ReauthenticationRequired));
        });
    }

    #[test]
    fn it_is_named_and_removed() {
        let rename = |name: &str| RenamePasskey { passkey: CredentialId(id(80)), name: name.into() };
        given(with_passkey(0))
            .when_at(20, |a| rename("key ring").decide(a))
            .then_types(&["passkey.renamed"])
            .when(|a| rename("key ring").decide(a))
            .then(vec![])
            .when(|a| rename("").decide(a))
            .then_rejected(Rejection::NameInvalid)
            .when(|a| remove(80, 1_000).decide(a, &policy()))
            .then_rejected(Rejection::ReauthenticationRequired)
            .when_at(30, |a| remove(80, 30).decide(a, &policy()))
            .then_types(&["passkey.removed"])
            .when(|a| remove(80, 31).decide(a, &policy()))
            .then_rejected(Rejection::PasskeyUnknown)
            .check(|a| assert!(!a.requires_second_factor()));
    }

    #[test]
    fn recovery_codes_go_with_the_last_factor_only() {
        let without_app = super::super::RemoveTotp { session: SESSION(), now: at(40) };
        let mut story = with_totp(0);
        story.extend(with_passkey(0).into_iter().skip(signed_in(0).len()));
        given(story)
            .when_at(40, |a| without_app.decide(a, &policy()))
            .then_accepted()
            .check(|a| assert!(a.recovery_codes.is_some() && a.requires_second_factor()))
            .when_at(41, |a| remove(80, 41).decide(a, &policy()))
            .then_accepted()
            .check(|a| assert!(a.recovery_codes.is_none()));
    }

    #[test]
    fn as_second_factor_it_opens_a_session_once() {
        given(with_passkey(0))
            .password(1, 100)
            .when_at(101, |a| start_passkey(1, 101).decide(a, &policy()))
            .then_types(&["second_factor.started"])
            .when_at(102, |a| signed(1, 2, 102).decide(a, &policy()))
            .then_types(&["passkey.accepted", "sign_in.succeeded", "device.first_seen", "session.opened"])
            .check(|a| {
                let passkey = &a.passkeys[&CredentialId(id(80))];
                assert_eq!((passkey.counter, passkey.last_used_at), (2, Some(at(102))));
                assert_eq!(a.sessions[&SessionId(id(session_of(1)))].level, Level::Aal2);
            })
            .when(|a| signed(1, 3, 103).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }

    #[test]
    fn a_counter_that_goes_backwards_is_refused_and_recorded() {
        for counter in [0, 1] {
            given(with_passkey(0))
                .password(1, 100)
                .when_at(101, |a| start_passkey(1, 101).decide(a, &policy()))
                .then_accepted()
                .when_at(102, |a| signed(1, counter, 102).decide(a, &policy()))
                .then_types(&["passkey.copy_suspected", "second_factor.rejected"])
                .when(|a| start_passkey(1, 103).decide(a, &policy()))
                .then_rejected(Rejection::AttemptOver);
        }
    }
}
