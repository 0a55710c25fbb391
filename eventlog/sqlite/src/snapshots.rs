//! Snapshots: written through the vault's [`Change`], read here.

use async_trait::async_trait;
use watchbook_eventlog::{Snapshots, StreamId, VaultError, Version};

use crate::SqliteLog;
use crate::error::vault_error;
use crate::vault::Change;

const SNAPSHOT: &str = "SELECT version, format, sealed FROM snapshots WHERE stream = ?1";

#[async_trait]
impl Snapshots for SqliteLog {
    async fn snapshot(&self, stream: &StreamId) -> Result<Option<(Version, u16, Vec<u8>)>, VaultError> {
        let row: Option<(i64, u16, Vec<u8>)> = sqlx::query_as(SNAPSHOT)
            .bind(stream.as_str())
            .fetch_optional(&self.readers)
            .await
            .map_err(vault_error)?;
        Ok(row.map(|(version, format, sealed)| (Version(version.unsigned_abs()), format, sealed)))
    }

    async fn put_snapshot(
        &self,
        stream: &StreamId,
        version: Version,
        format: u16,
        sealed: Vec<u8>,
    ) -> Result<(), VaultError> {
        let version = i64::try_from(version.0).map_err(VaultError::unavailable)?;
        let stream = stream.as_str().to_owned();
        self.change(Change::PutSnapshot { stream, version, format, sealed }).await.map(drop)
    }
}
