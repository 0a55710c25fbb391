//! The people and what they do. Proportions are those of the RBA data set (Wiefling et al., "Pump Up Password
//! Security!", 2022): 31.3 million rows of 4.3 million users in 13 months.

use crate::rng::Rng;
use crate::world::{self, Context};
use uuid::Uuid;
use watchbook_domain::detection::{Device, Happening, Observation, Target};
use watchbook_domain::{AccountId, Timestamp};

/// How large, how long, which.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// People.
    pub users: u32,
    /// Days, 395 in the data set.
    pub days: u32,
    /// The same gives the same.
    pub seed: u64,
}

/// What happens in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The user signs in.
    Success,
    /// The user types a wrong password, or a machine does so for them.
    Failure,
    /// Somebody uses an identifier that nobody has.
    Unknown,
    /// A campaign tries a wrong password.
    AttackFailure,
    /// A campaign tries an identifier that nobody has.
    AttackUnknown,
    /// An attacker is in.
    Takeover,
}

/// One sign-in.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Seconds since the beginning.
    pub at: i64,
    /// Whose; of unknown identifiers, which.
    pub user: u32,
    /// What.
    pub kind: Kind,
    /// From where and with what.
    pub context: Context,
}

/// 2024-01-01, when it all begins.
const BEGINNING: i64 = 1_704_067_200;

impl Row {
    /// As detectors see it.
    pub fn observation(&self, position: u64) -> Observation {
        let id = Uuid::from_u128(u128::from(self.user) + 1);
        let (target, what) = match self.kind {
            Kind::Success | Kind::Takeover => {
                (Target::Account(AccountId(id)), Happening::SignedIn { factor: None })
            }
            Kind::Failure | Kind::AttackFailure => {
                (Target::Account(AccountId(id)), Happening::PasswordRejected)
            }
            Kind::Unknown | Kind::AttackUnknown => (Target::Unknown(id), Happening::PasswordRejected),
        };
        Observation {
            position,
            at: Timestamp::from_micros((BEGINNING + self.at) * 1_000_000),
            target,
            what,
            source: self.context.source(),
            agent: self.context.agent_at(self.at.div_euclid(86_400)),
            device: Device::Unrecorded,
            session: None,
            attempt: None,
        }
    }
}

/// Sign-ins of a user by quantile: 40 % have one, the median is 2, the 90th percentile 9, the 99th 28.
const SIGN_INS: [(f64, f64); 6] =
    [(0.4, 2.0), (0.5, 2.0), (0.9, 9.0), (0.99, 28.0), (0.9999, 200.0), (1.0, 400.0)];

#[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "between 1 and 400")]
fn sign_ins(rng: &mut Rng) -> usize {
    let share = rng.share();
    for [(from, low), (to, high)] in SIGN_INS.windows(2).filter_map(|pair| pair.first_chunk::<2>()).copied() {
        if share < from {
            break;
        }
        if share < to {
            let along = (share - from) / (to - from);
            return (low.ln() + along * (high.ln() - low.ln())).exp().round().max(1.0) as usize;
        }
    }
    1
}

/// Whether a known user comes from another network or country, from another address of theirs, with another device.
const ROAMS: f64 = 0.035;
const MOVES: f64 = 0.38;
const CHANGES: f64 = 0.03;
/// Of users at home, those behind an address that 10 to 99 share; and such addresses for each user.
const SHARES: f64 = 0.25;
const SHARED: f64 = 49.0 / 4_300.0;
/// Wrong passwords before a success, and uses of identifiers that nobody has, for each success.
const FAILS: f64 = 0.195;
const UNKNOWN: f64 = 0.853;
/// Of all rows: those of one client that tries again and again; those of campaigns; tries of each of their addresses; and
/// of these, those on identifiers that somebody has.
const RETRIES: f64 = 70_000.0 / 31_300_000.0;
const CAMPAIGNS: f64 = 0.099;
const TRIES: u64 = 37;
const EXISTING: f64 = 0.15;

/// Everybody and everything they do, in order of time.
#[derive(Clone, Debug)]
pub struct Population {
    /// How large.
    pub size: Size,
    /// What happens.
    pub rows: Vec<Row>,
}

/// When in the day people are awake: 70 to 80 a minute by day, 15 to 20 by night.
pub(crate) fn is_awake(at: i64, country: u8, rng: &mut Rng) -> bool {
    let hour = (at / 3_600 + world::offset_hours(country)).rem_euclid(24);
    (8..24).contains(&hour) || rng.happens(17.5 / 75.0)
}

