//! `watchbook import`, `backtest` on what was imported, `evaluate` and `webhooks`, as an operator would give them.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "these are tests")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

fn watchbook(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchbook"));
    command.current_dir(folder).env("RUST_LOG", "warn");
    command
}

/// Exit code and what was printed.
fn run(folder: &Path, arguments: &str) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = watchbook(folder).args(arguments.split(' ')).output().unwrap();
    (status.code(), String::from_utf8([stdout, stderr].concat()).unwrap())
}

const MAP: &str = r#"
system = "old-shop"
[columns]
user = "who"
time = "when"
outcome = "result"
address = "client.ip"
user_agent = "client.agent"
device = "device"
[time]
format = "unix_seconds"
"#;

const IMPORT: &str = "import --from old.jsonl --format jsonl --map map.toml";

/// 2026-01-01.
const START: u64 = 1_767_225_600;

fn line(who: &str, at: u64, result: &str, ip: &str) -> String {
    format!(
        "{{\"who\":\"{who}\",\"when\":{},\"result\":\"{result}\",\"client\":{{\"ip\":\"{ip}\",\
         \"agent\":\"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\"}}}}\n",
        START + at
    )
}

fn recorded(folder: &Path) -> u64 {
    let Ok(log) = rusqlite::Connection::open(folder.join("data/log.db")) else { return 0 };
    let count = log.query_row("SELECT count(*), count(DISTINCT event_id) FROM events", [], |row| {
        Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?))
    });
    count.map_or(0, |(all, distinct)| {
        assert_eq!(all, distinct);
        all.into()
    })
}

#[test]
fn old_records_come_in_once_and_are_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut old = String::new();
    for n in 0..12 {
        old += &line("42", n * 20, "wrong_password", "203.0.113.9");
    }
    for n in 0..20 {
        old += &line(&format!("u{n}"), 7_200 + n * 20, "unknown_user", "198.51.100.7");
    }
    old += &line("43", 90_000, "success", "203.0.113.10");
    fs::write(folder.join("old.jsonl"), old).unwrap();
    fs::write(folder.join("map.toml"), MAP).unwrap();

    let (code, text) = run(folder, &format!("{IMPORT} --dry-run"));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("33 records from 2026-01-01T00:00:00") && text.contains("nothing was written"));
    assert!(!folder.join("data").exists());
    let (code, text) = run(folder, IMPORT);
    assert!(code == Some(0) && text.contains("33 added, 0 there before"), "{text}");
    let (code, text) = run(folder, IMPORT);
    assert!(code == Some(0) && text.contains("0 added, 33 there before"), "{text}");
    assert_eq!(recorded(folder), 33);
    let (code, text) = run(folder, "webhooks list");
    assert!(code == Some(0) && text.contains("0 parked"), "{text}");

    let (code, text) = run(folder, "history --system old-shop 42");
    assert!(code == Some(0) && text.contains("203.0.113.9") && text.contains("12 events of user"), "{text}");
    assert!(text.contains("imported true") && text.contains("outcome wrong_password"), "{text}");
    let (code, text) = run(folder, "history --system other-shop 42");
    assert!(code == Some(1) && text.contains("there is no such user"), "{text}");

    fs::write(folder.join("policy.toml"), "[brute_force]\nfailures = 13\n").unwrap();
    let alerts = |arguments: &str| {
        let (code, text) = run(folder, arguments);
        assert_eq!(code, Some(0), "{text}");
        let of = |detector: &str| {
            let row = text.lines().find(|line| line.starts_with(detector)).unwrap().to_owned();
            let words: Vec<_> = row.split_whitespace().map(str::to_owned).collect();
            (words[1].clone(), words[5].clone())
        };
        (of("brute_force"), of("credential_stuffing"), text)
    };
    let pair = |today: &str, tried: &str| (today.to_owned(), tried.to_owned());
    let (brute, stuffing, text) = alerts("backtest --policy policy.toml");
    // On the account, and on the account from one source, is one alert; thirteen would be too many.
    assert_eq!((brute, stuffing), (pair("1", "0"), pair("1", "1")), "{text}");
    assert!(text.contains("33 observations, 1 successes"), "{text}");
    // By the time at which it happened, not by when it was imported.
    let (brute, stuffing, text) = alerts("backtest --policy policy.toml --to 2026-01-01T01:00:00Z");
    assert_eq!((brute, stuffing), (pair("1", "0"), pair("0", "0")), "{text}");
    let (brute, _, text) = alerts("backtest --policy policy.toml --from 2026-01-01T01:00:00Z");
    assert!(brute == pair("0", "0") && text.contains("21 observations"), "{text}");
}

#[test]
fn a_killed_import_goes_on_without_doubles() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    const RECORDS: u64 = 3_000;
    let mut old = String::new();
    for n in 0..RECORDS {
        old += &line(&format!("u{}", n % 500), n, "success", "203.0.113.9");
    }
    fs::write(folder.join("old.jsonl"), old).unwrap();
    fs::write(folder.join("map.toml"), MAP).unwrap();
    let mut broken_off = 0;
    for least in [1, 700, 1_500] {
        let mut import = watchbook(folder).args(IMPORT.split(' ')).stdout(Stdio::null()).spawn().unwrap();
        while recorded(folder) < least && import.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        // SIGKILL.
        import.kill().unwrap();
        broken_off += u32::from(!import.wait().unwrap().success());
    }
    let before = recorded(folder);
    let (code, text) = run(folder, IMPORT);
    let expected = format!("{} added, {before} there before", RECORDS - before);
    assert!(code == Some(0) && text.contains(&expected), "{expected}: {text}");
    assert_eq!(recorded(folder), RECORDS);
    assert!(broken_off > 0, "no import was broken off");
}

