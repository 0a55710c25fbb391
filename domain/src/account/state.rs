//! The account as its events leave it.

use super::checklist::SuspectedPasskeys;
use super::confirmation::Confirmations;
use super::trusted_device::TrustedDevices;
use super::usual::Usual;
use super::{
    AccountEvent, Contacts, FactorRecovery, Level, LockReason, Passkey, PasswordChange, PasswordStanding,
    PendingLink, Phone, Rejection, SecondFactor, SupportRecovery, Suspicion, TokenDigest,
};
use crate::aggregate::Aggregate;
use crate::guess::GuessCounter;
use crate::policy::{Policy, seconds};
use crate::{
    AccountId, AttemptId, CredentialId, DeviceId, Email, LinkId, Locale, SessionId, Timestamp, UserNumber,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Attempts that wait for a second factor; the oldest makes room. Whoever knows the password can start
/// any number of them.
const MOST_ATTEMPTS: usize = 20;

/// An account. Everything in it is bounded, so that folding and copying stay cheap.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Its id; `None` until it is registered.
    pub id: Option<AccountId>,
    /// Its address.
    pub email: Option<Email>,
    /// The number it can also sign in with.
    pub number: Option<UserNumber>,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// Whether the owner has proved to read mail at the address.
    pub email_verified: bool,
    /// The password's place in the vault.
    pub password: Option<CredentialId>,
    /// When the password was last set.
    pub password_set_at: Timestamp,
    /// The authenticator app.
    pub totp: Option<Totp>,
    /// An authenticator app that waits for its first code.
    pub totp_enrolment: Option<TotpEnrolment>,
    /// The recovery codes.
    pub recovery_codes: Option<RecoveryCodes>,
    /// The passkeys.
    pub passkeys: BTreeMap<CredentialId, Passkey>,
    /// Sign-ins and re-authentications under way.
    pub attempts: BTreeMap<AttemptId, Attempt>,
    /// Live sessions, and dead ones that nobody has swept yet: ask [`Account::session`].
    pub sessions: BTreeMap<SessionId, Session>,
    /// Known devices.
    pub devices: BTreeMap<DeviceId, Device>,
    /// Why it is locked, if it is.
    pub locked: Option<LockReason>,
    /// Sign-ins so far.
    pub sign_ins: u64,
    /// When the last sign-in was, and from which device.
    pub last_sign_in: Option<(Timestamp, DeviceId)>,
    /// Wrong passwords and codes since the last sign-in.
    pub failures_since_sign_in: u32,
    /// The phone number, and codes by text message.
    pub phone: Phone,
    /// Sign-ins that wait for the owner's word.
    pub confirmations: Confirmations,
    /// Devices that need no second factor for a while.
    pub trusted_devices: TrustedDevices,
    /// Where its successes came from.
    pub usual: Usual,
    /// Other ways to the owner, and when each was proved.
    pub contacts: Contacts,
    /// A recovery of the second factor.
    pub factor_recovery: FactorRecovery,
    /// Recoveries by support.
    pub support_recovery: SupportRecovery,
    /// What is known of the password, beside where it lies.
    pub password_standing: PasswordStanding,
    /// Passkeys of which there may be a copy.
    pub suspected_passkeys: SuspectedPasskeys,
    /// What is suspected.
    pub suspicion: Suspicion,
    /// Must not be erased.
    pub legal_hold: bool,
    /// Was erased: nothing else is known of it.
    pub erased: bool,
    /// The language to write to the person in, as far as known.
    pub locale: Option<Locale>,
    pub(super) verification_links: Vec<PendingLink>,
    pub(super) reset_links: Vec<PendingLink>,
    pub(super) spent_links: Vec<PendingLink>,
    /// Challenges of passkeys that were used, until they expire.
    pub(super) spent_challenges: BTreeMap<AttemptId, Timestamp>,
    pub(super) mails: MailCounter,
    pub(super) password_guesses: GuessesByClass,
    pub(super) second_factor_guesses: BTreeMap<SecondFactor, GuessesByClass>,
}

/// An enrolled authenticator app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totp {
    /// The seed's place in the vault.
    pub credential: CredentialId,
    /// The newest time step that was used; only later ones are accepted.
    pub last_step: u64,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
}

/// An authenticator app that waits for its first code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpEnrolment {
    /// The seed's place in the vault.
    pub credential: CredentialId,
    /// The enrolment is void then.
    pub expires_at: Timestamp,
}

