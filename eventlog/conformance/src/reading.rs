//! Reading: pages, the head, waiting.

use crate::{Factory, kit::*};
use std::time::{Duration, Instant};
use watchbook_eventlog::{Change, Position, StreamId, Version};

/// A page starts after the version given, holds at most what was asked for, and ends with the stream.
pub async fn stream_limits_and_paging(factory: &impl Factory) {
    let log = factory.create().await.log;
    let stream = stream();
    append(&*log, &stream, Version::NONE, 10).await;
    for (after, limit, versions) in
        [(0, 4, 1..=4), (4, 4, 5..=8), (8, 4, 9..=10), (0, 10, 1..=10), (0, 99, 1..=10), (9, 1, 10..=10)]
    {
        let page = log.read_stream(&stream, Version(after), limit).await.unwrap();
        assert!(page.iter().map(|event| event.version.0).eq(versions), "after {after}, limit {limit}");
    }
    assert!(log.read_stream(&stream, Version(10), 5).await.unwrap().is_empty());
    assert!(log.read_stream(&stream, Version(99), 5).await.unwrap().is_empty());
    assert!(log.read_stream(&crate::kit::stream(), Version::NONE, 5).await.unwrap().is_empty());
}

/// Pages of any size put together are the log.
pub async fn log_limits_and_paging(factory: &impl Factory) {
    let log = factory.create().await.log;
    let start = log.head().await.unwrap();
    let streams = [stream(), stream()];
    for version in 0..6 {
        for stream in &streams {
            append(&*log, stream, Version(version * 3), 3).await;
        }
    }
    let ours = |mut events: Vec<watchbook_eventlog::RecordedEvent>| {
        events.retain(|event| streams.contains(&event.stream));
        events
    };
    let whole = ours(all_after(&*log, start, 1000).await);
    assert_eq!(whole.len(), 36);
    for page in [1, 2, 7, 36] {
        assert_eq!(ours(all_after(&*log, start, page).await), whole, "in pages of {page}");
    }
    let last = whole.last().unwrap().position;
    assert!(ours(all_after(&*log, last, 10).await).is_empty());
}

/// Changes are the log without its content: same order, same pages.
pub async fn changes_are_the_log_without_content(factory: &impl Factory) {
    let log = factory.create().await.log;
    let start = log.head().await.unwrap();
    for _ in 0..3 {
        append(&*log, &stream(), Version::NONE, 4).await;
    }
    for limit in [1, 5, 12] {
        let events = log.read_all(start, limit).await.unwrap();
        let changes = log.read_changes(start, limit).await.unwrap();
        let due: Vec<Change> = events
            .into_iter()
            .map(|recorded| Change {
                position: recorded.position,
                stream: recorded.stream,
                version: recorded.version,
                event_type: recorded.event.event_type,
                subject: recorded.event.subject,
            })
            .collect();
        assert_eq!(changes, due);
    }
    let head = log.head().await.unwrap();
    assert!(log.read_changes(head, 5).await.unwrap().is_empty());
}

/// Streams whose names begin alike are apart.
pub async fn a_stream_is_not_its_prefix(factory: &impl Factory) {
    let log = factory.create().await.log;
    let short = stream();
    let long = StreamId::from_stored(format!("{short}-more"));
    append(&*log, &short, Version::NONE, 1).await;
    append(&*log, &long, Version::NONE, 2).await;
    assert_eq!(whole(&*log, &short).await.len(), 1);
    assert_eq!(whole(&*log, &long).await.len(), 2);
    assert_eq!((long.category(), short.category()), ("conformance", "conformance"));
}

/// The head is at or above every acknowledged append, and nothing lies above it.
pub async fn head_is_the_last_position(factory: &impl Factory) {
    let log = factory.create().await.log;
    let before = log.head().await.unwrap();
    assert!(before >= Position::START);
    let stream = stream();
    let appended = append(&*log, &stream, Version::NONE, 2).await;
    assert!(before < appended.position);
    let head = log.head().await.unwrap();
    assert!(head >= appended.position);
    let above = all_after(&*log, head, 10).await;
    assert!(above.iter().all(|event| event.stream != stream));
}

/// Who waits for an event learns of it long before the time is up.
pub async fn wait_wakes_up(factory: &impl Factory) {
    let log = factory.create().await.log;
    let head = log.head().await.unwrap();
    let waiting = tokio::spawn({
        let log = log.clone();
        async move { log.wait(head, Duration::from_secs(60)).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    append(&*log, &stream(), Version::NONE, 1).await;
    tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("must wake up").unwrap();
    // And at once when the event is there already.
    tokio::time::timeout(Duration::from_secs(10), log.wait(head, Duration::from_secs(60)))
        .await
        .expect("must not wait");
}

/// Waiting ends by itself, so that whoever waits looks for what was not announced.
pub async fn wait_ends_by_itself(factory: &impl Factory) {
    let log = factory.create().await.log;
    let began = Instant::now();
    log.wait(Position(u64::MAX >> 1), Duration::from_millis(50)).await;
    assert!(began.elapsed() < Duration::from_secs(10));
}
