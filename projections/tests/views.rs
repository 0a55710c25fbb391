//! The views against a log in memory: nothing is lost, nothing is counted twice, and a rebuild changes nothing.

#![expect(clippy::unwrap_used, reason = "these are tests")]

#[path = "story/agreement.rs"]
mod agreement;
mod story;

use sqlx::SqliteConnection;
use std::time::Duration;
use story::{SOON, Site, account, at, context, registered, requested, rows_of, signed_in, tables};
use watchbook_domain::account::AccountEvent;
use watchbook_domain::{Account, Aggregate as _};
use watchbook_eventlog::{Expected, NewEvent, Position, StreamId, fresh};
use watchbook_projections::{Fence, Views, ViewsError, digest, rebuild};

/// Long enough for a projector to try at least once, where nothing can be waited for.
const A_TRY: Duration = Duration::from_millis(500);

/// Tables of one generation.
const VIEWS: usize = 11;

async fn sql(file: &mut SqliteConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(file).await.unwrap();
}

async fn rebuild_all(site: &Site, views: &Views) -> Result<Position, ViewsError> {
    let node = site.node();
    Ok(rebuild(views, node.log.clone(), node.sealer.clone(), |_, _| {}).await?.position)
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_cursor_commit_together() {
    let site = Site::new();
    let views = site.views("views").await;
    let first = site.resident(1, 0).await;
    site.project_all(&views).await;
    let before = digest(&views).await.unwrap();

    // The last table to be written refuses the last event of the next page.
    let second = site.resident(2, 10).await;
    let mut file = site.file("views").await;
    sql(
        &mut file,
        "CREATE TRIGGER broken BEFORE INSERT ON activity_v4_g1 WHEN NEW.event_type = 'session.opened'
         BEGIN SELECT RAISE(ABORT, 'broken'); END",
    )
    .await;
    site.projecting(&views, async {
        assert!(views.wait_for(second, A_TRY).await.is_err());
        assert_eq!(views.cursor().await.unwrap(), first);
        assert_eq!(digest(&views).await.unwrap(), before, "rows without their cursor");

        sql(&mut file, "DROP TRIGGER broken").await;
        views.wait_for(second, SOON).await.unwrap();
    })
    .await;
    assert_eq!(views.account(account(2)).await.unwrap().unwrap().sign_ins, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_42_a_failing_event_stops_and_resumes_without_loss() {
    let site = Site::new();
    site.town(3, 2).await;
    let head = site.head().await;
    assert!(head > Position(42));
    let damage = || site.store.tamper(41, |event| event.event.payload[30] ^= 1);
    damage();

    let views = site.views("views").await;
    site.projecting(&views, async {
        assert!(views.wait_for(Position(41), SOON).await.is_ok());
        // It is tried again after a second, and stays where it is.
        assert!(views.wait_for(Position(42), Duration::from_millis(1_500)).await.is_err());
        let status = views.status();
        let stopped = status.stopped.unwrap();
        assert_eq!(stopped.position, Position(42));
        assert_eq!(stopped.event_type, site.store.events()[41].event.event_type);
        assert_eq!((status.cursor, status.head), (Position(41), head));
        assert!(views.account(account(1)).await.unwrap().is_some());
        for n in 1..=3 {
            assert!(
                views.activity(account(n), None, 1_000).await.unwrap().iter().all(|row| row.position.0 < 42)
            );
        }

        // The store's bytes are repaired: the same projector goes on by itself.
        damage();
        views.wait_for(head, SOON).await.unwrap();
    })
    .await;
    assert_eq!(views.status().stopped, None);
    let undisturbed = site.views("undisturbed").await;
    site.project_all(&undisturbed).await;
    assert_eq!(digest(&views).await.unwrap(), digest(&undisturbed).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_a_newer_program_is_never_skipped() {
    let site = Site::new();
    let last = site.resident(1, 0).await;
    let stream = StreamId::new(Account::CATEGORY, account(1));
    let (event_type, version) = ("account.made_happy", site.accounts.load(&stream).await.unwrap().version);
    let payload = format!(r#"{{"type":"{event_type}","data":{{"secret":"x"}}}}"#);
    let payload = site.core.sealer.seal_event(
        &stream,
        version.plus(1),
        event_type,
        1,
        account(1).into(),
        payload.as_bytes(),
    );
    let unknown = NewEvent {
        event_id: watchbook_domain::EventId(fresh::uuid()),
        event_type: event_type.to_owned(),
        schema_version: 1,
        recorded_at: at(5),
        subject: account(1).into(),
        actor: None,
        correlation_id: story::id(0),
        causation_id: None,
        payload: payload.await.unwrap(),
    };
    site.core.log.append(&stream, Expected::Exact(version), vec![unknown]).await.unwrap();
    let after = site.resident(2, 10).await;

    let views = site.views("views").await;
    site.projecting(&views, async {
        views.wait_for(last, SOON).await.unwrap();
        assert!(views.wait_for(after, Duration::from_millis(1_500)).await.is_err());
        assert_eq!(views.cursor().await.unwrap(), last);
        let stopped = views.status().stopped.unwrap();
        assert_eq!((stopped.position, stopped.event_type.as_str()), (Position(last.0 + 1), event_type));
        assert!(views.account(account(2)).await.unwrap().is_none());
    })
    .await;

    let before = digest(&views).await.unwrap();
    assert!(matches!(rebuild_all(&site, &views).await, Err(ViewsError::Stopped(_))));
    assert_eq!(digest(&views).await.unwrap(), before);
    assert_eq!(tables(&mut site.file("views").await).await.len(), VIEWS, "a failed rebuild leaves no tables");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_is_down_only_delays() {
    let site = Site::new();
    let last = site.resident(1, 0).await;
    let views = site.views("views").await;
    site.store.set_vault_down(true);
    site.projecting(&views, async {
        assert!(views.wait_for(last, A_TRY).await.is_err());
        assert_eq!(views.status().stopped, None, "no event is to blame");
        site.store.set_vault_down(false);
        views.wait_for(last, SOON).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rebuild_is_identical() {
    let site = Site::new();
    // A sign-in lies across the end of the projector's first page.
    site.append(1, registered(1), at(0)).await;
    while site.head().await < Position(3_998) {
        let repeated = AccountEvent::RegistrationRepeated { context: context(3) };
        site.append(1, vec![repeated; 5], at(1)).await;
    }
    site.append(1, signed_in(1, 9_999_999, true), at(2)).await;
    assert_eq!(site.store.events()[3_999].event.event_type, "sign_in.succeeded");
    site.town(40, 8).await;

    let views = site.views("views").await;
    site.project_all(&views).await;
    views.set_reactor_cursor("outbox", Position(7), Fence::NONE).await.unwrap();
    let before = digest(&views).await.unwrap();
    assert_eq!(rebuild_all(&site, &views).await.unwrap(), site.head().await);
    assert_eq!(digest(&views).await.unwrap(), before);
    assert_eq!(views.reactor_cursor("outbox").await.unwrap(), Position(7), "a rebuild sends nothing");

    let sessions = views.sessions(account(1), at(10)).await.unwrap();
    let across = sessions.iter().find(|row| row.session.0 == story::id(9_999_999)).unwrap();
    assert_eq!(across.address, context(9_999_999).address);
    // What comes after a rebuild lands in the new tables.
    let last = site.append(1, vec![AccountEvent::Unlocked { reason: unlocked() }], at(3)).await;
    site.project_all(&views).await;
    assert_eq!(views.activity(account(1), None, 1).await.unwrap()[0].position, last);
}

fn unlocked() -> watchbook_domain::account::UnlockReason {
    watchbook_domain::account::UnlockReason::Operator
}

#[tokio::test(flavor = "multi_thread")]
async fn rebuild_serves_old_rows_meanwhile() {
    let site = Site::new();
    site.town(5, 2).await;
    let views = site.views("views").await;
    site.project_all(&views).await;
    sql(&mut site.file("views").await, "UPDATE accounts_v5_g1 SET user_number = 'old'").await;

    let (node, seen) = (site.node(), std::sync::Mutex::new(Vec::new()));
    let look = |_, _| {
        let row = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(views.account(account(1)))
        });
        seen.lock().unwrap().push(row.unwrap().unwrap().user_number);
    };
    rebuild(&views, node.log.clone(), node.sealer.clone(), look).await.unwrap();
    let seen = seen.into_inner().unwrap();
    assert!(!seen.is_empty() && seen.iter().all(|number| number == "old"), "{seen:?}");
    assert_ne!(views.account(account(1)).await.unwrap().unwrap().user_number, "old");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_died_leaves_no_tables() {
    let site = Site::new();
    site.town(5, 2).await;
    let views = site.views("views").await;
    site.project_all(&views).await;
    let before = digest(&views).await.unwrap();
    let mut file = site.file("views").await;

    let (node, dying) = (site.node(), views.clone());
    let died = tokio::spawn(async move {
        let die = |_, _| std::panic::resume_unwind(Box::new("died"));
        rebuild(&dying, node.log.clone(), node.sealer.clone(), die).await.map(|_| ())
    });
    assert!(died.await.unwrap_err().is_panic());
    assert_eq!(tables(&mut file).await.len(), 2 * VIEWS, "it had begun");
    assert_eq!(digest(&views).await.unwrap(), before, "readers see nothing of it");

    // The next process opens the same file.
    drop(views);
    let views = site.views("views").await;
    assert_eq!(digest(&views).await.unwrap(), before);
    rebuild_all(&site, &views).await.unwrap();
    assert_eq!(tables(&mut file).await.len(), VIEWS);
    assert_eq!(digest(&views).await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn wait_for_sees_own_write() {
    let site = Site::new();
    let views = site.views("views").await;
    let elsewhere = site.views("views").await;
    site.projecting(&views, async {
        for n in 1..=20 {
            let position = site.resident(n, n as i64).await;
            views.wait_for(position, SOON).await.unwrap();
            assert_eq!(views.account(account(n)).await.unwrap().unwrap().sign_ins, 1);
        }
        let beyond = Position(site.head().await.0 + 1);
        assert!(views.wait_for(beyond, Duration::from_millis(50)).await.is_err());
        // A process that does not project finds out from the file.
        elsewhere.wait_for(site.head().await, Duration::from_millis(50)).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_projectors_apply_once() {
    let site = Site::new();
    let (one, two) = (site.views("shared").await, site.views("shared").await);
    site.projecting(
        &one,
        site.projecting(&two, async {
            site.town(20, 5).await;
            let head = site.head().await;
            one.wait_for(head, SOON).await.unwrap();
            two.wait_for(head, SOON).await.unwrap();
        }),
    )
    .await;
    let alone = site.views("alone").await;
    site.project_all(&alone).await;
    assert_eq!(digest(&one).await.unwrap(), digest(&alone).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_projectors_of_a_new_version_rebuild_once() {
    let site = Site::new();
    site.town(20, 5).await;
    let (one, two) = (site.views("shared").await, site.views("shared").await);
    site.project_all(&one).await;
    let before = digest(&one).await.unwrap();
    let mut file = site.file("shared").await;
    sql(
        &mut file,
        "ALTER TABLE accounts_v5_g1 RENAME TO accounts_v4_g1;
         UPDATE accounts_v4_g1 SET sign_ins = 0;
         UPDATE generations SET version = version - 1, layout = replace(layout, 'accounts_v5', 'accounts_v4')",
    )
    .await;

    let last = site
        .projecting(
            &one,
            site.projecting(&two, async {
                for _ in 0..100 {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    if digest(&one).await.unwrap() == before {
                        break;
                    }
                }
                assert_eq!(digest(&one).await.unwrap(), before);
                let last = site.resident(1_000, 0).await;
                tokio::time::sleep(A_TRY * 4).await;
                last
            }),
        )
        .await;
    assert_eq!(one.cursor().await.unwrap(), last);
    assert_eq!(tables(&mut file).await.len(), VIEWS);
    let alone = site.views("alone").await;
    site.project_all(&alone).await;
    assert_eq!(digest(&two).await.unwrap(), digest(&alone).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_has_no_rows() {
    let site = Site::new();
    site.town(3, 2).await;
    let (live, fresh) = (site.views("live").await, site.views("fresh").await);
    site.project_all(&live).await;
    let (mut live_file, mut fresh_file) = (site.file("live").await, site.file("fresh").await);
    assert!(rows_of(&mut live_file, account(1)).await > 0);

    // The views are behind when the key is destroyed.
    site.append(1, signed_in(1, 77, true), at(50_000)).await;
    site.notify(77, 1, vec![requested(1)], at(50_001)).await;
    site.core.sealer.destroy_subject(account(1).into()).await.unwrap();
    site.project_all(&live).await;
    site.project_all(&fresh).await;
    assert_eq!(rows_of(&mut live_file, account(1)).await, 0);
    assert_eq!(rows_of(&mut fresh_file, account(1)).await, 0);
    assert_eq!(digest(&live).await.unwrap(), digest(&fresh).await.unwrap());
    assert!(rows_of(&mut live_file, account(2)).await > 0);
    rebuild_all(&site, &live).await.unwrap();
    assert_eq!(digest(&live).await.unwrap(), digest(&fresh).await.unwrap());
}
