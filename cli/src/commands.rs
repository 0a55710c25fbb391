//! The subcommands, one a file.

mod account;
mod backtest;
mod config;
mod diff;
mod doctor;
mod evaluate;
mod export;
mod geo;
mod history;
mod import;
mod keys;
mod migrate;
mod operators;
mod rebuild;
mod serve;
mod verify;
mod verify_export;
mod webhooks;

pub(crate) use operators::appoint;

use crate::config::Config;
use crate::server::Role;
use crate::simulate;
use clap::{Parser, Subcommand};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;
use watchbook_domain::Timestamp;

/// Watchbook: accounts, sign-in, sessions and mail as events.
#[derive(Parser)]
#[command(version, about)]
pub struct Arguments {
    /// The configuration file. Without it, `watchbook.toml` in this folder if there is one, else defaults.
    #[arg(long, short, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server: API, projections and workers in one process (the default).
    Serve,
    /// Runs the API alone, one of several nodes on shared stores.
    Api,
    /// Runs projections and workers alone; several processes share the work by lease.
    Workers,
    /// Looks at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Shows the timeline of an account, by id, e-mail address or user number; with --at, its state at that moment.
    History(history::Options),
    /// Shows what changed about an account between two moments.
    Diff(diff::Options),
    /// Reads the whole log and checks that it is what its signed heads say it was.
    Verify(verify::Options),
    /// Writes events into a folder, with the proof that they are what the log says.
    Export(export::Options),
    /// Checks an export with the log's public key alone.
    VerifyExport(verify_export::Options),
    /// Replays the log through a policy of detection, and says what it would have done. Changes nothing.
    Backtest(backtest::Options),
    /// Takes old records of sign-ins from a file: detectors learn from them, and nobody is told.
    Import(import::Options),
    /// Judges detectors on a generated population with attackers among it. Touches no log.
    Evaluate(evaluate::Options),
    /// Builds all views anew from the log, beside the live ones.
    Rebuild(rebuild::Options),
    /// Checks log, keys, views and mail, and says what to do.
    Doctor,
    /// Master and service keys.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Location data: what is installed, and new files of it.
    #[command(subcommand)]
    Geo(geo::Command),
    /// Who belongs to the site's staff.
    #[command(subcommand)]
    Operators(operators::Command),
    /// Deliveries to other systems that were given up.
    #[command(subcommand)]
    Webhooks(webhooks::Command),
    /// Copies data between stores.
    #[command(subcommand)]
    Migrate(migrate::Command),
    /// Drives a running server as people would, attackers among them.
    Simulate(simulate::Options),
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Says whether the configuration is right, and what is in force.
    Check,
}

/// Why a subcommand ended badly.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the subcommand. Exit code 0: done; 1: it failed or found something; 2: wrong usage.
pub fn run(arguments: Arguments) -> ExitCode {
    let filter = EnvFilter::try_from_env("RUST_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    log.with_ansi(colours).with_target(false).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(dispatch(arguments)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

async fn dispatch(arguments: Arguments) -> Result<ExitCode, Failure> {
    let default = PathBuf::from("watchbook.toml");
    let file = arguments.config.or_else(|| default.exists().then_some(default));
    let load = || Config::load(file.as_deref(), std::env::vars());
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(Role::Everything, &load()?).await,
        Command::Api => serve::run(Role::Api, &load()?).await,
        Command::Workers => serve::run(Role::Workers, &load()?).await,
        Command::Config(ConfigCommand::Check) => config::check(&load()?, file.as_deref()),
        Command::History(options) => history::run(&load()?, &options).await,
        Command::Diff(options) => diff::run(&load()?, &options).await,
        Command::Verify(options) => verify::run(&load()?, &options).await,
        Command::Export(options) => export::run(&load()?, options).await,
        Command::VerifyExport(options) => verify_export::run(&options),
        Command::Backtest(options) => backtest::run(&load()?, &options).await,
        Command::Evaluate(options) => evaluate::run(&load()?, &options),
        Command::Import(options) => import::run(&load()?, &options).await,
        Command::Rebuild(options) => rebuild::run(&load()?, &options).await,
        Command::Doctor => doctor::run(&load()?).await,
        Command::Keys(command) => keys::run(&load()?, command).await,
        Command::Geo(command) => geo::run(&load()?, &command),
        Command::Operators(command) => operators::run(&load()?, command).await,
        Command::Webhooks(command) => webhooks::run(&load()?, command).await,
        Command::Migrate(command) => migrate::run(command).await,
        Command::Simulate(options) => {
            let config = if options.staff { Some(load()?) } else { None };
            let summary = simulate::run(options, config.as_ref()).await?;
            print(&summary.to_string());
            Ok(if summary.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
    }
}

#[expect(clippy::print_stderr, reason = "the last word of a failed command is for the terminal")]
fn fail(error: &Failure) -> ExitCode {
    eprintln!("watchbook: {error}");
    let mut source = error.source();
    while let Some(error) = source {
        eprintln!("  because: {error}");
        source = error.source();
    }
    ExitCode::FAILURE
}

/// A time as people give it: a day, or a time with its zone (RFC 3339).
fn day_or_time(text: &str) -> Result<Timestamp, String> {
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let parsed = chrono::DateTime::parse_from_rfc3339(&whole);
    parsed.map(|at| Timestamp::from_datetime(at.to_utc())).map_err(|_| "such as 2026-01-31".to_owned())
}

/// A line of a command's result. Whoever reads it may have seen enough (`watchbook history | head`): what the command
/// does besides is not for that reader to stop.
fn print(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_understood() {
        let day = day_or_time("2026-01-31").unwrap();
        assert_eq!(day, day_or_time("2026-01-31T01:00:00+01:00").unwrap());
        for wrong in ["", "yesterday", "2026-02-30", "2026-01-31T01:00:00", "31.01.2026"] {
            assert!(day_or_time(wrong).is_err(), "{wrong}");
        }
    }
}
