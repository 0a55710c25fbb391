//! The stores and keys that the configuration names: the one place that knows the concrete ones.

use crate::config::Config;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use watchbook_eventlog::{Core, EventLog, Keyring, KeyringError, Position, Sealer, Snapshots, Vault};
use watchbook_eventlog_kurrentdb::KurrentLog;
use watchbook_eventlog_postgres::PostgresLog;
use watchbook_eventlog_sqlite::SqliteLog;
use watchbook_projections::{Views, ViewsError};

/// Why the stores cannot be opened. No message repeats a URL: it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum StoresError {
    /// A URL names a store that this build does not have.
    #[error("{0} must be {1}")]
    Place(&'static str, &'static str),
    /// The log's store keeps no keys.
    #[error("with a log on KurrentDB, vault must be given: postgres://…")]
    NoVault,
    /// The data folder cannot be made.
    #[error("the folder {} cannot be made", .0.display())]
    Folder(PathBuf, #[source] std::io::Error),
    /// There is a log but no key to read it with.
    #[error("the key file {} is missing, and the log was written with it; restore it from its backup", .0.display())]
    KeyLost(PathBuf),
    /// Nodes that share a log share its key, so none makes one by itself.
    #[error("the key file {} is missing; copy it from another node, or make the first with `watchbook keys create`", .0.display())]
    KeyMissing(PathBuf),
    /// The log was written with another.
    #[error("the key file {} is not the one that the log was written with", .0.display())]
    KeyWrong(PathBuf),
    /// The key file cannot be used.
    #[error("the key file cannot be used")]
    Keyring(#[from] KeyringError),
    /// The log or the vault cannot be opened.
    #[error("the log cannot be opened")]
    Sqlite(#[from] watchbook_eventlog_sqlite::OpenError),
    /// The log or the vault cannot be opened.
    #[error("the log or the vault cannot be opened on PostgreSQL")]
    Postgres(#[from] watchbook_eventlog_postgres::OpenError),
    /// The log cannot be opened.
    #[error("the log cannot be opened")]
    Kurrent(#[from] watchbook_eventlog_kurrentdb::OpenError),
    /// The views cannot be opened.
    #[error("the views cannot be opened")]
    Views(#[from] ViewsError),
}

impl StoresError {
    /// Whether a server does not answer: it may later.
    pub fn is_unreachable(&self) -> bool {
        match self {
            Self::Postgres(watchbook_eventlog_postgres::OpenError::Server(error))
            | Self::Views(ViewsError::Database(error)) => watchbook_eventlog_postgres::is_unreachable(error),
            _ => false,
        }
    }
}

/// Where a store is.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A file: `sqlite:<file>`.
    Sqlite(PathBuf),
    /// A database: `postgres://…`.
    Postgres(String),
    /// A server or a cluster: `kurrentdb://…`, `esdb://…`.
    Kurrent(String),
}

/// The text is no store's URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sqlite:<file>, postgres://…, or kurrentdb://…")]
pub struct PlaceError;

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(url: &str) -> Result<Self, PlaceError> {
        let (scheme, rest) = url.split_once(':').ok_or(PlaceError)?;
        match scheme {
            "sqlite" => {
                let file = rest.strip_prefix("//").unwrap_or(rest);
                (!file.is_empty()).then(|| Self::Sqlite(file.into())).ok_or(PlaceError)
            }
            "postgres" | "postgresql" => Ok(Self::Postgres(url.to_owned())),
            _ if scheme.starts_with("kurrent") || scheme.starts_with("esdb") => {
                Ok(Self::Kurrent(url.to_owned()))
            }
            _ => Err(PlaceError),
        }
    }
}

/// Without user name and password.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            Self::Postgres(url) | Self::Kurrent(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
                let rest = rest.split('?').next().unwrap_or_default();
                let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                write!(f, "{scheme}://{host}")
            }
        }
    }
}

/// An opened store.
#[derive(Clone)]
pub enum Store {
    /// Log, vault and snapshots.
    Sqlite(Arc<SqliteLog>),
    /// Log, vault and snapshots.
    Postgres(Arc<PostgresLog>),
    /// The log alone.
    Kurrent(Arc<KurrentLog>),
}

