//! The one task of a node that writes. Group commit: one transaction for everything that waits.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use watchbook_eventlog::{Appended, LogError};

use crate::append::{self, Append, Decided};
use crate::error::{Failure, is_disconnected, is_taken, silent};
use crate::options::Options;
use crate::{listener, session};

const COMMIT: &str = "COMMIT";
const ROLLBACK: &str = "ROLLBACK";

/// A group takes no more than this, so that its first member does not wait too long.
const GROUP_OPS: usize = 1024;
const GROUP_BYTES: usize = 8 << 20;

/// Turns given to other tasks between two groups, at most.
const GATHER: usize = 32;

/// Between two attempts to find out what became of a commit.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// What the writer is asked to do.
pub(crate) enum Op {
    Append(Append),
    Close(oneshot::Sender<()>),
}

pub(crate) struct Writer {
    connect: PgConnectOptions,
    options: Options,
    channel: String,
    /// Dropped after every failure: whatever state it was in, a new one is in none.
    connection: Option<PgConnection>,
    head: watch::Sender<u64>,
}

type Answers = Vec<Result<Appended, LogError>>;

/// How an attempt to commit a group failed.
enum Trouble {
    /// Before it was asked to commit: nothing of it is in the log.
    Before(sqlx::Error),
    /// The answer to `COMMIT` is missing: it happened or not.
    Unsettled(sqlx::Error, Decided),
    /// An event id is in the log already, and was not looked up. Nothing is written, and the connection is good.
    Taken,
    /// The log breaks its own rules.
    Corrupt(String),
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        Self::Before(error)
    }
}

/// Why a group is answered with an error, the same for all in it.
enum Refusal {
    Failed(Failure),
    Corrupt(String),
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Refusal {
    fn error(&self) -> LogError {
        match self {
            Self::Failed(failure) => failure.clone().into(),
            Self::Corrupt(what) => LogError::Corrupt(what.clone()),
        }
    }
}

impl Writer {
    pub(crate) fn new(connect: PgConnectOptions, options: Options, head: watch::Sender<u64>) -> Self {
        let channel = options.channel();
        Self { connect, options, channel, connection: None, head }
    }

    /// Ends when the queue is closed and empty.
    pub(crate) async fn run(mut self, mut operations: mpsc::Receiver<Op>) {
        while let Some(first) = operations.recv().await {
            let mut group = Vec::new();
            let mut bytes = 0;
            let mut close = None;
            let mut next = Some(first);
            while let Some(op) = next {
                match op {
                    Op::Append(append) => {
                        bytes += append.what.size();
                        group.push(append);
                    }
                    Op::Close(done) => {
                        close = Some(done);
                        break;
                    }
                }
                let is_full = group.len() >= GROUP_OPS || bytes >= GROUP_BYTES;
                next = if is_full { None } else { operations.try_recv().ok() };
            }
            if !group.is_empty() {
                self.write(group).await;
            }
            if let Some(done) = close {
                operations.close();
                self.disconnect().await;
                let _ = done.send(());
            }
            // Those just answered may have more to write, and a fuller group costs the same round trips and sync:
            // let them come as long as they do.
            for _ in 0..GATHER {
                let waiting = operations.len();
                tokio::task::yield_now().await;
                if operations.len() == waiting {
                    break;
                }
            }
        }
        self.disconnect().await;
    }

    /// Commits the group and answers everyone in it.
    async fn write(&mut self, group: Vec<Append>) {
        match self.settle(&group).await {
            Ok(answers) => {
                for (append, answer) in group.into_iter().zip(answers) {
                    // Nobody waits any more when the caller gave up; the append stands all the same.
                    let _ = append.answer.send(answer);
                }
            }
            Err(refusal) => {
                match &refusal {
                    Refusal::Corrupt(what) => tracing::error!(what, "the log is corrupt"),
                    Refusal::Failed(failure) => {
                        tracing::warn!(error = failure as &dyn std::error::Error, "a group was not written");
                    }
                }
                for append in group {
                    let _ = append.answer.send(Err(refusal.error()));
                }
            }
        }
    }

