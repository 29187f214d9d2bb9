//! This checkout: where things lie, and which crates it has.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::program::Program;

/// The feature that embeds the built UI into the desktop binary. It is on in every build here, so
/// that checks, tests and the app share one build of the dependencies.
pub const EMBEDDED_UI: &str = "quay-mot-cua/custom-protocol";

/// A small test to name beside a program that is built by itself: as soon as some test is, Cargo switches on in the
/// dependencies what only tests want, and the build is that of `cargo xtask test`. Without it the two would compile all
/// dependencies apart.
pub const AS_FOR_TESTS: [&str; 2] = ["--test", "lunar_known_dates"];

/// The checkout and what Cargo says of it.
pub struct Workspace {
    /// The top folder.
    pub root: PathBuf,
    /// Where Cargo builds.
    pub target: PathBuf,
    /// Our own crates.
    pub crates: Vec<Crate>,
}

/// One of our crates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crate {
    /// Its name in Cargo.toml.
    pub name: String,
    /// What it needs to be built and to run, ours and others'; not what its tests need.
    pub dependencies: Vec<String>,
    /// Its integration tests.
    pub tests: Vec<String>,
    /// Its programs.
    pub programs: Vec<String>,
}

impl Workspace {
    /// Asks Cargo about the checkout that this tool was built from.
    pub fn find() -> Result<Self> {
        let home = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let cargo = Program::cargo().args(["metadata", "--no-deps", "--format-version", "1"]);
        parse(&cargo.within(&home).read()?)
    }

    /// The UI's folder.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// A built program in the debug or release folder.
    pub fn built(&self, profile: Profile, name: &str) -> PathBuf {
        self.target.join(profile.folder()).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A folder for what this tool writes, made when it is missing.
    pub fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("xtask").join(name);
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(folder)
    }

    /// Cargo, in the top folder.
    pub fn cargo<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Program {
        Program::cargo().args(args).within(&self.root)
    }

    /// Has some crate an integration test of this name?
    pub fn has_test(&self, name: &str) -> bool {
        self.crates.iter().any(|of| of.tests.iter().any(|test| test == name))
    }
}

/// How the compiler builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build.
    Debug,
    /// What is shipped and measured.
    Release,
}

impl Profile {
    /// Its folder under `target`.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }

    /// What Cargo wants to hear.
    pub fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Debug => &[],
            Self::Release => &["--release"],
        }
    }
}

fn parse(metadata: &str) -> Result<Workspace> {
    let metadata: Value = serde_json::from_str(metadata).context("what cargo metadata printed")?;
    let path = |key: &str| -> Result<PathBuf> {
        let text = metadata[key].as_str().with_context(|| format!("no {key} in cargo metadata"))?;
        Ok(PathBuf::from(text))
    };
    let crates = list(&metadata["packages"]).map(parse_crate).collect();
    Ok(Workspace { root: path("workspace_root")?, target: path("target_directory")?, crates })
}

fn parse_crate(package: &Value) -> Crate {
    let needed = |dependency: &&Value| dependency["kind"].as_str() != Some("dev");
    let of_kind = |kind: &'static str| {
        list(&package["targets"])
            .filter(move |target| list(&target["kind"]).any(|of| of.as_str() == Some(kind)))
            .map(name_of)
            .collect()
    };
    Crate {
        name: name_of(package),
        dependencies: list(&package["dependencies"]).filter(needed).map(name_of).collect(),
        tests: of_kind("test"),
        programs: of_kind("bin"),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn name_of(value: &Value) -> String {
    value["name"].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"{
        "workspace_root": "/quay", "target_directory": "/quay/target",
        "packages": [{
            "name": "store",
            "dependencies": [
                {"name": "domain", "kind": null},
                {"name": "cc", "kind": "build"},
                {"name": "tempfile", "kind": "dev"}
            ],
            "targets": [
                {"name": "store", "kind": ["lib"]},
                {"name": "power_cut", "kind": ["test"]},
                {"name": "inspect", "kind": ["bin"]}
            ]
        }]
    }"#;

    #[test]
    fn what_only_tests_need_is_no_dependency() {
        let workspace = parse(METADATA).unwrap();
        assert_eq!(workspace.crates[0].dependencies, ["domain", "cc"]);
    }

    #[test]
    fn tests_and_programs_are_told_apart() {
        let workspace = parse(METADATA).unwrap();
        assert_eq!(workspace.crates[0].tests, ["power_cut"]);
        assert_eq!(workspace.crates[0].programs, ["inspect"]);
        assert!(workspace.has_test("power_cut"));
        assert!(!workspace.has_test("e2e"));
    }

    #[test]
    fn a_built_program_lies_in_its_profiles_folder() {
        let workspace = parse(METADATA).unwrap();
        let path = workspace.built(Profile::Release, "quay");
        assert!(path.starts_with("/quay/target/release"));
    }
}
