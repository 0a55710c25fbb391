//! From the log's events to observations. An outcome is recorded without its context, which stood in the event that
//! began the attempt; this remembers the one until the other comes.

use super::bounded::Bounded;
use super::observation::{Agent, Device, Factor, Happening, Observation, Source, Target};
use crate::account::{AccountEvent, LockReason, PasswordChange, SecondFactor};
use crate::observed::{Outcome, Report};
use crate::source::SourceEvent;
use crate::{AccountId, AttemptId, ClientContext, DeviceId, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use uuid::Uuid;

/// What can be looked up about a client. The domain asks; who answers may have databases.
pub trait Lookup {
    /// What the address belongs to.
    fn source(&self, address: &str) -> Source;
    /// What the client says it is.
    fn agent(&self, user_agent: &str) -> Agent;
}

/// Looks nothing up: the address alone, and the user agent unread.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLookup;

impl Lookup for NoLookup {
    fn source(&self, address: &str) -> Source {
        let address = address.parse::<IpAddr>().ok().map(|address| address.to_canonical());
        Source { address, ..Source::default() }
    }

    fn agent(&self, user_agent: &str) -> Agent {
        Agent { text: user_agent.to_owned(), ..Agent::default() }
    }
}

/// Where an event is and when it was recorded.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// In the log.
    pub position: u64,
    /// When.
    pub time: Timestamp,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Client {
    /// Whose it is.
    account: Option<AccountId>,
    source: Source,
    agent: Agent,
    device: Device,
    session: Option<SessionId>,
    factor: Option<Factor>,
}

/// Names identifiers that nobody has.
const UNKNOWN: Uuid = Uuid::from_u128(0x3b0e_92d6_71c4_4a52_8f1d_5cc8_0a97_e6b3);

/// Attempts and sessions that are under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Normaliser {
    attempts: Bounded<AttemptId, Client>,
    sessions: Bounded<SessionId, Client>,
    /// The last success of each account, until its session has a name.
    signed_in: Bounded<AccountId, Client>,
}

const fn factor(factor: SecondFactor) -> Factor {
    match factor {
        SecondFactor::RecoveryCode => Factor::RecoveryCode,
        SecondFactor::Totp => Factor::Totp,
        SecondFactor::Sms => Factor::Sms,
        SecondFactor::Passkey => Factor::Passkey,
    }
}

fn client(context: &ClientContext, device: Device, lookup: &dyn Lookup) -> Client {
    // What was recorded was true at its time; today's databases may say otherwise.
    Client {
        account: None,
        source: context.recorded_source().unwrap_or_else(|| lookup.source(&context.address)),
        agent: context.recorded_agent().unwrap_or_else(|| lookup.agent(&context.user_agent)),
        device,
        session: None,
        factor: None,
    }
}

fn observation(at: At, target: Target, what: Happening, client: Client) -> Observation {
    let Client { source, agent, device, session, account: _, factor: _ } = client;
    Observation {
        position: at.position,
        at: at.time,
        target,
        what,
        source,
        agent,
        device,
        session,
        attempt: None,
    }
}

impl Normaliser {
    /// Remembers at most so many attempts, and as many sessions.
    pub fn new(capacity: usize) -> Self {
        Self {
            attempts: Bounded::new(capacity),
            sessions: Bounded::new(capacity),
            signed_in: Bounded::new(capacity),
        }
    }

