//! Many writers, many readers, several processes, callers that go away.

use crate::{Factory, Stores, kit::*};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use watchbook_domain::CommandId;
use watchbook_eventlog::{EventLog, Expected, LogError, Position, RecordedEvent, StreamId, Version};

/// Reads the log as it grows until it has seen `due` events of `streams`, checking each page.
async fn tail(
    log: Arc<dyn EventLog>,
    start: Position,
    streams: Vec<StreamId>,
    due: usize,
) -> Vec<RecordedEvent> {
    let mut cursor = start;
    let mut versions: HashMap<StreamId, Version> = HashMap::new();
    let mut seen = Vec::new();
    while seen.len() < due {
        let page = match log.read_all(cursor, 97).await {
            Ok(page) => page,
            Err(LogError::Unavailable(_)) => continue,
            Err(error) => panic!("{error}"),
        };
        if page.is_empty() {
            log.wait(cursor, Duration::from_millis(20)).await;
        }
        for event in page {
            assert!(event.position > cursor, "positions rise");
            cursor = event.position;
            if streams.contains(&event.stream) {
                let version = versions.entry(event.stream.clone()).or_default();
                assert_eq!(event.version, version.plus(1), "no hole in {}", event.stream);
                *version = event.version;
                seen.push(event);
            }
        }
    }
    seen
}

/// 32 writers on 8 streams through `handles`, each loading again on conflicts, while a reader on each
/// handle tails the log: all see every event once, in one order.
async fn write_and_tail(handles: &[Stores], each: usize) {
    const WRITERS: usize = 32;
    let start = handles[0].log.head().await.unwrap();
    let streams: Vec<StreamId> = (0..8).map(|_| stream()).collect();
    let due = WRITERS * each * 2;
    let readers: Vec<_> = handles
        .iter()
        .map(|handle| tokio::spawn(tail(handle.log.clone(), start, streams.clone(), due)))
        .collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let log = handles[writer % handles.len()].log.clone();
            let stream = streams[writer % streams.len()].clone();
            tokio::spawn(async move {
                let mut places = Vec::new();
                for _ in 0..each {
                    places.push(append_retrying(&*log, &stream, 2).await);
                }
                places
            })
        })
        .collect();
    let mut acknowledged = HashSet::new();
    for writer in writers {
        for appended in writer.await.unwrap() {
            assert!(!appended.replayed);
            assert!(acknowledged.insert(appended.position), "a position is given once");
        }
    }
    assert_eq!(acknowledged.len(), WRITERS * each);
    let mut orders = Vec::new();
    for reader in readers {
        orders
            .push(tokio::time::timeout(Duration::from_secs(60), reader).await.expect("all is read").unwrap());
    }
    for seen in &orders {
        assert_eq!(
            seen.iter().filter(|event| acknowledged.contains(&event.position)).count(),
            WRITERS * each
        );
        let ids: HashSet<_> = seen.iter().map(|event| event.event.event_id).collect();
        assert_eq!(ids.len(), due, "each event once");
        assert_eq!(seen, &orders[0]);
    }
}

/// Row 45 of the security cases: a reader that follows the log under concurrent writers misses nothing,
/// sees nothing twice and nothing out of order.
pub async fn row_45_no_reader_misses_or_reorders_an_event(factory: &impl Factory) {
    write_and_tail(&[factory.create().await], 20).await;
}

/// The same through two handles that share no memory, as two processes would.
pub async fn two_handles_keep_the_same_promises(factory: &impl Factory) {
    let first = factory.create().await;
    if let Some(second) = factory.second().await {
        write_and_tail(&[first, second], 10).await;
    }
}

/// Of many appends that were decided at one version, one succeeds and the rest learn so.
pub async fn one_of_many_wins_a_version(factory: &impl Factory) {
    race(&[factory.create().await]).await;
}

/// The same through two handles.
pub async fn two_handles_race_for_a_version(factory: &impl Factory) {
    let first = factory.create().await;
    if let Some(second) = factory.second().await {
        race(&[first, second]).await;
    }
}

async fn race(handles: &[Stores]) {
    let stream = stream();
    for round in 0..10 {
        let racers: Vec<_> = (0..24)
            .map(|racer| {
                let (log, stream) = (handles[racer % handles.len()].log.clone(), stream.clone());
                tokio::spawn(
                    async move { log.append(&stream, Version(round).expected(), fresh_events(1)).await },
                )
            })
            .collect();
        let mut won = 0;
        for racer in racers {
            match racer.await.unwrap() {
                Ok(appended) => {
                    assert_eq!(appended.version, Version(round + 1));
                    won += 1;
                }
                other => assert_eq!(conflict(other), Version(round + 1)),
            }
        }
        assert_eq!(won, 1);
    }
    assert_eq!(whole(&*handles[0].log, &stream).await.len(), 10);
}

/// One command sent many times at once is appended once and answered alike.
pub async fn one_command_in_parallel_is_one_append(factory: &impl Factory) {
    let log = factory.create().await.log;
    let stream = stream();
    let command = CommandId(id());
    let senders: Vec<_> = (0..16)
        .map(|_| {
            let (log, stream) = (log.clone(), stream.clone());
            tokio::spawn(
                async move { log.append(&stream, Expected::NoStream, events(command, 2)).await.unwrap() },
            )
        })
        .collect();
    let mut answers = Vec::new();
    for sender in senders {
        answers.push(sender.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(answers.iter().all(|answer| answer.position == answers[0].position));
    assert!(answers.iter().all(|answer| answer.version == Version(2)));
    assert_eq!(whole(&*log, &stream).await.len(), 2);
}

/// Callers that go away in the middle leave whole batches or none, and a log that works.
pub async fn cancelled_appends_leave_the_log_sound(factory: &impl Factory) {
    let log = factory.create().await.log;
    let start = log.head().await.unwrap();
    let streams: Vec<StreamId> = (0..60).map(|_| stream()).collect();
    let tasks: Vec<_> = streams
        .iter()
        .map(|stream| {
            let (log, stream) = (log.clone(), stream.clone());
            tokio::spawn(async move { log.append(&stream, Expected::NoStream, fresh_events(3)).await })
        })
        .collect();
    for (i, task) in tasks.into_iter().enumerate() {
        if i % 7 == 0 {
            tokio::task::yield_now().await;
        }
        if i % 10 == 0 {
            task.await.unwrap().unwrap();
        } else {
            task.abort();
        }
    }
    // Polled once and dropped: the request is on its way, nobody waits for the answer.
    let dropped = stream();
    let _ =
        tokio::time::timeout(Duration::ZERO, log.append(&dropped, Expected::NoStream, fresh_events(3))).await;
    // What was under way has an end: an append behind it.
    let last = append_retrying(&*log, &stream(), 1).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(log.head().await.unwrap() >= last.position);
    for (i, stream) in streams.iter().chain([&dropped]).enumerate() {
        let n = whole(&*log, stream).await.len();
        assert!(n == 3 || (n == 0 && i % 10 != 0) || (n == 0 && i == 60), "whole or nothing, not {n}");
        append_retrying(&*log, stream, 1).await;
    }
    let all = all_after(&*log, start, 50).await;
    assert!(all.is_sorted_by(|a, b| a.position < b.position));
}
