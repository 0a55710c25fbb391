//! Two operators for as long as a run takes.

use super::SimulateError;
use super::client::Stop;
use super::life::{Life, Session, World};
use super::people::Person;
use super::rng::Rng;
use super::support::Staff;
use crate::commands::appoint;
use crate::config::Config;
use crate::stores::Stores;
use std::collections::BTreeSet;
use std::sync::Arc;
use watchbook_domain::operator::Role;
use watchbook_eventlog::fresh;

/// Registers two people, with an app each, and makes operators of them by the stores that `config` names. Nobody can
/// guess who they are and what they know: unlike the others, they do not follow from the seed.
pub(super) async fn hire(world: &Arc<World>, config: &Config) -> Result<(), SimulateError> {
    let seed = u64::from_le_bytes(fresh::bytes());
    let one = operator(world, config, seed, 1).await?;
    let two = operator(world, config, seed, 2).await?;
    // Nobody else sets it.
    let _ = world.staff.set(Staff { one, two });
    Ok(())
}

async fn operator(
    world: &Arc<World>,
    config: &Config,
    seed: u64,
    number: usize,
) -> Result<Session, SimulateError> {
    let mut life = Life::new(world.clone(), Person::of(seed, number));
    let rng = &mut Rng::of(seed, 5, number as u64);
    let hired = async {
        life.register(rng).await?;
        life.enrol_app(rng).await?;
        life.sign_in(rng).await
    };
    let session = hired.await.map_err(|stop| match stop {
        Stop::Unexpected(what) => SimulateError::Staff(what.into()),
        Stop::Aside(why) => SimulateError::Staff(why.into()),
    })?;
    let roles = [Role::Support, Role::Administrator].into();
    appoint_by(config, &session.account, &roles).await?;
    Ok(session)
}

/// Takes their authority away again.
pub(super) async fn dismiss(world: &World, config: &Config) -> Result<(), SimulateError> {
    let Some(staff) = world.staff.get() else { return Ok(()) };
    for operator in [&staff.one, &staff.two] {
        appoint_by(config, &operator.account, &BTreeSet::new()).await?;
    }
    Ok(())
}

/// On this machine, as `watchbook operators appoint` does.
async fn appoint_by(config: &Config, account: &str, roles: &BTreeSet<Role>) -> Result<(), SimulateError> {
    let stores = Stores::open(config, false).await.map_err(|error| SimulateError::Staff(error.into()))?;
    let done = appoint(&stores, account, roles).await;
    stores.close().await;
    done.map(drop).map_err(SimulateError::Staff)
}
