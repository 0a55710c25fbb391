//! The view `traces`: which accounts were used from where and on what, so that one can be followed to the others.

use crate::cell::{Cell as _, Value};
use crate::database::Transaction;
use crate::rows::Rows;
use crate::table::{self, row};
use crate::view::{Happened, View, What};
use crate::{Views, ViewsError};
use std::net::IpAddr;
use uuid::Uuid;
use watchbook_domain::account::AccountEvent;
use watchbook_domain::{AccountId, ClientContext, Timestamp};

/// Names a kind of trace and a value of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TraceId(pub(crate) Uuid);

/// A kind of trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trace {
    /// The client's address.
    Address,
    /// Its surroundings: an IPv4 /24 or an IPv6 /48.
    Network,
    /// The autonomous system's number.
    Asn,
    /// The country's code (ISO 3166-1).
    Country,
    /// Browser and system in words.
    Agent,
    /// The device that a signed token knows again.
    Device,
}

impl Trace {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Address, Self::Network, Self::Asn, Self::Country, Self::Agent, Self::Device];

    /// As stored and said by the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Network => "network",
            Self::Asn => "asn",
            Self::Country => "country",
            Self::Agent => "agent",
            Self::Device => "device",
        }
    }

    fn id(self, value: &str) -> TraceId {
        TraceId(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{} {value}", self.as_str()).as_bytes()))
    }
}

impl std::str::FromStr for Trace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|trace| trace.as_str() == text).ok_or(())
    }
}

row! {
    pub(crate) struct StoredTrace in "traces" version 1 indexes ["(account_id, last_at)"];
    key {
        trace: TraceId = "trace_id",
        account: AccountId = "account_id",
    }
    rest {
        kind: String = "kind",
        value: String = "value",
        first_at: Timestamp = "first_at",
        last_at: Timestamp = "last_at",
        times: u64 = "times",
    }
}

/// That an account was used so.
#[derive(Clone, PartialEq, Eq)]
pub struct TraceRow {
    /// The account.
    pub account: AccountId,
    /// The kind: `address`, `network`, `asn`, `country`, `agent` or `device`.
    pub kind: String,
    /// Its value.
    pub value: String,
    /// When first.
    pub first_at: Timestamp,
    /// When last.
    pub last_at: Timestamp,
    /// How many times.
    pub times: u64,
}

/// Only what is not personal.
impl std::fmt::Debug for TraceRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TraceRow").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The surroundings of an address: what one customer, or one office, commonly has.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

/// What an event leaves. Guesses count as well as successes: who tries is what is looked for. What follows within the
/// same attempt would only say the same again.
fn left_by(event: &AccountEvent) -> Vec<(Trace, String)> {
    use AccountEvent as E;
    match event {
        E::Registered { context, .. }
        | E::SignInStarted { context, .. }
        | E::PasskeySignInStarted { context, .. }
        | E::PasswordResetRequested { context, .. }
        | E::SessionRefreshed { context: Some(context), .. } => of_client(context),
        E::SignInSucceeded { device, .. } => vec![(Trace::Device, device.to_string())],
        _ => vec![],
    }
}

fn of_client(context: &ClientContext) -> Vec<(Trace, String)> {
    let mut left = Vec::with_capacity(5);
    if let Some(address) = context.ip() {
        left.extend([(Trace::Address, address.to_string()), (Trace::Network, network(address))]);
    }
    let signals = &context.signals;
    left.extend(signals.asn.map(|asn| (Trace::Asn, asn.to_string())));
    let country = signals.country.and_then(|country| serde_json::to_value(country).ok());
    left.extend(country.and_then(|country| Some((Trace::Country, country.as_str()?.to_owned()))));
    if !context.device.is_empty() {
        left.push((Trace::Agent, context.device.clone()));
    }
    left
}

#[derive(Default)]
pub(crate) struct Traces {
    rows: Rows<StoredTrace>,
}

impl View for Traces {
    type Row = StoredTrace;

    fn plan(&mut self, happened: &Happened) {
        if let What::Account(account, event) = &happened.what {
            left_by(event).iter().for_each(|(kind, value)| self.rows.want((kind.id(value), *account)));
        }
    }

    async fn load(&mut self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.load(transaction, generation).await
    }

    fn apply(&mut self, happened: &Happened) {
        let What::Account(account, event) = &happened.what else { return };
        for (kind, value) in left_by(event) {
            let trace = kind.id(&value);
            match self.rows.get_mut((trace, *account)) {
                Some(row) => {
                    row.last_at = happened.at;
                    row.times += 1;
                }
                None => self.rows.insert(StoredTrace {
                    trace,
                    account: *account,
                    kind: kind.as_str().to_owned(),
                    value,
                    first_at: happened.at,
                    last_at: happened.at,
                    times: 1,
                }),
            }
        }
    }

    fn erase(&mut self, account: AccountId) {
        self.rows.erase(account, |row| row.account);
    }

    async fn write(&self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.write(transaction, generation).await
    }
}

const SHARED: &str = "WHERE trace_id = $1 AND last_at >= $2 AND first_at < $3
    ORDER BY last_at DESC, account_id LIMIT $4";
const OF_ACCOUNT: &str = "WHERE account_id = $1 ORDER BY last_at DESC, trace_id LIMIT $2";

impl Views {
    /// The accounts that have this trace, within a span of time, the latest first, at most `limit`.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn accounts_with(
        &self,
        kind: Trace,
        value: &str,
        (from, to): (Option<Timestamp>, Option<Timestamp>),
        limit: u32,
    ) -> Result<Vec<TraceRow>, ViewsError> {
        let (trace, from) = (kind.id(value), from.unwrap_or(Timestamp::from_micros(i64::MIN)));
        let to = to.unwrap_or(Timestamp::from_micros(i64::MAX));
        let values = [trace.value(), from.value(), to.value(), limit.value()];
        self.trace_rows(SHARED, &values).await
    }

    /// The traces of an account, the latest first, at most `limit`.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn traces_of(&self, account: AccountId, limit: u32) -> Result<Vec<TraceRow>, ViewsError> {
        self.trace_rows(OF_ACCOUNT, &[account.value(), limit.value()]).await
    }

    async fn trace_rows(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<TraceRow>, ViewsError> {
        let rows: Vec<StoredTrace> = table::query(self.database(), sql, values).await?;
        let row = |row: StoredTrace| {
            let StoredTrace { trace: _, account, kind, value, first_at, last_at, times } = row;
            TraceRow { account, kind, value, first_at, last_at, times }
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surroundings_are_what_addresses_share() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("198.51.100.7"), "198.51.100.0/24");
        assert_eq!(of("::ffff:198.51.100.9"), "198.51.100.0/24");
        assert_eq!(of("2001:db8:1:2::3"), "2001:db8:1::/48");
    }
}
