//! Snapshots: one statement each.

use async_trait::async_trait;
use watchbook_eventlog::{Snapshots, StreamId, VaultError, Version};

use crate::PostgresLog;
use crate::error::vault_error;
use crate::session::on_pool;

const SNAPSHOT: &str = "SELECT version, format, sealed FROM snapshots WHERE stream = $1";
const PUT_SNAPSHOT: &str =
    "INSERT INTO snapshots AS s (stream, version, format, sealed) VALUES ($1, $2, $3, $4)
    ON CONFLICT (stream) DO UPDATE
    SET version = excluded.version, format = excluded.format, sealed = excluded.sealed
    WHERE excluded.version >= s.version";

#[async_trait]
impl Snapshots for PostgresLog {
    async fn snapshot(&self, stream: &StreamId) -> Result<Option<(Version, u16, Vec<u8>)>, VaultError> {
        let row: Option<(i64, i32, Vec<u8>)> = on_pool!(self, connection =>
            sqlx::query_as(SNAPSHOT).bind(stream.as_str()).fetch_optional(&mut *connection))
        .map_err(vault_error)?;
        let snapshot = |(version, format, sealed): (i64, i32, Vec<u8>)| {
            let format = u16::try_from(format).map_err(VaultError::unavailable)?;
            Ok((Version(version.unsigned_abs()), format, sealed))
        };
        row.map(snapshot).transpose()
    }

    async fn put_snapshot(
        &self,
        stream: &StreamId,
        version: Version,
        format: u16,
        sealed: Vec<u8>,
    ) -> Result<(), VaultError> {
        let version = i64::try_from(version.0).map_err(VaultError::unavailable)?;
        on_pool!(self, connection => sqlx::query(PUT_SNAPSHOT)
            .bind(stream.as_str())
            .bind(version)
            .bind(i32::from(format))
            .bind(sealed.as_slice())
            .execute(&mut *connection))
        .map_err(vault_error)?;
        Ok(())
    }
}
