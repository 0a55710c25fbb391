//! Stories of addresses and of lost second factors.

use super::super::scenario::*;
use super::*;
use crate::account::*;
use crate::{AttemptId, ClientContext};

const DAY: i64 = 86_400;
const UNDO: u128 = 0xB0;

fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.net")).unwrap()
}

fn ask(link: u128, name: &str, now: i64) -> RequestEmailChange {
    RequestEmailChange {
        session: SessionId(id(session_of(0))),
        link: LinkId(id(link)),
        email: email(name),
        taken: false,
        now: at(now),
    }
}

fn prove(link: u128, now: i64) -> ConfirmEmailChange {
    ConfirmEmailChange { link: LinkId(id(link)), holds_claim: true, undo: LinkId(id(UNDO)), now: at(now) }
}

fn undo(link: u128, now: i64) -> UndoEmailChange {
    UndoEmailChange { link: LinkId(id(link)), now: at(now) }
}

fn moved(t: i64) -> Story {
    let mut story = signed_in(t);
    let (link, email, session) = (LinkId(id(90)), email("new"), SessionId(id(session_of(0))));
    let requested =
        AccountEvent::EmailChangeRequested { session, link, email, taken: false, expires_at: at(t + DAY) };
    story.push((requested, t));
    let mut account = Account::default();
    for (event, t) in &story {
        crate::Aggregate::evolve(&mut account, event, at(*t));
    }
    story.extend(prove(90, t).decide(&account, &policy()).unwrap().into_iter().map(|event| (event, t)));
    story
}

#[test]
fn row_33_another_address_ends_other_sessions_and_reset_links() {
    given(signed_in(0))
        .sign_in(5, None, 10)
        .when_at(20, |a| ask(90, "new", 20).decide(a, &policy()))
        .then_types(&["email_change.requested"])
        .when(|a| ConfirmEmailChange { holds_claim: false, ..prove(90, 30) }.decide(a, &policy()))
        .then_rejected(Rejection::LinkInvalid)
        .when_at(30, |a| prove(90, 30).decide(a, &policy()))
        .then_types(&["email.changed", "session.ended"])
        .check(|a| assert!(a.email == Some(email("new")) && a.sessions.len() == 1))
        .when(|a| prove(90, 31).decide(a, &policy()))
        .then_rejected(Rejection::LinkInvalid);
}

#[test]
fn a_change_needs_a_fresh_proof_and_another_address() {
    given(signed_in(0))
        .when(|a| ask(90, "new", 601).decide(a, &policy()))
        .then_rejected(Rejection::ReauthenticationRequired)
        .when(|a| {
            let own = Email::parse("ann@example.com").unwrap();
            RequestEmailChange { email: own, ..ask(90, "new", 1) }.decide(a, &policy())
        })
        .then_rejected(Rejection::EmailUnchanged)
        .when_at(1, |a| ask(90, "new", 1).decide(a, &policy()))
        .then_accepted()
        .when(|a| ask(91, "other", 60).decide(a, &policy()))
        .then_rejected(Rejection::MailedRecently)
        .when_at(61, |a| ask(91, "other", 61).decide(a, &policy()))
        .then_accepted()
        .when(|a| prove(90, 62).decide(a, &policy()))
        .then_rejected(Rejection::LinkInvalid);
}

#[test]
fn row_35_the_old_address_undoes_once_and_for_a_week() {
    given(moved(0))
        .when(|a| ask(91, "other", 100).decide(a, &policy()))
        .then_rejected(Rejection::EmailChangedRecently)
        .when(|a| undo(UNDO + 1, 100).decide(a))
        .then_rejected(Rejection::LinkInvalid)
        .when(|a| undo(UNDO, 7 * DAY).decide(a))
        .then_rejected(Rejection::LinkInvalid)
        .when_at(7 * DAY - 1, |a| undo(UNDO, 7 * DAY - 1).decide(a))
        .then_types(&["email_change.undone", "device.removed", "account.locked"])
        .when(|a| undo(UNDO, 7 * DAY - 1).decide(a))
        .then_rejected(Rejection::LinkInvalid)
        .check(|a| assert_eq!(a.email, Email::parse("ann@example.com").ok()));
}

