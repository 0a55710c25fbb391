//! `GET /v1/operator/accounts/{id}/difference`: what changed about an account between two moments.

use crate::access::OperatorCaller;
use crate::account_history::PastAccount;
use crate::account_timeline::moment;
use crate::app::App;
use crate::log_proofs::Asked;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::Id;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::{IntoParams, ToSchema};
use watchbook_domain::AccountId;

/// Between which moments.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DifferenceQuery {
    /// A position of the log, or a time as RFC 3339 has it.
    from: String,
    /// A position of the log, or a time as RFC 3339 has it.
    to: String,
}

/// What changed.
#[derive(Serialize, ToSchema)]
pub struct DifferenceAnswer {
    /// The account.
    #[schema(value_type = Uuid)]
    account: AccountId,
    /// Facts that are not the same, by their paths.
    changes: Vec<ChangedFact>,
}

/// A fact at one moment and at the other.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangedFact {
    /// Where it stands in the state, such as `totp.enrolled_at`.
    pub path: String,
    /// What it was; absent where it was not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it became; absent where it was gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// The facts that are in one and not, or not the same, in the other.
pub fn changes(mut from: BTreeMap<String, String>, mut to: BTreeMap<String, String>) -> Vec<ChangedFact> {
    let paths: BTreeSet<String> = from.keys().chain(to.keys()).cloned().collect();
    let changed = paths.into_iter().map(|path| {
        let (from, to) = (from.remove(&path), to.remove(&path));
        ChangedFact { path, from, to }
    });
    changed.filter(|fact| fact.from != fact.to).collect()
}

/// Compares the states of an account at two moments, both folded from the log. Before its first event there were no
/// facts.
#[utoipa::path(
    get, path = "/v1/operator/accounts/{id}/difference", tag = "operators", security(("session" = [])),
    params(("id" = Uuid, Path,), DifferenceQuery),
    responses((status = 200, body = DifferenceAnswer), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody))
)]
pub async fn difference(
    State(app): State<App>,
    _operator: OperatorCaller,
    Id(account): Id<AccountId>,
    Asked(DifferenceQuery { from, to }): Asked<DifferenceQuery>,
) -> Result<Json<DifferenceAnswer>, Problem> {
    let (from, to) = (moment(&from)?, moment(&to)?);
    let stream = app.account_stream(account);
    let mut facts = Vec::new();
    for moment in [from, to] {
        let past = app.accounts.load_at(&stream, moment).await?;
        facts.push(PastAccount::new(account, moment, &past).map(|past| past.facts()));
    }
    let (Some(to), Some(from)) = (facts.pop().flatten(), facts.pop()) else {
        return Err(problem::NOT_FOUND.into());
    };
    Ok(Json(DifferenceAnswer { account, changes: changes(from.unwrap_or_default(), to) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_left_out() {
        let facts = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect()
        };
        let found = changes(
            facts(&[("a", "1"), ("b", "2"), ("c", "3")]),
            facts(&[("b", "2"), ("c", "4"), ("d", "5")]),
        );
        let words: Vec<_> =
            found.iter().map(|fact| (fact.path.as_str(), fact.from.as_deref(), fact.to.as_deref())).collect();
        assert_eq!(words, [("a", Some("1"), None), ("c", Some("3"), Some("4")), ("d", None, Some("5"))]);
    }
}
