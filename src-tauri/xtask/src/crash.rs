//! `cargo xtask crash`: the fault laboratory. Kills, power cuts, full disks and flipped bits, and
//! after each the question whether anything acknowledged is lost.

use anyhow::Result;
use clap::Args;

use crate::lab::Laboratory;

/// One line for each; `cargo xtask crash` runs them in this order.
const LABORATORIES: &[Laboratory] = &[Laboratory { test: "crash", budget: "QUAY_CRASH_ROUNDS" }];

/// Which faults, and how many of them.
#[derive(Args)]
pub struct Options {
    /// Only the faults whose names contain this.
    fault: Option<String>,
    /// How many faults of each kind.
    #[arg(long, default_value_t = 2_000, value_name = "N")]
    rounds: u64,
}

/// Runs the laboratories one after the other; the first loss stops.
pub fn run(options: &Options) -> Result<()> {
    LABORATORIES
        .iter()
        .try_for_each(|laboratory| laboratory.run(options.rounds, options.fault.as_deref()))
}
