//! Sessions: opened, refreshed, ended.

use super::{Account, AccountEvent, EndReason, Level, Rejection, TokenDigest};
use crate::policy::{Policy, seconds};
use crate::{AttemptId, ClientContext, DeviceId, SessionId, Timestamp};

/// What a session is opened with, if it comes to that.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// SHA-256 of its token, 256 random bits.
    pub token_digest: TokenDigest,
    /// The device whose signed token came with the request.
    pub device: Option<DeviceId>,
    /// The id that the device gets if the account does not know it.
    pub new_device: DeviceId,
    /// Where the request came from.
    pub context: ClientContext,
    /// Whether its device is to need no second factor for a while, if the policy has it so and one was proved.
    pub trust_device: bool,
}

/// The events of a sign-in that has proved all it must.
pub(super) fn open_session(
    account: &Account,
    attempt: AttemptId,
    new: &NewSession,
    level: Level,
    policy: &Policy,
    now: Timestamp,
) -> Vec<AccountEvent> {
    let known = account.known_device(new.device);
    let device = known.unwrap_or(new.new_device);
    let stopped = account.recovery_stopped(policy, now).filter(|_| level >= Level::Aal2);
    let mut events = vec![AccountEvent::SignInSucceeded {
        attempt,
        device,
        new_device: known.is_none(),
        earlier_sign_ins: account.sign_ins,
        context: new.context.clone(),
        risk: Some(account.risk(&new.context, known.is_some(), &policy.risk, now)),
    }];
    if known.is_none() {
        if account.devices.len() >= policy.devices as usize {
            let oldest = account.devices.iter().min_by_key(|(_, d)| d.last_seen).map(|(id, _)| *id);
            events.extend(oldest.into_iter().flat_map(|oldest| remove_device(account, oldest)));
        }
        events.push(AccountEvent::DeviceFirstSeen {
            device,
            name: new.context.device.clone(),
            context: new.context.clone(),
        });
    }
    let live = || account.sessions.iter().filter(|(_, s)| s.live(now));
    if live().count() >= policy.sessions.most as usize {
        let oldest = live().min_by_key(|(_, s)| s.opened_at).map(|(id, _)| *id);
        events
            .extend(oldest.map(|session| AccountEvent::SessionEnded { session, reason: EndReason::Evicted }));
    }
    let expires_at = now + seconds(policy.sessions.absolute_seconds);
    events.push(AccountEvent::SessionOpened {
        session: new.id,
        device,
        token_digest: new.token_digest,
        level,
        idle_expires_at: expires_at.min(now + seconds(policy.sessions.idle_seconds)),
        expires_at,
    });
    events.extend(stopped);
    events
}

/// A new token for a live session; never beyond its absolute end, never below what it had proved.
pub(super) fn refreshed(
    account: &Account,
    session: SessionId,
    token_digest: TokenDigest,
    level: Level,
    policy: &Policy,
    now: Timestamp,
) -> Result<AccountEvent, Rejection> {
    let live = account.live_session(session, now)?;
    Ok(AccountEvent::SessionRefreshed {
        session,
        token_digest,
        level: live.level.max(level),
        idle_expires_at: live.expires_at.min(now + seconds(policy.sessions.idle_seconds)),
        context: None,
    })
}

/// The ends of all live sessions but `keep`.
pub(super) fn end_all(
    account: &Account,
    keep: Option<SessionId>,
    reason: EndReason,
    now: Timestamp,
) -> impl Iterator<Item = AccountEvent> {
    let live = account.sessions.iter().filter(move |(_, session)| session.live(now));
    live.map(|(id, _)| *id)
        .filter(move |id| Some(*id) != keep)
        .map(move |session| AccountEvent::SessionEnded { session, reason })
}

/// The end of a device and of its sessions.
pub(super) fn remove_device(account: &Account, device: DeviceId) -> impl Iterator<Item = AccountEvent> {
    let of_device = account.sessions.iter().filter(move |(_, session)| session.device == device);
    of_device
        .map(|(id, _)| AccountEvent::SessionEnded { session: *id, reason: EndReason::DeviceRemoved })
        .chain([AccountEvent::DeviceRemoved { device }])
}

/// Replaces a session's token and puts off its idle end.
#[derive(Clone, Debug)]
pub struct RefreshSession {
    /// The session.
    pub session: SessionId,
    /// SHA-256 of the token that the caller showed: only the newest one refreshes.
    pub old_digest: TokenDigest,
    /// SHA-256 of the new token.
    pub token_digest: TokenDigest,
    /// Where the request came from: recorded when the session has moved to another network, browser or system.
    pub from: ClientContext,
    /// Now.
    pub now: Timestamp,
}

impl RefreshSession {
    /// # Errors
    /// `SessionOver`.
    pub fn decide(&self, account: &Account, policy: &Policy) -> Result<Vec<AccountEvent>, Rejection> {
        account.session(self.session, &self.old_digest, self.now)?;
        let mut refreshed =
            refreshed(account, self.session, self.token_digest, Level::Aal1, policy, self.now)?;
        if let AccountEvent::SessionRefreshed { context, .. } = &mut refreshed
            && account.usual.moved(self.session, &self.from)
        {
            *context = Some(self.from.clone());
        }
        Ok(vec![refreshed])
    }
}

