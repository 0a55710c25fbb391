//! Schemas: created once, apart, and refused when they are not ours.

use watchbook_eventlog::{EventLog, Expected, LogError, Position, Version};
use watchbook_eventlog_conformance::kit::{append, fresh_events, stream, whole};
use watchbook_eventlog_postgres::{OpenError, Options, PostgresLog};
use watchbook_test_postgres::Server;

use crate::common::{hasty, shared};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemas_of_the_future_and_of_others_are_refused() {
    let Some((url, log)) = shared().await else { return };
    let server = Server::shared().unwrap();
    append(&*log, &stream(), Version::NONE, 1).await;
    log.close().await;
    server.sql(&url, "UPDATE watchbook.event_log SET schema_version = 3");
    match PostgresLog::open(&url, hasty()).await {
        Err(error @ OpenError::Newer { found: 3 }) => {
            assert!(error.to_string().contains("schema version 3"));
        }
        other => panic!("{other:?}"),
    }
    server.sql(&url, "UPDATE watchbook.event_log SET schema_version = 2");
    assert_eq!(PostgresLog::open(&url, hasty()).await.unwrap().head().await.unwrap(), Position(1));

    server.sql(&url, "CREATE SCHEMA shop; CREATE TABLE shop.orders (id int)");
    let foreign = Options { schema: "shop".into(), ..hasty() };
    assert!(matches!(PostgresLog::open(&url, foreign).await, Err(OpenError::NotOurs)));
    assert_eq!(
        server.sql(&url, "SELECT count(*) FROM pg_class WHERE relnamespace = 'shop'::regnamespace"),
        "1"
    );

    let absent = Options { schema: "absent".into(), create: false, ..hasty() };
    assert!(matches!(PostgresLog::open(&url, absent).await, Err(OpenError::Missing)));
    assert_eq!(server.sql(&url, "SELECT to_regnamespace('absent') IS NULL"), "t");
    let quoted = Options { schema: "a\"; DROP".into(), ..hasty() };
    assert!(matches!(PostgresLog::open(&url, quoted).await, Err(OpenError::SchemaName)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_of_version_1_are_brought_up_to_date_with_what_they_hold() {
    let Some((url, log)) = shared().await else { return };
    let server = Server::shared().unwrap();
    let stream = stream();
    append(&*log, &stream, Version::NONE, 3).await;
    log.close().await;
    server
        .sql(&url, "DROP FUNCTION watchbook.append_group; UPDATE watchbook.event_log SET schema_version = 1");
    let frozen = Options { create: false, ..hasty() };
    assert!(matches!(PostgresLog::open(&url, frozen).await, Err(OpenError::Older { found: 1 })));
    let log = PostgresLog::open(&url, hasty()).await.unwrap();
    append(&*log, &stream, Version(3), 2).await;
    assert_eq!(whole(&*log, &stream).await.len(), 5);
    assert_eq!(log.integrity_check().await.unwrap().problems, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_does_not_name_the_password() {
    let Some(server) = Server::start() else { return };
    let url = server.database();
    let wrong = url.replacen("watchbook:", "watchbook:hunter2", 1);
    let error = PostgresLog::open(&wrong, hasty()).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(matches!(error, OpenError::Server(_)) && !shown.contains("hunter2"), "{shown}");
    let error = PostgresLog::open("postgres://u:hunter2@[", hasty()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_create_one_schema_and_schemas_are_apart() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let openers: Vec<_> = (0..6)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { PostgresLog::open(&url, hasty()).await.unwrap() })
        })
        .collect();
    let mut logs = Vec::new();
    for opener in openers {
        logs.push(opener.await.unwrap());
    }
    let stream = stream();
    for (log, version) in logs.iter().zip(0..) {
        append(&**log, &stream, Version(version), 1).await;
    }
    assert_eq!(whole(&*logs[0], &stream).await.len(), 6);
    let apart = PostgresLog::open(&url, Options { schema: "other".into(), ..hasty() }).await.unwrap();
    assert_eq!(apart.head().await.unwrap(), Position::START);
    assert_eq!(append(&*apart, &stream, Version::NONE, 1).await.position, Position(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_log_is_unavailable_and_has_committed() {
    let Some((url, log)) = shared().await else { return };
    let queued: Vec<_> = (0..40)
        .map(|_| {
            let log = log.clone();
            tokio::spawn(async move { append(&*log, &stream(), Version::NONE, 1).await })
        })
        .collect();
    for append in queued {
        append.await.unwrap();
    }
    log.close().await;
    log.close().await;
    let answer = log.append(&stream(), Expected::NoStream, fresh_events(1)).await;
    assert!(matches!(answer, Err(LogError::Unavailable(_))));
    assert!(matches!(log.read_all(Position::START, 1).await, Err(LogError::Unavailable(_))));
    let open = "SELECT count(*) FROM pg_stat_activity
        WHERE application_name LIKE 'watchbook%' AND datname = current_database()";
    let server = Server::shared().unwrap();
    for _ in 0..100 {
        if server.sql(&url, open) == "0" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(server.sql(&url, open), "0", "no connection is left open");
    assert_eq!(PostgresLog::open(&url, hasty()).await.unwrap().stats().await.unwrap().events, 40);
}
