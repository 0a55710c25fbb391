//! Opening the log.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::PgPool;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;

use crate::error::Closed;
use crate::migrate::{self, SCHEMA_VERSION};
use crate::options::Options;
use crate::writer::{Op, Writer};
use crate::{listener, read, session};

/// Appends that may wait for the writer; more wait outside.
const QUEUE: usize = 4096;

/// Why the log cannot be opened. No message names the server: its URL may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL cannot be understood.
    #[error("the URL is not one of PostgreSQL's")]
    Url,
    /// See [`Options::schema`].
    #[error("the schema's name must be of lower-case letters, digits and _")]
    SchemaName,
    /// It cannot be reached, lets nobody in, or does not let this user do what is needed.
    #[error("the PostgreSQL server cannot be used")]
    Server(#[source] sqlx::Error),
    /// The server's own settings would break the log's promises.
    #[error("the PostgreSQL server is unfit: {0}")]
    Unfit(&'static str),
    /// The schema holds something else.
    #[error("the schema is not an event log's")]
    NotOurs,
    /// There are no tables, and they are not to be created.
    #[error("the schema holds no event log")]
    Missing,
    /// Written by an older program, and not to be brought up to date.
    #[error("the log has schema version {found}, this program needs {SCHEMA_VERSION}")]
    Older {
        /// Its version.
        found: i64,
    },
    /// Written by a newer program.
    #[error("the log has schema version {found}, this program knows up to {SCHEMA_VERSION}")]
    Newer {
        /// Its version.
        found: i64,
    },
}

/// An event log, vault and snapshots in one PostgreSQL schema.
pub struct PostgresLog {
    pub(crate) schema: String,
    pub(crate) readers: PgPool,
    /// Of the client for one statement.
    pub(crate) patience: Duration,
    pub(crate) queue: mpsc::Sender<Op>,
    /// Position of the last event known to be committed, here or elsewhere.
    pub(crate) head: watch::Sender<u64>,
    listener: AbortHandle,
}

impl std::fmt::Debug for PostgresLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresLog").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl PostgresLog {
    /// Opens the log in the database that `url` names (`postgres://user:password@host:port/database`), creates its
    /// tables if there are none, and starts the writer and the listener on the current tokio runtime.
    ///
    /// TLS is the URL's: `sslmode=verify-full`, `sslrootcert=…`, `sslcert=…`, `sslkey=…`. Where it names no `sslmode`,
    /// a server on another machine is held to `verify-full`.
    ///
    /// # Errors
    /// See [`OpenError`]. A server that is not there now is one: the caller may try again. Once open, the log answers
    /// `Unavailable` while the server is away and recovers by itself.
    pub async fn open(url: &str, options: Options) -> Result<Arc<Self>, OpenError> {
        options.check()?;
        let connect = options.connect(url)?;
        let opening = session::connect(&connect, options.acquire_timeout);
        let mut connection = opening.await.map_err(OpenError::Server)?;
        migrate::check_server(&mut connection).await?;
        migrate::migrate(&mut connection, &options).await?;
        let head: i64 =
            sqlx::query_scalar(read::HEAD).fetch_one(&mut connection).await.map_err(OpenError::Server)?;
        // Everything is done; how the connection ends is of no interest.
        let _ = connection.close().await;

        let (queue, operations) = mpsc::channel(QUEUE);
        let (head, _) = watch::channel(head.unsigned_abs());
        let listener = tokio::spawn(listener::listen(connect.clone(), options.clone(), head.clone()));
        let readers = session::pool(&connect, &options);
        let patience = options.patience();
        let schema = options.schema.clone();
        let (committed, announced) = watch::channel(*head.borrow());
        tokio::spawn(listener::announce(readers.clone(), options.channel(), announced));
        let writer = Writer::new(connect, options, head.clone(), committed);
        writer.spawn(operations).map_err(|error| OpenError::Server(error.into()))?;
        Ok(Arc::new(Self { schema, readers, patience, queue, head, listener: listener.abort_handle() }))
    }

    /// Waits until everything in the queue is written, and closes all connections. Later calls answer `Unavailable`.
    pub async fn close(&self) {
        self.listener.abort();
        self.readers.close().await;
        let _ = self.ask(Op::Close).await;
    }

    /// Puts an operation into the writer's queue and waits for its answer.
    pub(crate) async fn ask<T>(&self, op: impl FnOnce(oneshot::Sender<T>) -> Op) -> Result<T, Closed> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(op(answer)).await.map_err(|_| Closed)?;
        answered.await.map_err(|_| Closed)
    }
}

impl Drop for PostgresLog {
    fn drop(&mut self) {
        self.listener.abort();
    }
}
