//! SQLite's errors become the log's, here and nowhere else.

use std::sync::Arc;

use watchbook_eventlog::{LogError, VaultError};

/// Primary result codes (<https://sqlite.org/rescode.html>) of a file that is not what it should be. Constraints
/// are checked before they are relied on, so a violated one means that the tables contradict each other.
const CORRUPT: [i32; 3] = [11, 19, 26];

/// Why a statement or a whole group failed: shared by everyone who waits for the group.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    error: Arc<dyn std::error::Error + Send + Sync>,
    corrupt: bool,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let corrupt = matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
            || code_of_reader(&error).is_some_and(|code| CORRUPT.contains(&code));
        Self { error: Arc::new(error), corrupt }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self { corrupt: is_corrupt(&error), error: Arc::new(error) }
    }
}

impl From<Failure> for LogError {
    fn from(failure: Failure) -> Self {
        if failure.corrupt { Self::Corrupt(failure.to_string()) } else { Self::unavailable(failure) }
    }
}

impl From<Failure> for VaultError {
    fn from(failure: Failure) -> Self {
        Self::unavailable(failure)
    }
}

pub(crate) fn log_error(error: sqlx::Error) -> LogError {
    Failure::from(error).into()
}

pub(crate) fn vault_error(error: sqlx::Error) -> VaultError {
    VaultError::unavailable(error)
}

pub(crate) fn is_corrupt(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    matches!(error, FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..))
        || code_of_writer(error).is_some_and(|code| CORRUPT.contains(&code))
}

/// The file does not even begin like one of SQLite's.
pub(crate) fn is_no_database(error: &rusqlite::Error) -> bool {
    code_of_writer(error) == Some(26)
}

/// The extended code keeps the primary one in its low byte.
fn code_of_writer(error: &rusqlite::Error) -> Option<i32> {
    Some(error.sqlite_error()?.extended_code & 0xff)
}

fn code_of_reader(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?.parse::<i32>().ok()?;
    Some(code & 0xff)
}

/// The writer has ended: the log was closed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the log is closed")]
pub(crate) struct Closed;
