//! `watchbook backtest`: the log through a policy of detection and through today's, side by side. Reads only.

use super::{Failure, day_or_time, print};
use crate::config::Config;
use crate::stores::Stores;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use watchbook_domain::detection::replay::{Replay, Tally};
use watchbook_domain::detection::{DetectionPolicy, Detector, Normaliser, Observation};
use watchbook_domain::observed::Observed;
use watchbook_domain::{Aggregate as _, Timestamp};
use watchbook_eventlog::{ERASED, Opened, Position, RecordedEvent, Version};
use watchbook_signals::ClientLookup;
use watchbook_workers::detector;

/// Events read at once.
const PAGE: usize = 2_000;

/// What the number of accounts is told by; of other systems' users, the first event of a stream.
const REGISTERED: &str = "account.registered";
const FIRST: Version = Version(1);

/// Attempts and sessions under way that are kept in mind.
const UNDER_WAY: usize = 200_000;

#[derive(Args)]
pub(super) struct Options {
    /// The policy to try: a TOML file with what belongs into the table `[detection]` of the configuration.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// Counts from then on, and learns from all that was before: a day, or a time with its zone (RFC 3339).
    #[arg(long, value_name = "TIME", value_parser = day_or_time)]
    from: Option<Timestamp>,
    /// Reads up to then, exclusive.
    #[arg(long, value_name = "TIME", value_parser = day_or_time)]
    to: Option<Timestamp>,
    /// Example cases of each detector.
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    examples: usize,
}

pub(super) async fn run(config: &Config, options: &Options) -> Result<ExitCode, Failure> {
    let tried = read(&options.policy)?;
    let stores = Stores::open(config, false).await?;
    let mut today = Replay::new(config.detection.clone(), options.from, 0);
    let mut tried = Replay::new(tried, options.from, options.examples);
    let mut reading = Reading {
        normaliser: Normaliser::new(UNDER_WAY),
        lookup: ClientLookup::open(&config.geo_folder()),
        accounts: 0,
    };
    let bar = ProgressBar::new(stores.log.head().await?.0);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} events, {eta} left")?);
    let mut after = Position::START;
    loop {
        let mut page = stores.log.read_all(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        if let Some(end) = options.to {
            // What other systems report may have happened long before it was recorded: it is looked at below.
            page.retain(|recorded| recorded.event.recorded_at < end || is_reported(recorded));
        }
        page.retain(|recorded| recorded.event.event_type != ERASED && detector::matters(recorded));
        let opened = stores.sealer.open_page(&page).await?;
        for (recorded, opened) in page.iter().zip(opened) {
            let seen = reading.observation(recorded, opened)?;
            if let Some(seen) = seen.filter(|seen| options.to.is_none_or(|end| seen.at < end)) {
                today.observe(&seen, reading.accounts);
                tried.observe(&seen, reading.accounts);
            }
        }
        bar.set_position(after.0);
    }
    bar.finish_and_clear();
    stores.close().await;
    report(&today, &tried).iter().for_each(|line| print(line));
    Ok(ExitCode::SUCCESS)
}

/// Reads a policy.
///
/// # Errors
/// In words, with the line.
pub(super) fn read(file: &Path) -> Result<DetectionPolicy, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("the policy {} cannot be read: {error}", file.display()))?;
    toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()).into())
}

/// Whether another system says so.
fn is_reported(recorded: &RecordedEvent) -> bool {
    recorded.stream.category() == Observed::CATEGORY
}

struct Reading {
    normaliser: Normaliser,
    lookup: ClientLookup,
    accounts: u64,
}

impl Reading {
    /// What a recorded event amounts to; of a person who was erased, nothing.
    fn observation(
        &mut self,
        recorded: &RecordedEvent,
        opened: Opened,
    ) -> Result<Option<Observation>, Failure> {
        let Opened::Payload(payload) = opened else { return Ok(None) };
        let is_new = match is_reported(recorded) {
            true => recorded.version == FIRST,
            false => recorded.event.event_type == REGISTERED,
        };
        self.accounts += u64::from(is_new);
        let seen = detector::observation(&mut self.normaliser, recorded, &payload, &self.lookup)?;
        Ok(seen.map(|(seen, _)| seen))
    }
}

/// The table, and the example cases of the policy that was tried.
fn report(today: &Replay, tried: &Replay) -> Vec<String> {
    let mut lines = vec![
        format!("{:<24} {:^27}   {:^27}", "", "today's policy", "policy tried"),
        format!(
            "{:<24} {:>6} {:>6} {:>6} {:>6}   {:>6} {:>6} {:>6} {:>6}",
            "detector", "alerts", "high", "mails", "locks", "alerts", "high", "mails", "locks"
        ),
    ];
    let none = Tally::default();
    for detector in Detector::ALL {
        let of = |replay: &Replay| {
            let tally = replay.tallies.get(detector).unwrap_or(&none);
            format!("{:>6} {:>6} {:>6} {:>6}", tally.alerts, tally.high, tally.mails, tally.locks)
        };
        lines.push(format!("{:<24} {}   {}", detector.name(), of(today), of(tried)));
    }
    let all = |replay: &Replay, of: fn(&Tally) -> u64| replay.tallies.values().map(of).sum::<u64>();
    for (name, replay) in [("today's policy", today), ("policy tried", tried)] {
        let alerts = all(replay, |tally| tally.alerts);
        let per = alerts as f64 * 10_000.0 / replay.successes.max(1) as f64;
        lines.push(format!(
            "{name}: {alerts} alerts ({per:.1} for 10,000 successes), {} mails, {} locks, {} held back by the brake",
            all(replay, |tally| tally.mails),
            all(replay, |tally| tally.locks),
            replay.braked
        ));
    }
    lines.push(format!("{} observations, {} successes", tried.observations, tried.successes));
    for (detector, tally) in &tried.tallies {
        for case in &tally.examples {
            let at = case.at.datetime().format("%Y-%m-%d %H:%M:%S");
            let positions: Vec<_> =
                case.positions.iter().rev().take(5).rev().map(ToString::to_string).collect();
            let positions = positions.join(", ");
            lines.push(format!("{at}  {detector}  {}: {} [events {positions}]", case.key, case.summary));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_with_a_typing_mistake_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.toml");
        std::fs::write(&file, "[brute_force]\nfailures = 5\n[response]\nshadow = [\"sim_swap\"]\n").unwrap();
        assert_eq!(read(&file).unwrap().brute_force.failures, 5);
        std::fs::write(&file, "[brute_force]\nfailure = 5\n").unwrap();
        assert!(read(&file).unwrap_err().to_string().contains("line 2"));
        assert!(read(&folder.path().join("none")).is_err());
    }
}
