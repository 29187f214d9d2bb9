//! Laboratories: tests that search for faults as long as they are allowed to.
//!
//! A laboratory is an integration test of some crate. `cargo xtask test` runs it with the small
//! budget that the test itself assumes; the commands here run it in release build with a large one.

use anyhow::{Result, bail};

use crate::home::Home;
use crate::workspace::{EMBEDDED_UI, Profile, Workspace};

/// One laboratory: a test's name, and the variable by which it learns its budget.
pub struct Laboratory {
    /// The integration test's name.
    pub test: &'static str,
    /// The variable of the environment that holds the budget.
    pub budget: &'static str,
}

impl Laboratory {
    /// Runs those of its tests whose names contain `filter`, all output shown.
    pub fn run(&self, budget: u64, filter: Option<&str>) -> Result<()> {
        let workspace = Workspace::find()?;
        if !workspace.has_test(self.test) {
            bail!("no crate has a test called {}", self.test);
        }
        let all = ["--workspace", "--features", EMBEDDED_UI];
        let programs = workspace.cargo(["build", "--release", "--bin", "quay"]).args(all);
        programs.run()?;
        let home = Home::temporary()?;
        let tests = workspace.cargo(["test", "--release", "--test", self.test]).args(all);
        tests
            .args(["--", "--nocapture", "--test-threads", "1"])
            .args(filter)
            .envs([(self.budget, budget.to_string())])
            .envs([("QUAY_CLI_BIN", workspace.built(Profile::Release, "quay"))])
            .envs(home.variables())
            .run()
    }
}
