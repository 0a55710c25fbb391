//! How much one source may ask: before any look-up, and equal for everything it asks about.

use crate::app::{App, source_subject};
use crate::problem::Problem;
use crate::request::Caller;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use quick_cache::sync::Cache;
use serde::Deserialize;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use watchbook_domain::Timestamp;
use watchbook_domain::account::Rejection;
use watchbook_domain::source::SourceEvent;

/// Sources remembered; the least used are forgotten, with their debts.
const SOURCES: usize = 200_000;

/// Budget of one source (an IPv4 address or an IPv6 /64) for guarded requests.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourcePolicy {
    /// Requests at once. Default 60.
    pub burst: u32,
    /// Requests regained in a minute. Default 30.
    pub per_minute: u32,
}

impl Default for SourcePolicy {
    fn default() -> Self {
        Self { burst: 60, per_minute: 30 }
    }
}

/// A bucket of requests, as the moment at which it is full again.
#[derive(Clone, Copy, Default)]
struct Bucket {
    full_at: i64,
    refused_today: u64,
    day: i64,
}

/// Buckets of all sources of this node.
pub struct SourceLimits {
    policy: SourcePolicy,
    buckets: Cache<IpAddr, Arc<Mutex<Bucket>>>,
}

impl SourceLimits {
    /// No debts yet.
    pub fn new(policy: SourcePolicy) -> Self {
        Self { policy, buckets: Cache::new(SOURCES) }
    }

    /// # Errors
    /// How long to wait.
    fn admit(&self, address: IpAddr, now: Timestamp) -> Result<(), TimeDelta> {
        let cost = 60_000_000 / i64::from(self.policy.per_minute.max(1));
        let depth = cost * i64::from(self.policy.burst.max(1));
        let now = now.micros();
        let bucket = self.bucket(address);
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = bucket.full_at.max(now) + cost;
        if full_at <= now + depth {
            bucket.full_at = full_at;
            return Ok(());
        }
        Err(TimeDelta::microseconds(full_at - depth - now + 999_999))
    }

    /// Counts a refusal, whatever refused it; answers how many there were today.
    fn count_refusal(&self, address: IpAddr, now: Timestamp) -> u64 {
        let bucket = self.bucket(address);
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let day = now.micros().div_euclid(86_400_000_000);
        if bucket.day != day {
            (bucket.day, bucket.refused_today) = (day, 0);
        }
        bucket.refused_today += 1;
        bucket.refused_today
    }

    fn bucket(&self, address: IpAddr) -> Arc<Mutex<Bucket>> {
        let new = || Ok::<_, std::convert::Infallible>(Arc::default());
        let Ok(bucket) = self.buckets.get_or_insert_with(&source(address), new);
        bucket
    }
}

/// What shares a bucket: an IPv4 address, or the /64 that one IPv6 customer has.
pub fn source(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
    }
}

/// The layer around every endpoint that a stranger can reach. What is refused here or further in, because
/// a secret's own budget is spent, is put on record alike.
pub async fn guard(State(app): State<App>, caller: Caller, request: Request, next: Next) -> Response {
    let action = request.uri().path().trim_start_matches("/v1/").to_owned();
    let (response, by) = match app.limits.admit(caller.address, caller.now) {
        Ok(()) => (next.run(request).await, "secret"),
        Err(retry_after) => (Problem::too_many(retry_after).into_response(), "source"),
    };
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        metrics::counter!("watchbook_refused_total", "by" => by).increment(1);
        let count = app.limits.count_refusal(caller.address, caller.now);
        record_refusal(&app, &caller, count, action);
    }
    response
}

/// Puts the 1st, 2nd, 4th … refusal of a source's day on record, off the request's path.
fn record_refusal(app: &App, caller: &Caller, count: u64, action: String) {
    if !count.is_power_of_two() {
        return;
    }
    let (app, caller) = (app.clone(), caller.clone());
    tokio::spawn(async move {
        let event = SourceEvent::Refused { count, action, context: caller.context.clone() };
        if record(&app, &caller, event).await.is_err() {
            tracing::warn!("a refused attempt could not be recorded");
        }
    });
}

/// Puts on record that a mail was asked for that is not due: nobody has the identifier, or one was sent a
/// moment ago.
///
/// # Errors
/// When the log is unavailable.
pub async fn record_declined_mail(app: &App, caller: &Caller) -> Result<(), Problem> {
    let event = SourceEvent::MailDeclined { context: caller.context.clone() };
    record(app, caller, event).await
}

async fn record(app: &App, caller: &Caller, event: SourceEvent) -> Result<(), Problem> {
    let day = caller.now.day();
    let key = app.keyring.stream_key("address", &source(caller.address).to_string());
    let stream = app.sources.stream(format!("{key}-{day}"));
    let metadata = app.metadata(caller, None);
    app.sources
        .execute(&stream, source_subject(&day), &metadata, |_| Ok::<_, Rejection>(vec![event.clone()]))
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_source_has_its_burst_and_regains_it() {
        let limits = SourceLimits::new(SourcePolicy { burst: 3, per_minute: 60 });
        let address = "203.0.113.9".parse().unwrap();
        assert_eq!((0..9).filter(|_| limits.admit(address, at(0)).is_ok()).count(), 3);
        assert_eq!(limits.admit(address, at(0)).err().unwrap().num_seconds(), 1);
        assert!(limits.admit(address, at(1)).is_ok());
        assert!(limits.admit(address, at(1)).is_err());
        assert!(limits.admit("203.0.113.10".parse().unwrap(), at(1)).is_ok());
    }

    #[test]
    fn refusals_are_counted_by_the_day() {
        let limits = SourceLimits::new(SourcePolicy::default());
        let address = "203.0.113.9".parse().unwrap();
        let counts: Vec<_> = [0, 1, 86_399, 86_400].map(|s| limits.count_refusal(address, at(s))).into();
        assert_eq!(counts, [1, 2, 3, 1]);
    }

    #[test]
    fn one_ipv6_customer_is_one_source() {
        let of = |text: &str| source(text.parse().unwrap());
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
        assert_eq!(of("::ffff:203.0.113.9"), of("203.0.113.9"));
    }
}
