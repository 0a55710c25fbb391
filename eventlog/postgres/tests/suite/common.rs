//! Writers that never give up, and the check of what they leave behind.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use watchbook_domain::EventId;
use watchbook_eventlog::{EventLog, LogError, Position, RecordedEvent, StreamId, Version};
use watchbook_eventlog_conformance::kit::{all_after, fresh_events, stream};
use watchbook_eventlog_postgres::{Options, PostgresLog};
use watchbook_test_postgres::Server;

pub const BATCH: usize = 3;
pub const WRITERS: usize = 32;

/// Short of patience, so that tests need not be long.
pub fn hasty() -> Options {
    Options {
        acquire_timeout: Duration::from_secs(1),
        lock_timeout: Duration::from_millis(500),
        statement_timeout: Duration::from_secs(1),
        idle_in_transaction_timeout: Duration::from_millis(400),
        ..Options::default()
    }
}

/// A log in a database of its own.
pub async fn shared() -> Option<(String, Arc<PostgresLog>)> {
    let url = Server::shared()?.database();
    let log = PostgresLog::open(&url, hasty()).await.unwrap();
    Some((url, log))
}

/// A log on a server of its own: started here, so without TLS.
pub async fn own() -> Option<(Server, String, Arc<PostgresLog>)> {
    let server = Server::start()?;
    let url = server.database();
    let log = PostgresLog::open(&url, hasty()).await.unwrap();
    Some((server, url, log))
}

/// What writers were told.
#[derive(Default)]
pub struct Told {
    /// Where each acknowledged batch's last event went.
    pub acknowledged: HashMap<EventId, Position>,
    pub unavailable: usize,
    pub replayed: usize,
}

pub struct Writers {
    tasks: Vec<tokio::task::JoinHandle<Told>>,
    stop: Arc<AtomicBool>,
    /// Batches acknowledged to all of them so far.
    pub count: Arc<AtomicUsize>,
}

impl Writers {
    /// Each has a stream of its own, on the nodes in turn, and sends the same command again for as long as the answer is
    /// `Unavailable`, as callers may. Any other error breaks a promise: nobody else writes to its stream.
    pub fn start(nodes: &[Arc<PostgresLog>]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let count = Arc::new(AtomicUsize::new(0));
        let tasks = (0..WRITERS)
            .map(|writer| {
                let (log, stop, count) = (nodes[writer % nodes.len()].clone(), stop.clone(), count.clone());
                tokio::spawn(async move { write(&log, &stream(), &stop, &count).await })
            })
            .collect();
        Self { tasks, stop, count }
    }

    /// Waits until `n` more batches are acknowledged.
    pub async fn more(&self, n: usize) {
        let due = self.count.load(Ordering::SeqCst) + n;
        let waiting = async {
            while self.count.load(Ordering::SeqCst) < due {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("writers go on by themselves");
    }

    pub async fn stop(self) -> Told {
        self.stop.store(true, Ordering::SeqCst);
        let mut all = Told::default();
        for task in self.tasks {
            let told = task.await.unwrap();
            all.acknowledged.extend(told.acknowledged);
            all.unavailable += told.unavailable;
            all.replayed += told.replayed;
        }
        all
    }
}

async fn write(log: &PostgresLog, stream: &StreamId, stop: &AtomicBool, count: &AtomicUsize) -> Told {
    let mut told = Told::default();
    let mut version = Version::NONE;
    while !stop.load(Ordering::SeqCst) {
        let events = fresh_events(BATCH);
        let appended = loop {
            match log.append(stream, version.expected(), events.clone()).await {
                Ok(appended) => break appended,
                Err(LogError::Unavailable(_)) => {
                    told.unavailable += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(other) => panic!("{other}"),
            }
        };
        assert_eq!(appended.version, version.plus(BATCH as u64), "the batch was appended once");
        version = appended.version;
        told.replayed += usize::from(appended.replayed);
        told.acknowledged.insert(events[BATCH - 1].event_id, appended.position);
        count.fetch_add(1, Ordering::SeqCst);
    }
    told
}

/// Nothing acknowledged is lost, nothing is there twice or by halves.
pub async fn check(log: &PostgresLog, told: &Told) -> Vec<RecordedEvent> {
    let events = all_after(log, Position::START, 1000).await;
    assert!(events.iter().zip(1..).all(|(event, due)| event.position == Position(due)), "no hole");
    let places: HashMap<_, _> = events.iter().map(|event| (event.event.event_id, event.position)).collect();
    assert_eq!(places.len(), events.len(), "nothing is there twice");
    for (id, position) in &told.acknowledged {
        assert_eq!(places.get(id), Some(position), "what was acknowledged is where it was said to be");
    }
    let mut batches: HashMap<_, usize> = HashMap::new();
    for event in &events {
        *batches.entry(event.event.correlation_id).or_default() += 1;
    }
    assert!(batches.values().all(|size| *size == BATCH), "batches are whole");
    assert_eq!(log.integrity_check().await.unwrap().problems, []);
    events
}

/// Follows the log from its start, through anything, until told to stop and at its end.
pub fn follow(log: Arc<PostgresLog>, until: Arc<AtomicUsize>) -> tokio::task::JoinHandle<Vec<RecordedEvent>> {
    tokio::spawn(async move {
        let mut seen: Vec<RecordedEvent> = Vec::new();
        while seen.len() < until.load(Ordering::SeqCst) {
            let cursor = seen.last().map_or(Position::START, |event| event.position);
            match log.read_all(cursor, 113).await {
                Ok(page) if page.is_empty() => log.wait(cursor, Duration::from_millis(100)).await,
                Ok(page) => seen.extend(page),
                Err(LogError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
                Err(other) => panic!("{other}"),
            }
        }
        let ids: HashSet<_> = seen.iter().map(|event| event.event.event_id).collect();
        assert_eq!(ids.len(), seen.len(), "each event once");
        seen
    })
}