impl Store {
    /// Opens a store; with `create`, makes what is missing.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(place: &Place, create: bool) -> Result<Self, StoresError> {
        Ok(match place {
            Place::Sqlite(file) => {
                let options = watchbook_eventlog_sqlite::Options { create, ..Default::default() };
                Self::Sqlite(SqliteLog::open_with(file, options).await?)
            }
            Place::Postgres(url) => {
                let options = watchbook_eventlog_postgres::Options { create, ..Default::default() };
                Self::Postgres(PostgresLog::open(url, options).await?)
            }
            Place::Kurrent(url) => Self::Kurrent(KurrentLog::open(url, Default::default()).await?),
        })
    }

    /// Its log.
    pub fn log(&self) -> Arc<dyn EventLog> {
        match self {
            Self::Sqlite(store) => store.clone(),
            Self::Postgres(store) => store.clone(),
            Self::Kurrent(store) => store.clone(),
        }
    }

    /// Its vault and snapshots, if it has them.
    pub fn vault(&self) -> Option<(Arc<dyn Vault>, Arc<dyn Snapshots>)> {
        match self {
            Self::Sqlite(store) => Some((store.clone(), store.clone())),
            Self::Postgres(store) => Some((store.clone(), store.clone())),
            Self::Kurrent(_) => None,
        }
    }

    /// Finishes what is in hand; later calls answer `Unavailable`.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
            Self::Kurrent(store) => store.close().await,
        }
    }
}

/// The stores and keys, opened: what every subcommand starts from.
pub struct Stores {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// The vault.
    pub vault: Arc<dyn Vault>,
    /// The snapshots, beside the vault.
    pub snapshots: Arc<dyn Snapshots>,
    /// The keys.
    pub keyring: Arc<Keyring>,
    /// Seals and opens.
    pub sealer: Arc<Sealer>,
    /// The read side.
    pub views: Views,
    opened: Vec<Store>,
}

/// Where each store is.
pub struct Places {
    /// The log.
    pub log: Place,
    /// The vault.
    pub vault: Place,
    /// The views.
    pub views: Place,
}

impl Places {
    /// As configured: the vault lies where the log does, and the views with them or in a file of their own.
    ///
    /// # Errors
    /// When a URL is no store's, or of one that cannot hold that.
    pub fn of(config: &Config) -> Result<Self, StoresError> {
        let file = |name: &str| Place::Sqlite(config.data.join(name));
        let log = match &config.log {
            None => file("log.db"),
            Some(url) => url
                .parse()
                .map_err(|_| StoresError::Place("log", "sqlite:<file>, postgres://…, or kurrentdb://…"))?,
        };
        let database = |name, url: &str| match url.parse() {
            Ok(Place::Kurrent(_)) | Err(_) => Err(StoresError::Place(name, "sqlite:<file> or postgres://…")),
            Ok(place) => Ok(place),
        };
        let vault = match (&config.vault, &log) {
            (Some(url), _) => database("vault", url)?,
            (None, Place::Kurrent(_)) => return Err(StoresError::NoVault),
            (None, log) => log.clone(),
        };
        let views = match (&config.views, &vault) {
            (Some(url), _) => database("views", url)?,
            (None, Place::Sqlite(_)) => file("views.db"),
            (None, vault) => vault.clone(),
        };
        Ok(Self { log, vault, views })
    }

    /// Whether one of them is a file, which is for one server alone.
    pub fn are_local(&self) -> bool {
        [&self.log, &self.vault, &self.views].iter().any(|place| matches!(place, Place::Sqlite(_)))
    }
}

