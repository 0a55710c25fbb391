//! An unexpected sign-in that proved no strong factor waits until its owner, asked by mail, confirms it. The word opens
//! no session for who gives it: only the waiting client, which has a secret of its own, goes on.

use super::session::open_session;
use super::sign_in::refusal;
use super::trusted_device::trusted;
use super::{
    Account, AccountEvent, Attempt, Disown, Level, NewSession, RefusalReason, Rejection, Risk, RiskLevel,
    Stage, TokenDigest,
};
use crate::policy::{Confirm, Policy, seconds};
use crate::{AttemptId, ClientContext, LinkId, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Mails are counted over this time.
const HOUR: TimeDelta = TimeDelta::hours(1);

/// A sign-in that waits for its owner's word.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The link that confirms or disowns it.
    pub link: LinkId,
    /// SHA-256 of the waiting client's secret.
    pub secret_digest: TokenDigest,
    /// How much was proved.
    pub level: Level,
    /// Where it came from.
    pub context: ClientContext,
    /// What was thought of it.
    pub risk: Risk,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// It ends then.
    pub expires_at: Timestamp,
    /// Whether the owner has confirmed it.
    pub confirmed: bool,
}

impl std::fmt::Debug for Confirmation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Confirmation").field("confirmed", &self.confirmed).finish_non_exhaustive()
    }
}

/// What waits, and when owners were asked. As many as mails may go out in the time that one waits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Confirmations {
    waiting: BTreeMap<AttemptId, Confirmation>,
    asked: Vec<Timestamp>,
}

impl Confirmations {
    pub(super) fn evolve(&mut self, event: &AccountEvent, at: Timestamp) {
        match event {
            AccountEvent::ConfirmationRequested {
                attempt,
                link,
                secret_digest,
                level,
                context,
                risk,
                expires_at,
            } => {
                self.waiting.retain(|_, waiting| at < waiting.expires_at);
                self.asked.retain(|asked| at.since(*asked) < HOUR);
                self.asked.push(at);
                let confirmation = Confirmation {
                    link: *link,
                    secret_digest: *secret_digest,
                    level: *level,
                    context: context.clone(),
                    risk: risk.clone(),
                    requested_at: at,
                    expires_at: *expires_at,
                    confirmed: false,
                };
                self.waiting.insert(*attempt, confirmation);
            }
            AccountEvent::SignInConfirmed { attempt, .. } => {
                if let Some(waiting) = self.waiting.get_mut(attempt) {
                    waiting.confirmed = true;
                }
            }
            AccountEvent::SignInSucceeded { attempt, .. } => {
                self.waiting.remove(attempt);
            }
            AccountEvent::Locked { .. }
            | AccountEvent::PasswordChanged { .. }
            | AccountEvent::PasswordChangeRequired { .. } => self.waiting.clear(),
            _ => {}
        }
    }

    /// How long until the owner may be asked once more; `None` when that is now.
    fn pause(&self, policy: &Policy, now: Timestamp) -> Option<TimeDelta> {
        let most = policy.confirmations_per_hour as usize;
        let recent: Vec<_> = self.asked.iter().filter(|asked| now.since(**asked) < HOUR).collect();
        if recent.len() < most {
            return None;
        }
        let frees = recent.get(recent.len() - most).map_or(now, |asked| **asked);
        Some((frees + HOUR).since(now))
    }
}

impl Account {
    /// The sign-in that waits behind a link, neither over nor confirmed.
    pub fn unconfirmed(&self, link: LinkId, now: Timestamp) -> Option<(AttemptId, &Confirmation)> {
        let mut waiting = self.confirmations.waiting.iter().map(|(attempt, it)| (*attempt, it));
        let (attempt, confirmation) = waiting.find(|(_, it)| it.link == link && !it.confirmed)?;
        self.waits(attempt, now).ok()?;
        Some((attempt, confirmation))
    }

    /// How long the owner cannot be asked again.
    pub fn confirmation_pause(&self, policy: &Policy, now: Timestamp) -> Option<TimeDelta> {
        self.confirmations.pause(policy, now)
    }