/// A set of recovery codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodes {
    /// The digests' place in the vault.
    pub credential: CredentialId,
    /// Of the whole set.
    pub count: u8,
    /// Which are spent.
    pub used: BTreeSet<u8>,
}

impl RecoveryCodes {
    /// How many are left.
    pub fn left(&self) -> u8 {
        self.count.saturating_sub(self.used.len() as u8)
    }
}

/// What an attempt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The outcome of the password check.
    Password,
    /// A second factor.
    SecondFactor,
    /// The outcome of the check of a passkey, which is all that is due.
    Passkey,
    /// The owner's word, by mail.
    Confirmation,
}

/// A sign-in or re-authentication under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it started.
    pub started_at: Timestamp,
    /// It ends then.
    pub expires_at: Timestamp,
    /// The known device whose budget pays; strangers share one.
    pub device: Option<DeviceId>,
    /// The session that proves itself anew; none for a sign-in.
    pub session: Option<SessionId>,
    /// What is awaited.
    pub stage: Stage,
    /// Wrong codes so far.
    pub wrong_codes: u32,
    /// The guess at a second factor that is being checked.
    pub guess: Option<AttemptId>,
}

/// A session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its device.
    pub device: DeviceId,
    /// SHA-256 of its newest token.
    pub token_digest: TokenDigest,
    /// How much was proved.
    pub level: Level,
    /// When it began.
    pub opened_at: Timestamp,
    /// When the person last proved password (and second factor).
    pub authenticated_at: Timestamp,
    /// It ends then unless refreshed.
    pub idle_expires_at: Timestamp,
    /// It ends then in any case.
    pub expires_at: Timestamp,
}

impl Session {
    /// Whether it has not run out.
    pub fn live(&self, now: Timestamp) -> bool {
        now < self.idle_expires_at && now < self.expires_at
    }
}

/// A known device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// What it is called.
    pub name: String,
    /// First sign-in.
    pub first_seen: Timestamp,
    /// Latest sign-in.
    pub last_seen: Timestamp,
    /// Whether the person has named it.
    pub named: bool,
}

/// Mails that somebody who is not signed in can cause.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MailCounter {
    day_began: Timestamp,
    in_day: u32,
    last: Timestamp,
}

impl MailCounter {
    /// Whether one more may go out. Never refuses for longer than an hour: a stranger who asks for mails
    /// must not keep the owner from getting one.
    pub(super) fn admit(&self, policy: &Policy, now: Timestamp) -> Result<(), Rejection> {
        let in_day = if now.since(self.day_began) < TimeDelta::days(1) { self.in_day } else { 0 };
        let pause = if in_day < policy.mails_per_day { policy.mail_pause_seconds } else { 3_600 };
        if in_day > 0 && now.since(self.last) < seconds(pause) {
            Err(Rejection::MailedRecently)
        } else {
            Ok(())
        }
    }

    pub(super) fn count(&mut self, at: Timestamp) {
        if at.since(self.day_began) >= TimeDelta::days(1) {
            (self.day_began, self.in_day) = (at, 0);
        }
        self.in_day += 1;
        self.last = at;
    }
}

/// Guesses at one secret, counted apart for strangers and for each known device, so that strangers
/// cannot use up the owner's budget.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GuessesByClass {
    strangers: GuessCounter,
    devices: BTreeMap<DeviceId, GuessCounter>,
}

impl GuessesByClass {
    pub(super) fn of(&self, device: Option<DeviceId>) -> GuessCounter {
        match device {
            None => self.strangers.clone(),
            Some(device) => self.devices.get(&device).cloned().unwrap_or_default(),
        }
    }

    pub(super) fn of_mut(&mut self, device: Option<DeviceId>) -> &mut GuessCounter {
        match device {
            None => &mut self.strangers,
            Some(device) => self.devices.entry(device).or_default(),
        }
    }
}

impl Account {
    /// Refuses commands to an account that is not there.
    pub(super) fn registered(&self) -> Result<AccountId, Rejection> {
        self.id.ok_or(Rejection::NotRegistered)
    }

    /// The device if this account knows it: an absent or foreign id is a stranger.
    pub fn known_device(&self, device: Option<DeviceId>) -> Option<DeviceId> {
        device.filter(|id| self.devices.contains_key(id))
    }

    /// Whether a second factor is required, computed from the credentials themselves.
    pub fn requires_second_factor(&self) -> bool {
        self.totp.is_some() || !self.passkeys.is_empty() || self.phone.sms_enrolled_at.is_some()
    }

