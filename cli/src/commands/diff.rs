//! `watchbook diff`: what changed about an account between two moments.

use super::account::{self, State};
use super::{Failure, print};
use crate::config::Config;
use crate::stores::Stores;
use clap::Args;
use std::process::ExitCode;
use watchbook_api::fact_changes;
use watchbook_domain::Account;
use watchbook_eventlog::{Moment, Repository};

#[derive(Args)]
pub(super) struct Options {
    /// Account id, e-mail address or user number.
    account: String,
    /// A position, or a time as RFC 3339 has it.
    from: Moment,
    /// A position, or a time as RFC 3339 has it.
    to: Moment,
    /// One JSON object a line, instead of words.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, options: &Options) -> Result<ExitCode, Failure> {
    let stores = Stores::open(config, false).await?;
    let core = stores.core();
    let account = account::find(&stores, &core, &options.account).await?;
    let accounts = Repository::<Account>::new(core, 1);
    let from = State::at(&accounts, account, options.from).await?.facts();
    let to = State::at(&accounts, account, options.to).await?.facts();
    stores.close().await;
    let changed = fact_changes(from, to);
    for fact in &changed {
        if options.json {
            print(&serde_json::to_string(fact)?);
            continue;
        }
        let path = &fact.path;
        print(&match (&fact.from, &fact.to) {
            (Some(before), Some(after)) => format!("~ {path}: {before} -> {after}"),
            (Some(before), None) => format!("- {path}: {before}"),
            (None, after) => format!("+ {path}: {}", after.as_deref().unwrap_or_default()),
        });
    }
    let count = changed.len();
    if !options.json {
        print(&format!("{count} facts of account {account} differ"));
    }
    Ok(ExitCode::SUCCESS)
}
