//! Where a step works: the checkout, Node, a log of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::counts::{self, Counts};
use crate::node::Node;
use crate::program::Program;
use crate::report::Outcome;
use crate::workspace::{EMBEDDED_UI, Profile, Workspace};

/// What a step has at hand.
pub struct Stage<'a> {
    /// The checkout.
    pub workspace: &'a Workspace,
    /// Node and npm.
    pub node: &'a Node,
    log: PathBuf,
}

impl<'a> Stage<'a> {
    /// A stage for the step `name`, with an empty log.
    pub fn new(workspace: &'a Workspace, node: &'a Node, name: &str) -> Result<Self> {
        let log = workspace.scratch("logs")?.join(format!("{name}.log"));
        std::fs::write(&log, "").with_context(|| log.display().to_string())?;
        Ok(Self { workspace, node, log })
    }

    /// Everything the step prints, for reading afterwards.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// A check that holds when the program ends well.
    pub fn check(&self, program: Program, limit: Duration) -> Result<Outcome> {
        let recorded = program.record(&self.log, limit)?;
        let counts = if recorded.success { Counts::ONE_PASSED } else { Counts::ONE_FAILED };
        Ok(Outcome { counts, said: recorded.text })
    }

    /// `cargo test` in whichever words; each of its tests counts.
    pub fn cargo_test(&self, program: Program, limit: Duration) -> Result<Outcome> {
        let recorded = program.envs(self.built_programs()).record(&self.log, limit)?;
        let counts = counts::of_cargo_test(&recorded.text).of_a_runner(recorded.success);
        Ok(Outcome { counts, said: failures_of(&recorded.text) })
    }

    /// Cargo over all crates, always with the same features: one build serves every step.
    pub fn cargo_for_all(&self, command: &str) -> Program {
        self.workspace.cargo([command, "--workspace", "--features", EMBEDDED_UI])
    }

    /// Where tests find the programs of this build.
    fn built_programs(&self) -> [(&'static str, PathBuf); 2] {
        [
            ("QUAY_DESK_BIN", self.workspace.built(Profile::Debug, "quay-mot-cua")),
            ("QUAY_CLI_BIN", self.workspace.built(Profile::Debug, "quay")),
        ]
    }
}

/// What the failed tests printed, or everything when no test was named: it did not compile, or it
/// was stopped.
fn failures_of(text: &str) -> String {
    let mut within = false;
    let lines = text.lines().filter(|line| {
        within = (within || *line == "failures:") && !line.starts_with("test result:");
        within
    });
    let failures = lines.collect::<Vec<_>>().join("\n");
    if failures.is_empty() { text.to_owned() } else { failures }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_failed_tests_printed_is_shown() {
        let text = "test a ... ok\nfailures:\n\n---- b stdout ----\nboom\n\
            failures:\n    b\ntest result: FAILED. 1 passed; 1 failed\nrunning 9 tests\n";
        assert_eq!(failures_of(text), "failures:\n\n---- b stdout ----\nboom\nfailures:\n    b");
    }

    #[test]
    fn the_failures_of_two_test_programs_are_both_shown() {
        let one = "failures:\none\ntest result: FAILED.\n";
        let two = "failures:\ntwo\ntest result: FAILED.\n";
        assert_eq!(failures_of(&format!("{one}ok\n{two}")), "failures:\none\nfailures:\ntwo");
    }

    #[test]
    fn what_the_compiler_said_is_shown_when_no_test_ran() {
        assert_eq!(failures_of("error[E0308]: mismatched types"), "error[E0308]: mismatched types");
    }
}
