//! `GET /v1/operator/accounts/{id}/connections`: the accounts that share something with one, and those that share
//! something with these.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::log_proofs::Asked;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{CaughtUp, Id};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};
use watchbook_domain::operator::Look;
use watchbook_domain::{AccountId, Timestamp};
use watchbook_projections::Trace;

/// Steps from account to account.
const DEEPEST: u8 = 3;
/// Traces of one account that are followed, the latest first.
const TRACES: u32 = 50;
/// What more accounts share than this is common, and leads nowhere.
const COMMON: u32 = 20;
/// Accounts in one answer.
const ACCOUNTS: usize = 100;
/// Questions to the database for one answer.
const COST: u32 = 500;

/// How far.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConnectionsQuery {
    /// What is followed, separated by commas: `address`, `network`, `asn`, `country`, `agent`, `device`. Default
    /// `address,device`.
    by: Option<String>,
    /// Steps from account to account, 1 to 3. Default 1.
    depth: Option<u8>,
}

/// A graph of accounts and what they share.
#[derive(Serialize, ToSchema)]
pub struct ConnectionsAnswer {
    /// The accounts, the one that was asked for first.
    #[schema(value_type = Vec<Uuid>)]
    accounts: Vec<AccountId>,
    /// Which account has what: two with the same `by` and `value` share it.
    links: Vec<Connection>,
    /// Values that so many accounts share that they were not followed.
    common: Vec<CommonValue>,
    /// Whether a limit cut the graph off: 100 accounts, 500 questions.
    cut: bool,
}

/// An account was used so.
#[derive(Serialize, ToSchema)]
pub struct Connection {
    /// The account.
    #[schema(value_type = Uuid)]
    account: AccountId,
    /// The kind of what is shared.
    by: String,
    /// What is shared.
    value: String,
    /// When first.
    #[schema(value_type = String, format = DateTime)]
    first_at: Timestamp,
    /// When last.
    #[schema(value_type = String, format = DateTime)]
    last_at: Timestamp,
    /// How many times, tries included.
    times: u64,
}

/// A value that is no sign of anything.
#[derive(Serialize, ToSchema)]
pub struct CommonValue {
    /// The kind.
    by: String,
    /// The value.
    value: String,
}

/// Follows what an account shares with others. The look is on record with every account found.
#[utoipa::path(
    get, path = "/v1/operator/accounts/{id}/connections", tag = "operators", security(("session" = [])),
    params(("id" = Uuid, Path,), ConnectionsQuery),
    responses((status = 200, body = ConnectionsAnswer), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody))
)]
pub async fn connections(
    State(app): State<App>,
    _caught_up: CaughtUp,
    operator: OperatorCaller,
    Id(account): Id<AccountId>,
    Asked(query): Asked<ConnectionsQuery>,
) -> Result<Json<ConnectionsAnswer>, Problem> {
    let malformed = |what: &str| Problem::from(problem::MALFORMED).detail(what);
    let depth = query.depth.unwrap_or(1);
    if !(1..=DEEPEST).contains(&depth) {
        return Err(malformed("depth: 1 to 3"));
    }
    let kinds = query.by.as_deref().unwrap_or("address,device").split(',').map(|kind| kind.trim().parse());
    let kinds: Vec<Trace> = kinds.collect::<Result<_, ()>>().map_err(|()| malformed("by: unknown"))?;
    if app.account(account).await?.id.is_none() {
        return Err(problem::NOT_FOUND.into());
    }
    let mut graph = Graph::new(account);
    let mut reached = 0;
    for _ in 0..depth {
        let step = reached..graph.answer.accounts.len();
        reached = step.end;
        for index in step {
            let from = graph.answer.accounts[index];
            graph.follow(&app, from, &kinds).await?;
        }
    }
    operator.looks_at(&app, Look::Search, graph.answer.accounts.clone(), None).await?;
    Ok(Json(graph.answer))
}

struct Graph {
    answer: ConnectionsAnswer,
    /// Kinds and values that were followed.
    followed: BTreeSet<(String, String)>,
    cost: u32,
}

impl Graph {
    fn new(account: AccountId) -> Self {
        let (links, common) = (Vec::new(), Vec::new());
        let answer = ConnectionsAnswer { accounts: vec![account], links, common, cut: false };
        Self { answer, followed: BTreeSet::new(), cost: 0 }
    }

    async fn follow(&mut self, app: &App, from: AccountId, kinds: &[Trace]) -> Result<(), Problem> {
        let traces = app.views.traces_of(from, TRACES + 1).await?;
        self.answer.cut |= traces.len() > TRACES as usize;
        for trace in traces.into_iter().take(TRACES as usize) {
            let kind: Option<Trace> = trace.kind.parse().ok();
            let Some(kind) = kind.filter(|kind| kinds.contains(kind)) else { continue };
            let (by, value) = (trace.kind, trace.value);
            if !self.followed.insert((by.clone(), value.clone())) {
                continue;
            }
            if self.cost == COST {
                self.answer.cut = true;
                return Ok(());
            }
            self.cost += 1;
            let shared = app.views.accounts_with(kind, &value, (None, None), COMMON + 1).await?;
            if shared.len() > COMMON as usize {
                self.answer.common.push(CommonValue { by, value });
                continue;
            }
            // What one account alone has connects nothing.
            for row in shared.iter().filter(|_| shared.len() > 1) {
                if !self.answer.accounts.contains(&row.account) {
                    if self.answer.accounts.len() == ACCOUNTS {
                        self.answer.cut = true;
                        continue;
                    }
                    self.answer.accounts.push(row.account);
                }
                self.answer.links.push(Connection {
                    account: row.account,
                    by: by.clone(),
                    value: value.clone(),
                    first_at: row.first_at,
                    last_at: row.last_at,
                    times: row.times,
                });
            }
        }
        Ok(())
    }
}