#[test]
fn the_old_address_is_kept_held_and_released() {
    let old = Email::parse("ann@example.com").unwrap();
    given(moved(0))
        .check(|a| {
            assert!(a.keeps_address(&old, at(7 * DAY - 1)) && !a.keeps_address(&old, at(7 * DAY)));
            assert_eq!(a.contacts.reset_address(at(3 * DAY - 1)), Some(&old));
            assert_eq!(a.contacts.reset_address(at(3 * DAY)), None);
        })
        .when(|a| ReleasePreviousEmail { now: at(7 * DAY - 1) }.decide(a))
        .then(vec![])
        .when_at(7 * DAY, |a| ReleasePreviousEmail { now: at(7 * DAY) }.decide(a))
        .then_types(&["previous_email.released"])
        .when(|a| ReleasePreviousEmail { now: at(7 * DAY) }.decide(a))
        .then(vec![]);
}

#[test]
fn contacts_are_due_when_the_oldest_is() {
    let due = |proved: &[i64], confirmed: Option<i64>, now: i64| {
        let proved: Vec<_> = proved.iter().map(|t| Some(at(*t))).chain([None]).collect();
        review_due(proved, confirmed.map(at), &policy(), at(now))
    };
    assert!(!due(&[0], None, 180 * DAY - 1) && due(&[0], None, 180 * DAY));
    assert!(due(&[0, 100 * DAY], None, 180 * DAY), "one of two");
    assert!(!due(&[0, 100 * DAY], Some(DAY), 180 * DAY));
    assert!(!due(&[], None, 180 * DAY), "nothing to look at");
}

fn lost(attempt: u128, now: i64) -> RequestFactorRecovery {
    RequestFactorRecovery {
        attempt: AttemptId(id(attempt)),
        email: LinkId(id(0xC1)),
        recovery_email: LinkId(id(0xC2)),
        stop: LinkId(id(0xC3)),
        context: ClientContext::default(),
        now: at(now),
    }
}

fn followed(link: u128, now: i64) -> ProveFactorRecovery {
    ProveFactorRecovery { link: LinkId(id(link)), complete: LinkId(id(0xC4)), now: at(now) }
}

fn complete(attempt: u128, now: i64) -> CompleteFactorRecovery {
    CompleteFactorRecovery { attempt: AttemptId(id(attempt)), link: LinkId(id(0xC4)), now: at(now) }
}

/// With a recovery address, and every recovery code spent.
fn recoverable() -> Story {
    let mut story = with_totp(0);
    let credential = crate::CredentialId(id(92));
    story.push((AccountEvent::RecoveryCodesGenerated { credential, count: 0 }, 0));
    let (link, usable_at) = (LinkId(id(91)), at(3 * DAY));
    story.push((AccountEvent::RecoveryEmailVerified { link, email: email("second"), usable_at }, 0));
    story
}

#[test]
fn two_proofs_and_a_wait_remove_the_factors() {
    let t = 10 * DAY;
    given(recoverable())
        .password(1, 100)
        .when(|a| lost(1, 101).decide(a, &policy()))
        .then_rejected(Rejection::RecoveryUnavailable)
        .password(2, t)
        .when_at(t, |a| lost(2, t).decide(a, &policy()))
        .then_types(&["factor_recovery.requested"])
        .when(|a| lost(2, t).decide(a, &policy()))
        .then_rejected(Rejection::RecoveryPending)
        .when_at(t, |a| followed(0xC1, t).decide(a, &policy()))
        .then_types(&["factor_recovery.proved"])
        .when(|a| followed(0xC1, t).decide(a, &policy()))
        .then_rejected(Rejection::LinkInvalid)
        .when(|a| complete(2, t).decide(a, &policy()))
        .then_rejected(Rejection::LinkInvalid)
        .when_at(t, |a| followed(0xC2, t).decide(a, &policy()))
        .then_types(&["factor_recovery.proved", "factor_recovery.scheduled"])
        .password(3, t + DAY - 10)
        .when(|a| complete(3, t + DAY - 10).decide(a, &policy()))
        .then_rejected(Rejection::Throttled { retry_after: TimeDelta::seconds(10) })
        .when_at(t + DAY, |a| complete(3, t + DAY).decide(a, &policy()))
        .then_types(&["factor_recovery.completed", "device.removed", "totp.removed"])
        .check(|a| assert!(!a.requires_second_factor() && a.recovery_codes.is_none()))
        .when(|a| complete(3, t + DAY).decide(a, &policy()))
        .then_rejected(Rejection::AttemptOver);
}

