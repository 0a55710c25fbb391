//! A state as it was at some moment.

use std::str::FromStr;

use watchbook_domain::{Aggregate, Timestamp};

use super::{PAGE, Repository, RepositoryError};
use crate::{Position, RecordedEvent, StreamId, Version};

/// A moment in the past of a log. Read from a position, or a time as RFC 3339 has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Right after the event at this position.
    Position(Position),
    /// Right after everything that was recorded at this time.
    Time(Timestamp),
}

impl Moment {
    fn has_seen(self, recorded: &RecordedEvent) -> bool {
        match self {
            Self::Position(position) => recorded.position <= position,
            Self::Time(time) => recorded.event.recorded_at <= time,
        }
    }
}

/// Neither a position nor a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a moment is a position, or a time such as 2026-11-24T13:10:18Z")]
pub struct MomentError;

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        if let Ok(position) = text.parse() {
            return Ok(Self::Position(Position(position)));
        }
        let time = chrono::DateTime::parse_from_rfc3339(text).map_err(|_| MomentError)?;
        Ok(Self::Time(Timestamp::from_datetime(time.to_utc())))
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Position(position) => write!(f, "position {position}"),
            Self::Time(time) => time.fmt(f),
        }
    }
}

/// A state as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past<A> {
    /// Folded from all events up to the moment; the default when there were none.
    pub state: A,
    /// Of the stream, then.
    pub version: Version,
    /// Of the last event; `Position::START` when there was none.
    pub position: Position,
    /// When the last event was recorded.
    pub recorded_at: Option<Timestamp>,
    /// Events without content, since their subject was erased: counted in `version`, not folded.
    pub erased: u64,
}

impl<A: Aggregate> Repository<A> {
    /// The state of `stream` at `moment`, read from its first event. A stream is a beginning of itself at every moment:
    /// the first event that had not happened yet ends it, even if a later one bears an earlier time.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub async fn load_at(&self, stream: &StreamId, moment: Moment) -> Result<Past<A>, RepositoryError> {
        let mut past = Past {
            state: A::default(),
            version: Version::NONE,
            position: Position::START,
            recorded_at: None,
            erased: 0,
        };
        loop {
            let page = self.history(stream, past.version, PAGE).await?;
            if page.is_empty() {
                return Ok(past);
            }
            for (recorded, event) in page {
                if !moment.has_seen(&recorded) {
                    return Ok(past);
                }
                let at = recorded.event.recorded_at;
                match event {
                    Some(event) => past.state.evolve(&event, at),
                    None => past.erased += 1,
                }
                (past.version, past.position, past.recorded_at) =
                    (recorded.version, recorded.position, Some(at));
            }
        }
    }
}

impl<A: Aggregate> Repository<A> {
    /// The version of the last event of `stream`, up to `end`, that had happened at `moment`; `Version::NONE` when none
    /// had. Found by halving, without reading what lies between. Of events whose recorded times are not in order, it can
    /// be one of those beside.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn version_at(
        &self,
        stream: &StreamId,
        moment: Moment,
        end: Version,
    ) -> Result<Version, RepositoryError> {
        let (mut seen, mut unseen) = (0, end.0 + 1);
        while unseen - seen > 1 {
            let middle = seen + (unseen - seen) / 2;
            let there = self.0.core.log.read_stream(stream, Version(middle - 1), 1).await?;
            match there.first() {
                Some(recorded) if moment.has_seen(recorded) => seen = middle,
                _ => unseen = middle,
            }
        }
        Ok(Version(seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_positions_and_times() {
        assert_eq!("17".parse(), Ok(Moment::Position(Position(17))));
        let time = Moment::Time(Timestamp::from_micros(1_000_000));
        assert_eq!("1970-01-01T00:00:01Z".parse(), Ok(time));
        assert_eq!("1970-01-01T01:00:01.000000+01:00".parse(), Ok(time));
        for wrong in ["", "-1", "yesterday", "1970-01-01", "1970-01-01T00:00:01"] {
            assert_eq!(wrong.parse::<Moment>(), Err(MomentError), "{wrong}");
        }
    }
}
