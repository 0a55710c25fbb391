//! The vault's tables. Changes go through the writer and share its groups; reads have their own connections.

use async_trait::async_trait;
use rusqlite::{Connection, ToSql};
use uuid::Uuid;
use watchbook_domain::{CredentialId, SubjectId, Timestamp};
use watchbook_eventlog::{SecretName, StoredSecret, Vault, VaultError};

use crate::SqliteLog;
use crate::error::vault_error;
use crate::writer::Op;

const CREATE_KEY: &str = "INSERT INTO subject_keys (subject, wrapped) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
const KEY: &str = "SELECT wrapped FROM subject_keys WHERE subject = ?1";
const KEYS: &str = "SELECT subject, wrapped FROM subject_keys
    WHERE subject IN (SELECT unhex(value) FROM json_each(?1)) AND wrapped IS NOT NULL";
const LIST_KEYS: &str = "SELECT subject, wrapped FROM subject_keys
    WHERE subject > ?1 AND wrapped IS NOT NULL ORDER BY subject LIMIT ?2";
const REWRAP_KEY: &str = "UPDATE subject_keys SET wrapped = ?2 WHERE subject = ?1 AND wrapped IS NOT NULL";
const DESTROY_KEY: &str = "INSERT INTO subject_keys (subject, wrapped) VALUES (?1, NULL)
    ON CONFLICT (subject) DO UPDATE SET wrapped = NULL";
const DESTROY_SECRETS: &str = "DELETE FROM secrets WHERE subject = ?1";
const OVERWRITE_SECRET: &str = "UPDATE secrets SET sealed = ?4, put_at = ?5
    WHERE subject = ?1 AND credential = ?2 AND purpose = ?3";
const INSERT_SECRET: &str = "INSERT INTO secrets (subject, credential, purpose, sealed, put_at)
    VALUES (?1, ?2, ?3, ?4, ?5)";
const SECRET: &str = "SELECT sealed FROM secrets WHERE subject = ?1 AND credential = ?2 AND purpose = ?3";
const REMOVE_SECRET: &str = "DELETE FROM secrets WHERE subject = ?1 AND credential = ?2 AND purpose = ?3";
const LIST_SECRETS: &str = "SELECT subject, credential, purpose, put_at FROM secrets
    WHERE put_at < ?1 AND (subject, credential, purpose) > (?2, ?3, ?4)
    ORDER BY subject, credential, purpose LIMIT ?5";
const PUT_SNAPSHOT: &str = "INSERT INTO snapshots (stream, version, format, sealed) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (stream) DO UPDATE
    SET version = excluded.version, format = excluded.format, sealed = excluded.sealed
    WHERE excluded.version >= version";

/// A change of the vault or the snapshots, on its way through the writer.
pub(crate) enum Change {
    CreateKey { subject: SubjectId, wrapped: Vec<u8> },
    RewrapKey { subject: SubjectId, wrapped: Vec<u8> },
    DestroySubject { subject: SubjectId },
    PutSecret { name: SecretName, sealed: Vec<u8>, put_at: Timestamp },
    RemoveSecret { name: SecretName },
    PutSnapshot { stream: String, version: i64, format: u16, sealed: Vec<u8> },
}

impl Change {
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::CreateKey { wrapped, .. } | Self::RewrapKey { wrapped, .. } => wrapped.len(),
            Self::PutSecret { sealed, .. } | Self::PutSnapshot { sealed, .. } => sealed.len(),
            Self::DestroySubject { .. } | Self::RemoveSecret { .. } => 0,
        }
    }
}

/// What came of a change.
#[derive(Default)]
pub(crate) struct Changed {
    /// Of `CreateKey` only: the key that is stored, `None` when it was destroyed.
    pub(crate) key: Option<Vec<u8>>,
    /// Whether there were bytes before that must be gone from the disk.
    pub(crate) overwrote: bool,
}

/// Applies one change inside the writer's transaction.
pub(crate) fn apply(transaction: &Connection, change: &Change) -> rusqlite::Result<Changed> {
    let execute = |sql, values: &[&dyn ToSql]| transaction.prepare_cached(sql)?.execute(values);
    let overwritten = match change {
        Change::CreateKey { subject, wrapped } => {
            let subject = subject.0.as_bytes();
            let key = match execute(CREATE_KEY, &[subject, wrapped])? {
                1 => Some(wrapped.clone()),
                _ => transaction.prepare_cached(KEY)?.query_row([subject], |row| row.get(0))?,
            };
            return Ok(Changed { key, overwrote: false });
        }
        Change::RewrapKey { subject, wrapped } => execute(REWRAP_KEY, &[subject.0.as_bytes(), wrapped])?,
        Change::DestroySubject { subject } => {
            execute(DESTROY_KEY, &[subject.0.as_bytes()])?;
            execute(DESTROY_SECRETS, &[subject.0.as_bytes()])?;
            1
        }
        Change::PutSecret { name, sealed, put_at } => {
            let (subject, credential) = (name.subject.0.as_bytes(), name.credential.0.as_bytes());
            let purpose = name.purpose.as_str();
            let values: [&dyn ToSql; 5] = [subject, credential, &purpose, sealed, &put_at.micros()];
            let overwritten = execute(OVERWRITE_SECRET, &values)?;
            if overwritten == 0 {
                execute(INSERT_SECRET, &values)?;
            }
            overwritten
        }
        Change::RemoveSecret { name } => {
            let (subject, credential) = (name.subject.0.as_bytes(), name.credential.0.as_bytes());
            execute(REMOVE_SECRET, &[subject, credential, &name.purpose.as_str()])?
        }
        Change::PutSnapshot { stream, version, format, sealed } => {
            execute(PUT_SNAPSHOT, &[stream, version, format, sealed])?;
            // Sealed with the subject's key, and gone with it.
            0
        }
    };
    Ok(Changed { key: None, overwrote: overwritten > 0 })
}

