//! All that is checked and tested, the cheapest first.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::bindings;
use crate::counts;
use crate::files;
use crate::headless::Session;
use crate::home::Home;
use crate::layers;
use crate::node::Node;
use crate::program::Program;
use crate::report::{Outcome, Report};
use crate::stage::Stage;
use crate::workspace::{Profile, Workspace};

/// One thing to check or test.
pub struct Step {
    /// Short, as it is typed after `--only`.
    pub name: &'static str,
    kind: Kind,
    needs: &'static [&'static str],
    run: fn(&Stage) -> Result<Outcome>,
}

/// What a step is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads the code.
    Check,
    /// Runs the code.
    Test,
}

use Kind::{Check, Test};

/// In the order in which they are done.
const STEPS: &[Step] = &[
    Step { name: "format", kind: Check, needs: &[], run: format },
    Step { name: "files", kind: Check, needs: &[], run: files },
    Step { name: "layers", kind: Check, needs: &[], run: layers },
    Step { name: "ui-packages", kind: Check, needs: &[], run: ui_packages },
    Step { name: "ui-lint", kind: Check, needs: &["ui-packages"], run: ui_lint },
    Step { name: "ui-types", kind: Check, needs: &["ui-packages"], run: ui_types },
    Step { name: "ui-tests", kind: Test, needs: &["ui-packages"], run: ui_tests },
    // The shell embeds the built UI: without it no crate that uses the shell compiles.
    Step { name: "ui-build", kind: Check, needs: &["ui-packages"], run: ui_build },
    Step { name: "clippy", kind: Check, needs: &["ui-build"], run: clippy },
    Step { name: "build", kind: Check, needs: &["ui-build"], run: build },
    Step { name: "bindings", kind: Check, needs: &["build"], run: bindings_current },
    Step { name: "symbols", kind: Check, needs: &["build"], run: symbols },
    Step { name: "tests", kind: Test, needs: &["build"], run: tests },
    Step { name: "doc-tests", kind: Test, needs: &["build"], run: doc_tests },
    Step { name: "e2e", kind: Test, needs: &["build"], run: e2e },
];

/// The end-to-end tests: they want a screen, so they run by themselves.
const E2E: &str = "e2e";

// Every step has an end, so that what hangs is told from what works. A machine with two slow cores
// and nothing built yet is not hanging.
const SHORT: Duration = Duration::from_secs(5 * 60);
const DOC_TESTS: Duration = Duration::from_secs(15 * 60);
const DRIVEN: Duration = Duration::from_secs(20 * 60);
const TESTED: Duration = Duration::from_secs(25 * 60);
const COMPILED: Duration = Duration::from_secs(40 * 60);

/// Which steps to do: those of the kinds named, or those named one by one with all that they need,
/// always in the table's order.
pub fn chosen(kinds: &[Kind], only: &[String]) -> Result<Vec<&'static Step>> {
    if only.is_empty() {
        return Ok(STEPS.iter().filter(|step| kinds.contains(&step.kind)).collect());
    }
    let mut wanted = Vec::new();
    for name in only {
        add_with_needs(find(name)?, &mut wanted);
    }
    Ok(STEPS.iter().filter(|step| wanted.contains(&step.name)).collect())
}

/// Does these steps; a failed one stops only those that need it.
pub fn perform(steps: &[&Step], workspace: &Workspace, node: &Node) -> Report {
    let mut report = Report::new();
    for step in steps {
        report.step(step.name, step.needs, || {
            Stage::new(workspace, node, step.name)
                .and_then(|stage| (step.run)(&stage))
                .unwrap_or_else(|error| Outcome::of_error(&error))
        });
    }
    report
}

fn find(name: &str) -> Result<&'static Step> {
    let known = || STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
    let found = STEPS.iter().find(|step| step.name == name);
    found.with_context(|| format!("no step is called {name}; there are: {}", known()))
}

fn add_with_needs(step: &Step, wanted: &mut Vec<&'static str>) {
    wanted.push(step.name);
    for need in STEPS.iter().filter(|other| step.needs.contains(&other.name)) {
        add_with_needs(need, wanted);
    }
}

fn format(stage: &Stage) -> Result<Outcome> {
    stage
        .check(stage.workspace.cargo(["fmt", "--all", "--check", "--", "--files-with-diff"]), SHORT)
}

fn files(stage: &Stage) -> Result<Outcome> {
    Ok(Outcome::of_faults(&files::faults(stage.workspace)?))
}

fn layers(stage: &Stage) -> Result<Outcome> {
    let mut faults = layers::wrong_arrows(&stage.workspace.crates);
    for pure in layers::PURE {
        let flags = ["--edges", "normal", "--prefix", "none"];
        let tree = stage.workspace.cargo(["tree", "--package", pure]).args(flags);
        faults.extend(layers::impurities(pure, &tree.read()?));
    }
    Ok(Outcome::of_faults(&faults))
}

fn ui_packages(stage: &Stage) -> Result<Outcome> {
    if stage.node.packages_are_current() {
        return Ok(Outcome::of_faults(&[]));
    }
    stage.check(stage.node.install_packages(), SHORT)
}

fn ui_lint(stage: &Stage) -> Result<Outcome> {
    stage.check(stage.node.npm(["run", "lint"]), SHORT)
}

fn ui_types(stage: &Stage) -> Result<Outcome> {
    stage.check(stage.node.npm(["run", "check"]), SHORT)
}