/// Ends one session of the account.
#[derive(Clone, Debug)]
pub struct EndSession {
    /// The session.
    pub session: SessionId,
    /// Signed out, or ended from another one.
    pub reason: EndReason,
}

impl EndSession {
    /// # Errors
    /// `SessionOver` when the account has no such session.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.sessions.get(&self.session).ok_or(Rejection::SessionOver)?;
        Ok(vec![AccountEvent::SessionEnded { session: self.session, reason: self.reason }])
    }
}

/// Ends every session of the account but one.
#[derive(Clone, Debug)]
pub struct EndOtherSessions {
    /// The one that stays.
    pub keep: SessionId,
    /// Now.
    pub now: Timestamp,
}

impl EndOtherSessions {
    /// # Errors
    /// `SessionOver` when the one that should stay is over.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.live_session(self.keep, self.now)?;
        Ok(end_all(account, Some(self.keep), EndReason::EndedByOwner, self.now).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;

    fn refresh(old: u8, new: u8, now: i64) -> RefreshSession {
        let session = SessionId(id(session_of(0)));
        let from = ClientContext::default();
        RefreshSession { session, old_digest: digest(old), token_digest: digest(new), from, now: at(now) }
    }

    #[test]
    fn a_session_that_moves_says_where_to() {
        let moved = |address: &str, old, new, now| RefreshSession {
            from: ClientContext { address: address.into(), ..ClientContext::default() },
            ..refresh(old, new, now)
        };
        let recorded = |event: &AccountEvent| match event {
            AccountEvent::SessionRefreshed { context, .. } => context.as_ref().map(|c| c.address.clone()),
            _ => None,
        };
        let refreshed = |given: super::super::scenario::Given, refresh: RefreshSession, t| {
            let mut found = None;
            let given = given
                .when_at(t, |a| {
                    let events = refresh.decide(a, &policy())?;
                    found = events.first().and_then(recorded);
                    Ok(events)
                })
                .then_accepted();
            (given, found)
        };
        let (given, there) = refreshed(given(signed_in(0)), moved("127.0.0.1", 0, 1, 10), 10);
        assert_eq!(there, None);
        let (given, there) = refreshed(given, moved("89.160.20.112", 1, 2, 20), 20);
        assert_eq!(there.as_deref(), Some("89.160.20.112"));
        let (given, there) = refreshed(given, moved("89.160.77.1", 2, 3, 30), 30);
        assert_eq!(there, None, "the same network");
        let (_, there) = refreshed(given, moved("81.2.69.142", 3, 4, 40), 40);
        assert_eq!(there.as_deref(), Some("81.2.69.142"));
    }

    #[test]
    fn only_the_newest_token_lives() {
        given(signed_in(0))
            .when_at(100, |a| refresh(0, 1, 100).decide(a, &policy()))
            .then_types(&["session.refreshed"])
            .when(|a| refresh(0, 2, 101).decide(a, &policy()))
            .then_rejected(Rejection::SessionOver)
            .check(|a| {
                let session = SessionId(id(session_of(0)));
                assert!(a.session(session, &digest(1), at(101)).is_ok());
                assert!(a.session(session, &digest(0), at(101)).is_err());
            });
    }

    #[test]
    fn refreshing_never_outlives_the_absolute_end() {
        let mut account = given(signed_in(0));
        let mut token = 0;
        for n in 1..25 {
            account = account
                .when_at(n * 3_500, |a| refresh(token, token + 1, n * 3_500).decide(a, &policy()))
                .then_accepted();
            token += 1;
        }
        account
            .when(|a| refresh(token, 99, 86_400).decide(a, &policy()))
            .then_rejected(Rejection::SessionOver);
    }

    #[test]
    fn an_idle_session_is_over() {
        given(signed_in(0))
            .when(|a| refresh(0, 1, 3_600).decide(a, &policy()))
            .then_rejected(Rejection::SessionOver);
    }

    #[test]
    fn others_end_and_this_one_stays() {
        given(signed_in(0))
            .sign_in(5, None, 10)
            .when_at(20, |a| EndOtherSessions { keep: SessionId(id(session_of(5))), now: at(20) }.decide(a))
            .then(vec![AccountEvent::SessionEnded {
                session: SessionId(id(session_of(0))),
                reason: EndReason::EndedByOwner,
            }]);
    }

    #[test]
    fn sessions_and_devices_are_bounded() {
        let mut account = given(signed_in(0));
        for n in 1..120 {
            account = account.sign_in(n, None, 10 + i64::try_from(n).unwrap());
        }
        account.check(|a| {
            assert_eq!(a.sessions.len(), 50);
            assert_eq!(a.devices.len(), 50);
            assert!(a.attempts.is_empty());
        });
    }
}
