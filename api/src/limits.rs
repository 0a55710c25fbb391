//! How much one source may ask: before any look-up, and equal for everything it asks about.

use crate::app::{App, source_subject};
use crate::captcha;
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
use watchbook_eventlog::Keyring;
use watchbook_projections::{Budgets, ViewsError};

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

/// Buckets of all sources.
pub struct SourceLimits {
    policy: SourcePolicy,
    buckets: Buckets,
}

/// What came of asking a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    /// One request was taken; so many are left.
    Left(u32),
    /// None was left; how long until there is one.
    Empty(TimeDelta),
}

enum Buckets {
    /// Of the only node.
    Own(Cache<IpAddr, Arc<Mutex<Bucket>>>),
    /// Of all nodes; sources bear names that tell nothing.
    Shared(Budgets, Arc<Keyring>),
}

impl SourceLimits {
    /// No debts yet, or those that nodes share.
    pub fn new(policy: SourcePolicy, shared: Option<(Budgets, Arc<Keyring>)>) -> Self {
        let buckets = match shared {
            None => Buckets::Own(Cache::new(SOURCES)),
            Some((budgets, keyring)) => Buckets::Shared(budgets, keyring),
        };
        Self { policy, buckets }
    }

    /// Takes one request from the source's bucket.
    ///
    /// # Errors
    /// When shared buckets cannot be reached: nobody gets in then.
    async fn take(&self, address: IpAddr, now: Timestamp) -> Result<Taken, ViewsError> {
        let cost = TimeDelta::microseconds(60_000_000 / i64::from(self.policy.per_minute.max(1)));
        let depth = cost * i32::try_from(self.policy.burst.max(1)).unwrap_or(i32::MAX);
        // When the bucket is full again, if there was a request in it; else how long until there is one.
        let taken = match &self.buckets {
            Buckets::Own(buckets) => {
                let bucket = bucket(buckets, address);
                let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
                let full_at = Timestamp::from_micros(bucket.full_at).max(now) + cost;
                if full_at <= now + depth {
                    bucket.full_at = full_at.micros();
                    Ok(full_at)
                } else {
                    Err((full_at - depth).since(now))
                }
            }
            Buckets::Shared(budgets, keyring) => {
                budgets.take(&name(keyring, address), now, cost, depth).await?
            }
        };
        Ok(match taken {
            Ok(full_at) => {
                let left = (depth - full_at.since(now)).num_microseconds().unwrap_or(0)
                    / cost.num_microseconds().unwrap_or(1).max(1);
                Taken::Left(u32::try_from(left).unwrap_or(0))
            }
            // In whole seconds, as `Retry-After` tells it.
            Err(wait) => Taken::Empty(wait + TimeDelta::microseconds(999_999)),
        })
    }

    /// Counts a refusal, whatever refused it; answers how many there were today.
    ///
    /// # Errors
    /// When shared buckets cannot be reached.
    async fn count_refusal(&self, address: IpAddr, now: Timestamp) -> Result<u64, ViewsError> {
        let day = now.day_number();
        match &self.buckets {
            Buckets::Own(buckets) => {
                let bucket = bucket(buckets, address);
                let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
                if bucket.day != day {
                    (bucket.day, bucket.refused_today) = (day, 0);
                }
                bucket.refused_today += 1;
                Ok(bucket.refused_today)
            }
            Buckets::Shared(budgets, keyring) => budgets.count_refusal(&name(keyring, address), day).await,
        }
    }
}

fn bucket(buckets: &Cache<IpAddr, Arc<Mutex<Bucket>>>, address: IpAddr) -> Arc<Mutex<Bucket>> {
    let new = || Ok::<_, std::convert::Infallible>(Arc::default());
    let Ok(bucket) = buckets.get_or_insert_with(&source(address), new);
    bucket
}

fn name(keyring: &Keyring, address: IpAddr) -> String {
    keyring.stream_key("address", &source(address).to_string())
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
    let (response, by) = match app.limits.take(caller.address, caller.now).await {
        Ok(Taken::Left(left)) => {
            // Pages take no guesses: their links are signed.
            let path = request.uri().path();
            let dear = left < app.captcha.below && path.starts_with("/v1/");
            if (dear || app.captcha.by_network(path, &caller.context.signals))
                && let Err(problem) = captcha::check(&app, &caller, request.headers()).await
            {
                return problem.into_response();
            }
            (next.run(request).await, "secret")
        }
        Ok(Taken::Empty(retry_after)) => (Problem::too_many(retry_after).into_response(), "source"),
        Err(error) => return Problem::from(error).into_response(),
    };
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        metrics::counter!("watchbook_refused_total", "by" => by).increment(1);
        record_refusal(&app, &caller, action);
    }
    response
}

/// Puts the 1st, 2nd, 4th … refusal of a source's day on record, off the request's path.
fn record_refusal(app: &App, caller: &Caller, action: String) {
    let (app, caller) = (app.clone(), caller.clone());
    tokio::spawn(async move {
        let recorded = match app.limits.count_refusal(caller.address, caller.now).await {
            Ok(count) if count.is_power_of_two() => {
                let event = SourceEvent::Refused { count, action, context: caller.context.clone() };
                record(&app, &caller, event).await
            }
            counted => counted.map(drop).map_err(Problem::from),
        };
        if recorded.is_err() {
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

    #[tokio::test]
    async fn a_source_has_its_burst_and_regains_it() {
        let limits = SourceLimits::new(SourcePolicy { burst: 3, per_minute: 60 }, None);
        let take = async |address: &str, s| limits.take(address.parse().unwrap(), at(s)).await.unwrap();
        for left in [2, 1, 0] {
            assert_eq!(take("203.0.113.9", 0).await, Taken::Left(left));
        }
        let Taken::Empty(wait) = take("203.0.113.9", 0).await else { unreachable!() };
        assert_eq!(wait.num_seconds(), 1);
        assert_eq!(take("203.0.113.9", 1).await, Taken::Left(0));
        assert!(matches!(take("203.0.113.9", 1).await, Taken::Empty(_)));
        assert_eq!(take("203.0.113.10", 1).await, Taken::Left(2));
    }

    #[tokio::test]
    async fn refusals_are_counted_by_the_day() {
        let limits = SourceLimits::new(SourcePolicy::default(), None);
        let address = "203.0.113.9".parse().unwrap();
        let mut counts = vec![];
        for second in [0, 1, 86_399, 86_400] {
            counts.push(limits.count_refusal(address, at(second)).await.unwrap());
        }
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
