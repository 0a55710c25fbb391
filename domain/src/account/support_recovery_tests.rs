//! Stop and hand-over on the account's stream.

use super::super::scenario::*;
use super::*;
use crate::policy::Policy;

fn case(n: u128) -> RecoveryCaseId {
    RecoveryCaseId(id(n))
}

fn start_recovery(n: u128) -> StartSupportRecovery {
    StartSupportRecovery { case: case(n), executes_at: at(1_000) }
}

fn stop(stopping: Stopping) -> StopSupportRecovery {
    StopSupportRecovery { stopping, now: at(200) }
}

fn execute(n: u128, now: i64) -> ExecuteSupportRecovery {
    ExecuteSupportRecovery {
        case: case(n),
        contact: Email::parse("new@example.org").unwrap(),
        move_address: true,
        address_free: true,
        link: LinkId(id(900)),
        now: at(now),
    }
}

fn recovery_policy() -> RecoveryPolicy {
    Policy::default().recovery
}

#[test]
fn row_33_a_hand_over_leaves_nothing_that_worked_before() {
    given(with_totp(0))
        .when_at(100, |a| start_recovery(1).decide(a))
        .then_types(&["support_recovery.started"])
        .when(|a| execute(1, 999).decide(a, &recovery_policy()))
        .then_rejected(Rejection::NoRecovery)
        .when_at(1_000, |a| execute(1, 1_000).decide(a, &recovery_policy()))
        .then_accepted()
        .check(|a| {
            assert!(a.sessions.is_empty() && a.devices.is_empty() && a.attempts.is_empty());
            assert!(!a.requires_second_factor() && a.password.is_none());
            assert_eq!(a.email, Some(Email::parse("new@example.org").unwrap()));
        })
        .when(|a| execute(1, 1_001).decide(a, &recovery_policy()))
        .then_types(&[])
        .when(|a| start_recovery(1).decide(a))
        .then_types(&[]);
}

#[test]
fn stop_and_hand_over_exclude_each_other() {
    let link = PendingRecovery::stop_link(case(1));
    given(with_totp(0))
        .when(|a| stop(Stopping::Link(link)).decide(a))
        .then_rejected(Rejection::LinkInvalid)
        .when_at(100, |a| start_recovery(1).decide(a))
        .then_accepted()
        .when(|a| start_recovery(2).decide(a))
        .then_rejected(Rejection::RecoveryUnderWay)
        .when(|a| stop(Stopping::Link(PendingRecovery::stop_link(case(2)))).decide(a))
        .then_rejected(Rejection::LinkInvalid)
        .when_at(200, |a| stop(Stopping::Link(link)).decide(a))
        .then_types(&["support_recovery.stopped"])
        .when(|a| execute(1, 1_000).decide(a, &recovery_policy()))
        .then_types(&[])
        .when(|a| stop(Stopping::Link(link)).decide(a))
        .then_rejected(Rejection::LinkInvalid);
}

#[test]
fn a_sign_in_with_all_factors_stops_it_and_a_taken_address_too() {
    given(with_totp(0))
        .when_at(100, |a| start_recovery(1).decide(a))
        .then_accepted()
        .sign_in_with_code(5, 950, 150)
        .when(|a| execute(1, 1_000).decide(a, &recovery_policy()))
        .then_types(&["support_recovery.stopped"]);
    let taken = ExecuteSupportRecovery { address_free: false, ..execute(1, 1_000) };
    given(with_totp(0))
        .when_at(100, |a| start_recovery(1).decide(a))
        .then_accepted()
        .when(|a| taken.decide(a, &recovery_policy()))
        .then_types(&["support_recovery.stopped"]);
}
