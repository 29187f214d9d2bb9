//! `cargo xtask fuzz`: hostile input at every door (card, receive, pack import, attach).

use anyhow::{Result, bail};
use clap::Args;

use crate::home::Home;
use crate::lab::Laboratory;
use crate::program::Program;
use crate::workspace::Workspace;

const DOORS: Laboratory = Laboratory { test: "fuzz", budget: "QUAY_FUZZ_SECONDS" };
/// The doors under libFuzzer.
const GUIDED: &[&str] = &["card", "receive", "pack-import", "attach"];

/// How long, and at which door.
#[derive(Args)]
pub struct Options {
    /// Only the doors whose names contain this.
    door: Option<String>,
    /// How long at each door.
    #[arg(long, default_value_t = 20, value_name = "S")]
    seconds: u64,
    /// Let libFuzzer find its way in by what the code does; wants `cargo install cargo-fuzz`.
    #[arg(long)]
    guided: bool,
}

/// Fuzzes until the time is up or something breaks.
pub fn run(options: &Options) -> Result<()> {
    if options.guided {
        return guided(options);
    }
    DOORS.run(options.seconds, options.door.as_deref())
}

fn guided(options: &Options) -> Result<()> {
    if !Program::new("cargo").args(["fuzz", "--version"]).succeeds() {
        bail!("cargo-fuzz is missing; please run: cargo install cargo-fuzz");
    }
    let wanted = options.door.as_deref().unwrap_or_default();
    let doors = GUIDED.iter().filter(|door| door.contains(wanted));
    let workspace = Workspace::find()?;
    doors.into_iter().try_for_each(|door| guided_at(&workspace, door, options.seconds))
}

/// No sanitizer: it wants an unstable compiler, and nothing of ours is `unsafe`.
fn guided_at(workspace: &Workspace, door: &str, seconds: u64) -> Result<()> {
    let home = Home::temporary()?;
    let run = ["fuzz", "run", "--fuzz-dir", "tests/fuzz/guided", "--sanitizer", "none", door, "--"];
    let limits = ["-max_len=65536", "-rss_limit_mb=4096", "-timeout=30", "-print_final_stats=1"];
    let time = format!("-max_total_time={seconds}");
    let cargo = Program::cargo().args(run).args(limits).args([&time]).within(&workspace.root);
    // The folder of the desk goes with the home: libFuzzer ends without cleaning up.
    cargo.envs([("TMPDIR", home.folder())]).run()
}
