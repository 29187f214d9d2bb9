//! The desk's own process for the fault laboratory: `crash-worker FOLDER SEED STEPS` works a shift and prints, line by
//! line, what the desk has promised. It is killed, cut off, starved of room and told that its disk fails.

#![allow(clippy::expect_used, reason = "a worker that cannot speak must stop")]

#[allow(dead_code, reason = "the laboratory uses more of it")]
mod dice;
#[allow(dead_code, reason = "the laboratory reads what the worker writes")]
mod promises;
mod shift;

use app::opening::{self, Secret};
use app::{ApiError, Clock, Office, Places};
use shift::Shift;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tests::PASSPHRASE;

/// The marks become durable at intervals, as the app's own timer does it.
const STEPS_A_MARK: u32 = 7;
/// Times a refused disk is tried again.
const REOPENINGS_MAX: u32 = 8;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("FOLDER"));
    let seed = arguments.next().and_then(|word| word.parse().ok()).expect("SEED");
    let steps = arguments.next().and_then(|word| word.parse().ok()).expect("STEPS");
    match open(&folder) {
        Ok(office) => work(&office, seed, steps, &folder),
        Err(words) => {
            say(&format!("CLOSED {words}"));
            ExitCode::from(5)
        }
    }
}

fn open(folder: &Path) -> Result<Office, String> {
    let places = Places { data: folder.join("data"), state: folder.join("state") };
    if !opening::is_commissioned(&places) {
        let office =
            tests::commission(folder).map_err(|fault| format!("{} {fault}", fault.code()))?;
        say(&format!("{}{{\"commissioned\":true}}", promises::ACK));
        return Ok(office);
    }
    let secret = Secret::Passphrase(PASSPHRASE.into());
    opening::open(places, &secret, Clock::system())
        .map_err(|fault| format!("{} {fault}", fault.code()))
}

fn work(office: &Office, seed: u64, steps: u32, folder: &Path) -> ExitCode {
    say("READY");
    let mut shift = match Shift::new(office, seed, folder.to_owned()) {
        Ok(shift) => shift,
        Err(error) => {
            say(&format!("FAULT {error:?}"));
            return ExitCode::from(6);
        }
    };
    for step in 1..=steps {
        let done = shift.step();
        match done {
            Ok(promises) => promises.iter().for_each(|promise| say(&promise.line())),
            Err(ApiError::IntakeStopped { .. }) => {
                say("STOPPED");
                if !recover(office, &mut shift) {
                    return ExitCode::from(7);
                }
            }
            Err(ApiError::DiskFull { .. }) => say("FULL"),
            Err(error) => say(&format!("FAULT {error:?}")),
        }
        if step % STEPS_A_MARK == 0 && office.sync_marks().is_err() {
            say("MARKS");
        }
    }
    ExitCode::SUCCESS
}

/// A desk that stopped takes nothing in until it was reopened.
fn recover(office: &Office, shift: &mut Shift<'_>) -> bool {
    let refused = matches!(shift.receive(1), Err(ApiError::IntakeStopped { .. }));
    say(if refused { "REFUSED" } else { "WENT-ON" });
    let opened = (0..REOPENINGS_MAX).find_map(|_| office.reopen().ok());
    say(&opened
        .as_ref()
        .map_or_else(|| "DEAD".to_owned(), |saved| format!("REOPENED {}", saved.len())));
    opened.is_some()
}

/// One line, in one write.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let said = writeln!(out, "{line}").and_then(|()| out.flush());
    said.expect("somebody listens");
}
