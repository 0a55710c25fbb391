//! Alerts about one account, and what they lead to on its stream.

use super::super::scenario::*;
use super::*;
use crate::account::{ChangePassword, Lock, ResetPassword, ResolvePassword, Unlock};
use crate::detection::{Corroboration, Severity};
use crate::{DeviceId, LinkId, SessionId};
use Severity::{High, Medium};

const DAY: i64 = 86_400;

fn rules() -> ResponsePolicy {
    ResponsePolicy::default()
}

fn alert(n: u128, detector: Detector, severity: Severity, t: i64) -> OpenAlert {
    OpenAlert { id: AlertId(id(n)), detector, severity, at: at(t), corroboration: None }
}

fn takeover(n: u128, t: i64) -> OpenAlert {
    let corroboration = Some(Corroboration::CampaignThenNewDevice);
    OpenAlert { corroboration, ..alert(n, Detector::SuccessAfterCampaign, High, t) }
}

fn answer(alert: OpenAlert, granted: Option<bool>, t: i64) -> AnswerAlert {
    AnswerAlert { alert, count: t.unsigned_abs(), granted, now: at(t) }
}

/// Answers, with the brake's leave.
fn answered(given: Given, alert: OpenAlert, t: i64) -> (Given, Vec<AccountEvent>) {
    let mut events = vec![];
    let given = given.check(|a| events = answer(alert, Some(true), t).decide(a, &rules()).unwrap());
    (given.and(events.clone(), t), events)
}

fn types(events: &[AccountEvent]) -> Vec<&'static str> {
    events.iter().map(crate::Event::event_type).collect()
}

fn done(events: &[AccountEvent]) -> (Action, usize) {
    match events.first() {
        Some(AccountEvent::DetectionResponded { action, mailed, .. }) => (*action, mailed.len()),
        _ => panic!("no response"),
    }
}

#[test]
fn each_alert_is_answered_once_and_again_when_it_is_worse() {
    let travel = |severity| alert(1, Detector::ImpossibleTravel, severity, 10);
    let (given, events) = answered(given(signed_in(0)), travel(Medium), 10);
    assert_eq!(done(&events), (Action::Mail, 1));
    let (given, events) = answered(given, travel(Medium), 20);
    assert_eq!(events, []);
    let (given, events) = answered(given, travel(High), 30);
    assert_eq!(done(&events), (Action::StepUp, 0), "one mail an hour for each cause");
    let (given, events) = answered(given, travel(High), 40);
    assert_eq!(events, []);
    let later = alert(2, Detector::ImpossibleTravel, Medium, 3_700);
    let (given, events) = answered(given, later, 3_700);
    assert_eq!(done(&events), (Action::Mail, 1), "an earlier alert had its own answer");
    let (_, events) = answered(given, alert(3, Detector::DormantAccount, Medium, 3_701), 3_701);
    assert_eq!(done(&events), (Action::StepUp, 1), "another cause is told");
}

#[test]
fn corroboration_locks_and_the_mailed_link_opens() {
    let (given, events) = answered(given(signed_in(0)), takeover(1, 100), 100);
    assert_eq!(types(&events), ["detection.responded", "session.ended", "device.removed", "account.locked"]);
    given
        .check(|a| {
            assert_eq!(a.locked, Some(LockReason::Detected));
            // Nothing more is done to who is locked.
            let again = answer(takeover(2, 101), Some(true), 101).decide(a, &rules()).unwrap();
            assert_eq!((types(&again), done(&again)), (vec!["detection.responded"], (Action::Record, 0)));
        })
        .and(
            vec![AccountEvent::PasswordResetRequested {
                link: LinkId(id(90)),
                expires_at: at(4_000),
                context: crate::ClientContext::default(),
            }],
            200,
        )
        .when_at(201, |a| {
            let reset = ResetPassword {
                link: LinkId(id(90)),
                new: new_password(77),
                holds_claim: true,
                now: at(201),
            };
            reset.decide(a, &policy())
        })
        .then_types(&["password.changed", "account.unlocked"])
        // The alerts of before do not lock it once more, not even told again.
        .check(|a| {
            let told_again = answer(takeover(1, 100), Some(true), 100);
            assert_eq!(told_again.decide(a, &rules()), Ok(vec![]));
            let medium = alert(5, Detector::BruteForce, Medium, 300);
            let events = answer(medium, Some(true), 300).decide(a, &rules()).unwrap();
            assert_eq!(done(&events), (Action::Mail, 1));
        });
}

#[test]
fn an_operators_lock_replaces_it() {
    let (given, _) = answered(given(signed_in(0)), takeover(1, 100), 100);
    given
        .when_at(101, |a| Lock { note: None, now: at(101) }.decide(a))
        .then_types(&["account.locked"])
        .check(|a| assert_eq!(a.locked, Some(LockReason::Operator)))
        .when_at(102, |a| Unlock.decide(a))
        .then_types(&["account.unlocked"])
        .check(|a| assert_eq!(a.suspicion.open, []));
}

