//! The `watchbook` binary.

use clap::Parser;
use std::process::ExitCode;
use watchbook::commands::{Arguments, run};

fn main() -> ExitCode {
    run(Arguments::parse())
}
