//! The SQLite adapter against the suite.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use tempfile::TempDir;
use watchbook_eventlog_conformance::{Factory, Stores, conformance};
use watchbook_eventlog_sqlite::SqliteLog;

struct File(TempDir);

impl File {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    async fn open(&self) -> Stores {
        Stores::of(SqliteLog::open(&self.0.path().join("log.db")).await.unwrap())
    }
}

impl Factory for File {
    async fn create(&self) -> Stores {
        self.open().await
    }

    async fn second(&self) -> Option<Stores> {
        Some(self.open().await)
    }
}

conformance! { File::new() }
