use super::super::scenario::*;
use super::*;
use crate::account::{LockReason, RenameDevice};
use crate::{ClientContext, Email, LinkId, RecoveryCaseId, SessionId};

const DAY: i64 = 86_400;

fn items(account: &Account, now: i64) -> Vec<Item> {
    checklist(account, Some(DEVICE), &policy(), at(now))
}

fn item(account: &Account, id: ItemId, now: i64) -> (ItemState, Option<Reason>) {
    let found = items(account, now).into_iter().find(|item| item.id == id).unwrap();
    (found.state, found.reason)
}

fn unlike_done(account: &Account, now: i64) -> Vec<ItemId> {
    items(account, now).into_iter().filter(|item| item.state != ItemState::Done).map(|item| item.id).collect()
}

#[test]
fn a_new_account_is_advised_and_a_well_kept_one_is_not() {
    given(signed_in(0)).check(|a| {
        assert_eq!(unlike_done(a, 10), [ItemId::SecondFactor, ItemId::RecoveryEmail, ItemId::Phone]);
        assert_eq!(item(a, ItemId::SecondFactor, 10), urgent(Reason::Missing));
        assert_eq!(item(a, ItemId::RecoveryCodes, 10), (ItemState::Done, Some(Reason::NotNeeded)));
    });
    let link = LinkId(id(5));
    let email = Email::parse("second@example.com").unwrap();
    given(with_totp(0))
        .and(vec![AccountEvent::RecoveryEmailVerified { link, email, usable_at: at(0) }], 5)
        .check(|a| {
            assert_eq!(unlike_done(a, 10), []);
            assert_eq!(unlike_done(a, 180 * DAY + 10), [ItemId::ContactReview]);
            assert_eq!(items(a, 10).len(), 11);
        });
}

#[test]
fn codes_run_out() {
    let spend = |n: u8| AccountEvent::RecoveryCodeAccepted {
        attempt: crate::AttemptId(id(9)),
        guess: crate::AttemptId(id(9)),
        index: n,
    };
    let left = |left: u8| given(with_totp(0)).and((0..10 - left).map(spend).collect(), 5);
    left(3).check(|a| assert_eq!(item(a, ItemId::RecoveryCodes, 10), DONE));
    left(2).check(|a| assert_eq!(item(a, ItemId::RecoveryCodes, 10), advised(Reason::FewLeft { left: 2 })));
    left(0).check(|a| assert_eq!(item(a, ItemId::RecoveryCodes, 10), urgent(Reason::FewLeft { left: 0 })));
}

#[test]
fn a_device_that_came_once_is_shown_until_it_is_named_used_again_or_old() {
    let other = DEVICE + 7;
    let account = given(signed_in(0)).sign_in(7, Some(other), 100);
    let devices = advised(Reason::Devices { devices: vec![other] });
    account.clone().check(|a| {
        assert_eq!(item(a, ItemId::UnknownDevices, 200), devices);
        assert_eq!(item(a, ItemId::UnknownDevices, 100 + 30 * DAY), DONE);
        let there = checklist(a, Some(other), &policy(), at(200));
        assert!(there.iter().all(|item| item.id != ItemId::UnknownDevices || item.state == ItemState::Done));
    });
    account
        .clone()
        .when_at(200, |a| RenameDevice { device: other, name: "tablet".into() }.decide(a))
        .then_accepted()
        .check(|a| assert_eq!(item(a, ItemId::UnknownDevices, 210), DONE));
    account.sign_in(8, Some(other), 300).check(|a| assert_eq!(item(a, ItemId::UnknownDevices, 310), DONE));
}

#[test]
fn what_is_under_way_is_urgent() {
    let passkey = CredentialId(id(80));
    let case = RecoveryCaseId(id(40));
    let expires_at = at(3_600);
    let link = |n| LinkId(id(n));
    let context = ClientContext::default();
    let asked = AccountEvent::FactorRecoveryRequested {
        attempt: crate::AttemptId(id(9)),
        email: link(1),
        recovery_email: link(2),
        stop: link(3),
        expires_at,
        context,
    };
    let change = AccountEvent::EmailChangeRequested {
        session: SessionId(id(session_of(0))),
        link: link(4),
        email: Email::parse("new@example.com").unwrap(),
        taken: false,
        expires_at,
    };
    given(with_passkey(0))
        .and(vec![AccountEvent::PasskeyCopySuspected { passkey, counter: 1, last_counter: 2 }], 10)
        .and(vec![AccountEvent::SupportRecoveryStarted { case, executes_at: at(900) }, asked, change], 11)
        .check(|a| {
            let copies = Reason::Passkeys { passkeys: vec![passkey] };
            assert_eq!(item(a, ItemId::PasskeyCopies, 20), urgent(copies));
            let under_way = |not_before| urgent(Reason::UnderWay { not_before });
            assert_eq!(item(a, ItemId::SupportRecovery, 20), under_way(Some(at(900))));
            assert_eq!(item(a, ItemId::FactorRecovery, 20), under_way(None));
            assert_eq!(item(a, ItemId::ContactChange, 20), advised(Reason::WaitsForProof));
            assert_eq!(item(a, ItemId::FactorRecovery, 3_600), DONE, "it is void");
            assert_eq!(item(a, ItemId::ContactChange, 3_600), DONE);
        })
        .and(vec![AccountEvent::PasskeyRemoved { passkey }], 30)
        .check(|a| assert_eq!(item(a, ItemId::PasskeyCopies, 31), DONE))
        .and(vec![AccountEvent::Locked { reason: LockReason::Operator, note: None }], 32)
        .check(|a| assert_eq!(item(a, ItemId::ContactChange, 33), DONE));
}

#[test]
fn a_void_password_is_urgent_until_it_is_replaced() {
    let reason = ChangeReason::Compromised;
    let required =
        AccountEvent::PasswordChangeRequired { reason, note: None, link: LinkId(id(1)), expires_at: at(900) };
    given(with_passkey(0)).and(vec![required], 10).check(|a| {
        let since = at(10);
        assert_eq!(item(a, ItemId::Password, 20), urgent(Reason::ChangeRequired { reason, since }));
    });
}
