//! TLS as the connection string says.

use std::time::Duration;

use watchbook_eventlog::{EventLog, LogError, Version};
use watchbook_eventlog_conformance::kit::{append, stream, whole};
use watchbook_eventlog_kurrentdb::{KurrentLog, Options};
use watchbook_test_kurrentdb::StandIn;

fn options() -> Options {
    let mut options = Options { patience: Duration::from_millis(500), ..Options::default() };
    options.categories.push("conformance".to_owned());
    options
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_checked_against_the_file_named() {
    let server = StandIn::start_with_tls().await;
    let dir = tempfile::TempDir::new().unwrap();
    let file = dir.path().join("ca.pem");
    std::fs::write(&file, server.certificate().unwrap()).unwrap();
    let url = format!("{}&tlsCaFile={}", server.url(), file.display());
    let log = KurrentLog::open(&url, options()).await.unwrap();
    let stream = stream();
    append(&*log, &stream, Version::NONE, 2).await;
    server.cut();
    append(&*log, &stream, Version(2), 1).await;
    assert_eq!(whole(&*log, &stream).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_nobody_vouches_for_is_not_accepted() {
    let server = StandIn::start_with_tls().await;
    let log = KurrentLog::open(&server.url(), options()).await.unwrap();
    assert!(matches!(log.head().await, Err(LogError::Unavailable(_))));
    assert_eq!(server.authorization(), None, "no password is sent to a stranger");
}
