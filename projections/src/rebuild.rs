//! A rebuild: the views from the whole log, beside the live ones, swapped in when they have caught up.

use crate::accounts::StoredAccount;
use crate::activity::StoredActivity;
use crate::devices::StoredDevice;
use crate::notifications::StoredNotification;
use crate::page::Page;
use crate::sessions::StoredSession;
use crate::table::Table;
use crate::views::{
    Views, ViewsError, create_generation, drop_generations, has_generation, new_generation,
    publish_generation, read_live,
};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Row};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use watchbook_eventlog::{EventLog, Position, Sealer};

/// Events applied in one transaction.
const PAGE: usize = 10_000;

/// What a rebuild did.
#[derive(Clone, Copy, Debug)]
pub struct RebuildReport {
    /// Up to where.
    pub position: Position,
    /// How long it took.
    pub elapsed: Duration,
}

impl std::fmt::Display for RebuildReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "rebuilt up to position {} in {:.1} s", self.position, self.elapsed.as_secs_f64())
    }
}

/// Builds every view anew. Readers keep the old rows until the new ones have caught up; a process that dies
/// meanwhile leaves tables that the next rebuild drops. `progress` is told (position, head). Sends nothing:
/// cursors of reactors stay as they are.
///
/// # Errors
/// When log or views are unavailable, an event cannot be applied, or another rebuild of the same file was done
/// first: what readers see stays then.
pub async fn rebuild(
    views: &Views,
    log: Arc<dyn EventLog>,
    sealer: Arc<Sealer>,
    progress: impl Fn(u64, u64) + Send,
) -> Result<RebuildReport, ViewsError> {
    let started = Instant::now();
    let generation = {
        let mut writer = views.writer().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let generation = new_generation(&mut transaction).await?;
        create_generation(&mut transaction, generation).await?;
        transaction.commit().await?;
        generation
    };
    let built = build(views, &log, &sealer, generation, progress).await;
    if built.is_err() {
        let mut writer = views.writer().await;
        if let Err(error) = drop_generations(&mut writer, |other| other == generation).await {
            tracing::warn!(error = %error, "tables of a failed rebuild stay until the next");
        }
    }
    Ok(RebuildReport { position: built?, elapsed: started.elapsed() })
}

/// Fills and publishes a generation; up to where.
async fn build(
    views: &Views,
    log: &Arc<dyn EventLog>,
    sealer: &Arc<Sealer>,
    generation: i64,
    progress: impl Fn(u64, u64) + Send,
) -> Result<Position, ViewsError> {
    let mut cursor = Position::START;
    loop {
        let head = log.head().await?;
        // Reading and opening go on while the last page is being written.
        let (sender, mut pages) = mpsc::channel(2);
        let reader = tokio::spawn(read(log.clone(), sealer.clone(), cursor, head, sender));
        while let Some(page) = pages.recv().await {
            let page: Page = page?;
            if let Some(stopped) = page.stopped {
                return Err(ViewsError::Stopped(stopped));
            }
            let mut writer = views.writer().await;
            let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
            // Whoever is done first drops the tables of all others.
            if !has_generation(&mut transaction, generation).await? {
                return Err(ViewsError::Overtaken);
            }
            page.apply(&mut transaction, generation).await?;
            transaction.commit().await?;
            cursor = page.end;
            progress(cursor.0, head.0);
        }
        reader.abort();
        let mut writer = views.writer().await;
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        let live = read_live(&mut transaction).await?;
        if live.is_none_or(|live| live.cursor <= cursor) {
            if !has_generation(&mut transaction, generation).await? {
                return Err(ViewsError::Overtaken);
            }
            publish_generation(&mut transaction, generation, cursor).await?;
            transaction.commit().await?;
            return Ok(cursor);
        }
    }
}

async fn read(
    log: Arc<dyn EventLog>,
    sealer: Arc<Sealer>,
    mut cursor: Position,
    head: Position,
    pages: mpsc::Sender<Result<Page, ViewsError>>,
) {
    while cursor < head {
        let page = async {
            let read = log.read_all(cursor, PAGE).await?;
            Ok::<_, ViewsError>(Page::open(&sealer, cursor, read).await?)
        };
        let page = page.await;
        let end = page.as_ref().map_or(cursor, |page| page.end);
        let sent = pages.send(page).await;
        if sent.is_err() || end <= cursor {
            return;
        }
        cursor = end;
    }
}

/// SHA-256 over all rows of each table in key order, in hexadecimal: equal for equal views.
///
/// # Errors
/// When the views cannot be read.
pub async fn digest(views: &Views) -> Result<BTreeMap<String, String>, ViewsError> {
    Ok(BTreeMap::from([
        table_digest::<StoredAccount>(views).await?,
        table_digest::<StoredSession>(views).await?,
        table_digest::<StoredDevice>(views).await?,
        table_digest::<StoredActivity>(views).await?,
        table_digest::<StoredNotification>(views).await?,
    ]))
}

async fn table_digest<T: Table>(views: &Views) -> Result<(String, String), ViewsError> {
    let (key, _) = T::COLUMNS[0];
    let sql = format!("SELECT {} FROM {} ORDER BY {key}", T::as_json(), T::NAME);
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(views.readers()).await?;
    let mut hash = Sha256::new();
    for row in rows {
        hash.update(row.try_get::<&str, _>(0)?.as_bytes());
        hash.update(b"\n");
    }
    let digest: [u8; 32] = hash.finalize().into();
    Ok((T::NAME.to_owned(), digest.iter().map(|byte| format!("{byte:02x}")).collect()))
}
