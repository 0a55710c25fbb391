//! The population: who they are, what they hold in their hands and from where they come.

use super::rng::Rng;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const FIRST: [&str; 32] = [
    "ann", "ben", "carla", "david", "elif", "femi", "grace", "hugo", "ines", "jonas", "kateryna", "liam",
    "mei", "nadia", "omar", "priya", "quentin", "rosa", "samuel", "tove", "uma", "victor", "wanda", "xenia",
    "yusuf", "zoe", "aiko", "bram", "chiara", "dario", "eva", "farid",
];

const LAST: [&str; 24] = [
    "adeyemi", "bauer", "costa", "dubois", "eriksen", "fischer", "garcia", "haddad", "ito", "jansen",
    "kowalska", "lindgren", "moreau", "nguyen", "okafor", "patel", "quinn", "rossi", "silva", "tanaka",
    "ueda", "vogel", "wright", "zhang",
];

const WORDS: [&str; 40] = [
    "anchor", "barley", "copper", "dahlia", "ember", "falcon", "garnet", "harbour", "iris", "juniper",
    "kettle", "lantern", "marble", "nutmeg", "orchard", "pebble", "quartz", "ribbon", "saddle", "thistle",
    "umber", "velvet", "willow", "yarrow", "zephyr", "acorn", "bramble", "cinder", "drizzle", "elder",
    "fennel", "glacier", "hazel", "ivory", "jasmine", "lichen", "meadow", "nettle", "osprey", "plover",
];

const AGENTS: [&str; 10] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
];

/// A browser somewhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    /// Its `User-Agent`.
    pub agent: &'static str,
    /// Where it is, sent as `X-Forwarded-For`.
    pub address: IpAddr,
}

/// What guards an account beside its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Nothing.
    Nothing,
    /// An authenticator app and recovery codes.
    App,
    /// A passkey and recovery codes.
    Passkey,
    /// Codes by text message and recovery codes.
    Sms,
}

/// Somebody with an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// From 0.
    pub number: usize,
    /// The address, with the seed in it, so that runs with other seeds have other people.
    pub email: String,
    /// The device of every day.
    pub home: Device,
    /// What the person sets up beside the password.
    pub guard: Guard,
    seed: u64,
}

impl Person {
    /// The `number`th person of the population that `seed` names.
    pub fn of(seed: u64, number: usize) -> Self {
        let mut rng = Rng::of(seed, 1, number as u64);
        let email = format!("{}.{}{number}-s{seed}@people.example", rng.pick(&FIRST), rng.pick(&LAST));
        let home = Device { agent: rng.pick(&AGENTS), address: home_address(&mut rng, seed, number) };
        let guard = match rng.below(100) {
            0..25 => Guard::App,
            25..35 => Guard::Passkey,
            35..45 => Guard::Sms,
            _ => Guard::Nothing,
        };
        Self { number, email, home, guard, seed: rng.next() }
    }

    /// Another address of the person's; `what` tells them apart.
    pub fn address(&self, what: &str) -> String {
        format!("{what}.{}", self.email)
    }

    /// A number that nobody has: 555-0100 to 555-0199 are for fiction in every area of North America (ATIS-0300115).
    /// Nobody else of this run has it, as long as there are not more than 80,000.
    pub fn phone(&self, seed: u64) -> String {
        let first = Rng::of(seed, 4, 0).below(80_000);
        let index = (first + self.number) % 80_000;
        format!("+1{}55501{:02}", 200 + index / 100, index % 100)
    }

    /// A device at home, in a network that can be told from others.
    pub fn in_own_network(&self, rng: &mut Rng) -> Device {
        Device { agent: self.home.agent, address: network(self.number % 128, rng) }
    }

    /// The password that the person has after changing it `version` times: at least 15 characters.
    pub fn password(&self, version: u32) -> String {
        let mut rng = Rng::of(self.seed, 2, u64::from(version));
        let words: Vec<&str> = (0..4).map(|_| rng.pick(&WORDS)).collect();
        format!("{} {}", words.join(" "), 100 + rng.below(900))
    }
}

/// A device in a network where nobody is at home: one of 128.
pub fn in_network(number: usize, rng: &mut Rng) -> Device {
    Device { agent: rng.pick(&AGENTS), address: network(128 + number % 128, rng) }
}

