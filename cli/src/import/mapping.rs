//! Which column of a file is what, and how its values are meant: a TOML file.

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use watchbook_domain::detection::{Agent, Country};
use watchbook_domain::observed::{Outcome, Report, factor};
use watchbook_domain::{ClientContext, Signals, Timestamp};
use watchbook_signals::ClientLookup;

use super::records::Record;
use uuid::Uuid;

/// A mapping.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    /// Which system the users are of.
    pub(crate) system: String,
    /// Names of columns; of JSON, of fields, with a dot before a field within a field.
    columns: Columns,
    /// How times are written.
    #[serde(default)]
    time: TimeForm,
    /// What values of the outcome mean. Without any, they are outcomes themselves.
    #[serde(default)]
    outcomes: BTreeMap<String, Outcome>,
    /// Values that stand for nothing.
    #[serde(default = "nothing")]
    nothing: Vec<String>,
}

fn nothing() -> Vec<String> {
    ["", "-"].map(str::to_owned).to_vec()
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    user: String,
    time: String,
    outcome: String,
    id: Option<String>,
    factor: Option<String>,
    address: Option<String>,
    user_agent: Option<String>,
    device: Option<String>,
    session: Option<String>,
    country: Option<String>,
    city: Option<String>,
    asn: Option<String>,
    browser: Option<String>,
    os: Option<String>,
    device_type: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TimeForm {
    /// `rfc3339`, `unix_seconds`, `unix_milliseconds`, or a pattern such as `%Y-%m-%d %H:%M:%S%.f`.
    format: String,
    /// The offset of a pattern that has none, such as `+01:00`.
    offset: String,
}

impl Default for TimeForm {
    fn default() -> Self {
        Self { format: "rfc3339".into(), offset: "+00:00".into() }
    }
}

impl TimeForm {
    fn read(&self, text: &str) -> Option<Timestamp> {
        let whole = |scale: i64| {
            let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
            let micros: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
            seconds.parse::<i64>().ok()?.checked_mul(scale)?.checked_add(micros / (1_000_000 / scale))
        };
        match self.format.as_str() {
            "rfc3339" => Some(Timestamp::from_datetime(DateTime::parse_from_rfc3339(text).ok()?.to_utc())),
            "unix_seconds" => whole(1_000_000).map(Timestamp::from_micros),
            "unix_milliseconds" => whole(1_000).map(Timestamp::from_micros),
            pattern => {
                let zoned = DateTime::parse_from_str(text, pattern).ok();
                let local = || {
                    let naive = NaiveDateTime::parse_from_str(text, pattern).ok()?;
                    naive.and_local_timezone(self.offset.parse::<FixedOffset>().ok()?).single()
                };
                zoned.or_else(local).map(|at| Timestamp::from_datetime(at.to_utc()))
            }
        }
    }
}

/// Why a record is not taken: in which column, and what is wrong there. Never its value, which may be personal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) column: String,
    pub(crate) why: String,
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// In words, with the line.
    pub(crate) fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("the mapping {} cannot be read: {error}", file.display()))?;
        let mapping: Self = toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        if mapping.time.offset.parse::<FixedOffset>().is_err() {
            return Err(format!("{}: time.offset is none, such as +01:00", file.display()));
        }
        Ok(mapping)
    }

    /// Every column that it names.
    pub(crate) fn columns(&self) -> Vec<&str> {
        let c = &self.columns;
        let optional = [
            &c.id,
            &c.factor,
            &c.address,
            &c.user_agent,
            &c.device,
            &c.session,
            &c.country,
            &c.city,
            &c.asn,
            &c.browser,
            &c.os,
            &c.device_type,
        ];
        let needed = [&c.user, &c.time, &c.outcome];
        needed.into_iter().chain(optional.into_iter().flatten()).map(String::as_str).collect()
    }

    /// What a record reports.
    ///
    /// # Errors
    /// The first column that is wrong.
    pub(crate) fn report(&self, record: &Record, clients: &ClientLookup) -> Result<Report, Wrong> {
        let columns = &self.columns;
        let value = |column: &str| {
            let value = record.value(column)?.trim();
            (!self.nothing.iter().any(|nothing| nothing == value)).then_some(value)
        };
        let of = |column: &Option<String>| column.as_deref().and_then(value);
        let wrong = |column: &str, why: &str| Wrong { column: column.to_owned(), why: why.to_owned() };
        let needed = |column: &str| value(column).ok_or_else(|| wrong(column, "is missing or empty"));
        let happened_at = self
            .time
            .read(needed(&columns.time)?)
            .ok_or_else(|| wrong(&columns.time, &format!("is no time of the form {}", self.time.format)))?;
        let outcome = needed(&columns.outcome)?;
        let outcome = match self.outcomes.is_empty() {
            true => outcome.parse().ok(),
            false => self.outcomes.get(outcome).copied(),
        };
        let outcome =
            outcome.ok_or_else(|| wrong(&columns.outcome, "is no outcome that the mapping knows"))?;
        let named = |column: &Option<String>, error: &str, text: Option<&str>| match text {
            None => Ok(None),
            Some(text) => {
                factor(text).map(Some).map_err(|_| wrong(column.as_deref().unwrap_or_default(), error))
            }
        };
        let report = Report {
            id: match of(&columns.id) {
                Some(id) => id.to_owned(),
                // The same record at the same place is the same one.
                None => {
                    format!("{}-{}", record.number, Uuid::new_v5(&Uuid::NAMESPACE_OID, &record.content()))
                }
            },
            system: self.system.clone(),
            user: needed(&columns.user)?.to_owned(),
            outcome,
            factor: named(&columns.factor, "is no factor", of(&columns.factor))?,
            happened_at,
            context: self.context(&of, clients)?,
            device_name: of(&columns.device).map(str::to_owned),
            session_name: of(&columns.session).map(str::to_owned),
            imported: true,
        };
        report.check().map_err(|rejection| {
            let text = rejection.to_string();
            let (field, why) = text.split_once(": ").unwrap_or(("", &text));
            let column = match field {
                "id" => columns.id.as_deref(),
                "user_id" => Some(columns.user.as_str()),
                "device_id" => columns.device.as_deref(),
                "session_id" => columns.session.as_deref(),
                "factor" => columns.factor.as_deref(),
                _ => None,
            };
            wrong(column.unwrap_or(field), why)
        })?;
        Ok(report)
    }

    fn context<'a>(
        &self,
        of: &impl Fn(&Option<String>) -> Option<&'a str>,
        clients: &ClientLookup,
    ) -> Result<ClientContext, Wrong> {
        let columns = &self.columns;
        let wrong = |column: &Option<String>, why: &str| Wrong {
            column: column.clone().unwrap_or_default(),
            why: why.to_owned(),
        };
        let address = of(&columns.address).map(str::parse::<IpAddr>).transpose();
        let address = address.map_err(|_| wrong(&columns.address, "is no IP address"))?;
        let country = of(&columns.country)
            .map(|text| Country::parse(text).ok_or_else(|| wrong(&columns.country, "is no two letters")))
            .transpose()?;
        let asn = of(&columns.asn).map(|text| text.trim_start_matches("AS").parse()).transpose();
        let text = |column: &Option<String>| of(column).unwrap_or_default().to_owned();
        let agent = Agent { browser: text(&columns.browser), ..Agent::default() };
        let major = agent.major().map(|major| format!(" {major}")).unwrap_or_default();
        let known = Signals {
            country,
            city: of(&columns.city).map(str::to_owned),
            asn: asn.map_err(|_| wrong(&columns.asn, "is no number of a network"))?,
            browser: format!("{}{major}", agent.family()),
            os: text(&columns.os),
            device_type: Some(text(&columns.device_type))
                .filter(|kind| kind != "unknown")
                .unwrap_or_default(),
            ..Signals::default()
        };
        Ok(clients.recorded(address, of(&columns.user_agent).unwrap_or_default(), known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(format: &str, offset: &str, text: &str) -> Option<String> {
        TimeForm { format: format.into(), offset: offset.into() }.read(text).map(|at| at.to_string())
    }

    #[test]
    fn times_of_every_form() {
        let at = |micros: &str| Some(format!("2020-02-03T12:43:30.{micros}Z"));
        let pattern = "%Y-%m-%d %H:%M:%S%.f";
        assert_eq!(time("rfc3339", "", "2020-02-03T13:43:30.772+01:00"), at("772000"));
        assert_eq!(time("unix_seconds", "", "1580733810"), at("000000"));
        assert_eq!(time("unix_seconds", "", "1580733810.7725"), at("772500"));
        assert_eq!(time("unix_milliseconds", "", "1580733810772"), at("772000"));
        assert_eq!(time(pattern, "+00:00", "2020-02-03 12:43:30.772"), at("772000"));
        assert_eq!(time(pattern, "-02:00", "2020-02-03 10:43:30"), at("000000"));
        assert_eq!(time("%d.%m.%Y %H:%M:%S %z", "", "03.02.2020 13:43:30 +0100"), at("000000"));
        for (format, text) in
            [("rfc3339", "2020-02-03"), ("unix_seconds", "x"), ("unix_seconds", ""), (pattern, "43:30.8")]
        {
            assert_eq!(time(format, "+00:00", text), None);
        }
    }
}
