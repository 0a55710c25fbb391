//! Somebody who owns the database changes the log under a stopped server: `watchbook verify` names it.

use crate::world::World;
use std::path::PathBuf;
use std::sync::Arc;
use watchbook::stores::Stores;
use watchbook_proofs::audit::{Evidence, Fault, Report, Tampering};
use watchbook_proofs::{HeadSigner, Heads, audit};
use watchbook_test_postgres::Server;

/// As `watchbook verify` does.
async fn verify(world: &Stopped) -> Report {
    let config = &world.config;
    let stores = Stores::open(config, false).await.unwrap();
    let evidence = Evidence {
        key: HeadSigner::new(&stores.keyring).key(),
        heads: vec![Heads::at(config.heads_file())],
        tiles: Some(config.tree_folder()),
        sealer: Some(stores.sealer.clone()),
    };
    let log = stores.log.clone();
    let report = audit(&log, &evidence, |_, _| {}).await.unwrap();
    drop(log);
    stores.close().await;
    report
}

/// A log with some history, and nobody at work on it.
struct Stopped {
    config: watchbook::Config,
    _folder: tempfile::TempDir,
    events: u64,
}

impl Stopped {
    async fn new(deployment: &str) -> Self {
        let world = World::on(deployment, |_| {}).await;
        world.signed_in("ann@example.com").await;
        world.signed_in("ben@example.com").await;
        world.settle().await;
        let World { server, folder, config, .. } = world;
        server.stop().await;
        let mut stopped = Self { config, _folder: folder, events: 0 };
        let report = verify(&stopped).await;
        assert!(report.faults.is_empty() && report.heads > 0, "{report:?}");
        assert_eq!((report.events, report.sealed, report.unchecked), (report.covered, 0, 0));
        assert!(report.events > 15, "{report:?}");
        stopped.events = report.events;
        stopped
    }

    fn database(&self) -> PathBuf {
        self.config.data.join("log.db")
    }

    /// What the owner of the database can do: anything.
    fn sql(&self, sql: &str) {
        match &self.config.log {
            None => rusqlite::Connection::open(self.database()).unwrap().execute_batch(sql).unwrap(),
            Some(url) => {
                let sql = sql.replace("randomblob(16)", "gen_random_uuid()");
                let sql = format!(
                    "SET search_path = watchbook; BEGIN; ALTER TABLE events DISABLE TRIGGER append_only; {sql};
                     UPDATE head SET position = (SELECT max(position) FROM events);
                     ALTER TABLE events ENABLE TRIGGER append_only; COMMIT"
                );
                Server::shared().unwrap().sql(url, &sql);
            }
        }
    }

    /// Index and kind of the one fault.
    async fn fault(&self) -> (u64, Tampering) {
        let report = verify(self).await;
        match report.faults.as_slice() {
            [Fault::Tampered { index, what, .. }] => (*index, what.clone()),
            others => panic!("{others:?}"),
        }
    }
}

/// Changes a fresh log by SQL; answers with the fault and how many events there had been.
async fn after(deployment: &str, sql: impl Fn(u64) -> String) -> (u64, Tampering, u64) {
    let stopped = Stopped::new(deployment).await;
    stopped.sql(&sql(stopped.events));
    let (index, what) = stopped.fault().await;
    (index, what, stopped.events)
}

const COLUMNS: &str = "stream, version, event_id, event_type, schema_version, recorded_at, subject, actor, correlation_id, causation_id, payload";

/// A copy of event 4, as the next of its stream, at that position.
fn copy_to(position: u64) -> String {
    let values = COLUMNS.replace("version, event_id", "version + 1000, randomblob(16)");
    format!(
        "INSERT INTO events (position, {COLUMNS}) SELECT {position}, {values} FROM events WHERE position = 4"
    )
}

/// The positions from `from` on go up by one or down.
fn shift(from: u64, by: i64) -> String {
    format!(
        "UPDATE events SET position = -position WHERE position >= {from};
         UPDATE events SET position = {by} - position WHERE position < 0;"
    )
}

async fn every_way_is_named(deployment: &'static str) {
    let flip = if deployment.is_empty() {
        // SQLite cannot set one byte: cut the last one and append another.
        "UPDATE events SET payload = CAST(substr(payload, 1, length(payload) - 1) || x'00' AS BLOB) WHERE position = 7"
    } else {
        "UPDATE events SET payload = set_byte(payload, 40, get_byte(payload, 40) # 1) WHERE position = 7"
    };
    let broken_seal = Tampering::Edited { seal: Some(false) };
    let (index, what, _) = after(deployment, |_| flip.into()).await;
    assert_eq!((index, what), (6, broken_seal.clone()));

    let edit = "UPDATE events SET event_type = 'session.refreshed' WHERE position = 9";
    let (index, what, _) = after(deployment, |_| edit.into()).await;
    assert_eq!((index, what), (8, broken_seal));

    let edit = "UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 9";
    let (index, what, _) = after(deployment, |_| edit.into()).await;
    assert_eq!((index, what), (8, Tampering::Edited { seal: Some(true) }));

    let delete = "DELETE FROM events WHERE position IN (5, 6)";
    let (index, what, _) = after(deployment, |_| delete.into()).await;
    assert!(matches!((index, &what), (4, Tampering::Deleted { count: 2, store: Some(_) })), "{what:?}");

    let (index, what, _) = after(deployment, |_| format!("{delete}; {}", shift(7, -2))).await;
    assert_eq!((index, what), (4, Tampering::Deleted { count: 2, store: None }));

    let swap = "UPDATE events SET position = -1 WHERE position = 8; UPDATE events SET position = 8 WHERE position = 12;
        UPDATE events SET position = 12 WHERE position = -1";
    let (index, what, _) = after(deployment, |_| swap.into()).await;
    assert_eq!((index, what), (7, Tampering::Reordered { belongs: 11 }));

    let truncate = |events| format!("DELETE FROM events WHERE position > {}", events - 3);
    let (index, what, events) = after(deployment, truncate).await;
    assert!(matches!(what, Tampering::Truncated { missing: 1..=3 }), "{what:?}");
    assert_eq!(index, events - 3);

    let (index, what, events) = after(deployment, |events| copy_to(events + 1)).await;
    assert_eq!((index, what), (events, Tampering::AppendedOutOfBand));

    let (index, what, _) = after(deployment, |_| format!("{}{}", shift(6, 1), copy_to(6))).await;
    assert_eq!((index, what), (5, Tampering::Inserted));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_change_a_file_is_named() {
    every_way_is_named("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_change_a_database_is_named() {
    if Server::shared().is_some() {
        every_way_is_named("postgres").await;
    }
}

/// A log that lost its end is not signed anew as if nothing had been: the heads stay what they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_does_not_sign_what_contradicts_its_heads() {
    let stopped = Stopped::new("").await;
    let heads = std::fs::read(stopped.config.heads_file()).unwrap();
    let last = format!("DELETE FROM events WHERE position > {}", stopped.events - 3);
    for (sql, keep_tree) in [(last.as_str(), true), ("", false)] {
        stopped.sql(sql);
        if !keep_tree {
            // Made anew, the tree is that of the log as it is now; the last head still is not.
            std::fs::remove_dir_all(stopped.config.tree_folder()).unwrap();
        }
        let server =
            watchbook::start(&stopped.config, Arc::new(watchbook_eventlog::SystemClock)).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        server.stop().await;
        assert_eq!(std::fs::read(stopped.config.heads_file()).unwrap(), heads);
        let report = verify(&stopped).await;
        assert_eq!(report.faults.len(), 1, "{report:?}");
    }
}
