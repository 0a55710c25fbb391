//! Old payloads become current ones here and nowhere else.
//!
//! When an event's shape changes, its schema version is raised in the domain, an [`Upcaster`] from the version
//! before is added to [`UPCASTERS`], and the golden file of the old version stays for ever.

use serde_json::Value;
use watchbook_domain::Event;
use watchbook_domain::operator::Role;

/// One step: a payload of `event_type` from `from_version` to the next.
#[derive(Clone, Copy, Debug)]
pub struct Upcaster {
    /// Such as `session.opened`.
    pub event_type: &'static str,
    /// The schema version it takes; it gives the one above.
    pub from_version: u16,
    /// Works on the whole payload, `{"type": …, "data": …}`; an error says what is missing, without values.
    pub apply: fn(Value) -> Result<Value, &'static str>,
}

/// Every step there is.
pub const UPCASTERS: &[Upcaster] =
    &[Upcaster { event_type: "operator.appointed", from_version: 1, apply: all_roles }];

/// Before there were roles, every operator might do everything.
fn all_roles(mut payload: Value) -> Result<Value, &'static str> {
    let data = payload.get_mut("data").and_then(Value::as_object_mut).ok_or("data")?;
    data.insert("roles".into(), Role::ALL.map(Role::as_str).as_slice().into());
    Ok(payload)
}

/// Why a payload cannot be read or written. Each means a bug or a log written by a newer program.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// This kind of stream has no such event, as far as this program knows.
    #[error("unknown event type {event_type}")]
    UnknownType {
        /// As recorded.
        event_type: String,
    },
    /// Written by a newer program.
    #[error("{event_type} has schema version {found}, this program knows up to {known}")]
    Newer {
        /// As recorded.
        event_type: String,
        /// As recorded.
        found: u16,
        /// The current one here.
        known: u16,
    },
    /// A step is missing from the table.
    #[error("no upcaster for {event_type} from schema version {from_version}")]
    NoUpcaster {
        /// As recorded.
        event_type: String,
        /// Where the chain breaks.
        from_version: u16,
    },
    /// The payload is of another type than the envelope says.
    #[error("the payload of {event_type} is of another type")]
    TypeMismatch {
        /// As recorded.
        event_type: String,
    },
    /// A step does not find what it needs.
    #[error("{event_type} cannot be upcast from schema version {from_version}: {reason}")]
    Upcast {
        /// As recorded.
        event_type: String,
        /// What the step takes.
        from_version: u16,
        /// What is missing.
        reason: &'static str,
    },
    /// Not the JSON it should be. The parser's own message is left out, because it quotes values.
    #[error("the payload of {event_type} does not decode, at byte {column}")]
    Malformed {
        /// As recorded.
        event_type: String,
        /// Where it breaks, from 1; 0 when it was upcast before.
        column: usize,
    },
    /// An event has no JSON form: a bug in the domain.
    #[error("{event_type} cannot be encoded")]
    Unencodable {
        /// What it is.
        event_type: &'static str,
    },
}

/// Decodes a payload of any schema version.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode<E: Event>(event_type: &str, schema_version: u16, payload: &[u8]) -> Result<E, DecodeError> {
    decode_with(UPCASTERS, event_type, schema_version, payload)
}

