//! Hostile input at every door that reads what others wrote: the scanner's card, a reception, a data pack, a document.
//! Never a panic, never a broken store: done, or a refusal that names the field.
//!
//! `cargo test -p tests --test fuzz` spends a few seconds at each door; `cargo xtask fuzz DOOR --seconds N` as many as
//! wanted. `guided/` puts the same doors under libFuzzer. Every input that once broke a door is kept in `kept/`.

#![allow(clippy::expect_used, clippy::panic, reason = "a door that breaks must stop the search")]

#[path = "../crash/dice.rs"]
mod dice;
mod doors;
mod mutate;
mod samples;

use dice::Dice;
use doors::{Door, DoorName, Said};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Without a budget: enough to see that the door still answers, little enough for every push.
const SECONDS_USUAL: u64 = 5;
/// An input that was taken in is a better start for the next one than any sample, but memory has an end.
const POOL_MAX: usize = 512;

#[test]
fn a_card_is_read_or_refused_at_its_field() {
    search(DoorName::Card);
}

#[test]
fn a_reception_is_taken_in_or_refused_at_its_field() {
    search(DoorName::Receive);
}

#[test]
fn a_pack_is_adopted_whole_or_refused_at_its_place() {
    search(DoorName::PackImport);
}

#[test]
fn a_document_is_attached_or_refused_at_its_field() {
    search(DoorName::Attach);
}

/// What the door said, and how often.
#[derive(Default)]
struct Tally {
    inputs: u64,
    said: BTreeMap<String, u64>,
}

fn search(name: DoorName) {
    let door = Door::open(name);
    let mut pool = samples::of(name);
    let mut tally = Tally::default();
    for input in kept(name).into_iter().chain(pool.clone()) {
        pass(&door, &input, &mut tally);
    }
    let seed = number("QUAY_FUZZ_SEED").unwrap_or(20_261_123);
    let mut dice = Dice::new(seed);
    let end =
        Instant::now() + Duration::from_secs(number("QUAY_FUZZ_SECONDS").unwrap_or(SECONDS_USUAL));
    while Instant::now() < end {
        let start = pool[dice.below(pool.len())].clone();
        let input = mutate::input(name, &start, &mut dice);
        let said = pass(&door, &input, &mut tally);
        // An answer heard for the first time leads further in.
        if tally.said[&said] == 1 && pool.len() < POOL_MAX {
            pool.push(input);
        }
    }
    door.close();
    let answers: Vec<String> = tally.said.iter().map(|(said, n)| format!("{said} {n}")).collect();
    println!(
        "fuzz {}: seed {seed}, inputs {}, panics 0, failures 0, refusals without a field 0, kinds of answer {}: {}",
        name.word(),
        tally.inputs,
        answers.len(),
        answers.join(", ")
    );
}

fn pass(door: &Door, input: &[u8], tally: &mut Tally) -> String {
    let answered = catch_unwind(AssertUnwindSafe(|| door.knock(input)));
    let said = match answered {
        Ok(Said::Done) => "done".to_owned(),
        Ok(Said::Refused { code, field }) if names_a_field(field.as_deref()) => code,
        Ok(Said::Refused { code, field }) => broken(door, input, &format!("{code} at {field:?}")),
        Ok(Said::Failed(words)) => broken(door, input, &words),
        Err(_) => broken(door, input, "a panic"),
    };
    tally.inputs += 1;
    *tally.said.entry(said.clone()).or_default() += 1;
    said
}

/// `.` is what a reader says that does not know where it is.
fn names_a_field(field: Option<&str>) -> bool {
    field.is_some_and(|field| !field.is_empty() && field != ".")
}

fn broken(door: &Door, input: &[u8], what: &str) -> ! {
    let path = std::env::temp_dir().join(format!("fuzz-{}-{}", door.name().word(), input.len()));
    std::fs::write(&path, input).expect("the input is written down");
    let shown: String = String::from_utf8_lossy(input).chars().take(2_000).collect();
    panic!("{}: {what}\n--- input, whole in {}:\n{shown}", door.name().word(), path.display());
}

/// Inputs that once broke this door.
fn kept(name: DoorName) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/kept").join(name.word());
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a kept input")).collect()
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}
