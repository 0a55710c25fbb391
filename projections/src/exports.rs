//! The view `exports`: what compliance has taken away, or wants to.

use crate::cell::Cell as _;
use crate::database::Transaction;
use crate::rows::Rows;
use crate::table::{self, row};
use crate::view::{Happened, View, What};
use crate::{Views, ViewsError};
use watchbook_domain::export::ExportEvent;
use watchbook_domain::{AccountId, ExportId, Timestamp};
use watchbook_eventlog::Position;

row! {
    pub(crate) struct StoredExport in "exports" version 1 indexes ["(requested_position)"];
    key {
        export: ExportId = "export_id",
    }
    rest {
        requested_position: Position = "requested_position",
        requested_by: AccountId = "requested_by",
        requested_at: Timestamp = "requested_at",
        stage: String = "stage",
        downloads: u64 = "downloads",
    }
}

/// An export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRow {
    /// Names it.
    pub export: ExportId,
    /// Where in the log it was asked for.
    pub requested_position: Position,
    /// By whom.
    pub requested_by: AccountId,
    /// When.
    pub requested_at: Timestamp,
    /// `pending`, `completed`, `cancelled`, `failed` or `discarded`.
    pub stage: String,
    /// How many times one of its files was downloaded.
    pub downloads: u64,
}

#[derive(Default)]
pub(crate) struct Exports {
    rows: Rows<StoredExport>,
}

impl View for Exports {
    type Row = StoredExport;

    fn plan(&mut self, happened: &Happened) {
        match &happened.what {
            What::Export(id, ExportEvent::Requested { .. }) => self.rows.will_make((*id,)),
            What::Export(id, _) => self.rows.want((*id,)),
            _ => {}
        }
    }

    async fn load(&mut self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.load(transaction, generation).await
    }

    fn apply(&mut self, happened: &Happened) {
        let What::Export(id, event) = &happened.what else { return };
        if let ExportEvent::Requested { export: _, by, query: _ } = event {
            return self.rows.insert(StoredExport {
                export: *id,
                requested_position: happened.position,
                requested_by: *by,
                requested_at: happened.at,
                stage: "pending".into(),
                downloads: 0,
            });
        }
        let Some(row) = self.rows.get_mut((*id,)) else { return };
        match event {
            ExportEvent::Requested { .. } => {}
            ExportEvent::Completed { .. } => row.stage = "completed".into(),
            ExportEvent::Cancelled { .. } => row.stage = "cancelled".into(),
            ExportEvent::Failed { .. } => row.stage = "failed".into(),
            ExportEvent::Discarded { .. } => row.stage = "discarded".into(),
            ExportEvent::Downloaded { .. } => row.downloads += 1,
        }
    }

    /// Of no person: that an operator asked for it stays when they are erased, as an id that leads nowhere.
    fn erase(&mut self, _: AccountId) {}

    async fn write(&self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.write(transaction, generation).await
    }
}

const PAGE: &str = "WHERE requested_position < $1 ORDER BY requested_position DESC LIMIT $2";

impl Views {
    /// Exports asked for before a position, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn exports(&self, before: Option<Position>, limit: u32) -> Result<Vec<ExportRow>, ViewsError> {
        let before = before.unwrap_or(Position(u64::MAX));
        let rows: Vec<StoredExport> =
            table::query(self.database(), PAGE, &[before.value(), limit.value()]).await?;
        let row = |row: StoredExport| {
            let StoredExport { export, requested_position, requested_by, requested_at, stage, downloads } =
                row;
            ExportRow { export, requested_position, requested_by, requested_at, stage, downloads }
        };
        Ok(rows.into_iter().map(row).collect())
    }
}
