//! `cargo xtask check`: what can be said of the code without running its tests.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::node::Node;
use crate::steps::{self, Kind};
use crate::system::{self, Purpose};
use crate::workspace::Workspace;

/// What to check.
#[derive(Args)]
pub struct Options {
    /// Only these steps, with what they need.
    #[arg(long, value_name = "STEP", num_args = 1..)]
    only: Vec<String>,
}

/// Provides what a build needs, then checks.
pub fn run(options: &Options) -> Result<ExitCode> {
    let steps = steps::chosen(&[Kind::Check], &options.only)?;
    let workspace = Workspace::find()?;
    system::provide(&workspace, &[Purpose::Build])?;
    let node = Node::provide(&workspace)?;
    Ok(steps::perform(&steps, &workspace, &node).close())
}
