//! The one task that writes. Group commit: one transaction and one `fsync` for everything that waits.

use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use watchbook_eventlog::{Appended, LogError};

use crate::append::{self, Append};
use crate::error::Failure;
use crate::open::Options;
use crate::vault::{self, Change, Changed};

const BEGIN: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";

/// How long emptying the write-ahead log may wait for readers of old pages, and hold up the queue meanwhile.
const SCRUB_PATIENCE: Duration = Duration::from_millis(100);
const SCRUB: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// SQLite's own limit.
const NO_LIMIT: u32 = 4_294_967_294;

/// A group takes no more than this, so that its first member does not wait too long.
const GROUP_OPS: usize = 1024;
const GROUP_BYTES: usize = 8 << 20;

/// Turns given to other tasks between two groups, at most.
const GATHER: usize = 32;

/// What the writer is asked to do.
pub(crate) enum Op {
    Append(Append),
    /// Of the vault or the snapshots.
    Change(Change, oneshot::Sender<Result<Changed, Failure>>),
    LimitPages(Option<u32>, oneshot::Sender<()>),
    Close(oneshot::Sender<()>),
}

struct Writer {
    connect: SqliteConnectOptions,
    options: Options,
    /// Dropped after every failure: whatever state it was in, a new one is in none.
    connection: Option<SqliteConnection>,
    head: watch::Sender<u64>,
    /// When overwritten bytes must leave the files.
    scrub_at: Option<Instant>,
}

/// Ends when the queue is closed and empty.
pub(crate) fn spawn(
    connect: SqliteConnectOptions,
    options: Options,
    operations: mpsc::Receiver<Op>,
    head: watch::Sender<u64>,
) {
    let writer = Writer { connect, options, connection: None, head, scrub_at: None };
    tokio::spawn(writer.run(operations));
}

#[derive(Default)]
struct Group {
    appends: Vec<Append>,
    changes: Vec<Change>,
    answers: Vec<oneshot::Sender<Result<Changed, Failure>>>,
    bytes: usize,
}

impl Group {
    fn add(&mut self, op: Op) -> Option<Op> {
        match op {
            Op::Append(append) => {
                self.bytes += append.events.iter().map(|event| event.payload.len()).sum::<usize>();
                self.appends.push(append);
            }
            Op::Change(change, answer) => {
                self.bytes += change.size();
                self.changes.push(change);
                self.answers.push(answer);
            }
            other => return Some(other),
        }
        None
    }

    fn is_full(&self) -> bool {
        self.appends.len() + self.changes.len() >= GROUP_OPS || self.bytes >= GROUP_BYTES
    }
}

struct Outcome {
    appended: Vec<Result<Appended, LogError>>,
    changed: Vec<Changed>,
    head: Option<u64>,
}

impl Writer {
    async fn run(mut self, mut operations: mpsc::Receiver<Op>) {
        loop {
            let first = match self.scrub_at {
                None => operations.recv().await,
                Some(at) => tokio::select! {
                    biased;
                    () = tokio::time::sleep_until(at) => {
                        self.scrub().await;
                        continue;
                    }
                    first = operations.recv() => first,
                },
            };
            let Some(first) = first else { break };
            let mut group = Group::default();
            let mut other = group.add(first);
            while other.is_none() && !group.is_full() {
                let Ok(next) = operations.try_recv() else { break };
                other = group.add(next);
            }
            self.write(group).await;
            match other {
                Some(Op::LimitPages(max_pages, done)) => {
                    self.options.max_pages = max_pages;
                    self.disconnect().await;
                    let _ = done.send(());
                }
                Some(Op::Close(done)) => {
                    operations.close();
                    self.end().await;
                    let _ = done.send(());
                }
                _ => {}
            }
            // Those just answered may have more to write, and a fuller group costs the same `fsync`: let them come
            // as long as they do.
            for _ in 0..GATHER {
                let waiting = operations.len();
                tokio::task::yield_now().await;
                if operations.len() == waiting {
                    break;
                }
            }
        }
        self.end().await;
    }

