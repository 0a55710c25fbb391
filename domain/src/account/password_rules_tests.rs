use super::super::scenario::*;
use super::*;
use crate::account::{
    ChangePassword, CompleteFactorRecovery, ExecuteSupportRecovery, LockReason, RemovePasskey, RemoveTotp,
    ResetPassword, ResolveReauthentication, StartReauthentication,
};
use crate::aggregate::Aggregate;
use crate::{AttemptId, SessionId};

const SESSION: fn() -> SessionId = || SessionId(id(session_of(0)));

fn change(n: u128, length: u32, now: i64) -> ChangePassword {
    let new = NewPassword { credential: CredentialId(id(n)), length };
    ChangePassword { session: SESSION(), new, now: at(now) }
}

fn require(link: u128, now: i64) -> RequirePasswordChange {
    RequirePasswordChange { note: None, link: LinkId(id(link)), now: at(now) }
}

fn reset(link: u128, length: u32, now: i64) -> ResetPassword {
    let new = NewPassword { credential: CredentialId(id(77)), length };
    ResetPassword { link: LinkId(id(link)), new, holds_claim: true, now: at(now) }
}

fn remove_totp(now: i64) -> RemoveTotp {
    RemoveTotp { session: SESSION(), now: at(now) }
}

#[test]
fn a_password_that_stands_alone_is_longer() {
    given(signed_in(0))
        .when(|a| change(70, 14, 10).decide(a, &policy()))
        .then_rejected(Rejection::PasswordTooShort)
        .when_at(10, |a| change(70, 15, 10).decide(a, &policy()))
        .then_accepted()
        .check(|a| assert!(!a.password_standing.short));
    given(with_totp(0))
        .when(|a| change(70, 7, 10).decide(a, &policy()))
        .then_rejected(Rejection::PasswordTooShort)
        .when_at(10, |a| change(70, 8, 10).decide(a, &policy()))
        .then_accepted()
        .check(|a| assert!(a.password_standing.short));
}

#[test]
fn the_last_factor_stays_beside_a_short_password() {
    let mut both = with_totp(0);
    both.extend(with_passkey(0).into_iter().skip(signed_in(0).len()));
    let passkey = |now| RemovePasskey { passkey: CredentialId(id(80)), session: SESSION(), now: at(now) };
    given(both)
        .when_at(10, |a| change(70, 8, 10).decide(a, &policy()))
        .then_accepted()
        .when_at(20, |a| remove_totp(20).decide(a, &policy()))
        .then_types(&["totp.removed"])
        .when(|a| passkey(30).decide(a, &policy()))
        .then_rejected(Rejection::PasswordTooShortAlone)
        .when_at(40, |a| change(71, 15, 40).decide(a, &policy()))
        .then_accepted()
        .when_at(50, |a| passkey(50).decide(a, &policy()))
        .then_types(&["passkey.removed"]);
}

#[test]
fn a_factor_that_goes_while_a_short_password_is_hashed_wins() {
    // Both are decided on the same stream: whichever comes second sees the first.
    given(with_totp(0))
        .when_at(10, |a| remove_totp(10).decide(a, &policy()))
        .then_accepted()
        .when(|a| change(70, 8, 11).decide(a, &policy()))
        .then_rejected(Rejection::PasswordTooShort);
}

#[test]
fn row_05_row_20_a_void_password_ends_everything_and_is_a_wrong_one() {
    given(with_totp(0))
        .password(5, 90)
        .when_at(100, |a| require(90, 100).decide(a, &policy()))
        .then_types(&["session.ended", "password.change_required"])
        .check(|a| assert!(a.sessions.is_empty() && a.attempts.is_empty()))
        .when(|a| start_code(5, 101).decide(a, &policy()))
        .then_rejected(Rejection::AttemptOver)
        .when_at(102, |a| start(6, None, 102).decide(a, &policy()))
        .then_accepted()
        .when_at(103, |a| resolve(6, true, 103).decide(a, &policy()))
        .then_types(&["sign_in.password_rejected"])
        .check(|a| assert_eq!(a.password_guesses.of(None).failures(), 1, "counted"))
        .when(|a| joint(7, 104).decide(a, &policy()))
        .then_rejected(Rejection::Locked)
        .when(|a| require(91, 105).decide(a, &policy()))
        .then(vec![])
        .when_at(106, |a| reset(90, 8, 106).decide(a, &policy()))
        .then_types(&["password.changed"])
        .check(|a| assert!(!a.password_void()))
        .password(8, 107);
}

