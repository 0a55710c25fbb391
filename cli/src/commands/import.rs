//! `watchbook import`: old records of sign-ins become events that detectors learn from, and nobody is told of.

use super::{Failure, print};
use crate::config::Config;
use crate::import::{Format, Mapping, Records};
use crate::stores::Stores;
use clap::Args;
use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use watchbook_domain::Timestamp;
use watchbook_domain::observed::Report;
use watchbook_eventlog::{Clock as _, Observations, Recorded, Reporter, Repository, SystemClock, fresh};
use watchbook_signals::ClientLookup;

/// Records on their way into the log at once: it commits them in groups.
const AT_ONCE: usize = 128;
/// States of users kept in memory.
const USERS: usize = 20_000;
/// Broken records that are told one by one.
const TOLD: u64 = 20;

#[derive(Args)]
pub(super) struct Options {
    /// The file, oldest records first.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// jsonl or csv.
    #[arg(long)]
    format: Format,
    /// Which column is what, as TOML.
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    /// Reads and checks everything, and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Goes on after records that cannot be taken; they are told and counted.
    #[arg(long)]
    skip_broken: bool,
}

/// What became of the records.
#[derive(Default)]
struct Tally {
    new: u64,
    before: u64,
    refused: u64,
    broken: u64,
    outcomes: BTreeMap<&'static str, u64>,
    span: Option<(Timestamp, Timestamp)>,
}

impl Tally {
    fn read(&mut self, report: &Report) {
        *self.outcomes.entry(report.outcome.as_str()).or_default() += 1;
        let at = report.happened_at;
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
    }
}

pub(super) async fn run(config: &Config, options: &Options) -> Result<ExitCode, Failure> {
    let mapping = Mapping::read(&options.map)?;
    let clients = ClientLookup::open(&config.geo_folder());
    let records = Records::open(&options.from, options.format, &mapping.columns())?;
    let bar = ProgressBar::new(std::fs::metadata(&options.from)?.len());
    bar.set_style(ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes}, {msg}, {eta} left")?);
    let mut reading = Reading { records, mapping, clients, bar, options, tally: Tally::default() };
    let (stores, imported) = if options.dry_run {
        (None, reading.by_ref().find_map(Result::err).map_or(Ok(()), Err))
    } else {
        let stores = Stores::open(config, true).await?;
        let imported = import(&stores, &mut reading).await;
        (Some(stores), imported)
    };
    reading.bar.finish_and_clear();
    if let Some(stores) = stores {
        stores.close().await;
    }
    for line in reading.tally.lines(options.dry_run) {
        print(&line);
    }
    imported?;
    Ok(if reading.tally.broken > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn import(stores: &Stores, reading: &mut Reading<'_>) -> Result<(), Failure> {
    let users = Repository::new(stores.core(), USERS);
    let observations = Observations::new(users, stores.keyring.clone());
    let correlation_id = fresh::uuid();
    let mut tally = Tally::default();
    let record = |report: Result<Report, Failure>| {
        let observations = &observations;
        async move {
            let report = report?;
            let now = SystemClock.now();
            Ok::<_, Failure>(observations.record(Reporter::Records, &report, now, correlation_id).await?)
        }
    };
    // In the order of the file, so that one user's records stay in theirs.
    let mut recorded = futures_util::stream::iter(reading.by_ref()).map(record).buffered(AT_ONCE);
    let mut outcome = Ok(());
    while let Some(next) = recorded.next().await {
        match next {
            Ok(Recorded::New(_)) => tally.new += 1,
            Ok(Recorded::Before(_)) => tally.before += 1,
            Ok(Recorded::Refused(_)) => tally.refused += 1,
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    drop(recorded);
    let Tally { new, before, refused, .. } = tally;
    reading.tally = Tally { new, before, refused, ..std::mem::take(&mut reading.tally) };
    outcome
}

/// The file's records, as reports.
struct Reading<'a> {
    records: Records,
    mapping: Mapping,
    clients: ClientLookup,
    bar: ProgressBar,
    options: &'a Options,
    tally: Tally,
}

impl Iterator for Reading<'_> {
    type Item = Result<Report, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let next = self.records.next()?;
            self.bar.set_position(self.records.bytes());
            let read = match next {
                Ok(record) => self.mapping.report(&record, &self.clients).map_err(|wrong| {
                    (format!("line {}, column {:?}: {}", record.line, wrong.column, wrong.why), false)
                }),
                Err(broken) => Err((format!("line {}: {}", broken.line, broken.why), broken.last)),
            };
            let (why, last) = match read {
                Ok(report) => {
                    self.tally.read(&report);
                    self.bar.set_message(format!("up to {}", report.happened_at.day()));
                    return Some(Ok(report));
                }
                Err(broken) => broken,
            };
            self.tally.broken += 1;
            let why = format!("{}: {why}", self.options.from.display());
            if last || !self.options.skip_broken {
                return Some(Err(why.into()));
            }
            if self.tally.broken <= TOLD {
                self.bar.suspend(|| tracing::warn!("{why}"));
            }
        }
    }
}

impl Tally {
    fn lines(&self, dry: bool) -> Vec<String> {
        let read: u64 = self.outcomes.values().sum();
        let mut lines = Vec::new();
        if let Some((first, last)) = self.span {
            lines.push(format!("{read} records from {first} to {last}"));
        }
        for (outcome, count) in &self.outcomes {
            lines.push(format!("  {outcome:<18} {count}"));
        }
        lines.push(match dry {
            true => "nothing was written".to_owned(),
            false => format!(
                "{} added, {} there before, {} of erased users left out",
                self.new, self.before, self.refused
            ),
        });
        if self.broken > 0 {
            lines.push(format!("{} broken", self.broken));
        }
        lines
    }
}
