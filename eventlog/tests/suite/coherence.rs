//! Cached states: no older than a second whatever other nodes do, and not used when the log cannot be followed.

use std::time::{Duration, Instant};

use crate::common::{Counted, Counter, Full, SUBJECT, command, keyring, node};
use tokio_util::sync::CancellationToken;
use watchbook_eventlog::testing::MemoryStore;
use watchbook_eventlog::{LogError, Position, RepositoryError, Subscription, Version, follow};

async fn pass(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

#[tokio::test(start_paused = true)]
async fn another_nodes_append_is_seen_within_a_second() {
    let (store, keyring, stop) = (MemoryStore::new(), keyring(), CancellationToken::new());
    let (ours, other) = (node(&store, &keyring), node(&store, &keyring));
    let following = tokio::spawn(follow(ours.core.clone(), stop.clone()));
    pass(10).await;
    ours.add(1, 1).await;
    assert_eq!(ours.sum().await, 1);
    let reads = store.stream_reads();
    other.add(2, 1).await;
    let by_other = store.stream_reads() - reads;
    assert_eq!(ours.sum().await, 1, "not yet");
    assert_eq!(store.stream_reads() - reads, by_other, "a trusted state costs no read");
    pass(999).await;
    assert_eq!(ours.sum().await, 2);
    stop.cancel();
    following.await.unwrap();
}

/// What this process appended is not read again, what others appended in between is.
#[tokio::test(start_paused = true)]
async fn own_appends_are_not_read_again() {
    let (store, keyring) = (MemoryStore::new(), keyring());
    let (ours, other) = (node(&store, &keyring), node(&store, &keyring));
    tokio::spawn(follow(ours.core.clone(), CancellationToken::new()));
    pass(10).await;
    for round in 1..=40 {
        let node = if round % 7 == 0 { &other } else { &ours };
        node.add(round, 1).await;
        if round % 5 == 0 {
            pass(150).await;
            assert_eq!(u128::from(ours.sum().await), round);
        }
    }
    pass(150).await;
    let reads = store.events_read();
    for round in 41..=140 {
        ours.add(round, 1).await;
        pass(10).await;
    }
    assert_eq!(store.events_read(), reads, "our own were read again");
    assert_eq!(ours.sum().await, 140);
}

#[tokio::test]
async fn without_a_follower_every_load_reads_on() {
    let (store, keyring) = (MemoryStore::new(), keyring());
    let (ours, other) = (node(&store, &keyring), node(&store, &keyring));
    ours.add(1, 1).await;
    other.add(2, 1).await;
    assert_eq!(ours.sum().await, 2);
    other.add(3, 1).await;
    assert_eq!(ours.sum().await, 3);
}

/// What was appended before the follower began is never announced to it.
#[tokio::test(start_paused = true)]
async fn a_state_cached_before_the_follower_began_is_not_trusted() {
    let (store, keyring, stop) = (MemoryStore::new(), keyring(), CancellationToken::new());
    let (ours, other) = (node(&store, &keyring), node(&store, &keyring));
    ours.add(1, 1).await;
    other.add(2, 1).await;
    tokio::spawn(follow(ours.core.clone(), stop.clone()));
    pass(150).await;
    assert!(ours.core.is_fresh());
    assert_eq!(ours.sum().await, 2);
    // Nor one from before a gap between two followers.
    stop.cancel();
    pass(10).await;
    other.add(3, 1).await;
    tokio::spawn(follow(ours.core.clone(), CancellationToken::new()));
    pass(150).await;
    assert!(ours.core.is_fresh());
    assert_eq!(ours.sum().await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_log_that_is_down_fails_loads_once_the_follower_is_stale() {
    let (store, keyring) = (MemoryStore::new(), keyring());
    let ours = node(&store, &keyring);
    tokio::spawn(follow(ours.core.clone(), CancellationToken::new()));
    pass(10).await;
    ours.add(1, 1).await;
    store.set_log_down(true);
    assert_eq!(ours.sum().await, 1, "no older than a second");
    pass(1100).await;
    assert!(!ours.core.is_fresh());
    let failed = ours.counters.load(&ours.stream).await;
    assert!(matches!(failed, Err(RepositoryError::Log(LogError::Unavailable(_)))), "{failed:?}");
    store.set_log_down(false);
    pass(150).await;
    assert_eq!(ours.sum().await, 1);
    assert!(ours.core.is_fresh());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cached_load_is_cheap() {
    let (store, keyring, stop) = (MemoryStore::new(), keyring(), CancellationToken::new());
    let ours = node(&store, &keyring);
    tokio::spawn(follow(ours.core.clone(), stop.clone()));
    pass(20).await;
    ours.add(1, 1).await;
    ours.sum().await;
    let reads = store.stream_reads();
    let (count, start) = (100_000, Instant::now());
    for _ in 0..count {
        ours.counters.load(&ours.stream).await.unwrap();
    }
    let each = start.elapsed() / count;
    #[expect(clippy::print_stdout, reason = "a measurement")]
    {
        println!("cached load: {each:?}");
    }
    assert!(store.stream_reads() - reads <= 1);
    assert!(each < Duration::from_micros(20), "{each:?}, unoptimised");
    stop.cancel();
}

#[tokio::test]
async fn a_snapshot_gives_the_state_of_a_full_fold() {
    let (store, keyring) = (MemoryStore::new(), keyring());
    let ours = node(&store, &keyring);
    for id in 1..=300 {
        ours.add(id, id as u64).await;
    }
    let written = async {
        use watchbook_eventlog::Snapshots as _;
        loop {
            if let Some((version, format, _)) = store.snapshot(&ours.stream).await.unwrap()
                && version == Version(256)
            {
                return format;
            }
            pass(5).await;
        }
    };
    assert_eq!(tokio::time::timeout(Duration::from_secs(5), written).await.unwrap(), 3);
    let folded = node(&store, &keyring).counters.load(&ours.stream).await.unwrap();
    assert_eq!(folded.version, Version(300));
    let mut full = Counter::default();
    for (recorded, event) in ours.counters.history(&ours.stream, Version::NONE, 1000).await.unwrap() {
        watchbook_domain::Aggregate::evolve(&mut full, &event.unwrap(), recorded.event.recorded_at);
    }
    assert_eq!(*folded.state, full);
}

#[tokio::test]
async fn a_snapshot_of_another_format_or_content_is_not_used() {
    use watchbook_eventlog::Snapshots as _;
    let (store, keyring) = (MemoryStore::new(), keyring());
    let ours = node(&store, &keyring);
    for id in 1..=130 {
        ours.add(id, 1).await;
    }
    let (version, format, sealed) = loop {
        if let Some(snapshot) = store.snapshot(&ours.stream).await.unwrap() {
            break snapshot;
        }
        pass(5).await;
    };
    for (version, format, sealed) in [
        (version, format + 1, sealed.clone()),
        (version.plus(1), format, sealed.clone()),
        (version.plus(2), format, vec![]),
        (version.plus(100), format, sealed),
    ] {
        store.put_snapshot(&ours.stream, version, format, sealed).await.unwrap();
        let loaded = node(&store, &keyring).counters.load(&ours.stream).await.unwrap();
        assert_eq!((loaded.state.sum, loaded.version), (130, Version(130)));
    }
}

/// A log that was put back to an earlier past, and went on otherwise, beside snapshots that were not.
#[tokio::test]
async fn a_snapshot_of_another_past_is_not_used() {
    use watchbook_eventlog::{Snapshots as _, Vault as _};
    let (past, present, keyring) = (MemoryStore::new(), MemoryStore::new(), keyring());
    let before = node(&past, &keyring);
    for id in 1..=128 {
        before.add(id, 1).await;
    }
    let key = past.subject_key(SUBJECT).await.unwrap().unwrap();
    present.create_subject_key(SUBJECT, key).await.unwrap();
    let now = node(&present, &keyring);
    for id in 1..=128 {
        now.add(1000 + id, 2).await;
    }
    for store in [&past, &present] {
        while store.snapshot(&now.stream).await.unwrap().is_none() {
            pass(5).await;
        }
    }
    let (version, format, sealed) = past.snapshot(&now.stream).await.unwrap().unwrap();
    present.put_snapshot(&now.stream, version, format, sealed).await.unwrap();
    assert_eq!(node(&present, &keyring).sum().await, 256);
}

#[tokio::test(start_paused = true)]
async fn an_erased_subjects_events_are_counted_but_not_folded_on_every_node() {
    let (store, keyring) = (MemoryStore::new(), keyring());
    let (ours, other) = (node(&store, &keyring), node(&store, &keyring));
    for node in [&ours, &other] {
        tokio::spawn(follow(node.core.clone(), CancellationToken::new()));
    }
    pass(10).await;
    ours.add(1, 5).await;
    assert_eq!(other.sum().await, 5);
    let erase = |_: &Counter| Ok::<_, Full>(vec![Counted::Erased]);
    ours.counters.execute(&ours.stream, SUBJECT, &command(2), erase).await.unwrap();
    ours.core.sealer.destroy_subject(SUBJECT).await.unwrap();
    pass(999).await;
    for node in [&ours, &other] {
        let loaded = node.counters.load(&node.stream).await.unwrap();
        assert_eq!((loaded.state.sum, loaded.version), (0, Version(2)));
        let history = node.counters.history(&node.stream, Version::NONE, 10).await.unwrap();
        assert!(history.iter().all(|(_, event)| event.is_none()));
        let refused = node.counters.execute(&node.stream, SUBJECT, &command(3), |s| s.add(1)).await;
        assert!(refused.is_err(), "nothing can be sealed for the subject any more");
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscription_waits_at_the_end_and_misses_nothing() {
    let (store, keyring) = (MemoryStore::new(), keyring());
    let ours = node(&store, &keyring);
    let mut subscription = Subscription::new(std::sync::Arc::new(store.clone()), Position::START);
    ours.add(1, 1).await;
    ours.add(2, 1).await;
    assert_eq!(subscription.next_page(1).await.unwrap().len(), 1);
    assert_eq!(subscription.cursor(), Position(1));
    assert_eq!(subscription.next_page(10).await.unwrap().len(), 1);
    assert!(tokio::time::timeout(Duration::from_secs(3), subscription.next_page(10)).await.is_err());
    ours.add(3, 1).await;
    assert_eq!(subscription.next_page(10).await.unwrap()[0].position, Position(3));
}

/// A reactor reads an event before the command that appended it has its acknowledgement: a mail was lost to
/// the older state in the cache once.
#[tokio::test(start_paused = true)]
async fn a_reactor_sees_at_least_its_event() {
    let (store, keyring, stop) = (MemoryStore::new(), keyring(), CancellationToken::new());
    let ours = std::sync::Arc::new(node(&store, &keyring));
    tokio::spawn(follow(ours.core.clone(), stop.clone()));
    pass(150).await;
    ours.add(1, 1).await;
    assert_eq!(ours.sum().await, 1);
    store.set_append_delay(Duration::from_millis(50));
    let appending = tokio::spawn({
        let ours = ours.clone();
        async move { ours.add(2, 1).await }
    });
    while store.events().len() < 2 {
        pass(1).await;
    }
    assert_eq!(ours.sum().await, 1, "not acknowledged yet");
    let loaded = ours.counters.load_at_least(&ours.stream, Version(2)).await.unwrap();
    assert_eq!((loaded.state.sum, loaded.version), (2, Version(2)));
    appending.await.unwrap();
    stop.cancel();
}