    fn waits(&self, attempt: AttemptId, now: Timestamp) -> Result<&Attempt, Rejection> {
        let pending = self.attempt(attempt, now)?;
        if pending.stage == Stage::Confirmation { Ok(pending) } else { Err(Rejection::AttemptOver) }
    }

    /// The password was right, so that it is no guess any more; the owner's word is all that is due.
    pub(super) fn await_owner(&mut self, attempt: AttemptId, expires_at: Timestamp) {
        if let Some(pending) = self.attempts.get_mut(&attempt) {
            pending.stage = Stage::Confirmation;
            pending.expires_at = expires_at;
            let device = pending.device;
            self.password_guesses.of_mut(device).settle(attempt);
        }
    }
}

/// The end of a sign-in that proved all it must: a session, or the owner's word first. `strong`: with a passkey or an
/// authenticator app, which whoever has only stolen the password lacks.
pub(super) fn conclude(
    account: &Account,
    attempt: AttemptId,
    new: &NewSession,
    level: Level,
    strong: bool,
    policy: &Policy,
    now: Timestamp,
) -> Vec<AccountEvent> {
    let known = account.known_device(new.device).is_some();
    let risk = account.risk(&new.context, known, &policy.risk, now);
    let doubtful = risk.level >= RiskLevel::Risky || account.doubts(new.device, now);
    if strong || policy.confirm == Confirm::Off || !doubtful {
        return opened(account, attempt, new, level, policy, now);
    }
    if account.confirmation_pause(policy, now).is_some() {
        return vec![AccountEvent::SignInRefused { attempt, reason: RefusalReason::ConfirmationsSpent }];
    }
    vec![AccountEvent::ConfirmationRequested {
        attempt,
        link: LinkId(Uuid::new_v5(&attempt.0, b"confirm")),
        secret_digest: new.token_digest,
        level,
        context: new.context.clone(),
        risk,
        expires_at: now + seconds(policy.confirmation_seconds),
    }]
}

/// The session, and trust in its device if that was asked for and a second factor proved.
fn opened(
    account: &Account,
    attempt: AttemptId,
    new: &NewSession,
    level: Level,
    policy: &Policy,
    now: Timestamp,
) -> Vec<AccountEvent> {
    let mut events = open_session(account, attempt, new, level, policy, now);
    if new.trust_device && level == Level::Aal2 {
        let device = account.known_device(new.device).unwrap_or(new.new_device);
        events.extend(trusted(device, policy, now));
    }
    events
}

/// The owner confirms.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmSignIn {
    /// The link, its signature already checked.
    pub link: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl ConfirmSignIn {
    /// # Errors
    /// `LinkInvalid` when it was used, or the sign-in is over: expired, or ended by a lock or a new password.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        let (attempt, _) = account.unconfirmed(self.link, self.now).ok_or(Rejection::LinkInvalid)?;
        Ok(vec![AccountEvent::SignInConfirmed { attempt, link: self.link }])
    }
}

/// The owner says "this was not me": what [`Disown`] does.
#[derive(Clone, Copy, Debug)]
pub struct DenySignIn {
    /// The link, its signature already checked.
    pub link: LinkId,
    /// Now.
    pub now: Timestamp,
}

impl DenySignIn {
    /// # Errors
    /// As [`ConfirmSignIn::decide`].
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        let (_, waiting) = account.unconfirmed(self.link, self.now).ok_or(Rejection::LinkInvalid)?;
        Disown { link: self.link, link_expires_at: waiting.expires_at, now: self.now }.decide(account)
    }
}

/// The waiting client asks for its session.
#[derive(Clone, Debug)]
pub struct RedeemConfirmation {
    /// The attempt.
    pub attempt: AttemptId,
    /// SHA-256 of the secret that it got.
    pub secret_digest: TokenDigest,
    /// The session to open.
    pub session: NewSession,
    /// Now.
    pub now: Timestamp,
}

impl RedeemConfirmation {
    /// # Errors
    /// `Unconfirmed` as long as the owner has not answered; `AttemptOver` when the secret is another's, or the attempt
    /// has expired, was redeemed, or was ended by a lock, a new password or another factor.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.waits(self.attempt, self.now)?;
        let waiting = account.confirmations.waiting.get(&self.attempt).ok_or(Rejection::AttemptOver)?;
        if !waiting.secret_digest.matches(&self.secret_digest) || refusal(account).is_some() {
            return Err(Rejection::AttemptOver);
        }
        if !waiting.confirmed {
            return Err(Rejection::Unconfirmed);
        }
        Ok(opened(account, self.attempt, &self.session, waiting.level, policy, self.now))
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;
    use crate::account::{LockReason, Proof, ResolvePassword, ResolveSecondFactor};

