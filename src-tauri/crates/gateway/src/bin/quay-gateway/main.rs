//! `quay-gateway`: serves the desks of a province, and lets its operator look after them.

mod commands;
mod options;

use clap::Parser;
use commands::Command;
use options::Options;
use std::process::ExitCode;

/// Takes the records and files of the one-stop desks, keeps them durably and passes them on to the province.
///
/// Every setting can be given as a flag, as an environment variable or in a TOML file (--config), in this order of
/// precedence. In the file a setting has the flag's name with underscores: `master_key_file = "/etc/quay/master.key"`.
#[derive(Parser)]
#[command(name = "quay-gateway", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let options = match cli.options.with_file() {
        Ok(options) => options,
        Err(fault) => return failed(&fault),
    };
    log(options.log.as_deref());
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(fault) => return failed(&fault.into()),
    };
    match runtime.block_on(commands::run(cli.command, options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => failed(&fault),
    }
}

/// JSON lines on standard error: ids and sizes, never what a record says.
fn log(filter: Option<&str>) {
    let filter = tracing_subscriber::EnvFilter::new(filter.unwrap_or("info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

fn failed(fault: &anyhow::Error) -> ExitCode {
    eprintln!("quay-gateway: {fault:#}");
    ExitCode::FAILURE
}
