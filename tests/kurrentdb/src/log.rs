//! The log of the stand-in, in memory.

use std::collections::HashMap;
use std::sync::Arc;

use tonic::codegen::Bytes;
use uuid::Uuid;

/// An event as the server keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Commit and prepare position, which are one but for explicit transactions.
    pub position: u64,
    /// Its stream.
    pub stream: String,
    /// Its number in the stream, from 0.
    pub revision: u64,
    /// Its id.
    pub id: Uuid,
    /// Its type.
    pub event_type: String,
    /// Of the data.
    pub content_type: String,
    /// The client's metadata.
    pub metadata: Bytes,
    /// The data.
    pub data: Bytes,
}

/// An event on its way in.
#[derive(Default)]
pub(crate) struct Proposed {
    pub(crate) id: Uuid,
    pub(crate) event_type: String,
    pub(crate) content_type: String,
    pub(crate) metadata: Bytes,
    pub(crate) data: Bytes,
}

#[derive(Clone, Copy)]
pub(crate) enum Expected {
    Any,
    Exists,
    NoStream,
    Revision(u64),
}

pub(crate) enum Outcome {
    Written { revision: u64, position: u64 },
    Wrong { current: Option<u64> },
}

/// Appends between two records of the server's own.
const QUIET: u64 = 3;

pub(crate) struct Log {
    records: Vec<Arc<Record>>,
    /// Indices into `records`.
    streams: HashMap<String, Vec<usize>>,
    end: u64,
    appends: u64,
}

impl Log {
    /// Every database begins with records of its own.
    pub(crate) fn new() -> Self {
        let mut log = Self { records: Vec::new(), streams: HashMap::new(), end: 0, appends: 0 };
        log.write_system();
        log.write_system();
        log
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn records(&self) -> &[Arc<Record>] {
        &self.records
    }

    /// The stream's records; `None` when there is no such stream.
    pub(crate) fn stream(&self, name: &str) -> Option<Vec<Arc<Record>>> {
        let indices = self.streams.get(name)?;
        Some(indices.iter().map(|at| self.records[*at].clone()).collect())
    }

    /// Index of the first record at or above `position`, which must be a record's or the end.
    pub(crate) fn at(&self, position: u64) -> Option<usize> {
        match self.records.binary_search_by_key(&position, |record| record.position) {
            Ok(at) => Some(at),
            Err(at) => (position == self.end).then_some(at),
        }
    }

    pub(crate) fn append(&mut self, stream: &str, expected: Expected, events: Vec<Proposed>) -> Outcome {
        let there = self.streams.get(stream).map_or(&[][..], Vec::as_slice);
        let current = (there.len() as u64).checked_sub(1);
        let fits = match expected {
            Expected::Any => true,
            Expected::Exists => current.is_some(),
            Expected::NoStream => current.is_none(),
            Expected::Revision(revision) => current == Some(revision),
        };
        if !fits {
            return self.earlier(there, expected, &events).unwrap_or(Outcome::Wrong { current });
        }
        for event in events {
            self.push(stream, event);
        }
        self.appends += 1;
        let last = self.records.last().map(Arc::clone);
        if self.appends.is_multiple_of(QUIET) {
            self.write_system();
        }
        last.map_or(Outcome::Wrong { current }, |last| Outcome::Written {
            revision: last.revision,
            position: last.position,
        })
    }

    /// The server takes an append for the same one sent again if all its ids are where it would have put them.
    fn earlier(&self, there: &[usize], expected: Expected, events: &[Proposed]) -> Option<Outcome> {
        let from = match expected {
            Expected::NoStream => 0,
            Expected::Revision(revision) => usize::try_from(revision).ok()? + 1,
            Expected::Any | Expected::Exists => return None,
        };
        let found = there.get(from..from + events.len())?;
        let same = found.iter().zip(events).all(|(at, event)| self.records[*at].id == event.id);
        let last = &self.records[*found.last().filter(|_| same)?];
        Some(Outcome::Written { revision: last.revision, position: last.position })
    }

    fn write_system(&mut self) {
        let event = Proposed { event_type: "$statsCollected".into(), ..Proposed::default() };
        self.push("$stats-127.0.0.1:2113", event);
    }

    fn push(&mut self, stream: &str, event: Proposed) {
        let indices = self.streams.entry(stream.to_owned()).or_default();
        let revision = indices.len() as u64;
        indices.push(self.records.len());
        let position = self.end;
        self.end += 100 + event.data.len() as u64 + event.metadata.len() as u64;
        let Proposed { id, event_type, content_type, metadata, data } = event;
        let stream = stream.to_owned();
        let record = Record { position, stream, revision, id, event_type, content_type, metadata, data };
        self.records.push(Arc::new(record));
    }
}
