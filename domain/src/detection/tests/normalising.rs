use super::*;
use crate::account::{AccountEvent as E, Level, LockReason, PasswordChange, SecondFactor, TokenDigest};
use crate::source::SourceEvent;
use crate::{AttemptId, ClientContext, CredentialId, LinkId};

fn context(address: &str) -> ClientContext {
    ClientContext { address: address.into(), user_agent: "Browser/1".into(), ..ClientContext::default() }
}

fn attempt() -> AttemptId {
    AttemptId(id(7))
}

fn started(device: Option<DeviceId>) -> E {
    E::SignInStarted { attempt: attempt(), device, context: context("192.0.2.1"), expires_at: time(600) }
}

/// What the events of account 1 amount to, one after the other.
fn told(events: Vec<E>) -> Vec<Observation> {
    let mut normaliser = Normaliser::new(100);
    let account = AccountId(id(1));
    let each = (1..).zip(events);
    each.filter_map(|(position, event)| {
        let at = At { position, time: time(position as i64) };
        normaliser.account_event(account, &event, at, &NoLookup)
    })
    .collect()
}

#[test]
fn reports_of_another_system_are_what_they_say_at_their_own_time() {
    use crate::observed::{Outcome, Report};
    let user = AccountId(id(1));
    let told = |outcome, device: Option<&str>| {
        let report = Report {
            id: "r".into(),
            system: "shop".into(),
            user: "42".into(),
            outcome,
            factor: Some(Factor::Push),
            happened_at: time(5),
            context: context("192.0.2.1"),
            device_name: device.map(str::to_owned),
            session_name: Some("s".into()),
            imported: true,
        };
        Normaliser::report(user, &report, At { position: 9, time: time(1_000) }, &NoLookup)
    };
    let success = told(Outcome::Success, Some("d"));
    assert_eq!((success.at, success.position, success.target), (time(5), 9, Target::Account(user)));
    assert_eq!(success.what, Happening::SignedIn { factor: Some(Factor::Push) });
    assert!(matches!(success.device, Device::New(Some(_))) && success.session.is_some());
    for (outcome, what) in [
        (Outcome::WrongPassword, WRONG),
        (Outcome::WrongFactor, Happening::FactorRejected(Factor::Push)),
        (Outcome::FactorDenied, Happening::FactorDenied(Factor::Push)),
        (Outcome::FactorTimedOut, Happening::FactorTimedOut(Factor::Push)),
        (Outcome::Refused, Happening::SignInRefused),
    ] {
        let seen = told(outcome, None);
        assert_eq!((seen.what, seen.device, seen.target.account()), (what, Device::Unrecorded, Some(user)));
    }
    assert_eq!(told(Outcome::UnknownUser, None).target.account(), None);
}

#[test]
fn outcomes_come_with_the_context_of_their_beginning() {
    let seen = told(vec![started(None), E::PasswordRejected { attempt: attempt() }]);
    let [failure] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!((failure.what, failure.position, failure.device), (WRONG, 2, Device::New(None)));
    assert_eq!(failure.source.address, "192.0.2.1".parse().ok());
    assert_eq!(failure.agent.text, "Browser/1");

    let mapped = told(vec![
        E::SignInStarted {
            attempt: attempt(),
            device: None,
            context: context("::ffff:192.0.2.1"),
            expires_at: time(600),
        },
        E::PasswordRejected { attempt: attempt() },
    ]);
    assert_eq!(mapped[0].source, failure.source, "IPv4 written as IPv6");
}

