//! `watchbook geo`: location data. Nothing is fetched: whoever runs the server brings the files.

use super::{Failure, print};
use crate::config::Config;
use clap::Subcommand;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use watchbook_signals::{ClientLookup, Installed, update};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Installs files: *.mmdb (places, networks), *.csv (networks), hosting.txt, tor.txt, vpn.txt, relay.txt (lists).
    /// Each is looked at first and replaces the one of its name. Running servers notice within a minute.
    Update {
        /// The files.
        #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
        from: Vec<PathBuf>,
    },
    /// Says what is installed, and what of it cannot be used.
    Status,
    /// Says what is known of an address.
    Show {
        /// The address.
        address: IpAddr,
    },
}

pub(super) fn run(config: &Config, command: &Command) -> Result<ExitCode, Failure> {
    let folder = config.geo_folder();
    match command {
        Command::Update { from } => {
            update(&folder, from)?.iter().for_each(say);
            Ok(ExitCode::SUCCESS)
        }
        Command::Status => {
            let clients = ClientLookup::open(&folder);
            let (installed, problems) = (clients.installed(), clients.problems());
            installed.iter().for_each(say);
            problems.iter().for_each(|problem| print(&format!("PROBLEM  {problem}")));
            if installed.is_empty() && problems.is_empty() {
                print("no location data is installed: places and networks are not known");
            }
            Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Show { address } => {
            let context = ClientLookup::open(&folder).context(*address, String::new());
            print(&format!("place    {}", context.place.as_deref().unwrap_or("unknown")));
            print(&serde_json::to_string_pretty(&context.signals)?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn say(file: &Installed) {
    print(&format!("{:<32} {}", file.name, file.what));
}
