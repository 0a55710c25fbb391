//! What an aggregate is: a state folded from its own stream's events, and nothing else.

use crate::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

/// An event as the log stores it: JSON tagged `{"type": …, "data": …}`, with a schema version beside.
pub trait Event: Serialize + DeserializeOwned + Clone + std::fmt::Debug + Send + Sync + 'static {
    /// Every type string with its current schema version; a golden file per pair decodes for ever.
    const TYPES: &'static [(&'static str, u16)];
    /// The type string, such as `session.opened`.
    fn event_type(&self) -> &'static str;
    /// The version in which the payload is written today. Older ones are upcast while reading.
    fn schema_version(&self) -> u16;
}

/// A consistency boundary: the state that decisions about one stream are made on.
///
/// Decisions are methods `fn decide_…(&self, …) -> Result<Vec<Self::Event>, Rejection>`: an expected
/// outcome is an event (a wrong password is `sign_in.password_rejected`), a refused command a rejection.
pub trait Aggregate: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What its stream holds.
    type Event: Event;
    /// The stream's prefix: `account` in `account-<uuid>`.
    const CATEGORY: &'static str;
    /// Raised whenever the state's serialised form or its fold changes: older snapshots are ignored then.
    const SNAPSHOT_FORMAT: u16;
    /// Applies one event that was recorded at `at`. Never fails: what is in the log happened.
    fn evolve(&mut self, event: &Self::Event, at: Timestamp);
}

/// Declares an event enum: variants with their type string and schema version in one table.
macro_rules! events {
    (
        $(#[$doc:meta])*
        pub enum $name:ident {$(
            $(#[$vdoc:meta])*
            $type:literal v $schema:literal => $variant:ident $({ $($(#[$fdoc:meta])* $field:ident : $fty:ty,)* })?,
        )*}
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "type", content = "data")]
        pub enum $name {$(
            $(#[$vdoc])*
            #[serde(rename = $type)]
            $variant $({ $($(#[$fdoc])* $field: $fty,)* })?,
        )*}

        impl $crate::aggregate::Event for $name {
            const TYPES: &'static [(&'static str, u16)] = &[$(($type, $schema)),*];
            fn event_type(&self) -> &'static str {
                match self {$(Self::$variant { .. } => $type,)*}
            }
            fn schema_version(&self) -> u16 {
                match self {$(Self::$variant { .. } => $schema,)*}
            }
        }
    };
}
pub(crate) use events;