    /// Commits the group and answers everyone in it.
    async fn write(&mut self, mut group: Group) {
        if group.appends.is_empty() && group.changes.is_empty() {
            return;
        }
        let outcome = self.transact(&mut group).await;
        match outcome {
            Ok(outcome) => {
                if let Some(head) = outcome.head {
                    self.head.send_if_modified(|known| std::mem::replace(known, head) != head);
                }
                if self.scrub_at.is_none() && outcome.changed.iter().any(|changed| changed.overwrote) {
                    self.scrub_at = Some(Instant::now() + self.options.scrub_after);
                }
                for (append, answer) in group.appends.into_iter().zip(outcome.appended) {
                    // Nobody waits any more when the caller gave up; the append stands all the same.
                    let _ = append.answer.send(answer);
                }
                for (answer, value) in group.answers.into_iter().zip(outcome.changed) {
                    let _ = answer.send(Ok(value));
                }
            }
            Err(error) => {
                let failure = Failure::from(error);
                tracing::warn!(error = &failure as &dyn std::error::Error, "a group was not written");
                self.disconnect().await;
                for append in group.appends {
                    let _ = append.answer.send(Err(failure.clone().into()));
                }
                for answer in group.answers {
                    let _ = answer.send(Err(failure.clone()));
                }
            }
        }
    }

    async fn transact(&mut self, group: &mut Group) -> Result<Outcome, sqlx::Error> {
        let connection = self.connection().await?;
        sqlx::query(BEGIN).execute(&mut *connection).await?;
        let mut outcome = Outcome { appended: vec![], changed: vec![], head: None };
        if !group.appends.is_empty() {
            let (appended, head) = append::append_all(connection, &mut group.appends).await?;
            outcome.appended = appended;
            outcome.head = Some(head);
        }
        for change in &group.changes {
            outcome.changed.push(vault::apply(connection, change).await?);
        }
        sqlx::query(COMMIT).execute(&mut *connection).await?;
        Ok(outcome)
    }

    async fn connection(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let mut connection = self.connect.connect().await?;
                let limit = format!("PRAGMA max_page_count = {}", self.options.max_pages.unwrap_or(NO_LIMIT));
                sqlx::query(AssertSqlSafe(limit)).execute(&mut connection).await?;
                connection
            }
        };
        Ok(self.connection.insert(connection))
    }

    /// Rolls back whatever was open.
    async fn disconnect(&mut self) {
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::debug!(error = &error as &dyn std::error::Error, "the writer's connection broke");
        }
    }

    async fn scrub(&mut self) {
        let busy_timeout = self.options.busy_timeout;
        let done = match self.connection().await {
            Ok(connection) => scrub(connection, busy_timeout).await,
            Err(error) => Err(error),
        };
        self.scrub_at = match done {
            Ok(true) => None,
            _ => Some(Instant::now() + self.options.scrub_after),
        };
        if let Err(error) = done {
            tracing::warn!(error = &error as &dyn std::error::Error, "the write-ahead log was not emptied");
            self.disconnect().await;
        }
    }

    async fn end(&mut self) {
        if self.scrub_at.is_some() {
            self.scrub().await;
        }
        self.disconnect().await;
    }
}

/// Moves everything from the write-ahead log into the file and empties it, so that what was overwritten is gone from
/// both. False when readers are in the way: to be tried again.
pub(crate) async fn scrub(
    connection: &mut SqliteConnection,
    busy_timeout: Duration,
) -> Result<bool, sqlx::Error> {
    set_busy_timeout(connection, SCRUB_PATIENCE.min(busy_timeout)).await?;
    let (busy, _, _): (i64, i64, i64) = sqlx::query_as(SCRUB).fetch_one(&mut *connection).await?;
    set_busy_timeout(connection, busy_timeout).await?;
    Ok(busy == 0)
}

async fn set_busy_timeout(connection: &mut SqliteConnection, timeout: Duration) -> Result<(), sqlx::Error> {
    let sql = format!("PRAGMA busy_timeout = {}", timeout.as_millis());
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await.map(drop)
}
