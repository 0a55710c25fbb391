//! `watchbook export`: events into a folder, with the proof that they are what the log says.

use super::{Failure, account, day_or_time, print};
use crate::config::Config;
use crate::stores::Stores;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::process::ExitCode;
use watchbook_domain::Timestamp;
use watchbook_eventlog::{Clock as _, SystemClock, fresh};
use watchbook_exports::{Format, Order, Selection, Sources, export};
use watchbook_proofs::Heads;

#[derive(Args)]
pub(super) struct Options {
    /// The folder to write to. With what an interrupted export left there, it goes on.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// json_lines, csv, ocsf or cef.
    #[arg(long, default_value = "json_lines")]
    format: Format,
    /// Only what is about this account: its id, e-mail address or user number. May be given more than once.
    #[arg(long = "account", value_name = "WHO")]
    accounts: Vec<String>,
    /// Only events of this type, such as `session.opened` or `session.*`. May be given more than once.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Only what was recorded then or later: a day, or a time with its zone (RFC 3339).
    #[arg(long, value_name = "TIME", value_parser = day_or_time)]
    from: Option<Timestamp>,
    /// Only what was recorded before then.
    #[arg(long, value_name = "TIME", value_parser = day_or_time)]
    to: Option<Timestamp>,
    /// Who asks for it, for the manifest.
    #[arg(long, value_name = "NAME", env = "USER", default_value = "unknown")]
    by: String,
}

pub(super) async fn run(config: &Config, options: Options) -> Result<ExitCode, Failure> {
    let stores = Stores::open(config, false).await?;
    let mut subjects = Vec::new();
    for who in &options.accounts {
        subjects.push(account::find(&stores, &stores.core(), who).await?.0);
    }
    let sources = Sources {
        log: stores.log.clone(),
        sealer: stores.sealer.clone(),
        tiles: config.tree_folder(),
        heads: Heads::at(config.heads_file()),
    };
    let selection = Selection { subjects, types: options.types, from: options.from, to: options.to };
    let order = Order { selection, format: options.format, by: options.by };
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template(
        "{wide_bar} {human_pos}/{human_len} events, {msg} taken, {eta} left",
    )?);
    let done = export(&sources, order, &options.out, (fresh::uuid(), SystemClock.now()), |progress| {
        bar.set_length(progress.of);
        bar.set_position(progress.looked_at);
        bar.set_message(progress.taken.to_string());
    });
    let done = tokio::select! {
        done = done => done,
        _ = tokio::signal::ctrl_c() => {
            bar.finish_and_clear();
            return Err("stopped; the same command goes on with it, removing the folder gives it up".into());
        }
    };
    bar.finish_and_clear();
    stores.close().await;
    let done = done?;
    print(&format!(
        "{} of {} events in {}{}",
        done.events,
        done.log_size,
        options.out.join(done.format.file()).display(),
        if done.erased > 0 {
            format!(", {} of them of erased subjects, without data", done.erased)
        } else {
            String::new()
        },
    ));
    print(&format!("check it anywhere: watchbook verify-export {} --key KEY", options.out.display()));
    Ok(ExitCode::SUCCESS)
}