/// 6to4 addresses (RFC 3056) of private ones: somebody's in form, since networks for documentation tell the server
/// nothing, and nobody's in fact.
fn network(number: usize, rng: &mut Rng) -> IpAddr {
    let bits = rng.next();
    let private = 0x0a00 | (number as u16 & 0xff);
    Ipv6Addr::new(0x2002, private, (bits >> 32) as u16, (bits >> 16) as u16, 0, 0, 0, bits as u16).into()
}

/// A device of another place than home.
pub fn elsewhere(rng: &mut Rng) -> Device {
    let bits = rng.next();
    let address =
        Ipv6Addr::new(0x2001, 0xdb8, 0x8000 | (bits >> 32) as u16, (bits >> 16) as u16, 0, 0, 0, bits as u16);
    Device { agent: rng.pick(&AGENTS), address: address.into() }
}

/// One machine of an attacker's.
pub fn hostile(rng: &mut Rng) -> Device {
    let bits = rng.next();
    Device { agent: rng.pick(&AGENTS), address: Ipv4Addr::new(198, 19, (bits >> 8) as u8, bits as u8).into() }
}

/// What an attacker tries: a password that people have, though nobody here.
pub fn leaked_password(rng: &mut Rng) -> String {
    format!("{}{}{}!", rng.pick(&WORDS), rng.pick(&FIRST), 1950 + rng.below(80))
}

/// An address that nobody has here.
pub fn stranger(rng: &mut Rng) -> String {
    format!("{}.{}{}@strangers.example", rng.pick(&FIRST), rng.pick(&LAST), rng.below(1_000_000_000))
}

/// Of the ranges for documentation and benchmarks (RFC 5737, RFC 3849, RFC 2544). Most people have an
/// address to themselves, so that nobody honest meets the limits of a source.
fn home_address(rng: &mut Rng, seed: u64, number: usize) -> IpAddr {
    let bits = rng.next();
    let last = (1 + bits % 254) as u8;
    match (bits >> 8) % 20 {
        0 => Ipv4Addr::new(198, 51, 100, last).into(),
        1 => Ipv4Addr::new(203, 0, 113, last).into(),
        2 => Ipv4Addr::new(192, 0, 2, last).into(),
        3..=11 => Ipv4Addr::new(198, 18, (number >> 8) as u8, number as u8).into(),
        _ => {
            let site = (Rng::new(seed).next() as u16) & 0x7fff;
            Ipv6Addr::new(0x2001, 0xdb8, site, number as u16, 0, 0, 0, bits as u16).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_seed_names_one_population() {
        for number in 0..50 {
            assert!(Person::of(7, number) == Person::of(7, number));
        }
        let emails = |seed| (0..300).map(|number| Person::of(seed, number).email).collect::<BTreeSet<_>>();
        assert_eq!(emails(1).len(), 300);
        assert!(emails(1).is_disjoint(&emails(2)));
    }

    #[test]
    fn passwords_are_long_enough_and_change() {
        let person = Person::of(1, 1);
        assert!((0..20).all(|version| person.password(version).len() >= 15));
        assert_ne!(person.password(0), person.password(1));
        assert_ne!(person.password(0), Person::of(1, 2).password(0));
    }

    #[test]
    fn nobody_shares_a_number() {
        let numbers = (0..3_000).map(|number| Person::of(9, number).phone(9));
        assert_eq!(numbers.collect::<BTreeSet<_>>().len(), 3_000);
        assert!(Person::of(9, 1).phone(9).len() == 12);
    }

    #[test]
    fn own_and_foreign_networks_differ_in_their_first_bits() {
        let mut rng = Rng::new(1);
        for number in 0..300 {
            let own = Person::of(1, number).in_own_network(&mut rng).address;
            let foreign = in_network(number, &mut rng).address;
            let (IpAddr::V6(own), IpAddr::V6(foreign)) = (own, foreign) else { panic!("both are IPv6") };
            assert_ne!(own.segments()[..2], foreign.segments()[..2]);
        }
    }

    #[test]
    fn hardly_anybody_shares_an_address() {
        let addresses: BTreeSet<_> = (0..1_000).map(|number| Person::of(1, number).home.address).collect();
        assert!(addresses.len() > 900, "{}", addresses.len());
    }
}
