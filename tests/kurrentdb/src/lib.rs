//! A stand-in for KurrentDB: an in-process server for tests, and for nothing else. It is never shipped.
//!
//! It speaks as much of the published `event_store.client` protocol as the official Rust client uses on behalf of
//! the event log: appends with an expected revision, reads of streams and of `$all` in both directions,
//! subscriptions to `$all` with filters and checkpoints, gossip and server features. Where the real server is
//! strict the stand-in is too: a position must be one that it gave out, a read begins *at* a position and a
//! subscription *after* it, and only the leader serves requests that ask for it. It stores in memory.
//!
//! What it cannot show: durability, elections that take time, scavenging, limits of size.

#![expect(
    clippy::unwrap_used,
    reason = "this is a test fixture: a broken fixture ends the test that uses it"
)]

mod convert;
mod log;
mod node;
mod service;
mod wire;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

pub use log::Record;
use node::Node;

/// What befalls an append, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// All connections are cut, nothing is written.
    CutBeforeWrite,
    /// It is written, then all connections are cut instead of an answer.
    CutAfterWrite,
    /// It is written, but the answer never comes; the connection stays.
    SwallowAnswer,
    /// All connections are cut; it is written this many milliseconds later.
    WriteLate(u64),
    /// The node answers that it is not the leader and names the one that is, although it is that one itself.
    NotLeader,
    /// This node becomes the leader before anything is written.
    ElectBeforeWrite(usize),
    /// It is written, this node becomes the leader, and all connections are cut.
    ElectAfterWrite(usize),
    /// The server fails at it without writing.
    ServerError,
}

/// Everything the nodes of a cluster have in common.
pub(crate) struct Shared {
    pub(crate) log: Mutex<log::Log>,
    /// Number of records, for live subscriptions.
    pub(crate) length: watch::Sender<usize>,
    pub(crate) leader: AtomicUsize,
    pub(crate) faults: Mutex<VecDeque<Fault>>,
    pub(crate) deny: AtomicBool,
    pub(crate) authorization: Mutex<Option<String>>,
    pub(crate) appends: AtomicU64,
    pub(crate) nodes: Mutex<Vec<Arc<Node>>>,
}

impl Shared {
    pub(crate) fn cut(&self) {
        self.nodes.lock().unwrap().iter().for_each(|node| node.cut());
    }

    pub(crate) fn write(
        &self,
        stream: &str,
        expected: log::Expected,
        events: Vec<log::Proposed>,
    ) -> log::Outcome {
        let mut log = self.log.lock().unwrap();
        let outcome = log.append(stream, expected, events);
        self.length.send_replace(log.len());
        outcome
    }
}

/// A server, or a cluster of them with one log. Ends when dropped.
pub struct StandIn {
    shared: Arc<Shared>,
    nodes: Vec<Arc<Node>>,
    certificate: Option<String>,
}

impl std::fmt::Debug for StandIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StandIn").field("nodes", &self.nodes.len()).finish_non_exhaustive()
    }
}

impl StandIn {
    /// One node.
    pub async fn start() -> Self {
        Self::cluster(1).await
    }

    /// That many nodes; the first is the leader.
    pub async fn cluster(nodes: usize) -> Self {
        Self::start_nodes(nodes, None).await
    }

    /// One node that speaks TLS.
    pub async fn start_with_tls() -> Self {
        Self::start_nodes(1, Some(node::certified())).await
    }

    async fn start_nodes(nodes: usize, tls: Option<(String, tokio_rustls::TlsAcceptor)>) -> Self {
        let (certificate, tls) = tls.unzip();
        let log = log::Log::new();
        let shared = Arc::new(Shared {
            length: watch::Sender::new(log.len()),
            log: Mutex::new(log),
            leader: AtomicUsize::new(0),
            faults: Mutex::default(),
            deny: AtomicBool::new(false),
            authorization: Mutex::default(),
            appends: AtomicU64::new(0),
            nodes: Mutex::default(),
        });
        let mut started = Vec::new();
        for index in 0..nodes {
            started.push(Node::start(index, shared.clone(), tls.clone()).await);
        }
        shared.nodes.lock().unwrap().clone_from(&started);
        Self { shared, nodes: started, certificate }
    }

    /// The connection string, all nodes named.
    pub fn url(&self) -> String {
        let hosts: Vec<_> = self.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port())).collect();
        let tls = self.certificate.is_some();
        format!("kurrentdb://admin:changeit@{}?tls={tls}&discoveryInterval=10", hosts.join(","))
    }

    /// The certificate in PEM form, if it speaks TLS.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// What befalls the next appends, in this order.
    pub fn befall(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared.faults.lock().unwrap().extend(faults);
    }

    /// Makes a node the leader; connections stay.
    pub fn elect(&self, node: usize) {
        self.shared.leader.store(node, Ordering::SeqCst);
    }

    /// Cuts all connections; new ones are welcome.
    pub fn cut(&self) {
        self.shared.cut();
    }

    /// Cuts all connections and refuses new ones.
    pub fn refuse(&self) {
        self.nodes.iter().for_each(|node| node.refuse());
    }

    /// The same for one node.
    pub fn refuse_at(&self, node: usize) {
        self.nodes[node].refuse();
    }

    /// Takes connections again.
    pub async fn accept(&self) {
        for node in &self.nodes {
            node.accept(false).await;
        }
    }

    /// Cuts all connections and takes new ones without ever saying anything.
    pub async fn fall_silent(&self) {
        self.refuse();
        for node in &self.nodes {
            node.accept(true).await;
        }
    }

    /// Whether requests are refused for want of rights.
    pub fn deny(&self, deny: bool) {
        self.shared.deny.store(deny, Ordering::SeqCst);
    }

    /// The `authorization` header of the last request that had one.
    pub fn authorization(&self) -> Option<String> {
        self.shared.authorization.lock().unwrap().clone()
    }

    /// How many appends have been asked for.
    pub fn appends(&self) -> u64 {
        self.shared.appends.load(Ordering::SeqCst)
    }

    /// What is in the log, the server's own records and those of others included.
    pub fn records(&self) -> Vec<Arc<Record>> {
        self.shared.log.lock().unwrap().records().to_vec()
    }

    /// Writes `n` events of another application.
    pub fn write_foreign(&self, stream: &str, n: usize) {
        let event = || log::Proposed { event_type: "foreign".into(), ..log::Proposed::default() };
        self.shared.write(stream, log::Expected::Any, (0..n).map(|_| event()).collect());
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.nodes.iter().for_each(|node| node.stop());
        self.shared.nodes.lock().unwrap().clear();
    }
}
