//! `watchbook keys`: the master key, and the keys of the site's own back ends.

use super::{Failure, print};
use crate::config::Config;
use crate::server::lock;
use crate::stores::{Places, Stores, make_private_folder};
use clap::Subcommand;
use std::process::ExitCode;
use watchbook_domain::CommandId;
use watchbook_domain::service_key::{Scope, ServiceKey};
use watchbook_eventlog::{Clock, Keyring, Metadata, Repository, SystemClock, fresh};
use watchbook_proofs::HeadSigner;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Makes the key file with the first master key, for nodes that share a log: each gets a copy.
    Create,
    /// Says where the master key is, how many older ones are kept, and which public key checks heads of the log.
    Show,
    /// Makes a new master key, wraps every subject's key under it, and forgets the older ones. No server may
    /// run on the data meanwhile.
    Rotate,
    /// Issues a service key for one of the site's back ends and prints it once.
    Issue {
        /// What people call it.
        #[arg(long)]
        name: String,
        /// What it may do: `sessions_introspect`, `accounts_read`, `log_proofs`, `observations_write`. May be given
        /// more than once.
        #[arg(long = "scope", required = true)]
        scopes: Vec<Scope>,
    },
}

pub(super) async fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Create => {
            let path = config.key_file();
            if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
                make_private_folder(folder)?;
            }
            Keyring::create(&path)?;
            print(&format!("made {}; back it up, and copy it to every node", path.display()));
        }
        Command::Show => {
            let keyring = Keyring::load(&config.key_file())?;
            print(&format!("key file  {}", config.key_file().display()));
            print(&format!("previous  {}", keyring.previous()));
            print(&format!("log key   {}", HeadSigner::new(&keyring).key()));
        }
        Command::Rotate => rotate(config).await?,
        Command::Issue { name, scopes } => issue(config, name, scopes).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The new key is saved beside the old ones first, so that a crash in between leaves everything readable.
async fn rotate(config: &Config) -> Result<(), Failure> {
    let _lock = if Places::of(config)?.are_local() { Some(lock(&config.data)?) } else { None };
    let path = config.key_file();
    Keyring::rotate(&path)?;
    let stores = Stores::open(config, false).await?;
    let count = stores.sealer.rewrap_all().await?;
    stores.close().await;
    stores.keyring.without_previous().save(&path)?;
    print(&format!("{count} subject keys are wrapped under the new master key; back up {}", path.display()));
    Ok(())
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
    stores.close().await;
    print(&format!("key id  {}", issued.key_id));
    print(&format!("key     {}", issued.key));
    print("The key is shown this once.");
    Ok(())
}
