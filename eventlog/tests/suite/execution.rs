//! Commands: decided on the state at the exact version they are appended at.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::common::{Counted, Counter, Full, SUBJECT, command, keyring, node};
use watchbook_eventlog::testing::MemoryStore;
use watchbook_eventlog::{EventLog as _, ExecuteError, LogError, Position, RepositoryError, Version};

#[tokio::test]
async fn an_unknown_stream_is_the_default_at_no_version() {
    let node = node(&MemoryStore::new(), &keyring());
    let loaded = node.counters.load(&node.stream).await.unwrap();
    assert_eq!((*loaded.state).clone(), Counter::default());
    assert_eq!(loaded.version, Version::NONE);
}

#[tokio::test]
async fn a_command_appends_its_events_and_answers_with_the_new_state() {
    let store = MemoryStore::new();
    let node = node(&store, &keyring());
    let two = |_: &Counter| Ok::<_, Full>(vec![Counted::Added { by: 2 }, Counted::Added { by: 3 }]);
    let done = node.counters.execute(&node.stream, SUBJECT, &command(1), two).await.unwrap();
    assert_eq!((done.state.sum, done.version, done.position), (5, Version(2), Some(Position(2))));
    assert!(!done.replayed);
    let event = &store.events()[1].event;
    assert_eq!(event.event_id, command(1).command_id.event_id(1));
    assert!(!event.payload.windows(5).any(|bytes| bytes == b"Added" || bytes == b"added"), "sealed");
}

#[tokio::test]
async fn no_events_and_a_rejection_append_nothing() {
    let store = MemoryStore::new();
    let node = node(&store, &keyring());
    let nothing = |_: &Counter| Ok::<_, Full>(vec![]);
    let done = node.counters.execute(&node.stream, SUBJECT, &command(1), nothing).await.unwrap();
    assert_eq!((done.position, done.version, done.events.len()), (None, Version::NONE, 0));
    let refused = node.counters.execute(&node.stream, SUBJECT, &command(1), |_| Err(Full)).await;
    assert!(matches!(refused, Err(ExecuteError::Rejected(Full))));
    assert!(store.events().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_01_two_hundred_commands_at_once_get_exactly_what_the_rule_allows() {
    let store = MemoryStore::new();
    let keyring = keyring();
    // Two nodes, so that the turns within a node do not hide conflicts.
    let nodes = [node(&store, &keyring), node(&store, &keyring)];
    let tasks: Vec<_> = (0..200)
        .map(|id| {
            let (counters, stream) = (nodes[id % 2].counters.clone(), nodes[id % 2].stream.clone());
            tokio::spawn(async move {
                let decide = |state: &Counter| state.add_up_to(10);
                counters.execute(&stream, SUBJECT, &command(id as u128 + 1), decide).await
            })
        })
        .collect();
    let mut allowed = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => allowed += 1,
            Err(ExecuteError::Rejected(Full)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((allowed, store.events().len()), (10, 10));
}

#[tokio::test]
async fn row_44_the_second_decider_on_a_version_decides_again_on_the_new_state() {
    let store = MemoryStore::new();
    let keyring = keyring();
    let (first, second) = (node(&store, &keyring), node(&store, &keyring));
    // The second has decided, and before it appends the first one does.
    let decisions = AtomicU32::new(0);
    let decide = |state: &Counter| {
        if decisions.fetch_add(1, Ordering::SeqCst) == 0 {
            assert_eq!(state.sum, 0);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    runtime.block_on(first.add(1, 1));
                });
            });
        }
        state.add_up_to(1)
    };
    let outcome = second.counters.execute(&second.stream, SUBJECT, &command(2), decide).await;
    assert!(matches!(outcome, Err(ExecuteError::Rejected(Full))), "{outcome:?}");
    assert_eq!((decisions.load(Ordering::SeqCst), store.events().len()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_command_that_never_wins_gives_up() {
    let store = MemoryStore::new();
    let node = node(&store, &keyring());
    let keyring = keyring();
    let decisions = AtomicU32::new(0);
    let decide = |_: &Counter| {
        let id = decisions.fetch_add(1, Ordering::SeqCst);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let other = crate::common::node(&store, &keyring);
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(other.add(u128::from(id) + 100, 1));
            });
        });
        Ok::<_, Full>(vec![Counted::Added { by: 1000 }])
    };
    let outcome = node.counters.execute(&node.stream, SUBJECT, &command(1), decide).await;
    assert!(matches!(outcome, Err(ExecuteError::Contended)), "{outcome:?}");
    assert_eq!(decisions.load(Ordering::SeqCst), 100);
}