fn moment(days: u32, country: u8, rng: &mut Rng) -> i64 {
    loop {
        let at = rng.below(u64::from(days) * 86_400) as i64;
        if is_awake(at, country, rng) {
            return at;
        }
    }
}

struct Person {
    home: Context,
    devices: Vec<(u8, u16)>,
}

impl Person {
    fn new(shared: &[Context], rng: &mut Rng) -> Self {
        let device = world::agent(rng);
        let (country, city, network) = (world::country(rng), world::city(rng), world::network(rng));
        let home = match rng.happens(SHARES) {
            true => shared[rng.index(shared.len())],
            false => Context { country, city, network, address: world::address(rng), agent: 0, model: 0 },
        };
        let mut devices = vec![device];
        if rng.happens(0.3) {
            devices.push(world::agent(rng));
        }
        Self { home, devices }
    }

    fn context(&mut self, first: bool, rng: &mut Rng) -> Context {
        if !first && rng.happens(CHANGES) {
            self.devices.push(world::agent(rng));
        }
        // The latest is used most.
        let device = self.devices.len() - 1 - rng.skewed(self.devices.len());
        let (agent, model) = self.devices[device];
        let mut here = self.home;
        if !first && rng.happens(ROAMS) {
            if rng.happens(0.4) {
                here.country = world::country(rng);
                here.city = world::city(rng);
            }
            here.network = world::network(rng);
            here.address = world::address(rng);
        } else if !first && rng.happens(MOVES) {
            self.home.address = world::address(rng);
            here = self.home;
        }
        Context { agent, model, ..here }
    }
}

impl Population {
    /// Makes everybody.
    #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "a small share of the users")]
    pub fn new(size: Size) -> Self {
        let mut rng = Rng::new(size.seed);
        let shared = (f64::from(size.users) * SHARED).ceil().max(1.0) as usize;
        let shared: Vec<_> = (0..shared)
            .map(|_| Context {
                country: world::country(&mut rng),
                city: world::city(&mut rng),
                network: world::network(&mut rng),
                address: world::address(&mut rng),
                agent: 0,
                model: 0,
            })
            .collect();
        let mut rows = Vec::new();
        for user in 0..size.users {
            let mut person = Person::new(&shared, &mut rng);
            let count = sign_ins(&mut rng);
            let mut times: Vec<_> =
                (0..count).map(|_| moment(size.days, person.home.country, &mut rng)).collect();
            times.sort_unstable();
            for (n, at) in times.into_iter().enumerate() {
                let context = person.context(n == 0, &mut rng);
                let mut before = at;
                while rng.happens(FAILS) {
                    before -= 5 + rng.below(40) as i64;
                    rows.push(Row { at: before, user, kind: Kind::Failure, context });
                }
                rows.push(Row { at, user, kind: Kind::Success, context });
                if rng.happens(UNKNOWN) {
                    let at = moment(size.days, context.country, &mut rng);
                    rows.push(Row { at, user, kind: Kind::Unknown, context });
                }
            }
        }
        let all = rows.len() as f64 / (1.0 - CAMPAIGNS - RETRIES);
        let retries = (all * RETRIES) as usize;
        if let Some(stubborn) = rows.iter().copied().find(|row| row.kind == Kind::Success) {
            let pause = i64::from(size.days) * 86_400 / (retries as i64 + 1);
            let again = |n: usize| Row { at: n as i64 * pause, kind: Kind::Failure, ..stubborn };
            rows.extend((0..retries).map(again));
        }
        campaigns(size, (all * CAMPAIGNS) as u64 / TRIES, &mut rng, &mut rows);
        rows.sort_by_key(|row| row.at);
        Self { size, rows }
    }
}

/// Each from one address of a data centre, within some minutes.
fn campaigns(size: Size, addresses: u64, rng: &mut Rng, rows: &mut Vec<Row>) {
    for _ in 0..addresses {
        let (agent, model) = world::agent(rng);
        let context = Context {
            country: world::country(rng),
            city: world::city(rng),
            network: world::hosting(rng),
            address: world::address(rng),
            agent,
            model,
        };
        let mut at = rng.below(u64::from(size.days) * 86_400) as i64;
        for _ in 0..TRIES {
            at += rng.below(20) as i64;
            let (user, kind) = match rng.happens(EXISTING) {
                true => (rng.below(u64::from(size.users)) as u32, Kind::AttackFailure),
                false => {
                    (size.users + rng.below(u64::from(u32::MAX - size.users)) as u32, Kind::AttackUnknown)
                }
            };
            rows.push(Row { at, user, kind, context });
        }
    }
}