    /// The session if `digest` is of its newest token and neither it nor the account is over.
    ///
    /// # Errors
    /// `SessionOver`, whatever the reason.
    pub fn session(
        &self,
        id: SessionId,
        digest: &TokenDigest,
        now: Timestamp,
    ) -> Result<&Session, Rejection> {
        let session = self.sessions.get(&id).ok_or(Rejection::SessionOver)?;
        if session.token_digest.matches(digest) && session.live(now) && self.locked.is_none() {
            Ok(session)
        } else {
            Err(Rejection::SessionOver)
        }
    }

    /// A live session, whatever its token.
    pub(super) fn live_session(&self, id: SessionId, now: Timestamp) -> Result<&Session, Rejection> {
        let live = self.sessions.get(&id).filter(|s| s.live(now) && self.locked.is_none());
        live.ok_or(Rejection::SessionOver)
    }

    /// A live session with a recent proof of identity (OWASP ASVS 7.5.1).
    pub(super) fn fresh_session(
        &self,
        id: SessionId,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<&Session, Rejection> {
        let session = self.live_session(id, now)?;
        self.changes_allowed(now)?;
        let recent = now.since(session.authenticated_at) <= seconds(policy.reauthentication_seconds)
            && self.stepped_up(now).is_none_or(|since| session.authenticated_at > since);
        let strong = !self.requires_second_factor() || session.level >= Level::Aal2;
        if recent && strong { Ok(session) } else { Err(Rejection::ReauthenticationRequired) }
    }

    /// An attempt under way.
    pub(super) fn attempt(&self, id: AttemptId, now: Timestamp) -> Result<&Attempt, Rejection> {
        self.attempts.get(&id).filter(|attempt| now < attempt.expires_at).ok_or(Rejection::AttemptOver)
    }

    pub(super) fn guesses_at(&self, factor: SecondFactor, device: Option<DeviceId>) -> GuessCounter {
        self.second_factor_guesses.get(&factor).map(|g| g.of(device)).unwrap_or_default()
    }

    fn second_factor(&mut self, factor: SecondFactor, device: Option<DeviceId>) -> &mut GuessCounter {
        self.second_factor_guesses.entry(factor).or_default().of_mut(device)
    }

    /// All was proved: the class that proved it starts afresh; other classes do not.
    fn clear_guesses(&mut self, device: Option<DeviceId>) {
        self.password_guesses.of_mut(device).clear();
        for guesses in self.second_factor_guesses.values_mut() {
            guesses.of_mut(device).clear();
        }
    }

    fn end_attempt(&mut self, id: AttemptId) -> Option<Attempt> {
        let attempt = self.attempts.remove(&id)?;
        self.password_guesses.of_mut(attempt.device).settle(id);
        if let (Stage::Passkey, Some(challenge)) = (attempt.stage, attempt.guess) {
            self.second_factor(SecondFactor::Passkey, attempt.device).settle(challenge);
        }
        Some(attempt)
    }

    fn start_attempt(&mut self, id: AttemptId, attempt: Attempt) {
        self.password_guesses.of_mut(attempt.device).start(id, attempt.started_at);
        self.await_outcome(id, attempt);
    }

    fn await_outcome(&mut self, id: AttemptId, attempt: Attempt) {
        let now = attempt.started_at;
        self.attempts.retain(|_, other| now < other.expires_at);
        while self.attempts.len() >= MOST_ATTEMPTS {
            let waiting = self.attempts.iter().filter(|(_, a)| a.stage == Stage::SecondFactor);
            let Some(oldest) = waiting.min_by_key(|(_, a)| a.started_at).map(|(id, _)| *id) else { break };
            self.attempts.remove(&oldest);
        }
        self.attempts.insert(id, attempt);
    }

    fn spend_challenge(&mut self, challenge: AttemptId, expires_at: Timestamp, at: Timestamp) {
        self.spent_challenges.retain(|_, expires_at| at < *expires_at);
        self.spent_challenges.insert(challenge, expires_at);
    }

    fn accept_second_factor(&mut self, attempt: AttemptId, guess: AttemptId, factor: SecondFactor) {
        if let Some(attempt) = self.attempts.get_mut(&attempt) {
            attempt.guess = None;
            let device = attempt.device;
            self.second_factor(factor, device).settle(guess);
        }
    }

    /// A factor was removed. Recovery codes stand in for one, so that they go with the last.
    fn forget_second_factors(&mut self) {
        if !self.requires_second_factor() {
            self.recovery_codes = None;
        }
        self.second_factor_guesses.clear();
        self.attempts.clear();
    }

    fn forget_device(&mut self, device: DeviceId) {
        self.devices.remove(&device);
        self.password_guesses.devices.remove(&device);
        for guesses in self.second_factor_guesses.values_mut() {
            guesses.devices.remove(&device);
        }
    }
}

impl Aggregate for Account {
    type Event = AccountEvent;
    const CATEGORY: &'static str = "account";
    const SNAPSHOT_FORMAT: u16 = 6;

