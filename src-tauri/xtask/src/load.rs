//! `cargo xtask bench gateway`: a province's worth of desks against the gateway as it is shipped.

use anyhow::Result;
use clap::Args;

use crate::program::Program;
use crate::system::{self, Purpose};
use crate::workspace::{Profile, Workspace};

/// What to measure; everything when nothing is said.
#[derive(Args)]
pub struct Options {
    /// `throughput`, `crowd` or `growth` with their settings, as `gateway-load --help` tells.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "WHAT")]
    what: Vec<String>,
}

/// Every figure of the table.
const ALL: [&[&str]; 4] = [&["throughput"], &["crowd"], &["crowd", "--network"], &["growth"]];

/// Measures and gives the table.
pub fn measure(workspace: &Workspace, options: &Options) -> Result<String> {
    system::install(workspace, &["postgresql"])?;
    system::provide(workspace, &[Purpose::Build])?;
    let programs = ["--bin", "gateway-load", "--bin", "quay-gateway"];
    let packages = ["build", "--release", "--package", "load", "--package", "gateway"];
    workspace.cargo(packages).args(programs).run()?;
    let program = workspace.built(Profile::Release, "gateway-load");
    let measured = |what: Vec<String>| Program::new(&program).args(what).read();
    let rows = if options.what.is_empty() {
        let all = ALL.iter().map(|what| what.iter().map(|word| (*word).to_owned()).collect());
        all.map(measured).collect::<Result<String>>()?
    } else {
        measured(options.what.clone())?
    };
    Ok(format!("| what | figures |\n| --- | --- |\n{rows}"))
}
