//! The composition root: puts the parts together.

use crate::config::Config;
use crate::listener;
use crate::stores::{Places, Stores, StoresError, make_private_folder};
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use watchbook_api::{
    App, Breached, Capacity, Parts, Passwords, SourceLimits, StatusBoard, Tails, TrustedProxies,
};
use watchbook_domain::notification::Notification;
use watchbook_domain::webhook::Webhook;
use watchbook_eventlog::{Clock, Core, Observations, Repository};
use watchbook_exports::Sources;
use watchbook_password::{Argon2id, HashError, Limits, ParameterBounds, Parameters, PasswordHasher};
use watchbook_proofs::Heads;
use watchbook_signals::ClientLookup;
use watchbook_workers::mail::{
    FileTransport, MailTransport, Sender, SenderError, SmtpConfigError, SmtpTransport,
};
use watchbook_workers::sms::SmsConfigError;
use watchbook_workers::webhooks::{Endpoint, WebhookConfigError, Webhooks};
use watchbook_workers::{
    Detector, Eraser, Exporter, Notifier, Outbox, RecoveryWorker, Responder, Sweeper, TreeSigner,
};

/// How long requests and mails in hand may take to finish at shutdown.
const GRACE: Duration = Duration::from_secs(20);

/// How long stores that do not answer are waited for at the start.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often location data is looked after.
const REFRESH: Duration = Duration::from_secs(30);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The stores cannot be opened.
    #[error(transparent)]
    Stores(#[from] StoresError),
    /// Another server works on this data.
    #[error("another server is running on the data in {}", .0.display())]
    Running(PathBuf),
    /// The hasher refuses its parameters.
    #[error("passwords cannot be hashed with these parameters")]
    Hasher(#[from] HashError),
    /// The parameters are none.
    #[error("password: these are no Argon2id parameters")]
    Parameters(#[from] watchbook_password::ParametersError),
    /// The list of breached passwords cannot be used.
    #[error("password.breached_file {} cannot be used", .0.display())]
    Breached(PathBuf, #[source] std::io::Error),
    /// The mail settings cannot be used.
    #[error("mail.smtp cannot be used")]
    Smtp(#[from] SmtpConfigError),
    /// The mail settings cannot be used.
    #[error("mail: the sender cannot be used")]
    Sender(#[from] SenderError),
    /// The settings of text messages cannot be used.
    #[error(transparent)]
    Sms(#[from] SmsConfigError),
    /// The settings of webhooks cannot be used.
    #[error(transparent)]
    Webhooks(#[from] WebhookConfigError),
    /// The address is taken or not ours.
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] std::io::Error),
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// All of it.
    Everything,
    /// Answers requests.
    Api,
    /// Projects, reacts, sends; answers health checks.
    Workers,
}

/// Held for as long as a server runs on the data in a folder; the system lets go of it when the process dies.
///
/// # Errors
/// `Running` when another process holds it.
pub fn lock(folder: &Path) -> Result<File, StartError> {
    make_private_folder(folder)?;
    let path = folder.join("lock");
    let file = File::create(&path).map_err(|error| StoresError::Folder(path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(StartError::Running(folder.to_owned())),
    }
}

/// A running server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where the first operator is set up, if nobody is yet and the log says so.
    pub setup_link: Option<String>,
    /// Where mails go.
    pub mail: String,
    /// Where text messages go.
    pub sms: String,
    /// The API's parts.
    pub app: App,
    /// What the repositories share.
    pub core: Arc<Core>,
    /// The stores.
    pub stores: Stores,
    stop: CancellationToken,
    tasks: JoinSet<()>,
    /// Stops last: what the others still append is signed too.
    signer: (CancellationToken, JoinSet<()>),
    _lock: Option<File>,
}

/// Starts everything in this process.
///
/// # Errors
/// When a part cannot be started; the others are not left running.
pub async fn start(config: &Config, clock: Arc<dyn Clock>) -> Result<Server, StartError> {
    start_as(Role::Everything, config, clock).await
}

/// Starts what `role` says.
///
/// # Errors
/// When a part cannot be started; the others are not left running.
pub async fn start_as(role: Role, config: &Config, clock: Arc<dyn Clock>) -> Result<Server, StartError> {
    let lock = if Places::of(config)?.are_local() { Some(lock(&config.data)?) } else { None };
    let metrics = crate::metrics::handle();
    let parameters =
        Parameters::new(config.password.memory_kib, config.password.iterations, config.password.lanes)?;
    let stores = open_patiently(config).await?;
    let Stores { log, vault, keyring, sealer, views, .. } = &stores;
    let transport: Arc<dyn MailTransport> = match &config.mail.smtp {
        Some(smtp) => Arc::new(SmtpTransport::new(smtp)?),
        None => Arc::new(FileTransport::new(config.mail_folder())),
    };
    let sms = config.sms.provider(&config.sms_folder())?;
    let endpoints = Endpoint::all(&config.webhooks)?;
    let sender = Sender::new(&config.mail.from_name, &config.mail.from_address)?;
    let argon = Argon2id::new(parameters, ParameterBounds::default(), &keyring.password_pepper())?;
    let open =
        |path: &PathBuf| Breached::open(path).map_err(|error| StartError::Breached(path.clone(), error));
    let breached = config.password.breached_file.as_ref().map(open).transpose()?;
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(|error| StartError::Listen(config.listen, error))?;
    let address = listener.local_addr().map_err(|error| StartError::Listen(config.listen, error))?;

    let core = stores.core();
    let folder = config.geo_folder();
    let clients = tokio::task::spawn_blocking(move || ClientLookup::open(&folder)).await;
    let clients = Arc::new(clients.unwrap_or_else(|_| ClientLookup::open(Path::new(""))));
    let stop = CancellationToken::new();
    let app = App::new(Parts {
        accounts: Repository::new(core.clone(), Capacity::ACCOUNTS),
        claims: Repository::new(core.clone(), Capacity::ACCOUNTS),
        sources: Repository::new(core.clone(), Capacity::OTHERS),
        captchas: Repository::new(core.clone(), 1_000),
        sms_budgets: Repository::new(core.clone(), Capacity::OTHERS),
        sms_destinations: config.sms.countries.clone(),
        service_keys: Repository::new(core.clone(), Capacity::OTHERS),
        operators: Repository::new(core.clone(), Capacity::OTHERS),
        erasures: Repository::new(core.clone(), Capacity::OTHERS),
        exports: Repository::new(core.clone(), 1_000),
        installation: Repository::new(core.clone(), 1),
        recovery_cases: Repository::new(core.clone(), 1_000),
        recovery_budgets: Repository::new(core.clone(), 1_000),
        incidents: Repository::new(core.clone(), 100),
        alerts: Repository::new(core.clone(), Capacity::OTHERS),
        brakes: Repository::new(core.clone(), 1),
        observations: Observations::new(Repository::new(core.clone(), Capacity::OTHERS), keyring.clone()),
        status: StatusBoard::default(),
        tails: Tails::default(),
        stopping: stop.child_token(),
        log: log.clone(),
        sealer: sealer.clone(),
        keyring: keyring.clone(),
        passwords: Passwords::new(PasswordHasher::new(argon, Limits::default()), breached),
        views: views.clone(),
        clients: clients.clone(),
        clock: clock.clone(),
        policy: config.policy.clone(),
        limits: SourceLimits::new(
            config.limits.clone(),
            views.budgets().map(|budgets| (budgets, keyring.clone())),
        ),
        captcha: config.captcha.clone(),
        trusted_proxies: TrustedProxies(config.trusted_proxies.clone()),
        key_digests: Parts::key_digests(),
        metrics: Box::new(metrics),
        site_name: config.site_name.clone(),
        public_url: config.public_url.clone(),
        tree_folder: config.tree_folder(),
        exports_folder: config.exports_folder(),
        heads: Heads::at(config.heads_file()),
    });
    let setup_link = match role {
        Role::Workers => None,
        // A log that does not answer now has its link made by the next start.
        Role::Everything | Role::Api => app.setup_link().await.ok().flatten(),
    };

    let mut tasks = JoinSet::new();
    tasks.spawn(watchbook_eventlog::follow(core.clone(), stop.child_token()));
    tasks.spawn(refresh(clients, stop.child_token()));
    tasks.spawn(watchbook_projections::observe(views.clone(), log.clone(), stop.child_token()));
    let mail = transport.describe();
    let sms_goes = sms.describe();
    let deliveries = Repository::<Webhook>::new(core.clone(), 100);
    if role != Role::Api {
        let notifications = Repository::<Notification>::new(core.clone(), Capacity::OTHERS);
        tasks.spawn(watchbook_projections::project(
            views.clone(),
            log.clone(),
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
        let recovery = RecoveryWorker {
            core: core.clone(),
            cases: app.recovery_cases.clone(),
            budgets: app.recovery_budgets.clone(),
            accounts: app.accounts.clone(),
            claims: app.claims.clone(),
            notifications: notifications.clone(),
            keyring: keyring.clone(),
            views: views.clone(),
            policy: config.policy.clone(),
            clock: clock.clone(),
        };
        tasks.spawn(recovery.run(stop.child_token()));
        let outbox = Outbox {
            notifications,
            accounts: app.accounts.clone(),
            cases: app.recovery_cases.clone(),
            views: views.clone(),
            keyring: keyring.clone(),
            sender,
            transport,
            sms,
            clock: clock.clone(),
            site_name: config.site_name.clone(),
            public_url: config.public_url.clone(),
        };
        tasks.spawn(outbox.run(stop.child_token()));
        let detection = Arc::new(config.detection.clone());
        let detector = Detector {
            core: core.clone(),
            alerts: app.alerts.clone(),
            views: views.clone(),
            policy: detection.clone(),
            clock: clock.clone(),
        };
        tasks.spawn(detector.run(stop.child_token()));
        let responder = Responder {
            core: core.clone(),
            alerts: app.alerts.clone(),
            accounts: app.accounts.clone(),
            brakes: app.brakes.clone(),
            views: views.clone(),
            policy: detection,
            clock: clock.clone(),
        };
        tasks.spawn(responder.run(stop.child_token()));
        for endpoint in endpoints {
            let webhooks = Webhooks {
                core: core.clone(),
                deliveries: deliveries.clone(),
                views: views.clone(),
                clock: clock.clone(),
                endpoint,
            };
            tasks.spawn(webhooks.run(stop.child_token()));
        }
        let eraser = Eraser {
            core: core.clone(),
            accounts: app.accounts.clone(),
            claims: app.claims.clone(),
            erasures: app.erasures.clone(),
            views: views.clone(),
            clock: clock.clone(),
        };
        let exporter = Exporter {
            core: core.clone(),
            exports: app.exports.clone(),
            operators: app.operators.clone(),
            views: views.clone(),
            sources: Sources {
                log: log.clone(),
                sealer: sealer.clone(),
                tiles: config.tree_folder(),
                heads: Heads::at(config.heads_file()),
            },
            folder: config.exports_folder(),
            clock: clock.clone(),
        };
        tasks.spawn(exporter.run(stop.child_token()));
        let sweeper = Sweeper {
            vault: vault.clone(),
            views: views.clone(),
            accounts: app.accounts.clone(),
            claims: app.claims.clone(),
            keyring: keyring.clone(),
            service_keys: app.service_keys.clone(),
            cases: app.recovery_cases.clone(),
            clock,
        };
        tasks.spawn(sweeper.run(stop.child_token()));
        tasks.spawn(eraser.run(stop.child_token()));
    }
    let tree = TreeSigner {
        log: log.clone(),
        keyring: keyring.clone(),
        tiles: config.tree_folder(),
        heads: Heads::at(config.heads_file()),
        witness: config.witness_file().map(Heads::at),
    };
    let mut signer = (CancellationToken::new(), JoinSet::new());
    signer.1.spawn(tree.run(signer.0.clone()));
    let router = match role {
        Role::Everything | Role::Api => watchbook_api::router(app.clone()),
        Role::Workers => watchbook_api::health_router(app.clone()),
    };
    tasks.spawn(listener::serve(listener, router, listener::HEAD_WITHIN, stop.child_token()));
    Ok(Server {
        address,
        setup_link,
        mail,
        sms: sms_goes,
        app,
        core,
        stores,
        stop,
        tasks,
        signer,
        _lock: lock,
    })
}

/// Location data that was replaced is used within a minute.
async fn refresh(clients: Arc<ClientLookup>, stop: CancellationToken) {
    let work = async {
        loop {
            tokio::time::sleep(REFRESH).await;
            let clients = clients.clone();
            let _ = tokio::task::spawn_blocking(move || clients.refresh()).await;
        }
    };
    stop.run_until_cancelled(work).await;
}

/// A server that is not there yet may be on its way: nodes and databases start in any order.
async fn open_patiently(config: &Config) -> Result<Stores, StoresError> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        match Stores::open(config, true).await {
            Err(error) if error.is_unreachable() && tokio::time::Instant::now() < deadline => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a store does not answer yet");
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
            opened => return opened,
        }
    }
}

impl Server {
    /// Where it can be reached from this machine.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no more requests, finishes those in hand, stops the workers, signs the log's last head, and closes the
    /// stores.
    pub async fn stop(mut self) {
        self.stop.cancel();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, all).await.is_err() {
            tracing::warn!("not everything in hand was finished");
            self.tasks.shutdown().await;
        }
        let (stop, mut signer) = self.signer;
        stop.cancel();
        let signed = async { while signer.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, signed).await.is_err() {
            tracing::warn!("the end of the log is not signed yet; the next start goes on with it");
            signer.shutdown().await;
        }
        self.stores.close().await;
    }
}
