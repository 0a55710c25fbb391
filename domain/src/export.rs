//! An export that somebody of compliance asked for. Stream `export-<uuid>`, sealed with a key of its own: it names people
//! by their ids alone.

use crate::aggregate::{Aggregate, events};
use crate::{AccountId, ExportId, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most accounts that one export names.
pub const MOST_SUBJECTS: usize = 100;
/// Most types of events that one export names.
pub const MOST_TYPES: usize = 50;

impl From<ExportId> for SubjectId {
    fn from(id: ExportId) -> Self {
        Self(id.0)
    }
}

/// Why an export was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFailure {
    /// Who asked for it may not any more.
    AuthorityLost,
    /// Somebody who would have been in it was erased while it was made.
    ErasedMeanwhile,
    /// The disk is full, or files cannot be written.
    Files,
    /// The log is not what was signed, or holds what cannot be read.
    Log,
}

/// Why the files of an export were deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscardReason {
    /// Somebody who is in it was erased.
    Erased,
    /// Its time was over.
    Expired,
}

/// What is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportQuery {
    /// Only events about these subjects; all without one.
    #[serde(default)]
    pub subjects: Vec<Uuid>,
    /// Only events of these types; all without one.
    #[serde(default)]
    pub types: Vec<String>,
    /// Recorded then or later.
    pub from: Option<Timestamp>,
    /// Recorded before then.
    pub to: Option<Timestamp>,
    /// How it is written.
    pub format: String,
}

events! {
    /// An event of an export's stream.
    pub enum ExportEvent {
        /// An operator wants it.
        "export.requested" v 1 => Requested {
            /// The export's own id.
            export: ExportId,
            /// Who.
            by: AccountId,
            /// What.
            query: ExportQuery,
        },
        /// It is there.
        "export.completed" v 1 => Completed {
            /// Events taken.
            events: u64,
            /// How many of them are of erased subjects, without data.
            erased: u64,
            /// Events of the log that were looked at.
            log_size: u64,
            /// SHA-256 of the manifest, in hexadecimal.
            manifest_sha256: String,
        },
        /// It is not wanted after all.
        "export.cancelled" v 1 => Cancelled {
            /// Who said so.
            by: AccountId,
        },
        /// It could not be made, and what was written is deleted.
        "export.failed" v 1 => Failed {
            /// Why.
            reason: ExportFailure,
        },
        /// An operator is about to get one of its files.
        "export.downloaded" v 1 => Downloaded {
            /// Who.
            by: AccountId,
            /// Which.
            file: String,
        },
        /// Its files are to be deleted.
        "export.discarded" v 1 => Discarded {
            /// Why.
            reason: DiscardReason,
        },
    }
}

/// Where an export stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportStage {
    /// Nobody asked for it.
    #[default]
    Unknown,
    /// It waits, or is being made.
    Pending,
    /// Its files are there.
    Completed,
    /// It was not wanted after all.
    Cancelled,
    /// It could not be made.
    Failed,
    /// Its files were deleted.
    Discarded,
}

/// What came of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportOutcome {
    /// Events taken.
    pub events: u64,
    /// How many of them are of erased subjects.
    pub erased: u64,
    /// Events of the log that were looked at.
    pub log_size: u64,
    /// SHA-256 of the manifest, in hexadecimal.
    pub manifest_sha256: String,
    /// When it was there.
    pub completed_at: Timestamp,
}

/// An export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Where it stands.
    pub stage: ExportStage,
    /// Who asked for it, and when.
    pub requested: Option<(AccountId, Timestamp)>,
    /// What was asked for.
    pub query: ExportQuery,
    /// What came of it.
    pub outcome: Option<ExportOutcome>,
    /// Why it was not made.
    pub failure: Option<ExportFailure>,
    /// Why its files were deleted.
    pub discarded: Option<DiscardReason>,
}

/// The export's state does not allow that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportRejection {
    /// There is no such export.
    #[error("there is no such export")]
    Unknown,
    /// Too many or malformed conditions.
    #[error("the conditions are too many, or are none that an export can have")]
    Query,
    /// It is not being made any more.
    #[error("the export is not under way")]
    NotPending,
    /// Its files are not there.
    #[error("the export has no files")]
    NoFiles,
}

impl Export {
    /// Asks for it.
    ///
    /// # Errors
    /// `Query`.
    pub fn request(
        &self,
        export: ExportId,
        by: AccountId,
        query: &ExportQuery,
    ) -> Result<Vec<ExportEvent>, ExportRejection> {
        let is_type = |text: &String| {
            let name = text.strip_suffix(".*").unwrap_or(text);
            !name.is_empty()
                && name.len() <= 64
                && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.')
        };
        let ordered = query.from.zip(query.to).is_none_or(|(from, to)| from < to);
        if query.subjects.len() > MOST_SUBJECTS
            || query.types.len() > MOST_TYPES
            || !query.types.iter().all(is_type)
            || !ordered
        {
            return Err(ExportRejection::Query);
        }
        Ok(vec![ExportEvent::Requested { export, by, query: query.clone() }])
    }

