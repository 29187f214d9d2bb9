//! `cargo xtask fixtures`: big training stores for measurements, filled once and kept.

use anyhow::Result;
use clap::Args;

use crate::training::{Filled, TrainingStore};
use crate::workspace::{EMBEDDED_UI, Profile, Workspace};

/// Which stores.
#[derive(Args)]
pub struct Options {
    /// How many dossiers: 150,000 are ten years of a commune.
    #[arg(long, default_values_t = [150_000], value_name = "N", num_args = 1..)]
    dossiers: Vec<u32>,
}

/// Fills the stores that are not there yet.
pub fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::find()?;
    for dossiers in &options.dossiers {
        let filled = provide(&workspace, *dossiers)?;
        println!("{dossiers} dossiers: {}", filled.data().display());
    }
    Ok(())
}

/// A store of `dossiers`, filled by the program as it is shipped.
pub fn provide(workspace: &Workspace, dossiers: u32) -> Result<Filled> {
    let features = ["--workspace", "--features", EMBEDDED_UI];
    workspace.cargo(["build", "--release", "--bin", "quay"]).args(features).run()?;
    filled(workspace, dossiers)
}

/// The same by the program as it was built before.
pub fn filled(workspace: &Workspace, dossiers: u32) -> Result<Filled> {
    let name = format!("desk-{dossiers}");
    TrainingStore { name, desk: 1, dossiers, seed: 1 }.provide(workspace, Profile::Release)
}
