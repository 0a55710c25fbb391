//! Recording sign-ins that other systems performed: which stream, under which command id.

use std::sync::Arc;

use uuid::Uuid;
use watchbook_domain::observed::{Observed, ObservedEvent, Report, ReportRejection};
use watchbook_domain::{AccountId, Aggregate as _, CommandId, ServiceKeyId, Timestamp};

use crate::{ExecuteError, Keyring, Metadata, Position, Repository, RepositoryError, SealError, StreamId};

/// Names commands that come from old records.
const RECORDS: Uuid = Uuid::from_u128(0x0d6c_7f3e_52b1_4b0a_9f0e_61f7_3ac8_24d1);

/// Who says so. Ids of reports are told apart by it.
#[derive(Clone, Copy, Debug)]
pub enum Reporter {
    /// A back end, by its service key.
    ServiceKey(ServiceKeyId),
    /// Old records that are being imported.
    Records,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is in the log now.
    New(Position),
    /// It was before.
    Before(Position),
    /// It is not.
    Refused(ReportRejection),
}

/// Records reports. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Observations {
    users: Repository<Observed>,
    keyring: Arc<Keyring>,
}

impl Observations {
    /// Over the streams of `users`, named with `keyring`.
    pub fn new(users: Repository<Observed>, keyring: Arc<Keyring>) -> Self {
        Self { users, keyring }
    }

    /// Who a user of another system is here: the id in the stream's name, and whose key seals it. Tells neither.
    pub fn user(&self, system: &str, user: &str) -> AccountId {
        // The length keeps system and user from running into each other.
        let message = format!("{}:{system}{user}", system.len());
        let mac = self.keyring.mac(Observed::CATEGORY, message.as_bytes());
        let mut name = [0; 16];
        name.copy_from_slice(&mac[..16]);
        AccountId(uuid::Builder::from_custom_bytes(name).into_uuid())
    }

    /// The stream of a user.
    pub fn stream(&self, user: AccountId) -> StreamId {
        self.users.stream(user)
    }

    /// The streams.
    pub fn users(&self) -> &Repository<Observed> {
        &self.users
    }

    /// Records a report unless it is there. Its fields must have been checked.
    ///
    /// # Errors
    /// When it is not known whether it was recorded; sending it again is safe.
    pub async fn record(
        &self,
        reporter: Reporter,
        report: &Report,
        now: Timestamp,
        correlation_id: Uuid,
    ) -> Result<Recorded, ExecuteError<ReportRejection>> {
        let user = self.user(&report.system, &report.user);
        let (namespace, actor) = match reporter {
            Reporter::ServiceKey(key) => (key.0, Some(key.0)),
            Reporter::Records => (RECORDS, None),
        };
        // Within a user, so that a command is one of one stream.
        let name = [user.0.as_bytes().as_slice(), report.id.as_bytes()].concat();
        let metadata = Metadata {
            command_id: CommandId(Uuid::new_v5(&namespace, &name)),
            recorded_at: now,
            actor,
            correlation_id,
            causation_id: None,
        };
        let stream = self.stream(user);
        let done = self.users.execute(&stream, user.into(), &metadata, |known| known.report(report)).await;
        match done {
            Ok(done) => {
                let position = done.position.unwrap_or_default();
                let [ObservedEvent::SignIn { report: first }] = done.events.as_slice() else {
                    return Ok(Recorded::Before(position));
                };
                Ok(match done.replayed {
                    false => Recorded::New(position),
                    true if first.says_the_same(report) => Recorded::Before(position),
                    true => Recorded::Refused(ReportRejection::IdReused),
                })
            }
            Err(ExecuteError::Rejected(rejection)) => Ok(Recorded::Refused(rejection)),
            Err(ExecuteError::Repository(RepositoryError::Seal(SealError::Erased))) => {
                Ok(Recorded::Refused(ReportRejection::Erased))
            }
            Err(error) => Err(error),
        }
    }
}