    /// What an event of an account amounts to; `None` when detectors have no use for it.
    pub fn account_event(
        &mut self,
        account: AccountId,
        event: &AccountEvent,
        at: At,
        lookup: &dyn Lookup,
    ) -> Option<Observation> {
        use AccountEvent as E;
        let own = |client: Client| Client { account: Some(account), ..client };
        let say = |what, client: Client| observation(at, Target::Account(account), what, client);
        let within =
            |attempt: AttemptId, seen: Observation| Some(Observation { attempt: Some(attempt), ..seen });
        match event {
            E::SignInStarted { attempt, device, context, .. } => {
                let device = device.map_or(Device::New(None), Device::Known);
                self.attempts.insert(*attempt, own(client(context, device, lookup)));
                None
            }
            E::ReauthenticationStarted { attempt, session, .. } => {
                let client = self.sessions.get(session).cloned().unwrap_or_default();
                self.attempts.insert(*attempt, Client { session: Some(*session), ..client });
                None
            }
            E::PasswordRejected { attempt } | E::ReauthenticationRejected { attempt, .. } => {
                let client = self.attempts.remove(attempt).unwrap_or_default();
                within(*attempt, say(Happening::PasswordRejected, client))
            }
            E::SignInRefused { attempt, .. } => {
                let client = self.attempts.remove(attempt).unwrap_or_default();
                within(*attempt, say(Happening::SignInRefused, client))
            }
            E::PasswordAccepted { attempt } => {
                within(*attempt, say(Happening::PasswordAccepted, self.attempt(*attempt)))
            }
            E::SecondFactorRejected { attempt, factor: kind, .. } => {
                within(*attempt, say(Happening::FactorRejected(factor(*kind)), self.attempt(*attempt)))
            }
            E::TotpAccepted { attempt, .. } => self.accepted(*attempt, Factor::Totp, say),
            E::RecoveryCodeAccepted { attempt, .. } => self.accepted(*attempt, Factor::RecoveryCode, say),
            E::PasskeySignInStarted { attempt, device, context, .. } => {
                let device = device.map_or(Device::New(None), Device::Known);
                self.attempts.insert(*attempt, own(client(context, device, lookup)));
                None
            }
            E::PasskeyRejected { attempt } => {
                let client = self.attempts.remove(attempt).unwrap_or_default();
                within(*attempt, say(Happening::FactorRejected(Factor::Passkey), client))
            }
            E::PasskeyAccepted { attempt, .. } => self.accepted(*attempt, Factor::Passkey, say),
            E::SmsAccepted { attempt, .. } => self.accepted(*attempt, Factor::Sms, say),
            E::ReauthenticationSucceeded { attempt, .. } => {
                self.attempts.remove(attempt);
                None
            }
            E::SignInSucceeded { attempt, device, new_device, context, .. } => {
                let used = self.attempts.remove(attempt).and_then(|client| client.factor);
                let device = if *new_device { Device::New(Some(*device)) } else { Device::Known(*device) };
                let client = own(client(context, device, lookup));
                self.signed_in.insert(account, client.clone());
                within(*attempt, say(Happening::SignedIn { factor: used }, client))
            }
            E::SessionOpened { session, .. } => {
                let client = self.signed_in.remove(&account).unwrap_or_default();
                let client = own(Client { session: Some(*session), ..client });
                self.sessions.insert(*session, client.clone());
                Some(say(Happening::SessionUsed, client))
            }
            E::SessionRefreshed { session, context: Some(context), .. } => {
                let device = self.sessions.get(session).map_or(Device::Unrecorded, |client| client.device);
                let moved = own(Client { session: Some(*session), ..client(context, device, lookup) });
                self.sessions.insert(*session, moved.clone());
                Some(say(Happening::SessionUsed, moved))
            }
            E::SessionEnded { session, .. } => {
                self.sessions.remove(session);
                None
            }
            E::PasswordResetRequested { context, .. } => {
                Some(say(Happening::RecoveryRequested, client(context, Device::Unrecorded, lookup)))
            }
            E::PasswordChanged { change, .. } => {
                let what = match change {
                    PasswordChange::Changed => Happening::PasswordChanged,
                    PasswordChange::Reset => Happening::PasswordReset,
                };
                Some(say(what, Client::default()))
            }
            E::TotpEnrolled { .. } => Some(say(Happening::FactorAdded(Factor::Totp), Client::default())),
            E::TotpRemoved { .. } => Some(say(Happening::FactorRemoved(Factor::Totp), Client::default())),
            E::RecoveryCodesGenerated { .. } => {
                Some(say(Happening::FactorAdded(Factor::RecoveryCode), Client::default()))
            }
            E::PasskeyEnrolled { .. } => {
                Some(say(Happening::FactorAdded(Factor::Passkey), Client::default()))
            }
            E::PasskeyRemoved { .. } => {
                Some(say(Happening::FactorRemoved(Factor::Passkey), Client::default()))
            }
            E::SmsEnrolled { .. } => Some(say(Happening::FactorAdded(Factor::Sms), Client::default())),
            E::LegalHoldPlaced { .. }
            | E::LegalHoldLifted
            | E::PersonalDataCopied
            | E::PersonalDataErased => None,
            E::SmsRemoved => Some(say(Happening::FactorRemoved(Factor::Sms), Client::default())),
            // The first number is held for no time; another one is.
            E::PhoneVerified { sms_usable_at, .. } if *sms_usable_at > at.time => {
                Some(say(Happening::PhoneChanged, Client::default()))
            }
            E::EmailChanged { .. } => Some(say(Happening::EmailChanged, Client::default())),
            E::EmailChangeUndone { .. } => Some(say(Happening::Disowned, Client::default())),
            E::FactorRecoveryRequested { context, .. } => {
                Some(say(Happening::RecoveryRequested, client(context, Device::Unrecorded, lookup)))
            }
            E::SignInDisowned { .. } => Some(say(Happening::Disowned, Client::default())),
            E::Locked { reason: LockReason::Operator, .. } => {
                Some(say(Happening::LockOrdered, Client::default()))
            }
            _ => None,
        }
    }

