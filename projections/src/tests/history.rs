//! Histories of people who do anything that the rules allow, at random but the same for the same seed.

use super::world::World;
use chrono::TimeDelta;
use uuid::Uuid;
use watchbook_domain::account::*;
use watchbook_domain::notice::Notice;
use watchbook_domain::notification::{Message, Notification, Recipient};
use watchbook_domain::{
    AccountId, AttemptId, ClientContext, CredentialId, DeviceId, Email, LinkId, NotificationId, Policy,
    SessionId, Timestamp, UserNumber,
};
use watchbook_eventlog::{Clock as _, ExecuteError, Loaded};

pub(super) struct History {
    random: u64,
    pub(super) people: Vec<AccountId>,
    mails: Vec<(AccountId, NotificationId)>,
}

impl History {
    pub(super) fn new(seed: u64) -> Self {
        Self { random: seed | 1, people: vec![], mails: vec![] }
    }

    fn number(&mut self, below: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % below
    }

    fn id(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.number(u64::MAX), self.number(u64::MAX))
    }

    fn one_of<T: Copy>(&mut self, all: impl Iterator<Item = T>) -> Option<T> {
        let all: Vec<T> = all.collect();
        (!all.is_empty()).then(|| all[self.number(all.len() as u64) as usize])
    }

    fn somebody(&mut self) -> AccountId {
        let n = self.number(self.people.len() as u64) as usize;
        self.people[n]
    }

    fn context(&mut self) -> ClientContext {
        let n = self.number(200);
        ClientContext {
            address: format!("203.0.113.{n}"),
            user_agent: "Mozilla/5.0".into(),
            device: ["Firefox on Linux", "Safari on iPhone"][n as usize % 2].into(),
            place: (!n.is_multiple_of(3)).then(|| "Lisbon, Portugal".into()),
            ..ClientContext::default()
        }
    }

    /// Lets something happen `steps` times.
    pub(super) async fn go_on(&mut self, world: &World, steps: usize) {
        for _ in 0..steps {
            let pause = if self.number(20) == 0 { 40_000 } else { 40 };
            let now = world.clock.advance(TimeDelta::seconds(self.number(pause) as i64));
            if self.people.len() < 3 || self.number(40) == 0 {
                self.register(world, now).await;
            } else if self.number(10) == 0 {
                self.mail(world).await;
            } else {
                let account = self.somebody();
                self.live(world, account, now).await;
            }
        }
    }

    async fn command<F>(&self, world: &World, account: AccountId, decide: F) -> bool
    where
        F: Fn(&Account) -> Result<Vec<AccountEvent>, Rejection> + Send + Sync,
    {
        let stream = world.accounts.stream(account);
        match world.accounts.execute(&stream, account.into(), &world.metadata(), decide).await {
            Ok(_) => true,
            Err(ExecuteError::Rejected(_)) => false,
            Err(error) => panic!("{error:?}"),
        }
    }

    async fn register(&mut self, world: &World, now: Timestamp) {
        let account = AccountId(self.id());
        let register = Register {
            account,
            email: Email::parse(&format!("person-{}@example.com", self.people.len())).unwrap(),
            number: UserNumber::from_random(self.people.len() as u32),
            password: CredentialId(self.id()),
            locale: None,
            link: LinkId(self.id()),
            context: self.context(),
            now,
        };
        assert!(self.command(world, account, |a| register.decide(a, &Policy::default())).await);
        let verify = VerifyEmail { link: register.link, holds_claim: true, now };
        assert!(self.command(world, account, |a| verify.decide(a)).await);
        self.people.push(account);
    }

    async fn mail(&mut self, world: &World) {
        let (account, id) = if self.number(2) == 0 || self.mails.is_empty() {
            let mail = (self.somebody(), NotificationId(self.id()));
            self.mails.push(mail);
            mail
        } else {
            let n = self.number(self.mails.len() as u64) as usize;
            self.mails[n]
        };
        let message = Message {
            account,
            recipient: Recipient::Mail(Email::parse("person@example.com").unwrap()),
            notice: Notice::AlreadyRegistered,
            link: None,
        };
        let (outcome, until) = (self.number(3), world.clock.now() + chrono::TimeDelta::minutes(5));
        let now = world.clock.now();
        let decide = |state: &Notification| {
            Ok::<_, std::convert::Infallible>(match (&state.message, outcome) {
                (None, _) => state.request(&message),
                _ if !state.started => state.start(Timestamp::from_micros(i64::MAX), until, false),
                (_, 0) => state.failed(state.attempts, state.retry_at(now)),
                (_, 1) => state.failed(state.attempts, None),
                _ => state.sent(state.attempts),
            })
        };
        let stream = world.notifications.stream(id);
        world.notifications.execute(&stream, account.into(), &world.metadata(), decide).await.unwrap();
    }

    /// One command, or the two of a guess.
    async fn live(&mut self, world: &World, account: AccountId, now: Timestamp) {
        let Loaded { state, .. } = world.accounts.load(&world.accounts.stream(account)).await.unwrap();
        let policy = Policy::default();
        let live = state.sessions.iter().filter(|(_, session)| session.live(now));
        let session = self.one_of(live.map(|(id, _)| *id)).unwrap_or(SessionId(Uuid::nil()));
        let device = self.one_of(state.devices.keys().copied());
        let (credential, digest) = (CredentialId(self.id()), TokenDigest([7; 32]));
        match self.number(18) {
            0..=5 => self.sign_in(world, account, now, device).await,
            6 => {
                let old_digest = state.sessions.get(&session).map_or(digest, |session| session.token_digest);
                let refresh =
                    RefreshSession { session, old_digest, token_digest: digest, from: self.context(), now };
                self.command(world, account, |a| refresh.decide(a, &policy)).await;
            }
            7 => {
                let end = EndSession { session, reason: EndReason::SignedOut };
                self.command(world, account, |a| end.decide(a)).await;
            }
            8 => {
                let end = EndOtherSessions { keep: session, now };
                self.command(world, account, |a| end.decide(a)).await;
            }
            9 => {
                let Some(device) = device else { return };
                let name = format!("device {}", self.number(1_000));
                self.command(world, account, |a| RenameDevice { device, name: name.clone() }.decide(a)).await;
            }
            10 => {
                let Some(device) = device.filter(|_| self.number(3) == 0) else { return };
                self.command(world, account, |a| RemoveDevice { device, session, now }.decide(a)).await;
            }
            11 => {
                let new = NewPassword { credential, length: 15 };
                let change = ChangePassword { session, new, now };
                self.command(world, account, |a| change.decide(a, &policy)).await;
            }
            12 => {
                let (link, context) = (LinkId(self.id()), self.context());
                let request = RequestPasswordReset { link, context, now };
                if self.command(world, account, |a| request.decide(a, &policy)).await {
                    let new = NewPassword { credential, length: 15 };
                    let reset = ResetPassword { link, new, holds_claim: true, now };
                    self.command(world, account, |a| reset.decide(a, &policy)).await;
                }
            }
            13 => {
                let start = StartTotpEnrolment { session, credential, now };
                if self.command(world, account, |a| start.decide(a, &policy)).await {
                    let confirm = ConfirmTotp { session, credential, step: 1, token_digest: digest, now };
                    self.command(world, account, |a| confirm.decide(a, &policy)).await;
                    let codes = GenerateRecoveryCodes { session, credential, count: 10, now };
                    self.command(world, account, |a| codes.decide(a, &policy)).await;
                }
            }
            14 if self.number(4) == 0 => {
                self.command(world, account, |a| RemoveTotp { session, now }.decide(a, &policy)).await;
            }
            15 if self.number(3) == 0 => {
                let note = Some("a note".to_owned());
                self.command(world, account, |a| Lock { note: note.clone(), now }.decide(a)).await;
            }
            16 => {
                self.command(world, account, |a| Unlock.decide(a)).await;
            }
            17 if self.number(3) == 0 => {
                let link = LinkId(self.id());
                let disown = Disown { link, link_expires_at: now + TimeDelta::days(1), now };
                self.command(world, account, |a| disown.decide(a)).await;
            }
            _ => {
                let attempt = AttemptId(self.id());
                let start = StartReauthentication { attempt, session, now };
                if self.command(world, account, |a| start.decide(a, &policy)).await {
                    let correct = self.number(3) > 0;
                    let resolve = ResolveReauthentication { attempt, correct, token_digest: digest, now };
                    self.command(world, account, |a| resolve.decide(a, &policy)).await;
                }
            }
        }
    }

    pub(super) async fn sign_in(
        &mut self,
        world: &World,
        account: AccountId,
        now: Timestamp,
        device: Option<DeviceId>,
    ) {
        let policy = Policy::default();
        let attempt = AttemptId(self.id());
        let device = device.filter(|_| self.number(3) > 0);
        let start = StartSignIn { attempt, device, context: self.context(), now };
        if !self.command(world, account, |a| start.decide(a, &policy)).await {
            return;
        }
        let session = NewSession {
            id: SessionId(self.id()),
            token_digest: TokenDigest([1; 32]),
            device,
            new_device: DeviceId(self.id()),
            context: start.context.clone(),
            trust_device: false,
        };
        let correct = self.number(4) > 0;
        let resolve = ResolvePassword { attempt, correct, session: session.clone(), now };
        self.command(world, account, |a| resolve.decide(a, &policy)).await;
        let Loaded { state, .. } = world.accounts.load(&world.accounts.stream(account)).await.unwrap();
        if !correct || state.totp.is_none() {
            return;
        }
        let guess = AttemptId(self.id());
        let (factor, proof) = match self.number(3) {
            0 => (SecondFactor::RecoveryCode, Proof::RecoveryCode { index: self.number(10) as u8 }),
            1 => (SecondFactor::Totp, Proof::Wrong(SecondFactor::Totp)),
            _ => (SecondFactor::Totp, Proof::Totp { step: state.totp.map_or(0, |totp| totp.last_step + 1) }),
        };
        let start = StartSecondFactor { attempt, guess, factor, now };
        if self.command(world, account, |a| start.decide(a, &policy)).await {
            let resolve = ResolveSecondFactor { attempt, guess, proof, session, now };
            self.command(world, account, |a| resolve.decide(a, &policy)).await;
        }
    }
}
