//! `watchbook verify`, `keys show`, `history --at` and `diff`, as an operator would give them.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn watchbook(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchbook"));
    command.current_dir(folder).env("WATCHBOOK_LISTEN", "127.0.0.1:0").env("RUST_LOG", "warn");
    command
}

/// Exit code and what was printed.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = watchbook(folder).args(arguments).output().unwrap();
    let text = [stdout, stderr].concat();
    (status.code(), String::from_utf8(text).unwrap())
}

/// A server with one account, which has come and gone.
fn history(folder: &Path) {
    let mut server = watchbook(folder).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
    let first = lines.next().unwrap();
    let url = first.split(' ').find(|word| word.starts_with("http://")).unwrap().to_owned();
    std::thread::spawn(move || lines.for_each(drop));
    let body = r#"{"email":"ann@example.com","password":"correct horse battery staple"}"#;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let request = reqwest::Client::new().post(format!("{url}/v1/registrations"));
    let request = request.header("content-type", "application/json").body(body);
    let answer = runtime.block_on(request.send()).unwrap();
    assert_eq!(answer.status(), 202);
    let stopped = Command::new("kill").arg(server.id().to_string()).status().unwrap();
    assert!(stopped.success() && server.wait().unwrap().success());
}

#[test]
fn a_log_is_verified_edited_and_convicted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    history(folder);
    let (code, text) = run(folder, &["verify"]);
    assert!(code == Some(0) && text.contains("the log is what it was"), "{text}");

    let (_, keys) = run(folder, &["keys", "show"]);
    let key = keys.lines().find_map(|line| line.strip_prefix("log key   ")).unwrap();
    let copy = folder.join("copy");
    std::fs::copy(folder.join("data/heads"), &copy).unwrap();
    let (code, text) = run(folder, &["verify", "--key", key, "--heads", "copy"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, _) = run(folder, &["verify", "--key", "no key"]);
    assert_eq!(code, Some(2));
    let (code, _) = run(folder, &["verify", "--heads", "nowhere"]);
    assert_eq!(code, Some(1));

    // Who takes hashes and heads away is convicted by a copy from elsewhere.
    let log = rusqlite::Connection::open(folder.join("data/log.db")).unwrap();
    log.execute("UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 2", []).unwrap();
    drop(log);
    let (code, text) = run(folder, &["verify"]);
    assert!(code == Some(1) && text.contains("PROBLEM  event 1, at position 2: edited"), "{text}");
    std::fs::remove_dir_all(folder.join("data/tree")).unwrap();
    std::fs::remove_file(folder.join("data/heads")).unwrap();
    let (code, text) = run(folder, &["verify"]);
    assert!(code == Some(0) && text.contains("nothing was signed yet"), "{text}");
    let (code, text) = run(folder, &["verify", "--heads", "copy"]);
    assert!(code == Some(1) && text.contains("PROBLEM  events "), "{text}");
}

#[test]
fn an_account_is_shown_as_it_was_and_what_changed_since() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    history(folder);
    let ann = "ann@example.com";
    let (code, text) = run(folder, &["history", ann, "--at", "1000000"]);
    assert_eq!(code, Some(0), "{text}");
    for part in
        ["email            ann@example.com, not verified", "locked           no", "authenticator    none"]
    {
        assert!(text.contains(part), "{text}");
    }
    let (_, json) = run(folder, &["history", ann, "--json", "--at", "2999-01-01T00:00:00Z"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["state"]["email"], serde_json::json!(ann));
    let (last, version) = (json["position"].as_u64().unwrap(), json["version"].as_u64().unwrap());
    assert_eq!(version, 2, "registered, verification requested");
    let (code, text) = run(folder, &["diff", ann, &(last - 1).to_string(), &last.to_string()]);
    assert!(code == Some(0) && text.contains("+ verification_links.0.id: "), "{text}");
    let (_, text) = run(folder, &["diff", ann, "1000000", "2999-01-01T00:00:00Z"]);
    assert!(text.starts_with("0 facts"), "{text}");
    let (code, _) = run(folder, &["history", ann, "--at", "1"]);
    assert_eq!(code, Some(1), "there was no account yet");
    let (code, _) = run(folder, &["history", ann, "--at", "yesterday"]);
    assert_eq!(code, Some(2));
}

#[test]
fn an_export_is_checked_with_nothing_but_the_public_key() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    history(folder);
    let (_, keys) = run(folder, &["keys", "show"]);
    let key = keys.lines().find_map(|line| line.strip_prefix("log key   ")).unwrap();
    let (code, text) = run(folder, &["export", "--out", "all", "--format", "ocsf", "--by", "the auditor"]);
    assert!(code == Some(0) && text.contains("events.ocsf.jsonl"), "{text}");
    let (code, text) =
        run(folder, &["export", "--out", "ann", "--account", "ann@example.com", "--type", "account.*"]);
    assert!(code == Some(0) && text.starts_with("1 of "), "{text}");
    let (code, text) = run(folder, &["export", "--out", "ann"]);
    assert!(code == Some(1) && text.contains("an export in this folder already"), "{text}");

    // Elsewhere: no data folder, no key file.
    let elsewhere = tempfile::tempdir().unwrap();
    let elsewhere = elsewhere.path();
    for name in ["all", "ann"] {
        std::fs::rename(folder.join(name), elsewhere.join(name)).unwrap();
    }
    let (code, text) = run(elsewhere, &["verify-export", "all", "--key", key]);
    assert!(
        code == Some(0) && text.contains("for the auditor") && text.contains("nothing is missing"),
        "{text}"
    );
    let (code, text) = run(elsewhere, &["verify-export", "ann", "--key", key]);
    assert!(code == Some(0) && !text.contains("nothing is missing"), "{text}");
    let file = elsewhere.join("ann/events.jsonl");
    let events = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, events.replace("ann@example.com", "bob@example.com")).unwrap();
    let (code, text) = run(elsewhere, &["verify-export", "ann", "--key", key]);
    assert!(code == Some(1) && text.contains("PROBLEM  events.jsonl is not the file"), "{text}");
    assert!(!elsewhere.join("data").exists());
}
