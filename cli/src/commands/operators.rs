//! `watchbook operators`: who belongs to the site's staff. Only from this machine: an operator who could appoint others
//! by the API could approve a recovery twice.

use super::{Failure, account, print};
use crate::config::Config;
use crate::stores::Stores;
use clap::Subcommand;
use std::convert::Infallible;
use std::process::ExitCode;
use watchbook_domain::operator::{Operator, OperatorEvent};
use watchbook_domain::{Account, AccountId, CommandId};
use watchbook_eventlog::{Clock, Metadata, Repository, SystemClock, fresh};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Makes the owner of an account an operator. They need a second factor to do anything.
    Appoint {
        /// Account id, e-mail address or user number.
        account: String,
    },
    /// Takes the authority away, at once.
    Dismiss {
        /// Account id, e-mail address or user number.
        account: String,
    },
}

pub(super) async fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    let (who, appointed) = match command {
        Command::Appoint { account } => (account, true),
        Command::Dismiss { account } => (account, false),
    };
    let account = appoint(config, &who, appointed).await?;
    print(&format!("{account} is {} operator", if appointed { "an" } else { "no" }));
    Ok(ExitCode::SUCCESS)
}

/// Makes the owner of an account an operator, or takes that away. Nothing happens when it is so already.
///
/// # Errors
/// When nobody has the identifier, or the stores cannot be used.
pub(crate) async fn appoint(config: &Config, who: &str, appointed: bool) -> Result<AccountId, Failure> {
    let stores = Stores::open(config, false).await?;
    let core = stores.core();
    let account = account::find(&stores, &core, who).await?;
    let accounts = Repository::<Account>::new(core.clone(), 1);
    if accounts.load(&accounts.stream(account)).await?.state.id.is_none() {
        return Err("there is no such account".into());
    }
    let operators = Repository::<Operator>::new(core, 1);
    let metadata = Metadata {
        command_id: CommandId(fresh::uuid()),
        recorded_at: SystemClock.now(),
        actor: None,
        correlation_id: fresh::uuid(),
        causation_id: None,
    };
    let decide = |operator: &Operator| {
        let event = match appointed {
            true => OperatorEvent::Appointed { account },
            false => OperatorEvent::Dismissed { account },
        };
        Ok::<_, Infallible>(if operator.appointed == appointed { vec![] } else { vec![event] })
    };
    operators.execute(&operators.stream(account), account.into(), &metadata, decide).await?;
    stores.close().await;
    Ok(account)
}
