//! `cargo xtask bindings`: the UI's types, written from the Rust ones.

use anyhow::{Context, Result};

use crate::program::Program;
use crate::workspace::{AS_FOR_TESTS, EMBEDDED_UI, Profile, Workspace};

/// Where they go.
pub const FILE: &str = "ui/src/api/bindings.ts";

const EXPORTER: &str = "export-bindings";

/// Builds the exporter and writes the file.
pub fn run() -> Result<()> {
    let workspace = Workspace::find()?;
    workspace
        .cargo(["build", "--workspace", "--features", EMBEDDED_UI, "--bin", EXPORTER])
        .args(AS_FOR_TESTS)
        .run()?;
    let current = write(&workspace)?;
    println!("{FILE} {}", if current { "was current" } else { "has been written anew" });
    Ok(())
}

/// Writes the file with the exporter that is built. Was it current before?
///
/// The file itself is compared, not the last commit: what is about to be committed counts.
pub fn write(workspace: &Workspace) -> Result<bool> {
    let path = workspace.root.join(FILE);
    let before = std::fs::read(&path).unwrap_or_default();
    let exporter = workspace.built(Profile::Debug, EXPORTER);
    Program::new(exporter).args([&path]).within(&workspace.root).run()?;
    let after = std::fs::read(&path).with_context(|| FILE.to_owned())?;
    Ok(before == after)
}
