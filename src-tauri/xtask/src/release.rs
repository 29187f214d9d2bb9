//! `cargo xtask release`: the installers of this machine's system.

use anyhow::Result;
use clap::Args;

use crate::node::Node;
use crate::system::{self, Purpose};
use crate::workspace::Workspace;

/// Which installers.
#[derive(Args)]
pub struct Options {
    /// Kinds to build, divided by commas, such as `deb,rpm`; without it, all that need no download.
    #[arg(long, value_name = "KINDS")]
    bundles: Option<String>,
}

/// The Tauri command line, at the major version of the library.
const TAURI: &str = "@tauri-apps/cli@2";

/// Builds the UI, the programs and the installers.
pub fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::find()?;
    system::provide(&workspace, &[Purpose::Build])?;
    let node = Node::provide(&workspace)?;
    if !node.packages_are_current() {
        node.install_packages().run()?;
    }
    node.npm(["run", "build"]).run()?;
    let bundles = options.bundles.as_deref().unwrap_or_else(|| usual(std::env::consts::OS));
    let shell = workspace.root.join("src-tauri");
    let tauri = ["exec", "--yes", "--package", TAURI, "--", "tauri", "build", "--bundles", bundles];
    node.npm(tauri).within(&shell).run()?;
    println!("installers: {}", workspace.target.join("release/bundle").display());
    Ok(())
}

/// An AppImage downloads a helper while it is built: it is asked for by name.
fn usual(system: &str) -> &'static str {
    match system {
        "windows" => "msi,nsis",
        "macos" => "dmg",
        _ => "deb,rpm",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_without_asking_downloads_nothing_on_linux() {
        assert_eq!(usual("linux"), "deb,rpm");
        assert_eq!(usual("windows"), "msi,nsis");
    }
}
