//! What accounts cost in memory, and events on disk.

use std::path::Path;
use std::process::Command;

use watchbook_domain::{Account, Aggregate as _};
use watchbook_eventlog::{EventLog as _, Position, Repository};

use crate::engine::{Engine, concurrently, folder, runtime};
use crate::measure::{Goal, Line};
use crate::people::{Life, account_id, write_history};

const ACCOUNTS: usize = 100_000;

/// How a process is asked to [`hold`]; the folder follows.
pub(crate) const HOLD: &str = "--hold";

pub(crate) fn measure() -> Vec<Line> {
    let folder = folder();
    let mut lines = runtime().block_on(on_disk(folder.path()));
    // A process of its own: writing the history has left memory behind in this one.
    let held = Command::new(std::env::current_exe().unwrap()).arg(HOLD).arg(folder.path()).output().unwrap();
    let held = String::from_utf8(held.stdout).unwrap();
    let mut kib = held.split_whitespace().map(|kib| kib.parse::<f64>().unwrap());
    let (before, after) = (kib.next().unwrap(), kib.next().unwrap());
    let each = (after - before) * 1024.0 / ACCOUNTS as f64;
    lines.push(Line::value("memory_100k_accounts (MiB resident)", after / 1024.0, Goal::Shown));
    lines.push(Line::value("memory_per_account (bytes)", each, Goal::Shown));
    lines
}

async fn on_disk(folder: &Path) -> Vec<Line> {
    let engine = Engine::open(folder).await;
    write_history(&engine, ACCOUNTS, Life::Short).await;
    let (mut payload, mut read, mut after) = (0, 0, Position::START);
    loop {
        let page = engine.log.read_all(after, 10_000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.position;
        read += page.len();
        payload += page.iter().map(|recorded| recorded.event.payload.len()).sum::<usize>();
    }
    engine.log.close().await;
    let bytes = std::fs::metadata(folder.join("log.db")).unwrap().len();
    let each = |bytes: f64| bytes / read as f64;
    vec![
        Line::value("bytes_per_event_on_disk (file / events)", each(bytes as f64), Goal::Shown),
        Line::value("bytes_per_event_payload (sealed)", each(payload as f64), Goal::Shown),
    ]
}

/// Loads all accounts of the log in `folder`, and prints the KiB resident before and after.
pub(crate) fn hold(folder: &Path) -> String {
    runtime().block_on(async {
        let engine = Engine::open(folder).await;
        let accounts = Repository::<Account>::new(engine.core.clone(), ACCOUNTS + ACCOUNTS / 10);
        let before = resident_kib();
        let holding = accounts.clone();
        let load = move |n: usize| {
            let accounts = holding.clone();
            async move {
                let loaded = accounts.load(&accounts.stream(account_id(n))).await.unwrap();
                assert!(loaded.state.email_verified, "{} holds no account", Account::CATEGORY);
            }
        };
        concurrently(ACCOUNTS, 4, load).await;
        let after = resident_kib();
        drop(accounts);
        format!("{before} {after}")
    })
}

/// As the kernel counts it.
pub(crate) fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
