//! `watchbook operators`: who belongs to the site's staff, and what they may do. Only from this machine: an operator who
//! could appoint others by the API could approve a recovery twice.

use super::{Failure, account, print};
use crate::config::Config;
use crate::stores::Stores;
use clap::Subcommand;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::process::ExitCode;
use watchbook_domain::operator::{Operator, Role};
use watchbook_domain::{Account, AccountId, Aggregate as _, CommandId};
use watchbook_eventlog::{Clock, Metadata, Position, Repository, SystemClock, fresh};

/// Events of the log looked through at once.
const PAGE: usize = 10_000;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Makes the owner of an account an operator with these roles and no others, at once. They need a second factor to
    /// do anything.
    Appoint {
        /// Account id, e-mail address or user number.
        account: String,
        /// support, analyst, compliance or administrator. May be given more than once.
        #[arg(long = "role", value_name = "ROLE", required = true)]
        roles: Vec<Role>,
    },
    /// Takes the authority away, at once.
    Dismiss {
        /// Account id, e-mail address or user number.
        account: String,
    },
    /// Lists operators with their roles. Looks through the whole log.
    List,
}

pub(super) async fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    let stores = Stores::open(config, false).await?;
    let done = match command {
        Command::Appoint { account, roles } => {
            appoint(&stores, &account, &roles.into_iter().collect()).await.map(said)
        }
        Command::Dismiss { account } => appoint(&stores, &account, &BTreeSet::new()).await.map(said),
        Command::List => list(&stores).await,
    };
    stores.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

/// Gives the owner of an account these roles and no others; answers with both.
///
/// # Errors
/// When nobody has the identifier, or the stores cannot be used.
pub(crate) async fn appoint(
    stores: &Stores,
    who: &str,
    roles: &BTreeSet<Role>,
) -> Result<(AccountId, BTreeSet<Role>), Failure> {
    let core = stores.core();
    let account = account::find(stores, &core, who).await?;
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
    let decide = |operator: &Operator| Ok::<_, Infallible>(operator.appoint(account, roles));
    operators.execute(&operators.stream(account), account.into(), &metadata, decide).await?;
    Ok((account, roles.clone()))
}

fn said((account, roles): (AccountId, BTreeSet<Role>)) {
    print(&match roles.is_empty() {
        true => format!("{account} is no operator"),
        false => format!("{account} is an operator: {}", names(&roles)),
    });
}

async fn list(stores: &Stores) -> Result<(), Failure> {
    let (mut after, mut found) = (Position::START, BTreeSet::<AccountId>::new());
    loop {
        let page = stores.log.read_changes(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        let streams = page.iter().filter(|change| change.stream.category() == Operator::CATEGORY);
        found.extend(streams.filter_map(|change| change.stream.key().parse::<AccountId>().ok()));
    }
    let operators = Repository::<Operator>::new(stores.core(), 1);
    for account in found {
        let operator = operators.load(&operators.stream(account)).await?.state;
        if !operator.roles.is_empty() {
            print(&format!("{account}  {}", names(&operator.roles)));
        }
    }
    Ok(())
}

fn names(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
}
