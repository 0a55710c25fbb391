//! A site that outgrows its file: the binary's own commands, as an operator would give them.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use watchbook_test_postgres::Server;

fn watchbook(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchbook"));
    command.current_dir(folder).env("WATCHBOOK_LISTEN", "127.0.0.1:0").env("RUST_LOG", "warn");
    command
}

#[track_caller]
fn run(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = String::from_utf8(stdout).unwrap();
    assert!(status.success(), "{text}\n{}", String::from_utf8_lossy(&stderr));
    text
}

/// A server at work, and where it listens.
fn serve(command: &mut Command) -> (Child, String) {
    let mut server = command.arg("serve").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
    let first = lines.next().unwrap();
    let url = first.split(' ').find(|word| word.starts_with("http://")).unwrap().to_owned();
    std::thread::spawn(move || lines.for_each(drop));
    (server, url)
}

fn stop(mut server: Child) {
    let stopped = Command::new("kill").arg(server.id().to_string()).status().unwrap();
    assert!(stopped.success() && server.wait().unwrap().success());
}

/// The digest of each view.
fn digests(text: &str) -> BTreeMap<&str, &str> {
    let words = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    words
        .filter(|words| words.len() == 3 && words[2] == "identical")
        .map(|words| (words[0], words[1]))
        .collect()
}

#[test]
fn a_simulated_history_moves_to_postgresql_with_the_same_views() {
    let Some(postgres) = Server::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, url) = serve(&mut watchbook(folder));
    let people =
        ["simulate", "--people", "8", "--rounds", "2", "--attackers", "0", "--rate", "40", "--url", &url];
    run(watchbook(folder).args(people));
    stop(server);
    let before = run(watchbook(folder).args(["rebuild", "--compare"]));
    assert_eq!(digests(&before).len(), 11, "{before}");

    let database = postgres.database();
    let migrate = ["migrate", "log", "--from", "sqlite:data/log.db", "--to", &database];
    let first = run(watchbook(folder).args(migrate));
    assert!(!first.contains(database.split('@').next().unwrap()), "a password is shown: {first}");
    let again = run(watchbook(folder).args(migrate));
    assert!(first.contains("verified") && again.contains("copied 0 events"), "{first}{again}");

    let grown = |command: &str| {
        let mut watchbook = watchbook(folder);
        watchbook.env("WATCHBOOK_LOG", &database).args(command.split(' '));
        watchbook
    };
    run(&mut grown("rebuild"));
    let after = run(&mut grown("rebuild --compare"));
    assert_eq!(digests(&after), digests(&before));
    let doctor = run(&mut grown("doctor"));
    assert!(doctor.contains("all is well"), "{doctor}");
    // The people sign in where they left off, and it goes on growing.
    let (server, url) = serve(watchbook(folder).env("WATCHBOOK_LOG", &database));
    let people =
        ["simulate", "--people", "2", "--rounds", "1", "--attackers", "0", "--seed", "2", "--url", &url];
    run(watchbook(folder).args(people));
    stop(server);
}

#[test]
fn nodes_that_share_a_log_share_a_key_made_by_hand() {
    let Some(postgres) = Server::shared() else { return };
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let database = postgres.database();
    let failed = |folder: &Path| {
        let output = watchbook(folder).env("WATCHBOOK_LOG", &database).arg("serve").output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(failed(one.path()).contains("keys create"));
    run(watchbook(one.path()).env("WATCHBOOK_LOG", &database).args(["keys", "create"]));
    let twice = watchbook(one.path()).args(["keys", "create"]).output().unwrap();
    assert!(!twice.status.success(), "a key is never replaced");
    stop(serve(watchbook(one.path()).env("WATCHBOOK_LOG", &database)).0);
    run(watchbook(two.path()).env("WATCHBOOK_LOG", &database).args(["keys", "create"]));
    assert!(failed(two.path()).contains("is not the one that the log was written with"));
}
