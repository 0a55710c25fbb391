//! The views say what the folded aggregates say.

use super::history::History;
use super::world::World;
use std::collections::BTreeSet;
use watchbook_domain::account::{AccountEvent, LockReason, PasswordChange};
use watchbook_domain::notification::Notification;
use watchbook_domain::{Account, AccountId, CredentialId, NotificationId};
use watchbook_eventlog::{Clock as _, Loaded, fresh};

async fn assert_agreement(world: &World, id: AccountId) {
    let now = world.clock.now();
    let Loaded { state, version } = world.accounts.load(&world.accounts.stream(id)).await.unwrap();
    let state: &Account = &state;
    let row = world.views.account(id).await.unwrap().unwrap();
    assert_eq!(Some(row.email.as_str()), state.email.as_ref().map(|email| email.as_str()));
    assert_eq!(Some(row.user_number.clone()), state.number.map(|number| number.to_string()));
    assert_eq!(row.email_verified, state.email_verified);
    assert_eq!(row.registered_at, state.registered_at);
    let locked = state.locked.map(|reason| match reason {
        LockReason::Disowned => "disowned",
        LockReason::Operator => "operator",
        LockReason::Detected => "detected",
    });
    assert_eq!(row.locked.as_deref(), locked);
    assert_eq!(row.locked_at.is_some(), locked.is_some());
    assert_eq!(row.password_set_at, state.password_set_at);
    assert_eq!(row.totp_enrolled_at, state.totp.map(|totp| totp.enrolled_at));
    assert_eq!(row.recovery_codes_left, state.recovery_codes.as_ref().map_or(0, |codes| codes.left()));
    assert_eq!(row.passkeys as usize, state.passkeys.len());
    let recovery = state.contacts.recovery_email.as_ref();
    assert_eq!(row.email_proved_at, state.contacts.email_proved_at);
    assert_eq!(row.recovery_email.as_deref(), recovery.map(|recovery| recovery.email.as_str()));
    assert_eq!(row.recovery_email_proved_at, recovery.map(|recovery| recovery.proved_at));
    assert_eq!(row.phone_proved_at, state.phone.number.as_ref().map(|number| number.proved_at));
    assert_eq!(row.contact_confirmed_at, state.contacts.confirmed_at);
    assert_eq!(row.sign_ins, state.sign_ins);
    assert_eq!(row.last_sign_in_at, state.last_sign_in.map(|(at, _)| at));
    assert_eq!(row.failures_since_sign_in, state.failures_since_sign_in);
    assert_eq!(row.version, version.0);

    let rows = world.views.sessions(id, now).await.unwrap();
    let shown: BTreeSet<_> =
        rows.iter().map(|row| (row.session, row.device, row.opened_at, row.expires_at)).collect();
    let live = state.sessions.iter().filter(|(_, session)| session.live(now));
    let live: BTreeSet<_> = live.map(|(id, s)| (*id, s.device, s.opened_at, s.expires_at)).collect();
    assert_eq!(shown, live);
    assert!(
        rows.iter().all(|row| row.address.starts_with("203.0.113.")),
        "a session has its sign-in's address"
    );

    let rows = world.views.devices(id).await.unwrap();
    let shown: BTreeSet<_> =
        rows.into_iter().map(|row| (row.device, row.name, row.first_seen, row.last_seen)).collect();
    let known = state.devices.iter().map(|(id, d)| (*id, d.name.clone(), d.first_seen, d.last_seen));
    assert_eq!(shown, known.collect());

    // Whoever failed to sign in is shown with the address that the attempt came from.
    let activity = world.views.activity(id, None, 10_000).await.unwrap();
    let failed = activity.iter().filter(|row| row.event_type == "sign_in.password_rejected");
    assert!(failed.into_iter().all(|row| row.address.is_some() && row.device.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn views_agree_with_the_folded_accounts() {
    for seed in [3, 4] {
        let (world, mut history) = (World::new().await, History::new(seed));
        let projector = world.project();
        for _ in 0..15 {
            history.go_on(&world, 80).await;
            world.caught_up().await;
            for id in history.people.clone() {
                assert_agreement(&world, id).await;
            }
        }
        projector.stop().await;
        let locked =
            history.people.iter().map(async |id| world.views.account(*id).await.unwrap().unwrap().locked);
        let mut any = false;
        for locked in locked {
            any |= locked.await.is_some();
        }
        assert!(any, "the history has locks");
    }
}

/// The rules end sessions one by one before they lock; the views do not rely on it.
#[tokio::test(flavor = "multi_thread")]
async fn locks_and_resets_end_every_session_by_themselves() {
    let lock = AccountEvent::Locked { reason: LockReason::Operator, note: None };
    let credential = CredentialId(fresh::uuid());
    let reset =
        AccountEvent::PasswordChanged { credential, change: PasswordChange::Reset, short: false, kept: 0 };
    for event in [lock, reset] {
        let (world, mut history) = (World::new().await, History::new(7));
        let projector = world.project();
        history.go_on(&world, 1).await;
        let id = history.people[0];
        for _ in 0..12 {
            let now = world.clock.advance(chrono::TimeDelta::minutes(7));
            history.sign_in(&world, id, now, None).await;
        }
        world.caught_up().await;
        assert!(world.views.sessions(id, world.clock.now()).await.unwrap().len() > 1);
        let stream = world.accounts.stream(id);
        let decide = |_: &Account| Ok::<_, std::convert::Infallible>(vec![event.clone()]);
        world.accounts.execute(&stream, id.into(), &world.metadata(), decide).await.unwrap();
        world.caught_up().await;
        assert!(world.views.sessions(id, world.clock.now()).await.unwrap().is_empty());
        assert_agreement(&world, id).await;
        projector.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn due_notifications_are_those_that_say_so() {
    let (world, mut history) = (World::new().await, History::new(5));
    let projector = world.project();
    history.go_on(&world, 600).await;
    world.caught_up().await;
    projector.stop().await;
    let ids: BTreeSet<NotificationId> = world
        .store
        .events()
        .iter()
        .filter(|event| event.stream.category() == "notification")
        .map(|event| event.stream.key().parse().unwrap())
        .collect();
    assert!(ids.len() > 10);
    let now = world.clock.now();
    let mut due = BTreeSet::new();
    for id in ids {
        let state = world.notifications.load(&world.notifications.stream(id)).await.unwrap().state;
        let state: &Notification = &state;
        let Some(at) = state.due_at else { continue };
        if at <= now {
            due.insert(id);
        }
    }
    let shown = world.views.due_notifications(now, 1_000).await.unwrap();
    assert_eq!(shown.iter().copied().collect::<BTreeSet<_>>(), due);
    assert_eq!(world.views.due_notifications(now, 1).await.unwrap(), shown[..1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_shows_nothing_personal_when_debugged() {
    let (world, mut history) = (World::new().await, History::new(6));
    history.go_on(&world, 3).await;
    let projector = world.project();
    world.caught_up().await;
    projector.stop().await;
    let id = history.people[1];
    let row = world.views.account(id).await.unwrap().unwrap();
    assert!(!format!("{row:?}").contains("example.com"), "no personal value in a debug text");
}
