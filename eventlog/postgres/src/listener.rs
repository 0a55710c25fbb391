//! Learns of other nodes' appends as they are committed. Never the only way: whoever waits also asks from time to time.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::watch;

use crate::error::silent;
use crate::options::Options;
use crate::read::HEAD;

/// A connection that has been silent for so long is asked whether it still is one.
const ASK_AFTER: Duration = Duration::from_secs(15);

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

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