#[tokio::test]
async fn a_command_sent_twice_answers_with_what_it_did_then() {
    let store = MemoryStore::new();
    let keyring = keyring();
    let node_a = node(&store, &keyring);
    node_a.add(1, 5).await;
    node_a.add(2, 7).await;
    for node in [&node_a, &node(&store, &keyring)] {
        // The decision differs from then; what counts is what was recorded.
        let again = node.counters.execute(&node.stream, SUBJECT, &command(1), |s| s.add(900)).await.unwrap();
        assert!(again.replayed);
        assert_eq!(again.events, [Counted::Added { by: 5 }]);
        assert_eq!((again.position, again.version, again.state.sum), (Some(Position(1)), Version(2), 12));
    }
    assert_eq!(store.events().len(), 2);
    assert_eq!(node_a.sum().await, 12);
}

#[tokio::test]
async fn a_command_of_several_events_sent_twice_answers_with_all_of_them() {
    let store = MemoryStore::new();
    let node = node(&store, &keyring());
    let adds = |count: usize| {
        move |_: &Counter| Ok::<_, Full>((0..count).map(|by| Counted::Added { by: by as u64 }).collect())
    };
    node.counters.execute(&node.stream, SUBJECT, &command(1), adds(3)).await.unwrap();
    node.add(2, 9).await;
    for now in [1, 2, 3, 5] {
        let again = node.counters.execute(&node.stream, SUBJECT, &command(1), adds(now)).await.unwrap();
        assert!(again.replayed);
        assert_eq!((again.events.len(), again.position), (3, Some(Position(3))), "{now} decided now");
    }
}

#[tokio::test]
async fn an_append_whose_outcome_is_unknown_leaves_no_stale_state() {
    let store = MemoryStore::new();
    let node = node(&store, &keyring());
    node.add(1, 1).await;
    store.set_log_down(true);
    let failed = node.counters.execute(&node.stream, SUBJECT, &command(2), |s| s.add(1)).await;
    let unavailable =
        |error: &RepositoryError| matches!(error, RepositoryError::Log(LogError::Unavailable(_)));
    assert!(matches!(&failed, Err(ExecuteError::Repository(error)) if unavailable(error)), "{failed:?}");
    store.set_log_down(false);
    node.add(2, 1).await;
    assert_eq!(node.sum().await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_caller_went_away_leaves_no_stale_state() {
    let store = MemoryStore::new();
    let node = node(&store, &keyring());
    let stop = tokio_util::sync::CancellationToken::new();
    tokio::spawn(watchbook_eventlog::follow(node.core.clone(), stop.clone()));
    tokio::time::sleep(Duration::from_millis(10)).await;
    node.add(1, 1).await;
    assert_eq!(node.sum().await, 1);
    // In the log at once, acknowledged much later than the caller waits.
    store.set_append_delay(Duration::from_millis(50));
    let command = command(2);
    let execute = node.counters.execute(&node.stream, SUBJECT, &command, |state| state.add(1));
    assert!(tokio::time::timeout(Duration::from_millis(1), execute).await.is_err());
    assert_eq!(store.head().await.unwrap(), Position(2));
    assert!(node.core.is_fresh());
    assert_eq!(node.sum().await, 2, "seen before the follower looks");
    stop.cancel();
}

#[tokio::test]
async fn history_is_paged_and_decoded() {
    let store = MemoryStore::new();
    let node = node(&store, &keyring());
    for id in 1..=5 {
        node.add(id, id as u64).await;
    }
    let page = node.counters.history(&node.stream, Version(1), 2).await.unwrap();
    let versions: Vec<_> = page.iter().map(|(recorded, _)| recorded.version.0).collect();
    assert_eq!(versions, [2, 3]);
    assert_eq!(page[0].1, Some(Counted::Added { by: 2 }));
}
