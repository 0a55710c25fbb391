//! `watchbook verify-export`: is an export what the log says? It reads the folder and nothing else.

use super::{Failure, print};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::process::ExitCode;
use watchbook_exports::{VerifyError, verify};
use watchbook_proofs::HeadKey;

#[derive(Args)]
pub(super) struct Options {
    /// The folder of the export.
    folder: PathBuf,
    /// The log's public key, as `watchbook keys show` prints it.
    #[arg(long, value_name = "KEY")]
    key: HeadKey,
}

/// Exit code 1 when something is wrong.
pub(super) fn run(options: &Options) -> Result<ExitCode, Failure> {
    let bar = ProgressBar::no_length();
    bar.set_style(ProgressStyle::with_template("{human_pos} events checked")?);
    let checked = verify(&options.folder, &options.key, |events| bar.set_position(events));
    bar.finish_and_clear();
    match checked {
        Ok(verified) => {
            let manifest = &verified.manifest;
            let at = manifest.begun_at.datetime().format("%Y-%m-%d %H:%M:%S UTC");
            print(&format!("{} events, begun {at} for {}", manifest.events, manifest.by));
            print(&format!("asked for: {}", serde_json::to_string(&manifest.selection)?));
            print(&format!("tree head: {} events, root {}", verified.head.size, verified.head.root));
            print("every line says what the log says, and was signed with this key");
            if verified.complete {
                print("nothing is missing: these are all events that the head covers");
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(VerifyError::Fault(fault)) => {
            print(&format!("PROBLEM  {fault}"));
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error.into()),
    }
}
