//! The one thread that writes. Group commit: one transaction and one `fsync` for everything that waits.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use watchbook_eventlog::{Appended, LogError};

use crate::append::{self, Append};
use crate::error::Failure;
use crate::open::Options;
use crate::vault::{self, Change, Changed};

/// How long emptying the write-ahead log may wait for readers of old pages, and hold up the queue meanwhile.
const SCRUB_PATIENCE: Duration = Duration::from_millis(100);
const SCRUB: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// SQLite's own limit.
const NO_LIMIT: u32 = 4_294_967_294;

/// Operations that may wait for the writer; more wait outside.
const QUEUE: usize = 4096;

/// A group takes no more than this, so that its first member does not wait too long.
const GROUP_OPS: usize = 1024;
const GROUP_BYTES: usize = 8 << 20;

/// From this size on, a group is followed by one about as large: those just answered have more to write.
const BUSY: usize = 8;

/// Share of the time that a group took, as a divisor, for which the next one may be waited for.
const GATHER: u32 = 2;

/// More than there are different statements.
const STATEMENTS: usize = 32;

/// What the writer is asked to do.
pub(crate) enum Op {
    Append(Append),
    /// Of the vault or the snapshots.
    Change(Change, oneshot::Sender<Result<Changed, Failure>>),
    LimitPages(Option<u32>, oneshot::Sender<()>),
    Scrub,
    Close(oneshot::Sender<()>),
}

struct Writer {
    path: PathBuf,
    options: Options,
    /// Dropped after every failure: whatever state it was in, a new one is in none.
    connection: Option<Connection>,
    operations: mpsc::Receiver<Op>,
    /// Its own queue and runtime, to be reminded of scrubbing.
    reminder: (mpsc::WeakSender<Op>, Handle),
    head: watch::Sender<u64>,
    /// Overwritten bytes must leave the files soon.
    scrub_due: bool,
}

/// Starts the writer, which ends when every sender of its queue is gone or the log is closed.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn spawn(
    path: PathBuf,
    options: Options,
    connection: Connection,
    head: watch::Sender<u64>,
) -> std::io::Result<mpsc::Sender<Op>> {
    let (queue, operations) = mpsc::channel(QUEUE);
    let reminder = (queue.downgrade(), Handle::current());
    let connection = Some(connection);
    let writer = Writer { path, options, connection, operations, reminder, head, scrub_due: false };
    std::thread::Builder::new().name("sqlite-writer".into()).spawn(move || writer.run())?;
    Ok(queue)
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
                self.bytes += append.what.size();
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

    fn len(&self) -> usize {
        self.appends.len() + self.changes.len()
    }

    fn is_full(&self) -> bool {
        self.len() >= GROUP_OPS || self.bytes >= GROUP_BYTES
    }
}

struct Outcome {
    appended: Vec<Result<Appended, LogError>>,
    changed: Vec<Changed>,
    head: Option<i64>,
}

impl Writer {
    fn run(mut self) {
        while let Some(first) = self.operations.blocking_recv() {
            let began = Instant::now();
            let mut group = Group::default();
            let mut other = group.add(first);
            while other.is_none() && !group.is_full() {
                let Ok(next) = self.operations.try_recv() else { break };
                other = group.add(next);
            }
            let size = group.len();
            if size > 0 {
                self.write(group);
            }
            match other {
                Some(Op::LimitPages(max_pages, done)) => {
                    self.options.max_pages = max_pages;
                    self.connection = None;
                    let _ = done.send(());
                }
                Some(Op::Scrub) => self.scrub(),
                Some(Op::Close(done)) => {
                    self.operations.close();
                    self.end();
                    let _ = done.send(());
                    return;
                }
                _ => {}
            }
            if size >= BUSY {
                self.gather(size, began.elapsed() / GATHER);
            }
        }
        self.end();
    }

    /// A fuller group costs the same `fsync`: waits for one as large as the last, but not for long.
    fn gather(&self, size: usize, at_most: Duration) {
        let began = Instant::now();
        while self.operations.len() < size && began.elapsed() < at_most {
            std::thread::yield_now();
        }
    }

    /// Commits the group and answers everyone in it.
    fn write(&mut self, group: Group) {
        match self.transact(&group) {
            Ok(outcome) => {
                if let Some(head) = outcome.head {
                    let head = head.unsigned_abs();
                    self.head.send_if_modified(|known| std::mem::replace(known, head) != head);
                }
                if !self.scrub_due && outcome.changed.iter().any(|changed| changed.overwrote) {
                    self.remind();
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
                self.connection = None;
                for append in group.appends {
                    let _ = append.answer.send(Err(failure.clone().into()));
                }
                for answer in group.answers {
                    let _ = answer.send(Err(failure.clone()));
                }
            }
        }
    }

    fn transact(&mut self, group: &Group) -> rusqlite::Result<Outcome> {
        let connection = self.connection()?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut outcome = Outcome { appended: vec![], changed: vec![], head: None };
        if !group.appends.is_empty() {
            let mut head = transaction.prepare_cached(crate::read::HEAD)?.query_row([], |row| row.get(0))?;
            for append in &group.appends {
                outcome.appended.push(append::append(&transaction, &mut head, &append.what)?);
            }
            outcome.head = Some(head);
        }
        for change in &group.changes {
            outcome.changed.push(vault::apply(&transaction, change)?);
        }
        transaction.commit()?;
        Ok(outcome)
    }

    fn connection(&mut self) -> rusqlite::Result<&mut Connection> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.path, &self.options)?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Has the scrubbing asked for in time. When the runtime is gone, [`end`](Self::end) does it.
    fn remind(&mut self) {
        self.scrub_due = true;
        let (queue, runtime) = &self.reminder;
        let (queue, after) = (queue.clone(), self.options.scrub_after);
        runtime.spawn(async move {
            tokio::time::sleep(after).await;
            if let Some(queue) = queue.upgrade() {
                let _ = queue.send(Op::Scrub).await;
            }
        });
    }

    fn scrub(&mut self) {
        let busy_timeout = self.options.busy_timeout;
        match self.connection().and_then(|connection| scrub(connection, busy_timeout)) {
            Ok(true) => self.scrub_due = false,
            Ok(false) => self.remind(),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the write-ahead log was not emptied");
                self.connection = None;
                self.remind();
            }
        }
    }

    fn end(&mut self) {
        if self.scrub_due {
            self.scrub();
        }
        self.connection = None;
    }
}

/// A connection that may write.
pub(crate) fn connect(path: &Path, options: &Options) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What is deleted is overwritten: destroyed keys must not linger in free pages.
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    // In pages of 4 KiB: fewer, longer checkpoints.
    connection.pragma_update(None, "wal_autocheckpoint", 8000)?;
    connection.pragma_update(None, "max_page_count", options.max_pages.unwrap_or(NO_LIMIT))?;
    Ok(connection)
}

/// Moves everything from the write-ahead log into the file and empties it, so that what was overwritten is gone from
/// both. False when readers are in the way: to be tried again.
pub(crate) fn scrub(connection: &Connection, busy_timeout: Duration) -> rusqlite::Result<bool> {
    connection.busy_timeout(SCRUB_PATIENCE.min(busy_timeout))?;
    let busy: i64 = connection.query_row(SCRUB, [], |row| row.get(0))?;
    connection.busy_timeout(busy_timeout)?;
    Ok(busy == 0)
}
