//! Appending what another log recorded: in its order, each event in its place, repeatable from anywhere.

use crate::{Factory, kit::*};
use watchbook_domain::EventId;
use watchbook_eventlog::{EventLog, LogError, Position, RecordedEvent, StreamId, Version};

/// As they stand in another log: single events and runs of several, of streams that take turns.
fn recorded(streams: &[StreamId; 3]) -> Vec<RecordedEvent> {
    let mut versions = [Version::NONE; 3];
    let turns = [0, 1, 0, 0, 2, 2, 2, 1, 0, 2, 1, 1, 1, 1, 0];
    turns
        .into_iter()
        .zip(fresh_events(turns.len()))
        .enumerate()
        .map(|(i, (of, mut event))| {
            versions[of] = versions[of].plus(1);
            event.subject = subject();
            event.actor = (i % 2 == 0).then(id);
            event.causation_id = (i % 3 == 0).then(|| EventId(id()));
            // Of no consequence here.
            let position = Position(1_000 - i as u64);
            RecordedEvent { position, stream: streams[of].clone(), version: versions[of], event }
        })
        .collect()
}

/// All but the position, which is the log's own.
fn places(events: &[RecordedEvent]) -> Vec<RecordedEvent> {
    events.iter().map(|event| RecordedEvent { position: Position::START, ..event.clone() }).collect()
}

async fn ours(log: &dyn EventLog, streams: &[StreamId; 3]) -> Vec<RecordedEvent> {
    let mut all = all_after(log, Position::START, 1000).await;
    all.retain(|event| streams.contains(&event.stream));
    assert!(all.is_sorted_by(|a, b| a.position < b.position));
    places(&all)
}

/// The order is the other log's over all streams; version and envelope are kept.
pub async fn recorded_events_keep_order_place_and_content(factory: &impl Factory) {
    let log = factory.create().await.log;
    let streams = [stream(), stream(), stream()];
    let given = recorded(&streams);
    log.append_recorded(given.clone()).await.unwrap();
    assert_eq!(ours(&*log, &streams).await, places(&given));
    let last = &given[given.len() - 1];
    append(&*log, &last.stream, last.version, 1).await;
    log.append_recorded(Vec::new()).await.unwrap();
}

/// Wherever a copy broke off, also between events that would go together, sending it again completes it.
pub async fn recorded_events_can_be_sent_again(factory: &impl Factory) {
    let log = factory.create().await.log;
    for broken_off in 0..=15 {
        let streams = [stream(), stream(), stream()];
        let given = recorded(&streams);
        log.append_recorded(given[..broken_off].to_vec()).await.unwrap();
        for from in [broken_off / 2, 0] {
            log.append_recorded(given[from..].to_vec()).await.unwrap();
            assert_eq!(ours(&*log, &streams).await, places(&given), "broken off after {broken_off}");
        }
    }
}

/// What comes before an event that does not fit is in the log, it and what comes after are not.
pub async fn what_does_not_fit_ends_the_copying(factory: &impl Factory) {
    let log = factory.create().await.log;
    for missing in [0, 3, 5] {
        let streams = [stream(), stream(), stream()];
        let mut given = recorded(&streams);
        let gone = given.remove(missing);
        let next = given.iter().position(|event| event.stream == gone.stream && event.version > gone.version);
        let answer = log.append_recorded(given.clone()).await;
        let due = Version(gone.version.0 - 1);
        assert!(matches!(answer, Err(LogError::Conflict { actual }) if actual == due), "{answer:?}");
        assert_eq!(ours(&*log, &streams).await, places(&given[..next.unwrap()]));
    }
}

/// An event of that id at another version of the stream is no replay.
pub async fn an_event_in_another_place_is_corrupt(factory: &impl Factory) {
    let log = factory.create().await.log;
    let streams = [stream(), stream(), stream()];
    let mut given = recorded(&streams);
    log.append_recorded(given[..3].to_vec()).await.unwrap();
    given[0].version = Version(3);
    let answer = log.append_recorded(vec![given[0].clone()]).await;
    assert!(matches!(answer, Err(LogError::Corrupt(_))), "{answer:?}");
    assert_eq!(ours(&*log, &streams).await.len(), 3);
}