impl SqliteLog {
    pub(crate) async fn change(&self, change: Change) -> Result<Changed, VaultError> {
        let answer = self.ask(|answer| Op::Change(change, answer)).await.map_err(VaultError::unavailable)?;
        Ok(answer?)
    }
}

#[async_trait]
impl Vault for SqliteLog {
    async fn create_subject_key(
        &self,
        subject: SubjectId,
        wrapped: Vec<u8>,
    ) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self.change(Change::CreateKey { subject, wrapped }).await?.key)
    }

    async fn subject_key(&self, subject: SubjectId) -> Result<Option<Vec<u8>>, VaultError> {
        let stored: Option<Option<Vec<u8>>> = sqlx::query_scalar(KEY)
            .bind(blob(subject.0))
            .fetch_optional(&self.readers)
            .await
            .map_err(vault_error)?;
        Ok(stored.flatten())
    }

    async fn subject_keys(&self, subjects: &[SubjectId]) -> Result<Vec<(SubjectId, Vec<u8>)>, VaultError> {
        let subjects: Vec<_> = subjects.iter().map(|subject| subject.0.simple().to_string()).collect();
        let subjects = serde_json::to_string(&subjects).map_err(VaultError::unavailable)?;
        let rows: Vec<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as(KEYS).bind(subjects).fetch_all(&self.readers).await.map_err(vault_error)?;
        rows.into_iter().map(|(subject, wrapped)| Ok((SubjectId(id(&subject)?), wrapped))).collect()
    }

    async fn rewrap_subject_key(&self, subject: SubjectId, wrapped: Vec<u8>) -> Result<(), VaultError> {
        self.change(Change::RewrapKey { subject, wrapped }).await.map(drop)
    }

    async fn list_subject_keys(
        &self,
        after: Option<SubjectId>,
        limit: usize,
    ) -> Result<Vec<(SubjectId, Vec<u8>)>, VaultError> {
        let after = after.map_or_else(Vec::new, |after| blob(after.0));
        let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(LIST_KEYS)
            .bind(after)
            .bind(sql_limit(limit))
            .fetch_all(&self.readers)
            .await
            .map_err(vault_error)?;
        rows.into_iter().map(|(subject, wrapped)| Ok((SubjectId(id(&subject)?), wrapped))).collect()
    }

    async fn destroy_subject(&self, subject: SubjectId) -> Result<(), VaultError> {
        self.change(Change::DestroySubject { subject }).await.map(drop)
    }

    async fn put_secret(
        &self,
        name: SecretName,
        sealed: Vec<u8>,
        put_at: Timestamp,
    ) -> Result<(), VaultError> {
        self.change(Change::PutSecret { name, sealed, put_at }).await.map(drop)
    }

    async fn secret(&self, name: SecretName) -> Result<Option<Vec<u8>>, VaultError> {
        sqlx::query_scalar(SECRET)
            .bind(blob(name.subject.0))
            .bind(blob(name.credential.0))
            .bind(name.purpose.as_str())
            .fetch_optional(&self.readers)
            .await
            .map_err(vault_error)
    }

    async fn remove_secret(&self, name: SecretName) -> Result<(), VaultError> {
        self.change(Change::RemoveSecret { name }).await.map(drop)
    }

    async fn list_secrets(
        &self,
        before: Timestamp,
        after: Option<&StoredSecret>,
        limit: usize,
    ) -> Result<Vec<StoredSecret>, VaultError> {
        let (subject, credential, purpose) = after.map_or(StoredSecret::LOWEST, StoredSecret::place);
        let rows: Vec<(Vec<u8>, Vec<u8>, String, i64)> = sqlx::query_as(LIST_SECRETS)
            .bind(before.micros())
            .bind(blob(subject.0))
            .bind(blob(credential.0))
            .bind(purpose)
            .bind(sql_limit(limit))
            .fetch_all(&self.readers)
            .await
            .map_err(vault_error)?;
        rows.into_iter()
            .map(|(subject, credential, purpose, put_at)| {
                Ok(StoredSecret {
                    subject: SubjectId(id(&subject)?),
                    credential: CredentialId(id(&credential)?),
                    purpose,
                    put_at: Timestamp::from_micros(put_at),
                })
            })
            .collect()
    }
}

pub(crate) fn blob(id: Uuid) -> Vec<u8> {
    id.into_bytes().to_vec()
}

pub(crate) fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn id(stored: &[u8]) -> Result<Uuid, VaultError> {
    Uuid::from_slice(stored).map_err(VaultError::unavailable)
}
