//! `cargo xtask sim`: the seeded simulation of desks, gateways, province and stick. One seed replays one world.

use anyhow::Result;
use clap::Args;

use crate::workspace::Workspace;

/// Which worlds, and how long each.
#[derive(Args)]
pub struct Options {
    /// The first seed, decimal or 0x….
    #[arg(long, default_value = "0", value_name = "SEED")]
    seed: String,
    /// Steps of life and faults in each world, before the calm in which everything must arrive.
    #[arg(long, default_value_t = 500, value_name = "N")]
    steps: u64,
    /// How many seeds, one after the other.
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    seeds: u64,
    /// See whether planted bugs would be found instead.
    #[arg(long)]
    planted: bool,
}

/// Plays the seeds in release build; the first promise that is broken stops, with the command that replays it.
pub fn run(options: &Options) -> Result<()> {
    let test = if options.planted { "every_planted_bug" } else { "every_seed" };
    let cargo =
        Workspace::find()?.cargo(["test", "--release", "--package", "sim", "--test", "sim"]);
    cargo
        .args([test, "--", "--nocapture"])
        .envs([
            ("QUAY_SIM_SEED", options.seed.clone()),
            ("QUAY_SIM_STEPS", options.steps.to_string()),
            ("QUAY_SIM_SEEDS", options.seeds.to_string()),
        ])
        .run()
}
