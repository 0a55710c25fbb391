//! A running server in a process of its own, which this program starts with itself.
//!
//! Beside the server it runs an empty axum handler, so that both have the same process, runtime and client.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;
use watchbook::{Config, Server, start};
use watchbook_api::issue_service_key;
use watchbook_domain::account::Rejection;
use watchbook_domain::claim::ClaimIdentifier;
use watchbook_domain::service_key::Scope;
use watchbook_domain::{Account, AccountId, Email, Identifier, Timestamp};
use watchbook_eventlog::{Clock as _, Metadata, SystemClock, fresh};
use watchbook_password::Password;

use crate::engine::{metadata, runtime};
use crate::people::{PASSWORD, Story, email};

/// How a process is asked to [`serve`]; folder, people and attempts follow.
pub(crate) const SERVE: &str = "--serve";

/// A server that runs until this is dropped.
pub(crate) struct Site {
    /// Of the server.
    pub(crate) address: SocketAddr,
    /// Of the empty handler, at `/`.
    pub(crate) empty: SocketAddr,
    /// May introspect sessions.
    pub(crate) service_key: String,
    process: Child,
}

impl Site {
    /// Starts a server on `folder`. The people numbered below `people` exist when it returns, and the first of them
    /// has `attempts` sign-in attempts behind it.
    pub(crate) fn start(folder: &Path, people: usize, attempts: usize) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([SERVE, folder.to_str().unwrap(), &people.to_string(), &attempts.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let mut words = ready.split_whitespace();
        let mut next = || words.next().unwrap();
        let (address, empty) = (next().parse().unwrap(), next().parse().unwrap());
        Self { address, empty, service_key: next().to_owned(), process }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // It takes the end of its input as the sign to stop.
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

/// The other process: says where it can be reached once it has nothing left to do, and stops with its input.
pub(crate) fn serve(folder: &Path, people: usize, attempts: usize, say: impl FnOnce(&str)) {
    runtime().block_on(async {
        let mut config = Config::in_folder(folder);
        (config.limits.burst, config.limits.per_minute) = (1_000_000, 60_000_000);
        let server = start(&config, Arc::new(SystemClock)).await.unwrap();
        for n in 0..people {
            register(&server, n).await;
        }
        give_history(&server, attempts).await;
        let (keys, sealer) = (&server.app.service_keys, &server.app.sealer);
        let scopes = vec![Scope::SessionsIntrospect];
        let issued = issue_service_key(keys, sealer, &metadata(), "bench".into(), scopes).await;
        let Ok(service_key) = issued else { return };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let empty = listener.local_addr().unwrap();
        let router = Router::new().route("/", post(|| async { "ok" }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        rest().await;
        say(&format!("{} {empty} {}", server.address, service_key.key));
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
        server.stop().await;
    });
}

/// Unless it was done when the folder was used before.
async fn register(server: &Server, n: usize) {
    let app = &server.app;
    let identifier = Identifier::Email(Email::parse(&email(n)).unwrap());
    let Ok(holder) = app.holder(&identifier).await else { return };
    if holder.is_some() {
        return;
    }
    let (account, now) = (AccountId(fresh::uuid()), SystemClock.now());
    let claim = ClaimIdentifier { account, holder: None, now };
    let stream = app.claim_stream(&identifier);
    app.claims.execute(&stream, account.into(), &metadata(), |c| claim.decide(c)).await.unwrap();
    let password = Password::new(PASSWORD.to_owned()).unwrap();
    let Ok(credential) = app.store_password(account, password).await else { return };
    let mut story = Story::of(Account::default());
    story.register(account, &email(n), credential, now);
    append(server, account, &story, now).await;
}

/// Gives the first person attempts, four wrong ones before each right one, a hundred at a time, the last a day ago.
async fn give_history(server: &Server, attempts: usize) {
    const AT_ONCE: usize = 100;
    let identifier = Identifier::Email(Email::parse(&email(0)).unwrap());
    let Ok(Some(id)) = server.app.holder(&identifier).await else { return };
    let mut account = server.app.accounts.load(&server.app.account_stream(id)).await.unwrap().state;
    if account.sign_ins > 0 {
        return;
    }
    let mut now =
        SystemClock.now() - chrono::TimeDelta::minutes(attempts as i64) - chrono::TimeDelta::days(1);
    for _ in 0..attempts / AT_ONCE {
        let mut story = Story::of((*account).clone());
        // Five wrong ones are free of delay, so that all of a command's attempts can have its one time.
        for n in 0..AT_ONCE {
            story.attempt(n % 5 == 4, now);
        }
        account = append(server, id, &story, now).await;
        now = now + chrono::TimeDelta::minutes(AT_ONCE as i64);
    }
}

async fn append(server: &Server, id: AccountId, story: &Story, now: Timestamp) -> Arc<Account> {
    let metadata = Metadata { recorded_at: now, ..metadata() };
    let lived = |_: &Account| Ok::<_, Rejection>(story.events.clone());
    let stream = server.app.account_stream(id);
    server.app.accounts.execute(&stream, id.into(), &metadata, lived).await.unwrap().state
}

/// Returns when the projector and the workers have caught up: when this process uses next to no time.
async fn rest() {
    const LOOK: Duration = Duration::from_millis(250);
    let mut before = cpu_ticks();
    loop {
        tokio::time::sleep(LOOK).await;
        let now = cpu_ticks();
        if now - before <= 1 {
            return;
        }
        before = now;
    }
}

/// Hundredths of a second that this process has computed for.
fn cpu_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}
