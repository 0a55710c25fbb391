//! The world of a test: a server, its clock, its mails, and people.

use chrono::TimeDelta;
use mail_parser::MessageParser;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use totp_rs::{Builder, Secret};
use watchbook::{Config, Role, Server};
use watchbook_domain::Timestamp;
use watchbook_eventlog::{Keyring, ManualClock};
use watchbook_test_kurrentdb::StandIn;
use watchbook_test_postgres::Server as PostgresServer;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Set by the test that runs the others once more.
pub(crate) const DEPLOYMENT: &str = "WATCHBOOK_TEST_DEPLOYMENT";

/// Stores that are not files, as long as they are needed.
#[derive(Default)]
pub(crate) struct Backing {
    #[expect(dead_code, reason = "it serves until it is dropped")]
    kurrent: Option<StandIn>,
}

impl Backing {
    /// Points the configuration at the stores of a deployment.
    async fn configure(deployment: &str, config: &mut Config) -> Self {
        if deployment.is_empty() {
            return Self::default();
        }
        let database = PostgresServer::shared().unwrap().database();
        Keyring::create(&config.key_file()).unwrap();
        config.log = Some(database.clone());
        if deployment == "postgres" {
            return Self::default();
        }
        assert_eq!(deployment, "kurrentdb");
        config.vault = Some(database);
        if let Ok(url) = std::env::var("WATCHBOOK_TEST_KURRENTDB_URL") {
            config.log = Some(url);
            return Self::default();
        }
        let kurrent = StandIn::start().await;
        config.log = Some(kurrent.url());
        Self { kurrent: Some(kurrent) }
    }
}

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) clock: ManualClock,
    pub(crate) folder: TempDir,
    pub(crate) config: Config,
    http: reqwest::Client,
    pub(crate) backing: Backing,
}

