//! Real PostgreSQL servers for tests.
//!
//! A test asks for [`Server::shared`], which all tests of a process share, or for [`Server::start`], a server of its
//! own that it may kill. Servers are started from what is installed, on a free port of 127.0.0.1, with `fsync` on and a
//! random password. A guard process stops them and removes their files when the test process ends, however it ends.
//!
//! | variable | |
//! |---|---|
//! | `WATCHBOOK_TEST_POSTGRES_URL` | the shared server is this one; its user must be allowed to create databases |
//! | `WATCHBOOK_REQUIRE_POSTGRES=1` | tests that find no server fail; otherwise they say so and pass |

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "this serves tests: what goes wrong here ends the test that asked"
)]

mod guard;
mod installed;
mod process;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, OnceLock};

use guard::Guard;
use process::Process;

const URL: &str = "WATCHBOOK_TEST_POSTGRES_URL";
const REQUIRE: &str = "WATCHBOOK_REQUIRE_POSTGRES";

/// A server. The guard removes it and all databases made through it when this is dropped or the process ends.
#[derive(Debug)]
pub struct Server {
    /// Up to the name of the database, and what follows it.
    url: (String, String),
    process: Option<Mutex<Process>>,
    guard: Guard,
}

impl Server {
    /// The server that the tests of this process share; `None` where there is none.
    ///
    /// # Panics
    /// When an installed server does not start, or there is none and the environment requires one.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| match std::env::var(URL) {
            Ok(url) if !url.is_empty() => Some(Self::external(&url)),
            _ => Self::installed(),
        });
        or_skip(shared.as_ref())
    }

    /// A server of the caller's own, which it may [`kill`](Self::kill); `None` where none is installed.
    ///
    /// # Panics
    /// As [`shared`](Self::shared).
    pub fn start() -> Option<Self> {
        or_skip(Self::installed())
    }

    fn installed() -> Option<Self> {
        let bin = installed::newest()?;
        let process = Process::start(&bin);
        let url =
            (format!("postgres://watchbook:{}@127.0.0.1:{}/", process.password, process.port), String::new());
        let guard = Guard::of_folder(&process);
        Some(Self { url, process: Some(Mutex::new(process)), guard })
    }

    fn external(url: &str) -> Self {
        let (front, query) = url.split_once('?').map_or((url, None), |(front, query)| (front, Some(query)));
        let authority = front.find("://").expect("a URL has a scheme") + 3;
        let path = front[authority..].find('/').map_or(front.len(), |slash| authority + slash);
        let query = query.map_or_else(String::new, |query| format!("?{query}"));
        Self { url: (format!("{}/", &front[..path]), query), process: None, guard: Guard::of_databases(url) }
    }

    /// Where the database of that name is.
    pub fn url(&self, database: &str) -> String {
        format!("{}{database}{}", self.url.0, self.url.1)
    }

    /// Creates an empty database that no other test has; answers with its URL.
    ///
    /// # Panics
    /// When it cannot be created.
    pub fn database(&self) -> String {
        let name = format!("watchbook_test_{:016x}", random());
        let admin = match std::env::var(URL) {
            Ok(url) if self.process.is_none() => url,
            _ => self.url("postgres"),
        };
        installed::psql(&admin, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"));
        self.guard.note(&name);
        self.url(&name)
    }

    /// Runs SQL in the database that `url` names, through `psql`; answers with the rows, unaligned.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn sql(&self, url: &str, sql: &str) -> String {
        installed::psql(url, sql)
    }

    /// Kills the server at once, as a crash would. Nothing it had not written to its log survives.
    ///
    /// # Panics
    /// When the server is not one of this process.
    pub fn kill(&self) {
        self.process().kill();
    }

    /// Starts the server again at the same place, after [`kill`](Self::kill) or while it runs; returns when it answers.
    ///
    /// # Panics
    /// When it does not.
    pub fn restart(&self) {
        let mut process = self.process();
        process.kill();
        process.run();
    }

    /// Where the server keeps its data.
    ///
    /// # Panics
    /// When the server is not one of this process.
    pub fn data(&self) -> std::path::PathBuf {
        self.process().data()
    }

    fn process(&self) -> std::sync::MutexGuard<'_, Process> {
        let process = self.process.as_ref().expect("a server started here");
        process.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Runs the calling test program once more, in a process of its own, with an environment variable set, and of its tests
/// those whose names contain one of `filters`.
///
/// # Panics
/// When one of them fails; what it printed is repeated.
pub fn run_again(filters: &[&str], variable: &str, value: &str) {
    let program = std::env::current_exe().unwrap();
    let run = std::process::Command::new(program).args(filters).env(variable, value).output().unwrap();
    let printed = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{printed}\n{}", String::from_utf8_lossy(&run.stderr));
    assert!(!printed.contains(" 0 passed"), "{variable}={value}: none of these tests was run\n{printed}");
}

fn or_skip<T>(server: Option<T>) -> Option<T> {
    if server.is_none() {
        let required = std::env::var(REQUIRE).is_ok_and(|value| value == "1");
        assert!(!required, "{REQUIRE}=1, but PostgreSQL is not installed and {URL} is not set");
        eprintln!("SKIPPED: PostgreSQL is not installed and {URL} is not set");
    }
    server
}

/// Unique is enough here; also good enough for the password of a server that lives for seconds.
fn random() -> u64 {
    RandomState::new().hash_one(std::process::id())
}
