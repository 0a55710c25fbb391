//! The adapter against the suite, on the stand-in.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod common;

use common::{open, stores};
use tokio::sync::OnceCell;
use watchbook_eventlog_conformance::{Factory, Stores, conformance};
use watchbook_test_kurrentdb::StandIn;

#[derive(Default)]
struct InProcess(OnceCell<StandIn>);

impl InProcess {
    async fn open(&self) -> Stores {
        let server = self.0.get_or_init(StandIn::start).await;
        stores(open(&server.url()).await.unwrap())
    }
}

impl Factory for InProcess {
    async fn create(&self) -> Stores {
        self.open().await
    }

    async fn second(&self) -> Option<Stores> {
        Some(self.open().await)
    }
}

conformance! { only log: InProcess::default() }
