//! Typed identifiers. Fresh ones are arguments; nothing here draws randomness.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// One account of the site.
    AccountId;
    /// One session of an account.
    SessionId;
    /// One device (browser or app installation) known to an account.
    DeviceId;
    /// One credential: a password, a TOTP enrolment, a set of recovery codes. Its secret lies in the
    /// vault under this id, so a changed credential is a new id.
    CredentialId;
    /// One sign-in attempt, from the identifier to the session.
    AttemptId;
    /// One mailed link. The link's token is a signature over this id: see `api::links`.
    LinkId;
    /// One code sent by text message. The code itself derives from this id: see `eventlog::codes`.
    SmsCodeId;
    /// One service key of the site's own back ends.
    ServiceKeyId;
    /// One message to one person on one channel.
    NotificationId;
    /// One alert: the findings of one detector about the same, within some time.
    AlertId;
    /// One recovery case. Its documents and payloads are sealed with a key of its own.
    RecoveryCaseId;
    /// One incident that the public is told of.
    IncidentId;
    /// One export that somebody of compliance asked for.
    ExportId;
    /// One document of a recovery case.
    DocumentId;
    /// One command. Event ids derive from it, so that a command sent twice is appended once.
    CommandId;
    /// One event: UUIDv5 of the command id and the event's index in the command.
    EventId;
    /// The person (or other owner) an event is about; whose key seals its payload.
    SubjectId;
}

impl CommandId {
    /// The id of the command's `index`-th event, counted from 0.
    pub fn event_id(self, index: usize) -> EventId {
        EventId(Uuid::new_v5(&self.0, &(index as u64).to_be_bytes()))
    }

    /// The command that a reactor sends because of `event`: the same one each time it reacts.
    pub fn reaction(event: EventId, reactor: &str) -> Self {
        Self(Uuid::new_v5(&event.0, reactor.as_bytes()))
    }
}

impl From<AccountId> for SubjectId {
    fn from(id: AccountId) -> Self {
        Self(id.0)
    }
}

impl From<ServiceKeyId> for SubjectId {
    fn from(id: ServiceKeyId) -> Self {
        Self(id.0)
    }
}
