//! PostgreSQL's errors become the log's, here and nowhere else.

use std::sync::Arc;

use sqlx::postgres::{PgDatabaseError, PgSeverity};
use watchbook_eventlog::{LogError, VaultError};

/// SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>): a constraint is violated, data or an
/// index is corrupted. Constraints are checked before they are relied on, so a violated one means that the tables
/// contradict each other.
const CORRUPT: [&str; 3] = ["23", "XX001", "XX002"];

/// The server ends the connection: shutdown, crash of another session, time-outs, too many of them, starting up.
const ENDED: [&str; 3] = ["57P", "25P03", "08"];

/// Why a statement or a whole group failed: shared by everyone who waits for the group.
#[derive(Clone, Debug)]
pub(crate) struct Failure(Arc<sqlx::Error>);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The server's messages quote no values; its details do, and are not shown.
        self.0.fmt(f)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self(Arc::new(error))
    }
}

impl From<Failure> for LogError {
    fn from(failure: Failure) -> Self {
        if is_corrupt(&failure.0) { Self::Corrupt(failure.to_string()) } else { Self::unavailable(failure) }
    }
}

pub(crate) fn log_error(error: sqlx::Error) -> LogError {
    Failure::from(error).into()
}

pub(crate) fn vault_error(error: sqlx::Error) -> VaultError {
    VaultError::unavailable(error)
}

fn is_corrupt(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) || has_code(error, &CORRUPT)
}

/// The connection is of no more use; another may be.
pub(crate) fn is_disconnected(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed)
        || has_code(error, &ENDED)
}

/// Whether a server could not be reached, or is still starting: another try may succeed.
pub fn is_unreachable(error: &sqlx::Error) -> bool {
    is_disconnected(error) || matches!(error, sqlx::Error::PoolTimedOut)
}

/// The server says by itself that the statement came to nothing. A session that it ends may have committed before.
pub(crate) fn is_rolled_back(error: &sqlx::Error) -> bool {
    let error = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    error.is_some_and(|error| matches!(error.severity(), PgSeverity::Error))
}

/// The log ends before a position that was committed; see `append_group.sql`.
pub(crate) fn is_back_in_time(error: &sqlx::Error) -> bool {
    has_code(error, &["WB001"])
}

/// Something that must be unique is there already.
pub(crate) fn is_taken(error: &sqlx::Error) -> bool {
    has_code(error, &["23505"])
}

fn has_code(error: &sqlx::Error, prefixes: &[&str]) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| prefixes.iter().any(|prefix| code.starts_with(prefix)))
}

/// The server did not answer in time.
pub(crate) fn silent() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "the server does not answer"))
}

/// The writer has ended: the log was closed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the log is closed")]
pub(crate) struct Closed;
