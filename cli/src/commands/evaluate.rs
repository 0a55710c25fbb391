//! `watchbook evaluate`: how well a policy tells attackers from people, where the truth is known. Touches no log.

use super::{Failure, backtest, print};
use crate::config::Config;
use clap::{Args, value_parser};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::process::ExitCode;
use watchbook_domain::detection::DetectionPolicy;
use watchbook_evaluation::attackers::{Model, inject};
use watchbook_evaluation::judge::{Outcome, judge};
use watchbook_evaluation::report::{self, Judged};
use watchbook_evaluation::{Population, Size, audit};

#[derive(Args)]
pub(super) struct Options {
    /// The policy to judge: a TOML file with what belongs into the table `[detection]` of the configuration. Without
    /// it, the one that is configured.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// People to generate.
    #[arg(long, default_value_t = 50_000, value_name = "NUMBER", value_parser = value_parser!(u32).range(100..=5_000_000))]
    users: u32,
    /// Days that they live through.
    #[arg(long, default_value_t = 395, value_name = "NUMBER", value_parser = value_parser!(u32).range(30..=3_650))]
    days: u32,
    /// Takeovers of each kind of attacker.
    #[arg(long, default_value_t = 2_000, value_name = "NUMBER")]
    takeovers: usize,
    /// The same seed gives the same numbers.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
}

pub(super) fn run(config: &Config, options: &Options) -> Result<ExitCode, Failure> {
    let policy = match &options.policy {
        Some(file) => backtest::read(file)?,
        None => config.detection.clone(),
    };
    let population = Population::new(Size { users: options.users, days: options.days, seed: options.seed });
    let quiet = replay("people alone", &population, &policy)?;
    let mut judged = Vec::new();
    for model in Model::ALL {
        let attacked = inject(&population, model, options.takeovers);
        let told_apart = audit::tell_apart(&attacked);
        judged.push(Judged { model, told_apart, outcome: replay(model.name(), &attacked, &policy)? });
    }
    let mut lines = report::population(&population, &audit::proportions(&population));
    for table in [report::score(&judged, options.seed), report::detectors(&quiet, &judged)] {
        lines.push(String::new());
        lines.extend(table);
    }
    lines.iter().for_each(|line| print(line));
    Ok(ExitCode::SUCCESS)
}

fn replay(name: &'static str, population: &Population, policy: &DetectionPolicy) -> Result<Outcome, Failure> {
    let bar = ProgressBar::new(population.rows.len() as u64);
    bar.set_style(ProgressStyle::with_template("{msg:<14} {wide_bar} {human_pos}/{human_len}, {eta} left")?);
    bar.set_message(name);
    let outcome = judge(population, policy, |done| bar.set_position(done));
    bar.finish_and_clear();
    Ok(outcome)
}
