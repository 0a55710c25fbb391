//! Several nodes on one database: work is shared, and who slept cannot write. Only where there is a PostgreSQL.

use super::world::eventually;
use crate::cell::Value;
use crate::{Fence, Views, ViewsError};
use chrono::TimeDelta;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use watchbook_domain::Timestamp;
use watchbook_eventlog::Position;
use watchbook_test_postgres::Server;

async fn nodes() -> Option<(Views, Views)> {
    let url = Server::shared()?.database();
    let open = async || Views::open_postgres(url.parse().unwrap()).await.unwrap();
    Some((open().await, open().await))
}

/// Works under the lease `work` until stopped; tells of each turn by its fence.
fn worker(
    views: &Views,
    at_work: &Arc<AtomicUsize>,
) -> (CancellationToken, tokio::sync::mpsc::UnboundedReceiver<Fence>) {
    let (stop, (turns, told)) = (CancellationToken::new(), tokio::sync::mpsc::unbounded_channel());
    let (views, at_work, stopped) = (views.clone(), at_work.clone(), stop.clone());
    tokio::spawn(async move {
        let work = async |mine: CancellationToken, fence| {
            assert_eq!(at_work.fetch_add(1, Ordering::SeqCst), 0, "two at work");
            turns.send(fence).unwrap();
            mine.cancelled().await;
            at_work.fetch_sub(1, Ordering::SeqCst);
        };
        views.under_lease("work", &stopped, work).await;
    });
    (stop, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_node_works_and_another_goes_on() {
    let Some((one, two)) = nodes().await else { return };
    let at_work = Arc::new(AtomicUsize::new(0));
    let (stop_one, mut turns_one) = worker(&one, &at_work);
    let first = turns_one.recv().await.unwrap();
    let (stop_two, mut turns_two) = worker(&two, &at_work);
    // Longer than a term: it is renewed.
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert!(turns_two.try_recv().is_err());
    one.set_reactor_cursor("work", Position(1), first).await.unwrap();
    stop_one.cancel();
    let second = tokio::time::timeout(Duration::from_secs(4), turns_two.recv()).await.unwrap().unwrap();
    // The first one's word does not count any more.
    let late = one.set_reactor_cursor("work", Position(2), first).await;
    assert!(matches!(late, Err(ViewsError::Fenced)), "{late:?}");
    two.set_reactor_cursor("work", Position(3), second).await.unwrap();
    assert_eq!(one.reactor_cursor("work").await.unwrap(), Position(3));
    stop_two.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_was_taken_away_ends_the_work() {
    let Some((one, two)) = nodes().await else { return };
    let at_work = Arc::new(AtomicUsize::new(0));
    let (_stop, mut turns) = worker(&one, &at_work);
    let first = turns.recv().await.unwrap();
    // As if this node had slept, and another had taken over meanwhile.
    let taken = "UPDATE leases SET holder = $1, epoch = epoch + 1 RETURNING epoch";
    two.database().write(taken, &[Value::Bytes(&[7; 16])]).await.unwrap();
    let late = one.set_reactor_cursor("work", Position(2), first).await;
    assert!(matches!(late, Err(ViewsError::Fenced)), "{late:?}");
    eventually("the work ends", async || at_work.load(Ordering::SeqCst) == 0).await;
    // It gets its turn again when the other does not renew.
    assert!(turns.recv().await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn budgets_are_shared_and_not_spent_twice() {
    let Some((one, two)) = nodes().await else { return };
    let (one, two) = (one.budgets().unwrap(), two.budgets().unwrap());
    let now = Timestamp::from_micros(1_700_000_000_000_000);
    let (cost, depth) = (TimeDelta::seconds(1), TimeDelta::seconds(5));
    let takes = (0..20).map(|n| {
        let budgets = if n % 2 == 0 { one.clone() } else { two.clone() };
        tokio::spawn(async move { budgets.take("source", now, cost, depth).await.unwrap() })
    });
    let mut refused = Vec::new();
    for take in takes.collect::<Vec<_>>() {
        refused.extend(take.await.unwrap().err());
    }
    assert_eq!(refused, vec![cost; 15]);
    assert_eq!(two.take("other", now, cost, depth).await.unwrap(), Ok(now + cost));
    assert_eq!(one.take("source", now + cost, cost, depth).await.unwrap(), Ok(now + cost + depth));
    assert_eq!(two.take("source", now + cost, cost, depth).await.unwrap(), Err(cost));
    assert_eq!(one.count_refusal("source", 7).await.unwrap(), 1);
    assert_eq!(two.count_refusal("source", 7).await.unwrap(), 2);
    assert_eq!(two.count_refusal("source", 8).await.unwrap(), 1);
    assert_eq!(one.forget(now + depth + depth, 8).await.unwrap(), 1, "the other one owes nothing");
    assert_eq!(one.forget(now + depth + depth, 9).await.unwrap(), 1);
}
