//! Budgets of sources that all nodes share: a bucket each, kept as the moment at which it is full again (the generic
//! cell rate algorithm, ITU-T I.371). One statement takes from it, so parallel requests cannot take the same twice.

use crate::cell::{Cell as _, Value};
use crate::database::Dialect;
use crate::{Views, ViewsError};
use chrono::TimeDelta;
use watchbook_domain::Timestamp;

/// A crash of the server empties it: debts of strangers are not worth a sync to disk for each request, and the limits
/// of accounts are in the log.
pub(crate) const TABLE: &str = "CREATE UNLOGGED TABLE IF NOT EXISTS budgets (source TEXT PRIMARY KEY,
    full_at BIGINT NOT NULL, day BIGINT NOT NULL, refused BIGINT NOT NULL) WITH (fillfactor = 50)";

const TAKE: &str = "INSERT INTO budgets AS b (source, full_at, day, refused) VALUES ($1, $2 + $3, 0, 0)
    ON CONFLICT (source) DO UPDATE SET full_at = greatest(b.full_at, $2) + $3
    WHERE greatest(b.full_at, $2) + $3 <= $2 + $4
    RETURNING full_at";
const FULL_AT: &str = "SELECT full_at FROM budgets WHERE source = $1";
const COUNT: &str = "INSERT INTO budgets AS b (source, full_at, day, refused) VALUES ($1, 0, $2, 1)
    ON CONFLICT (source) DO UPDATE SET day = excluded.day,
        refused = CASE WHEN b.day = excluded.day THEN b.refused + 1 ELSE 1 END
    RETURNING refused";
const FORGET: &str = "DELETE FROM budgets WHERE full_at < $1 AND day < $2 RETURNING 1::bigint";

/// The shared budgets.
#[derive(Clone, Debug)]
pub struct Budgets(Views);

impl Views {
    /// The budgets that lie beside the views, where nodes share these.
    pub fn budgets(&self) -> Option<Budgets> {
        (self.database().dialect() == Dialect::Postgres).then(|| Budgets(self.clone()))
    }
}

impl Budgets {
    /// Takes one request from the budget of `source`, a bucket that holds `depth` and regains a request in `cost`:
    /// when it is full again, or if it is empty, how long until there is one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn take(
        &self,
        source: &str,
        now: Timestamp,
        cost: TimeDelta,
        depth: TimeDelta,
    ) -> Result<Result<Timestamp, TimeDelta>, ViewsError> {
        let database = self.0.database();
        let micros = |delta: TimeDelta| Value::Integer(delta.num_microseconds().unwrap_or(i64::MAX / 4));
        let values = [Value::Text(source), now.value(), micros(cost), micros(depth)];
        if let Some(taken) = database.write(TAKE, &values).await?.first() {
            return Ok(Ok(Timestamp::read(taken, 0)?));
        }
        let full_at = database.fetch(FULL_AT, &[Value::Text(source)]).await?;
        let full_at = full_at.first().map_or(Ok(now), |record| Timestamp::read(record, 0))?;
        Ok(Err((full_at + cost - depth).since(now).max(TimeDelta::microseconds(1))))
    }

    /// Counts a refusal; answers how many there were on `day`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn count_refusal(&self, source: &str, day: i64) -> Result<u64, ViewsError> {
        let counted = self.0.database().write(COUNT, &[Value::Text(source), Value::Integer(day)]).await?;
        Ok(counted.first().map_or(Ok(1), |record| u64::read(record, 0))?)
    }

    /// Forgets sources without debts at `now` and without refusals on `day`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn forget(&self, now: Timestamp, day: i64) -> Result<u64, ViewsError> {
        Ok(self.0.database().write(FORGET, &[now.value(), Value::Integer(day)]).await?.len() as u64)
    }
}
