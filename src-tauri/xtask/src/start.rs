//! How long the app takes to a drawn window, and how much memory all its processes hold.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::bench::row_of;
use crate::fixtures;
use crate::headless::Session;
use crate::home::Home;
use crate::old_machine::OldMachine;
use crate::processes;
use crate::run;
use crate::screen;
use crate::system::{self, Purpose};
use crate::table::Table;
use crate::timing;
use crate::training::Filled;
use crate::workspace::{Profile, Workspace};

/// Memory is read when the app has been at rest this long.
const REST: Duration = Duration::from_secs(5);

/// Starts the app on a store of `dossiers` and on an empty one, in turn, `runs` times each.
pub fn measure(
    workspace: &Workspace,
    dossiers: u32,
    runs: usize,
    old: Option<&OldMachine>,
) -> Result<String> {
    system::provide(workspace, &[Purpose::Build, Purpose::Screen])?;
    run::build(workspace, Profile::Release)?;
    let (full, empty) = (fixtures::provide(workspace, dossiers)?, fixtures::provide(workspace, 0)?);
    let mut memory_kib = 0;
    let pair = timing::in_turn(
        runs,
        || {
            let started = start(workspace, &full, old)?;
            memory_kib = memory_kib.max(started.memory_kib);
            Ok(started.time)
        },
        || Ok(start(workspace, &empty, old)?.time),
    )?;
    let mut table = Table::new(&["start to a drawn window", "p50", "p99", "runs", "times empty"]);
    let full_name = format!("{dossiers} dossiers");
    table.row(row_of(&full_name, &pair.a).chain([format!("{:.2}", pair.ratio)]));
    table.row(row_of("empty store", &pair.b).chain(["1".to_owned()]));
    let memory = format!("\nmemory of the process tree at rest: {} MB PSS\n", memory_kib / 1024);
    Ok(table.markdown() + &memory)
}

struct Started {
    time: Duration,
    memory_kib: u64,
}

fn start(workspace: &Workspace, store: &Filled, old: Option<&OldMachine>) -> Result<Started> {
    if let Some(old) = old {
        old.forget(&store.data())?;
    }
    let log = workspace.scratch("logs")?.join("start.log");
    let home = Home::temporary()?;
    let session = Session::open(&home, &log)?;
    let desk = workspace.built(Profile::Release, "quay-mot-cua");
    let mut app = store.program(&desk, old).envs(session.variables());
    let begin = Instant::now();
    let mut running = app.start_logged(&log)?;
    screen::wait_until_first_drawn(&session, &mut running)?;
    let time = begin.elapsed();
    std::thread::sleep(REST);
    let memory_kib = processes::memory_kib(&processes::tree(running.id()));
    running.end();
    Ok(Started { time, memory_kib })
}
