//! Digests of the views, to compare two builds.

use crate::cell::Value;
use crate::database::Transaction;
use crate::generations::for_each_row;
use crate::table::{self, Row};
use crate::views::{Views, ViewsError};
use sha2::{Digest as _, Sha256};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

/// Rows read at once.
const PAGE: i64 = 10_000;

/// SHA-256 over all rows of each view in key order, in hexadecimal: equal for equal views.
///
/// # Errors
/// When the views cannot be read.
pub async fn digest(views: &Views) -> Result<BTreeMap<String, String>, ViewsError> {
    // One transaction sees one state.
    let mut snapshot = views.database().snapshot().await?;
    Ok(BTreeMap::from(for_each_row!(R => of::<R>(&mut snapshot).await?)))
}

async fn of<R: Row>(snapshot: &mut Transaction) -> Result<(String, String), sqlx::Error> {
    let key: Vec<_> = R::KEY.iter().map(|column| column.name).collect();
    let (columns, key) = (table::columns::<R>(), key.join(", "));
    let sql = format!("SELECT {columns} FROM {} ORDER BY {key} LIMIT {PAGE} OFFSET $1", R::NAME);
    let mut hash = Sha256::new();
    for offset in (0..).step_by(PAGE as usize) {
        let page = snapshot.fetch(AssertSqlSafe(sql.clone()), &[Value::Integer(offset as i64)]).await?;
        for record in &page {
            R::read(record)?.each(&mut |value| add(&mut hash, value));
        }
        if (page.len() as i64) < PAGE {
            break;
        }
    }
    let digest: [u8; 32] = hash.finalize().into();
    Ok((R::NAME.to_owned(), digest.iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// Each value with its kind and length, so that values cannot run into each other.
fn add(hash: &mut Sha256, value: Value<'_>) {
    let (kind, bytes): (u8, &[u8]) = match &value {
        Value::Null => (0, &[]),
        Value::Integer(number) => (1, &number.to_be_bytes()),
        Value::Text(text) => (2, text.as_bytes()),
        Value::Bytes(bytes) => (3, bytes),
    };
    hash.update([kind]);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
