//! `quay`: the use cases of the desk from a terminal, JSON in and JSON out.
//!
//! It knows no rule of the office: it reads arguments, calls `app`, prints what comes back. Start with [`arguments`],
//! which is also the `--help`; then [`commands`].

mod answer;
mod arguments;
mod commands;
mod interrupt;

use answer::Answer;
use arguments::Arguments;
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let answer = commands::run(&arguments).unwrap_or_else(Answer::from);
    answer.print()
}
