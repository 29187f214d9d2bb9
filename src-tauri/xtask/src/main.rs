//! `cargo xtask`: everything a developer does with this repository, one command each.
//!
//! `cargo xtask run` and `cargo xtask test` are the two that matter; on a fresh Debian or Ubuntu
//! machine each first installs what it misses.

// One file for each command.
mod bench;
mod bindings;
mod check;
mod crash;
mod fixtures;
mod fuzz;
mod peers;
mod release;
mod run;
mod sim;
mod test;

// What they share: the steps of check and test,
mod counts;
mod files;
mod layers;
mod report;
mod stage;
mod steps;
// measuring,
mod bad_line;
mod bars;
mod figures;
mod lab;
mod load;
mod old_machine;
mod start;
mod table;
mod timing;
mod training;
// and the machine.
mod headless;
mod home;
mod node;
mod processes;
mod program;
mod province;
mod screen;
mod system;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Developer commands of Quầy Một Cửa.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Commands {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the app and open it; without a display, draw it off screen and keep a picture.
    Run(run::Options),
    /// Everything that CI runs: checks and tests, the cheapest first.
    Test(test::Options),
    /// The checks alone: format, layers, files, clippy, the UI, the bindings.
    Check(check::Options),
    /// Write ui/src/api/bindings.ts anew from the Rust types.
    Bindings,
    /// Measure, and write the figures as a Markdown table.
    Bench(bench::Options),
    /// Fill big training stores for measurements.
    Fixtures(fixtures::Options),
    /// Throw hostile input at every door for a while.
    Fuzz(fuzz::Options),
    /// The fault laboratory: kill, cut, fill and flip, then look for lost work.
    Crash(crash::Options),
    /// Play seeded worlds of desks, gateways, province and stick with every fault.
    Sim(sim::Options),
    /// Our gateway and our desk against programs of others: tus clients and servers, a fuzzer of OpenAPI.
    Peers(peers::Options),
    /// Build the installers of this machine's system.
    Release(release::Options),
}

fn main() -> ExitCode {
    perform(Commands::parse().command).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn perform(command: Command) -> Result<ExitCode> {
    match command {
        Command::Test(options) => return test::run(&options),
        Command::Check(options) => return check::run(&options),
        Command::Run(options) => run::run(&options),
        Command::Bindings => bindings::run(),
        Command::Bench(options) => bench::run(&options),
        Command::Fixtures(options) => fixtures::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Crash(options) => crash::run(&options),
        Command::Sim(options) => sim::run(&options),
        Command::Peers(options) => peers::run(&options),
        Command::Release(options) => release::run(&options),
    }?;
    Ok(ExitCode::SUCCESS)
}