#[test]
fn a_changed_number_makes_the_wait_longer() {
    let t = 10 * DAY;
    let number = crate::PhoneNumber::parse("+351912345678").unwrap();
    let (code, guess) = (crate::SmsCodeId(id(1)), AttemptId(id(2)));
    given(recoverable())
        .and(vec![AccountEvent::PhoneVerified { code, guess, number, sms_usable_at: at(t) }], t - DAY)
        .password(2, t)
        .when_at(t, |a| lost(2, t).decide(a, &policy()))
        .then_accepted()
        .when_at(t, |a| followed(0xC2, t).decide(a, &policy()))
        .then_accepted()
        .when_at(t, |a| followed(0xC1, t).decide(a, &policy()))
        .then_accepted()
        .check(|a| {
            let scheduled = a.factor_recovery.pending(at(t)).and_then(|pending| pending.scheduled);
            assert_eq!(scheduled.map(|(_, completes_at)| completes_at), Some(at(t + 3 * DAY)));
        });
}

#[test]
fn whoever_has_the_factor_stops_it_and_a_reset_does() {
    let t = 10 * DAY;
    let story = || {
        given(recoverable()).password(2, t).when_at(t, |a| lost(2, t).decide(a, &policy())).then_accepted()
    };
    story()
        .sign_in_with_code(3, 900_000, t)
        .check(|a| assert_eq!(a.factor_recovery.pending(at(t)), None))
        .password(4, t + DAY)
        .when(|a| lost(4, t + DAY).decide(a, &policy()))
        .then_rejected(Rejection::RecoveryPending);
    let credential = crate::CredentialId(id(77));
    let reset =
        AccountEvent::PasswordChanged { credential, change: PasswordChange::Reset, short: false, kept: 0 };
    story().and(vec![reset], t).check(|a| assert_eq!(a.factor_recovery.pending(at(t)), None));
}

fn start_proof(attempt: u128, proof: RecoveryProof, now: i64) -> StartLossProof {
    StartLossProof {
        attempt: AttemptId(id(attempt)),
        guess: AttemptId(id(guess_of(attempt))),
        proof,
        now: at(now),
    }
}

fn resolve_proof(attempt: u128, found: Proof, now: i64) -> ResolveLossProof {
    ResolveLossProof {
        attempt: AttemptId(id(attempt)),
        guess: AttemptId(id(guess_of(attempt))),
        found,
        complete: LinkId(id(0xC4)),
        now: at(now),
    }
}

