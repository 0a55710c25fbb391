//! How close Watchbook comes to what it is built on, each against its own reference in the same run.
//!
//! `cargo bench --bench ratios` measures everything, `cargo bench --bench ratios -- NAME` the figures whose name
//! contains NAME. Files go to a folder under `TMPDIR`; both sides of a figure use the same disk.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has nothing to say")]
#![expect(clippy::print_stdout, reason = "the table is the result")]
#![expect(clippy::print_stderr, reason = "progress goes beside the table")]

mod append;
mod argon2id;
mod backtest;
mod engine;
mod footprint;
mod http;
mod introspection;
mod long_history;
mod measure;
mod people;
mod postgres;
mod rebuild;
mod sign_in;
mod site;

use std::process::ExitCode;

use measure::Line;

/// Name, and what measures it.
type Figure = (&'static str, fn() -> Vec<Line>);

const FIGURES: &[Figure] = &[
    ("append_durable_256", append::measure),
    ("append_postgres", postgres::measure),
    ("argon2id", argon2id::measure),
    ("sign_in_16_clients", sign_in::sixteen_clients),
    ("sign_in_1_client", sign_in::one_client),
    ("introspection", introspection::measure),
    ("rebuild_views", rebuild::measure),
    ("long_history_sign_in", long_history::measure),
    ("memory_and_disk", footprint::measure),
    ("backtest", backtest::measure),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        // As test runners ask for it.
        FIGURES.iter().for_each(|(name, _)| println!("{name}: benchmark"));
        return ExitCode::SUCCESS;
    }
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // Processes that the figures start.
        [footprint::HOLD, folder] => {
            println!("{}", footprint::hold(folder.as_ref()));
            return ExitCode::SUCCESS;
        }
        [site::SERVE, folder, people, attempts] => {
            let (people, attempts) = (people.parse().unwrap(), attempts.parse().unwrap());
            site::serve(folder.as_ref(), people, attempts, |ready| println!("{ready}"));
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let wanted = arguments.iter().find(|argument| !argument.starts_with('-'));
    let chosen =
        FIGURES.iter().filter(|(name, _)| wanted.is_none_or(|wanted| name.contains(wanted.as_str())));
    let (mut lines, mut failed) = (Vec::new(), Vec::new());
    for (name, measure) in chosen {
        eprintln!("measuring {name} …");
        // One that fails must not cost what the others measured.
        let took = measure::milliseconds(|| match std::panic::catch_unwind(measure) {
            Ok(measured) => lines.extend(measured),
            Err(_) => failed.push(*name),
        });
        eprintln!("  took {:.1} s", took / 1e3);
    }
    println!("name\tours\treference\tratio\tgoal");
    lines.iter().for_each(|line| println!("{line}"));
    failed.iter().for_each(|name| println!("{name}\tfailed\t-\t-\t-"));
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
