//! Appends: order, conflicts, replays, and that everything comes back as it was given.

use crate::{Factory, kit::*};
use watchbook_domain::{CommandId, EventId, Timestamp};
use watchbook_eventlog::{Expected, Version};

/// Versions count from 1 without holes; events come back in the order they were given.
pub async fn order_within_a_stream(factory: &impl Factory) {
    let log = factory.create().await.log;
    let stream = stream();
    let first = append(&*log, &stream, Version::NONE, 3).await;
    assert_eq!((first.version, first.replayed), (Version(3), false));
    let second = append(&*log, &stream, Version(3), 1).await;
    assert_eq!(second.version, Version(4));
    let events = whole(&*log, &stream).await;
    assert_eq!(events.iter().map(|event| event.version.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(events.is_sorted_by(|a, b| a.position < b.position));
    assert_eq!(events[2].position, first.position, "the answer names the last event's position");
    assert_eq!(events[3].position, second.position);
    assert!(events.iter().all(|event| event.stream == stream));
    assert_eq!(events[1].event.payload, b"event 1 of its command");
}

/// Positions rise with every acknowledged append, whatever its stream.
pub async fn order_across_streams(factory: &impl Factory) {
    let log = factory.create().await.log;
    let start = log.head().await.unwrap();
    let streams = [stream(), stream(), stream()];
    let mut given = Vec::new();
    for round in 0..5 {
        for stream in &streams {
            let appended = append(&*log, stream, Version(round * 2), 2).await;
            assert!(given.last().is_none_or(|(last, _)| *last < appended.position));
            given.push((appended.position, stream));
        }
    }
    let all = all_after(&*log, start, 100).await;
    let ours: Vec<_> = all.iter().filter(|event| streams.contains(&event.stream)).collect();
    assert_eq!(ours.len(), 30);
    assert!(ours.is_sorted_by(|a, b| a.position < b.position));
    let lasts: Vec<_> = ours.iter().skip(1).step_by(2).map(|event| (event.position, &event.stream)).collect();
    assert_eq!(lasts, given);
}

/// An append to a stream that must not exist is told how far it is.
pub async fn no_stream_conflict_tells_the_version(factory: &impl Factory) {
    let log = factory.create().await.log;
    let stream = stream();
    append(&*log, &stream, Version::NONE, 2).await;
    let answer = log.append(&stream, Expected::NoStream, fresh_events(1)).await;
    assert_eq!(conflict(answer), Version(2));
}

/// An append at another version is told the actual one, none included.
pub async fn exact_conflict_tells_the_version(factory: &impl Factory) {
    let log = factory.create().await.log;
    let stream = stream();
    let answer = log.append(&stream, Expected::Exact(Version(1)), fresh_events(1)).await;
    assert_eq!(conflict(answer), Version::NONE);
    append(&*log, &stream, Version::NONE, 3).await;
    for wrong in [1, 2, 4, 400] {
        let answer = log.append(&stream, Expected::Exact(Version(wrong)), fresh_events(2)).await;
        assert_eq!(conflict(answer), Version(3));
    }
}

/// After conflicts the log is as before.
pub async fn a_conflict_appends_nothing(factory: &impl Factory) {
    let log = factory.create().await.log;
    let stream = stream();
    let appended = append(&*log, &stream, Version::NONE, 1).await;
    for _ in 0..3 {
        conflict(log.append(&stream, Expected::NoStream, fresh_events(3)).await);
    }
    assert_eq!(whole(&*log, &stream).await.len(), 1);
    let after = all_after(&*log, appended.position, 100).await;
    assert!(after.iter().all(|event| event.stream != stream));
    append(&*log, &stream, Version(1), 1).await;
}

/// The same command sent again is answered with where it went.
pub async fn a_replay_appends_nothing(factory: &impl Factory) {
    let log = factory.create().await.log;
    let stream = stream();
    let command = CommandId(id());
    let first = log.append(&stream, Expected::NoStream, events(command, 3)).await.unwrap();
    let again = log.append(&stream, Expected::NoStream, events(command, 3)).await.unwrap();
    assert!(!first.replayed && again.replayed);
    assert_eq!((again.version, again.position), (first.version, first.position));
    assert_eq!(whole(&*log, &stream).await.len(), 3);
}

/// A replay is recognised whatever version it expects and however far the stream has gone.
pub async fn a_replay_may_expect_a_stale_version(factory: &impl Factory) {
    let log = factory.create().await.log;
    let stream = stream();
    append(&*log, &stream, Version::NONE, 1).await;
    let command = CommandId(id());
    let first = log.append(&stream, Expected::Exact(Version(1)), events(command, 2)).await.unwrap();
    append(&*log, &stream, Version(3), 2).await;
    for expected in [Expected::NoStream, Expected::Exact(Version(1)), Expected::Exact(Version(5))] {
        let again = log.append(&stream, expected, events(command, 2)).await.unwrap();
        assert!(again.replayed);
        assert_eq!((again.version, again.position), (first.version, first.position));
    }
    assert_eq!(whole(&*log, &stream).await.len(), 5);
}

/// Every field of the envelope, times to the microsecond, before 1970 included.
pub async fn metadata_round_trips(factory: &impl Factory) {
    let log = factory.create().await.log;
    let stream = stream();
    let command = CommandId(id());
    let mut given = events(command, 4);
    for (event, micros) in given.iter_mut().zip([1_763_982_245_999_999, 1, 0, -1]) {
        event.recorded_at = Timestamp::from_micros(micros);
    }
    given[0].actor = Some(id());
    given[0].causation_id = Some(EventId(id()));
    given[1].schema_version = u16::MAX;
    given[1].event_type = "conformance.other_thing_happened".into();
    given[2].subject = subject();
    given[2].correlation_id = id();
    given[3].payload = (0..=255).collect();
    let start = log.head().await.unwrap();
    log.append(&stream, Expected::NoStream, given.clone()).await.unwrap();
    let of_stream = whole(&*log, &stream).await;
    assert_eq!(of_stream.iter().map(|event| event.event.clone()).collect::<Vec<_>>(), given);
    let mut of_log = all_after(&*log, start, 100).await;
    of_log.retain(|event| event.stream == stream);
    assert_eq!(of_log, of_stream);
}

/// Payloads are bytes, from none to 1 MiB.
pub async fn payloads_from_empty_to_a_mebibyte(factory: &impl Factory) {
    let log = factory.create().await.log;
    let stream = stream();
    let mut given = fresh_events(3);
    given[0].payload = Vec::new();
    // No byte repeats its neighbours', so that a shift would show.
    given[1].payload = (0..1_u32 << 18).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    given[2].payload = vec![0];
    log.append(&stream, Expected::NoStream, given.clone()).await.unwrap();
    let got = whole(&*log, &stream).await;
    assert!(got.into_iter().map(|event| event.event).eq(given));
}