#[test]
fn a_recovery_code_is_reserved_spent_and_one_proof() {
    let t = 10 * DAY;
    let right = || resolve_proof(2, Proof::RecoveryCode { index: 3 }, t);
    given(with_totp(0))
        .password(2, t)
        .when(|a| start_proof(2, RecoveryProof::RecoveryCode, t).decide(a, &policy()))
        .then_rejected(Rejection::RecoveryUnavailable)
        .when_at(t, |a| lost(2, t).decide(a, &policy()))
        .then_accepted()
        .when(|a| right().decide(a, &policy()))
        .then_rejected(Rejection::AttemptOver)
        .when(|a| start_proof(2, RecoveryProof::Sms, t).decide(a, &policy()))
        .then_rejected(Rejection::RecoveryUnavailable)
        .when(|a| start_proof(2, RecoveryProof::Email, t).decide(a, &policy()))
        .then_rejected(Rejection::RecoveryUnavailable)
        .when_at(t, |a| start_proof(2, RecoveryProof::RecoveryCode, t).decide(a, &policy()))
        .then_types(&["second_factor.started"])
        .when_at(t, |a| right().decide(a, &policy()))
        .then_types(&["second_factor.recovery_code_accepted", "factor_recovery.proved"])
        .check(|a| assert!(a.recovery_codes.as_ref().is_some_and(|codes| codes.left() == 9)))
        .when(|a| start_proof(2, RecoveryProof::RecoveryCode, t).decide(a, &policy()))
        .then_rejected(Rejection::RecoveryUnavailable)
        .when_at(t, |a| followed(0xC1, t).decide(a, &policy()))
        .then_types(&["factor_recovery.proved", "factor_recovery.scheduled"])
        .check(|a| {
            let scheduled = a.factor_recovery.pending(at(t)).and_then(|pending| pending.scheduled);
            assert_eq!(scheduled.map(|(_, completes_at)| completes_at), Some(at(t + DAY)));
        });
}

#[test]
fn a_code_that_was_spent_meanwhile_and_a_wrong_one_are_wrong_guesses() {
    let t = 10 * DAY;
    for found in [Proof::RecoveryCode { index: 10 }, Proof::Wrong(SecondFactor::RecoveryCode)] {
        given(with_totp(0))
            .password(2, t)
            .when_at(t, |a| lost(2, t).decide(a, &policy()))
            .then_accepted()
            .when_at(t, |a| start_proof(2, RecoveryProof::RecoveryCode, t).decide(a, &policy()))
            .then_accepted()
            .when_at(t, |a| resolve_proof(2, found, t).decide(a, &policy()))
            .then_types(&["second_factor.rejected"])
            .check(|a| assert!(a.factor_recovery.pending(at(t)).is_some_and(|p| p.proved.is_empty())));
    }
}

#[test]
fn a_number_counts_when_it_is_three_days_old_and_makes_the_wait_longer() {
    let t = 10 * DAY;
    let number = crate::PhoneNumber::parse("+351912345678").unwrap();
    let (code, guess) = (crate::SmsCodeId(id(1)), AttemptId(id(2)));
    let proved = AccountEvent::PhoneVerified { code, guess, number: number.clone(), sms_usable_at: at(0) };
    let proofs = |since: i64| {
        let mut proofs = vec![];
        given(recoverable())
            .and(vec![proved.clone()], since)
            .check(|a| proofs = a.loss_proofs(&policy(), at(t)));
        proofs
    };
    assert!(!proofs(t - 3 * DAY + 1).contains(&RecoveryProof::Sms));
    assert!(proofs(t - 3 * DAY).contains(&RecoveryProof::Sms));
    let attempt = AttemptId(id(3));
    let request = RequestSmsCode {
        code: crate::SmsCodeId(id(7)),
        good_for: CodeUse::FactorRecovery { attempt },
        number: None,
        now: at(t),
    };
    given(recoverable())
        .and(vec![proved.clone()], t - 4 * DAY)
        .password(3, t)
        .when(|a| request.decide(a, &policy()))
        .then_rejected(Rejection::RecoveryUnavailable)
        .when_at(t, |a| lost(3, t).decide(a, &policy()))
        .then_accepted()
        .when_at(t, |a| request.decide(a, &policy()))
        .then_types(&["sms_code.requested"])
        .when_at(t, |a| followed(0xC1, t).decide(a, &policy()))
        .then_accepted()
        .when_at(t, |a| start_proof(3, RecoveryProof::Sms, t).decide(a, &policy()))
        .then_accepted()
        .when_at(t, |a| resolve_proof(3, Proof::Sms { code: request.code }, t).decide(a, &policy()))
        .then_types(&["second_factor.sms_accepted", "factor_recovery.proved", "factor_recovery.scheduled"])
        .check(|a| {
            let scheduled = a.factor_recovery.pending(at(t)).and_then(|pending| pending.scheduled);
            assert_eq!(scheduled.map(|(_, completes_at)| completes_at), Some(at(t + 3 * DAY)));
        });
}
