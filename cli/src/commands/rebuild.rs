//! `watchbook rebuild`: all views anew from the log.

use super::{Failure, print};
use crate::config::Config;
use crate::stores::Stores;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use watchbook_eventlog::SystemClock;

/// For the live views to come to the log's end.
const PATIENCE: Duration = Duration::from_secs(600);

#[derive(Args)]
pub(super) struct Options {
    /// Compares the views before and after, table by table.
    #[arg(long)]
    compare: bool,
}

pub(super) async fn run(config: &Config, options: &Options) -> Result<ExitCode, Failure> {
    let stores = Stores::open(config, false).await?;
    let before = if options.compare {
        catch_up(&stores).await?;
        Some(watchbook_projections::digest(&stores.views).await?)
    } else {
        None
    };
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template(
        "{wide_bar} {human_pos}/{human_len} events, {per_sec}, {eta} left",
    )?);
    let report = watchbook_projections::rebuild(
        &stores.views,
        stores.log.clone(),
        stores.sealer.clone(),
        |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        },
    )
    .await?;
    bar.finish_and_clear();
    print(&format!("{report}"));
    let Some(before) = before else { return Ok(ExitCode::SUCCESS) };
    let after = watchbook_projections::digest(&stores.views).await?;
    let mut same = true;
    for (table, digest) in &after {
        let equal = before.get(table) == Some(digest);
        same &= equal;
        print(&format!("{table:<16} {} {}", &digest[..16], if equal { "identical" } else { "DIFFERENT" }));
    }
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A server that was stopped leaves its last events to the next: views are compared at one moment only.
async fn catch_up(stores: &Stores) -> Result<(), Failure> {
    let stop = CancellationToken::new();
    let projecting = tokio::spawn(watchbook_projections::project(
        stores.views.clone(),
        stores.log.clone(),
        stores.sealer.clone(),
        Arc::new(SystemClock),
        stop.clone(),
    ));
    let reached = stores.views.wait_for(stores.log.head().await?, PATIENCE).await;
    stop.cancel();
    projecting.await?;
    reached.map_err(|_| "the live views do not come to the log's end: see `watchbook doctor`".into())
}
