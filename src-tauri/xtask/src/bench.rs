//! `cargo xtask bench`: measure, and keep the figures where the reader looks for them.

use std::path::Path;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use crate::bad_line;
use crate::bars;
use crate::figures::{self, Figure};
use crate::fixtures;
use crate::headless::Session;
use crate::home::Home;
use crate::load;
use crate::old_machine::OldMachine;
use crate::program::Program;
use crate::run;
use crate::start::{self, Starts};
use crate::system::{self, Purpose};
use crate::table::{Table, put_between_marks, time};
use crate::timing::{self, Times};
use crate::training::Filled;
use crate::workspace::{EMBEDDED_UI, Profile, Workspace};

/// The page that keeps the tables, between the marks of these names.
const PAGE: &str = "src-tauri/ARCHITECTURE.md";
const MARK: &str = "bench";
const OLD_MARK: &str = "bench old machine";
const GATEWAY_MARK: &str = "bench gateway";
const LINE_MARK: &str = "bench line";

/// What to measure.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    size: Size,
    /// Measure as on an old office computer: a hard disk's arm, 2 GB of memory, a cold cache.
    #[arg(long, global = true)]
    old_machine: bool,
    /// Keep the table in ARCHITECTURE.md.
    #[arg(long)]
    write: bool,
}

#[derive(Args)]
struct Size {
    /// How many dossiers the measured store holds: 150,000 are ten years of a commune.
    #[arg(long, global = true, default_value_t = 150_000, value_name = "N")]
    dossiers: u32,
    /// How often whole programs are run.
    #[arg(long, global = true, default_value_t = 20, value_name = "N")]
    runs: usize,
    /// Measure the programs and stores as they stand, without building anything anew.
    #[arg(long, global = true)]
    built: bool,
}

#[derive(Subcommand)]
enum What {
    /// Run two commands in turn, A B A B, and compare them.
    Pair {
        /// The first command, as typed into a shell.
        a: String,
        /// The second command.
        b: String,
    },
    /// What one process does on the store: accept, search, list, open, print.
    Desk,
    /// From the start of the app to a page that listens, a full store and an empty one in turn, and
    /// the memory of all its processes.
    Start,
    /// How fast a gateway takes records, what a crowd that returns does to it, what a record costs after years.
    Gateway(load::Options),
    /// How records and documents travel over lines that are slow, far, lossy or cut.
    Line(bad_line::Options),
}

/// Measures what was asked for and prints the table.
pub fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::find()?;
    let old = options.old_machine.then(|| OldMachine::prepare(&workspace)).transpose()?;
    let bench = Bench { workspace: &workspace, size: &options.size, old: old.as_ref() };
    let table = match &options.what {
        Some(What::Pair { a, b }) => bench.pair(a, b)?,
        Some(What::Desk) => bench.table(&bench.desk()?),
        Some(What::Start) => bench.start()?,
        Some(What::Gateway(options)) => load::measure(&workspace, options)?,
        Some(What::Line(options)) => bad_line::measure(&workspace, options)?,
        None => bench.everything()?,
    };
    print!("{table}");
    if options.write {
        let mark = match &options.what {
            Some(What::Gateway(_)) => GATEWAY_MARK,
            Some(What::Line(_)) => LINE_MARK,
            _ if options.old_machine => OLD_MARK,
            _ => MARK,
        };
        keep(&workspace.root.join(PAGE), mark, &table)?;
    }
    Ok(())
}

/// One round of measurements.
struct Bench<'a> {
    workspace: &'a Workspace,
    size: &'a Size,
    old: Option<&'a OldMachine>,
}

