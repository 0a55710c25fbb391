//! `watchbook keys`: the master key, and the keys of the site's own back ends.

use super::{Failure, print};
use crate::config::Config;
use crate::server::Stores;
use clap::Subcommand;
use std::process::ExitCode;
use std::sync::Arc;
use watchbook_domain::CommandId;
use watchbook_domain::service_key::{Scope, ServiceKey};
use watchbook_eventlog::{Clock, Keyring, Metadata, Repository, SystemClock, fresh};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Says where the master key is and how many older ones are kept.
    Show,
    /// Makes a new master key and wraps every subject's key under it. Older ones are kept: restart the
    /// server, then `retire` them.
    Rotate,
    /// Wraps what is left under the newest master key and forgets the older ones. Every server must have been
    /// restarted since `rotate`: one that was not still uses an older key.
    Retire,
    /// Issues a service key for one of the site's back ends and prints it once.
    Issue {
        /// What people call it.
        #[arg(long)]
        name: String,
        /// What it may do: `sessions_introspect`, `accounts_read`. May be given more than once.
        #[arg(long = "scope", required = true)]
        scopes: Vec<Scope>,
    },
}

pub(super) async fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Show => {
            let keyring = Keyring::load(&config.key_file())?;
            print(&format!("key file  {}", config.key_file().display()));
            print(&format!("previous  {}", keyring.previous()));
        }
        Command::Rotate => {
            Keyring::rotate(&config.key_file())?;
            rewrap(config).await?;
            print("restart the server, then run `watchbook keys retire`");
        }
        Command::Retire => {
            let keyring = rewrap(config).await?;
            keyring.without_previous().save(&config.key_file())?;
        }
        Command::Issue { name, scopes } => issue(config, name, scopes).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Wraps every subject's key under the newest master key.
async fn rewrap(config: &Config) -> Result<Arc<Keyring>, Failure> {
    let stores = Stores::open(config, false).await?;
    let count = stores.sealer.rewrap_all().await?;
    stores.store.close().await;
    print(&format!("{count} subject keys were wrapped anew; back up {}", config.key_file().display()));
    Ok(stores.keyring)
}

async fn issue(config: &Config, name: String, scopes: Vec<Scope>) -> Result<(), Failure> {
    let stores = Stores::open(config, false).await?;
    let keys = Repository::<ServiceKey>::new(stores.core(), 1);
    let metadata = Metadata {
        command_id: CommandId(fresh::uuid()),
        recorded_at: SystemClock.now(),
        actor: None,
        correlation_id: fresh::uuid(),
        causation_id: None,
    };
    let issued = watchbook_api::issue_service_key(&keys, &stores.sealer, &metadata, name, scopes).await;
    let issued = issued.map_err(|problem| problem.to_string())?;
    stores.store.close().await;
    print(&format!("key id  {}", issued.key_id));
    print(&format!("key     {}", issued.key));
    print("The key is shown this once.");
    Ok(())
}
