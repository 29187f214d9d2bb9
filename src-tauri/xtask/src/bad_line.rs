//! `cargo xtask bench line`: a desk and a gateway as they are shipped, with a bad line between them.

use anyhow::Result;
use clap::Args;

use crate::program::Program;
use crate::system::{self, Purpose};
use crate::workspace::{Profile, Workspace};

/// What to measure; everything when nothing is said.
#[derive(Args)]
pub struct Options {
    /// `backlog`, `flapping`, `scans`, `cuts`, `kills`, `day` or `joining` with their settings, as `bad-line --help` tells.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "WHAT")]
    what: Vec<String>,
}

/// Measures and gives the table. Wants root: the line lies between network namespaces.
pub fn measure(workspace: &Workspace, options: &Options) -> Result<String> {
    system::install(workspace, &["iproute2", "postgresql"])?;
    system::provide(workspace, &[Purpose::Build])?;
    let packages = ["--package", "line", "--package", "gateway", "--package", "cli"];
    let programs = ["--bin", "bad-line", "--bin", "quay-gateway", "--bin", "quay"];
    workspace.cargo(["build", "--release"]).args(packages).args(programs).run()?;
    let what = if options.what.is_empty() { vec!["all".to_owned()] } else { options.what.clone() };
    let program = Program::new(workspace.built(Profile::Release, "bad-line")).args(what);
    let quay = workspace.built(Profile::Release, "quay");
    let rows = program.envs([("QUAY_CLI_BIN", quay)]).read()?;
    Ok(format!("| what | figures | bar |\n| --- | --- | --- |\n{rows}"))
}
