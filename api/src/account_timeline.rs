//! `GET /v1/operator/accounts/{id}/timeline`: an account's events, with the reason for each decision.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::disclosure::{Explanation, hide, mentions};
use crate::log_proofs::Asked;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::Id;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::VecDeque;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use watchbook_domain::account::AccountEvent;
use watchbook_domain::{Account, AccountId, Timestamp};
use watchbook_eventlog::{Moment, RecordedEvent, Repository, RepositoryError, StreamId, Version};

const MOST: usize = 200;
/// Events read at once.
const CHUNK: u64 = 500;
/// Most events that are looked through for one page; the next page goes on there.
const MOST_READ: u64 = 20_000;

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimelineQuery {
    /// Begins with the last event that had happened at this moment: a position of the log, such as one that an alert
    /// names, or a time as RFC 3339 has it.
    at: Option<String>,
    /// Or goes on after this version: `later` of another page.
    after: Option<u64>,
    /// Or ends before this version: `earlier` of another page. With none of the three, the newest events.
    before: Option<u64>,
    /// Only these types, separated by commas: `session.opened`, or `session.*` for all that begin so.
    types: Option<String>,
    /// Only what was recorded then or later.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Only what was recorded before then.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// Only what names this id: a session, a device, an attempt, a recovery case, an operator who acted.
    about: Option<Uuid>,
    /// At most this many, 1 to 200. Default 100.
    limit: Option<usize>,
}

/// A page of the timeline, oldest first.
#[derive(Serialize, ToSchema)]
pub struct TimelineAnswer {
    /// The events.
    events: Vec<TimelineEvent>,
    /// For `before`, to see what lies earlier; absent at the account's first event.
    earlier: Option<u64>,
    /// For `after`, to see what came later; absent at its last.
    later: Option<u64>,
}

/// One event.
#[derive(Serialize, ToSchema)]
pub struct TimelineEvent {
    /// Place in the log: for `history?at=`, and for a proof that it is there.
    position: u64,
    /// Place in the account's stream, from 1.
    version: u64,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Its type.
    #[schema(example = "sign_in.succeeded")]
    r#type: String,
    /// Who acted, if somebody signed in did.
    actor: Option<Uuid>,
    /// Ties together what came from one request.
    request: Uuid,
    /// The person was erased, and the data with them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    erased: bool,
    /// What was recorded, without digests of secrets.
    #[schema(value_type = Option<Object>)]
    data: Option<Value>,
    /// Why it was decided so, if it is a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explanation>,
}

impl TimelineEvent {
    /// As an operator is shown it.
    pub fn new(recorded: &RecordedEvent, event: Option<&AccountEvent>) -> Self {
        let mut data = event.and_then(|event| serde_json::to_value(event).ok()?.get("data").cloned());
        data.iter_mut().for_each(hide);
        Self {
            position: recorded.position.0,
            version: recorded.version.0,
            at: recorded.event.recorded_at,
            r#type: recorded.event.event_type.clone(),
            actor: recorded.event.actor,
            request: recorded.event.correlation_id,
            erased: event.is_none(),
            data,
            explanation: event.and_then(Explanation::of),
        }
    }
}

/// Conditions that an event must meet, all of them.
struct Filter {
    types: Vec<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    about: Option<Uuid>,
}

