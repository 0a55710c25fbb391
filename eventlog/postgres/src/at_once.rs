//! Appending a group in one exchange with the server: the lock, the check of the versions, the writing and the commit
//! are one statement, which calls the function `append_group`.
//!
//! It takes what fits. What does not, or is not simple enough to be put so, is left to [`crate::append`].

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use sqlx::Row as _;
use sqlx::postgres::PgConnection;
use watchbook_eventlog::{Appended, NewEvent};

use crate::append::{What, appended, is_storable};

const WRITE: &str = "SELECT start, refused
    FROM append_group($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

/// The appends of a group that are written together, in the columns that the function takes.
pub(crate) struct Batch<'a> {
    /// For each append of the group: its stream among the new or the others, and its version after it; `None` for what
    /// is left out.
    appends: Vec<Option<(Slot, i64, usize)>>,
    grown: Streams<'a>,
    new: Streams<'a>,
    rows: Vec<(Slot, i64, &'a NewEvent)>,
}

/// Streams, each once.
#[derive(Default)]
struct Streams<'a> {
    names: Vec<&'a str>,
    expected: Vec<i64>,
    sizes: Vec<i64>,
}

#[derive(Clone, Copy)]
enum Slot {
    Grown(usize),
    New(usize),
}

/// What became of a batch.
pub(crate) struct Written {
    /// For each append of the group; `None` for what was left out or did not fit.
    pub(crate) answers: Vec<Option<Appended>>,
    /// Position of the last event of the log.
    pub(crate) head: i64,
}

impl<'a> Batch<'a> {
    pub(crate) fn of(group: &[&'a What]) -> Self {
        let mut batch = Self {
            appends: Vec::with_capacity(group.len()),
            grown: Streams::default(),
            new: Streams::default(),
            rows: Vec::with_capacity(group.len()),
        };
        let mut slots = HashMap::with_capacity(group.len());
        let mut ids = HashSet::with_capacity(group.len());
        for what in group {
            let append = batch.add(what, &mut slots, &mut ids);
            batch.appends.push(append);
        }
        batch
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// `None` for what the function would refuse with the whole batch, and for what does not follow what the batch
    /// already has of the stream.
    fn add(
        &mut self,
        what: &'a What,
        slots: &mut HashMap<&'a str, Slot>,
        ids: &mut HashSet<uuid::Uuid>,
    ) -> Option<(Slot, i64, usize)> {
        let What::Command { stream, expected, events } = what else { return None };
        let expected = i64::try_from(expected.version().0).ok()?;
        let size = i64::try_from(events.len()).ok()?;
        let end = expected.checked_add(size)?;
        let name = stream.as_str();
        let names = || std::iter::once(name).chain(events.iter().map(|event| event.event_type.as_str()));
        if events.is_empty() || !names().all(is_storable) {
            return None;
        }
        let slot = slots.get(name).copied();
        if slot.is_some_and(|slot| self.end(slot) != expected) {
            return None;
        }
        for (index, event) in events.iter().enumerate() {
            if !ids.insert(event.event_id.0) {
                for event in &events[..index] {
                    ids.remove(&event.event_id.0);
                }
                return None;
            }
        }
        let slot = match slots.entry(name) {
            Entry::Occupied(occupied) => *occupied.get(),
            Entry::Vacant(vacant) => *vacant.insert(self.stream(name, expected)),
        };
        *self.size(slot) += size;
        self.rows.extend(events.iter().zip(expected + 1..).map(|(event, version)| (slot, version, event)));
        Some((slot, end, events.len()))
    }

    fn stream(&mut self, name: &'a str, expected: i64) -> Slot {
        let streams = if expected == 0 { &mut self.new } else { &mut self.grown };
        let index = streams.names.len();
        streams.names.push(name);
        streams.expected.push(expected);
        streams.sizes.push(0);
        if expected == 0 { Slot::New(index) } else { Slot::Grown(index) }
    }

    fn size(&mut self, slot: Slot) -> &mut i64 {
        match slot {
            Slot::Grown(index) => &mut self.grown.sizes[index],
            Slot::New(index) => &mut self.new.sizes[index],
        }
    }

    /// Version of the stream after what the batch has of it.
    fn end(&self, slot: Slot) -> i64 {
        match slot {
            Slot::Grown(index) => self.grown.expected[index] + self.grown.sizes[index],
            Slot::New(index) => self.new.sizes[index],
        }
    }

    /// As the function counts, from 1.
    fn place(&self, slot: Slot) -> i32 {
        let index = match slot {
            Slot::Grown(index) => index,
            Slot::New(index) => self.grown.names.len() + index,
        };
        i32::try_from(index + 1).unwrap_or(i32::MAX)
    }

    /// Committed when it returns, and what is in the log then counts on from the head; `known` is a position that the
    /// log must have reached.
    ///
    /// # Errors
    /// An error that the server reports by itself means that nothing was written; see
    /// [`is_rolled_back`](crate::error::is_rolled_back). After any other, all that is in here was written or nothing.
    pub(crate) async fn write(
        &self,
        connection: &mut PgConnection,
        known: i64,
    ) -> Result<Written, sqlx::Error> {
        /// A column of all rows.
        fn column<'a, T>(rows: &[(Slot, i64, &'a NewEvent)], value: impl Fn(&'a NewEvent) -> T) -> Vec<T> {
            rows.iter().map(|(_, _, event)| value(event)).collect()
        }
        let rows = self.rows.as_slice();
        let row = sqlx::query(WRITE)
            .bind(known)
            .bind(&self.grown.names)
            .bind(&self.grown.expected)
            .bind(&self.grown.sizes)
            .bind(&self.new.names)
            .bind(&self.new.sizes)
            .bind(rows.iter().map(|(slot, ..)| self.place(*slot)).collect::<Vec<_>>())
            .bind(rows.iter().map(|(_, version, _)| *version).collect::<Vec<_>>())
            .bind(column(rows, |event| event.event_id.0))
            .bind(column(rows, |event| event.event_type.as_str()))
            .bind(column(rows, |event| i32::from(event.schema_version)))
            .bind(column(rows, |event| event.recorded_at.micros()))
            .bind(column(rows, |event| event.subject.0))
            .bind(column(rows, |event| event.actor))
            .bind(column(rows, |event| event.correlation_id))
            .bind(column(rows, |event| event.causation_id.map(|id| id.0)))
            .bind(column(rows, |event| event.payload.as_slice()))
            // Reads on to the end of the transaction, unlike what stops at the first row.
            .fetch_all(connection)
            .await?;
        let row = row.first().ok_or(sqlx::Error::RowNotFound)?;
        Ok(self.written(row.try_get(0)?, &row.try_get::<Option<Vec<i32>>, _>(1)?.unwrap_or_default()))
    }

