//! `GET /v1/operator/tail`: accounts' events as they come, as server-sent events (WHATWG HTML, 9.2).

use crate::access::OperatorCaller;
use crate::account_timeline::{TimelineEvent, is_of, types};
use crate::app::App;
use crate::log_proofs::Asked;
use crate::problem::{self, Problem, ProblemBody};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use utoipa::IntoParams;
use watchbook_domain::account::AccountEvent;
use watchbook_domain::operator::{Look, Role};
use watchbook_domain::{Account, AccountId, Aggregate as _};
use watchbook_eventlog::upcast::decode;
use watchbook_eventlog::{Opened, Position, RecordedEvent};

/// Who may; looked at again and again while a tail is open.
const ROLES: [Role; 1] = [Role::Analyst];
/// Tails that one operator can have open at each node.
const MOST: u32 = 4;
/// Events read at once.
const PAGE: usize = 200;
/// Between looks whether there is more, and whether the caller still may: well below a second.
const LOOK: Duration = Duration::from_millis(400);
/// Between signs of life.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Which events.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TailQuery {
    /// Only this account's.
    #[param(value_type = Option<Uuid>)]
    account: Option<AccountId>,
    /// Only these types, separated by commas: `session.opened`, or `session.*` for all that begin so.
    types: Option<String>,
    /// Begins after this position; without it, and without the header `Last-Event-ID`, with what happens from now on.
    after: Option<u64>,
}

/// Open tails, by operator.
#[derive(Clone, Debug, Default)]
pub struct Tails(Arc<Mutex<HashMap<AccountId, u32>>>);

/// One of them, until it is dropped.
struct Open(Tails, AccountId);

impl Tails {
    fn open(&self, operator: AccountId) -> Option<Open> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(operator).or_default();
        (*count < MOST).then(|| {
            *count += 1;
            Open(self.clone(), operator)
        })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.1);
            }
        }
    }
}

/// What one message carries.
#[derive(Serialize)]
struct Message {
    account: AccountId,
    #[serde(flatten)]
    event: TimelineEvent,
}

/// Shows events as they come: one message each, with the position as its id, so that `Last-Event-ID` goes on without a
/// gap. Ends with the message `closed` when the session is over or refreshed, or the role is gone.
#[utoipa::path(
    get, path = "/v1/operator/tail", tag = "operators", security(("session" = [])), params(TailQuery),
    responses((status = 200, body = String, content_type = "text/event-stream"), (status = 400, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 429, body = ProblemBody, description = "four are open"))
)]
pub async fn tail(
    State(app): State<App>,
    operator: OperatorCaller,
    headers: HeaderMap,
    Asked(query): Asked<TailQuery>,
) -> Result<Response, Problem> {
    let malformed = || Problem::from(problem::MALFORMED).detail("Last-Event-ID, after: a position");
    let last =
        headers.get("last-event-id").map(|value| value.to_str().ok().and_then(|text| text.parse().ok()));
    let after = match (last, query.after) {
        (Some(None), _) => return Err(malformed()),
        (Some(Some(last)), _) => Some(last),
        (None, after) => after,
    };
    let open = app.tails.open(operator.0.account_id);
    let open = open.ok_or_else(|| Problem::from(problem::TOO_MANY).retry_after(5))?;
    let cursor = match after {
        Some(position) => Position(position),
        None => app.log.head().await.map_err(|error| Problem::unavailable(&error))?,
    };
    operator.looks_at(&app, Look::Tail, query.account.into_iter().collect(), None).await?;
    let types = types(query.types.as_deref());
    let now = Instant::now();
    let tail = Tail { app, operator, account: query.account, types, cursor, heartbeat_at: now, _open: open };
    let messages = stream::unfold(Some(tail), |tail| async {
        let mut tail = tail?;
        let (text, goes_on) = match tail.next().await {
            Ok(text) => (text, true),
            Err(why) => (format!("event: closed\ndata: {why}\n\n"), false),
        };
        Some((Ok::<_, Infallible>(Bytes::from(text)), goes_on.then_some(tail)))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, Body::from_stream(messages)).into_response())
}

struct Tail {
    app: App,
    operator: OperatorCaller,
    account: Option<AccountId>,
    types: Vec<String>,
    cursor: Position,
    heartbeat_at: Instant,
    _open: Open,
}

impl Tail {
    /// The next text to send; why there is none any more.
    async fn next(&mut self) -> Result<String, &'static str> {
        loop {
            self.may_go_on().await?;
            let page = self.app.log.read_all(self.cursor, PAGE).await.map_err(|_| "unavailable")?;
            if let Some(last) = page.last() {
                self.cursor = last.position;
                let text = self.messages(&page).await?;
                if !text.is_empty() {
                    self.heartbeat_at = Instant::now() + HEARTBEAT;
                    return Ok(text);
                }
            } else if Instant::now() >= self.heartbeat_at {
                self.heartbeat_at = Instant::now() + HEARTBEAT;
                // Without data there is no message, but whoever comes again need not read this part again.
                return Ok(format!("id: {}\n\n", self.cursor));
            } else {
                tokio::select! {
                    () = self.app.log.wait(self.cursor, LOOK) => {}
                    () = self.app.stopping.cancelled() => {}
                }
            }
        }
    }

    async fn may_go_on(&self) -> Result<(), &'static str> {
        if self.app.stopping.is_cancelled() {
            return Err("stopping");
        }
        let now = self.app.clock.now();
        let session = self.app.session(&self.operator.0.token, now).await.map_err(|_| "unavailable")?;
        if session.is_none() {
            return Err("session-over");
        }
        match self.operator.still_has(&self.app, &ROLES).await {
            Ok(true) => Ok(()),
            Ok(false) => Err("forbidden"),
            Err(_) => Err("unavailable"),
        }
    }

    async fn messages(&self, page: &[RecordedEvent]) -> Result<String, &'static str> {
        let wanted = |recorded: &&RecordedEvent| {
            let event_type = &recorded.event.event_type;
            recorded.stream.category() == Account::CATEGORY
                && self.account.is_none_or(|account| recorded.event.subject.0 == account.0)
                && (self.types.is_empty() || self.types.iter().any(|wanted| is_of(event_type, wanted)))
        };
        let wanted: Vec<RecordedEvent> = page.iter().filter(wanted).cloned().collect();
        let opened = self.app.sealer.open_page(&wanted).await.map_err(|_| "unavailable")?;
        let mut text = String::new();
        for (recorded, opened) in wanted.iter().zip(opened) {
            let event: Option<AccountEvent> = match opened {
                Opened::Erased => None,
                Opened::Payload(payload) => {
                    let (name, schema) = (&recorded.event.event_type, recorded.event.schema_version);
                    Some(decode(name, schema, &payload).map_err(|_| "unavailable")?)
                }
            };
            let account = AccountId(recorded.event.subject.0);
            let message = Message { account, event: TimelineEvent::new(recorded, event.as_ref()) };
            let data = serde_json::to_string(&message).map_err(|_| "unavailable")?;
            text +=
                &format!("id: {}\nevent: {}\ndata: {data}\n\n", recorded.position, recorded.event.event_type);
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn an_operator_has_so_many_and_gets_them_back() {
        let (tails, who, other) = (Tails::default(), AccountId(Uuid::nil()), AccountId(Uuid::max()));
        let mut open: Vec<_> = (0..MOST).map(|_| tails.open(who).unwrap()).collect();
        assert!(tails.open(who).is_none() && tails.open(other).is_some());
        open.pop();
        assert!(tails.open(who).is_some());
        drop(open);
        assert!(tails.0.lock().unwrap().is_empty());
    }
}
