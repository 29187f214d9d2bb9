//! `cargo xtask fuzz`: hostile input at every door (card, receive, pack import, attach).

use anyhow::Result;
use clap::Args;

use crate::lab::Laboratory;

const DOORS: Laboratory = Laboratory { test: "fuzz", budget: "QUAY_FUZZ_SECONDS" };

/// How long, and at which door.
#[derive(Args)]
pub struct Options {
    /// Only the doors whose names contain this.
    door: Option<String>,
    /// How long at each door.
    #[arg(long, default_value_t = 20, value_name = "S")]
    seconds: u64,
}

/// Fuzzes until the time is up or something breaks.
pub fn run(options: &Options) -> Result<()> {
    DOORS.run(options.seconds, options.door.as_deref())
}