    const DAY: i64 = 86_400;

    fn from(address: &str) -> ClientContext {
        ClientContext { address: address.into(), ..ClientContext::default() }
    }

    /// Signed in once from one network, from `DEVICE`.
    fn at_home() -> Given {
        let first = resolve(0, true, 0);
        let session =
            NewSession { context: from("81.2.69.142"), new_device: DEVICE, ..first.session.clone() };
        let first = ResolvePassword { session, ..first };
        given(verified(0))
            .when_at(0, |a| start(0, None, 0).decide(a, &policy()))
            .then_accepted()
            .when_at(0, |a| first.decide(a, &policy()))
            .then_accepted()
    }

    fn away(n: u128, t: i64) -> ResolvePassword {
        let resolve = resolve(n, true, t);
        let session = NewSession {
            context: from("89.160.20.112"),
            token_digest: digest(n as u8),
            ..resolve.session.clone()
        };
        ResolvePassword { session, ..resolve }
    }

    fn asked(given: Given, n: u128, t: i64) -> Given {
        given
            .when_at(t, |a| start(n, None, t).decide(a, &policy()))
            .then_accepted()
            .when_at(t, |a| away(n, t).decide(a, &policy()))
            .then_types(&["sign_in.confirmation_requested"])
    }

    fn link_of(n: u128) -> LinkId {
        LinkId(Uuid::new_v5(&id(n), b"confirm"))
    }

    fn confirm(n: u128, t: i64) -> ConfirmSignIn {
        ConfirmSignIn { link: link_of(n), now: at(t) }
    }

    fn redeem(n: u128, secret: u8, t: i64) -> RedeemConfirmation {
        let session = NewSession { token_digest: digest(200), ..away(n, t).session };
        RedeemConfirmation { attempt: AttemptId(id(n)), secret_digest: digest(secret), session, now: at(t) }
    }

    #[test]
    fn the_waiting_client_goes_on_once_its_owner_has_confirmed() {
        asked(at_home(), 5, DAY)
            .when(|a| redeem(5, 5, DAY + 1).decide(a, &policy()))
            .then_rejected(Rejection::Unconfirmed)
            .when_at(DAY + 2, |a| confirm(5, DAY + 2).decide(a))
            .then_types(&["sign_in.confirmed"])
            // Row 8: once.
            .when(|a| confirm(5, DAY + 3).decide(a))
            .then_rejected(Rejection::LinkInvalid)
            .when(|a| DenySignIn { link: link_of(5), now: at(DAY + 3) }.decide(a))
            .then_rejected(Rejection::LinkInvalid)
            .when(|a| redeem(5, 6, DAY + 3).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver)
            .when_at(DAY + 4, |a| redeem(5, 5, DAY + 4).decide(a, &policy()))
            .then_types(&["sign_in.succeeded", "device.first_seen", "session.opened"])
            .when(|a| redeem(5, 5, DAY + 5).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver)
            // The network is known from now on.
            .when_at(2 * DAY, |a| start(6, None, 2 * DAY).decide(a, &policy()))
            .then_accepted()
            .when(|a| away(6, 2 * DAY).decide(a, &policy()))
            .then_types(&["sign_in.succeeded", "device.first_seen", "session.opened"]);
    }

