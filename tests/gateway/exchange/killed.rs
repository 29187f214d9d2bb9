//! Desk and gateway killed at any moment. What arrived is compared with a list that the test wrote itself.

use super::program::{Dice, Gateway, Oracle, arrived_once, exchanging, set_by, take_in};
use std::time::Duration;
use tempfile::TempDir;

/// Kills in a run; more with `QUAY_KILLS`.
const KILLS: u64 = 24;
/// Longest life between two kills, milliseconds.
const LIFE_MS: u64 = 700;

#[test]
fn kills_of_desk_and_gateway_lose_nothing_and_double_nothing() {
    let seed = set_by("QUAY_KILL_SEED", 1);
    let kills = set_by("QUAY_KILLS", KILLS);
    let mut dice = Dice(seed);
    let folder = TempDir::new().unwrap();
    let mut gateway = Gateway::start(&folder);
    let desks = [gateway.desk(1), gateway.desk(2)];
    let mut taken = Oracle::new();
    for round in 0..kills {
        let quay = &desks[usize::from(dice.below(2) == 1)];
        let (number, sha256) = take_in(quay, round);
        taken.insert(number, sha256);
        let life = Duration::from_millis(dice.below(LIFE_MS));
        if dice.below(3) == 0 {
            let mut exchange = exchanging(quay);
            std::thread::sleep(life);
            gateway.kill();
            gateway.again();
            exchange.kill().unwrap();
            exchange.wait().unwrap();
        } else {
            let mut exchange = exchanging(quay);
            std::thread::sleep(life);
            exchange.kill().unwrap();
            exchange.wait().unwrap();
        }
    }
    arrived_once(&gateway, &desks, &taken, &format!("seed {seed}"));
}
