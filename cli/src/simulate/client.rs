//! Requests to the one server that is driven.

use super::captcha;
use super::people::Device;
use reqwest::Url;
use serde_json::Value;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Longest time of one request; above the server's own limit.
const TIME_LIMIT: Duration = Duration::from_secs(35);

/// How often a request is sent again that the server was too busy for.
const TRIES: u32 = 5;

/// Why a journey ended before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Something happened that should not; in words, without addresses and secrets.
    Unexpected(String),
    /// The journey cannot go on, for a reason that is in order.
    Aside(&'static str),
}

/// Why a URL is not driven.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not `http://host[:port]`.
    #[error("the URL is not of the form http://host:port")]
    Malformed,
    /// Not this machine.
    #[error("the URL is not of this machine; --allow-remote drives it all the same")]
    Remote,
}

/// The URL to drive, checked.
///
/// # Errors
/// When it is not of the right form, or neither loopback nor `allow_remote`.
pub fn check_url(text: &str, allow_remote: bool) -> Result<Url, UrlError> {
    let url = Url::parse(text).map_err(|_| UrlError::Malformed)?;
    let host = url.host_str().ok_or(UrlError::Malformed)?.to_owned();
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if url.scheme() != "http" || !plain || url.path() != "/" {
        return Err(UrlError::Malformed);
    }
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>().map(|address| address.to_canonical());
    let own = address.map_or(host == "localhost", |address| address.is_loopback());
    if own || allow_remote { Ok(url) } else { Err(UrlError::Remote) }
}

/// What to ask.
pub struct Call<'a> {
    /// `GET`, `POST`, `DELETE`.
    pub method: reqwest::Method,
    /// With its query.
    pub path: &'a str,
    /// The JSON body.
    pub body: Option<Value>,
    /// The session's token.
    pub bearer: Option<&'a str>,
    /// The position that a view must have reached.
    pub at_least: Option<u64>,
    /// A body that is no JSON, instead of one that is.
    pub upload: Option<Vec<u8>>,
    /// The solution of a CAPTCHA.
    pub captcha: Option<String>,
}

impl<'a> Call<'a> {
    /// A `POST` by somebody who is not signed in.
    pub fn post(path: &'a str, body: Value) -> Self {
        Self { body: Some(body), ..Self::plain(reqwest::Method::POST, path) }
    }

    /// A `GET` or `DELETE` in a session, or a `POST` without a body.
    pub fn with_session(method: reqwest::Method, path: &'a str, token: &'a str) -> Self {
        Self { bearer: Some(token), ..Self::plain(method, path) }
    }

    /// A request with nothing in it, by nobody in particular.
    pub fn plain(method: reqwest::Method, path: &'a str) -> Self {
        Self { method, path, body: None, bearer: None, at_least: None, upload: None, captcha: None }
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path.split('?').next().unwrap_or_default())
    }
}

/// An answer.
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// The last part of a problem's type; empty when it is no problem.
    pub problem: String,
    /// The JSON body; `Null` without one.
    pub body: Value,
    /// When to come again.
    pub retry_after: Option<Duration>,
    /// Where the write went.
    pub position: Option<u64>,
    /// From the last sending to the whole answer.
    pub took: Duration,
    call: String,
}

impl Reply {
    /// That this answer should not have been given.
    pub fn unexpected(&self, wanted: &str) -> Stop {
        let Self { call, status, problem, .. } = self;
        let again = self.retry_after.map(|pause| format!(" (again in {} s)", pause.as_secs()));
        Stop::Unexpected(format!(
            "{call}: {status} {problem}{} instead of {wanted}",
            again.unwrap_or_default()
        ))
    }

    /// Itself, if it has the status.
    ///
    /// # Errors
    /// `Unexpected` otherwise.
    pub fn wanting(self, status: u16) -> Result<Self, Stop> {
        if self.status == status { Ok(self) } else { Err(self.unexpected(&status.to_string())) }
    }

    /// Itself, if it is that problem.
    ///
    /// # Errors
    /// `Unexpected` otherwise.
    pub fn wanting_problem(self, status: u16, problem: &str) -> Result<Self, Stop> {
        let right = self.status == status && self.problem == problem;
        if right { Ok(self) } else { Err(self.unexpected(&format!("{status} {problem}"))) }
    }

    /// A string of the body, by its JSON pointer (RFC 6901).
    ///
    /// # Errors
    /// `Unexpected` when there is none.
    pub fn text(&self, pointer: &str) -> Result<String, Stop> {
        let text = self.body.pointer(pointer).and_then(Value::as_str);
        text.map(str::to_owned)
            .ok_or_else(|| Stop::Unexpected(format!("{}: no {pointer} in the answer", self.call)))
    }
}

/// Sends requests as devices do.
pub struct Client {
    http: reqwest::Client,
    base: String,
    requests: AtomicU64,
    solved: AtomicU64,
}

