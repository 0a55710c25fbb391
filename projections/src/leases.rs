//! Leases: one process at a time does a kind of work, and another goes on when it dies.
//!
//! A lease is a row with a holder, an epoch and an end; the database's clock counts, no node's. Taking over raises the
//! epoch, so what a process writes that slept through the end of its lease bears an old one and is refused: the epoch
//! is a fence (Kleppmann, *Designing Data-Intensive Applications*, chapter 8). Where the views lie in a file there is
//! one process, and nothing to be shared.

use crate::cell::Value;
use crate::database::Dialect;
use crate::{Views, ViewsError};
use sqlx::AssertSqlSafe;
use std::pin::pin;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use watchbook_eventlog::fresh;

/// How long a lease lasts when it is not renewed.
const TERM: Duration = Duration::from_secs(5);
/// Between renewals, and between looks at a lease that another holds.
const RENEW: Duration = Duration::from_secs(1);
/// How long work may take to end when its lease is lost.
const GRACE: Duration = Duration::from_secs(5);

const RELEASE: &str = "UPDATE leases SET until = 0 WHERE name = $1 AND holder = $2 RETURNING epoch";

/// What work under a lease shows when it writes.
#[derive(Clone, Copy, Debug)]
pub struct Fence(i64);

impl Fence {
    /// For processes that share nothing.
    pub const NONE: Self = Self(0);

    /// Whether no other process can be at the same work, or have been when it died.
    pub fn is_alone(self) -> bool {
        self.0 == Self::NONE.0
    }

    pub(crate) fn epoch(self) -> i64 {
        self.0
    }
}

impl Views {
    /// Does `work` whenever this process holds the lease `name`, until `stop`. The token that the work gets is
    /// cancelled when it must end: at `stop`, and when the lease could not be renewed in time. Work that does not end
    /// then is dropped.
    pub async fn under_lease<W: Future<Output = ()>>(
        &self,
        name: &str,
        stop: &CancellationToken,
        work: impl Fn(CancellationToken, Fence) -> W,
    ) {
        if self.database().dialect() == Dialect::Sqlite {
            return work(stop.clone(), Fence::NONE).await;
        }
        let holder = fresh::uuid();
        while !stop.is_cancelled() {
            let asked = Instant::now();
            match self.take(name, holder).await {
                Ok(Some(fence)) => {
                    tracing::debug!(name, epoch = fence.0, "the lease is held here");
                    let mine = stop.child_token();
                    let mut working = pin!(work(mine.clone(), fence));
                    tokio::select! {
                        () = &mut working => {}
                        () = self.keep(name, holder, fence, asked) => {
                            tracing::warn!(name, "the lease was lost");
                            mine.cancel();
                            let _ = timeout_at(Instant::now() + GRACE, &mut working).await;
                        }
                    }
                    self.release(name, holder).await;
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(name, error = &error as &dyn std::error::Error, "no lease");
                }
            }
            stop.run_until_cancelled(sleep(RENEW)).await;
        }
    }

    /// Renews the lease for as long as it can; ends when it is lost, or could be. A request counts from when it was
    /// sent: the database began the term later.
    async fn keep(&self, name: &str, holder: Uuid, fence: Fence, mut asked: Instant) {
        loop {
            let end = asked + TERM;
            sleep(RENEW).await;
            let now = Instant::now();
            match timeout_at(end, self.take(name, holder)).await {
                Ok(Ok(Some(same))) if same.0 == fence.0 => asked = now,
                Ok(Ok(_)) | Err(_) => return,
                Ok(Err(_)) if Instant::now() >= end => return,
                Ok(Err(_)) => {}
            }
        }
    }

    /// Takes the lease if it is free, renews it if it is held; `None` when another holds it.
    async fn take(&self, name: &str, holder: Uuid) -> Result<Option<Fence>, ViewsError> {
        let now = self.database().dialect().now();
        let sql = format!(
            "INSERT INTO leases (name, holder, epoch, until) VALUES ($1, $2, 1, {now} + $3)
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until,
                 epoch = leases.epoch + CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END
             WHERE leases.holder = excluded.holder OR leases.until < {now}
             RETURNING epoch"
        );
        let term = Value::Integer(TERM.as_micros() as i64);
        let values = [Value::Text(name), Value::Bytes(holder.as_bytes()), term];
        let taken = self.database().write(AssertSqlSafe(sql), &values).await?;
        Ok(taken.first().map(|lease| lease.integer(0).map(Fence)).transpose()?)
    }

    /// Spares the next holder the wait; if it fails, the lease runs out.
    async fn release(&self, name: &str, holder: Uuid) {
        let _ = self.database().write(RELEASE, &[Value::Text(name), Value::Bytes(holder.as_bytes())]).await;
    }
}
