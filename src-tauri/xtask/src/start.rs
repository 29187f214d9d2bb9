//! How long the app takes to a page that listens, and how much memory all its processes hold.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::figures::Figure;
use crate::headless::Session;
use crate::home::Home;
use crate::old_machine::OldMachine;
use crate::processes;
use crate::screen;
use crate::timing::{self, Times};
use crate::training::Filled;
use crate::workspace::{Profile, Workspace};

/// Memory is read when the app has been at rest this long.
const REST: Duration = Duration::from_secs(5);

/// Starts on a full store and on an empty one.
pub struct Starts {
    /// Times of both.
    pub figures: [Figure; 2],
    /// How many times as long the full store takes.
    pub ratio: f64,
    /// The most that all processes of the app held on the full store, in KiB, what they share counted once.
    pub memory_kib: u64,
}

/// Starts the app on both stores in turn, `runs` times each. The app must be built.
///
/// A start ends when the page is on the screen: it is drawn only once the desk is open and the first questions of the
/// reception are answered.
pub fn measure(
    workspace: &Workspace,
    full: &Filled,
    empty: &Filled,
    runs: usize,
    old: Option<&OldMachine>,
) -> Result<Starts> {
    let mut memory_kib = 0;
    let pair = timing::in_turn(
        runs,
        || {
            let started = start(workspace, full, old)?;
            memory_kib = memory_kib.max(started.memory_kib);
            Ok(started.time)
        },
        || Ok(start(workspace, empty, old)?.time),
    )?;
    let figures = [figure("start, full store", &pair.a), figure("start, empty store", &pair.b)];
    Ok(Starts { figures, ratio: pair.ratio, memory_kib })
}

struct Started {
    time: Duration,
    memory_kib: u64,
}

fn start(workspace: &Workspace, store: &Filled, old: Option<&OldMachine>) -> Result<Started> {
    let log = workspace.scratch("logs")?.join("start.log");
    let home = Home::temporary()?;
    let session = Session::open(&home, &log)?;
    let desk = workspace.built(Profile::Release, "quay-mot-cua");
    let mut app = store.program(&desk, old).envs(session.variables());
    if let Some(old) = old {
        old.forget(&store.data())?;
    }
    let begin = Instant::now();
    let mut running = app.start_logged(&log)?;
    screen::wait_until_first_drawn(&session, &mut running)?;
    let time = begin.elapsed();
    std::thread::sleep(REST);
    let memory_kib = processes::memory_kib(&processes::tree(running.id()));
    running.end();
    Ok(Started { time, memory_kib })
}

fn figure(name: &str, times: &Times) -> Figure {
    Figure { name: name.to_owned(), p50: times.p50(), p99: times.p99(), samples: times.count() }
}