impl Filter {
    fn takes(&self, event: &TimelineEvent) -> bool {
        let about = self.about.is_none_or(|id| {
            event.actor == Some(id) || event.data.as_ref().is_some_and(|data| mentions(data, &id.to_string()))
        });
        self.from.is_none_or(|from| event.at >= from)
            && self.to.is_none_or(|to| event.at < to)
            && (self.types.is_empty() || self.types.iter().any(|wanted| is_of(&event.r#type, wanted)))
            && about
    }
}

/// Whether an event's type is the one wanted, or of the family wanted.
pub fn is_of(event_type: &str, wanted: &str) -> bool {
    match wanted.strip_suffix(".*") {
        Some(family) => event_type.strip_prefix(family).is_some_and(|rest| rest.starts_with('.')),
        None => event_type == wanted,
    }
}

/// The parts of a list of types.
pub fn types(text: Option<&str>) -> Vec<String> {
    let parts = text.unwrap_or_default().split(',').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A moment that somebody asks for.
///
/// # Errors
/// `MALFORMED`.
pub fn moment(text: &str) -> Result<Moment, Problem> {
    text.parse().map_err(|error: watchbook_eventlog::MomentError| {
        Problem::from(problem::MALFORMED).detail(error.to_string())
    })
}

/// Shows an account's events.
#[utoipa::path(
    get, path = "/v1/operator/accounts/{id}/timeline", tag = "operators", security(("session" = [])),
    params(("id" = Uuid, Path,), TimelineQuery),
    responses((status = 200, body = TimelineAnswer), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody))
)]
pub async fn timeline(
    State(app): State<App>,
    _operator: OperatorCaller,
    Id(account): Id<AccountId>,
    Asked(query): Asked<TimelineQuery>,
) -> Result<Json<TimelineAnswer>, Problem> {
    let malformed = |what: &str| Problem::from(problem::MALFORMED).detail(what);
    let limit = query.limit.unwrap_or(MOST / 2);
    if !(1..=MOST).contains(&limit) {
        return Err(malformed("limit: 1 to 200"));
    }
    let stream = app.account_stream(account);
    let end = app.accounts.load(&stream).await?.version;
    if end == Version::NONE {
        return Err(problem::NOT_FOUND.into());
    }
    let filter =
        Filter { types: types(query.types.as_deref()), from: query.from, to: query.to, about: query.about };
    let page = Page { accounts: &app.accounts, stream: &stream, filter: &filter, limit, end: end.0 };
    let answer = match (query.at, query.after, query.before) {
        (Some(at), None, None) => {
            let seen = app.accounts.version_at(&stream, moment(&at)?, end).await?;
            page.after(seen.0.saturating_sub(1)).await?
        }
        (None, Some(after), None) => page.after(after.min(end.0)).await?,
        (None, None, Some(before)) => page.before(before.min(end.0 + 1)).await?,
        (None, None, None) => page.before(end.0 + 1).await?,
        _ => return Err(malformed("only one of at, after and before")),
    };
    Ok(Json(answer))
}

struct Page<'a> {
    accounts: &'a Repository<Account>,
    stream: &'a StreamId,
    filter: &'a Filter,
    limit: usize,
    /// The stream's last version.
    end: u64,
}

impl Page<'_> {
    async fn read(&self, after: u64, to: u64) -> Result<Vec<TimelineEvent>, RepositoryError> {
        let count = usize::try_from(to - after).unwrap_or(usize::MAX);
        let page = self.accounts.history(self.stream, Version(after), count).await?;
        Ok(page.iter().map(|(recorded, event)| TimelineEvent::new(recorded, event.as_ref())).collect())
    }

    async fn after(&self, start: u64) -> Result<TimelineAnswer, RepositoryError> {
        let (mut events, mut reached) = (Vec::new(), start);
        while reached < self.end && reached - start < MOST_READ && events.len() < self.limit {
            for event in self.read(reached, self.end.min(reached + CHUNK)).await? {
                if events.len() == self.limit {
                    break;
                }
                reached = event.version;
                events.extend(Some(event).filter(|event| self.filter.takes(event)));
            }
        }
        Ok(self.answer(events, start + 1, reached))
    }

    async fn before(&self, end: u64) -> Result<TimelineAnswer, RepositoryError> {
        let (mut events, mut reached) = (VecDeque::new(), end);
        while reached > 1 && end - reached < MOST_READ && events.len() < self.limit {
            for event in self.read((reached - 1).saturating_sub(CHUNK), reached - 1).await?.into_iter().rev()
            {
                if events.len() == self.limit {
                    break;
                }
                reached = event.version;
                if self.filter.takes(&event) {
                    events.push_front(event);
                }
            }
        }
        Ok(self.answer(events.into(), reached, end.saturating_sub(1)))
    }

    /// Of what lies from version `first` to version `last`.
    fn answer(&self, events: Vec<TimelineEvent>, first: u64, last: u64) -> TimelineAnswer {
        let earlier = (first > 1).then_some(first);
        let later = (last < self.end).then_some(last);
        TimelineAnswer { events, earlier, later }
    }
}
