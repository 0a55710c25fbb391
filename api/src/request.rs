//! What is taken from a request before its handler runs: who calls, from where, with what body.

use crate::app::{App, wait_for_view};
use crate::problem::{self, Problem};
use crate::tokens::SessionToken;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use ipnet::IpNet;
use serde::de::DeserializeOwned;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use uuid::Uuid;
use watchbook_domain::account::Session;
use watchbook_domain::{Account, AccountId, ClientContext, SessionId, Timestamp};
use watchbook_eventlog::{Metadata, Position, fresh};

/// Most characters of a user agent that are kept.
const LONGEST_USER_AGENT: usize = 256;

/// Networks whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client's address: the peer's own, unless the peer is a trusted proxy that says otherwise. Read
    /// from the right, since what stands left of the first untrusted hop is the client's own invention.
    ///
    /// # Errors
    /// `BAD_FORWARDED` when a trusted proxy forwards what is no address: nothing is guessed.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Result<IpAddr, Problem> {
        let mut client = peer.to_canonical();
        for value in headers.get_all("x-forwarded-for").iter().rev() {
            let text = value.to_str().map_err(|_| problem::BAD_FORWARDED)?;
            for hop in text.rsplit(',') {
                if !self.trusts(client) {
                    return Ok(client);
                }
                client = hop.trim().parse::<IpAddr>().map_err(|_| problem::BAD_FORWARDED)?.to_canonical();
            }
        }
        Ok(client)
    }
}

/// Who calls, as far as the connection tells.
#[derive(Clone)]
pub struct Caller {
    /// Of this request; also the correlation id of its events.
    pub id: Uuid,
    /// When it came.
    pub now: Timestamp,
    /// The client's address.
    pub address: IpAddr,
    /// Facts to record with events.
    pub context: ClientContext,
}

/// Set by the outermost layer, so that every answer and log line carries it.
#[derive(Clone, Copy)]
pub struct RequestId(pub Uuid);

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let id = parts.extensions.get::<RequestId>().map_or_else(fresh::uuid, |id| id.0);
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::from([0, 0, 0, 0]), |c| c.0.ip());
        let address = app.trusted_proxies.client(peer, &parts.headers)?;
        let user_agent = parts.headers.get(header::USER_AGENT).map(|v| String::from_utf8_lossy(v.as_bytes()));
        let user_agent: String = user_agent
            .unwrap_or_default()
            .chars()
            .filter(|c| !c.is_control())
            .take(LONGEST_USER_AGENT)
            .collect();
        let context = app.clients.context(address, user_agent);
        Ok(Self { id, now: app.clock.now(), address, context })
    }
}

/// A JSON body. Whatever is wrong with it is a problem of the caller's, never ours.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(body_problem(&rejection)),
        }
    }
}

fn body_problem(rejection: &JsonRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => problem::TOO_LARGE.into(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => problem::UNSUPPORTED.into(),
        // The parser's own words may quote the body, and so a password.
        _ => Problem::from(problem::MALFORMED).detail("the body is not the JSON object this endpoint takes"),
    }
}

/// A path or query parameter that must parse; problems are 404 for paths, since there is nothing there.
pub struct Id<T>(pub T);

impl<T: std::str::FromStr + Send, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let axum::extract::Path(text) = axum::extract::Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| problem::NOT_FOUND)?;
        text.parse().map(Self).map_err(|_| problem::NOT_FOUND.into())
    }
}

/// The token of an `Authorization: Bearer` header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// A caller with a live session, looked up in the account's own state on every request.
pub struct SignedIn {
    /// Who calls.
    pub caller: Caller,
    /// The account as it is now.
    pub account: Arc<Account>,
    /// Its id.
    pub account_id: AccountId,
    /// The session's id.
    pub session_id: SessionId,
    /// The session.
    pub session: Session,
    /// The token, taken apart.
    pub token: SessionToken,
}

impl SignedIn {
    /// Metadata of a command that this person sends.
    pub fn metadata(&self, app: &App) -> Metadata {
        app.metadata(&self.caller, Some(self.account_id.0))
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let token = bearer(&parts.headers).and_then(SessionToken::parse).ok_or(problem::SESSION_OVER)?;
        let found = app.session(&token, caller.now).await?;
        let (account, session) = found.ok_or(problem::SESSION_OVER)?;
        let (account_id, session_id) = (token.account, token.session);
        Ok(Self { caller, account, account_id, session_id, session, token })
    }
}

/// "At least position p": set by a reader that wants to see its own write in a view.
pub struct CaughtUp;

impl FromRequestParts<App> for CaughtUp {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let at_least = match parts.headers.get(AT_LEAST) {
            None => None,
            Some(value) => {
                let position = value.to_str().ok().and_then(|text| text.parse().ok());
                Some(Position(position.ok_or_else(|| Problem::from(problem::MALFORMED).detail(AT_LEAST))?))
            }
        };
        wait_for_view(&app.views, at_least).await?;
        Ok(Self)
    }
}

/// Request header: the position that a view must have reached.
pub const AT_LEAST: &str = "watchbook-at-least";
/// Response header: the position that a write got.
pub const POSITION: &str = "watchbook-position";

/// An answer with the position of what was written.
pub struct Written<T>(pub Option<Position>, pub T);

impl<T: axum::response::IntoResponse> axum::response::IntoResponse for Written<T> {
    fn into_response(self) -> axum::response::Response {
        let mut response = self.1.into_response();
        if let Some(position) = self.0 {
            response.headers_mut().insert(POSITION, position.0.into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str]) -> Result<String, &'static str> {
        let proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        proxies.client(peer.parse().unwrap(), &headers).map(|a| a.to_string()).map_err(|p| p.kind.0)
    }

    #[test]
    fn row_37_only_trusted_proxies_are_believed() {
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), Ok("203.0.113.9".into()));
        assert_eq!(client("10.0.0.1", &["198.51.100.1"]), Ok("198.51.100.1".into()));
        assert_eq!(
            client("10.0.0.1", &["1.1.1.1, 198.51.100.1"]),
            Ok("198.51.100.1".into()),
            "left is invention"
        );
        assert_eq!(client("10.0.0.1", &["198.51.100.1, 10.0.0.2"]), Ok("198.51.100.1".into()), "two proxies");
        assert_eq!(
            client("10.0.0.1", &["1.1.1.1", "198.51.100.1"]),
            Ok("198.51.100.1".into()),
            "two headers"
        );
        assert_eq!(client("10.0.0.1", &[]), Ok("10.0.0.1".into()));
        assert_eq!(client("::ffff:10.0.0.1", &["2001:db8::1"]), Ok("2001:db8::1".into()));
    }

    #[test]
    fn row_27_an_unreadable_forwarded_address_lets_nobody_pass() {
        for bad in ["unknown", "", "198.51.100.1:443", "198.51.100.1, x"] {
            assert_eq!(client("10.0.0.1", &[bad]), Err("malformed-forwarded-address"), "{bad:?}");
        }
        assert_eq!(client("203.0.113.9", &["unknown"]), Ok("203.0.113.9".into()), "nobody asked a stranger");
    }
}