    fn evolve(&mut self, event: &AccountEvent, at: Timestamp) {
        use AccountEvent as E;
        self.phone.evolve(event, at);
        self.usual.evolve(event, at, &self.sessions);
        self.trusted_devices.evolve(event);
        self.confirmations.evolve(event, at);
        self.contacts.evolve(event, at);
        self.factor_recovery.evolve(event, at);
        self.evolve_support_recovery(event);
        self.password_standing.evolve(event, at, self.password);
        self.suspected_passkeys.evolve(event);
        self.suspicion.evolve(event, at);
        match event {
            E::Registered { account, email, number, password, context: _ } => {
                self.id = Some(*account);
                self.email = Some(email.clone());
                self.number = Some(*number);
                self.registered_at = at;
                self.password = Some(*password);
                self.password_set_at = at;
            }
            E::RegistrationRepeated { context: _ } | E::EmailWantedElsewhere { .. } => self.mails.count(at),
            E::EmailVerificationRequested { link, expires_at } => {
                self.mails.count(at);
                push_link(&mut self.verification_links, *link, *expires_at, at);
            }
            E::EmailVerified { link: _ } => {
                self.email_verified = true;
                self.verification_links.clear();
            }
            E::SignInStarted { attempt, device, context: _, expires_at } => {
                self.start_attempt(
                    *attempt,
                    Attempt {
                        started_at: at,
                        expires_at: *expires_at,
                        device: *device,
                        session: None,
                        stage: Stage::Password,
                        wrong_codes: 0,
                        guess: None,
                    },
                );
            }
            E::ReauthenticationStarted { attempt, session, expires_at } => {
                let device = self.sessions.get(session).map(|s| s.device);
                self.start_attempt(
                    *attempt,
                    Attempt {
                        started_at: at,
                        expires_at: *expires_at,
                        device: self.known_device(device),
                        session: Some(*session),
                        stage: Stage::Password,
                        wrong_codes: 0,
                        guess: None,
                    },
                );
            }
            E::PasswordRejected { attempt } | E::ReauthenticationRejected { attempt, session: _ } => {
                self.failures_since_sign_in += 1;
                if let Some(ended) = self.attempts.remove(attempt) {
                    self.password_guesses.of_mut(ended.device).fail(*attempt, at);
                }
            }
            E::PasswordAccepted { attempt } => {
                if let Some(pending) = self.attempts.get_mut(attempt) {
                    pending.stage = Stage::SecondFactor;
                    let device = pending.device;
                    self.password_guesses.of_mut(device).settle(*attempt);
                }
            }
            E::SignInRefused { attempt, reason: _ } => {
                self.end_attempt(*attempt);
            }
            E::SecondFactorStarted { attempt, guess, factor, device } => {
                self.second_factor(*factor, *device).start(*guess, at);
                let pending = self.attempts.get_mut(attempt).map(|pending| {
                    pending.guess = Some(*guess);
                    pending.expires_at
                });
                if let (SecondFactor::Passkey, Some(expires_at)) = (factor, pending) {
                    self.spend_challenge(*guess, expires_at, at);
                }
            }
            E::SecondFactorRejected { attempt, guess, factor } => {
                self.failures_since_sign_in += 1;
                if let Some(pending) = self.attempts.get_mut(attempt) {
                    pending.guess = None;
                    pending.wrong_codes += 1;
                    let device = pending.device;
                    self.second_factor(*factor, device).fail(*guess, at);
                }
            }
            E::TotpAccepted { attempt, guess, step } => {
                self.accept_second_factor(*attempt, *guess, SecondFactor::Totp);
                if let Some(totp) = &mut self.totp {
                    totp.last_step = totp.last_step.max(*step);
                }
            }
            E::RecoveryCodeAccepted { attempt, guess, index } => {
                self.accept_second_factor(*attempt, *guess, SecondFactor::RecoveryCode);
                if let Some(codes) = &mut self.recovery_codes {
                    codes.used.insert(*index);
                }
            }
            E::SignInSucceeded { attempt, device, .. } => {
                match self.end_attempt(*attempt) {
                    // The password was not proved: guesses at it stay counted.
                    Some(ended) if ended.stage == Stage::Passkey => {
                        self.second_factor(SecondFactor::Passkey, ended.device).clear();
                    }
                    ended => self.clear_guesses(ended.and_then(|a| a.device)),
                }
                self.sign_ins += 1;
                self.failures_since_sign_in = 0;
                self.last_sign_in = Some((at, *device));
                if let Some(known) = self.devices.get_mut(device) {
                    known.last_seen = at;
                }
            }
            E::DeviceFirstSeen { device, name, context: _ } => {
                self.devices.insert(
                    *device,
                    Device { name: name.clone(), first_seen: at, last_seen: at, named: false },
                );
            }
            E::DeviceRenamed { device, name } => {
                if let Some(known) = self.devices.get_mut(device) {
                    known.named = true;
                    known.name.clone_from(name);
                }
            }
            E::DeviceRemoved { device } => self.forget_device(*device),
            E::SessionOpened { session, device, token_digest, level, idle_expires_at, expires_at } => {
                self.sessions.retain(|_, other| other.live(at));
                self.sessions.insert(
                    *session,
                    Session {
                        device: *device,
                        token_digest: *token_digest,
                        level: *level,
                        opened_at: at,
                        authenticated_at: at,
                        idle_expires_at: *idle_expires_at,
                        expires_at: *expires_at,
                    },
                );
            }
            E::SessionRefreshed { session, token_digest, level, idle_expires_at, context: _ } => {
                if let Some(session) = self.sessions.get_mut(session) {
                    session.token_digest = *token_digest;
                    session.level = *level;
                    session.idle_expires_at = *idle_expires_at;
                }
            }
            E::SessionEnded { session, reason: _ } => {
                self.sessions.remove(session);
                self.attempts.retain(|_, attempt| attempt.session != Some(*session));
            }
            E::ReauthenticationSucceeded { attempt, session } => {
                let ended = self.end_attempt(*attempt);
                self.clear_guesses(ended.and_then(|a| a.device));
                if let Some(session) = self.sessions.get_mut(session) {
                    session.authenticated_at = at;
                }
            }
            E::PasswordChanged { credential, change, .. } => {
                self.password = Some(*credential);
                self.password_set_at = at;
                self.password_guesses = GuessesByClass::default();
                self.reset_links.clear();
                self.attempts.clear();
                if *change == PasswordChange::Reset {
                    self.sessions.clear();
                }
            }
            E::PasswordChangeRequired { link, expires_at, .. } => self.void_password(*link, *expires_at, at),
            E::PasswordRehashed { credential } => self.password = Some(*credential),
            E::PasswordResetRequested { link, expires_at, context: _ } => {
                self.mails.count(at);
                push_link(&mut self.reset_links, *link, *expires_at, at);
            }
            E::TotpEnrolmentStarted { credential, expires_at } => {
                self.totp_enrolment =
                    Some(TotpEnrolment { credential: *credential, expires_at: *expires_at });
            }
            E::TotpEnrolled { credential, step } => {
                self.totp_enrolment = None;
                self.totp = Some(Totp { credential: *credential, last_step: *step, enrolled_at: at });
                self.second_factor_guesses.clear();
                self.attempts.clear();
            }
            E::TotpRemoved { credential: _ } => {
                self.totp = None;
                self.forget_second_factors();
            }
            E::RecoveryCodesGenerated { credential, count } => {
                self.recovery_codes =
                    Some(RecoveryCodes { credential: *credential, count: *count, used: BTreeSet::new() });
                self.second_factor_guesses.remove(&SecondFactor::RecoveryCode);
            }
            E::SignInDisowned { link, link_expires_at } => {
                push_link(&mut self.spent_links, *link, *link_expires_at, at);
            }
            E::Locked { reason, note: _ } => {
                self.locked = Some(*reason);
                self.sessions.clear();
                self.attempts.clear();
                self.reset_links.clear();
                self.totp_enrolment = None;
            }
            E::Unlocked { reason: _ } => self.locked = None,
            E::SmsAccepted { attempt, guess, code: _ } => {
                self.accept_second_factor(*attempt, *guess, SecondFactor::Sms);
            }
            E::LegalHoldPlaced { .. } | E::LegalHoldLifted | E::PersonalDataErased => {
                self.evolve_erasure(event);
            }
            E::SmsRemoved => self.forget_second_factors(),
            E::SmsEnrolled { .. } | E::PhoneVerified { .. } => self.attempts.clear(),
            E::SmsCodeRequested { .. }
            | E::SmsCodeGuessed { .. }
            | E::SmsCodeRejected { .. }
            | E::PhoneRefused { .. }
            | E::PhoneRemoved { .. }
            | E::PersonalDataCopied => {}
            E::PasskeyEnrolled { passkey, credential_id, public_key, counter, backup, name } => {
                let enrolled = Passkey {
                    credential_id: credential_id.clone(),
                    public_key: public_key.clone(),
                    counter: *counter,
                    backup: *backup,
                    name: name.clone(),
                    enrolled_at: at,
                    last_used_at: None,
                };
                self.passkeys.insert(*passkey, enrolled);
                self.attempts.clear();
            }
            E::PasskeyRenamed { passkey, name } => {
                if let Some(known) = self.passkeys.get_mut(passkey) {
                    known.name.clone_from(name);
                }
            }
            E::PasskeyRemoved { passkey } => {
                self.passkeys.remove(passkey);
                self.forget_second_factors();
            }
            E::ConfirmationRequested { attempt, expires_at, .. } => self.await_owner(*attempt, *expires_at),
            E::SignInConfirmed { .. } | E::DeviceTrusted { .. } => {}
            E::PasskeyCopySuspected { passkey: _, counter: _, last_counter: _ } => {}
            E::PasskeyAccepted { attempt, guess, passkey, counter, backup } => {
                self.accept_second_factor(*attempt, *guess, SecondFactor::Passkey);
                if let Some(known) = self.passkeys.get_mut(passkey) {
                    known.counter = known.counter.max(*counter);
                    known.backup = *backup;
                    known.last_used_at = Some(at);
                }
            }
            E::PasskeySignInStarted { attempt, challenge, device, context: _, expires_at } => {
                self.spend_challenge(*challenge, *expires_at, at);
                self.second_factor(SecondFactor::Passkey, *device).start(*challenge, at);
                self.await_outcome(
                    *attempt,
                    Attempt {
                        started_at: at,
                        expires_at: *expires_at,
                        device: *device,
                        session: None,
                        stage: Stage::Passkey,
                        wrong_codes: 0,
                        guess: Some(*challenge),
                    },
                );
            }
            E::EmailChanged { email, .. } | E::EmailChangeUndone { email, .. } => self.move_to(email),
            E::EmailChangeRequested { .. }
            | E::EmailChangeCancelled { .. }
            | E::PreviousEmailReleased { .. }
            | E::RecoveryEmailRequested { .. }
            | E::RecoveryEmailVerified { .. }
            | E::RecoveryEmailCancelled { .. }
            | E::RecoveryEmailRemoved { .. }
            | E::FactorRecoveryRequested { .. }
            | E::FactorRecoveryProved { .. }
            | E::FactorRecoveryScheduled { .. }
            | E::FactorRecoveryStopped { .. }
            | E::FactorRecoveryCompleted { .. }
            | E::ContactConfirmed => {}
            E::DetectionResponded { .. } | E::DetectionCleared { .. } => {}
            E::SupportRecoveryStarted { .. } | E::SupportRecoveryStopped { .. } | E::Recovered { .. } => {}
            E::LocaleChanged { locale } => self.locale = Some(locale.clone()),
            E::PasskeyRejected { attempt } => {
                self.failures_since_sign_in += 1;
                if let Some(Attempt { device, guess: Some(challenge), .. }) = self.attempts.remove(attempt) {
                    self.second_factor(SecondFactor::Passkey, device).fail(challenge, at);
                }
            }
        }
    }
}

pub(super) fn push_link(links: &mut Vec<PendingLink>, id: LinkId, expires_at: Timestamp, at: Timestamp) {
    links.retain(|link| at < link.expires_at);
    links.push(PendingLink { id, expires_at });
}

/// Refuses a link that is not among `links` any more.
pub(super) fn check_link(links: &[PendingLink], id: LinkId, now: Timestamp) -> Result<(), Rejection> {
    let works = links.iter().any(|link| link.id == id && now < link.expires_at);
    if works { Ok(()) } else { Err(Rejection::LinkInvalid) }
}
