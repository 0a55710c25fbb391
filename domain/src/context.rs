//! Where a request came from, as facts looked up once and recorded with the event.

use serde::{Deserialize, Serialize};

/// Client facts. Personal data: only ever inside sealed payloads.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClientContext {
    /// The client's address, from the connection or a trusted proxy.
    pub address: String,
    /// What the client calls itself, at most 256 characters, control characters removed.
    pub user_agent: String,
    /// In words, such as `Firefox on Windows`.
    pub device: String,
    /// Such as `Lisbon, Portugal`, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

impl std::fmt::Debug for ClientContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientContext(…)")
    }
}