    #[test]
    fn a_denial_locks_and_ends_what_waits() {
        asked(at_home(), 5, DAY)
            .when_at(DAY + 1, |a| DenySignIn { link: link_of(5), now: at(DAY + 1) }.decide(a))
            .then_types(&["sign_in.disowned", "device.removed", "account.locked"])
            .when(|a| confirm(5, DAY + 2).decide(a))
            .then_rejected(Rejection::LinkInvalid)
            .when(|a| redeem(5, 5, DAY + 2).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }

    #[test]
    fn row_14_row_20_a_lock_ends_what_waits_confirmed_or_not() {
        let lock = || vec![AccountEvent::Locked { reason: LockReason::Operator, note: None }];
        let unlock = || vec![AccountEvent::Unlocked { reason: crate::account::UnlockReason::Operator }];
        asked(at_home(), 5, DAY)
            .and(lock(), DAY + 1)
            .and(unlock(), DAY + 2)
            .when(|a| confirm(5, DAY + 3).decide(a))
            .then_rejected(Rejection::LinkInvalid);
        asked(at_home(), 5, DAY)
            .when_at(DAY + 1, |a| confirm(5, DAY + 1).decide(a))
            .then_accepted()
            .and(lock(), DAY + 2)
            .and(unlock(), DAY + 3)
            .when(|a| redeem(5, 5, DAY + 4).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }

    #[test]
    fn it_expires() {
        asked(at_home(), 5, DAY)
            .when(|a| confirm(5, DAY + 1_800).decide(a))
            .then_rejected(Rejection::LinkInvalid)
            .when_at(DAY + 1_799, |a| confirm(5, DAY + 1_799).decide(a))
            .then_accepted()
            .when(|a| redeem(5, 5, DAY + 1_800).decide(a, &policy()))
            .then_rejected(Rejection::AttemptOver);
    }

    #[test]
    fn who_has_the_password_cannot_flood_its_owner_and_stays_counted() {
        let mut account = at_home();
        for n in 5..8 {
            account = asked(account, n, DAY);
        }
        account
            .when_at(DAY + 10, |a| start(9, None, DAY + 10).decide(a, &policy()))
            .then_accepted()
            .when_at(DAY + 10, |a| away(9, DAY + 10).decide(a, &policy()))
            .then(vec![AccountEvent::SignInRefused {
                attempt: AttemptId(id(9)),
                reason: RefusalReason::ConfirmationsSpent,
            }])
            .check(|a| {
                let pause = a.confirmation_pause(&policy(), at(DAY + 10));
                assert_eq!(pause, Some(TimeDelta::seconds(3_590)));
                assert_eq!(a.confirmation_pause(&policy(), at(DAY + 3_600)), None);
            });
    }

    #[test]
    fn a_strong_factor_and_a_known_device_need_no_word() {
        let off = Policy { confirm: Confirm::Off, ..policy() };
        at_home()
            .when_at(DAY, |a| start(5, None, DAY).decide(a, &policy()))
            .then_accepted()
            .when(|a| away(5, DAY).decide(a, &off))
            .then_types(&["sign_in.succeeded", "device.first_seen", "session.opened"]);
        let known = away(5, DAY);
        let known = ResolvePassword {
            session: NewSession { device: Some(DEVICE), ..known.session.clone() },
            ..known
        };
        at_home()
            .when_at(DAY, |a| start(5, Some(DEVICE), DAY).decide(a, &policy()))
            .then_accepted()
            .when(|a| known.decide(a, &policy()))
            .then_types(&["sign_in.succeeded", "session.opened"]);
        let home = || {
            let credential = crate::CredentialId(id(3));
            at_home().and(
                vec![
                    AccountEvent::TotpEnrolled { credential, step: ENROLMENT_STEP },
                    AccountEvent::RecoveryCodesGenerated { credential, count: 10 },
                ],
                1,
            )
        };
        let prove = |proof| {
            let resolve = code(5, guess_of(5), Some(900), DAY);
            let session = NewSession { context: from("89.160.20.112"), ..resolve.session.clone() };
            ResolveSecondFactor { proof, session, ..resolve }
        };
        let half = |given: Given| {
            given.password(5, DAY).when_at(DAY, |a| start_code(5, DAY).decide(a, &policy())).then_accepted()
        };
        half(home()).when(|a| prove(Proof::Totp { step: 900 }).decide(a, &policy())).then_types(&[
            "second_factor.totp_accepted",
            "sign_in.succeeded",
            "device.first_seen",
            "session.opened",
        ]);
        half(home())
            .when(|a| prove(Proof::RecoveryCode { index: 1 }).decide(a, &policy()))
            .then_types(&["second_factor.recovery_code_accepted", "sign_in.confirmation_requested"]);
    }
}
