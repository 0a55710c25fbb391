//! `watchbook webhooks`: deliveries that were given up, and once more.

use super::{Failure, print};
use crate::config::Config;
use crate::stores::Stores;
use clap::Subcommand;
use std::process::ExitCode;
use std::sync::Arc;
use watchbook_eventlog::{Repository, SystemClock};
use watchbook_workers::webhooks::{Endpoint, Parked, Webhooks, parked};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Lists deliveries that were given up.
    List,
    /// Hands them over once more, the oldest first.
    Replay {
        /// Only those to this endpoint.
        #[arg(long, value_name = "NAME")]
        endpoint: Option<String>,
    },
}

pub(super) async fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    let stores = Stores::open(config, false).await?;
    let core = stores.core();
    let waiting = parked(&core).await.map_err(|error| error.to_string())?;
    let mut failed = 0;
    match command {
        Command::List => {
            waiting.iter().for_each(|parked| print(&line(parked)));
            print(&format!("{} parked", waiting.len()));
        }
        Command::Replay { endpoint: only } => {
            let deliveries = Repository::new(core.clone(), 1);
            let endpoints = Endpoint::all(&config.webhooks)?;
            for parked in waiting.iter().filter(|parked| only.as_ref().is_none_or(|o| *o == parked.endpoint))
            {
                let outcome = match endpoints.iter().find(|endpoint| endpoint.name() == parked.endpoint) {
                    None => "the endpoint is not configured".to_owned(),
                    Some(endpoint) => {
                        let webhooks = Webhooks {
                            core: core.clone(),
                            deliveries: deliveries.clone(),
                            views: stores.views.clone(),
                            clock: Arc::new(SystemClock),
                            endpoint: endpoint.clone(),
                        };
                        match webhooks.replay(parked).await.map_err(|error| error.to_string())? {
                            Ok(()) => "taken".to_owned(),
                            Err(refused) => refused.to_string(),
                        }
                    }
                };
                failed += u32::from(outcome != "taken");
                print(&format!("{}: {outcome}", line(parked)));
            }
        }
    }
    stores.close().await;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(parked: &Parked) -> String {
    let status = parked.status.map_or_else(|| "no answer".to_owned(), |status| format!("status {status}"));
    let Parked { endpoint, event, position, event_type, tries, .. } = parked;
    format!("{endpoint}  {event_type}  {event} at {position}, {tries} tries, {status}")
}
