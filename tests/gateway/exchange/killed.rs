//! Desk and gateway killed at any moment. What arrived is compared with a list that the test wrote itself.

use super::program::{Dice, Gateway, exchanging, take_in};
use super::{dossiers, sync, verified};
use crate::place::SITE;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tempfile::TempDir;

/// Kills in a run; more with `QUAY_KILLS`.
const KILLS: u64 = 24;
/// Longest life between two kills, milliseconds.
const LIFE_MS: u64 = 700;

#[test]
fn kills_of_desk_and_gateway_lose_nothing_and_double_nothing() {
    let seed = number("QUAY_KILL_SEED", 1);
    let kills = number("QUAY_KILLS", KILLS);
    let mut dice = Dice(seed);
    let folder = TempDir::new().unwrap();
    let mut gateway = Gateway::start(&folder);
    let desks = [gateway.desk(1), gateway.desk(2)];
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
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
    for quay in desks.iter().chain(&desks) {
        sync(quay);
    }
    for quay in &desks {
        let seen: Vec<String> = dossiers(quay).into_keys().collect();
        assert_eq!(seen, taken.keys().cloned().collect::<Vec<_>>(), "seed {seed}");
        verified(quay);
    }
    for number in taken.keys() {
        let shown = gateway.run(&["dossier", "show", SITE, number]);
        let kinds: Vec<&str> = shown["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["dossier.received", "dossier.file_attached"], "{number}, seed {seed}");
    }
    let status = gateway.run(&["status"]);
    let scans: BTreeSet<&String> = taken.values().collect();
    assert_eq!(status["sites"][0]["files"], json!(scans.len()), "seed {seed}");
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect(name))
}
