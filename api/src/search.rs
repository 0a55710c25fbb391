//! `GET /v1/operator/search`: from an identifier, or from where and on what accounts were used, to the accounts.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::log_proofs::Asked;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::CaughtUp;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::{IntoParams, ToSchema};
use watchbook_domain::operator::Look;
use watchbook_domain::{AccountId, Identifier, Timestamp};
use watchbook_projections::{Trace, TraceRow, network};

const MOST: u32 = 100;
/// Most bytes of a value; the longest that is recorded is shorter.
const LONGEST: usize = 320;

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// `identifier` (an e-mail address, user number or phone number that is in use now), `address`, `network` (any address
    /// in an IPv4 /24 or IPv6 /48), `asn`, `country`, `agent` (such as `Firefox on Linux`), or `device` (an id).
    by: String,
    /// The value, as a whole.
    value: String,
    /// Only accounts that were used so then or later.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Only accounts that were used so before then.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// At most this many, 1 to 100. Default 50.
    limit: Option<u32>,
}

/// What was found.
#[derive(Serialize, ToSchema)]
pub struct SearchAnswer {
    /// The latest first.
    accounts: Vec<FoundAccount>,
    /// Whether there are more: ask for less time.
    more: bool,
}

/// An account that was found.
#[derive(Serialize, ToSchema)]
pub struct FoundAccount {
    /// The account.
    #[schema(value_type = Uuid)]
    account: AccountId,
    /// When it was first used so; absent for an identifier.
    #[schema(value_type = Option<String>, format = DateTime)]
    first_at: Option<Timestamp>,
    /// When it was last used so.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_at: Option<Timestamp>,
    /// How many times, tries included.
    times: Option<u64>,
}

/// Finds accounts. The look is on record with every account found.
#[utoipa::path(
    get, path = "/v1/operator/search", tag = "operators", security(("session" = [])), params(SearchQuery),
    responses((status = 200, body = SearchAnswer), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn search(
    State(app): State<App>,
    _caught_up: CaughtUp,
    operator: OperatorCaller,
    Asked(query): Asked<SearchQuery>,
) -> Result<Json<SearchAnswer>, Problem> {
    let malformed = |what: &str| Problem::from(problem::MALFORMED).detail(what);
    let limit = query.limit.unwrap_or(MOST / 2);
    if !(1..=MOST).contains(&limit) || query.value.is_empty() || query.value.len() > LONGEST {
        return Err(malformed("limit: 1 to 100; value: 1 to 320 bytes"));
    }
    let mut accounts: Vec<FoundAccount> = if query.by == "identifier" {
        let identifier = Identifier::parse(&query.value).map_err(|_| malformed("value: no identifier"))?;
        let holder = app.holder(&identifier).await?.into_iter();
        holder.map(|account| FoundAccount { account, first_at: None, last_at: None, times: None }).collect()
    } else {
        let kind: Trace = query.by.parse().map_err(|()| malformed("by: unknown"))?;
        let value = canonical(kind, &query.value).ok_or_else(|| malformed("value: none of that kind"))?;
        let rows = app.views.accounts_with(kind, &value, (query.from, query.to), limit + 1).await?;
        rows.into_iter().map(FoundAccount::from).collect()
    };
    let more = accounts.len() > limit as usize;
    accounts.truncate(limit as usize);
    let found = accounts.iter().map(|found| found.account).collect();
    operator.looks_at(&app, Look::Search, found, None).await?;
    Ok(Json(SearchAnswer { accounts, more }))
}

impl From<TraceRow> for FoundAccount {
    fn from(row: TraceRow) -> Self {
        let TraceRow { account, first_at, last_at, times, .. } = row;
        Self { account, first_at: Some(first_at), last_at: Some(last_at), times: Some(times) }
    }
}

/// A value as it is kept; `None` when it is none of that kind.
fn canonical(kind: Trace, value: &str) -> Option<String> {
    let value = value.trim();
    let address = || value.split('/').next()?.parse::<IpAddr>().ok();
    match kind {
        Trace::Address => Some(value.parse::<IpAddr>().ok()?.to_canonical().to_string()),
        Trace::Network => address().map(network),
        Trace::Asn => {
            let digits = value.trim_start_matches("AS").trim_start_matches("as");
            Some(digits.parse::<u32>().ok()?.to_string())
        }
        Trace::Country => {
            let letters = value.len() == 2 && value.bytes().all(|b| b.is_ascii_alphabetic());
            letters.then(|| value.to_ascii_uppercase())
        }
        Trace::Device => Some(value.parse::<uuid::Uuid>().ok()?.to_string()),
        Trace::Agent => Some(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_looked_for_as_it_is_kept() {
        let text = |kind, value| canonical(kind, value).unwrap_or_default();
        assert_eq!(text(Trace::Address, "::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(text(Trace::Network, "192.0.2.99"), "192.0.2.0/24");
        assert_eq!(text(Trace::Network, "2001:DB8:1::/48"), "2001:db8:1::/48");
        assert_eq!(text(Trace::Asn, "AS64500"), "64500");
        assert_eq!(text(Trace::Country, "pt"), "PT");
        for (kind, wrong) in [
            (Trace::Address, "192.0.2.0/24"),
            (Trace::Address, "' OR 1=1"),
            (Trace::Asn, "-1"),
            (Trace::Country, "P1"),
            (Trace::Device, "phone"),
        ] {
            assert_eq!(canonical(kind, wrong), None, "{wrong}");
        }
    }
}