#[test]
fn a_sign_in_with_a_code_and_what_its_session_does() {
    let (device, session) = (DeviceId(id(2)), SessionId(id(3)));
    let (guess, again) = (AttemptId(id(8)), AttemptId(id(9)));
    let seen = told(vec![
        started(Some(device)),
        E::PasswordAccepted { attempt: attempt() },
        E::SecondFactorRejected { attempt: attempt(), guess, factor: SecondFactor::Totp },
        E::RecoveryCodeAccepted { attempt: attempt(), guess, index: 0 },
        E::SignInSucceeded {
            attempt: attempt(),
            device,
            new_device: false,
            earlier_sign_ins: 4,
            context: context("192.0.2.1"),
            risk: None,
        },
        E::SessionOpened {
            session,
            device,
            token_digest: TokenDigest([0; 32]),
            level: Level::Aal2,
            idle_expires_at: time(900),
            expires_at: time(900),
        },
        E::ReauthenticationStarted { attempt: again, session, expires_at: time(900) },
        E::ReauthenticationRejected { attempt: again, session },
        E::PasswordChanged {
            credential: CredentialId(id(4)),
            change: PasswordChange::Reset,
            short: false,
            kept: 0,
        },
        E::TotpEnrolled { credential: CredentialId(id(4)), step: 1 },
        E::SignInDisowned { link: LinkId(id(5)), link_expires_at: time(900) },
        E::Locked { reason: LockReason::Disowned, note: None },
        E::Locked { reason: LockReason::Operator, note: None },
    ]);
    let what: Vec<_> = seen.iter().map(|seen| seen.what).collect();
    assert_eq!(
        what,
        [
            Happening::PasswordAccepted,
            Happening::FactorRejected(Factor::Totp),
            Happening::FactorAccepted(Factor::RecoveryCode),
            Happening::SignedIn { factor: Some(Factor::RecoveryCode) },
            Happening::SessionUsed,
            WRONG,
            Happening::PasswordReset,
            Happening::FactorAdded(Factor::Totp),
            Happening::Disowned,
            Happening::LockOrdered,
        ]
    );
    assert!(seen[..6].iter().all(|seen| seen.device == Device::Known(device)));
    assert!(seen[..6].iter().all(|seen| seen.source.address.is_some()));
    assert_eq!(seen[5].session, Some(session));
}

#[test]
fn a_session_that_goes_on_elsewhere_with_another_browser_is_noticed() {
    let from = |asn, browser: &str| {
        let signals = crate::Signals { asn: Some(asn), browser: browser.into(), ..crate::Signals::default() };
        ClientContext { signals: Box::new(signals), ..context("192.0.2.1") }
    };
    let (session, device) = (SessionId(id(9)), DeviceId(id(8)));
    let refreshed = |context| E::SessionRefreshed {
        session,
        token_digest: TokenDigest([0; 32]),
        level: Level::Aal1,
        idle_expires_at: time(900),
        context,
    };
    let found = |second: ClientContext| {
        let seen = told(vec![
            E::SignInSucceeded {
                attempt: attempt(),
                device,
                new_device: false,
                earlier_sign_ins: 4,
                context: from(1, "Firefox 140"),
                risk: None,
            },
            E::SessionOpened {
                session,
                device,
                token_digest: TokenDigest([0; 32]),
                level: Level::Aal1,
                idle_expires_at: time(900),
                expires_at: time(900),
            },
            refreshed(None),
            refreshed(Some(second)),
        ]);
        assert_eq!(seen[0].source.asn, Some(1), "what was recorded, not what is looked up");
        let policy = DetectionPolicy::default();
        let mut detection = Detection::new(&policy);
        let signals: Vec<_> = seen.iter().flat_map(|seen| detection.observe(seen, &policy, id(77))).collect();
        signals.iter().any(|signal| signal.finding.detector == Detector::SessionHijack)
    };
    assert!(found(from(2, "Chrome 126")));
    assert!(!found(from(2, "Firefox 141")), "the owner on the move, upgraded");
    assert!(!found(from(1, "Chrome 126")));
}

#[test]
fn an_identifier_that_nobody_has_is_one_target_day_after_day() {
    let mut normaliser = Normaliser::new(100);
    let mut reject = |key: &str, n: u128| {
        let attempt = AttemptId(id(n));
        let at = At { position: 1, time: time(1) };
        let unknown = SourceEvent::UnknownIdentifier { attempt, context: context("192.0.2.1") };
        assert!(normaliser.source_event(key, &unknown, at, &NoLookup).is_none());
        normaliser.source_event(key, &SourceEvent::Rejected { attempt }, at, &NoLookup).unwrap()
    };
    let today = reject("00ff-2026-01-01", 1);
    assert_eq!((today.what, today.target.account()), (WRONG, None));
    assert!(today.source.address.is_some());
    assert_eq!(reject("00ff-2026-01-02", 2).target, today.target);
    assert_ne!(reject("00fe-2026-01-02", 3).target, today.target);
}
