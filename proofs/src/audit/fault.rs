//! What can be wrong, and how it is said.

use crate::head::TreeHead;
use crate::note::NoteError;
use std::path::PathBuf;
use watchbook_eventlog::Position;

/// Something is wrong. Events are named by index, from 0 in the order of the log, and position where they have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A head that nobody vouches for. Notes count from 1.
    BadHead {
        /// Where it was found.
        file: PathBuf,
        /// Which note.
        number: u64,
        /// Why it is none.
        error: NoteError,
    },
    /// The log is not what it was.
    Tampered {
        /// The first event concerned.
        index: u64,
        /// Where the log has it, if it is there.
        position: Option<Position>,
        /// What was done.
        what: Tampering,
        /// The first head that the log contradicts; none when the event was not signed yet.
        head: Option<TreeHead>,
    },
    /// The log is not what it was, and there are no hashes to say where.
    Somewhere {
        /// Everything before this index is as it was.
        from: u64,
        /// In the log, as far as it was read.
        events: u64,
        /// The first head that the log contradicts.
        head: TreeHead,
    },
    /// Events and heads agree, but the hashes beside them do not: remove the tree's folder, it is made anew.
    HashesChanged {
        /// Of the first that differs.
        index: u64,
    },
}

/// What was done to a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tampering {
    /// The event is another one.
    Edited {
        /// Whether its seal still fits: then what was changed is none of stream, version, type, schema version, subject
        /// and payload. `None` when there was no way to see.
        seal: Option<bool>,
    },
    /// Events are gone, and later ones are there.
    Deleted {
        /// How many.
        count: u64,
        /// What the store says, if it noticed.
        store: Option<String>,
    },
    /// An event stands in the place of another.
    Reordered {
        /// Its own index.
        belongs: u64,
    },
    /// The log ends early.
    Truncated {
        /// How many events are gone.
        missing: u64,
    },
    /// An event was put in that the log did not have then.
    Inserted,
    /// An event was appended by somebody who does not have the keys.
    AppendedOutOfBand,
}

impl std::fmt::Display for Tampering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Edited { seal: None } => f.write_str("edited"),
            Self::Edited { seal: Some(true) } => {
                let what =
                    "the time, an id of event, actor or cause, or all of it, by a later event in its place";
                write!(f, "edited: its seal fits, so it is {what}")
            }
            Self::Edited { seal: Some(false) } => {
                f.write_str("edited: its seal does not fit, so it is payload, type, stream or subject")
            }
            Self::Deleted { count, store: None } => write!(f, "deleted, {count} in a row"),
            Self::Deleted { count, store: Some(store) } => write!(f, "deleted, {count} in a row ({store})"),
            Self::Reordered { belongs } => write!(f, "reordered: the event in its place is number {belongs}"),
            Self::Truncated { missing } => write!(f, "truncated: {missing} events are gone from the end"),
            Self::Inserted => f.write_str("appended out of band: put in between events that were signed"),
            Self::AppendedOutOfBand => {
                f.write_str("appended out of band: its seal is not of this log's keys")
            }
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BadHead { file, number, error } => {
                write!(f, "head {number} in {}: {error}", file.display())
            }
            Self::Tampered { index, position, what, head } => {
                write!(f, "event {index}")?;
                if let Some(position) = position {
                    write!(f, ", at position {position}")?;
                }
                write!(f, ": {what}")?;
                head.map_or(Ok(()), |head| write!(f, "; the head of {} events proves it", head.size))
            }
            Self::Somewhere { from, events, head } => {
                let TreeHead { size, .. } = head;
                write!(f, "events {from} to {}: changed, or missing; ", size.saturating_sub(1))?;
                write!(f, "the head of {size} events proves it, {events} events could be read, ")?;
                f.write_str("and there are no kept hashes that say where")
            }
            Self::HashesChanged { index } => {
                write!(f, "the kept hashes, from event {index} on: changed, while events and heads agree")
            }
        }
    }
}