    /// Gives it up while it is being made.
    ///
    /// # Errors
    /// `Unknown`, `NotPending`.
    pub fn cancel(&self, by: AccountId) -> Result<Vec<ExportEvent>, ExportRejection> {
        match self.stage {
            ExportStage::Unknown => Err(ExportRejection::Unknown),
            ExportStage::Pending => Ok(vec![ExportEvent::Cancelled { by }]),
            _ => Err(ExportRejection::NotPending),
        }
    }

    /// Gives out a file of it.
    ///
    /// # Errors
    /// `Unknown`, `NoFiles`.
    pub fn download(&self, by: AccountId, file: &str) -> Result<Vec<ExportEvent>, ExportRejection> {
        match self.stage {
            ExportStage::Unknown => Err(ExportRejection::Unknown),
            ExportStage::Completed => Ok(vec![ExportEvent::Downloaded { by, file: file.to_owned() }]),
            _ => Err(ExportRejection::NoFiles),
        }
    }

    /// What a worker has to say of it, if it is still under way.
    pub fn end(&self, outcome: ExportEvent) -> Vec<ExportEvent> {
        if self.stage == ExportStage::Pending { vec![outcome] } else { vec![] }
    }

    /// Deletes its files, if they are there.
    pub fn discard(&self, reason: DiscardReason) -> Vec<ExportEvent> {
        match self.stage {
            ExportStage::Completed => vec![ExportEvent::Discarded { reason }],
            _ => vec![],
        }
    }
}

impl Aggregate for Export {
    type Event = ExportEvent;
    const CATEGORY: &'static str = "export";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &ExportEvent, at: Timestamp) {
        use ExportEvent as E;
        match event.clone() {
            E::Requested { export: _, by, query } => {
                *self =
                    Self { stage: ExportStage::Pending, requested: Some((by, at)), query, ..Self::default() };
            }
            E::Completed { events, erased, log_size, manifest_sha256 } => {
                self.stage = ExportStage::Completed;
                self.outcome =
                    Some(ExportOutcome { events, erased, log_size, manifest_sha256, completed_at: at });
            }
            E::Cancelled { by: _ } => self.stage = ExportStage::Cancelled,
            E::Failed { reason } => {
                self.stage = ExportStage::Failed;
                self.failure = Some(reason);
            }
            E::Downloaded { .. } => {}
            E::Discarded { reason } => {
                self.stage = ExportStage::Discarded;
                self.discarded = Some(reason);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(events: &[ExportEvent]) -> Export {
        let mut export = Export::default();
        events.iter().for_each(|event| export.evolve(event, Timestamp::from_micros(7)));
        export
    }

    const WHO: AccountId = AccountId(Uuid::nil());

    fn requested() -> Vec<ExportEvent> {
        Export::default().request(ExportId(Uuid::nil()), WHO, &ExportQuery::default()).unwrap()
    }

    fn completed() -> ExportEvent {
        ExportEvent::Completed { events: 1, erased: 0, log_size: 2, manifest_sha256: "ab".into() }
    }

    #[test]
    fn of_cancelling_and_completing_the_first_wins() {
        let pending = folded(&requested());
        let cancelled = folded(&[requested(), pending.cancel(WHO).unwrap()].concat());
        assert_eq!(cancelled.end(completed()), []);
        let done = folded(&[requested(), pending.end(completed())].concat());
        assert_eq!(done.cancel(WHO), Err(ExportRejection::NotPending));
        assert_eq!(done.outcome.as_ref().unwrap().completed_at, Timestamp::from_micros(7));
    }

    #[test]
    fn files_are_given_out_while_they_are_there() {
        assert_eq!(Export::default().download(WHO, "head"), Err(ExportRejection::Unknown));
        let pending = folded(&requested());
        assert_eq!(pending.download(WHO, "head"), Err(ExportRejection::NoFiles));
        assert_eq!(pending.discard(DiscardReason::Expired), []);
        let done = folded(&[requested(), vec![completed()]].concat());
        assert_eq!(done.download(WHO, "head").unwrap().len(), 1);
        let gone = folded(&[requested(), vec![completed()], done.discard(DiscardReason::Erased)].concat());
        assert_eq!(gone.download(WHO, "head"), Err(ExportRejection::NoFiles));
        assert_eq!(gone.discarded, Some(DiscardReason::Erased));
    }

    #[test]
    fn conditions_are_bounded() {
        let ask = |query: ExportQuery| Export::default().request(ExportId(Uuid::nil()), WHO, &query);
        let types = |types: &[&str]| ExportQuery {
            types: types.iter().map(|text| (*text).to_owned()).collect(),
            ..ExportQuery::default()
        };
        assert!(ask(types(&["session.opened", "totp.*"])).is_ok());
        for wrong in [&["*"][..], &[""], &["a b"], &["A"], &["x"; MOST_TYPES + 1]] {
            assert_eq!(ask(types(wrong)), Err(ExportRejection::Query), "{wrong:?}");
        }
        let many = ExportQuery { subjects: vec![Uuid::nil(); MOST_SUBJECTS + 1], ..ExportQuery::default() };
        assert_eq!(ask(many), Err(ExportRejection::Query));
        let at = |micros| Some(Timestamp::from_micros(micros));
        let never = ExportQuery { from: at(2), to: at(2), ..ExportQuery::default() };
        assert_eq!(ask(never), Err(ExportRejection::Query));
    }
}
