//! `watchbook migrate log`: the log and its vault from one store to another, so that growing is not starting over.

use super::{Failure, print};
use crate::server::lock;
use crate::stores::{Place, Store};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;
use watchbook_eventlog::migration::{Pair, Phase, copy_log};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Copies a log to another store, with its keys and secrets, and compares every event. Servers must be stopped.
    /// What was broken off goes on where it ended.
    Log(Options),
}

#[derive(Args)]
pub(crate) struct Options {
    /// The store to read: `sqlite:<file>`, `postgres://…` or `kurrentdb://…`.
    #[arg(long, value_name = "URL")]
    from: Place,
    /// The store to write, empty or the beginning of that copy.
    #[arg(long, value_name = "URL")]
    to: Place,
    /// Where the keys and secrets are, if not with the log.
    #[arg(long, value_name = "URL")]
    from_vault: Option<Place>,
    /// Where they shall be, if not with the log; may be where they are.
    #[arg(long, value_name = "URL")]
    to_vault: Option<Place>,
}

pub(super) async fn run(command: Command) -> Result<ExitCode, Failure> {
    let Command::Log(Options { from, to, from_vault, to_vault }) = command;
    let places =
        Pair { from: from_vault.unwrap_or_else(|| from.clone()), to: to_vault.unwrap_or_else(|| to.clone()) };
    if [&places.from, &places.to].iter().any(|place| matches!(place, Place::Kurrent(_))) {
        return Err("KurrentDB keeps no keys: say where they are with --from-vault, --to-vault".into());
    }
    let mut locks = Vec::new();
    for place in [&from, &to] {
        if let Place::Sqlite(file) = place {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new(".")).to_owned();
            if !locks.iter().any(|(locked, _)| *locked == folder) {
                locks.push((folder.clone(), lock(&folder)?));
            }
        }
    }
    let logs = Pair { from: Store::open(&from, false).await?, to: Store::open(&to, true).await? };
    let mut opened = vec![logs.from.clone(), logs.to.clone()];
    let mut vault = async |log: &Store, at: &Place, vault: &Place, create| {
        if at != vault {
            opened.push(Store::open(vault, create).await?);
        }
        let store = if at == vault { log } else { opened.last().unwrap_or(log) };
        let (vault, _) = store.vault().ok_or("that store keeps no keys")?;
        Ok::<_, Failure>(vault)
    };
    let vaults = if places.from == places.to {
        None
    } else {
        Some(Pair {
            from: vault(&logs.from, &from, &places.from, false).await?,
            to: vault(&logs.to, &to, &places.to, true).await?,
        })
    };

    let bars = Mutex::new(Bar::default());
    let logs = Pair { from: logs.from.log(), to: logs.to.log() };
    let copied = copy_log(logs, vaults, |progress| {
        let mut bar = bars.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        bar.show(progress.phase, progress.done, progress.of);
    });
    let copied = copied.await;
    drop(bars);
    for store in opened {
        store.close().await;
    }
    print(&copied?.to_string());
    print(&format!("Now set log = {to} (with its user and password), and vault where it is not there too,"));
    print("and run `watchbook rebuild`: positions may be others, and views follow from them.");
    print("Remove the folder tree beside the file heads for the same reason; it is made anew. Keep heads.");
    Ok(ExitCode::SUCCESS)
}

/// A bar for the phase that is under way.
#[derive(Default)]
struct Bar(Option<(Phase, ProgressBar)>);

impl Bar {
    fn show(&mut self, phase: Phase, done: u64, of: Option<u64>) {
        if self.0.as_ref().is_none_or(|(shown, _)| *shown != phase) {
            let bar = of.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
            let template = match of {
                Some(_) => "{msg:<18} {wide_bar} {human_pos}/{human_len}, {eta} left",
                None => "{msg:<18} {human_pos}",
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_message(phase.as_str());
            bar.enable_steady_tick(Duration::from_millis(200));
            if let Some((_, before)) = self.0.replace((phase, bar)) {
                before.finish_and_clear();
            }
        }
        if let Some((_, bar)) = &self.0 {
            bar.set_position(done);
            if let Some(of) = of {
                bar.set_length(of);
            }
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((_, bar)) = self.0.take() {
            bar.finish_and_clear();
        }
    }
}
