//! `GET /v1/operator/accounts/{id}/history`: an account as it was at a moment.

use crate::access::OperatorCaller;
use crate::account_timeline::moment;
use crate::app::App;
use crate::disclosure::hide;
use crate::log_proofs::Asked;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::Id;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use watchbook_domain::{Account, AccountId, Timestamp};
use watchbook_eventlog::{Moment, Past};

/// Which moment.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Question {
    /// A position of the log, or a time as RFC 3339 has it.
    at: String,
}

/// An account as it was.
#[derive(Serialize, ToSchema)]
pub struct PastAccount {
    /// The account.
    #[schema(value_type = Uuid)]
    pub account: AccountId,
    /// When that was; of a position, the time of its last event.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
    /// Of the account's last event then.
    pub position: u64,
    /// Number of its events then.
    pub version: u64,
    /// How many of them have no content any more, since their subject was erased.
    pub erased_events: u64,
    /// Everything that the events had led to, but for digests of secrets and for what had run out.
    #[schema(value_type = Object)]
    pub state: Value,
}

impl PastAccount {
    /// What `past` was at `moment`; `None` when there was no such account.
    pub fn new(account: AccountId, moment: Moment, past: &Past<Account>) -> Option<Self> {
        let last = past.recorded_at?;
        let as_of = match moment {
            Moment::Time(time) => time,
            Moment::Position(_) => last,
        };
        let mut state = past.state.clone();
        state.sessions.retain(|_, session| session.live(as_of));
        state.attempts.retain(|_, attempt| as_of < attempt.expires_at);
        let mut state = serde_json::to_value(&state).unwrap_or_default();
        hide(&mut state);
        let (position, version) = (past.position.0, past.version.0);
        Some(Self { account, as_of, position, version, erased_events: past.erased, state })
    }

    /// Every fact on its own, by its path.
    pub fn facts(&self) -> BTreeMap<String, String> {
        let mut facts = BTreeMap::new();
        flatten(String::new(), &self.state, &mut facts);
        facts
    }
}

fn flatten(path: String, value: &Value, facts: &mut BTreeMap<String, String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| flatten(below(name), value, facts)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, value)| flatten(below(&n.to_string()), value, facts));
        }
        Value::Null => {}
        Value::String(text) => drop(facts.insert(path, text.clone())),
        other => drop(facts.insert(path, other.to_string())),
    }
}

/// The state of any account as it was at a moment, folded from the log.
#[utoipa::path(
    get, path = "/v1/operator/accounts/{id}/history", tag = "operators", security(("session" = [])),
    params(("id" = Uuid, Path,), Question),
    responses((status = 200, body = PastAccount), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn at(
    State(app): State<App>,
    _operator: OperatorCaller,
    Id(account): Id<AccountId>,
    Asked(Question { at }): Asked<Question>,
) -> Result<Json<PastAccount>, Problem> {
    let moment = moment(&at)?;
    let past = app.accounts.load_at(&app.account_stream(account), moment).await?;
    let past = PastAccount::new(account, moment, &past).ok_or(problem::NOT_FOUND)?;
    Ok(Json(past))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_fact_has_a_path() {
        let value = json!({"a": {"b": [1, {"c": "x"}]}, "d": null, "e": true});
        let mut facts = BTreeMap::new();
        flatten(String::new(), &value, &mut facts);
        let facts: Vec<_> = facts.iter().map(|(path, value)| format!("{path}={value}")).collect();
        assert_eq!(facts, ["a.b.0=1", "a.b.1.c=x", "e=true"]);
    }
}
