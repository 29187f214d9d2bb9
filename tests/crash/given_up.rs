//! Long work that somebody stops, at every moment at which it can be stopped, and as Ctrl-C and `kill -9` do it. What
//! was begun is never taken for a copy, and what was there before is as good as it was.

use crate::lab::copy_folder;
use app::long_work::{Doing, Stage};
use app::opening::Secret;
use app::{Office, Places};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tests::{Desk, PASSPHRASE, Quay};

/// Enough records and documents that every step is told of.
fn worked() -> Desk {
    let desk = Desk::new();
    desk.open().demo(60, 11, 4, &mut |_, _| {}).expect("made-up work");
    desk
}

/// Stops at the moment `at`, counted from 0; counts the moments and notes the steps.
struct Stopping {
    at: usize,
    moments: usize,
    steps: BTreeSet<String>,
}

impl Stopping {
    fn at(at: usize) -> Self {
        Self { at, moments: 0, steps: BTreeSet::new() }
    }

    fn hear(&mut self, stage: Stage) -> ControlFlow<()> {
        self.steps.insert(format!("{:?}", stage.doing));
        self.moments += 1;
        if self.moments > self.at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn a_copy_that_is_stopped_at_any_moment_leaves_only_the_copies_before_it() {
    let desk = worked();
    let office = desk.open();
    let place = desk.folder().join("stick");
    office.backup(&place, &mut app::unfollowed).expect("yesterday's copy");
    let yesterday = copies(&place);
    let (mut stopped, mut steps) = (0, BTreeSet::new());
    for at in 0.. {
        // Documents copied once need not be copied again: without them that step would be told of only once.
        std::fs::remove_dir_all(place.join("quay-documents")).expect("documents of yesterday");
        let mut stopping = Stopping::at(at);
        let done = office.backup(&place, &mut |stage| stopping.hear(stage));
        steps.extend(stopping.steps);
        match done {
            Ok(_) => break,
            Err(error) => assert!(error.is_stopped(), "moment {at}: {error}"),
        }
        stopped += 1;
        assert_eq!(copies(&place), yesterday, "moment {at}: half a copy has a copy's name");
        assert_eq!(work_folders(&place), 0, "moment {at}: half a copy takes room on the stick");
    }
    let told = [Doing::CopyDocuments, Doing::Seal, Doing::Unseal, Doing::CheckChain];
    let told = told.map(|doing| format!("{doing:?}"));
    assert!(told.iter().all(|step| steps.contains(step)), "{steps:?}");
    assert_eq!(copies(&place).len(), 2, "the one that nobody stopped");
    let view = office.backup_view().expect("what was copied");
    assert_eq!(view.history.len(), 2, "what was stopped is no try that failed: {view:?}");
    println!("stopped copies: {stopped} moments, half copies 0");
}

#[test]
fn a_check_that_is_stopped_at_any_moment_has_no_answer_and_changes_nothing() {
    let desk = worked();
    let office = desk.open();
    let mut stopped = 0;
    for at in 0.. {
        let mut stopping = Stopping::at(at);
        match office.verify(&mut |stage| stopping.hear(stage)) {
            Ok(report) => {
                assert!(report.ok, "{report:?}");
                break;
            }
            Err(error) => assert!(error.is_stopped(), "moment {at}: {error}"),
        }
        stopped += 1;
    }
    assert!(stopped > 0, "it could never be stopped");
}

#[test]
fn a_restore_that_is_stopped_at_any_moment_leaves_an_empty_machine() {
    let desk = worked();
    let place = desk.folder().join("stick");
    desk.open().backup(&place, &mut app::unfollowed).expect("a copy");
    let machine = desk.folder().join("machine");
    std::fs::create_dir(&machine).expect("a folder");
    let places = Places { data: machine.join("data"), state: machine.join("state") };
    let secret = Secret::Passphrase(PASSPHRASE.into());
    for at in 0.. {
        let mut stopping = Stopping::at(at);
        let done = app::restore(&places, &place, &secret, false, &mut |stage| stopping.hear(stage));
        if done.is_ok() {
            assert!(at > 0, "it could never be stopped");
            break;
        }
        let left = std::fs::read_dir(&machine).expect("readable").count();
        assert_eq!(left, 0, "moment {at}: part of a store was left");
    }
    let restored: Office =
        app::opening::open(places, &secret, app::Clock::system()).expect("opens");
    assert!(restored.verify(&mut app::unfollowed).expect("verified").ok);
}

#[test]
fn ctrl_c_stops_a_copy_by_command_and_nothing_of_it_is_left() {
    let quay = with_work();
    let place = quay.path("stick");
    let running = copying(&quay, &place);
    signal(&running, "-INT");
    let output = running.wait_with_output().expect("quay ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains(r#""refusal":"stopped""#), "{said}");
    assert_eq!((copies(&place), work_folders(&place)), (BTreeSet::new(), 0));
    quay.done(&["backup", "--to", &place.to_string_lossy()], &serde_json::Value::Null);
}

#[test]
fn a_copy_by_command_that_is_killed_is_no_copy_and_its_room_is_given_back_by_the_next() {
    let quay = with_work();
    let place = quay.path("stick");
    let to = place.to_string_lossy().into_owned();
    quay.done(&["backup", "--to", &to], &serde_json::Value::Null);
    let yesterday = copies(&place);
    let mut running = copying(&quay, &place);
    running.kill().expect("killed");
    running.wait().expect("ended");
    assert_eq!(copies(&place), yesterday);
    // A stick that is read elsewhere meanwhile: what is on it restores.
    let elsewhere = quay.path("elsewhere");
    copy_folder(&place, &elsewhere).expect("copied");
    let from = elsewhere.to_string_lossy().into_owned();
    quay.done(&["restore", "--from", &from, "--trial"], &serde_json::Value::Null);
    assert_eq!(work_folders(&place), 1, "the kill came before the copy had begun");
    quay.done(&["backup", "--to", &to], &serde_json::Value::Null);
    assert_eq!((copies(&place).len(), work_folders(&place)), (2, 0));
}

fn with_work() -> Quay {
    let quay = Quay::training();
    quay.done(&["demo", "--dossiers", "400", "--seed", "3"], &serde_json::Value::Null);
    quay
}

/// `quay backup` at the moment when it puts the copy together.
fn copying(quay: &Quay, place: &Path) -> Child {
    let to = place.to_string_lossy().into_owned();
    let mut running = quay
        .command(&quay.path("data"), &["backup", "--to", &to])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("quay starts");
    let patience = Instant::now() + Duration::from_secs(60);
    while work_folders(place) == 0 {
        assert!(Instant::now() < patience, "it never begins");
        assert!(
            running.try_wait().expect("asked").is_none(),
            "it ended before it was seen to begin"
        );
        std::thread::sleep(Duration::from_micros(200));
    }
    running
}

fn signal(running: &Child, signal: &str) {
    let id = running.id().to_string();
    let sent = Command::new("kill").args([signal, &id]).status().expect("kill");
    assert!(sent.success());
}

/// What anybody who looks for copies finds.
fn copies(place: &Path) -> BTreeSet<String> {
    names(place).filter(|name| name.contains(".qbk")).collect()
}

fn work_folders(place: &Path) -> usize {
    names(place).filter(|name| name.starts_with(".quay-work-")).count()
}

fn names(place: &Path) -> impl Iterator<Item = String> {
    let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned())
}
