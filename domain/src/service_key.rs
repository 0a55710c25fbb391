//! Service keys: how the site's own back ends call Watchbook. Stream `service_key-<uuid>`.

use crate::aggregate::{Aggregate, events};
use crate::{CredentialId, ServiceKeyId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a service key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Ask whether a session token is alive, and whose it is.
    SessionsIntrospect,
    /// Read the current state of any account.
    AccountsRead,
    /// Ask for signed heads of the log and proofs of what is in it, sealed events among them.
    LogProofs,
    /// Report sign-ins that another system performed.
    ObservationsWrite,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] =
        [Self::SessionsIntrospect, Self::AccountsRead, Self::LogProofs, Self::ObservationsWrite];

    /// As written in configuration, API and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionsIntrospect => "sessions_introspect",
            Self::AccountsRead => "accounts_read",
            Self::LogProofs => "log_proofs",
            Self::ObservationsWrite => "observations_write",
        }
    }
}

impl std::str::FromStr for Scope {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = || Self::ALL.map(Self::as_str).join(", ");
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| format!("unknown scope; known: {}", known()))
    }
}

events! {
    /// An event of a service key's stream.
    pub enum ServiceKeyEvent {
        /// The key works from now on.
        "service_key.issued" v 1 => Issued {
            /// The key's own id.
            key: ServiceKeyId,
            /// What people call it.
            name: String,
            /// What it may do.
            scopes: Vec<Scope>,
            /// Where the digest of its secret lies in the vault.
            credential: CredentialId,
        },
        /// The key works no more.
        "service_key.revoked" v 1 => Revoked,
    }
}

/// A service key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceKey {
    /// `None` until it is issued.
    pub id: Option<ServiceKeyId>,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Where the digest of its secret lies; `None` once revoked.
    pub credential: Option<CredentialId>,
}

impl ServiceKey {
    /// Whether it works and may do this.
    pub fn allows(&self, scope: Scope) -> bool {
        self.credential.is_some() && self.scopes.contains(&scope)
    }
}

impl Aggregate for ServiceKey {
    type Event = ServiceKeyEvent;
    const CATEGORY: &'static str = "service_key";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &ServiceKeyEvent, _at: Timestamp) {
        match event {
            ServiceKeyEvent::Issued { key, name, scopes, credential } => {
                *self = Self {
                    id: Some(*key),
                    name: name.clone(),
                    scopes: scopes.clone(),
                    credential: Some(*credential),
                };
            }
            ServiceKeyEvent::Revoked => self.credential = None,
        }
    }
}
