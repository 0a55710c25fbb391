//! Generated people, whose events are decided by the rules themselves.

use uuid::Uuid;
use watchbook_domain::account::{
    AccountEvent, EndReason, EndSession, NewSession, Register, Rejection, ResolvePassword, StartSignIn,
    TokenDigest, VerifyEmail,
};
use watchbook_domain::source::{Source, SourceEvent};
use watchbook_domain::{
    Account, AccountId, Aggregate as _, AttemptId, ClientContext, CredentialId, DeviceId, Email, LinkId,
    Policy, SessionId, SubjectId, Timestamp, UserNumber,
};
use watchbook_eventlog::{Clock as _, Metadata, Repository, SystemClock, fresh};

use crate::engine::{Engine, concurrently, metadata};

/// Everybody's.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Of the `n`-th person.
pub(crate) fn email(n: usize) -> String {
    format!("person-{n}@example.com")
}

/// Of the `n`-th person of [`write_history`].
pub(crate) fn account_id(n: usize) -> AccountId {
    AccountId(Uuid::new_v5(&Uuid::NAMESPACE_URL, &n.to_be_bytes()))
}

/// Where everybody is.
pub(crate) fn context() -> ClientContext {
    ClientContext {
        address: "203.0.113.57".into(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into(),
        device: "Firefox on Linux".into(),
        place: Some("Lisbon, Portugal".into()),
        ..ClientContext::default()
    }
}

/// An account and what has happened to it since it was handed over.
pub(crate) struct Story {
    pub(crate) account: Account,
    pub(crate) events: Vec<AccountEvent>,
    policy: Policy,
}

impl Story {
    pub(crate) fn of(account: Account) -> Self {
        Self { account, events: Vec::new(), policy: Policy::default() }
    }

    fn then(&mut self, now: Timestamp, decided: Result<Vec<AccountEvent>, Rejection>) {
        for event in decided.unwrap() {
            self.account.evolve(&event, now);
            self.events.push(event);
        }
    }

    /// Registers, and proves the address.
    pub(crate) fn register(
        &mut self,
        account: AccountId,
        email: &str,
        password: CredentialId,
        now: Timestamp,
    ) {
        let register = Register {
            account,
            email: Email::parse(email).unwrap(),
            number: UserNumber::from_random(u32::from_be_bytes(fresh::bytes())),
            password,
            locale: None,
            link: LinkId(fresh::uuid()),
            context: context(),
            now,
        };
        self.then(now, register.decide(&self.account, &self.policy));
        self.then(now, VerifyEmail { link: register.link, holds_claim: true, now }.decide(&self.account));
    }

    /// An attempt with the right or a wrong password, from the device that the account knows, if any.
    pub(crate) fn attempt(&mut self, correct: bool, now: Timestamp) {
        let device = self.account.devices.keys().next().copied();
        let attempt = AttemptId(fresh::uuid());
        let start = StartSignIn { attempt, device, context: context(), now };
        self.then(now, start.decide(&self.account, &self.policy));
        let session = NewSession {
            id: SessionId(fresh::uuid()),
            token_digest: TokenDigest(fresh::bytes()),
            device,
            new_device: DeviceId(fresh::uuid()),
            context: context(),
            trust_device: false,
        };
        let resolve = ResolvePassword { attempt, correct, session, now };
        self.then(now, resolve.decide(&self.account, &self.policy));
    }

    fn sign_out(&mut self, now: Timestamp) {
        let session = *self.account.sessions.keys().next().unwrap();
        self.then(now, EndSession { session, reason: EndReason::SignedOut }.decide(&self.account));
    }
}

/// How much happens to each person of a history.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// A registration and a sign-in: seven events, one device, one live session.
    Short,
    /// A sign-in that is over and a wrong password besides, and for one person in ten a refused attempt.
    Full,
}

/// Writes the lives of `people` people.
pub(crate) async fn write_history(engine: &Engine, people: usize, life: Life) {
    let accounts = Repository::<Account>::new(engine.core.clone(), 1_000);
    let sources = Repository::<Source>::new(engine.core.clone(), 1_000);
    let live = move |n: usize| {
        let (accounts, sources) = (accounts.clone(), sources.clone());
        async move {
            let now = SystemClock.now();
            let id = account_id(n);
            let mut story = Story::of(Account::default());
            story.register(id, &email(n), CredentialId(fresh::uuid()), now);
            story.attempt(true, now);
            if life == Life::Full {
                story.sign_out(now);
                story.attempt(false, now);
                story.attempt(true, now);
            }
            let metadata = Metadata { actor: Some(id.0), ..metadata() };
            let lived = |_: &Account| Ok::<_, Rejection>(story.events.clone());
            accounts.execute(&accounts.stream(id), id.into(), &metadata, lived).await.unwrap();
            if life == Life::Full && n.is_multiple_of(10) {
                refuse(&sources, n).await;
            }
        }
    };
    concurrently(people, 256, live).await;
}

async fn refuse(sources: &Repository<Source>, n: usize) {
    let event = SourceEvent::Refused { count: 1, action: "sign-in".into(), context: context() };
    let refused = |_: &Source| Ok::<_, Rejection>(vec![event.clone()]);
    let subject = SubjectId(Uuid::from_u128(1));
    sources.execute(&sources.stream(format!("5b0f1f0e-{n}")), subject, &metadata(), refused).await.unwrap();
}
