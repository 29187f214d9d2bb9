//! `cargo xtask peers`: the gateway and the desk against programs of others that speak the same protocols.

use anyhow::Result;
use clap::Args;

use crate::home::Home;
use crate::node::Node;
use crate::program::Program;
use crate::system::{self, Purpose};
use crate::workspace::{EMBEDDED_UI, Workspace};

/// The scripts and the versions of what they use.
const SCRIPTS: &str = "tests/gateway/peers";
/// What throws requests at every route of the OpenAPI document.
const FUZZER: &str = "schemathesis==4.32.5";

/// How many requests.
#[derive(Args)]
pub struct Options {
    /// Generated requests for each route.
    #[arg(long, default_value_t = 60, value_name = "N")]
    examples: u32,
}

/// Fetches the programs under `target`, and tells the stories that want them.
pub fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::find()?;
    system::provide(&workspace, &[Purpose::Build, Purpose::Test])?;
    system::install(&workspace, &["python3-venv"])?;
    Node::provide(&workspace)?;
    let peers = workspace.scratch("peers")?;
    std::fs::copy(workspace.root.join(SCRIPTS).join("package.json"), peers.join("package.json"))?;
    let npm = Program::new("npm").args(["install", "--no-audit", "--no-fund"]);
    npm.within(&peers).run()?;
    if !peers.join("venv/bin/schemathesis").exists() {
        Program::new("python3").args(["-m", "venv", "venv"]).within(&peers).run()?;
        Program::new(peers.join("venv/bin/pip")).args(["install", "--quiet", FUZZER]).run()?;
    }
    let all = ["--workspace", "--features", EMBEDDED_UI];
    // With the test that wants them: alone, the programs' libraries would be built once more with other features.
    let programs = ["build", "--bin", "quay", "--bin", "quay-gateway", "--test", "gateway"];
    workspace.cargo(programs).args(all).run()?;
    let home = Home::temporary()?;
    let tests = workspace.cargo(["test", "--test", "gateway"]).args(all);
    tests
        .args(["peers::", "--", "--ignored", "--nocapture", "--test-threads", "1"])
        .envs(home.variables())
        .envs([("QUAY_PEERS", peers.as_os_str())])
        .envs([("QUAY_PEERS_EXAMPLES", options.examples.to_string())])
        .run()
}
