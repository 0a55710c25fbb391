//! Attackers, put among the people: each knows the password of one account.

use crate::population::{Kind, Population, Row, is_awake};
use crate::rng::Rng;
use crate::world::{self, Context};
use std::collections::HashSet;

/// What an attacker knows and has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Model {
    /// Comes as they are: with the whole context of another user.
    Naive,
    /// Comes with another user's context from the victim's country.
    Vpn,
    /// Comes from the victim's network with the victim's user agent, and a new address.
    Targeted,
    /// Has found the password in a campaign: comes in the midst of it, from its address.
    Campaign,
    /// As naive, on an account that has never signed in.
    NoHistory,
}

impl Model {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Naive, Self::Vpn, Self::Targeted, Self::Campaign, Self::NoHistory];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Naive => "naive",
            Self::Vpn => "VPN",
            Self::Targeted => "targeted",
            Self::Campaign => "campaign",
            Self::NoHistory => "no history",
        }
    }
}

/// From when on an attacker comes after a genuine sign-in, and until when, in seconds.
const AFTER: (i64, i64) = (2 * 3_600, 72 * 3_600);

/// The population with up to `count` takeovers of one model among it, at most one a user.
pub fn inject(population: &Population, model: Model, count: usize) -> Population {
    let rng = &mut Rng::new(population.size.seed ^ 0x5eed_0000 ^ model as u64);
    let rows = &population.rows;
    let of = |kind| (0..rows.len()).filter(move |at| rows[*at].kind == kind).collect::<Vec<_>>();
    let (successes, tries) = (of(Kind::Success), of(Kind::AttackUnknown));
    let mut first = vec![i64::MAX; population.size.users as usize];
    for row in successes.iter().map(|at| rows[*at]) {
        let first = &mut first[row.user as usize];
        *first = row.at.min(*first);
    }
    let mut at_home = vec![Vec::new(); 1 + usize::from(u8::MAX)];
    for at in &successes {
        at_home[usize::from(rows[*at].context.country)].push(*at);
    }
    let (mut taken, mut injected) = (HashSet::new(), Vec::new());
    let victims = count.min(successes.len() / 4);
    for _ in 0..victims * 50 {
        if injected.len() == victims || tries.is_empty() {
            break;
        }
        let genuine = rows[successes[rng.index(successes.len())]];
        // For VPN, somebody of the victim's country, chosen after the victim: no country is likelier than it is.
        let of_country = &at_home[usize::from(genuine.context.country)];
        let others = if model == Model::Vpn { of_country } else { &successes };
        let other = rows[others[rng.index(others.len())]];
        let (at, context) = match model {
            Model::Naive | Model::Vpn => (after(genuine, rng), other.context),
            Model::Targeted => {
                let context = Context { address: world::address(rng), ..genuine.context };
                (after(genuine, rng), context)
            }
            Model::Campaign => {
                let attack = rows[tries[rng.index(tries.len())]];
                (attack.at, attack.context)
            }
            Model::NoHistory => {
                let from = first[genuine.user as usize] - AFTER.1;
                (awake(from, AFTER.1 - AFTER.0, genuine.context.country, rng), other.context)
            }
        };
        let fits = match model {
            Model::NoHistory => at > 0,
            _ => first[genuine.user as usize] < at,
        };
        let stranger = matches!(model, Model::Targeted) || other.user != genuine.user;
        if fits && stranger && taken.insert(genuine.user) {
            injected.push(Row { at, user: genuine.user, kind: Kind::Takeover, context });
        }
    }
    let mut rows = rows.clone();
    rows.extend(injected);
    rows.sort_by_key(|row| row.at);
    Population { size: population.size, rows }
}

/// Some time later.
fn after(genuine: Row, rng: &mut Rng) -> i64 {
    awake(genuine.at + AFTER.0, AFTER.1 - AFTER.0, genuine.context.country, rng)
}

/// Within so many seconds, when people are awake: otherwise the hour would tell.
fn awake(from: i64, seconds: i64, country: u8, rng: &mut Rng) -> i64 {
    loop {
        let at = from + rng.below(seconds.unsigned_abs()) as i64;
        if is_awake(at, country, rng) {
            return at;
        }
    }
}
