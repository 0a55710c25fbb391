//! Signing in to an account with 100,000 attempts behind it, against a fresh account on the same server.

use std::path::Path;

use crate::engine::folder;
use crate::measure::{Goal, Line, median, milliseconds};
use crate::sign_in::Person;
use crate::site::Site;

const ATTEMPTS: usize = 100_000;
/// Each starts the server anew.
const COLD_ROUNDS: usize = 8;
const WARM_ROUNDS: usize = 40;

/// The long one, the fresh one, and one to warm up all but the accounts.
const PEOPLE: usize = 3;

pub(crate) fn measure() -> Vec<Line> {
    let folder = folder();
    // The first start writes the history and lets the workers catch up with it.
    drop(Site::start(folder.path(), PEOPLE, ATTEMPTS));
    let cold = cold(folder.path());
    let warm = warm(folder.path());
    vec![
        Line::ratio("long_history_sign_in_cold (ms; reference: fresh account)", cold, Goal::AtMost(1.2)),
        Line::ratio("long_history_sign_in_warm (ms; reference: fresh account)", warm, Goal::AtMost(1.2)),
    ]
}

/// After a start, so that neither account is in memory.
fn cold(folder: &Path) -> [f64; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..COLD_ROUNDS {
        let site = Site::start(folder, PEOPLE, ATTEMPTS);
        let mut other = Person::at(site.address, 2);
        (0..8).for_each(|_| drop(other.sign_in()));
        for turn in 0..2 {
            let which = (round + turn) % 2;
            let mut person = Person::at(site.address, which);
            times[which].push(milliseconds(|| drop(person.sign_in())));
        }
    }
    times.map(|times| median(&times))
}

fn warm(folder: &Path) -> [f64; 2] {
    let site = Site::start(folder, PEOPLE, ATTEMPTS);
    let mut people = [0, 1].map(|n| Person::at(site.address, n));
    people.iter_mut().for_each(|person| drop(person.sign_in()));
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..WARM_ROUNDS {
        for turn in 0..2 {
            let which = (round + turn) % 2;
            times[which].push(milliseconds(|| drop(people[which].sign_in())));
        }
    }
    times.map(|times| median(&times))
}
