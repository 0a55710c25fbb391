//! Hostile input and broken parts: a clear problem, nobody let in, nothing lost.

use crate::world::{PASSWORD, World};
use reqwest::Method;
use serde_json::json;

const ANN: &str = "ann@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn malformed_input_is_a_problem_of_the_callers() {
    let world = World::start().await;
    let json_type = "application/json";
    let cases: [(&str, &str, &str, u16, &str); 9] = [
        ("/v1/sign-in", json_type, "", 400, "malformed-request"),
        ("/v1/sign-in", json_type, "{", 400, "malformed-request"),
        ("/v1/sign-in", json_type, "[]", 400, "malformed-request"),
        ("/v1/sign-in", json_type, "{\"identifier\": 1, \"password\": []}", 400, "malformed-request"),
        (
            "/v1/sign-in",
            json_type,
            "{\"identifier\":\"a@b.c\",\"password\":\"x\",\"owner\":1}",
            400,
            "malformed-request",
        ),
        ("/v1/sign-in", "text/plain", "{}", 415, "unsupported-media-type"),
        (
            "/v1/sign-in",
            json_type,
            "{\"identifier\":\"nobody\",\"password\":\"x\"}",
            400,
            "malformed-request",
        ),
        ("/v1/registrations", json_type, "{\"email\":\"nobody\",\"password\":\"x\"}", 422, "malformed-email"),
        ("/v1/email/verify", json_type, "{\"token\":\"\\u0000\"}", 410, "link-invalid"),
    ];
    for (path, content_type, body, status, slug) in cases {
        world.post_raw(path, content_type, body).await.expect_problem(status, slug);
    }
    world.post_raw("/v1/sign-in", json_type, "x".repeat(20_000)).await.expect_problem(413, "body-too-large");
    let long = json!({"identifier": ANN, "password": "x".repeat(1_025)});
    world.post("/v1/sign-in", long).await.expect_problem(422, "password-unacceptable");
    let long = json!({"identifier": format!("{}@example.com", "x".repeat(5_000)), "password": "x"});
    world.post("/v1/sign-in", long).await.expect_problem(400, "malformed-request");
    world.get("/v1/nowhere").await.expect_problem(404, "not-found");
    world.get("/v1/sign-in").await.expect_problem(405, "method-not-allowed");
    for page in ["/verify", "/reset?token=", "/not-me?token=%00", "/setup?nothing=1"] {
        let answer = world.get(page).await;
        assert!(answer.status == 200 || answer.status == 410, "{page}: {}", answer.status);
    }
    let ann = world.signed_in(ANN).await;
    for id in ["x", "%00", "../..", "00000000-0000-0000-0000-000000000000"] {
        let path = format!("/v1/devices/{id}");
        let answer = world.call(Method::DELETE, &path, Some(&ann.token), None).await;
        assert_eq!(answer.status, 404, "{id}");
    }
    for header in ["", "x", "-1", "99999999999999999999999"] {
        let headers = [("watchbook-at-least", header)];
        world.call_with(Method::GET, "/v1/account", Some(&ann.token), None, &headers).await.expect(400);
    }
    let headers = [("watchbook-at-least", "999999999")];
    let behind = world.call_with(Method::GET, "/v1/account", Some(&ann.token), None, &headers).await;
    behind.expect_problem(503, "view-behind");
    world.get("/readyz").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_follow_the_rules_and_say_why_not() {
    let world = World::start().await;
    let cases = [
        ("fourteen chars", "15 characters"),
        ("AAAAAAAAAAAAAAAA", "repeats"),
        ("12345678900987654321", "common"),
        ("Ann.Example@Example.COM", "your address"),
    ];
    for (password, reason) in cases {
        let answer = world
            .post("/v1/registrations", json!({"email": "ann.example@example.com", "password": password}));
        let answer = answer.await.expect_problem(422, "password-unacceptable");
        assert!(answer.body["detail"].as_str().unwrap().contains(reason), "{}", answer.text);
    }
    // Fifteen code points of four bytes each, in two forms of one text.
    world
        .post("/v1/registrations", json!({"email": ANN, "password": "Ｐａｓｓ🔑🔑🔑 wörter äöü"}))
        .await
        .expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn breached_passwords_are_refused_also_when_the_list_breaks() {
    let (below, above) = ("0".repeat(40), "F".repeat(40));
    let (breached, hash) = ("correct horse battery breached", "31AA2F582446E2CD5C40FE0F41C35B0BF3859802");
    let world = World::with(|config| {
        let file = config.data.join("breached.txt");
        std::fs::write(&file, format!("{below}:1\r\n{hash}:3\r\n{above}:2\r\n")).unwrap();
        config.password.breached_file = Some(file);
    })
    .await;
    let register = async |password: &str| {
        world.post("/v1/registrations", json!({"email": ANN, "password": password})).await
    };
    let answer = register(breached).await.expect_problem(422, "password-unacceptable");
    assert!(answer.body["detail"].as_str().unwrap().contains("breach"), "{}", answer.text);
    register(PASSWORD).await.expect(202);
    // A list that cannot be read any more refuses everything: fail closed.
    std::fs::write(world.config.data.join("breached.txt"), "nonsense\n".repeat(20)).unwrap();
    register(PASSWORD).await.expect_problem(503, "unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_lets_nobody_in_and_passes() {
    let world = World::start().await;
    // The disk of a database is the database's own affair.
    let Some(log) = world.server.stores.sqlite() else { return };
    let ann = world.signed_in(ANN).await;
    world.settle().await;
    log.limit_pages(Some(1)).await;
    let mut refused = false;
    for _ in 0..200 {
        let answer = world.sign_in(ANN, PASSWORD).await;
        if answer.status != 200 {
            answer.expect_problem(503, "unavailable");
            refused = true;
            break;
        }
    }
    assert!(refused, "the disk did not fill up");
    world.get("/healthz").await.expect(200);
    log.limit_pages(None).await;
    let body = json!({"identifier": ANN, "password": PASSWORD, "device_token": ann.device_token});
    world.post("/v1/sign-in", body).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_43_mails_wait_for_the_mail_server() {
    // Nobody listens on this port: it was given to us and given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let world = World::with(|config| {
        let smtp = json!({"host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 2});
        config.mail.smtp = Some(serde_json::from_value(smtp).unwrap());
    })
    .await;
    world.registered(ANN).await;
    let pending = || async {
        let due =
            world.server.app.views.due_notifications(watchbook_domain::Timestamp::from_micros(i64::MAX), 10);
        due.await.unwrap()
    };
    for _ in 0..100 {
        if !pending().await.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let waiting = pending().await;
    assert_eq!(waiting.len(), 1);
    // Four days of outage, looked at twice an hour.
    for _ in 0..200 {
        world.later(1_800);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(pending().await, waiting, "still wanted after four days");

    let mut world = world;
    world.config.mail.smtp = None;
    let world = world.restart().await;
    world.later(7_200);
    world.mail(ANN, "/verify?token=").await;
    world.settle().await;
    assert_eq!(world.mails(ANN).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_file_is_said_and_not_replaced() {
    let world = World::start().await;
    world.registered(ANN).await;
    let World { server, config, folder: _folder, backing: _backing, .. } = world;
    server.stop().await;
    std::fs::rename(config.key_file(), config.data.join("elsewhere")).unwrap();
    let clock = std::sync::Arc::new(watchbook_eventlog::SystemClock);
    let error = watchbook::start(&config, clock).await.err().unwrap();
    assert!(error.to_string().contains("key file"), "{error}");
    assert!(!config.key_file().exists(), "a new key would hide the loss");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_data_does_not_start() {
    let world = World::start().await;
    if world.server.stores.sqlite().is_none() {
        // There, it is another node.
        return;
    }
    let clock = std::sync::Arc::new(watchbook_eventlog::SystemClock);
    let error = watchbook::start(&world.config, clock).await.err().unwrap();
    assert!(error.to_string().contains("another server"), "{error}");
    world.restart().await.get("/healthz").await.expect(200);
}
