//! `watchbook serve`, `watchbook api`, `watchbook workers`.

use super::{Failure, print};
use crate::config::Config;
use crate::stores::Places;
use crate::{Role, start_as};
use std::process::ExitCode;
use std::sync::Arc;
use watchbook_eventlog::SystemClock;

pub(super) async fn run(role: Role, config: &Config) -> Result<ExitCode, Failure> {
    let mut signals = Signals::listen()?;
    let server = tokio::select! {
        server = start_as(role, config, Arc::new(SystemClock)) => server?,
        () = signals.wait() => return Ok(ExitCode::SUCCESS),
    };
    let url = &config.public_url;
    let places = Places::of(config)?;
    if role == Role::Workers {
        print(&format!("Watchbook's workers are at work; their health is at {}/readyz", server.url()));
    } else {
        print(&format!("Watchbook listens on {} and is reached at {url}", server.url()));
    }
    if places.are_local() {
        print(&format!("  data       {}", config.data.display()));
    } else {
        print(&format!("  log        {}", places.log));
        print(&format!("  views      {}", places.views));
    }
    if role == Role::Api {
        // Workers send.
    } else if config.mail.smtp.is_some() {
        print(&format!("  mail       {}", server.mail));
    } else {
        print(&format!(
            "  mail       no mail server configured: mails land as .eml files in {}",
            server.mail
        ));
    }
    if role != Role::Api {
        print(&format!("  sms        {}", server.sms));
    }
    if role != Role::Workers {
        print(&format!("  API        {url}/openapi.json"));
        print(&format!("  health     {url}/readyz, {url}/metrics"));
    }
    if let Some(link) = &server.setup_link {
        print("Set up the first operator with this link. It works once, for 24 hours:");
        print(&format!("  {link}"));
    }
    if role == Role::Everything {
        print("Try next: watchbook simulate --people 20    (stop with Ctrl-C)");
    }
    signals.wait().await;
    tracing::info!("stopping: requests in hand are finished");
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Signals that ask to stop. They are listened to from before anybody learns that the server is there.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
