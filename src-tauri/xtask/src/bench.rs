//! `cargo xtask bench`: measure, and keep the figures where the reader looks for them.

use std::path::Path;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use crate::figures::{self, Figure};
use crate::fixtures;
use crate::old_machine::OldMachine;
use crate::program::Program;
use crate::start;
use crate::table::{Table, put_between_marks, time};
use crate::timing::{self, Times};
use crate::workspace::{EMBEDDED_UI, Profile, Workspace};

/// The page that keeps the table, between the marks of this name.
const PAGE: &str = "src-tauri/ARCHITECTURE.md";
const MARK: &str = "bench";

/// What to measure.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
    /// How many dossiers the measured store holds.
    #[arg(long, default_value_t = 150_000, value_name = "N")]
    dossiers: u32,
    /// How often whole programs are run.
    #[arg(long, default_value_t = 100, value_name = "N")]
    runs: usize,
    /// Measure as on an old office computer: a hard disk's arm, 2 GB of memory, a cold cache.
    #[arg(long, global = true)]
    old_machine: bool,
    /// Keep the table in ARCHITECTURE.md.
    #[arg(long)]
    write: bool,
}

#[derive(Subcommand)]
enum What {
    /// Run two commands in turn, A B A B, and compare them.
    Pair {
        /// How often each is run.
        #[arg(long, default_value_t = 100, value_name = "N")]
        runs: usize,
        /// The first command, as typed into a shell.
        a: String,
        /// The second command.
        b: String,
    },
    /// From the start of the app to a drawn window, a full store and an empty one in turn, and the
    /// memory of all its processes.
    Start {
        /// How many dossiers the full store holds.
        #[arg(long, default_value_t = 150_000, value_name = "N")]
        dossiers: u32,
        /// How often each is started.
        #[arg(long, default_value_t = 10, value_name = "N")]
        runs: usize,
    },
}

/// Measures what was asked for and prints the table.
pub fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::find()?;
    let old = options.old_machine.then(|| OldMachine::prepare(&workspace)).transpose()?;
    match &options.what {
        Some(What::Pair { runs, a, b }) => print!("{}", pair(*runs, a, b, old.as_ref())?),
        Some(What::Start { dossiers, runs }) => {
            print!("{}", start::measure(&workspace, *dossiers, *runs, old.as_ref())?);
        }
        None => {
            let table = everything(&workspace, options, old.as_ref())?;
            print!("{table}");
            if options.write {
                keep(&workspace.root.join(PAGE), &table)?;
            }
        }
    }
    Ok(())
}

/// The benchmarks of all crates, then whole programs on a filled store.
fn everything(workspace: &Workspace, of: &Options, old: Option<&OldMachine>) -> Result<String> {
    let mut figures = benchmarks(workspace, old)?;
    let store = fixtures::provide(workspace, of.dossiers)?;
    let quay = workspace.built(Profile::Release, "quay");
    for (name, arguments) in WHOLE_PROGRAMS {
        let name = format!("{name}, {} dossiers, whole process", of.dossiers);
        let times = timing::repeated(of.runs, || {
            if let Some(old) = old {
                old.forget(&store.data())?;
            }
            timing::of_program(store.program(&quay, old).args(*arguments))
        })?;
        let (p50, p99) = (times.p50(), times.p99());
        figures.push(Figure { name, p50, p99, samples: times.count() });
    }
    Ok(table_of(&figures))
}

/// Commands of `quay` that are timed from start to end, key derivation and opening included.
const WHOLE_PROGRAMS: &[(&str, &[&str])] = &[
    ("due date", &["due", "--limit", "3wd", "--received", "2026-03-02T09:00:00+07:00"]),
    ("search by name", &["search", "dang van luong", "--limit", "20"]),
    ("list by status", &["list", "--status", "2"]),
];

fn benchmarks(workspace: &Workspace, old: Option<&OldMachine>) -> Result<Vec<Figure>> {
    let criterion = workspace.target.join("criterion");
    // What an older run left there is no figure of this one.
    if criterion.exists() {
        std::fs::remove_dir_all(&criterion)?;
    }
    let cargo = workspace.cargo(["bench", "--workspace", "--features", EMBEDDED_UI, "--benches"]);
    let printed = cargo.envs(old.into_iter().flat_map(OldMachine::for_cargo)).read()?;
    let mut figures = figures::of_criterion(&criterion)?;
    figures.extend(figures::of_divan(&printed));
    Ok(figures)
}

fn pair(runs: usize, a: &str, b: &str, old: Option<&OldMachine>) -> Result<String> {
    let shell = |line: &str| match old {
        Some(old) => Program::new(&old.runner).args(["sh", "-c", line]),
        None => Program::new("sh").args(["-c", line]),
    };
    let once = |line: &str| timing::of_program(shell(line));
    let pair = timing::in_turn(runs, || once(a), || once(b))?;
    let mut table = Table::new(&["command", "p50", "p99", "runs", "times the other"]);
    table.row(row_of(a, &pair.a).chain([format!("{:.2}", pair.ratio)]));
    table.row(row_of(b, &pair.b).chain(["1".to_owned()]));
    Ok(table.markdown())
}

/// A row's first cells: what, p50, p99, how often.
pub fn row_of(what: &str, times: &Times) -> impl Iterator<Item = String> + use<> {
    [what.to_owned(), time(times.p50()), time(times.p99()), times.count().to_string()].into_iter()
}

fn table_of(figures: &[Figure]) -> String {
    let mut table = Table::new(&["what", "p50", "p99", "samples"]);
    for Figure { name, p50, p99, samples } in figures {
        table.row([name.clone(), time(*p50), time(*p99), samples.to_string()]);
    }
    table.markdown()
}

fn keep(page: &Path, table: &str) -> Result<()> {
    let old = std::fs::read_to_string(page).with_context(|| page.display().to_string())?;
    std::fs::write(page, put_between_marks(&old, MARK, table)?)?;
    println!("kept in {}", page.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_commands_are_compared_in_one_table() {
        let table = pair(2, "true", "true", None).unwrap();
        assert_eq!(table.lines().count(), 4);
        assert!(table.lines().nth(3).unwrap().ends_with("|               1 |"));
    }

    #[test]
    fn figures_become_rows() {
        let figure = Figure { name: "accept".to_owned(), p50: 2e6, p99: 1.5e7, samples: 100 };
        let table = table_of(&[figure]);
        assert!(table.ends_with("| accept | 2.00 ms | 15.0 ms |     100 |\n"));
    }
}