/// What the server said.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Answer {
    /// Status and slug of a problem, or status and nothing.
    pub(crate) fn outcome(&self) -> (u16, &str) {
        let slug = self.body["type"].as_str().and_then(|uri| uri.rsplit('/').next()).unwrap_or("");
        (self.status, slug)
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn expect_problem(self, status: u16, slug: &str) -> Self {
        assert_eq!(self.outcome(), (status, slug), "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        self
    }

    pub(crate) fn token(&self) -> String {
        let body = if self.body["session"].is_object() { &self.body["session"] } else { &self.body };
        body["token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn position(&self) -> String {
        self.headers["watchbook-position"].to_str().unwrap().to_owned()
    }
}

/// Somebody with a verified account, signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) account: String,
    pub(crate) token: String,
    pub(crate) device_token: String,
    pub(crate) device: String,
    pub(crate) seed: Option<String>,
}

/// A mail as its reader sees it.
pub(crate) struct Mail {
    pub(crate) text: String,
    /// The token of the link to a page.
    pub(crate) token: Option<String>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// On the deployment that the environment names.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::on(&std::env::var(DEPLOYMENT).unwrap_or_default(), change).await
    }

    /// On files (``), on `postgres`, or on `kurrentdb`.
    pub(crate) async fn on(deployment: &str, change: impl FnOnce(&mut Config)) -> Self {
        let log =
            tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env());
        let _ = log.with_test_writer().try_init();
        let (folder, mut config, backing) = configured(deployment).await;
        config.limits.burst = 100_000;
        config.captcha.below = 0;
        change(&mut config);
        let clock = ManualClock::at(Timestamp::from_micros(1_700_000_000_000_000));
        let server = watchbook::start(&config, Arc::new(clock.clone())).await.unwrap();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(40)).build().unwrap();
        Self { server, clock, folder, config, http, backing }
    }

    /// Another node on the same stores, with a folder and a clock of its own.
    pub(crate) async fn beside(&self) -> Self {
        self.beside_as(Role::Everything).await
    }

    pub(crate) async fn beside_as(&self, role: Role) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key_file = Some(self.config.key_file());
        let config = Config { data: folder.path().into(), key_file, ..self.config.clone() };
        let clock = ManualClock::at(watchbook_eventlog::Clock::now(&self.clock));
        let server = watchbook::start_as(role, &config, Arc::new(clock.clone())).await.unwrap();
        Self { server, clock, folder, config, http: self.http.clone(), backing: Backing::default() }
    }

    pub(crate) async fn restart(self) -> Self {
        self.restart_as(Role::Everything).await
    }

    /// Starts again without views: without cursors and states of reactors, too.
    pub(crate) async fn without_views(self) -> Self {
        let Self { server, clock, folder, config, http, backing } = self;
        server.stop().await;
        if config.log.is_none() {
            for file in ["views.db", "views.db-wal", "views.db-shm"] {
                let _ = std::fs::remove_file(config.data.join(file));
            }
        }
        let server = watchbook::start(&config, Arc::new(clock.clone())).await.unwrap();
        Self { server, clock, folder, config, http, backing }
    }

    pub(crate) async fn restart_as(self, role: Role) -> Self {
        let Self { server, clock, folder, config, http, backing } = self;
        server.stop().await;
        let server = watchbook::start_as(role, &config, Arc::new(clock.clone())).await.unwrap();
        Self { server, clock, folder, config, http, backing }
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        self.call_with(method, path, token, body, &[]).await
    }

    pub(crate) async fn call_with(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
        headers: &[(&'static str, &str)],
    ) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.server.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        read(request.send().await.unwrap()).await
    }

    /// The status alone: of an answer that may never end.
    pub(crate) async fn answers(&self, method: &str, path: &str, token: &str) -> u16 {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, format!("{}{path}", self.server.url())).bearer_auth(token);
        request.send().await.unwrap().status().as_u16()
    }

    /// As [`Self::raw`], of a POST without a body.
    pub(crate) async fn raw_post(&self, token: &str, path: &str) -> reqwest::Response {
        let request = self.http.post(format!("{}{path}", self.server.url())).bearer_auth(token);
        request.send().await.unwrap()
    }

    /// An answer as it comes.
    pub(crate) async fn raw(&self, token: &str, path: &str) -> reqwest::Response {
        self.raw_with(token, path, &[]).await
    }

    /// As [`Self::raw`], asked for with these headers.
    pub(crate) async fn raw_with(
        &self,
        token: &str,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> reqwest::Response {
        let mut request = self.http.get(format!("{}{path}", self.server.url())).bearer_auth(token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, None, Some(body)).await
    }

    pub(crate) async fn post_raw(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let request =
            self.http.post(format!("{}{path}", self.server.url())).header("content-type", content_type);
        read(request.body(body).send().await.unwrap()).await
    }

    pub(crate) async fn post_raw_as(
        &self,
        token: &str,
        path: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let request = self.http.post(format!("{}{path}", self.server.url())).bearer_auth(token);
        read(request.body(body).send().await.unwrap()).await
    }

    pub(crate) async fn post_as(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(token), Some(body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, None).await
    }

    pub(crate) async fn get_as(&self, token: &str, path: &str) -> Answer {
        self.call(Method::GET, path, Some(token), None).await
    }

    /// Reads a view that has seen the answered write.
    pub(crate) async fn get_after(&self, written: &Answer, token: &str, path: &str) -> Answer {
        let position = written.position();
        self.call_with(Method::GET, path, Some(token), None, &[("watchbook-at-least", &position)]).await
    }

    pub(crate) async fn sign_in(&self, identifier: &str, password: &str) -> Answer {
        self.post("/v1/sign-in", json!({"identifier": identifier, "password": password})).await
    }

    pub(crate) async fn registered(&self, email: &str) {
        self.post("/v1/registrations", json!({"email": email, "password": PASSWORD})).await.expect(202);
    }

    pub(crate) async fn verified(&self, email: &str) {
        self.registered(email).await;
        let mail = self.mail(email, "/verify?token=").await;
        self.post("/v1/email/verify", json!({"token": mail.token})).await.expect(204);
    }

    pub(crate) async fn signed_in(&self, email: &str) -> Person {
        self.verified(email).await;
        let answer = self.sign_in(email, PASSWORD).await.expect(200);
        let session = &answer.body["session"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Person {
            email: email.to_owned(),
            account: text(&session["account_id"]),
            token: text(&session["token"]),
            device_token: text(&session["device"]["token"]),
            device: text(&session["device"]["id"]),
            seed: None,
        }
    }

    /// With an authenticator app; the step of its confirmation is over.
    pub(crate) async fn with_totp(&self, email: &str) -> Person {
        let mut person = self.signed_in(email).await;
        let started = self.call(Method::POST, "/v1/totp", Some(&person.token), None).await.expect(200);
        let seed = started.body["secret"].as_str().unwrap().to_owned();
        let code = self.code(&seed);
        let confirmed =
            self.post_as(&person.token, "/v1/totp/confirm", json!({"code": code})).await.expect(200);
        person.token = confirmed.token();
        person.seed = Some(seed);
        self.later(60);
        person
    }

    /// The authenticator app's code now.
    pub(crate) fn code(&self, seed: &str) -> String {
        use watchbook_eventlog::Clock;
        let secret = Secret::try_from_base32(seed).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        totp.generate(u64::try_from(self.clock.now().unix_seconds()).unwrap()).to_string()
    }

    /// Waits until every mail has gone out that what has happened so far calls for; not for ever, since a mail server
    /// may be down.
    async fn delivered(&self) {
        let views = &self.server.app.views;
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            let head = self.server.stores.log.head().await.unwrap();
            let reacted =
                async |name: &str| views.reactor_cursor(name).await.is_ok_and(|cursor| cursor >= head);
            let seen = views.wait_for(head, Duration::from_secs(1)).await.is_ok();
            if seen && reacted("notifier").await && reacted("recovery").await {
                let due = views.due_notifications(Timestamp::from_micros(i64::MAX), 1).await;
                // What was appended meanwhile may call for more.
                let still = self.server.stores.log.head().await.unwrap() == head;
                if still && due.is_ok_and(|due| due.is_empty()) {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The newest mail to `address` that contains `part`, as soon as it is there; of what has happened so far.
    pub(crate) async fn mail(&self, address: &str, part: &str) -> Mail {
        self.delivered().await;
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(mail) = self.mails(address).into_iter().rfind(|mail| mail.text.contains(part)) {
                return mail;
            }
            if Instant::now() >= deadline {
                let due = self.server.app.views.due_notifications(Timestamp::from_micros(i64::MAX), 10).await;
                let texts: Vec<_> = self.mails(address).into_iter().map(|mail| mail.text).collect();
                let status = self.server.app.views.status();
                panic!("no mail with {part:?} has come; pending: {due:?}; {status:?}; others: {texts:?}");
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// All mails to `address`, oldest first.
    pub(crate) fn mails(&self, address: &str) -> Vec<Mail> {
        mails_in(&self.config.mail_folder(), address)
    }

    /// Waits until workers have had their time: for what must not come.
    pub(crate) async fn settle(&self) {
        tokio::time::sleep(Duration::from_millis(1_200)).await;
    }

    /// A service key with every scope.
    pub(crate) async fn service_key(&self) -> String {
        let metadata = watchbook_eventlog::Metadata {
            command_id: watchbook_domain::CommandId(watchbook_eventlog::fresh::uuid()),
            recorded_at: watchbook_eventlog::Clock::now(&self.clock),
            actor: None,
            correlation_id: watchbook_eventlog::fresh::uuid(),
            causation_id: None,
        };
        let app = &self.server.app;
        let scopes = watchbook_domain::service_key::Scope::ALL.to_vec();
        let issued = watchbook_api::issue_service_key(
            &app.service_keys,
            &app.sealer,
            &metadata,
            "site".into(),
            scopes,
        )
        .await;
        issued.unwrap().key
    }

    pub(crate) async fn active(&self, service_key: &str, token: &str) -> bool {
        let answer =
            self.post_as(service_key, "/v1/sessions/introspect", json!({"token": token})).await.expect(200);
        answer.body["active"].as_bool().unwrap()
    }

    /// The first operator, signed in with two factors.
    pub(crate) async fn operator(&self) -> Person {
        let link = self.server.setup_link.clone().unwrap();
        let token = link.split("token=").nth(1).unwrap();
        let email = "operator@example.com";
        self.post("/v1/setup", json!({"token": token, "email": email, "password": PASSWORD}))
            .await
            .expect(204);
        let answer = self.sign_in(email, PASSWORD).await.expect(200);
        let token = answer.token();
        let started = self.call(Method::POST, "/v1/totp", Some(&token), None).await.expect(200);
        let seed = started.body["secret"].as_str().unwrap().to_owned();
        let confirmed =
            self.post_as(&token, "/v1/totp/confirm", json!({"code": self.code(&seed)})).await.expect(200);
        self.later(60);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Person {
            email: email.to_owned(),
            account: text(&answer.body["session"]["account_id"]),
            token: confirmed.token(),
            device_token: text(&answer.body["session"]["device"]["token"]),
            device: text(&answer.body["session"]["device"]["id"]),
            seed: Some(seed),
        }
    }
}

/// The defaults, on the stores of a deployment.
pub(crate) async fn configured(deployment: &str) -> (TempDir, Config, Backing) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::in_folder(folder.path());
    let backing = Backing::configure(deployment, &mut config).await;
    (folder, config, backing)
}

async fn read(response: reqwest::Response) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status, headers, body, text }
}

pub(crate) fn mails_in(folder: &Path, address: &str) -> Vec<Mail> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    let mut files: Vec<_> = entries
        .filter_map(|entry| {
            let entry = entry.unwrap();
            let is_mail = entry.path().extension().is_some_and(|extension| extension == "eml");
            is_mail.then(|| (entry.metadata().unwrap().modified().unwrap(), entry.path()))
        })
        .collect();
    files.sort();
    let mails = files.into_iter().filter_map(|(_, path)| {
        let raw = std::fs::read(path).unwrap();
        let message = MessageParser::default().parse(&raw)?;
        let to = message.to()?.first()?.address()?.to_owned();
        let text = message.body_text(0)?.into_owned();
        let token = text.split("token=").nth(1).map(|rest| {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect()
        });
        (to == address).then_some(Mail { text, token })
    });
    mails.collect()
}
