//! Servers that are away, connections that break and leaders that change: nothing doubled, nothing lost, and the log
//! recovers by itself.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use watchbook_domain::CommandId;
use watchbook_eventlog::{Appended, EventLog, Expected, LogError, Position, StreamId, Version};
use watchbook_eventlog_conformance::kit::{
    all_after, append, append_retrying, conflict, events, fresh_events, id, stream, whole,
};
use watchbook_eventlog_kurrentdb::{CATEGORIES, KurrentLog, OpenError, Options};
use watchbook_test_kurrentdb::{Fault, StandIn};

async fn open_with(server: &StandIn, change: impl FnOnce(&mut Options)) -> Arc<KurrentLog> {
    let mut options = Options { deadline: Duration::from_secs(1), ..Options::default() };
    options.categories.push("conformance".to_owned());
    change(&mut options);
    KurrentLog::open(&server.url(), options).await.unwrap()
}

async fn open(server: &StandIn) -> Arc<KurrentLog> {
    open_with(server, |_| {}).await
}

/// Gives up early, so that a test of giving up is short.
async fn open_hasty(server: &StandIn) -> Arc<KurrentLog> {
    open_with(server, |options| {
        options.deadline = Duration::from_millis(300);
        options.patience = Duration::from_millis(300);
    })
    .await
}

fn unavailable<T: std::fmt::Debug>(answer: Result<T, LogError>) {
    assert!(matches!(answer, Err(LogError::Unavailable(_))), "{answer:?}");
}

async fn until_it_works(log: &dyn EventLog, stream: &StreamId) -> Appended {
    tokio::time::timeout(Duration::from_secs(20), append_retrying(log, stream, 1)).await.unwrap()
}