    /// What an event of the stream `source-<key>` amounts to; `key` is that of an identifier that nobody has, followed
    /// by the day.
    pub fn source_event(
        &mut self,
        key: &str,
        event: &SourceEvent,
        at: At,
        lookup: &dyn Lookup,
    ) -> Option<Observation> {
        let name = key.get(..key.len().saturating_sub("-YYYY-MM-DD".len())).unwrap_or(key);
        let target = Target::Unknown(Uuid::new_v5(&UNKNOWN, name.as_bytes()));
        match event {
            SourceEvent::UnknownIdentifier { attempt, context } => {
                self.attempts.insert(*attempt, client(context, Device::New(None), lookup));
                None
            }
            SourceEvent::Rejected { attempt } => {
                let client = self.attempts.remove(attempt).unwrap_or_default();
                let seen = observation(at, target, Happening::PasswordRejected, client);
                Some(Observation { attempt: Some(*attempt), ..seen })
            }
            SourceEvent::MailDeclined { context } => {
                let client = client(context, Device::Unrecorded, lookup);
                Some(observation(at, target, Happening::RecoveryRequested, client))
            }
            SourceEvent::Refused { .. } => None,
        }
    }

    /// The person is erased.
    pub fn forget(&mut self, account: AccountId) {
        let others = |client: &Client| client.account != Some(account);
        self.attempts.retain(|_, client| others(client));
        self.sessions.retain(|_, client| others(client));
        self.signed_in.remove(&account);
    }

    /// What a report of another system amounts to, by its own time; `user` is that of the stream `observed-<user>`.
    /// From what was imported, detectors learn; nothing may follow from what they say to it.
    pub fn report(user: AccountId, report: &Report, at: At, lookup: &dyn Lookup) -> Observation {
        let named = |name: &str| Uuid::new_v5(&user.0, name.as_bytes());
        let device = report.device_name.as_ref().map(|name| DeviceId(named(name)));
        let client = Client {
            session: report.session_name.as_ref().map(|name| SessionId(named(name))),
            // Whether it is new is for the history to say.
            ..client(&report.context, device.map_or(Device::Unrecorded, |id| Device::New(Some(id))), lookup)
        };
        // Reports are checked; one without the factor that it needs would be of the commonest.
        let factor = report.factor.unwrap_or(Factor::Totp);
        let what = match report.outcome {
            Outcome::Success => Happening::SignedIn { factor: report.factor },
            Outcome::WrongPassword | Outcome::UnknownUser => Happening::PasswordRejected,
            Outcome::WrongFactor => Happening::FactorRejected(factor),
            Outcome::FactorDenied => Happening::FactorDenied(factor),
            Outcome::FactorTimedOut => Happening::FactorTimedOut(factor),
            Outcome::Refused => Happening::SignInRefused,
        };
        let target = match report.outcome {
            Outcome::UnknownUser => Target::Unknown(user.0),
            _ => Target::Account(user),
        };
        observation(At { time: report.happened_at, ..at }, target, what, client)
    }

    fn attempt(&self, attempt: AttemptId) -> Client {
        self.attempts.get(&attempt).cloned().unwrap_or_default()
    }

    fn accepted(
        &mut self,
        attempt: AttemptId,
        factor: Factor,
        say: impl FnOnce(Happening, Client) -> Observation,
    ) -> Option<Observation> {
        if let Some(client) = self.attempts.get_mut(&attempt) {
            client.factor = Some(factor);
        }
        let seen = say(Happening::FactorAccepted(factor), self.attempt(attempt));
        Some(Observation { attempt: Some(attempt), ..seen })
    }
}
