//! The vault's tables. Every change is one statement, may be repeated, and is durable when it returns; the server
//! itself lets commits of many connections share a sync.

use async_trait::async_trait;
use uuid::Uuid;
use watchbook_domain::{CredentialId, SubjectId, Timestamp};
use watchbook_eventlog::{SecretName, StoredSecret, Vault, VaultError};

use crate::PostgresLog;
use crate::error::vault_error;
use crate::session::on_pool;

const CREATE_KEY: &str = "INSERT INTO subject_keys (subject, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const KEY: &str = "SELECT wrapped FROM subject_keys WHERE subject = $1";
const KEYS: &str =
    "SELECT subject, wrapped FROM subject_keys WHERE subject = ANY($1) AND wrapped IS NOT NULL";
/// From `$1` on, without `$2`, so that the first page can begin with the lowest id there can be.
const LIST_KEYS: &str = "SELECT subject, wrapped FROM subject_keys
    WHERE subject >= $1 AND subject IS DISTINCT FROM $2 AND wrapped IS NOT NULL ORDER BY subject LIMIT $3";
const REWRAP_KEY: &str = "UPDATE subject_keys SET wrapped = $2 WHERE subject = $1 AND wrapped IS NOT NULL";
const DESTROY: &str = "WITH gone AS (DELETE FROM secrets WHERE subject = $1)
    INSERT INTO subject_keys (subject, wrapped) VALUES ($1, NULL)
    ON CONFLICT (subject) DO UPDATE SET wrapped = NULL";
const PUT_SECRET: &str = "INSERT INTO secrets (subject, credential, purpose, sealed, put_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (subject, credential, purpose) DO UPDATE SET sealed = excluded.sealed, put_at = excluded.put_at";
const SECRET: &str = "SELECT sealed FROM secrets WHERE subject = $1 AND credential = $2 AND purpose = $3";
const REMOVE_SECRET: &str = "DELETE FROM secrets WHERE subject = $1 AND credential = $2 AND purpose = $3";
const LIST_SECRETS: &str = "SELECT subject, credential, purpose, put_at FROM secrets
    WHERE put_at < $1 AND (subject, credential, purpose) > ($2, $3, $4)
    ORDER BY subject, credential, purpose LIMIT $5";

#[async_trait]
impl Vault for PostgresLog {
    async fn create_subject_key(
        &self,
        subject: SubjectId,
        wrapped: Vec<u8>,
    ) -> Result<Option<Vec<u8>>, VaultError> {
        on_pool!(self, connection =>
            sqlx::query(CREATE_KEY).bind(subject.0).bind(wrapped.as_slice()).execute(&mut *connection))
        .map_err(vault_error)?;
        // Another statement, so that it sees a row that was in the way of the first.
        self.subject_key(subject).await
    }

    async fn subject_key(&self, subject: SubjectId) -> Result<Option<Vec<u8>>, VaultError> {
        let stored: Option<Option<Vec<u8>>> = on_pool!(self, connection =>
            sqlx::query_scalar(KEY).bind(subject.0).fetch_optional(&mut *connection))
        .map_err(vault_error)?;
        Ok(stored.flatten())
    }

    async fn subject_keys(&self, subjects: &[SubjectId]) -> Result<Vec<(SubjectId, Vec<u8>)>, VaultError> {
        let subjects: Vec<Uuid> = subjects.iter().map(|subject| subject.0).collect();
        let rows: Vec<(Uuid, Vec<u8>)> = on_pool!(self, connection =>
            sqlx::query_as(KEYS).bind(subjects.as_slice()).fetch_all(&mut *connection))
        .map_err(vault_error)?;
        Ok(rows.into_iter().map(|(subject, wrapped)| (SubjectId(subject), wrapped)).collect())
    }

    async fn rewrap_subject_key(&self, subject: SubjectId, wrapped: Vec<u8>) -> Result<(), VaultError> {
        on_pool!(self, connection =>
            sqlx::query(REWRAP_KEY).bind(subject.0).bind(wrapped.as_slice()).execute(&mut *connection))
        .map_err(vault_error)?;
        Ok(())
    }

    async fn list_subject_keys(
        &self,
        after: Option<SubjectId>,
        limit: usize,
    ) -> Result<Vec<(SubjectId, Vec<u8>)>, VaultError> {
        let after = after.map(|subject| subject.0);
        let rows: Vec<(Uuid, Vec<u8>)> = on_pool!(self, connection => sqlx::query_as(LIST_KEYS)
            .bind(after.unwrap_or(Uuid::nil()))
            .bind(after)
            .bind(sql_limit(limit))
            .fetch_all(&mut *connection))
        .map_err(vault_error)?;
        Ok(rows.into_iter().map(|(subject, wrapped)| (SubjectId(subject), wrapped)).collect())
    }

    async fn destroy_subject(&self, subject: SubjectId) -> Result<(), VaultError> {
        on_pool!(self, connection => sqlx::query(DESTROY).bind(subject.0).execute(&mut *connection))
            .map_err(vault_error)?;
        Ok(())
    }

    async fn put_secret(
        &self,
        name: SecretName,
        sealed: Vec<u8>,
        put_at: Timestamp,
    ) -> Result<(), VaultError> {
        on_pool!(self, connection => sqlx::query(PUT_SECRET)
            .bind(name.subject.0)
            .bind(name.credential.0)
            .bind(name.purpose.as_str())
            .bind(sealed.as_slice())
            .bind(put_at.micros())
            .execute(&mut *connection))
        .map_err(vault_error)?;
        Ok(())
    }

    async fn secret(&self, name: SecretName) -> Result<Option<Vec<u8>>, VaultError> {
        on_pool!(self, connection => sqlx::query_scalar(SECRET)
            .bind(name.subject.0)
            .bind(name.credential.0)
            .bind(name.purpose.as_str())
            .fetch_optional(&mut *connection))
        .map_err(vault_error)
    }

    async fn remove_secret(&self, name: SecretName) -> Result<(), VaultError> {
        on_pool!(self, connection => sqlx::query(REMOVE_SECRET)
            .bind(name.subject.0)
            .bind(name.credential.0)
            .bind(name.purpose.as_str())
            .execute(&mut *connection))
        .map_err(vault_error)?;
        Ok(())
    }

    async fn list_secrets(
        &self,
        before: Timestamp,
        after: Option<&StoredSecret>,
        limit: usize,
    ) -> Result<Vec<StoredSecret>, VaultError> {
        let (subject, credential, purpose) = after.map_or(StoredSecret::LOWEST, StoredSecret::place);
        let rows: Vec<(Uuid, Uuid, String, i64)> = on_pool!(self, connection => sqlx::query_as(LIST_SECRETS)
            .bind(before.micros())
            .bind(subject.0)
            .bind(credential.0)
            .bind(purpose)
            .bind(sql_limit(limit))
            .fetch_all(&mut *connection))
        .map_err(vault_error)?;
        let stored = |(subject, credential, purpose, put_at)| StoredSecret {
            subject: SubjectId(subject),
            credential: CredentialId(credential),
            purpose,
            put_at: Timestamp::from_micros(put_at),
        };
        Ok(rows.into_iter().map(stored).collect())
    }
}

pub(crate) fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
