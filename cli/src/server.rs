//! The composition root: the one place that names concrete stores and puts the parts together.

use crate::config::Config;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use watchbook_api::{App, Capacity, Parts, Passwords, SourceLimits, TrustedProxies};
use watchbook_domain::notification::Notification;
use watchbook_eventlog::{Clock, Core, Keyring, KeyringError, Repository, Sealer};
use watchbook_eventlog_sqlite::{OpenError, Options, SqliteLog};
use watchbook_password::{Argon2id, HashError, Limits, ParameterBounds, Parameters, PasswordHasher};
use watchbook_projections::{Views, ViewsError};
use watchbook_workers::mail::{
    FileTransport, MailTransport, Sender, SenderError, SmtpConfigError, SmtpTransport,
};
use watchbook_workers::{Notifier, Outbox, Sweeper};

/// How long requests and mails in hand may take to finish at shutdown.
const GRACE: Duration = Duration::from_secs(20);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be made.
    #[error("the folder {} cannot be made", .0.display())]
    Folder(PathBuf, #[source] std::io::Error),
    /// Another server works on this data.
    #[error("another server is running on the data in {}", .0.display())]
    Running(PathBuf),
    /// A URL names a store that this build does not have.
    #[error("{0} is no store that is known here; write sqlite:<file>")]
    Store(String),
    /// There is a log but no key to read it with.
    #[error("the key file {} is missing, and the log was written with it; restore it from its backup", .0.display())]
    KeyLost(PathBuf),
    /// The key file cannot be used.
    #[error("the key file cannot be used")]
    Keyring(#[from] KeyringError),
    /// The log cannot be opened.
    #[error("the log cannot be opened")]
    Log(#[from] OpenError),
    /// The views cannot be opened.
    #[error("the views cannot be opened")]
    Views(#[from] ViewsError),
    /// The hasher refuses its parameters.
    #[error("passwords cannot be hashed with these parameters")]
    Hasher(#[from] HashError),
    /// The parameters are none.
    #[error("password: these are no Argon2id parameters")]
    Parameters(#[from] watchbook_password::ParametersError),
    /// The mail settings cannot be used.
    #[error("mail.smtp cannot be used")]
    Smtp(#[from] SmtpConfigError),
    /// The mail settings cannot be used.
    #[error("mail: the sender cannot be used")]
    Sender(#[from] SenderError),
    /// The address is taken or not ours.
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// The log refuses the set-up link.
    #[error("the log does not answer")]
    SetUp,
}

/// The stores and keys, opened: what every subcommand starts from.
pub struct Stores {
    /// The log, the vault and the snapshots.
    pub store: Arc<SqliteLog>,
    /// The keys.
    pub keyring: Arc<Keyring>,
    /// Seals and opens.
    pub sealer: Arc<Sealer>,
    /// The read side.
    pub views: Views,
}

impl Stores {
    /// Opens the stores that the configuration names; with `create`, makes what is missing.
    ///
    /// # Errors
    /// When one of them cannot be opened, or when the log's key is lost.
    pub async fn open(config: &Config, create: bool) -> Result<Self, StartError> {
        let log_file = sqlite_file(&config.log())?;
        if create {
            make_private_folder(&config.data)?;
        }
        let keyring = keyring(&config.key_file(), create && !log_file.exists())?;
        let store = SqliteLog::open_with(&log_file, Options { create, ..Options::default() }).await?;
        let keyring = Arc::new(keyring);
        let sealer = Arc::new(Sealer::new(store.clone(), keyring.clone()));
        sqlite_file(&config.views())?;
        let views = Views::open(&config.views()).await?;
        Ok(Self { store, keyring, sealer, views })
    }

    /// What repositories share.
    pub fn core(&self) -> Arc<Core> {
        Core::new(self.store.clone(), self.sealer.clone(), self.store.clone())
    }
}

fn keyring(path: &Path, create: bool) -> Result<Keyring, StartError> {
    match Keyring::load(path) {
        Err(KeyringError::Missing(_)) if create => Ok(Keyring::create(path)?),
        Err(KeyringError::Missing(path)) => Err(StartError::KeyLost(path)),
        loaded => Ok(loaded?),
    }
}

/// The file of a `sqlite:` URL.
///
/// # Errors
/// When the URL is another store's.
pub fn sqlite_file(url: &str) -> Result<PathBuf, StartError> {
    let file = url.strip_prefix("sqlite:").filter(|file| !file.is_empty());
    file.map(|file| PathBuf::from(file.trim_start_matches("//")))
        .ok_or_else(|| StartError::Store(url.to_owned()))
}

fn make_private_folder(path: &Path) -> Result<(), StartError> {
    let error = |source| StartError::Folder(path.to_owned(), source);
    std::fs::create_dir_all(path).map_err(error)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(error)?;
    }
    Ok(())
}

/// Held for as long as a server runs on the data; the system lets go of it when the process dies.
///
/// # Errors
/// `Running` when another process holds it.
pub fn lock(config: &Config) -> Result<File, StartError> {
    make_private_folder(&config.data)?;
    let path = config.data.join("lock");
    let file = File::create(&path).map_err(|error| StartError::Folder(path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(StartError::Running(config.data.clone())),
    }
}

/// A running server: API, projections and workers in this process.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where the first operator is set up, if nobody is yet.
    pub setup_link: Option<String>,
    /// Where mails go.
    pub mail: String,
    /// The API's parts.
    pub app: App,
    /// What the repositories share.
    pub core: Arc<Core>,
    /// The store.
    pub store: Arc<SqliteLog>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
    _lock: File,
}

/// Starts everything.
///
/// # Errors
/// When a part cannot be started; the others are not left running.
pub async fn start(config: &Config, clock: Arc<dyn Clock>) -> Result<Server, StartError> {
    let lock = lock(config)?;
    let metrics = crate::metrics::handle();
    let parameters =
        Parameters::new(config.password.memory_kib, config.password.iterations, config.password.lanes)?;
    let stores = Stores::open(config, true).await?;
    let Stores { store, keyring, sealer, views } = &stores;
    let transport: Arc<dyn MailTransport> = match &config.mail.smtp {
        Some(smtp) => Arc::new(SmtpTransport::new(smtp)?),
        None => Arc::new(FileTransport::new(config.mail_folder())),
    };
    let sender = Sender::new(&config.mail.from_name, &config.mail.from_address)?;
    let argon = Argon2id::new(parameters, ParameterBounds::default(), &keyring.password_pepper())?;
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(|error| StartError::Listen(config.listen, error))?;
    let address = listener.local_addr().map_err(|error| StartError::Listen(config.listen, error))?;

    let core = stores.core();
    let app = App::new(Parts {
        accounts: Repository::new(core.clone(), Capacity::ACCOUNTS),
        claims: Repository::new(core.clone(), Capacity::ACCOUNTS),
        sources: Repository::new(core.clone(), Capacity::OTHERS),
        service_keys: Repository::new(core.clone(), Capacity::OTHERS),
        operators: Repository::new(core.clone(), Capacity::OTHERS),
        installation: Repository::new(core.clone(), 1),
        log: store.clone(),
        sealer: sealer.clone(),
        keyring: keyring.clone(),
        passwords: Passwords::new(PasswordHasher::new(argon, Limits::default())),
        views: views.clone(),
        clock: clock.clone(),
        policy: config.policy.clone(),
        limits: SourceLimits::new(config.limits.clone()),
        trusted_proxies: TrustedProxies(config.trusted_proxies.clone()),
        key_digests: Parts::key_digests(),
        metrics: Box::new(metrics),
        site_name: config.site_name.clone(),
        public_url: config.public_url.clone(),
    });
    let setup_link = app.setup_link().await.map_err(|_| StartError::SetUp)?;

    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(watchbook_eventlog::follow(core.clone(), stop.child_token()));
    let notifications = Repository::<Notification>::new(core.clone(), Capacity::OTHERS);
    tasks.spawn(watchbook_projections::project(
        views.clone(),
        store.clone(),
        sealer.clone(),
        clock.clone(),
        stop.child_token(),
    ));
    let notifier = Notifier {
        core: core.clone(),
        accounts: app.accounts.clone(),
        notifications: notifications.clone(),
        views: views.clone(),
        policy: config.policy.clone(),
        clock: clock.clone(),
    };
    tasks.spawn(notifier.run(stop.child_token()));
    let mail = transport.describe();
    let outbox = Outbox {
        notifications,
        views: views.clone(),
        keyring: keyring.clone(),
        sender,
        transport,
        clock: clock.clone(),
        site_name: config.site_name.clone(),
        public_url: config.public_url.clone(),
    };
    tasks.spawn(outbox.run(stop.child_token()));
    let sweeper = Sweeper {
        vault: store.clone(),
        accounts: app.accounts.clone(),
        service_keys: app.service_keys.clone(),
        clock,
    };
    tasks.spawn(sweeper.run(stop.child_token()));
    tasks.spawn(serve(listener, app.clone(), stop.child_token()));
    Ok(Server { address, setup_link, mail, app, core, store: store.clone(), stop, tasks, _lock: lock })
}

async fn serve(listener: TcpListener, app: App, stop: CancellationToken) {
    let service = watchbook_api::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let served =
        axum::serve(listener, service).with_graceful_shutdown(async move { stop.cancelled().await }).await;
    if let Err(error) = served {
        tracing::error!(%error, "the listener ended");
    }
}

impl Server {
    /// Where it can be reached from this machine.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no more requests, finishes those in hand, stops the workers, and closes the log.
    pub async fn stop(mut self) {
        self.stop.cancel();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, all).await.is_err() {
            tracing::warn!("not everything in hand was finished");
            self.tasks.shutdown().await;
        }
        self.store.close().await;
    }
}
