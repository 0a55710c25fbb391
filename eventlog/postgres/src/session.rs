//! Connections: how each begins, and the pool of the readers.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::error::silent;
use crate::options::Options;

/// Never lower than `on`; a cluster that asks for more keeps it.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')";

/// A connection that lay idle longer may have been cut unnoticed.
const ASK_AFTER: Duration = Duration::from_secs(1);

pub(crate) async fn begin(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(DURABLE).persistent(false).execute(connection).await.map(drop)
}

/// A connection outside the pool.
pub(crate) async fn connect(
    connect: &PgConnectOptions,
    timeout: Duration,
) -> Result<PgConnection, sqlx::Error> {
    let connecting = async {
        let mut connection = connect.connect().await?;
        begin(&mut connection).await?;
        Ok(connection)
    };
    tokio::time::timeout(timeout, connecting).await.unwrap_or_else(|_| Err(silent()))
}

pub(crate) fn pool(connect: &PgConnectOptions, options: &Options) -> PgPool {
    PgPoolOptions::new()
        .max_connections(options.connections.max(1))
        .acquire_timeout(options.acquire_timeout)
        .idle_timeout(Duration::from_secs(600))
        .max_lifetime(Duration::from_secs(3600))
        .test_before_acquire(false)
        .before_acquire(|connection, known| {
            Box::pin(async move { Ok(known.idle_for < ASK_AFTER || connection.ping().await.is_ok()) })
        })
        .after_connect(|connection, _| Box::pin(begin(connection)))
        .connect_lazy_with(connect.clone())
}

/// Runs a statement on a connection of the pool, again on another one when the first turns out to be cut. Only for
/// statements that may run twice.
macro_rules! on_pool {
    ($log:expr, $connection:ident => $statement:expr) => {{
        let log = $log;
        let mut left = log.readers.options().get_max_connections();
        loop {
            let mut $connection = match log.readers.acquire().await {
                Ok(connection) => connection,
                Err(error) => break Err(error),
            };
            match tokio::time::timeout(log.patience, $statement).await {
                Ok(Err(error)) if left > 0 && $crate::error::is_disconnected(&error) => {
                    left -= 1;
                    drop($connection.detach());
                }
                Ok(answer) => break answer,
                Err(_) => {
                    // Handed back it would be waited for.
                    drop($connection.detach());
                    break Err($crate::error::silent());
                }
            }
        }
    }};
}
pub(crate) use on_pool;

#[cfg(test)]
mod tests {
    use super::*;
    use watchbook_test_postgres::Server;

    #[tokio::test]
    async fn no_session_commits_less_than_durably() {
        let Some(server) = Server::start() else { return };
        let url = server.database();
        let name = url.rsplit('/').next().unwrap();
        server.sql(&url, &format!("ALTER DATABASE {name} SET synchronous_commit = off"));
        let options = Options::default();
        let lax = format!("{url}?options=-c%20synchronous_commit%3Doff%20-c%20statement_timeout%3D0");
        let shown = async |url: &str, setting: &'static str| {
            let mut alone = connect(&options.connect(url).unwrap(), options.acquire_timeout).await.unwrap();
            let alone: String = sqlx::query_scalar(setting).fetch_one(&mut alone).await.unwrap();
            let pooled = pool(&options.connect(url).unwrap(), &options);
            let pooled: String = sqlx::query_scalar(setting).fetch_one(&pooled).await.unwrap();
            assert_eq!(alone, pooled);
            alone
        };
        assert_eq!(shown(&url, "SHOW synchronous_commit").await, "on");
        assert_eq!(shown(&lax, "SHOW synchronous_commit").await, "on");
        assert_eq!(shown(&lax, "SHOW statement_timeout").await, "10s");
        let strict = format!("{url}?options=-c%20synchronous_commit%3Dremote_apply");
        assert_eq!(shown(&strict, "SHOW synchronous_commit").await, "remote_apply");
    }
}
