//! The adapter against the suite, on a real server: `WATCHBOOK_TEST_KURRENTDB_URL`, one that is there for tests.
//! Its `MaxAppendSize` must be above 2 MiB.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod common;

use common::{open, stores};
use watchbook_eventlog_conformance::{Factory, Stores, conformance};

const VARIABLE: &str = "WATCHBOOK_TEST_KURRENTDB_URL";

struct Real;

impl Real {
    async fn open(&self) -> Stores {
        stores(open(&std::env::var(VARIABLE).unwrap()).await.unwrap())
    }
}

impl Factory for Real {
    async fn create(&self) -> Stores {
        self.open().await
    }

    async fn second(&self) -> Option<Stores> {
        Some(self.open().await)
    }

    fn absent(&self) -> Option<&'static str> {
        std::env::var_os(VARIABLE).is_none().then_some("WATCHBOOK_TEST_KURRENTDB_URL is not set")
    }
}

conformance! { only log: Real }
