//! `kill -9` in the middle of a shift, again and again over the same stores.

use crate::dice::Dice;
use crate::lab::{Keys, Worker, rounds, seed};
use crate::promises::Promise;
use std::time::{Duration, Instant};
use tests::Desk;

/// A store lives through this many kills, then a new one begins: old stores and young ones both are killed.
const KILLS_A_STORE: usize = 40;
const ROUNDS_A_VERIFY: usize = 10;
const STEPS: u32 = 100_000;

#[test]
fn a_killed_desk_keeps_every_promise_it_made() {
    let kills = rounds().div_ceil(2);
    let (mut promised, mut dossiers, mut in_opening, mut slowest) = (0, 0, 0, Duration::ZERO);
    for first in (0..kills).step_by(KILLS_A_STORE) {
        let desk = Desk::new();
        let keys = Keys::of(&desk.data());
        let mut promises = Vec::new();
        for round in first..kills.min(first + KILLS_A_STORE) {
            let story = format!("seed {}, kill {round}", seed());
            let said = shift_until_killed(&desk, seed() + round as u64);
            in_opening += usize::from(!said.iter().any(|line| line == "READY"));
            assert!(!said.iter().any(|line| line.starts_with("FAULT")), "{story}: {said:?}");
            promises.extend(said.iter().filter_map(|line| Promise::read(line)));
            let started = Instant::now();
            let verdict = keys.judge(&desk.data(), &promises).expect(&story);
            slowest = slowest.max(started.elapsed());
            verdict.must_be_clean(&story);
            dossiers = dossiers.max(verdict.dossiers);
            if round % ROUNDS_A_VERIFY == 0 {
                verify(&keys, &desk, &story);
            }
        }
        verify(&keys, &desk, "the last kill of this store");
        promised += promises.len();
    }
    println!(
        "kill -9: n {kills} ({in_opening} while opening), seed {}, acknowledged {promised}, most dossiers in a store {dossiers}, \
         lost 0, half 0, doubled 0, dangling 0, slowest reopening with judgement {} ms",
        seed(),
        slowest.as_millis()
    );
}

fn shift_until_killed(desk: &Desk, seed: u64) -> Vec<String> {
    let mut dice = Dice::new(seed);
    let mut worker = Worker::start(desk.folder(), seed, STEPS);
    if dice.chance(10) {
        std::thread::sleep(Duration::from_millis(dice.roll() % 400));
        return worker.kill();
    }
    let mut said = Vec::new();
    for _ in 0..1 + dice.below(12) {
        said.extend(worker.line());
    }
    std::thread::sleep(Duration::from_micros(dice.roll() % 20_000));
    said.extend(worker.kill());
    said
}

fn verify(keys: &Keys, desk: &Desk, story: &str) {
    let office = desk.open();
    let report = office.verify(&mut app::unfollowed).expect(story);
    assert!(report.ok, "{story}: {report:?}");
    assert!(office.boot_view().restored.is_none(), "{story}: a kill is no restore");
    drop(office);
    assert!(keys.verify(&desk.data()).expect(story).faults.is_empty(), "{story}");
}
