//! `kill -9` in the middle of everything: what was acknowledged is there after the restart.

use crate::world::PASSWORD;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use watchbook::Config;
use watchbook_eventlog::{EventLog, Position, SystemClock};

const FOLDER: &str = "WATCHBOOK_TEST_CRASH_FOLDER";
const PEOPLE: usize = 8;

/// The server of the test below, in a process of its own that can be killed.
#[test]
fn a_server_to_be_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut config = Config::in_folder(folder.as_ref());
        config.limits.burst = 100_000;
        let server = watchbook::start(&config, Arc::new(SystemClock)).await.unwrap();
        println!("\nlistening at {}", server.url());
        tokio::time::sleep(Duration::from_secs(60)).await;
    });
}

fn spawn(folder: &std::path::Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crashes::a_server_to_be_killed", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url =
        lines.map_while(Result::ok).find_map(|line| line.strip_prefix("listening at ").map(str::to_owned));
    (child, url.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_nothing_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    let mut registered: Vec<String> = vec![];
    for round in 0..3 {
        let (mut child, url) = spawn(folder.path());
        let workers = (0..PEOPLE).map(|person| {
            let (http, url) = (http.clone(), url.clone());
            tokio::spawn(async move {
                let mut acknowledged = vec![];
                for n in 0.. {
                    let email = format!("p{round}-{person}-{n}@example.com");
                    let body = json!({"email": email, "password": PASSWORD});
                    match http.post(format!("{url}/v1/registrations")).json(&body).send().await {
                        Ok(answer) if answer.status() == 202 => acknowledged.push(email),
                        _ => break,
                    }
                }
                acknowledged
            })
        });
        let workers: Vec<_> = workers.collect();
        tokio::time::sleep(Duration::from_millis(1_500 + 137 * round)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        for worker in workers {
            registered.extend(worker.await.unwrap());
        }
    }
    assert!(registered.len() > PEOPLE, "the server was killed before it did anything");

    let mut config = Config::in_folder(folder.path());
    config.limits.burst = 100_000;
    let server = watchbook::start(&config, Arc::new(SystemClock)).await.unwrap();
    assert!(server.stores.log.integrity_check().await.unwrap().problems.is_empty());
    for email in &registered {
        let identifier = watchbook_domain::Identifier::parse(email).unwrap();
        let account = server.app.holder(&identifier).await.ok().flatten().expect("the claim is there");
        assert!(server.app.account(account).await.ok().unwrap().id.is_some(), "the account is there");
    }
    // Every registration is mailed, once each, whenever its server died.
    let head = server.stores.log.head().await.unwrap();
    let mut mailed = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..400 {
        mailed.clear();
        for file in std::fs::read_dir(config.mail_folder()).into_iter().flatten() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let to = text.lines().find_map(|line| line.strip_prefix("To: ")).unwrap_or_default();
            *mailed.entry(to.trim_matches(['<', '>']).to_owned()).or_default() += 1;
        }
        if registered.iter().all(|email| mailed.contains_key(email)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for email in &registered {
        assert_eq!(mailed.get(email), Some(&1), "{email}");
    }
    assert!(head > Position::START);

    // A rebuild gives the same views and sends nothing.
    server
        .app
        .views
        .wait_for(server.stores.log.head().await.unwrap(), Duration::from_secs(20))
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(800)).await;
    let before = watchbook_projections::digest(&server.app.views).await.unwrap();
    let log: Arc<dyn EventLog> = server.stores.log.clone();
    watchbook_projections::rebuild(&server.app.views, log, server.app.sealer.clone(), |_, _| {})
        .await
        .unwrap();
    assert_eq!(watchbook_projections::digest(&server.app.views).await.unwrap(), before);
    let mails = std::fs::read_dir(config.mail_folder()).unwrap().count();
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(std::fs::read_dir(config.mail_folder()).unwrap().count(), mails);
    let ready: Value =
        http.get(format!("{}/readyz", server.url())).send().await.unwrap().json().await.unwrap();
    assert_eq!(ready["ready"], true);
    server.stop().await;
}
