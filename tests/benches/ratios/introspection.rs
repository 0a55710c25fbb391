//! Introspection of sessions over HTTP, against an empty axum handler in the same process, asked the same.

use std::net::SocketAddr;

use serde_json::json;

use crate::engine::folder;
use crate::http::{Connection, post};
use crate::measure::{Goal, Line, alternate, per_second};
use crate::sign_in::Person;
use crate::site::Site;

const CLIENTS: usize = 16;
const REQUESTS: usize = 2_000 * CLIENTS;

pub(crate) fn measure() -> Vec<Line> {
    let folder = folder();
    let site = Site::start(folder.path(), CLIENTS, 0);
    let tokens: Vec<_> = (0..CLIENTS).map(|n| Person::at(site.address, n).sign_in()).collect();
    let asked = |path: &str| -> Vec<_> {
        let key = Some(site.service_key.as_str());
        tokens.iter().map(|token| post(path, key, &json!({ "token": token }))).collect()
    };
    let mut introspecting =
        Clients::new(site.address, asked("/v1/sessions/introspect"), br#"{"active":true"#);
    let mut asking_nothing = Clients::new(site.empty, asked("/"), b"ok");
    let mut introspect = || introspecting.requests_per_second();
    let mut ask_nothing = || asking_nothing.requests_per_second();
    introspect();
    ask_nothing();
    let measured = alternate(7, [&mut introspect, &mut ask_nothing]);
    vec![Line::ratio("introspection (requests/s on 16 connections)", measured, Goal::AtLeast(0.5))]
}

/// One thread that keeps a request under way on each of its connections.
struct Clients {
    connections: Vec<Connection>,
    requests: Vec<Vec<u8>>,
    expected: &'static [u8],
}

impl Clients {
    fn new(address: SocketAddr, requests: Vec<Vec<u8>>, expected: &'static [u8]) -> Self {
        let connections = requests.iter().map(|_| Connection::open(address)).collect();
        Self { connections, requests, expected }
    }

    fn requests_per_second(&mut self) -> f64 {
        per_second(REQUESTS, || {
            for (connection, request) in self.connections.iter_mut().zip(&self.requests) {
                connection.send(request);
            }
            for turn in 1..=REQUESTS / CLIENTS {
                for (connection, request) in self.connections.iter_mut().zip(&self.requests) {
                    let answer = connection.receive();
                    assert_eq!(answer.status, 200);
                    assert!(answer.body.starts_with(self.expected), "another answer than expected");
                    if turn < REQUESTS / CLIENTS {
                        connection.send(request);
                    }
                }
            }
        })
    }
}
