//! Crashes between event, alert, lock and mail; floods.

use super::*;
use tokio_util::sync::CancellationToken;
use watchbook::Role;
use watchbook_domain::detection::DetectionPolicy;
use watchbook_workers::{Detector, Responder};

/// The detector and the responder of a world, to be started and killed at will.
fn parts(world: &World) -> (Detector, Responder) {
    let (core, app) = (world.server.core.clone(), &world.server.app);
    let policy = Arc::new(DetectionPolicy::default());
    let clock: Arc<dyn watchbook_eventlog::Clock> = Arc::new(world.clock.clone());
    let detector = Detector {
        core: core.clone(),
        alerts: app.alerts.clone(),
        views: app.views.clone(),
        policy: policy.clone(),
        clock: clock.clone(),
    };
    let responder = Responder {
        core,
        alerts: app.alerts.clone(),
        accounts: app.accounts.clone(),
        brakes: app.brakes.clone(),
        views: app.views.clone(),
        policy,
        clock,
    };
    (detector, responder)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_anywhere_neither_loses_nor_doubles() {
    // Verified by a whole server; what follows is done by one that answers requests alone.
    let world = World::with(unasked).await;
    world.at_home(ANN, 3).await;
    let world = world.restart_as(Role::Api).await;
    taken_over(&world, ANN).await;
    assert!(!world.counts().await.contains_key("alert.raised"), "nobody looks yet");

    // Killed at one await after the other, further each time.
    let (detector, responder) = parts(&world);
    let mut micros = 200;
    while world.counts().await.get("alert.raised").copied().unwrap_or(0) < 2 {
        let working = tokio::spawn(detector.clone().run(CancellationToken::new()));
        tokio::time::sleep(Duration::from_micros(micros)).await;
        working.abort();
        let _ = working.await;
        micros = micros * 5 / 4;
    }
    assert_eq!(world.locked(ANN).await, None, "nobody responds yet");
    micros = 200;
    while world.locked(ANN).await.is_none() {
        let working = tokio::spawn(responder.clone().run(CancellationToken::new()));
        tokio::time::sleep(Duration::from_micros(micros)).await;
        working.abort();
        let _ = working.await;
        micros = micros * 5 / 4;
    }
    world.settle().await;
    assert_eq!(lock_mails(&world, ANN), 0, "nobody mails yet");

    // All of it again, from the beginning and with everybody at work.
    let world = world.restart_as(Role::Everything).await;
    world.mail(ANN, LOCKED_MAIL).await;
    world.settle().await;
    let counts = world.counts().await;
    let of = |kind: &str| counts.get(kind).copied().unwrap_or(0);
    assert_eq!(
        (of("alert.raised"), of("detection.responded"), of("account.locked")),
        (2, 2, 1),
        "{counts:?}"
    );
    assert_eq!((of("brake.counted"), lock_mails(&world, ANN)), (1, 1));

    // Without views, cursors and states: everything is found once more, and nothing is done; nobody is locked again.
    let mail = world.mail(ANN, LOCKED_MAIL).await;
    reset_by_mail(&world, &mail.text, ANN).await;
    world.mail(ANN, "is unlocked").await;
    let operator = world.operator().await;
    let raised = world.detected(&operator).await.len();
    let before = world.server.stores.log.head().await.unwrap();
    let world = world.without_views().await;
    let alerts = world.detected(&operator).await;
    assert_eq!(alerts.len(), raised, "{alerts:?}");
    let after: Vec<_> =
        everything(&world).await.into_iter().filter(|event| event.position > before).collect();
    let about_ann = world.state_of(ANN).await.id.unwrap().to_string();
    let again = after.iter().filter(|event| event.stream.key() == about_ann);
    let again: Vec<_> = again.map(|event| event.event.event_type.as_str()).collect();
    assert_eq!(again, Vec::<&str>::new(), "something was done once more");
    let guessing = world.mails(ANN).into_iter().filter(|mail| mail.text.contains("many wrong passwords"));
    assert_eq!((guessing.count(), lock_mails(&world, ANN)), (1, 1));
    assert_eq!(world.locked(ANN).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_state_is_made_again_from_the_log() {
    let world = World::with(unasked).await;
    world.at_home(ANN, 1).await;
    world.wrong_passwords(AWAY, ANN, 5).await;
    // Half of a row of guesses was seen, and the state that knows of it is garbage.
    let world = world.restart_as(Role::Api).await;
    let head = world.server.stores.log.head().await.unwrap();
    let garbage = [vec![1, 2, 3]];
    let alone = watchbook_projections::Fence::NONE;
    world.server.app.views.set_reactor_state("detector", head, &garbage, alone).await.unwrap();
    let world = world.restart_as(Role::Everything).await;
    assert_eq!(world.counts().await.get("alert.raised"), None);
    world.wrong_passwords(AWAY, ANN, 5).await;
    world.has("alert.raised", 1).await;
    world.mail(ANN, "many wrong passwords").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_unknown_identifiers_locks_nobody_and_is_not_remembered() {
    let world = World::with(|config| {
        unasked(config);
        let memory = &mut config.detection.memory;
        (memory.accounts, memory.sources, memory.sessions, memory.alerts) = (20, 20, 20, 20);
    })
    .await;
    let operator = world.operator().await;
    world.at_home(ANN, 3).await;
    let flood = async |from: u32, to: u32| {
        for n in from..to {
            let address = format!("{}.{}.7.9", 60 + n % 30, n / 30);
            let identifier = format!("nobody{n}@example.com");
            world.guess(&address, &identifier, WRONG, None).await.expect_problem(401, "invalid-credentials");
            world.later(1);
        }
    };
    let size = async || {
        let deadline = Instant::now() + Duration::from_secs(30);
        let head = world.server.stores.log.head().await.unwrap();
        loop {
            // Saved at least every five seconds, when something happens.
            world.registered(&format!("tick-{}@example.com", watchbook_eventlog::fresh::uuid())).await;
            let (cursor, parts) = world.server.app.views.reactor_state("detector").await.unwrap();
            if cursor >= head {
                return parts.iter().map(Vec::len).sum::<usize>();
            }
            assert!(Instant::now() < deadline, "no state was saved");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    flood(0, 60).await;
    let full = size().await;
    flood(60, 180).await;
    let after = size().await;
    assert!(after < full * 5 / 4, "{full} bytes grew to {after}");
    let alerts = world.detected(&operator).await;
    assert!(alerts.iter().all(|alert| alert["account"].is_null()), "{alerts:?}");
    assert_eq!(world.locked(ANN).await, None);
    assert_eq!(world.counts().await.get("detection.responded").copied().unwrap_or(0), 1, "but for the mark");
}