#[test]
fn two_high_alerts_of_different_fields_lock_together_and_failures_never_do() {
    let mut account = given(signed_in(0));
    let failures = [
        Detector::BruteForce,
        Detector::DistributedBruteForce,
        Detector::CodeGuessing,
        Detector::RecoveryAbuse,
    ];
    for (n, detector) in (1..).zip(failures) {
        let (next, events) = answered(account, alert(n, detector, Medium, 10), 10);
        assert_eq!(done(&events).0, Action::Mail);
        account = next;
    }
    let (account, events) = answered(account, alert(9, Detector::ImpossibleTravel, High, 20), 20);
    assert_eq!(done(&events).0, Action::StepUp);
    let (account, events) = answered(account, alert(10, Detector::SessionHijack, High, 30), 30);
    assert_eq!(done(&events).0, Action::Lock);
    drop(account);
    // One that was resolved counts no more.
    let (other, _) = answered(given(signed_in(0)), alert(9, Detector::ImpossibleTravel, High, 20), 20);
    let other = other
        .when_at(25, |a| ClearAlert { alert: AlertId(id(9)) }.decide(a))
        .then_types(&["detection.cleared"]);
    let (_, events) = answered(other, alert(10, Detector::SessionHijack, High, 30), 30);
    assert_eq!(types(&events), ["detection.responded", "session.ended"]);
    assert_eq!(done(&events).0, Action::EndSession);
}

#[test]
fn the_brake_is_asked_and_makes_less_of_it() {
    given(signed_in(0)).check(|a| {
        assert_eq!(answer(takeover(1, 5), None, 5).decide(a, &rules()), Err(Unanswered::AskBrake));
        let events = answer(takeover(1, 5), Some(false), 5).decide(a, &rules()).unwrap();
        assert_eq!((types(&events), done(&events).0), (vec!["detection.responded"], Action::StepUp));
        let quiet = alert(1, Detector::BruteForce, Medium, 5);
        assert!(answer(quiet, None, 5).decide(a, &rules()).is_ok());
    });
    let nobody = Account::default();
    assert_eq!(answer(takeover(1, 5), None, 5).decide(&nobody, &rules()), Err(Unanswered::NotRegistered));
}

#[test]
fn a_shadow_only_says_what_it_would_have_done() {
    let corroboration = Some(Corroboration::Takeover);
    let shadowed = OpenAlert { corroboration, ..alert(1, Detector::TakeoverSequence, High, 5) };
    let (given, events) = answered(given(signed_in(0)), shadowed, 5);
    let AccountEvent::DetectionResponded { without_shadow, .. } = &events[0] else { panic!() };
    assert_eq!((done(&events), *without_shadow), ((Action::Record, 0), Action::Lock));
    // It completes no lock either.
    let (_, events) = answered(given, alert(2, Detector::ImpossibleTravel, High, 6), 6);
    assert_eq!(done(&events).0, Action::StepUp);
}

fn on_device(n: u128, device: Option<DeviceId>, t: i64) -> ResolvePassword {
    let resolve = resolve(n, true, t);
    ResolvePassword { session: crate::account::NewSession { device, ..resolve.session.clone() }, ..resolve }
}

#[test]
fn stepping_up_asks_for_a_new_proof_and_for_the_owners_word_on_young_devices() {
    let change = |t| {
        let session = SessionId(id(session_of(0)));
        ChangePassword { session, new: new_password(7), now: at(t) }
    };
    let thief = DEVICE + 50;
    let travel = || alert(1, Detector::ImpossibleTravel, High, 100);
    let story = given(signed_in(0)).sign_in(3, None, 90);
    let known: Vec<DeviceId> = {
        let mut known = vec![];
        let _ = story.clone().check(|a| known = a.devices.keys().copied().collect());
        known
    };
    let young = *known.iter().find(|device| **device != DEVICE).unwrap();
    let (given, _) = answered(story, travel(), 100);
    let outcome = |device: Option<DeviceId>, t: i64| {
        given
            .clone()
            .when_at(t, |a| start(8, device, t).decide(a, &policy()))
            .then_accepted()
            .when(|a| on_device(8, device, t).decide(a, &policy()))
    };
    given
        .clone()
        .when(|a| change(101).decide(a, &policy()))
        .then_rejected(Rejection::ReauthenticationRequired);
    outcome(Some(DEVICE), 200).then_types(&["sign_in.succeeded", "session.opened"]);
    outcome(Some(young), 200).then_types(&["sign_in.confirmation_requested"]);
    outcome(Some(thief), 200).then_types(&["sign_in.confirmation_requested"]);
    outcome(None, 100 + DAY).then_types(&["sign_in.succeeded", "device.first_seen", "session.opened"]);
}

#[test]
fn changes_wait_for_a_day() {
    let change = |t| {
        let session = SessionId(id(session_of(4)));
        ChangePassword { session, new: new_password(7), now: at(t) }
    };
    let (given, events) = answered(given(signed_in(0)), alert(1, Detector::RecoveryAbuse, High, 100), 100);
    assert_eq!(done(&events).0, Action::Hold);
    let until = at(100 + DAY);
    given
        .clone()
        .sign_in(4, Some(DEVICE), 200)
        .when(|a| change(201).decide(a, &policy()))
        .then_rejected(Rejection::ChangesHeld { until });
    given
        .sign_in(4, Some(DEVICE), 100 + DAY)
        .when(|a| change(100 + DAY).decide(a, &policy()))
        .then_accepted();
}