/// Appends two events to a stream of two under `faults`; they must be there once, and the answer must say so.
async fn survives(server: &StandIn, log: &dyn EventLog, faults: &[Fault]) {
    let stream = stream();
    append(log, &stream, Version::NONE, 2).await;
    let given = fresh_events(2);
    server.befall(faults.iter().copied());
    let appended = log.append(&stream, Expected::Exact(Version(2)), given.clone()).await.unwrap();
    // What was still on its way arrives.
    tokio::time::sleep(Duration::from_millis(150)).await;
    let events = whole(log, &stream).await;
    assert_eq!(events.len(), 4, "{faults:?}");
    assert!(events[2..].iter().map(|event| &event.event).eq(&given), "{faults:?}");
    assert_eq!((appended.version, appended.replayed), (Version(4), false), "{faults:?}");
    assert_eq!(appended.position, events[3].position, "{faults:?}");
    let again = log.append(&stream, Expected::Exact(Version(4)), given).await.unwrap();
    assert_eq!((again.version, again.replayed), (Version(4), true), "{faults:?}");
    append(log, &stream, Version(4), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn away_at_the_start_and_later() {
    let server = StandIn::start().await;
    server.refuse();
    let log = open_hasty(&server).await;
    let stream = stream();
    unavailable(log.append(&stream, Expected::NoStream, fresh_events(1)).await);
    unavailable(log.read_all(Position::START, 10).await);
    server.accept().await;
    let first = until_it_works(&*log, &stream).await;
    assert_eq!(first.version, Version(1));

    for round in 0..3 {
        server.refuse();
        unavailable(log.append(&stream, Expected::Exact(Version(1 + round)), fresh_events(1)).await);
        unavailable(log.read_stream(&stream, Version::NONE, 10).await);
        unavailable(log.head().await);
        // Once it has been away for long, nobody is kept waiting.
        tokio::time::sleep(Duration::from_millis(400)).await;
        let began = Instant::now();
        for _ in 0..20 {
            unavailable(log.head().await);
        }
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        server.accept().await;
        until_it_works(&*log, &stream).await;
    }
    assert_eq!(whole(&*log, &stream).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_server_is_unavailable_in_time() {
    let server = StandIn::start().await;
    let log = open_hasty(&server).await;
    let stream = stream();
    append(&*log, &stream, Version::NONE, 1).await;
    server.fall_silent().await;
    let began = Instant::now();
    unavailable(log.append(&stream, Expected::Exact(Version(1)), fresh_events(1)).await);
    unavailable(log.read_stream(&stream, Version::NONE, 10).await);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    server.refuse();
    server.accept().await;
    until_it_works(&*log, &stream).await;
    assert_eq!(whole(&*log, &stream).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_append_is_neither_lost_nor_doubled() {
    use Fault::{CutAfterWrite, CutBeforeWrite, NotLeader, ServerError, SwallowAnswer, WriteLate};
    let server = StandIn::start().await;
    let log = open(&server).await;
    for faults in [
        &[CutBeforeWrite][..],
        &[CutAfterWrite],
        &[SwallowAnswer],
        &[ServerError],
        &[NotLeader],
        &[WriteLate(0)],
        &[WriteLate(60)],
        &[CutBeforeWrite, CutAfterWrite],
        &[ServerError, CutBeforeWrite, NotLeader, SwallowAnswer],
    ] {
        survives(&server, &*log, faults).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_may_change_in_the_middle_of_an_append() {
    let server = StandIn::cluster(3).await;
    let log = open(&server).await;
    survives(&server, &*log, &[Fault::ElectBeforeWrite(1)]).await;
    survives(&server, &*log, &[Fault::ElectAfterWrite(2)]).await;
    survives(&server, &*log, &[Fault::ElectBeforeWrite(0), Fault::ElectAfterWrite(1)]).await;
    // The leader is gone for good; the rest elected another.
    server.refuse_at(1);
    server.elect(2);
    let stream = stream();
    until_it_works(&*log, &stream).await;
    survives(&server, &*log, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_first_wins_while_the_connection_is_cut() {
    let server = StandIn::start().await;
    let (first, second) = (open(&server).await, open(&server).await);
    for fault in [Fault::CutBeforeWrite, Fault::CutAfterWrite, Fault::WriteLate(30)] {
        let stream = stream();
        append(&*first, &stream, Version::NONE, 1).await;
        server.befall([fault]);
        let (a, b) = tokio::join!(
            first.append(&stream, Expected::Exact(Version(1)), fresh_events(1)),
            second.append(&stream, Expected::Exact(Version(1)), fresh_events(1)),
        );
        let (won, lost) = if a.is_ok() { (a, b) } else { (b, a) };
        assert_eq!(won.unwrap().version, Version(2));
        assert_eq!(conflict(lost), Version(2));
        assert_eq!(whole(&*first, &stream).await.len(), 2);
    }
}

/// KurrentDB by itself would tell both that their events are stored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_command_decided_twice_is_stored_once_and_both_know() {
    let server = StandIn::start().await;
    let logs = [open(&server).await, open(&server).await];
    for round in 0..20 {
        let (stream, command) = (stream(), CommandId(id()));
        let decide = |who: usize| {
            let mut events = events(command, 2);
            events.iter_mut().for_each(|event| event.payload = vec![u8::try_from(who).unwrap()]);
            events
        };
        let (a, b) = tokio::join!(
            logs[0].append(&stream, Expected::NoStream, decide(0)),
            logs[1].append(&stream, Expected::NoStream, decide(1)),
        );
        let (a, b) = (a.unwrap(), b.unwrap());
        assert_eq!((a.version, a.position), (b.version, b.position));
        assert_ne!(a.replayed, b.replayed, "round {round}");
        let stored = whole(&*logs[0], &stream).await;
        let winner = if a.replayed { 1 } else { 0 };
        assert!(stored.iter().map(|event| &event.event).eq(&decide(winner)));
    }
}

/// Another process, or this one after a restart, knows nothing of the stream yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_is_recognised_by_a_process_that_is_new() {
    let server = StandIn::start().await;
    let log = open(&server).await;
    let stream = stream();
    let command = CommandId(id());
    let first = log.append(&stream, Expected::NoStream, events(command, 3)).await.unwrap();
    for version in 3..40 {
        append(&*log, &stream, Version(version), 1).await;
    }
    for expected in [Expected::NoStream, Expected::Exact(Version(7)), Expected::Exact(Version(40))] {
        let fresh = open_with(&server, |options| options.replay_window = 40).await;
        let again = fresh.append(&stream, expected, events(command, 3)).await.unwrap();
        assert_eq!((again.version, again.position, again.replayed), (first.version, first.position, true));
        // Decided otherwise now, for fewer events.
        let fewer = fresh.append(&stream, expected, events(command, 1)).await.unwrap();
        assert!(fewer.replayed);
    }
    let conflicted = open(&server).await.append(&stream, Expected::NoStream, fresh_events(1)).await;
    assert_eq!(conflict(conflicted), Version(40));
    assert_eq!(whole(&*log, &stream).await.len(), 40);
}

/// Long enough that it takes several pages to look through.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_stream_is_looked_through_in_pages() {
    let server = StandIn::start().await;
    let log = open(&server).await;
    let stream = stream();
    let command = CommandId(id());
    log.append(&stream, Expected::NoStream, events(command, 1)).await.unwrap();
    for batch in 0..10 {
        append(&*log, &stream, Version(1 + batch * 1000), 1000).await;
    }
    let fresh = open(&server).await;
    let again = fresh.append(&stream, Expected::Exact(Version(10_001)), events(command, 1)).await.unwrap();
    assert!(again.replayed);
    append(&*fresh, &stream, Version(10_001), 1).await;
    assert_eq!(append(&*log, &stream, Version(10_002), 1).await.version, Version(10_003));
    // The end of what is looked at, and what that means.
    let forgetful = open_with(&server, |options| options.replay_window = 5000).await;
    let twice =
        forgetful.append(&stream, Expected::Exact(Version(10_003)), events(command, 1)).await.unwrap();
    assert!(!twice.replayed, "beyond the window a command is a new one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cuts_all_the_time_lose_and_double_nothing() {
    const EACH: u64 = 25;
    let server = StandIn::cluster(2).await;
    let log = open(&server).await;
    let start = log.head().await.unwrap();
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let log = log.clone();
            tokio::spawn(async move {
                let stream = stream();
                for version in 0..EACH {
                    let events = fresh_events(2);
                    let at = Version(version * 2);
                    loop {
                        match log.append(&stream, at.expected(), events.clone()).await {
                            Ok(appended) => break assert_eq!(appended.version, at.plus(2)),
                            Err(LogError::Unavailable(_)) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
                stream
            })
        })
        .collect();
    let mut round = 0;
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        tokio::time::sleep(Duration::from_millis(60)).await;
        round += 1;
        match round % 5 {
            0 => server.elect(round / 5 % 2),
            1 => server.befall([Fault::CutAfterWrite]),
            2 => server.befall([Fault::WriteLate(20)]),
            _ => server.cut(),
        }
        assert!(round < 2000, "the writers get nowhere");
    }
    server.befall(std::iter::empty());
    let mut streams = HashSet::new();
    for writer in writers {
        let stream = writer.await.unwrap();
        assert_eq!(whole(&*log, &stream).await.len() as u64, EACH * 2);
        streams.insert(stream);
    }
    let mut all = all_after(&*log, start, 37).await;
    all.retain(|event| streams.contains(&event.stream));
    assert_eq!(all.len() as u64, 8 * EACH * 2);
    let ids: HashSet<_> = all.iter().map(|event| event.event.event_id).collect();
    assert_eq!(ids.len(), all.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_wakes_for_other_processes_and_after_a_cut() {
    let server = StandIn::start().await;
    let (log, other) = (open(&server).await, open(&server).await);
    for round in 0..4 {
        let head = log.head().await.unwrap();
        let waiting = tokio::spawn({
            let log = log.clone();
            async move { log.wait(head, Duration::from_secs(60)).await }
        });
        if round % 2 == 1 {
            server.cut();
        }
        server.write_foreign("somebody-else", 30);
        let appended = until_it_works(&*other, &stream()).await;
        tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("must wake up").unwrap();
        assert_eq!(log.head().await.unwrap(), appended.position);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_write_is_no_part_of_the_log() {
    let server = StandIn::start().await;
    let log = open(&server).await;
    let mut due = Vec::new();
    for _ in 0..10 {
        server.write_foreign("accounting-1", 40);
        server.write_foreign("other", 3);
        let stream = stream();
        due.push(append(&*log, &stream, Version::NONE, 1).await.position);
        // Let the subscription pass over it.
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(log.head().await.unwrap(), *due.last().unwrap());
        for after in due.iter().copied().chain([Position::START]) {
            let above = all_after(&*log, after, 3).await;
            let positions = above.iter().map(|event| event.position);
            assert!(positions.eq(due.iter().copied().filter(|position| *position > after)));
        }
    }
    server.write_foreign("other", 50);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(log.head().await.unwrap(), *due.last().unwrap());
    assert!(log.read_all(*due.last().unwrap(), 5).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_of_no_known_kind_is_refused() {
    let server = StandIn::start().await;
    let log = open(&server).await;
    let answer = log.append(&StreamId::new("mystery", id()), Expected::NoStream, fresh_events(1)).await;
    assert!(matches!(answer, Err(LogError::Corrupt(_))), "{answer:?}");
    assert_eq!(server.appends(), 0);
    for category in CATEGORIES {
        append(&*log, &StreamId::new(category, id()), Version::NONE, 1).await;
    }
    assert_eq!(all_after(&*log, Position::START, 3).await.len(), CATEGORIES.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_lie_as_kurrentdb_expects_them() {
    let server = StandIn::start().await;
    let log = open(&server).await;
    let stream = stream();
    let mut given = fresh_events(2);
    given[0].causation_id = Some(given[1].event_id);
    given[0].actor = Some(id());
    log.append(&stream, Expected::NoStream, given.clone()).await.unwrap();
    let records = server.records();
    let stored: Vec<_> = records.iter().filter(|record| record.stream == stream.as_str()).collect();
    let clear: serde_json::Value = serde_json::from_slice(&stored[0].metadata).unwrap();
    assert_eq!(
        clear,
        serde_json::json!({
            "$correlationId": given[0].correlation_id,
            "$causationId": given[1].event_id.0,
            "event_id": given[0].event_id.0,
            "schema_version": 1,
            "recorded_at": 1_700_000_000_123_456_i64,
            "subject": given[0].subject.0,
            "actor": given[0].actor,
        })
    );
    let clear: serde_json::Value = serde_json::from_slice(&stored[1].metadata).unwrap();
    assert!(clear.get("$causationId").is_none() && clear.get("actor").is_none());
    for (stored, given) in stored.iter().zip(&given) {
        assert_eq!(stored.content_type, "application/octet-stream");
        assert_eq!(stored.event_type, given.event_type);
        assert_eq!(stored.data, given.payload);
        assert_ne!(stored.id, given.event_id.0);
    }
    assert_eq!((stored[0].revision, stored[1].revision), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_are_sent_and_a_refusal_is_unavailable() {
    let server = StandIn::start().await;
    let log = open(&server).await;
    let stream = stream();
    append(&*log, &stream, Version::NONE, 1).await;
    assert_eq!(server.authorization().as_deref(), Some("Basic YWRtaW46Y2hhbmdlaXQ="));
    server.deny(true);
    let began = Instant::now();
    unavailable(log.append(&stream, Expected::Exact(Version(1)), fresh_events(1)).await);
    unavailable(log.read_stream(&stream, Version::NONE, 1).await);
    assert!(began.elapsed() < Duration::from_secs(1), "asking again would not help");
    server.deny(false);
    append(&*log, &stream, Version(1), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_opened_says_so_without_the_password() {
    for url in ["postgres://me:hunter2@host/db", "kurrentdb://me:hunter2@host:no-port", "me:hunter2@host", ""]
    {
        let error = KurrentLog::open(url, Options::default()).await.unwrap_err();
        assert!(matches!(error, OpenError::Url { .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
    let url = "kurrentdb://host:2113?tlsCaFile=/no/such/file.pem";
    let error = KurrentLog::open(url, Options::default()).await.unwrap_err();
    assert!(matches!(error, OpenError::Settings(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_log_is_unavailable_and_has_written() {
    let server = StandIn::start().await;
    let log = open(&server).await;
    let stream = stream();
    append(&*log, &stream, Version::NONE, 1).await;
    log.close().await;
    log.close().await;
    unavailable(log.append(&stream, Expected::Exact(Version(1)), fresh_events(1)).await);
    unavailable(log.read_all(Position::START, 1).await);
    log.wait(Position(u64::MAX), Duration::from_millis(10)).await;
    assert_eq!(whole(&*open(&server).await, &stream).await.len(), 1);
}