impl Client {
    /// To this server and nowhere else: no proxy, no redirect.
    ///
    /// # Errors
    /// When the client cannot be set up.
    pub fn new(base: &Url) -> Result<Self, reqwest::Error> {
        let builder = reqwest::Client::builder().timeout(TIME_LIMIT).no_proxy();
        let http = builder.redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self {
            http,
            base: base.as_str().trim_end_matches('/').to_owned(),
            requests: AtomicU64::new(0),
            solved: AtomicU64::new(0),
        })
    }

    /// Whether the server answers and is ready.
    pub async fn is_ready(&self) -> bool {
        let answer = self.http.get(format!("{}/readyz", self.base)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// Requests so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// CAPTCHAs that were solved so far.
    pub fn solved(&self) -> u64 {
        self.solved.load(Ordering::Relaxed)
    }

    /// Sends, and works for it if the server asks for that.
    ///
    /// # Errors
    /// `Unexpected` when there is no answer.
    pub async fn send(&self, device: &Device, mut call: Call<'_>) -> Result<Reply, Stop> {
        let reply = self.send_idle(device, &call).await?;
        if reply.problem != "captcha-required" {
            return Ok(reply);
        }
        call.captcha = Some(self.solve(device).await?);
        self.send_idle(device, &call).await
    }

    /// The solution of a new CAPTCHA for the device's source.
    ///
    /// # Errors
    /// `Unexpected` when there is none, or it is no challenge.
    pub async fn solve(&self, device: &Device) -> Result<String, Stop> {
        let call = Call::plain(reqwest::Method::GET, "/v1/captcha");
        let challenge = self.send_idle(device, &call).await?.wanting(200)?.body;
        let solved = tokio::task::spawn_blocking(move || captcha::solve(challenge)).await;
        let no_challenge = || Stop::Unexpected("GET /v1/captcha: a challenge that has no solution".into());
        let solution = solved.ok().flatten().ok_or_else(no_challenge)?;
        self.solved.fetch_add(1, Ordering::Relaxed);
        Ok(solution)
    }

    /// Sends without working for it; when the server says that it is too busy, waits as told and sends again.
    ///
    /// # Errors
    /// `Unexpected` when there is no answer.
    pub async fn send_idle(&self, device: &Device, call: &Call<'_>) -> Result<Reply, Stop> {
        let mut tries = 1;
        loop {
            let reply = self.send_once(device, call).await?;
            if reply.status != 503 || tries == TRIES {
                return Ok(reply);
            }
            tries += 1;
            tokio::time::sleep(
                reply.retry_after.unwrap_or(Duration::from_secs(1)).min(Duration::from_secs(5)),
            )
            .await;
        }
    }

    async fn send_once(&self, device: &Device, call: &Call<'_>) -> Result<Reply, Stop> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut request = self
            .http
            .request(call.method.clone(), format!("{}{}", self.base, call.path))
            .header("user-agent", device.agent)
            .header("x-forwarded-for", device.address.to_string());
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        if let Some(content) = &call.upload {
            request = request.header("content-type", "application/octet-stream").body(content.clone());
        }
        if let Some(solution) = &call.captcha {
            request = request.header(watchbook_api::CAPTCHA, solution);
        }
        if let Some(token) = call.bearer {
            request = request.bearer_auth(token);
        }
        if let Some(position) = call.at_least {
            request = request.header("watchbook-at-least", position);
        }
        let begun = Instant::now();
        let lost = |error: reqwest::Error| {
            let why = if error.is_timeout() { "no answer in time" } else { "the connection failed" };
            Stop::Unexpected(format!("{}: {why}", call.name()))
        };
        let response = request.send().await.map_err(lost)?;
        let number = |name| response.headers().get(name)?.to_str().ok()?.parse::<u64>().ok();
        let (retry_after, position) = (number("retry-after"), number("watchbook-position"));
        let status = response.status().as_u16();
        let bytes = response.bytes().await.map_err(lost)?;
        let took = begun.elapsed();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let problem = body.get("type").and_then(Value::as_str).filter(|_| status >= 400).unwrap_or_default();
        let problem = problem.rsplit('/').next().unwrap_or_default().to_owned();
        let retry_after = retry_after.map(Duration::from_secs);
        Ok(Reply { status, problem, body, retry_after, position, took, call: call.name() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_driven_unless_allowed() {
        for own in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8080/", "http://127.9.9.9"] {
            assert!(check_url(own, false).is_ok(), "{own}");
        }
        for remote in
            ["http://example.com", "http://10.0.0.1:8080", "http://localhost.example.com", "http://[::2]"]
        {
            assert_eq!(check_url(remote, false), Err(UrlError::Remote), "{remote}");
            assert!(check_url(remote, true).is_ok(), "{remote}");
        }
        for bad in [
            "127.0.0.1",
            "ftp://127.0.0.1",
            "http://a:b@127.0.0.1",
            "http://127.0.0.1/x",
            "http://127.0.0.1@h/x",
        ] {
            assert_eq!(check_url(bad, true), Err(UrlError::Malformed), "{bad}");
        }
    }
}