/// [`decode`] with another table of steps: for tests of the mechanism.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode_with<E: Event>(
    upcasters: &[Upcaster],
    event_type: &str,
    schema_version: u16,
    payload: &[u8],
) -> Result<E, DecodeError> {
    let name = || event_type.to_owned();
    let json =
        |error: serde_json::Error| DecodeError::Malformed { event_type: name(), column: error.column() };
    let known = E::TYPES
        .iter()
        .find_map(|(known, version)| (*known == event_type).then_some(*version))
        .ok_or_else(|| DecodeError::UnknownType { event_type: name() })?;
    let event: E = if schema_version == known {
        serde_json::from_slice(payload).map_err(json)?
    } else if schema_version > known {
        return Err(DecodeError::Newer { event_type: name(), found: schema_version, known });
    } else {
        let mut value: Value = serde_json::from_slice(payload).map_err(json)?;
        for version in schema_version..known {
            let step =
                upcasters.iter().find(|step| step.event_type == event_type && step.from_version == version);
            let step =
                step.ok_or_else(|| DecodeError::NoUpcaster { event_type: name(), from_version: version })?;
            value = (step.apply)(value).map_err(|reason| DecodeError::Upcast {
                event_type: name(),
                from_version: version,
                reason,
            })?;
        }
        serde_json::from_value(value).map_err(json)?
    };
    if event.event_type() != event_type {
        return Err(DecodeError::TypeMismatch { event_type: name() });
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type", content = "data")]
    enum Moved {
        #[serde(rename = "thing.moved")]
        Moved { metres: u32, by: String },
        #[serde(rename = "thing.stopped")]
        Stopped,
    }

    impl Event for Moved {
        const TYPES: &'static [(&'static str, u16)] = &[("thing.moved", 3), ("thing.stopped", 1)];
        fn event_type(&self) -> &'static str {
            match self {
                Self::Moved { .. } => "thing.moved",
                Self::Stopped => "thing.stopped",
            }
        }
        fn schema_version(&self) -> u16 {
            if matches!(self, Self::Stopped) { 1 } else { 3 }
        }
    }

    /// Version 1 had kilometres; version 2 metres; version 3 says who.
    const STEPS: &[Upcaster] = &[
        Upcaster {
            event_type: "thing.moved",
            from_version: 1,
            apply: |mut event| {
                let km = event["data"]["km"].as_u64().ok_or("km")?;
                event["data"] = json!({ "metres": km * 1000 });
                Ok(event)
            },
        },
        Upcaster {
            event_type: "thing.moved",
            from_version: 2,
            apply: |mut event| {
                event["data"]["by"] = json!("unknown");
                Ok(event)
            },
        },
    ];

    fn moved(version: u16, payload: &str) -> Result<Moved, DecodeError> {
        decode_with(STEPS, "thing.moved", version, payload.as_bytes())
    }

    #[test]
    fn every_schema_version_decodes_to_the_current_shape() {
        let current = Moved::Moved { metres: 2000, by: "unknown".into() };
        assert_eq!(moved(1, r#"{"type":"thing.moved","data":{"km":2}}"#).unwrap(), current);
        assert_eq!(moved(2, r#"{"type":"thing.moved","data":{"metres":2000}}"#).unwrap(), current);
        assert_eq!(moved(3, &serde_json::to_string(&current).unwrap()).unwrap(), current);
        let stopped: Moved = decode("thing.stopped", 1, br#"{"type":"thing.stopped"}"#).unwrap();
        assert_eq!(stopped, Moved::Stopped);
    }

    /// Every payload of a schema version that is not written any more.
    #[test]
    fn golden_payloads_of_old_become_current_ones() {
        use watchbook_domain::operator::OperatorEvent;
        let golden = include_str!("../../domain/tests/golden/v1.jsonl");
        for step in UPCASTERS {
            assert_eq!(step.from_version, 1);
            let tag = format!("{{\"type\":\"{}\"", step.event_type);
            let old = golden.lines().find(|line| line.starts_with(&tag)).unwrap();
            let current: OperatorEvent = decode(step.event_type, 1, old.as_bytes()).unwrap();
            let OperatorEvent::Appointed { roles, .. } = current else { panic!("{current:?}") };
            assert!(roles.into_iter().eq(Role::ALL), "what operators might do before, they may do now");
        }
    }

    #[test]
    fn what_cannot_be_understood_is_an_error() {
        assert!(matches!(moved(4, "{}"), Err(DecodeError::Newer { found: 4, known: 3, .. })));
        assert!(matches!(moved(0, "{}"), Err(DecodeError::NoUpcaster { from_version: 0, .. })));
        assert!(matches!(moved(3, r#"{"type":"thing.stopped"}"#), Err(DecodeError::TypeMismatch { .. })));
        assert!(matches!(moved(3, "not json"), Err(DecodeError::Malformed { .. })));
        assert!(matches!(moved(1, "{}"), Err(DecodeError::Upcast { from_version: 1, reason: "km", .. })));
        let secret = moved(3, r#"{"type":"thing.moved","data":{"metres":"secret","by":"x"}}"#).unwrap_err();
        assert!(!format!("{secret} {secret:?}").contains("secret"), "{secret}");
        let unknown = decode_with::<Moved>(STEPS, "thing.sold", 1, b"{}");
        assert!(matches!(unknown, Err(DecodeError::UnknownType { .. })));
    }
}
