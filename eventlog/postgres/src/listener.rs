//! Learns of other nodes' appends when they are committed, and tells of its own. Never the only way: whoever waits also
//! asks from time to time.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::sync::watch;

use crate::error::silent;
use crate::options::Options;
use crate::read::HEAD;

/// A connection that has been silent for so long is asked whether it still is one.
const ASK_AFTER: Duration = Duration::from_secs(15);

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Between two announcements. Each costs the server a transaction and wakes a session for every node, so they are not
/// made with the appends.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(20);

/// Nothing is lost with an announcement that a crash forgets, so this one transaction is not synced.
const ANNOUNCE: &str = "SELECT pg_notify($1, $2), set_config('synchronous_commit', 'off', true)";

/// Tells other nodes how far this one has committed, until its writer has ended.
pub(crate) async fn announce(connections: PgPool, channel: String, mut committed: watch::Receiver<u64>) {
    while committed.changed().await.is_ok() {
        let position = committed.borrow_and_update().to_string();
        let announced = sqlx::query(ANNOUNCE).bind(&channel).bind(position).execute(&connections).await;
        if let Err(error) = announced {
            tracing::debug!(error = &error as &dyn std::error::Error, "an append was not announced");
        }
        tokio::time::sleep(ANNOUNCE_EVERY).await;
    }
}

/// For ever: listens, and connects anew when the connection ends.
pub(crate) async fn listen(connect: PgConnectOptions, options: Options, head: watch::Sender<u64>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut heard = false;
        if let Err(error) = listen_once(&connect, &options, &head, &mut heard).await {
            tracing::debug!(error = &error as &dyn std::error::Error, "the listener's connection ended");
        }
        if heard {
            pause = FIRST_PAUSE;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn listen_once(
    connect: &PgConnectOptions,
    options: &Options,
    head: &watch::Sender<u64>,
    heard: &mut bool,
) -> Result<(), sqlx::Error> {
    let patience = options.patience();
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(options.acquire_timeout)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(connect.clone().application_name("watchbook listener"));
    let mut listener = PgListener::connect_with(&pool).await?;
    within(patience, listener.listen(&options.channel())).await?;
    *heard = true;
    // What was committed before this moment was not announced to us.
    known(head, within(patience, sqlx::query_scalar(HEAD).fetch_one(&mut listener)).await?);
    loop {
        match tokio::time::timeout(ASK_AFTER, listener.try_recv()).await {
            Ok(Ok(Some(announced))) => known(head, announced.payload().parse().unwrap_or(0)),
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => known(head, within(patience, sqlx::query_scalar(HEAD).fetch_one(&mut listener)).await?),
        }
    }
}

async fn within<T>(
    patience: Duration,
    asked: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(patience, asked).await.unwrap_or_else(|_| Err(silent()))
}

/// News can overtake each other; what is known only grows.
pub(crate) fn known(head: &watch::Sender<u64>, position: i64) {
    let position = position.unsigned_abs();
    head.send_if_modified(|known| {
        let grown = position > *known;
        *known = position.max(*known);
        grown
    });
}
