//! The forms an export can have. Each writes one line an event, and finds in a line what the entry does not say, so
//! that a check can write the line again and compare.

use crate::record::{Carried, Record};
use crate::{cef, csv, json_lines, ocsf};
use serde::{Deserialize, Serialize};

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object a line, as the log has it.
    JsonLines,
    /// The same as comma-separated values (RFC 4180), the payload as JSON in the last column.
    Csv,
    /// OCSF 1.8, one JSON object a line.
    Ocsf,
    /// ArcSight's Common Event Format, one line an event.
    Cef,
}

impl Format {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::JsonLines, Self::Csv, Self::Ocsf, Self::Cef];

    /// As commands and manifests name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::JsonLines => "json_lines",
            Self::Csv => "csv",
            Self::Ocsf => "ocsf",
            Self::Cef => "cef",
        }
    }

    /// The name of the file.
    pub const fn file(self) -> &'static str {
        match self {
            Self::JsonLines => "events.jsonl",
            Self::Csv => "events.csv",
            Self::Ocsf => "events.ocsf.jsonl",
            Self::Cef => "events.cef",
        }
    }

    /// The first line, if the format has one that is no event.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Csv => csv::HEADER,
            _ => "",
        }
    }

    /// Appends the line of an event, with its line break.
    pub fn write(self, record: &Record<'_>, to: &mut Vec<u8>) {
        match self {
            Self::JsonLines => json_lines::write(record, to),
            Self::Csv => csv::write(record, to),
            Self::Ocsf => ocsf::write(record, to),
            Self::Cef => cef::write(record, to),
        }
        to.push(b'\n');
    }

    /// What a line says beyond its entry, handed to `then`; `None` when it is no line of this format.
    pub(crate) fn read<T>(self, line: &str, then: impl FnOnce(Carried<'_>) -> T) -> Option<T> {
        match self {
            Self::JsonLines => json_lines::read(line).map(then),
            Self::Ocsf => ocsf::read(line).map(then),
            Self::Csv => {
                let data = csv::data(line)?;
                csv::read(line, &data).map(then)
            }
            Self::Cef => {
                let data = cef::data(line)?;
                cef::read(line, &data).map(then)
            }
        }
    }
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| format!("one of {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// Serialises into memory, which cannot fail for what is exported.
pub(crate) fn json(to: &mut Vec<u8>, value: &impl Serialize) {
    let written = serde_json::to_writer(to, value);
    debug_assert!(written.is_ok(), "a record has a JSON form");
}