    /// Tries until the outcome is known. A connection that was cut before `COMMIT` is replaced once, as it may have
    /// been cut long ago; one cut in mid-commit until the server tells what became of it, or patience ends.
    async fn settle(&mut self, group: &[Append]) -> Result<Answers, Refusal> {
        let mut unsettled: Option<Decided> = None;
        let mut look_up = false;
        let mut deadline = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let was_open = self.connection.is_some();
            let trouble = match self.attempt(group, unsettled.as_ref(), look_up).await {
                Ok(answers) => return Ok(answers),
                Err(trouble) => trouble,
            };
            if !matches!(trouble, Trouble::Taken) {
                self.connection = None;
            }
            let error = match trouble {
                Trouble::Taken => {
                    look_up = true;
                    continue;
                }
                Trouble::Corrupt(what) => return Err(Refusal::Corrupt(what)),
                Trouble::Before(error) if deadline.is_none() => {
                    if was_open && is_disconnected(&error) {
                        continue;
                    }
                    return Err(error.into());
                }
                Trouble::Before(error) => error,
                Trouble::Unsettled(error, decided) => {
                    tracing::info!(
                        error = &error as &dyn std::error::Error,
                        "the answer to a commit is missing: finding out what became of it"
                    );
                    unsettled = Some(decided);
                    look_up = true;
                    error
                }
            };
            let end = *deadline.get_or_insert_with(|| Instant::now() + self.options.outcome_timeout);
            if Instant::now() >= end {
                return Err(error.into());
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One transaction. It holds the lock that a transaction of unknown outcome held too, so that one is over, and
    /// seen if it was committed: then its answers stand.
    async fn attempt(
        &mut self,
        group: &[Append],
        unsettled: Option<&Decided>,
        look_up: bool,
    ) -> Result<Answers, Trouble> {
        let patience = self.options.patience();
        let known = *self.head.borrow();
        let channel = self.channel.clone();
        let connection = self.connection().await?;
        let mut view = within(patience, append::begin(connection, group)).await?;
        if view.head() < known {
            let what =
                format!("it ends at {}, and had reached {known}: the server went back in time", view.head());
            return Err(Trouble::Corrupt(what));
        }
        if look_up {
            within(patience, append::look_up_events(connection, &mut view, group)).await?;
        }
        if let Some(unsettled) = unsettled
            && unsettled.is_in(&view)
        {
            within(patience, connection.execute(sqlx::raw_sql(ROLLBACK))).await?;
            listener::known(&self.head, unsettled.head);
            return Ok(unsettled.answers.iter().map(copy).collect());
        }
        let decided = match within(patience, append::write(connection, view, group, &channel)).await {
            Err(error) if !look_up && is_taken(&error) => {
                within(patience, connection.execute(sqlx::raw_sql(ROLLBACK))).await?;
                return Err(Trouble::Taken);
            }
            decided => decided?,
        };
        if decided.is_empty() {
            within(patience, connection.execute(sqlx::raw_sql(ROLLBACK))).await?;
            return Ok(decided.answers);
        }
        match within(patience, connection.execute(sqlx::raw_sql(COMMIT))).await {
            Ok(_) => {
                listener::known(&self.head, decided.head);
                Ok(decided.answers)
            }
            Err(error) => Err(Trouble::Unsettled(error, decided)),
        }
    }

    async fn connection(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => session::connect(&self.connect, self.options.acquire_timeout).await?,
        };
        Ok(self.connection.insert(connection))
    }

    async fn disconnect(&mut self) {
        if let Some(connection) = self.connection.take() {
            // A server that does not take leave is left without.
            let _ = tokio::time::timeout(self.options.acquire_timeout, connection.close()).await;
        }
    }
}

async fn within<T>(
    patience: Duration,
    asked: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(patience, asked).await.unwrap_or_else(|_| Err(silent()))
}

fn copy(answer: &Result<Appended, LogError>) -> Result<Appended, LogError> {
    match answer {
        Ok(appended) => Ok(*appended),
        Err(LogError::Conflict { actual }) => Err(LogError::Conflict { actual: *actual }),
        Err(other) => Err(LogError::Corrupt(other.to_string())),
    }
}
