//! The PostgreSQL adapter against the suite.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "these are tests")]

use watchbook_eventlog_conformance::{Factory, Stores, conformance};
use watchbook_eventlog_postgres::{Options, PostgresLog};
use watchbook_test_postgres::Server;

/// A database of its own.
struct Database(Option<String>);

impl Database {
    fn new() -> Self {
        Self(Server::shared().map(Server::database))
    }

    async fn open(&self) -> Stores {
        let url = self.0.as_deref().expect("only asked for where there is a server");
        Stores::of(PostgresLog::open(url, Options::default()).await.unwrap())
    }
}

impl Factory for Database {
    fn absent(&self) -> Option<&'static str> {
        self.0.is_none().then_some("there is no PostgreSQL")
    }

    async fn create(&self) -> Stores {
        self.open().await
    }

    async fn second(&self) -> Option<Stores> {
        Some(self.open().await)
    }
}

conformance! { Database::new() }
