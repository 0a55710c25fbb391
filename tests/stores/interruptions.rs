//! Copies that are broken off: by whoever started them, by a server that dies, by answers that are lost.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use watchbook_eventlog::migration::{CopyError, Pair, Phase, copy_log};
use watchbook_eventlog::{EventLog, LogError};
use watchbook_test_kurrentdb::{Fault, StandIn};
use watchbook_test_postgres::Server;

use crate::world::{Store, assert_same, assert_same_log, copy, fill};

/// Breaks the copy off after so many steps of its progress, anywhere in the next one.
async fn break_off(from: &Store, to: &Store, steps: usize) {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let (from, to) = (from.clone(), to.clone());
    let copying = tokio::spawn(async move {
        let vaults = from.vault.clone().zip(to.vault.clone()).map(|(from, to)| Pair { from, to });
        copy_log(Pair { from: from.log, to: to.log }, vaults, |progress| {
            let _ = tell.send(progress);
        })
        .await
    });
    for _ in 0..steps {
        if told.recv().await.is_none() {
            break;
        }
    }
    tokio::time::sleep(Duration::from_micros(steps as u64 * 300 % 2_000)).await;
    copying.abort();
    let _ = copying.await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_off_again_and_again_the_copy_is_the_same() {
    let folder = TempDir::new().unwrap();
    let file = Store::sqlite(&folder, "log.db").await;
    fill(&file, 300).await;
    let server = StandIn::start().await;
    let mut targets = vec![Store::kurrentdb(&server, None).await, Store::sqlite(&folder, "copy.db").await];
    targets.extend(Store::shared_postgres().await);
    for target in targets {
        for steps in 0..15 {
            break_off(&file, &target, steps).await;
        }
        copy(&file, &target).await.unwrap();
        assert_same_log(&file, &target).await;
        if target.vault.is_some() {
            file.vault.as_ref().unwrap().destroy_subject(crate::world::subject(5)).await.unwrap();
            assert_same(&file, &target).await;
        }
    }
}

/// Tells of the failure and how far it came, and goes on from there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_dies_in_the_middle() {
    let Some(server) = Server::start() else { return };
    let folder = TempDir::new().unwrap();
    let file = Store::sqlite(&folder, "log.db").await;
    let events = fill(&file, 3000).await;
    let target = Store::postgres(&server.database()).await;
    let server = Arc::new(server);
    let vaults = file.vault.clone().zip(target.vault.clone()).map(|(from, to)| Pair { from, to });
    let logs = Pair { from: file.log.clone(), to: target.log.clone() };
    let broken_off = copy_log(logs, vaults, |progress| {
        if progress.phase == Phase::Copying && progress.done > events / 4 {
            server.kill();
        }
    });
    let broken_off = broken_off.await;
    assert!(
        matches!(broken_off, Err(CopyError::Target(LogError::Unavailable(_)) | CopyError::TargetVault(_))),
        "{broken_off:?}"
    );
    server.restart();
    let report = loop {
        match copy(&file, &target).await {
            Ok(report) => break report,
            Err(CopyError::Target(LogError::Unavailable(_)) | CopyError::TargetVault(_)) => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(other) => panic!("{other:?}"),
        }
    };
    assert!(report.copied < events && report.events == events, "{report}");
    assert_same_log(&file, &target).await;
}

/// Whether an append happened is found out, also when it happens after the copy was started anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_answers_neither_repeat_nor_reorder_events() {
    let folder = TempDir::new().unwrap();
    let file = Store::sqlite(&folder, "log.db").await;
    fill(&file, 200).await;
    let server = StandIn::start().await;
    for round in 0..8 {
        let faults = [
            Fault::CutAfterWrite,
            Fault::CutBeforeWrite,
            Fault::WriteLate(30),
            Fault::ServerError,
            Fault::NotLeader,
        ];
        let faults = faults.into_iter().cycle().skip(round).take(3);
        let log: Arc<dyn EventLog> = Store::kurrentdb(&server, None).await.log;
        let target = Store { log, vault: None };
        server.befall(faults);
        break_off(&file, &target, round + 1).await;
    }
    let target = Store::kurrentdb(&server, None).await;
    copy(&file, &target).await.unwrap();
    assert_same_log(&file, &target).await;
}