impl Stores {
    /// Opens the stores that the configuration names; with `create`, makes what is missing.
    ///
    /// # Errors
    /// When one of them cannot be opened, or when the log's key is lost.
    pub async fn open(config: &Config, create: bool) -> Result<Self, StoresError> {
        let places = Places::of(config)?;
        if create {
            make_private_folder(&config.data)?;
        }
        let keyring = Arc::new(keyring(&config.key_file(), &places.log, create)?);
        let mut opened = vec![Store::open(&places.log, create).await?];
        let log = opened[0].log();
        if places.vault != places.log {
            opened.push(Store::open(&places.vault, create).await?);
        }
        let (vault, snapshots) = opened.iter().rev().find_map(Store::vault).ok_or(StoresError::NoVault)?;
        let sealer = Arc::new(Sealer::new(vault.clone(), keyring.clone()));
        check_key(&*log, &sealer, config).await?;
        let views = match &places.views {
            Place::Postgres(url) => {
                Views::open_postgres(watchbook_eventlog_postgres::connect_options(url)?).await?
            }
            file => Views::open(&file.to_string()).await?,
        };
        Ok(Self { log, vault, snapshots, keyring, sealer, views, opened })
    }

    /// What repositories share.
    pub fn core(&self) -> Arc<Core> {
        Core::new(self.log.clone(), self.sealer.clone(), self.snapshots.clone())
    }

    /// Finishes what is in hand, and closes all stores.
    pub async fn close(&self) {
        for store in &self.opened {
            store.close().await;
        }
    }

    /// The file of the log, where it is one.
    pub fn sqlite(&self) -> Option<&Arc<SqliteLog>> {
        self.opened.iter().find_map(|store| match store {
            Store::Sqlite(log) => Some(log),
            _ => None,
        })
    }
}

fn keyring(path: &Path, log: &Place, create: bool) -> Result<Keyring, StoresError> {
    match (Keyring::load(path), log) {
        (Err(KeyringError::Missing(path)), Place::Sqlite(file)) if create && !file.exists() => {
            Ok(Keyring::create(&path)?)
        }
        (Err(KeyringError::Missing(path)), Place::Sqlite(_)) => Err(StoresError::KeyLost(path)),
        (Err(KeyringError::Missing(path)), _) => Err(StoresError::KeyMissing(path)),
        (loaded, _) => Ok(loaded?),
    }
}

/// A node with another key would write what nobody else can read. A log that does not answer now is asked by others.
async fn check_key(log: &dyn EventLog, sealer: &Sealer, config: &Config) -> Result<(), StoresError> {
    let Ok(first) = log.read_all(Position::START, 1).await else { return Ok(()) };
    match sealer.open_page(&first).await {
        Err(error) if !error.is_unavailable() => Err(StoresError::KeyWrong(config.key_file())),
        _ => Ok(()),
    }
}

/// Makes a folder that its owner alone can read.
///
/// # Errors
/// When it cannot be made.
pub fn make_private_folder(path: &Path) -> Result<(), StoresError> {
    let error = |source| StoresError::Folder(path.to_owned(), source);
    std::fs::create_dir_all(path).map_err(error)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(error)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(log: &str, vault: Option<&str>, views: Option<&str>) -> Result<[String; 3], String> {
        let own = |url: Option<&str>| url.map(str::to_owned);
        let config =
            Config { log: Some(log.into()), vault: own(vault), views: own(views), ..Config::default() };
        let places = Places::of(&config).map_err(|error| error.to_string())?;
        Ok([places.log, places.vault, places.views].map(|place| place.to_string()))
    }

    #[test]
    fn three_deployments_and_what_lies_where() {
        let embedded = shown("sqlite:a/log.db", None, None).unwrap();
        assert_eq!(embedded, ["sqlite:a/log.db", "sqlite:a/log.db", "sqlite:data/views.db"]);
        let database = shown("postgres://u:secret@db/wb?sslmode=require", None, None).unwrap();
        assert_eq!(database, ["postgres://db/wb"; 3], "without the password");
        let cluster = shown("esdb://u:secret@a:1,b:2", Some("postgresql://u:secret@db/wb"), None).unwrap();
        assert_eq!(cluster, ["esdb://a:1,b:2", "postgresql://db/wb", "postgresql://db/wb"]);
    }

    #[test]
    fn what_cannot_be_is_refused_without_repeating_it() {
        for (log, vault, views) in [
            ("mysql://u:secret@db", None, None),
            ("secret", None, None),
            ("sqlite:", None, None),
            ("kurrentdb://u:secret@a", None, None),
            ("kurrentdb://a", Some("kurrentdb://u:secret@a"), None),
            ("sqlite:a", None, Some("esdb://u:secret@a")),
        ] {
            let error = shown(log, vault, views).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
