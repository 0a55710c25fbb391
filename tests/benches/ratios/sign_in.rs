//! Password sign-ins over HTTP, against the bare hash that each of them cannot do without.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

use serde_json::{Value, json};

use crate::argon2id::{argon2id, password, salt};
use crate::engine::folder;
use crate::http::{Connection, post};
use crate::measure::{Goal, Line, alternate, median, milliseconds, per_second};
use crate::people::{PASSWORD, email};
use crate::site::Site;

const CLIENTS: usize = 16;
const ROUNDS: usize = 5;

/// A person at a device that is kept from one sign-in to the next.
pub(crate) struct Person {
    connection: Connection,
    email: String,
    device_token: Value,
}

impl Person {
    /// The `n`-th.
    pub(crate) fn at(address: SocketAddr, n: usize) -> Self {
        Self { connection: Connection::open(address), email: email(n), device_token: Value::Null }
    }

    /// Signs in; answers with the session's token.
    pub(crate) fn sign_in(&mut self) -> String {
        let body = json!({
            "identifier": self.email,
            "password": PASSWORD,
            "device_token": self.device_token,
        });
        let answer = self.connection.exchange(&post("/v1/sign-in", None, &body));
        let body: Value = serde_json::from_slice(answer.body).unwrap();
        assert_eq!((answer.status, body["status"].as_str()), (200, Some("signed_in")), "{body}");
        self.device_token = body["session"]["device"]["token"].clone();
        body["session"]["token"].as_str().unwrap().to_owned()
    }
}

/// One client: what a sign-in takes beyond the hash.
pub(crate) fn one_client() -> Vec<Line> {
    const SAMPLES: usize = 40;
    let folder = folder();
    let site = Site::start(folder.path(), 1, 0);
    let mut person = Person::at(site.address, 0);
    let argon2id = argon2id();
    let mut sign_in = || sampled(SAMPLES, |_| drop(person.sign_in()));
    let mut hash = || sampled(SAMPLES, |n| drop(argon2id.hash(&password(), salt(n)).unwrap()));
    sign_in();
    let measured = alternate(ROUNDS, [&mut sign_in, &mut hash]);
    let name = "sign_in_1_client (median ms; reference: bare hash; ratio column: difference in ms)";
    vec![Line::difference(name, measured, Goal::AtMost(3.0))]
}

/// Median time in milliseconds.
fn sampled(samples: usize, mut work: impl FnMut(usize)) -> f64 {
    let times: Vec<_> = (0..samples).map(|n| milliseconds(|| work(n))).collect();
    median(&times)
}

/// Sixteen clients: how much of what the cores can hash becomes sign-ins. The clients run on the same cores.
pub(crate) fn sixteen_clients() -> Vec<Line> {
    const SIGN_INS: usize = 480;
    let folder = folder();
    let site = Site::start(folder.path(), CLIENTS, 0);
    let people: Vec<_> = (0..CLIENTS).map(|n| Mutex::new(Person::at(site.address, n))).collect();
    let argon2id = argon2id();
    let cores = available_parallelism().unwrap().get();
    let mut sign_in = || {
        per_second(SIGN_INS, || {
            shared_out(SIGN_INS, CLIENTS, |client, _| drop(people[client].lock().unwrap().sign_in()));
        })
    };
    let mut hash = || {
        per_second(SIGN_INS, || {
            shared_out(SIGN_INS, cores, |_, n| drop(argon2id.hash(&password(), salt(n)).unwrap()));
        })
    };
    sign_in();
    let measured = alternate(ROUNDS, [&mut sign_in, &mut hash]);
    vec![Line::ratio("sign_in_16_clients (sign-ins/s; reference: hashes/s)", measured, Goal::AtLeast(0.95))]
}

/// Does `count` pieces of work on `threads` threads, each of which takes the next piece when it is done with one.
fn shared_out(count: usize, threads: usize, work: impl Fn(usize, usize) + Sync) {
    let next = AtomicUsize::new(0);
    let (next, work) = (&next, &work);
    scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= count {
                        return;
                    }
                    work(thread, n);
                }
            });
        }
    });
}