fn ui_tests(stage: &Stage) -> Result<Outcome> {
    let file = stage.workspace.scratch("logs")?.join("ui-tests.json");
    // An older run's totals must not stand in for those of a run that crashed.
    std::fs::write(&file, "")?;
    let output = format!("--outputFile.json={}", file.display());
    let reporters = ["run", "test", "--", "--reporter=default", "--reporter=json", &output];
    let recorded = stage.node.npm(reporters).record(stage.log(), SHORT)?;
    let report = std::fs::read_to_string(&file).unwrap_or_default();
    let counts = counts::of_vitest(&report).unwrap_or_default().of_a_runner(recorded.success);
    Ok(Outcome { counts, said: recorded.text })
}

fn ui_build(stage: &Stage) -> Result<Outcome> {
    stage.check(stage.node.npm(["run", "build"]), SHORT)
}

fn clippy(stage: &Stage) -> Result<Outcome> {
    let flags = ["--all-targets", "--quiet", "--", "--deny", "warnings"];
    stage.check(stage.cargo_for_all("clippy").args(flags), COMPILED)
}

// Tests are built together with the programs: built apart, the dependencies would be compiled
// twice, once with and once without what only tests switch on.
fn build(stage: &Stage) -> Result<Outcome> {
    let flags = ["--quiet", "--lib", "--bins", "--tests"];
    stage.check(stage.cargo_for_all("build").args(flags), COMPILED)
}

fn bindings_current(stage: &Stage) -> Result<Outcome> {
    let current = bindings::write(stage.workspace)?;
    let stale = format!("{} was out of date; it has been written anew", bindings::FILE);
    Ok(Outcome::of_faults(if current { &[] } else { std::slice::from_ref(&stale) }))
}

// The linker would let our SQLite displace the one that WebKit was built with.
fn symbols(stage: &Stage) -> Result<Outcome> {
    if !cfg!(target_os = "linux") {
        return Ok(Outcome::of_faults(&[]));
    }
    let desk = stage.workspace.built(Profile::Debug, "quay-mot-cua");
    let exported = Program::new("nm").args(["-D", "--defined-only"]).args([desk]).read()?;
    Ok(Outcome::of_faults(&exported_sqlite(&exported)))
}

fn exported_sqlite(exported: &str) -> Vec<String> {
    let names = exported.lines().filter_map(|line| line.split_whitespace().last());
    let sqlite = names.filter(|name| name.starts_with("sqlite3_"));
    sqlite.map(|name| format!("the desktop program exports {name}")).collect()
}

fn tests(stage: &Stage) -> Result<Outcome> {
    let home = Home::temporary()?;
    let crates = &stage.workspace.crates;
    let all: BTreeSet<&str> = crates.iter().flat_map(|of| &of.tests).map(String::as_str).collect();
    let mut flags = vec!["--quiet", "--no-fail-fast", "--lib", "--bins"];
    flags.extend(all.into_iter().filter(|name| *name != E2E).flat_map(|name| ["--test", name]));
    let program = stage.cargo_for_all("test").args(flags).envs(home.variables());
    stage.cargo_test(program, TESTED)
}

fn doc_tests(stage: &Stage) -> Result<Outcome> {
    let home = Home::temporary()?;
    let program = stage.cargo_for_all("test").args(["--quiet", "--no-fail-fast", "--doc"]);
    stage.cargo_test(program.envs(home.variables()), DOC_TESTS)
}

fn e2e(stage: &Stage) -> Result<Outcome> {
    if !stage.workspace.has_test(E2E) {
        bail!("no crate has a test called {E2E}");
    }
    let home = Home::temporary()?;
    let session = Session::open(&home, stage.log())?;
    // Not `--quiet`: its dots would not tell in the log which story is still on the way.
    let program = stage.cargo_for_all("test").args(["--no-fail-fast", "--test", E2E]);
    let program = program.envs(home.variables()).envs(session.variables());
    stage.cargo_test(program, DRIVEN)
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    fn names(steps: &[&Step]) -> Vec<&'static str> {
        steps.iter().map(|step| step.name).collect()
    }

    #[test]
    fn every_need_is_a_step_that_comes_before() {
        for (at, step) in STEPS.iter().enumerate() {
            for need in step.needs {
                let before = STEPS[..at].iter().any(|other| other.name == *need);
                assert!(before, "{} needs {need}, which does not come before it", step.name);
            }
        }
    }

    #[test]
    fn the_checks_alone_need_no_test() {
        let checks = names(&chosen(&[Check], &[]).unwrap());
        assert!(!checks.contains(&"tests"));
        for step in STEPS.iter().filter(|step| step.kind == Check) {
            assert!(step.needs.iter().all(|need| checks.contains(need)), "{}", step.name);
        }
    }

    #[test]
    fn one_step_brings_what_it_needs_in_order() {
        let steps = chosen(&[Check, Test], &["e2e".to_owned()]).unwrap();
        assert_eq!(names(&steps), ["ui-packages", "ui-build", "build", "e2e"]);
    }

    #[test]
    fn an_unknown_step_is_refused_with_the_known_ones() {
        let Err(error) = chosen(&[Check], &["lint".to_owned()]) else {
            panic!("there is no step of that name");
        };
        assert!(error.to_string().contains("ui-lint"));
    }

    #[test]
    fn an_exported_sqlite_name_is_a_fault() {
        let exported = "0000 T sqlite3_open\n0000 T main\n";
        assert_eq!(exported_sqlite(exported), ["the desktop program exports sqlite3_open"]);
        assert!(exported_sqlite("0000 T main\n").is_empty());
    }
}
