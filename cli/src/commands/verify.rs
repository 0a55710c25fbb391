//! `watchbook verify`: is the log what its signed heads say it was?

use super::{Failure, print};
use crate::config::Config;
use crate::stores::Stores;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::process::ExitCode;
use watchbook_proofs::audit::{Evidence, Report};
use watchbook_proofs::{HeadKey, HeadSigner, Heads, audit};

#[derive(Args)]
pub(super) struct Options {
    /// A further file of heads, such as one kept elsewhere. May be given more than once. Those in the data folder and
    /// in `witness_folder` are always looked at.
    #[arg(long = "heads", value_name = "FILE")]
    heads: Vec<PathBuf>,
    /// The public key that heads are checked with, as `watchbook keys show` printed it earlier. Without it, the one of
    /// the key file.
    #[arg(long, value_name = "KEY")]
    key: Option<HeadKey>,
}

/// Exit code 1 when something is wrong.
pub(super) async fn run(config: &Config, options: &Options) -> Result<ExitCode, Failure> {
    if let Some(missing) = options.heads.iter().find(|file| !file.exists()) {
        return Err(format!("there is no file {}", missing.display()).into());
    }
    let stores = Stores::open(config, false).await?;
    let files = [config.heads_file()].into_iter().chain(config.witness_file());
    let evidence = Evidence {
        key: options.key.clone().unwrap_or_else(|| HeadSigner::new(&stores.keyring).key()),
        heads: files.chain(options.heads.iter().cloned()).map(Heads::at).collect(),
        tiles: Some(config.tree_folder()),
        sealer: Some(stores.sealer.clone()),
    };
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template(
        "{wide_bar} position {human_pos} of {human_len}, {eta} left",
    )?);
    let report = audit(&stores.log, &evidence, |reached, last| {
        bar.set_length(last.0);
        bar.set_position(reached.0);
    });
    let report = report.await;
    bar.finish_and_clear();
    stores.close().await;
    let report = report?;
    tell(&report);
    Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(report: &Report) {
    let Report { events, covered, heads, sealed, unchecked, faults } = report;
    print(&format!("{events} events read; the first {covered} are what {heads} signed heads say"));
    if sealed + unchecked > 0 {
        print(&format!("after the last head: {sealed} events sealed with this log's keys"));
    }
    if *unchecked > 0 {
        print(&format!(
            "after the last head: {unchecked} events whose subject has no key; nothing vouches for them"
        ));
    }
    for fault in faults {
        print(&format!("PROBLEM  {fault}"));
    }
    print(match (faults.is_empty(), heads) {
        (false, _) => {
            "the log is not what it was: keep it as it is, with heads/ and tree/, and see the docs on proofs"
        }
        (true, 0) => "nothing is wrong, but nothing was signed yet either",
        (true, _) => "the log is what it was",
    });
}