#[test]
fn what_is_wrong_is_told_by_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let good = |n| line("42", n, "success", "203.0.113.9");
    let told = |broken: &str, told: &str| {
        fs::write(folder.join("old.jsonl"), [good(0).as_str(), broken, &good(1)].concat()).unwrap();
        let (code, text) = run(folder, IMPORT);
        assert!(code == Some(1) && text.contains(told), "{told}: {text}");
        assert!(!text.contains("secret"), "{text}");
        let (code, text) = run(folder, &format!("{IMPORT} --skip-broken"));
        assert!(code == Some(1) && text.contains("1 broken") && text.contains(told), "{text}");
    };
    fs::write(folder.join("map.toml"), MAP).unwrap();
    told(&line("42", 5, "secret", "203.0.113.9"), "line 2, column \"result\": is no outcome");
    told(&line("42", 5, "success", "secret"), "line 2, column \"client.ip\": is no IP address");
    told(&line("", 5, "success", "203.0.113.9"), "line 2, column \"who\": is missing");
    told(&line("42", 5, "wrong_factor", "203.0.113.9"), "line 2, column \"factor\": this outcome needs one");
    told("{\"who\":\"secret\"\n", "line 2: is no JSON");
    assert_eq!(recorded(folder), 2, "the good ones came in, once");

    fs::write(folder.join("map.toml"), MAP.replace("who", "user")).unwrap();
    let (code, text) = run(folder, IMPORT);
    assert!(code == Some(1) && text.contains("line 1, column \"user\": is missing"), "{text}");
    fs::write(folder.join("map.toml"), MAP.replace("who\"", "who\"\nwhom = \"x\"")).unwrap();
    let (code, text) = run(folder, IMPORT);
    assert!(code == Some(1) && text.contains("map.toml") && text.contains("line 5"), "{text}");
    fs::write(folder.join("map.toml"), MAP).unwrap();
    let (code, text) = run(folder, &IMPORT.replace("old.jsonl", "none.jsonl"));
    assert!(code == Some(1) && text.contains("none.jsonl"), "{text}");
}

#[test]
fn detectors_are_judged_without_a_log_and_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let evaluate = "evaluate --users 400 --days 60 --takeovers 40";
    let (code, text) = run(folder, evaluate);
    assert_eq!(code, Some(0), "{text}");
    for part in ["400 users, ", "naive ", "targeted ", "no score: ", "(guessing)", "unfamiliar_context "] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(run(folder, evaluate).1, text);
    assert_ne!(run(folder, &format!("{evaluate} --seed 2")).1, text);
    assert!(!folder.join("data").exists());
    // A policy that is not right is refused with its line.
    fs::write(folder.join("policy.toml"), "[brute_force]\nfailure = 1\n").unwrap();
    let (code, text) = run(folder, "evaluate --policy policy.toml");
    assert!(code == Some(1) && text.contains("line 2"), "{text}");
}

/// Rows of the RBA data set, from the file that `WATCHBOOK_TEST_RBA` names: a copy whose times have lost their hours.
#[test]
fn rows_of_the_rba_data_set_are_imported_with_the_mapping_of_the_book() {
    let Some(file) = std::env::var_os("WATCHBOOK_TEST_RBA") else {
        eprintln!("SKIPPED: WATCHBOOK_TEST_RBA names no file of the RBA data set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let rows = fs::read_to_string(file).unwrap();
    let (mut repaired, mut hour, mut last, mut count) = (String::new(), 12, 0, 0);
    for row in rows.lines() {
        let repair = row.split_once(',').and_then(|(index, rest)| {
            let (time, rest) = rest.split_once(',')?;
            let (minute, second) = time.split_once(':')?;
            let minute: u32 = minute.parse().ok()?;
            hour += u32::from(minute + 30 < last);
            last = minute;
            count += 1;
            Some(format!("{index},2020-02-03 {hour:02}:{minute:02}:{second},{rest}"))
        });
        writeln!(repaired, "{}", repair.as_deref().unwrap_or(row)).unwrap();
    }
    fs::write(folder.join("rba.csv"), repaired).unwrap();
    let book = include_str!("../../docs/src/detection.md");
    let map = book.split("```toml\n").find(|block| block.starts_with("system = \"rba\"")).unwrap();
    fs::write(folder.join("rba.toml"), map.split("```").next().unwrap()).unwrap();
    let import = "import --from rba.csv --format csv --map rba.toml";
    let (code, text) = run(folder, import);
    assert!(code == Some(0) && text.contains(&format!("{count} added, 0 there before")), "{text}");
    let (code, text) = run(folder, import);
    assert!(code == Some(0) && text.contains(&format!("0 added, {count} there before")), "{text}");
    fs::write(folder.join("policy.toml"), "").unwrap();
    let (code, text) = run(folder, "backtest --policy policy.toml");
    assert!(code == Some(0) && text.contains(&format!("{count} observations")), "{text}");
}