#[test]
fn it_is_a_wrong_one_within_a_session_too() {
    let begin = StartReauthentication { attempt: AttemptId(id(9)), session: SESSION(), now: at(300) };
    let end = ResolveReauthentication {
        attempt: AttemptId(id(9)),
        correct: true,
        token_digest: digest(7),
        now: at(301),
    };
    let mut story = with_passkey(0);
    let reason = ChangeReason::Compromised;
    let (link, expires_at) = (LinkId(id(90)), at(1_000));
    story.insert(
        story.len() - 2,
        (AccountEvent::PasswordChangeRequired { reason, note: None, link, expires_at }, 0),
    );
    let opened = signed_in(0).pop().unwrap();
    story.push(opened);
    given(story)
        .when_at(300, |a| begin.decide(a, &policy()))
        .then_accepted()
        .when(|a| end.decide(a, &policy()))
        .then_types(&["reauthentication.rejected"]);
}

#[test]
fn a_reset_does_not_lift_an_operators_lock_with_it() {
    given(verified(0))
        .when_at(100, |a| require(90, 100).decide(a, &policy()))
        .then_accepted()
        .and(vec![AccountEvent::Locked { reason: LockReason::Operator, note: None }], 101)
        .when(|a| reset(90, 15, 102).decide(a, &policy()))
        .then_rejected(Rejection::LinkInvalid)
        .check(|a| assert!(a.password_void() && a.locked.is_some()));
}

#[test]
fn a_recovery_of_the_factor_voids_a_short_password() {
    let link = |n| LinkId(id(n));
    let far = at(100_000);
    let asked = AccountEvent::FactorRecoveryRequested {
        attempt: AttemptId(id(8)),
        email: link(1),
        recovery_email: link(2),
        stop: link(3),
        expires_at: far,
        context: crate::ClientContext::default(),
    };
    let scheduled =
        AccountEvent::FactorRecoveryScheduled { link: link(4), completes_at: at(200), expires_at: far };
    let complete = CompleteFactorRecovery { attempt: AttemptId(id(9)), link: link(4), now: at(301) };
    for (length, last) in [(8, "password.change_required"), (15, "totp.removed")] {
        given(with_totp(0))
            .when_at(10, |a| change(70, length, 10).decide(a, &policy()))
            .then_accepted()
            .and(vec![asked.clone(), scheduled.clone()], 20)
            .password(9, 300)
            .check(|a| {
                let events = complete.decide(a, &policy()).unwrap();
                assert_eq!(events.last().map(crate::Event::event_type), Some(last));
            })
            .when_at(301, |a| complete.decide(a, &policy()))
            .then_accepted()
            .check(|a| {
                assert!(!a.requires_second_factor());
                let why = a.password_standing.change_required.map(|(reason, _)| reason);
                assert_eq!(why, (length < 15).then_some(ChangeReason::TooShortAlone));
                assert_eq!(a.reset_links.len(), usize::from(length < 15));
            });
    }
}

#[test]
fn a_hand_over_leaves_nothing_of_it() {
    let case = crate::RecoveryCaseId(id(40));
    let hand_over = ExecuteSupportRecovery {
        case,
        contact: crate::Email::parse("ann@example.org").unwrap(),
        move_address: false,
        address_free: true,
        link: LinkId(id(91)),
        now: at(500),
    };
    given(with_totp(0))
        .when_at(10, |a| change(70, 8, 10).decide(a, &policy()))
        .then_accepted()
        .and(vec![AccountEvent::SupportRecoveryStarted { case, executes_at: at(400) }], 20)
        .when_at(500, |a| hand_over.decide(a, &policy().recovery))
        .then_accepted()
        .check(|a| assert_eq!(a.password_standing, PasswordStanding::default()))
        .when(|a| reset(91, 14, 501).decide(a, &policy()))
        .then_rejected(Rejection::PasswordTooShort);
}

#[test]
fn so_many_former_passwords_are_kept() {
    let policy =
        Policy { password: PasswordPolicy { history: 3, ..PasswordPolicy::default() }, ..Policy::default() };
    let ids = |numbers: &[u128]| numbers.iter().map(|n| CredentialId(id(*n))).collect::<Vec<_>>();
    let mut account = given(signed_in(0));
    for n in 0..4 {
        account = account.when_at(10, |a| change(70 + n, 15, 10).decide(a, &policy)).then_accepted();
    }
    account.check(|a| {
        assert_eq!(a.refused_passwords(&policy.password), ids(&[73, 72, 71]));
        assert_eq!(a.password_standing.former, ids(&[72, 71]));
        assert_eq!(a.refused_passwords(&PasswordPolicy::default()), ids(&[]));
        let mut void = a.clone();
        void.evolve(&required(ChangeReason::Compromised, None, LinkId(id(1)), &policy, at(11)), at(11));
        assert_eq!(void.refused_passwords(&PasswordPolicy::default()), ids(&[73]), "the void one");
    });
}