    /// Positions are given in the order of the rows, without those that were refused.
    fn written(&self, start: i64, refused: &[i32]) -> Written {
        let mut head = start;
        let answer = |append: &Option<(Slot, i64, usize)>| {
            let (slot, version, events) = (*append)?;
            if refused.binary_search(&self.place(slot)).is_ok() {
                return None;
            }
            head += i64::try_from(events).unwrap_or(i64::MAX);
            Some(appended(version, head, false))
        };
        let answers = self.appends.iter().map(answer).collect();
        Written { answers, head }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use watchbook_domain::{EventId, SubjectId, Timestamp};
    use watchbook_eventlog::{Position, StreamId, Version};

    fn command(stream: &str, version: u64, ids: &[u128]) -> What {
        let event = |id: &u128| NewEvent {
            event_id: EventId(Uuid::from_u128(*id)),
            event_type: "counter.added".into(),
            schema_version: 1,
            recorded_at: Timestamp::from_micros(0),
            subject: SubjectId(Uuid::nil()),
            actor: None,
            correlation_id: Uuid::nil(),
            causation_id: None,
            payload: Vec::new(),
        };
        What::Command {
            stream: StreamId::from_stored(stream.into()),
            expected: Version(version).expected(),
            events: ids.iter().map(event).collect(),
        }
    }

    #[test]
    fn what_follows_itself_is_taken_and_what_was_refused_takes_no_position() {
        let group = [
            command("a-1", 3, &[1, 2]),
            command("a-2", 0, &[3]),
            command("a-1", 5, &[4]),
            command("a-1", 5, &[5]),
            command("a-3", 7, &[6, 6]),
            command("a-4", 7, &[6]),
            command("a-5", 7, &[7, 1]),
            command("a-6", 7, &[7]),
            command("a-7", 7, &[]),
            command("a-8", 0, &[8]),
            command("a\0", 0, &[9]),
        ];
        let group: Vec<&What> = group.iter().collect();
        let batch = Batch::of(&group);
        assert_eq!(batch.grown.names, ["a-1", "a-4", "a-6"]);
        assert_eq!((&batch.grown.expected, &batch.grown.sizes), (&vec![3, 7, 7], &vec![3, 1, 1]));
        assert_eq!((batch.new.names.as_slice(), &batch.new.sizes), (["a-2", "a-8"].as_slice(), &vec![1, 1]));
        let places: Vec<_> =
            batch.rows.iter().map(|(slot, version, _)| (batch.place(*slot), *version)).collect();
        assert_eq!(places, [(1, 4), (1, 5), (4, 1), (1, 6), (2, 8), (3, 8), (5, 1)]);

        let written = batch.written(100, &[2, 4]);
        let answers: Vec<_> = written
            .answers
            .into_iter()
            .map(|answer| answer.map(|appended| (appended.version, appended.position)))
            .collect();
        let at = |version, position| Some((Version(version), Position(position)));
        let (first, third, sixth, new) = (at(5, 102), at(6, 103), at(8, 104), at(1, 105));
        assert_eq!(answers, [first, None, third, None, None, None, None, sixth, None, new, None]);
        assert_eq!(written.head, 105);
    }
}
