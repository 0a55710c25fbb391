//! A site in memory, and stories of its accounts: what the views are made from.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection, Row, SqliteConnection};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use watchbook_domain::account::{AccountEvent, Level, TokenDigest};
use watchbook_domain::notice::Notice;
use watchbook_domain::notification::{Notification, NotificationEvent, Recipient};
use watchbook_domain::{
    Account, AccountId, AttemptId, ClientContext, CommandId, CredentialId, DeviceId, Email, LinkId,
    NotificationId, SessionId, SubjectId, Timestamp, UserNumber,
};
use watchbook_eventlog::testing::MemoryStore;
use watchbook_eventlog::{Core, Keyring, ManualClock, Metadata, Position, Repository, fresh};
use watchbook_projections::{Views, project};

/// Enough for the slowest test machine, with the projector's pause of a second in it.
pub(crate) const SOON: Duration = Duration::from_secs(20);

pub(crate) fn id(n: u64) -> Uuid {
    Uuid::from_u128(u128::from(n))
}

pub(crate) fn account(n: u64) -> AccountId {
    AccountId(id(n))
}

/// `s` seconds after the start of the story.
pub(crate) fn at(s: i64) -> Timestamp {
    Timestamp::from_micros(1_772_546_700_000_000 + s * 1_000_000)
}

/// The `n`-th place that requests come from.
pub(crate) fn context(n: u64) -> ClientContext {
    ClientContext {
        address: format!("192.0.2.{}", n % 250),
        user_agent: "Test".to_owned(),
        device: "Firefox on Windows".to_owned(),
        place: n.is_multiple_of(2).then(|| format!("Place {n}")),
        ..ClientContext::default()
    }
}

/// A log, its writers, and a folder for views.
pub(crate) struct Site {
    pub(crate) store: MemoryStore,
    pub(crate) core: Arc<Core>,
    pub(crate) accounts: Repository<Account>,
    notifications: Repository<Notification>,
    keyring: Arc<Keyring>,
    folder: TempDir,
}

