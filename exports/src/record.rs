//! An event on its way out: the clear part, and the payload once it was opened.

use serde::Deserialize;
use serde_json::value::RawValue;
use watchbook_eventlog::Opened;
use watchbook_proofs::Entry;

/// One event of an export. Every format writes it from these values alone.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Number in the log, stream, version and the rest of the clear part.
    pub entry: &'a Entry,
    /// What the entry does not say.
    pub carried: Carried<'a>,
}

/// The part of a record that no leaf of the tree vouches for, only the manifest's signature.
#[derive(Clone, Copy, Debug)]
pub struct Carried<'a> {
    /// In the store it came from, for `watchbook history --at`.
    pub position: u64,
    /// The subject's key is gone, and the payload with it.
    pub erased: bool,
    /// The payload's data, as it was recorded; none when it has none or was erased.
    pub data: Option<&'a RawValue>,
}

/// What an opened payload holds beside its type.
#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

impl<'a> Carried<'a> {
    /// From an opened payload; `None` when it is not what Watchbook records.
    pub(crate) fn of(position: u64, opened: &'a Opened) -> Option<Self> {
        Some(match opened {
            Opened::Erased => Self { position, erased: true, data: None },
            Opened::Payload(bytes) => {
                let Payload { data } = serde_json::from_slice(bytes).ok()?;
                Self { position, erased: false, data }
            }
        })
    }
}

/// As formats embed it in their lines, and find it there again.
#[derive(serde::Serialize, Deserialize)]
pub(crate) struct CarriedLine<'a> {
    pub(crate) position: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) erased: bool,
    #[serde(borrow, default)]
    pub(crate) data: Option<&'a RawValue>,
}

impl<'a> From<CarriedLine<'a>> for Carried<'a> {
    fn from(line: CarriedLine<'a>) -> Self {
        let CarriedLine { position, erased, data } = line;
        Self { position, erased, data }
    }
}
