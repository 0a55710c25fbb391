//! `GET /v1/operator/accounts/{id}/history`: an account as it was at a moment.

use crate::app::App;
use crate::log_proofs::Asked;
use crate::operators::OperatorCaller;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::Id;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use watchbook_domain::{Account, AccountId, Timestamp};
use watchbook_eventlog::{Moment, Past};

/// Fields that would tell a secret's digest.
const HIDDEN: [&str; 1] = ["token_digest"];

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
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !HIDDEN.contains(&name.as_str()));
            fields.values_mut().for_each(hide);
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
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
    let moment: Moment = at.parse().map_err(|error: watchbook_eventlog::MomentError| {
        Problem::from(problem::MALFORMED).detail(error.to_string())
    })?;
    let past = app.accounts.load_at(&app.account_stream(account), moment).await?;
    let past = PastAccount::new(account, moment, &past).ok_or(problem::NOT_FOUND)?;
    Ok(Json(past))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn digests_are_hidden_wherever_they_are() {
        let mut value = json!({"a": [{"token_digest": "x", "b": 1}], "token_digest": "x"});
        hide(&mut value);
        assert_eq!(value, json!({"a": [{"b": 1}]}));
    }
}