impl Site {
    pub(crate) fn new() -> Self {
        let (store, keyring) = (MemoryStore::new(), Arc::new(Keyring::generate()));
        let core = store.core(keyring.clone());
        Self {
            accounts: Repository::new(core.clone(), 1_000),
            notifications: Repository::new(core.clone(), 1_000),
            store,
            core,
            keyring,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A node that has no key in memory yet.
    pub(crate) fn node(&self) -> Arc<Core> {
        self.store.core(self.keyring.clone())
    }

    pub(crate) async fn views(&self, file: &str) -> Views {
        Views::open(&format!("sqlite:{}", self.folder.path().join(file).display())).await.unwrap()
    }

    /// The file behind the views, for what no reader may do.
    pub(crate) async fn file(&self, file: &str) -> SqliteConnection {
        let path = self.folder.path().join(file);
        SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap()
    }

    pub(crate) async fn head(&self) -> Position {
        self.core.log.head().await.unwrap()
    }

    /// Appends events of account `n` as one command.
    pub(crate) async fn append(&self, n: u64, events: Vec<AccountEvent>, recorded_at: Timestamp) -> Position {
        let decide = |_: &Account| Ok::<_, Infallible>(events.clone());
        let stream = self.accounts.stream(account(n));
        let metadata = metadata(recorded_at);
        let executed = self.accounts.execute(&stream, account(n).into(), &metadata, decide);
        executed.await.unwrap().position.unwrap()
    }

    /// Appends events of message `m` to account `n`, one command each.
    pub(crate) async fn notify(
        &self,
        m: u64,
        n: u64,
        events: Vec<NotificationEvent>,
        recorded_at: Timestamp,
    ) {
        let stream = self.notifications.stream(NotificationId(id(m)));
        for event in events {
            let decide = |_: &Notification| Ok::<_, Infallible>(vec![event.clone()]);
            let (subject, metadata) = (SubjectId::from(account(n)), metadata(recorded_at));
            let executed = self.notifications.execute(&stream, subject, &metadata, decide);
            executed.await.unwrap();
        }
    }

    /// Registers account `n`, verifies it, and lets it sign in from a new device.
    pub(crate) async fn resident(&self, n: u64, s: i64) -> Position {
        self.append(n, registered(n), at(s)).await;
        self.append(n, signed_in(n, n, true), at(s + 1)).await
    }

    /// Lets `accounts` accounts live for `rounds` rounds of 15 events each, and mails them.
    pub(crate) async fn town(&self, accounts: u64, rounds: u64) {
        for n in 1..=accounts {
            self.resident(n, n as i64).await;
        }
        for round in 1..=rounds {
            for n in 1..=accounts {
                let s = (round * 1_000 + n) as i64;
                let (visit, guess) = (round * 10_000 + n, AttemptId(id(round)));
                self.append(n, vec![AccountEvent::PasswordRejected { attempt: guess }], at(s)).await;
                self.append(n, signed_in(n, visit, round % 3 == 0), at(s)).await;
                let refreshed = AccountEvent::SessionRefreshed {
                    session: SessionId(id(visit)),
                    token_digest: TokenDigest([1; 32]),
                    level: Level::Aal2,
                    idle_expires_at: at(s + 7_200),
                    context: None,
                };
                self.append(n, vec![refreshed], at(s + 1)).await;
                let mail = [NotificationEvent::Failed { attempt: 1, retry_at: Some(at(s + 60)) }];
                let sent = (n % 2 == 0).then_some(NotificationEvent::Sent { attempt: 2 });
                let events = [requested(n)].into_iter().chain(mail).chain(sent).collect();
                self.notify(visit, n, events, at(s + 2)).await;
            }
        }
    }

    /// Runs a projector on a node of its own while `work` runs.
    pub(crate) async fn projecting<T>(&self, views: &Views, work: impl Future<Output = T>) -> T {
        let (core, stop) = (self.node(), CancellationToken::new());
        let clock = Arc::new(ManualClock::at(at(1_000_000)));
        let projector =
            tokio::spawn(project(views.clone(), core.log.clone(), core.sealer.clone(), clock, stop.clone()));
        let result = work.await;
        stop.cancel();
        projector.await.unwrap();
        result
    }

    /// Projects the whole log.
    pub(crate) async fn project_all(&self, views: &Views) {
        let head = self.head().await;
        self.projecting(views, views.wait_for(head, SOON)).await.unwrap();
    }
}

/// The tables of the views, of every generation.
pub(crate) async fn tables(file: &mut SqliteConnection) -> Vec<String> {
    let sql =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%\\_g%' ESCAPE '\\' ORDER BY 1";
    let rows = sqlx::query(sql).fetch_all(file).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// How many rows of all tables belong to an account.
pub(crate) async fn rows_of(file: &mut SqliteConnection, account: AccountId) -> i64 {
    let sql = "SELECT (SELECT count(*) FROM accounts WHERE account_id = $1)
        + (SELECT count(*) FROM sessions WHERE account_id = $1)
        + (SELECT count(*) FROM devices WHERE account_id = $1)
        + (SELECT count(*) FROM activity WHERE account_id = $1)
        + (SELECT count(*) FROM notifications WHERE account_id = $1)";
    sqlx::query(sql).bind(account.0.as_bytes().to_vec()).fetch_one(file).await.unwrap().get(0)
}

pub(crate) fn metadata(recorded_at: Timestamp) -> Metadata {
    Metadata {
        command_id: CommandId(fresh::uuid()),
        recorded_at,
        actor: None,
        correlation_id: id(0),
        causation_id: None,
    }
}

pub(crate) fn registered(n: u64) -> Vec<AccountEvent> {
    let (link, expires_at) = (LinkId(id(n)), at(86_400));
    vec![
        AccountEvent::Registered {
            account: account(n),
            email: Email::parse(&format!("resident{n}@example.com")).unwrap(),
            number: UserNumber::from_random(n as u32),
            password: CredentialId(id(n)),
            context: context(n),
        },
        AccountEvent::EmailVerificationRequested { link, expires_at },
        AccountEvent::EmailVerified { link },
    ]
}

/// Visit `visit` of account `n`: its session, and if new its device, have the visit's id.
pub(crate) fn signed_in(n: u64, visit: u64, new_device: bool) -> Vec<AccountEvent> {
    let (attempt, context) = (AttemptId(id(visit)), context(visit));
    let device = DeviceId(id(if new_device { visit } else { n }));
    let expires_at = at(10_000_000);
    let first_seen =
        AccountEvent::DeviceFirstSeen { device, name: format!("Device {visit}"), context: context.clone() };
    let mut events = vec![
        AccountEvent::SignInStarted { attempt, device: None, context: context.clone(), expires_at },
        AccountEvent::SignInSucceeded {
            attempt,
            device,
            new_device,
            earlier_sign_ins: 0,
            context,
            risk: None,
        },
    ];
    events.extend(new_device.then_some(first_seen));
    events.push(AccountEvent::SessionOpened {
        session: SessionId(id(visit)),
        device,
        token_digest: TokenDigest([0; 32]),
        level: Level::Aal1,
        idle_expires_at: expires_at,
        expires_at,
    });
    events
}

pub(crate) fn requested(n: u64) -> NotificationEvent {
    NotificationEvent::Requested {
        account: account(n),
        recipient: Recipient::Mail(Email::parse(&format!("resident{n}@example.com")).unwrap()),
        notice: Notice::VerifyEmail { hours: 24 },
        link: None,
    }
}
