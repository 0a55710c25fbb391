//! Given, when, then: the tests' way to tell a story of one account.

use super::*;
use crate::aggregate::{Aggregate, Event};
use crate::policy::Policy;
use crate::{
    AccountId, AttemptId, ClientContext, CredentialId, DeviceId, Email, LinkId, SessionId, Timestamp,
    UserNumber,
};
use uuid::Uuid;

pub(super) const LINK: u128 = 0xA0;
pub(super) const DEVICE: DeviceId = DeviceId(Uuid::from_u128(0xD0));
pub(super) const ENROLMENT_STEP: u64 = 100;

impl std::ops::Add<u128> for DeviceId {
    type Output = Self;
    fn add(self, n: u128) -> Self {
        Self(Uuid::from_u128(self.0.as_u128() + n))
    }
}

pub(super) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// `s` seconds after the start of the story.
pub(super) fn at(s: i64) -> Timestamp {
    Timestamp::from_micros(s * 1_000_000)
}

pub(super) fn digest(n: u8) -> TokenDigest {
    TokenDigest([n; 32])
}

pub(super) fn policy() -> Policy {
    Policy::default()
}

/// Long enough to stand alone.
pub(super) fn new_password(n: u128) -> NewPassword {
    NewPassword { credential: CredentialId(id(n)), length: 15 }
}

/// The session that attempt `n` opens.
pub(super) fn session_of(n: u128) -> u128 {
    0x5000 + n
}

/// The guess at a code within attempt `n`.
pub(super) fn guess_of(n: u128) -> u128 {
    0x6000 + n
}

pub(super) type Story = Vec<(AccountEvent, i64)>;

pub(super) fn registered(t: i64) -> Story {
    let register = Register {
        account: AccountId(id(1)),
        email: Email::parse("ann@example.com").unwrap(),
        number: UserNumber::from_random(7),
        password: CredentialId(id(2)),
        locale: None,
        link: LinkId(id(LINK)),
        context: ClientContext::default(),
        now: at(t),
    };
    register.decide(&Account::default(), &policy()).unwrap().into_iter().map(|event| (event, t)).collect()
}

pub(super) fn verified(t: i64) -> Story {
    let mut story = registered(t);
    story.push((AccountEvent::EmailVerified { link: LinkId(id(LINK)) }, t));
    story
}

/// Signed in as attempt 0, from `DEVICE`.
pub(super) fn signed_in(t: i64) -> Story {
    given(verified(t)).sign_in(0, Some(DEVICE), t).story
}

/// With an authenticator app and recovery codes, signed in as attempt 0.
pub(super) fn with_totp(t: i64) -> Story {
    let mut story = signed_in(t);
    let credential = CredentialId(id(3));
    let session = SessionId(id(session_of(0)));
    let far = at(t + 3_600);
    story.push((AccountEvent::TotpEnrolled { credential, step: ENROLMENT_STEP }, t));
    let refreshed = AccountEvent::SessionRefreshed {
        session,
        token_digest: digest(0),
        level: Level::Aal2,
        idle_expires_at: far,
        context: None,
    };
    story.push((refreshed, t));
    story.push((AccountEvent::RecoveryCodesGenerated { credential, count: 10 }, t));
    story
}

/// With the passkey 80, whose counter stands at 1, signed in as attempt 0.
pub(super) fn with_passkey(t: i64) -> Story {
    let mut story = signed_in(t);
    story.push((
        AccountEvent::PasskeyEnrolled {
            passkey: CredentialId(id(80)),
            credential_id: "credential-80".into(),
            public_key: PublicKey::Ed25519 { x: String::new() },
            counter: 1,
            backup: Backup::Impossible,
            name: "phone".into(),
        },
        t,
    ));
    let refreshed = AccountEvent::SessionRefreshed {
        session: SessionId(id(session_of(0))),
        token_digest: digest(0),
        level: Level::Aal2,
        idle_expires_at: at(t + 3_600),
        context: None,
    };
    story.push((refreshed, t));
    story
}

pub(super) fn start_passkey(n: u128, t: i64) -> StartSecondFactor {
    StartSecondFactor { factor: SecondFactor::Passkey, ..start_code(n, t) }
}

/// The signature of passkey 80 with this counter.
pub(super) fn signed(n: u128, counter: u32, t: i64) -> ResolveSecondFactor {
    let assertion = Assertion { passkey: CredentialId(id(80)), counter, backup: Backup::Impossible };
    ResolveSecondFactor { proof: Proof::Passkey(assertion), ..code(n, guess_of(n), None, t) }
}

pub(super) fn start(n: u128, device: Option<DeviceId>, t: i64) -> StartSignIn {
    StartSignIn { attempt: AttemptId(id(n)), device, context: ClientContext::default(), now: at(t) }
}

pub(super) fn joint(n: u128, t: i64) -> StartJointSignIn {
    StartJointSignIn { start: start(n, None, t), guess: AttemptId(id(guess_of(n))) }
}

fn new_session(n: u128, device: Option<DeviceId>) -> NewSession {
    NewSession {
        id: SessionId(id(session_of(n))),
        token_digest: digest(n as u8),
        device,
        new_device: device.unwrap_or(DEVICE + 1_000 + n),
        context: ClientContext::default(),
        trust_device: false,
    }
}