impl Bench<'_> {
    /// All figures in one run, with the words that they are to be read with.
    fn everything(&self) -> Result<String> {
        let mut figures = self.desk()?;
        figures.extend(self.whole_programs()?);
        let starts = self.starts()?;
        figures.extend(starts.figures.clone());
        let ratios = ratios(&figures);
        Ok(format!("{}\n{}{}{}", self.head()?, self.table(&figures), ratios, at_rest(&starts)))
    }

    fn start(&self) -> Result<String> {
        let starts = self.starts()?;
        Ok(format!("{}{}", self.table(&starts.figures), at_rest(&starts)))
    }

    fn starts(&self) -> Result<Starts> {
        self.build()?;
        let (full, empty) = (self.store(self.size.dossiers)?, self.store(0)?);
        start::measure(self.workspace, &full, &empty, self.size.runs, self.old)
    }

    /// The benchmarks of `tests/bench`, on a copy of the store: they write.
    fn desk(&self) -> Result<Vec<Figure>> {
        self.build()?;
        let criterion = self.workspace.target.join("criterion");
        // What an older run left there is no figure of this one.
        if criterion.exists() {
            std::fs::remove_dir_all(&criterion)?;
        }
        let store = self.store(self.size.dossiers)?;
        let copy = store.copied(&self.workspace.scratch("stores")?.join("measured"))?;
        let home = Home::temporary()?;
        let session = Session::open(&home, &self.workspace.scratch("logs")?.join("bench.log"))?;
        let all = ["bench", "--workspace", "--features", EMBEDDED_UI];
        let wanted = if self.old.is_some() { &BENCHES[..1] } else { BENCHES };
        let named = || wanted.iter().flat_map(|name| ["--bench", name]);
        self.workspace.cargo(all).args(named()).args(["--no-run"]).run()?;
        if let Some(old) = self.old {
            old.forget(&copy.data())?;
        }
        let cargo = self.workspace.cargo(all).args(named());
        cargo
            .envs(self.old.into_iter().flat_map(OldMachine::for_cargo))
            .envs(session.variables())
            .envs([("QUAY_BENCH_STORE", copy.folder())])
            .envs([("QUAY_DESK_BIN", self.workspace.built(Profile::Release, "quay-mot-cua"))])
            .run()?;
        figures::of_criterion(&criterion)
    }

    fn whole_programs(&self) -> Result<Vec<Figure>> {
        let store = self.store(self.size.dossiers)?;
        let quay = self.workspace.built(Profile::Release, "quay");
        let figure = |(name, arguments): &(&str, &[&str])| {
            let times = timing::repeated(self.size.runs, || {
                if let Some(old) = self.old {
                    old.forget(&store.data())?;
                }
                timing::of_program(store.program(&quay, self.old).args(*arguments))
            })?;
            let name = format!("quay, whole process: {name}");
            Ok(Figure { name, p50: times.p50(), p99: times.p99(), samples: times.count() })
        };
        WHOLE_PROGRAMS.iter().map(figure).collect()
    }

    fn build(&self) -> Result<()> {
        if self.size.built {
            return Ok(());
        }
        system::provide(self.workspace, &[Purpose::Build, Purpose::Screen, Purpose::Test])?;
        run::build(self.workspace, Profile::Release)
    }

    fn store(&self, dossiers: u32) -> Result<Filled> {
        if self.size.built {
            return fixtures::filled(self.workspace, dossiers);
        }
        fixtures::provide(self.workspace, dossiers)
    }

    /// Which machine, which day, which command.
    fn head(&self) -> Result<String> {
        let said = |program: Program| program.read().map(|text| text.trim().to_owned());
        let day = said(Program::new("date").args(["+%d/%m/%Y"]))?;
        let machine = said(Program::new("sh").args(["-c", MACHINE])).unwrap_or_default();
        let old = self.old.map_or_else(String::new, |old| format!(" ({})", old.words));
        let flag = if self.old.is_some() { " --old-machine" } else { "" };
        Ok(format!(
            "`cargo xtask bench{flag} --dossiers {} --runs {} --write` on {day}, {machine}{old}; other \
             work on the same cores, so read ratios before milliseconds.\n",
            self.size.dossiers, self.size.runs
        ))
    }

    fn table(&self, figures: &[Figure]) -> String {
        table_of(figures, self.old.is_some())
    }

    fn pair(&self, a: &str, b: &str) -> Result<String> {
        let shell = |line: &str| match self.old {
            Some(old) => Program::new(&old.runner).args(["sh", "-c", line]),
            None => Program::new("sh").args(["-c", line]),
        };
        let once = |line: &str| timing::of_program(shell(line));
        let pair = timing::in_turn(self.size.runs, || once(a), || once(b))?;
        let mut table = Table::new(&["command", "p50", "p99", "runs", "times the other"]);
        table.row(row_of(a, &pair.a).chain([format!("{:.2}", pair.ratio)]));
        table.row(row_of(b, &pair.b).chain(["1".to_owned()]));
        Ok(table.markdown())
    }
}

