//! The one thread of a node that writes. Group commit: one transaction for everything that waits.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use watchbook_eventlog::{Appended, LogError};

use crate::append::{self, Append, View, What};
use crate::at_once::Batch;
use crate::error::{Failure, is_back_in_time, is_disconnected, is_rolled_back, is_taken, silent};
use crate::options::Options;
use crate::{listener, session};

const COMMIT: &str = "COMMIT";
const ROLLBACK: &str = "ROLLBACK";

/// A group takes no more than this, so that its first member does not wait too long.
const GROUP_OPS: usize = 1024;
const GROUP_BYTES: usize = 8 << 20;

/// A connection that lay idle for longer is asked whether it still is one, because what is sent on one that was cut may
/// have been received or not.
const ASK_AFTER: Duration = Duration::from_millis(5);

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
    /// Dropped after every failure: whatever state it was in, a new one is in none.
    connection: Option<PgConnection>,
    /// When the server last answered on it.
    answered: Instant,
    head: watch::Sender<u64>,
    /// Position of the last event known to be committed by this writer, to be announced.
    committed: watch::Sender<u64>,
}

type Answer = Result<Appended, LogError>;

/// How an attempt to commit a group failed.
enum Trouble {
    /// Before it was asked to commit: nothing of it is in the log.
    Before(sqlx::Error),
    /// It may have been committed or not, or will be: the answer is missing.
    Unsettled(sqlx::Error),
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
    /// On a thread of its own: what the server answers is then not kept waiting behind the process's other work.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn spawn(self, operations: mpsc::Receiver<Op>) -> std::io::Result<()> {
        let run = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(self.run(operations)),
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "the writer cannot run"),
        };
        std::thread::Builder::new().name("postgres-writer".into()).spawn(run).map(drop)
    }

    pub(crate) fn new(
        connect: PgConnectOptions,
        options: Options,
        head: watch::Sender<u64>,
        committed: watch::Sender<u64>,
    ) -> Self {
        Self { connect, options, connection: None, answered: Instant::now(), head, committed }
    }

    /// Ends when the queue is closed and empty.
    async fn run(mut self, mut operations: mpsc::Receiver<Op>) {
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
        }
        self.disconnect().await;
    }

    /// Commits the group and answers everyone in it: what can be appended at once first, then the rest.
    async fn write(&mut self, group: Vec<Append>) {
        let whats: Vec<&What> = group.iter().map(|append| &append.what).collect();
        let batch = Batch::of(&whats);
        let at_once = if batch.is_empty() { Ok(Vec::new()) } else { self.write_at_once(&batch).await };
        let (answers, trouble) = match at_once {
            Ok(answers) => (answers, None),
            Err(trouble @ Trouble::Unsettled(_)) => (Vec::new(), Some(trouble)),
            // An event id is in the log already: a replay, or nobody knows what.
            Err(Trouble::Before(error)) if is_taken(&error) => (Vec::new(), None),
            Err(Trouble::Before(error)) => return refuse(group, &error.into()),
            Err(Trouble::Corrupt(what)) => return refuse(group, &Refusal::Corrupt(what)),
        };
        let mut answers = answers.into_iter();
        let rest: Vec<Append> = group
            .into_iter()
            .filter_map(|append| match answers.next().flatten() {
                Some(appended) => {
                    // Nobody waits any more when the caller gave up; the append stands all the same.
                    let _ = append.answer.send(Ok(appended));
                    None
                }
                None => Some(append),
            })
            .collect();
        if rest.is_empty() {
            return;
        }
        let whats: Vec<&What> = rest.iter().map(|append| &append.what).collect();
        match self.settle(&whats, trouble).await {
            Ok(answers) => {
                for (append, answer) in rest.into_iter().zip(answers) {
                    let _ = append.answer.send(answer);
                }
            }
            Err(refusal) => refuse(rest, &refusal),
        }
    }

    /// In one exchange. A connection that turns out to be cut before is replaced once.
    async fn write_at_once(&mut self, batch: &Batch<'_>) -> Result<Vec<Option<Appended>>, Trouble> {
        let patience = self.options.patience();
        let known = *self.head.borrow();
        let is_idle = self.answered.elapsed() >= ASK_AFTER;
        if let Some(connection) = self.connection.as_mut().filter(|_| is_idle)
            && within(patience, connection.ping()).await.is_err()
        {
            self.connection = None;
        }
        let connection = self.connection().await?;
        let written = within(patience, batch.write(connection, known.cast_signed())).await;
        self.answered = Instant::now();
        match written {
            Ok(written) => {
                self.has_committed(written.head);
                Ok(written.answers)
            }
            // The connection is good.
            Err(error) if is_back_in_time(&error) => Err(Trouble::Corrupt(error.to_string())),
            Err(error) if is_taken(&error) => Err(Trouble::Before(error)),
            Err(error) => {
                self.connection = None;
                Err(if is_rolled_back(&error) { Trouble::Before(error) } else { Trouble::Unsettled(error) })
            }
        }
    }

    /// Tries until the outcome is known, also of an attempt that has ended in `trouble`. A connection that was cut
    /// before `COMMIT` is replaced once, as it may have been cut long ago; one cut in mid-commit until the server tells
    /// what became of it, or patience ends.
    async fn settle(
        &mut self,
        group: &[&What],
        mut trouble: Option<Trouble>,
    ) -> Result<Vec<Answer>, Refusal> {
        let mut may_be_written = false;
        let mut deadline = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let was_open = self.connection.is_some();
            let trouble = match trouble.take() {
                Some(trouble) => trouble,
                None => match self.attempt(group, may_be_written).await {
                    Ok(answers) => return Ok(answers),
                    Err(trouble) => trouble,
                },
            };
            self.connection = None;
            let error = match trouble {
                Trouble::Corrupt(what) => return Err(Refusal::Corrupt(what)),
                Trouble::Before(error) if deadline.is_none() => {
                    if was_open && is_disconnected(&error) {
                        continue;
                    }
                    return Err(error.into());
                }
                Trouble::Before(error) => error,
                Trouble::Unsettled(error) => {
                    tracing::info!(
                        error = &error as &dyn std::error::Error,
                        "the answer to a commit is missing: finding out what became of it"
                    );
                    may_be_written = true;
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

    /// What comes to nothing needs no lock: it is answered from a snapshot. The rest is decided anew in a transaction
    /// that holds the lock.
    ///
    /// What may be written already is looked for under the lock. An attempt whose outcome is unknown was over before
    /// the lock was given, and is seen if it was committed; or it gets the lock later, and finds all its streams at
    /// other versions than it expected.
    async fn attempt(&mut self, group: &[&What], may_be_written: bool) -> Result<Vec<Answer>, Trouble> {
        let patience = self.options.patience();
        let known = *self.head.borrow();
        let connection = self.connection().await?;
        if !may_be_written {
            let view = within(patience, append::look(connection, group)).await?;
            let decided = append::decide(reaching(view, known)?, group);
            if decided.is_empty() {
                return Ok(decided.answers);
            }
        }
        within(patience, append::begin(connection)).await?;
        let there = if may_be_written {
            within(patience, append::found(connection, group)).await?
        } else {
            vec![None; group.len()]
        };
        let rest: Vec<&What> =
            group.iter().zip(&there).filter(|(_, there)| there.is_none()).map(|(what, _)| *what).collect();
        let view = within(patience, append::look(connection, &rest)).await?;
        let decided = append::decide(reaching(view, known)?, &rest);
        if decided.is_empty() {
            within(patience, connection.execute(sqlx::raw_sql(ROLLBACK))).await?;
        } else {
            within(patience, decided.write(connection)).await?;
            let committed = within(patience, connection.execute(sqlx::raw_sql(COMMIT))).await;
            committed.map_err(Trouble::Unsettled)?;
        }
        self.has_committed(decided.head());
        let mut decided = decided.answers.into_iter();
        let answer = |there: Option<Appended>| match there {
            Some(appended) => Some(Ok(appended)),
            None => decided.next(),
        };
        Ok(there.into_iter().filter_map(answer).collect())
    }

    fn has_committed(&self, head: i64) {
        listener::known(&self.head, head);
        listener::known(&self.committed, head);
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

/// A log that ends before what was known to be committed is not the one that it was.
fn reaching(view: View, known: u64) -> Result<View, Trouble> {
    if view.head() < known {
        let what =
            format!("it ends at {}, and had reached {known}: the server went back in time", view.head());
        return Err(Trouble::Corrupt(what));
    }
    Ok(view)
}

fn refuse(group: Vec<Append>, refusal: &Refusal) {
    match refusal {
        Refusal::Corrupt(what) => tracing::error!(what, "the log is corrupt"),
        Refusal::Failed(failure) => {
            tracing::warn!(error = failure as &dyn std::error::Error, "a group was not written");
        }
    }
    for append in group {
        let _ = append.answer.send(Err(refusal.error()));
    }
}
