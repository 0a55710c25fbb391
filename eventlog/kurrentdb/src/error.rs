//! What the client's errors mean to the log, here and nowhere else.

use eventstore::{CurrentRevision, Error};
use watchbook_eventlog::{LogError, Version};

/// Why KurrentDB could not do it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Cause {
    #[error("KurrentDB refused or failed")]
    Client(#[source] Error),
    #[error("KurrentDB did not answer in time")]
    Deadline,
    #[error("the client of KurrentDB broke down")]
    BrokeDown,
    #[error("the client of KurrentDB cannot be made")]
    Unmakeable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("KurrentDB has not been reachable for a while; it is tried again soon")]
    Down,
    #[error("too many requests wait for KurrentDB")]
    Busy,
    #[error("the log is closed")]
    Closed,
    #[error("the server does not tell the positions of a stream's events; version 22.10 or later is needed")]
    TooOld,
}

/// How one request ended, if not well.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The stream is at another version.
    Conflict(Version),
    /// There is no such stream.
    NotFound,
    /// The stream was deleted, which nobody may do.
    Deleted,
    /// Another node leads, nothing was done; the client follows by itself.
    Moved(Cause),
    /// Nothing was done, and asking again would not help.
    Refused(Cause),
    /// No connection could be had, nothing was sent.
    Unreachable(Cause),
    /// Whether it was done is not known.
    Unclear(Cause),
}

impl Failed {
    pub(crate) fn of(error: Error) -> Self {
        match error {
            Error::WrongExpectedVersion { current: CurrentRevision::Current(revision), .. } => {
                Self::Conflict(Version(revision.saturating_add(1)))
            }
            Error::WrongExpectedVersion { current: CurrentRevision::NoStream, .. } => {
                Self::Conflict(Version::NONE)
            }
            Error::ResourceNotFound => Self::NotFound,
            Error::ResourceDeleted => Self::Deleted,
            Error::NotLeaderException(_) => Self::Moved(Cause::Client(error)),
            Error::AccessDenied
            | Error::UnsupportedFeature
            | Error::InternalParsingError(_)
            | Error::InitializationError(_) => Self::Refused(Cause::Client(error)),
            // Its type is not exported by the client, hence the text: `InvalidArgument` is what a server says to an
            // append that is too large and to a position that it never gave.
            Error::Grpc { code, .. } if format!("{code:?}") == "InvalidArgument" => {
                Self::Refused(Cause::Client(error))
            }
            _ => Self::Unclear(Cause::Client(error)),
        }
    }
}

impl From<Failed> for LogError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Conflict(actual) => Self::Conflict { actual },
            Failed::NotFound => Self::unavailable(Cause::Client(Error::ResourceNotFound)),
            Failed::Deleted => Self::Corrupt("a stream was deleted".into()),
            Failed::Moved(cause)
            | Failed::Refused(cause)
            | Failed::Unreachable(cause)
            | Failed::Unclear(cause) => Self::unavailable(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_from_one() {
        let expected = eventstore::StreamState::NoStream;
        let conflict = |current| Failed::of(Error::WrongExpectedVersion { expected, current });
        assert!(matches!(conflict(CurrentRevision::Current(4)), Failed::Conflict(Version(5))));
        assert!(matches!(conflict(CurrentRevision::NoStream), Failed::Conflict(Version::NONE)));
    }

    #[test]
    fn what_is_not_understood_is_unclear() {
        for error in [
            Error::ServerError("unavailable".into()),
            Error::ConnectionClosed,
            Error::DeadlineExceeded,
            Error::InternalClientError,
        ] {
            assert!(matches!(Failed::of(error), Failed::Unclear(_)));
        }
        assert!(matches!(Failed::of(Error::AccessDenied), Failed::Refused(_)));
    }
}
