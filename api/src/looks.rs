//! `GET /v1/operator/looks`: which operator has looked at whom.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::log_proofs::Asked;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::CaughtUp;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use watchbook_domain::{AccountId, RecoveryCaseId, Timestamp};
use watchbook_eventlog::Position;
use watchbook_projections::LooksOf;

const MOST: u32 = 500;

/// Which looks.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LooksQuery {
    /// At this account.
    #[param(value_type = Option<Uuid>)]
    account: Option<AccountId>,
    /// Or by this operator.
    #[param(value_type = Option<Uuid>)]
    operator: Option<AccountId>,
    /// Only what is older than this position: `next` of the page before.
    before: Option<u64>,
    /// At most this many, 1 to 500. Default 100.
    limit: Option<u32>,
}

/// A page of looks.
#[derive(Serialize, ToSchema)]
pub struct LooksAnswer {
    /// Newest first; a look at several accounts has an item for each.
    looks: Vec<LookItem>,
    /// For the next page; absent on the last.
    next: Option<u64>,
}

/// One operator looked at one account.
#[derive(Serialize, ToSchema)]
pub struct LookItem {
    /// Place in the log.
    position: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who looked.
    #[schema(value_type = Uuid)]
    operator: AccountId,
    /// At what: `state`, `history`, `difference`, `timeline`, `recovery_case`, `recovery_document`, `tail`, `search`,
    /// `export`, `subject_access`.
    what: String,
    /// At whom; absent for nobody in particular.
    #[schema(value_type = Option<Uuid>)]
    account: Option<AccountId>,
    /// The recovery case, if it was one.
    #[schema(value_type = Option<Uuid>)]
    case: Option<RecoveryCaseId>,
}

/// Lists looks: at an account, by an operator, or all.
#[utoipa::path(
    get, path = "/v1/operator/looks", tag = "operators", security(("session" = [])), params(LooksQuery),
    responses((status = 200, body = LooksAnswer), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn list(
    State(app): State<App>,
    _caught_up: CaughtUp,
    _operator: OperatorCaller,
    Asked(query): Asked<LooksQuery>,
) -> Result<Json<LooksAnswer>, Problem> {
    let malformed = |what: &str| Problem::from(problem::MALFORMED).detail(what);
    let of = match (query.account, query.operator) {
        (Some(account), None) => LooksOf::Account(account),
        (None, Some(operator)) => LooksOf::Operator(operator),
        (None, None) => LooksOf::Everybody,
        (Some(_), Some(_)) => return Err(malformed("account or operator, not both")),
    };
    let limit = query.limit.unwrap_or(100);
    if !(1..=MOST).contains(&limit) {
        return Err(malformed("limit: 1 to 500"));
    }
    // A page ends between two looks, so that `next` can be a position.
    let mut rows = app.views.looks(of, query.before.map(Position), limit + MOST).await?;
    let found = rows.len();
    if let Some(last) = rows.get(limit as usize - 1).map(|row| row.position) {
        rows.retain(|row| row.position >= last);
    }
    let next = rows.last().filter(|_| rows.len() < found).map(|row| row.position.0);
    let looks = rows.into_iter().map(|row| LookItem {
        position: row.position.0,
        at: row.at,
        operator: row.operator,
        what: row.what,
        account: row.account,
        case: row.case,
    });
    Ok(Json(LooksAnswer { looks: looks.collect(), next }))
}