pub(super) fn resolve(n: u128, correct: bool, t: i64) -> ResolvePassword {
    ResolvePassword { attempt: AttemptId(id(n)), correct, session: new_session(n, None), now: at(t) }
}

pub(super) fn start_code(n: u128, t: i64) -> StartSecondFactor {
    StartSecondFactor {
        attempt: AttemptId(id(n)),
        guess: AttemptId(id(guess_of(n))),
        factor: SecondFactor::Totp,
        now: at(t),
    }
}

pub(super) fn code(n: u128, guess: u128, step: Option<u64>, t: i64) -> ResolveSecondFactor {
    ResolveSecondFactor {
        attempt: AttemptId(id(n)),
        guess: AttemptId(id(guess)),
        proof: step.map_or(Proof::Wrong(SecondFactor::Totp), |step| Proof::Totp { step }),
        session: new_session(n, None),
        now: at(t),
    }
}

#[derive(Clone)]
pub(super) struct Given {
    account: Account,
    story: Story,
}

pub(super) struct When {
    given: Given,
    at: Option<i64>,
    result: Result<Vec<AccountEvent>, Rejection>,
}

pub(super) fn given(story: Story) -> Given {
    let mut account = Account::default();
    for (event, t) in &story {
        account.evolve(event, at(*t));
    }
    Given { account, story }
}

impl Given {
    /// Some more of the story.
    pub(super) fn and(mut self, events: Vec<AccountEvent>, t: i64) -> Self {
        for event in events {
            self.account.evolve(&event, at(t));
            self.story.push((event, t));
        }
        self
    }

    /// A decision that is only looked at.
    pub(super) fn when(self, decide: impl FnOnce(&Account) -> Result<Vec<AccountEvent>, Rejection>) -> When {
        let result = decide(&self.account);
        When { given: self, at: None, result }
    }

    /// A decision whose events become part of the story at `t`.
    pub(super) fn when_at(
        self,
        t: i64,
        decide: impl FnOnce(&Account) -> Result<Vec<AccountEvent>, Rejection>,
    ) -> When {
        When { at: Some(t), ..self.when(decide) }
    }

    /// Looks at the state.
    pub(super) fn check(self, look: impl FnOnce(&Account)) -> Self {
        look(&self.account);
        self
    }

    /// `n` wrong passwords at `t`, however throttled.
    pub(super) fn failures(mut self, n: u32, device: Option<DeviceId>, t: i64) -> Self {
        for i in 0..n {
            let attempt = AttemptId(id(0xFA11_0000 + u128::from(i)));
            let started = AccountEvent::SignInStarted {
                attempt,
                device,
                context: ClientContext::default(),
                expires_at: at(t + 600),
            };
            self = self.and(vec![started, AccountEvent::PasswordRejected { attempt }], t);
        }
        self
    }

    /// A whole sign-in by password alone, as attempt `n`.
    pub(super) fn sign_in(self, n: u128, device: Option<DeviceId>, t: i64) -> Self {
        let resolve = ResolvePassword { session: new_session(n, device), ..resolve(n, true, t) };
        self.when_at(t, |a| start(n, device, t).decide(a, &policy()))
            .then_accepted()
            .when_at(t, |a| resolve.decide(a, &policy()))
            .then_accepted()
    }

    /// The right password, as attempt `n`.
    pub(super) fn password(self, n: u128, t: i64) -> Self {
        self.when_at(t, |a| start(n, None, t).decide(a, &policy()))
            .then_accepted()
            .when_at(t, |a| resolve(n, true, t).decide(a, &policy()))
            .then_types(&["sign_in.password_accepted"])
    }

    /// The right code of `step`, for attempt `n`.
    pub(super) fn code(self, n: u128, step: u64, t: i64) -> Self {
        self.when_at(t, |a| start_code(n, t).decide(a, &policy()))
            .then_accepted()
            .when_at(t, |a| code(n, guess_of(n), Some(step), t).decide(a, &policy()))
            .then_accepted()
    }

    /// A wrong code, for attempt `n`.
    pub(super) fn wrong_code(self, n: u128, t: i64) -> Self {
        self.when_at(t, |a| start_code(n, t).decide(a, &policy()))
            .then_accepted()
            .when_at(t, |a| code(n, guess_of(n), None, t).decide(a, &policy()))
            .then_types(&["second_factor.rejected"])
    }

    /// A whole sign-in with password and code, as attempt `n`.
    pub(super) fn sign_in_with_code(self, n: u128, step: u64, t: i64) -> Self {
        self.password(n, t).code(n, step, t)
    }
}

impl When {
    fn settle(self) -> (Given, Vec<AccountEvent>) {
        let events = self.result.unwrap_or_else(|rejection| panic!("rejected: {rejection}"));
        match self.at {
            Some(t) => (self.given.and(events.clone(), t), events),
            None => (self.given, events),
        }
    }

    pub(super) fn then(self, expected: Vec<AccountEvent>) -> Given {
        let (given, events) = self.settle();
        assert_eq!(events, expected);
        given
    }

    pub(super) fn then_types(self, expected: &[&str]) -> Given {
        let (given, events) = self.settle();
        assert_eq!(events.iter().map(Event::event_type).collect::<Vec<_>>(), expected);
        given
    }

    pub(super) fn then_accepted(self) -> Given {
        self.settle().0
    }

    pub(super) fn then_rejected(self, expected: Rejection) -> Given {
        assert_eq!(self.result, Err(expected));
        self.given
    }
}
