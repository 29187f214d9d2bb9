//! `cargo xtask sim`: seeds played, planted bugs found. A failing seed is printed with the command that replays it, and
//! goes to `seeds.txt`.
#![allow(clippy::panic, clippy::print_stdout, reason = "a failing seed stops with its command")]

use sim::{Bug, run};
use std::collections::BTreeMap;
use std::time::Instant;

/// Seeds of `cargo xtask test`.
const FIXED_SEEDS: u64 = 64;
const STEPS: u64 = 500;
/// Within so many seeds each planted bug must be found.
const SEEDS_FOR_A_BUG: u64 = 1_000;

fn number(name: &str, otherwise: u64) -> u64 {
    let Ok(text) = std::env::var(name) else { return otherwise };
    let hexadecimal = text.strip_prefix("0x").map(|digits| u64::from_str_radix(digits, 16));
    hexadecimal.unwrap_or_else(|| text.parse()).unwrap_or(otherwise)
}

fn play(seed: u64, steps: u64, table: &mut BTreeMap<&'static str, u64>) {
    let replay = format!("replay: cargo xtask sim --seed {seed} --steps {steps} --seeds 1");
    let Ok(outcome) = std::panic::catch_unwind(|| run(seed, steps, None)) else {
        panic!("seed {seed}: the code under test panicked\n{replay}");
    };
    for (what, times) in outcome.table {
        *table.entry(what).or_default() += times;
    }
    if let Some(violation) = outcome.violation {
        panic!(
            "seed {seed}: {violation}\nreplay: cargo xtask sim --seed {seed} --steps {steps} --seeds 1"
        );
    }
}

#[test]
fn every_seed_keeps_every_promise() {
    let (first, steps) = (number("QUAY_SIM_SEED", 0), number("QUAY_SIM_STEPS", STEPS));
    let seeds = number("QUAY_SIM_SEEDS", FIXED_SEEDS);
    let (began, mut table) = (Instant::now(), BTreeMap::new());
    for seed in first..first + seeds {
        play(seed, steps, &mut table);
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{seeds} seeds from {first}, {steps} steps each: 0 violations, {seconds:.1} s");
    for (what, times) in table {
        println!("{times:>12}  {what}");
    }
}

#[test]
fn seeds_that_once_failed_keep_every_promise() {
    for line in include_str!("seeds.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace().filter_map(|word| word.parse().ok());
        if let (Some(seed), Some(steps)) = (words.next(), words.next()) {
            play(seed, steps, &mut BTreeMap::new());
        }
    }
}

#[test]
fn every_planted_bug_is_found() {
    let first = number("QUAY_SIM_SEED", 0);
    for (name, bug) in Bug::ALL {
        let found = (first..first + SEEDS_FOR_A_BUG).find_map(|seed| {
            run(seed, STEPS, Some(bug)).violation.map(|violation| (seed, violation))
        });
        match found {
            Some((seed, violation)) => println!("{name}: found by seed {seed}: {violation}"),
            None => panic!("{name} was not found by {SEEDS_FOR_A_BUG} seeds"),
        }
    }
}

#[test]
fn a_seed_plays_the_same_twice() {
    for seed in 0..4 {
        let (one, other) = (run(seed, 300, None), run(seed, 300, None));
        assert_eq!(one.table, other.table, "seed {seed}");
    }
}
