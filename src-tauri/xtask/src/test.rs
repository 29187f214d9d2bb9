//! `cargo xtask test`: everything that CI runs, ending with the line `N passed, N failed`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::node::Node;
use crate::steps::{self, Kind};
use crate::system::{self, Purpose};
use crate::workspace::Workspace;

/// What to test.
#[derive(Args)]
pub struct Options {
    /// Only these steps, with what they need.
    #[arg(long, value_name = "STEP", num_args = 1..)]
    only: Vec<String>,
}

/// Provides what the machine misses, then checks and tests.
pub fn run(options: &Options) -> Result<ExitCode> {
    let steps = steps::chosen(&[Kind::Check, Kind::Test], &options.only)?;
    let workspace = Workspace::find()?;
    system::provide(&workspace, &[Purpose::Build, Purpose::Screen, Purpose::Test])?;
    let node = Node::provide(&workspace)?;
    Ok(steps::perform(&steps, &workspace, &node).close())
}