fn table_of(figures: &[Figure], old_machine: bool) -> String {
    let mut table = Table::new(&["what", "p50", "p99", "samples", "bar"]);
    for figure in figures {
        let Figure { name, p50, p99, samples } = figure;
        let bar = bars::judged(figure, old_machine);
        table.row([name.clone(), time(*p50), time(*p99), samples.to_string(), bar]);
    }
    table.markdown()
}

/// The benchmarks of `tests/bench`; the second one wants a screen, and says nothing about a disk.
const BENCHES: &[&str] = &["desk", "screen"];

/// Commands of `quay` that are timed from start to end, key derivation and opening included.
const WHOLE_PROGRAMS: &[(&str, &[&str])] = &[
    ("due date", &["due", "--limit", "3wd", "--received", "2026-03-02T09:00:00+07:00"]),
    ("search by name", &["search", "dang van luong", "--limit", "20"]),
    ("list by status", &["list", "--status", "2"]),
];

/// Cores, processor, memory, system.
const MACHINE: &str = "echo \"$(nproc) cores of $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), \
    $(awk '/MemTotal/ { printf \"%d GiB\", $2 / 1048576 + 0.5 }' /proc/meminfo), Linux $(uname -r)\"";

/// How many times its anchors the durable accept takes.
fn ratios(figures: &[Figure]) -> String {
    let accept = figures.iter().find(|figure| figure.name.ends_with("accept, durable"));
    let anchors = figures.iter().filter(|figure| figure.name.contains("/anchor: "));
    let told = accept.into_iter().flat_map(|accept| {
        anchors.clone().map(move |anchor| {
            let name = anchor.name.rsplit("anchor: ").next().unwrap_or_default();
            format!("- accept is {:.2} × a {name}\n", accept.p50 / anchor.p50)
        })
    });
    format!("\n{}", told.collect::<String>())
}

fn at_rest(starts: &Starts) -> String {
    format!(
        "- start with the full store is {:.2} × the start with an empty one (bar 1.5)\n\
         - memory of all processes of the app at rest, full store: {} MB PSS (bar 350)\n",
        starts.ratio,
        starts.memory_kib / 1024
    )
}

/// A row's first cells: what, p50, p99, how often.
fn row_of(what: &str, times: &Times) -> impl Iterator<Item = String> + use<> {
    [what.to_owned(), time(times.p50()), time(times.p99()), times.count().to_string()].into_iter()
}

fn keep(page: &Path, mark: &str, table: &str) -> Result<()> {
    let old = std::fs::read_to_string(page).with_context(|| page.display().to_string())?;
    std::fs::write(page, put_between_marks(&old, mark, table)?)?;
    println!("kept in {}", page.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(name: &str, p50: f64) -> Figure {
        Figure { name: name.to_owned(), p50, p99: 1.5e7, samples: 100 }
    }

    #[test]
    fn figures_become_rows_with_what_was_promised_of_them() {
        let table = table_of(&[figure("accept", 2e6)], false);
        assert!(table.contains("| accept | 2.00 ms | 15.0 ms |     100 | p50 ≤ 5 ms held,"));
    }

    #[test]
    fn accept_is_told_beside_each_of_its_anchors() {
        let figures = [figure("9/accept, durable", 3e6), figure("9/anchor: bare commit", 2e6)];
        assert_eq!(ratios(&figures), "\n- accept is 1.50 × a bare commit\n");
    }
}
